"""What a header says, and the renames that Django-format operations declare, read as text."""

import pytest

from evolve.revisions.header import NotLiteral, read_header

FILE = """
from django.db import migrations
from django.db.migrations.operations import RenameModel, SeparateDatabaseAndState
{above}

class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]
    operations = [{operations}]
"""


def renamed(operations, above=""):
    text = FILE.format(operations=operations, above=above)
    return dict(read_header("shop", "0002_x", "0002_x.py", text).renamed)


@pytest.mark.parametrize(
    "operation",
    [
        'migrations.RenameModel("Old", "New")',
        'migrations.RenameModel("Old", new_name="New")',
        'migrations.RenameModel(old_name="Old", new_name="New")',
        'RenameModel(new_name="New", old_name="Old")',
        'migrations.SeparateDatabaseAndState(state_operations=[RenameModel("Old", "New")])',
        'SeparateDatabaseAndState([], [RenameModel("Old", new_name="New")])',
        'migrations.RunSQL("RenameModel"), RenameModel("Old", "New")',
    ],
)
def test_a_rename_is_read_by_the_names_of_its_arguments(operation):
    assert renamed(operation) == {"Old": "New"}


@pytest.mark.parametrize(
    ("operation", "above"),
    [
        ('migrations.RunSQL("-- RenameModel(1)")', ""),
        ("", "# RenameModel('Old', 'New')"),
        ("", "'''RenameModel('Old', 'New')'''"),
    ],
)
def test_a_rename_in_a_comment_or_a_string_is_none(operation, above):
    assert renamed(operation, above) == {}


@pytest.mark.parametrize(
    ("operation", "above"),
    [
        ("RenameModel(OLD, 'New')", "OLD = 'Old'"),
        ("RenameModel(*NAMES)", "NAMES = 'Old', 'New'"),
        ("RenameModel(**NAMES)", "NAMES = {'old_name': 'Old', 'new_name': 'New'}"),
        ("RenameModel('Old')", ""),
        ("Renamed('Old', 'New')", "Renamed = migrations.RenameModel"),
        ("Renamed('Old', 'New')", "from django.db.migrations import RenameModel as Renamed"),
        ("*[RenameModel(each, 'New') for each in ['Old']]", ""),
        ("SeparateDatabaseAndState([RenameModel('Old', 'New')])", ""),
        ("made()", "def made():\n    return RenameModel('Old', 'New')"),
    ],
)
def test_a_rename_that_only_running_the_file_shows_is_not_guessed(operation, above):
    with pytest.raises(NotLiteral):
        renamed(operation, above)


@pytest.mark.parametrize("argument", ["settings.AUTH_USER_MODEL", "value=settings.AUTH_USER_MODEL"])
def test_a_dependency_on_a_setting_is_read_by_name_too(argument):
    text = FILE.format(operations="", above="").replace(
        "dependencies = [", f"dependencies = [migrations.swappable_dependency({argument}), "
    )
    revision = read_header("shop", "0002_x", "0002_x.py", text)
    assert revision.depends_on == ("settings.AUTH_USER_MODEL",)


def test_a_data_revision_is_known_by_its_base_and_not_by_words():
    text = (
        '"""\nclass Migration(DataMigration)\n"""\n\n\nclass Migration({}):\n    revision = "a"\n'
    )
    kinds = {
        base: read_header("shop", "0001_x", "0001_x.py", text.format(base)).kind
        for base in ("SchemaMigration", "DataMigration", "evolve.DataMigration")
    }
    assert list(kinds.values()) == ["schema", "data", "data"]
