"""The registry's answers about swappable models, from one dict."""

from __future__ import annotations

from django.apps import apps

from evolve.frozen.swappable import swappables_looked_up


def test_the_registry_answers_as_it_does_by_itself_also_when_nested() -> None:
    labels = [model._meta.label for model in apps.get_models(include_swapped=True)]
    labels += [*map(str.lower, labels), "nobody.Nothing"]
    expected = {label: apps.get_swappable_settings_name(label) for label in labels}
    assert "AUTH_USER_MODEL" in expected.values()
    with swappables_looked_up(), swappables_looked_up():
        assert {each: apps.get_swappable_settings_name(each) for each in labels} == expected
        apps.get_swappable_settings_name.cache_clear()
    assert "get_swappable_settings_name" not in vars(apps)
