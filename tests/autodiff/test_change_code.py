"""The code of every kind of change does what its operation does, and its inverse undoes it.

Without a database: the code is run on the facade that changes states alone.
"""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from django.db import connections, models
from django.db.migrations import operations
from django.db.migrations.state import ModelState

from evolve.autodiff.changes import _KINDS, changes_for
from evolve.database.agreement import OnStates
from evolve.database.lazy import LazyState
from evolve.frozen.capture import capture_state
from evolve.frozen.orm import Orm
from evolve.frozen.renames import RenameField, RenameModel
from tests.apps.law.values import Living, Speaking


def plain():
    return models.BigAutoField(primary_key=True)


def author(name="Author", **options):
    return ModelState(
        "law",
        name,
        [
            ("id", plain()),
            ("name", models.CharField(max_length=20)),
            ("alive", models.BooleanField(null=True)),
        ],
        options,
        managers=[("living", Living())],
    )


def poet():
    link = models.OneToOneField(
        "law.author", models.CASCADE, auto_created=True, parent_link=True, primary_key=True
    )
    return ModelState("law", "Poet", [("author_ptr", link)], {}, ("law.author",))


def book(**options):
    return ModelState(
        "law",
        "Book",
        [("id", plain()), ("author", models.ForeignKey("law.author", models.CASCADE))],
        options,
    )


def proxy(base="law.author"):
    options = {"proxy": True, "indexes": [], "constraints": []}
    return ModelState("law", "Bard", [], options, (base,), [("living", Living())])


INDEX = models.Index(fields=["name"], name="i")
CHECK = models.CheckConstraint(condition=models.Q(name="x"), name="c")
UNIQUE = models.UniqueConstraint(fields=["name"], name="u")
LOUD = models.UniqueConstraint(fields=["name"], name="u", violation_error_message="no")


def creation(state):
    return operations.CreateModel(
        state.name, list(state.fields.items()), dict(state.options), state.bases, state.managers
    )


CHANGES = {
    "a model with managers": ([], creation(author())),
    "a model with options": (
        [],
        creation(author(managed=False, indexes=[INDEX], ordering=["name"])),
    ),
    "a model with a base that is no model": (
        [],
        operations.CreateModel("Loud", [("id", plain())], {}, (Speaking, models.Model)),
    ),
    "a child model": ([author()], creation(poet())),
    "a proxy with managers": ([author()], creation(proxy())),
    "a model goes that has managers": (
        [author(ordering=["name"])],
        operations.DeleteModel("Author"),
    ),
    "a child model goes": ([author(), poet()], operations.DeleteModel("Poet")),
    "a proxy goes": ([author(), proxy()], operations.DeleteModel("Bard")),
    "an unmanaged model goes": ([author(managed=False)], operations.DeleteModel("Author")),
    "a model is renamed": ([author(), book(), proxy()], RenameModel("Author", "Writer")),
    "a field comes": (
        [author()],
        operations.AddField("Author", "age", models.IntegerField(null=True)),
    ),
    "a field comes with a default that goes": (
        [author()],
        operations.AddField("Author", "age", models.IntegerField(default=3), False),
    ),
    "a field goes": ([author()], operations.RemoveField("Author", "name")),
    "a field changes": ([author()], operations.AlterField("Author", "name", models.TextField())),
    "a field changes with a default that goes": (
        [author()],
        operations.AlterField("Author", "alive", models.BooleanField(default=True), False),
    ),
    "a field is renamed": (
        [author(indexes=[INDEX], unique_together={("name", "alive")})],
        RenameField("Author", "name", "called"),
    ),
    "an index comes": ([author(indexes=[])], operations.AddIndex("Author", INDEX)),
    "an index goes": ([author(indexes=[INDEX])], operations.RemoveIndex("Author", "i")),
    "an index is renamed": (
        [author(indexes=[INDEX, models.Index(fields=["alive"], name="other")])],
        operations.RenameIndex("Author", new_name="j", old_name="i"),
    ),
    "a constraint comes": ([author(constraints=[])], operations.AddConstraint("Author", CHECK)),
    "a constraint goes": (
        [author(constraints=[UNIQUE, CHECK])],
        operations.RemoveConstraint("Author", "c"),
    ),
    "a constraint has another message": (
        [author(constraints=[CHECK, UNIQUE])],
        operations.AlterConstraint("Author", "u", LOUD),
    ),
    "unique_together comes": (
        [author()],
        operations.AlterUniqueTogether("Author", {("name", "alive")}),
    ),
    "unique_together goes": (
        [author(unique_together={("name", "alive"), ("id", "name")})],
        operations.AlterUniqueTogether("Author", {("id", "name")}),
    ),
    "a table name comes": ([author()], operations.AlterModelTable("Author", "a")),
    "a table name changes": ([author(db_table="a")], operations.AlterModelTable("Author", "b")),
    "a comment changes": (
        [author(db_table_comment="a")],
        operations.AlterModelTableComment("Author", "b"),
    ),
    "options change": (
        [author(ordering=["name"], db_table="a")],
        operations.AlterModelOptions("Author", {"verbose_name": "a"}),
    ),
    "managers go": ([author()], operations.AlterModelManagers("Author", [])),
    "order_with_respect_to comes": (
        [author(), book()],
        operations.AlterOrderWithRespectTo("Book", "author"),
    ),
}


def run(code, before, after):
    """Return the definitions after a statement on the way from a state to another."""
    orm = Orm(lambda: pytest.fail("no rows"), "law", "default")
    editor = SimpleNamespace(connection=connections["default"], collect_sql=False)
    db = OnStates("law", editor, before.clone(), after.models, orm)
    names = {}
    exec("\n".join(sorted(code.imports)), names)
    exec(code.text, {**names, "self": SimpleNamespace(db=db)})
    return definitions(db.state)


def definitions(state):
    return {key: capture_state(each) for key, each in state.models.items()}


def texts(found):
    """What is frozen of each model; an empty list of indexes is none."""
    return {key: (each.name, each.fields, each.meta) for key, each in found.items()}


def changed(state, operation):
    """Return the change that an operation makes, and the state after it."""
    after = state.clone()
    (change,) = changes_for("law", after, [operation])
    return change, after


@pytest.mark.parametrize("known", [True, False], ids=["frozen", "spelled-out"])
@pytest.mark.parametrize("name", CHANGES)
def test_code_and_inverse_lead_there_and_back(name, known):
    there, operation = CHANGES[name]
    before = LazyState({(each.app_label, each.name_lower): each for each in there})
    first = texts(definitions(before))
    change, after = changed(before, operation)
    second = texts(definitions(after))
    assert second != first

    forwards = change.code(definitions(after) if known else {})
    assert texts(run(forwards, before, after)) == second

    back, again = changed(after, change.inverse())
    assert texts(definitions(again)) == first
    backwards = back.code(definitions(before) if known else {})
    assert texts(run(backwards, after, before)) == first


def test_every_kind_of_change_is_among_them():
    kinds = {_KINDS[type(operation)] for _, operation in CHANGES.values()}
    assert kinds == set(_KINDS.values())


def made(operation, *target):
    """Return the code that creates a model on the way to a state."""
    change, _ = changed(LazyState({}), operation)
    return change.code({each.key: each for each in map(capture_state, target)}).text


def test_what_is_frozen_as_it_is_created_is_left_out():
    assert made(creation(author()), author()) == 'self.db.create_model("Author")'


def test_what_a_later_call_adds_is_left_out_by_name():
    later = author(indexes=[INDEX], ordering=["name"])
    later.fields["age"] = models.IntegerField()
    without = 'without=["age", "indexes", "ordering"]'
    assert made(creation(author()), later) == f'self.db.create_model("Author", {without})'


@pytest.mark.parametrize("what", ["field", "option", "managers"])
def test_what_is_not_frozen_as_it_is_created_is_spelled_out(what):
    """A later call changes it."""
    target = author(ordering=["name"])
    if what == "field":
        target.fields["name"] = models.TextField()
    if what == "option":
        target.options["ordering"] = ["id"]
    if what == "managers":
        target.managers = []
    text = made(creation(author(ordering=["name"])), target)
    assert "fields=[" in text
    assert 'options={"ordering": ["name"]}' in text
    assert 'managers=[("living", tests.apps.law.values.Living())]' in text
    assert "bases" not in text


def test_a_model_that_is_not_frozen_is_spelled_out_with_what_is_not_plain():
    text = made(creation(proxy()))
    assert 'bases=("law.author",)' in text
    assert 'options={"proxy": True}' in text
    assert "managers=" in text
    text = made(operations.CreateModel("Plain", [("id", plain())], {"managed": False}))
    assert text.endswith('options={"managed": False})')
    assert "bases" not in text
    assert "managers" not in text
    text = made(operations.CreateModel("Plain", [("id", plain())]))
    assert text.startswith('self.db.create_model("Plain", fields=[("id", ')
    assert "options" not in text
