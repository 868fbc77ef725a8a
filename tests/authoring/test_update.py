"""Writing the last revision anew: what is refused, what is kept, and what follows the new file."""

from __future__ import annotations

from pathlib import Path
from unittest import mock

import pytest

from evolve.authoring.author import Wish
from evolve.authoring.merge import merge_revision
from evolve.authoring.squash import squashed, write_all
from evolve.authoring.update import prepared, put, rewritten
from evolve.autodiff.questions import Answers
from evolve.errors import Refused
from evolve.revisions import digest
from tests.contract.case import model

NAME = "name = models.CharField(max_length=20)"
ANT = model("Ant", NAME)
BEE = model("Bee", NAME)
CRAB = model("Crab", NAME)
LONG = model("Ant", NAME.replace("20", "30"))


def update(world, text, wish=None, **answers):
    """Return the update of the head for another models.py."""
    world.models["law"] = text
    live = mock.patch("evolve.authoring.update.live_models", world._live_models)
    with live:
        return rewritten(world.project, "law", wish or Wish(), Answers(**answers))


def directory(written):
    return Path(written.revision.path).parent


def names(written):
    return sorted(each.name for each in directory(written).iterdir() if each.is_file())


def test_the_head_is_written_anew_on_what_was_before_it(world):
    first = world.write(ANT)
    second = world.write(ANT + BEE)
    found = update(world, ANT + CRAB)
    assert (found.old.key, found.parent, found.edited) == (
        second.revision.key,
        first.revision.key,
        False,
    )
    assert found.new.name == "0002_auto__add_crab"
    assert f'supersedes = {{"{second.revision.id}": "{second.name}"}}' in found.new.text
    assert f'down_revision = "{first.revision.id}"' in found.new.text
    assert [*found.new.lines] == [" + Added model law.Crab"]


def test_the_first_revision_has_no_parent_and_stays_the_first(world):
    world.write(ANT)
    found = update(world, ANT + BEE)
    assert (found.parent, found.new.name) == (None, "0001_initial")
    assert found.new.text.startswith('"""Initial')


def test_an_update_of_an_update_supersedes_both(world):
    world.write(ANT)
    second = world.write(ANT + BEE)
    found = update(world, ANT + CRAB)
    put(found, prepared(found, False))
    again = update(world, ANT + BEE)
    assert set(again.old.supersedes) == {second.revision.id}
    assert f'"{second.revision.id}": "{second.name}"' in again.new.text
    assert f'"{again.old.id}": "{again.old.name}"' in again.new.text


def test_nothing_but_the_new_file_and_the_head_file_is_left(world):
    world.write(ANT)
    second = world.write(ANT + BEE)
    found = update(world, ANT + CRAB)
    assert put(found, prepared(found, keep=False)) is None
    assert names(second) == ["0001_initial.py", "0002_auto__add_crab.py", "HEAD", "__init__.py"]
    assert (directory(second) / "HEAD").read_text() == "0002_auto__add_crab\n"
    graph = world.project.graph()
    assert [key.name for key in graph.heads("law")] == ["0002_auto__add_crab"]


def test_what_becomes_nothing_is_removed_also_from_the_head_file(world):
    world.write(ANT)
    second = world.write(ANT + BEE)
    found = update(world, ANT)
    assert found.new is None
    assert put(found, prepared(found, keep=False)) is None
    assert names(second) == ["0001_initial.py", "HEAD", "__init__.py"]
    assert (directory(second) / "HEAD").read_text() == "0001_initial\n"


@pytest.mark.parametrize("how", ["edited", "without a digest"])
def test_what_evolve_did_not_write_so_is_edited_and_its_text_is_kept(world, how):
    world.write(ANT)
    second = world.write(ANT + BEE)
    text = second.text + "# mine\n" if how == "edited" else digest.without(second.text)
    path = Path(second.revision.path)
    path.write_text(text)
    found = update(world, ANT + CRAB)
    assert found.edited
    kept = put(found, prepared(found, keep=False))
    assert kept == path.with_name(f"{path.name}.orig")
    assert kept.read_text() == text


def test_a_text_is_kept_where_that_is_asked_for(world):
    world.write(ANT)
    second = world.write(ANT + BEE)
    found = update(world, ANT + CRAB)
    assert put(found, prepared(found, keep=True)).read_text() == second.text


def test_a_merge_is_not_written_anew(world):
    world.write(ANT)
    keys = [
        world.write(each, parent="0001_initial").revision.key for each in (ANT + BEE, ANT + CRAB)
    ]
    with pytest.raises(Refused, match=r"has more than one head: 0002_.*, 0003_"):
        update(world, LONG + BEE + CRAB)
    merge_revision(world.project, "law", keys, {}, Answers()).write()
    with pytest.raises(Refused, match=r"0004_merge\.py: it is a merge, which") as error:
        update(world, LONG + BEE + CRAB)
    assert f"`evolve migrate law {keys[0].name}`" in error.value.hint


def test_a_squash_is_not_written_anew(world):
    world.write(ANT)
    head = world.write(ANT + BEE).revision.key
    write_all(squashed(world.project, "law", None, head, Answers()).squashes)
    with pytest.raises(Refused, match="it is a squash, which") as error:
        update(world, LONG)
    assert "`evolve migrate law zero`" in error.value.hint


def test_a_data_migration_is_not_written_anew_and_an_app_without_revisions_has_none(world):
    with pytest.raises(Refused, match="has no revision to update"):
        update(world, ANT)
    world.write(ANT)
    world.write_data("pass")
    with pytest.raises(Refused, match="it is a data migration, which"):
        update(world, LONG)


def depended_on(world, to="law.Bee"):
    """Write a second revision of law, and one of ally that points to a model."""
    world.write(ANT)
    world.write(ANT + BEE)
    return world.write(
        model("Review", f"of = models.ForeignKey({to!r}, models.CASCADE)"), app="ally"
    ).revision.key


def test_what_others_depend_on_may_change(world):
    depended_on(world)
    found = update(world, ANT + BEE + CRAB)
    assert found.new.name == "0002_auto__add_bee__add_crab"


def test_what_others_depend_on_may_not_become_nothing(world):
    review = depended_on(world, "law.Ant")
    with pytest.raises(Refused, match=f"so that it would go, and {review} depends on it"):
        update(world, ANT)


def test_a_model_that_others_refer_to_may_not_go(world):
    review = depended_on(world)
    with pytest.raises(Refused, match=rf"{review} refers to law\.bee, which models\.py does not"):
        update(world, ANT + CRAB)


def test_a_model_of_a_third_app_that_others_refer_to_is_no_matter(world):
    world.write(ANT)
    world.write(ANT + BEE)
    world.write(
        model(
            "Review",
            "of = models.ForeignKey('law.Bee', models.CASCADE)",
            "by = models.ForeignKey('auth.User', models.CASCADE)",
            "up = models.ForeignKey('self', models.CASCADE)",
        ),
        app="ally",
    )
    assert update(world, ANT + BEE + CRAB).new


def test_the_revision_itself_may_have_referred_to_what_goes_with_it(world):
    world.write(ANT)
    world.write(ANT + BEE + model("Dog", "bee = models.ForeignKey(Bee, models.CASCADE)"))
    assert update(world, ANT + CRAB).new.name == "0002_auto__add_crab"


def test_what_a_dependent_removed_refers_to_nothing(world):
    world.write(ANT)
    world.write(ANT + BEE)
    world.write(model("Review", NAME) + model("Gone", NAME), app="ally")
    world.write(
        model("Review", NAME, "of = models.ForeignKey('law.Bee', models.CASCADE, null=True)"),
        app="ally",
    )
    assert update(world, ANT + BEE + CRAB).new
