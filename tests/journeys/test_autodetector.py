"""A project's own autodetector, and what its makemigrations patches, hold for evolve too."""

from __future__ import annotations

import pytest

_OPERATION = """\
from django.db.migrations.operations.base import Operation


class AddNote(Operation):
    def __init__(self, model_name, text):
        self.model_name = model_name
        self.text = text

    def deconstruct(self):
        return "AddNote", [self.model_name, self.text], {}

    def state_forwards(self, app_label, state):
        state.models[app_label, self.model_name.lower()].options["verbose_name"] = self.text
        state.reload_model(app_label, self.model_name.lower())

    def database_forwards(self, app_label, editor, before, after):
        editor.execute("CREATE TABLE shop_note (id int)")

    def database_backwards(self, app_label, editor, before, after):
        editor.execute("DROP TABLE shop_note")

    def describe(self):
        return f"Add a note on {self.model_name}"
"""
_COMMAND = """\
from django.core.management.commands import makemigrations
from django.db import models
from django.db.migrations.autodetector import MigrationAutodetector
from shop.operations import AddNote


class Detector(MigrationAutodetector):
    def generate_altered_options(self):
        for app, name in self.kept_model_keys:
            new = self.to_state.models[app, name].options.get("verbose_name")
            if new and new != self.from_state.models[app, name].options.get("verbose_name"):
                self.add_operation(app, AddNote(self.to_state.models[app, name].name, new))


class Command(makemigrations.Command):
    autodetector = Detector


def without_help(self, plain=models.Field.deconstruct):
    name, path, args, kwargs = plain(self)
    kwargs.pop("help_text", None)
    return name, path, args, kwargs


models.Field.deconstruct = without_help
"""
_MIGRATE = """\
from django.core.management.commands import migrate
from shop.management.commands.makemigrations import Detector


class Command(migrate.Command):
    autodetector = Detector
"""
_BEFORE = "class Thing(models.Model):\n    name = models.CharField(max_length=9)\n"
_AFTER = (
    "class Thing(models.Model):\n    name = models.CharField(max_length=9, help_text='new')\n"
    "    class Meta:\n        verbose_name = 'note'\n"
)


@pytest.fixture
def own(everywhere):
    """A project with a makemigrations of its own, on each vendor."""
    made = everywhere
    commands = made.root / "shop" / "management" / "commands"
    commands.mkdir(parents=True)
    for each in (commands.parent, commands):
        (each / "__init__.py").touch()
    (commands / "makemigrations.py").write_text(_COMMAND)
    (commands / "migrate.py").write_text(_MIGRATE)
    (made.root / "shop" / "operations.py").write_text(_OPERATION)
    made.models("shop", _BEFORE)
    return made


def test_operations_of_an_own_autodetector_are_written_run_and_undone(own):
    own.evolve("schemamigration", "shop", "--initial")
    own.evolve("migrate", "shop")
    own.models("shop", _AFTER)
    made = own.evolve("schemamigration", "shop", "--auto")
    assert made.code == 0, made.err
    assert "Changed shop.Thing: Add a note on Thing" in made.out
    text = own.file("shop", "0002").read_text()
    assert 'self.db.run(shop.operations.AddNote("Thing", "note"))' in text
    assert 'self.db.undo(shop.operations.AddNote("Thing", "note"))' in text
    assert "help_text" not in text
    assert own.evolve("migrate", "shop").code == 0
    assert "shop_note" in own.content()
    assert "Nothing seems" in own.evolve("schemamigration", "shop", "--auto").out
    assert own.evolve("check", "shop").code == 0
    back = own.evolve("migrate", "shop", "0001")
    assert back.code == 0, back.err
    assert "shop_note" not in own.content()
