"""What a revision will do, in words, read from the text of its methods."""

import inspect

import pytest

from evolve.database.facade import Database
from evolve.revisions.methods import PARAMETERS, read_methods


def words(statement, backwards="pass"):
    text = (
        f"class Migration(SchemaMigration):\n    def forwards(self, orm):\n        {statement}\n"
        f"    def backwards(self, orm):\n        {backwards}\n"
    )
    return read_methods(text)["forwards"].words


def test_the_parameters_that_are_read_are_those_of_the_methods():
    public = {name: each for name, each in vars(Database).items() if name[0] != "_"}
    methods = {name: each for name, each in public.items() if inspect.isfunction(each)}
    assert PARAMETERS.keys() == methods.keys()
    for name, parameters in PARAMETERS.items():
        assert (
            tuple(inspect.signature(methods[name]).parameters)[1:][: len(parameters)] == parameters
        )


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("self.db.rename_model('A', 'B')", "Rename model A to B"),
        ("self.db.rename_model('A', new_name='B')", "Rename model A to B"),
        ("self.db.rename_model(new_name='B', old_name='A')", "Rename model A to B"),
        ("self.db.rename_field('A', old_name='x', new_name='y')", "Rename field A.x to y"),
        ("self.db.add_field(model_name='A', name='x', field=f('y'))", "Add field A.x"),
        ("self.db.add_field('A', 'x', models.CharField('y'))", "Add field A.x"),
        ("self.db.execute(sql='SELECT  1')", "Execute SELECT 1"),
        ("self.db.run(operation=RunSQL('x'))", "Run RunSQL('x')"),
        ("self.db.remove_field(*names)", "Remove field "),
    ],
)
def test_an_operation_is_said_by_the_names_of_its_arguments(statement, said):
    assert words(statement) == (said,)


def test_the_reason_is_read_by_name_too():
    text = "class Migration(SchemaMigration):\n    backwards = irreversible(why='lost')\n"
    assert read_methods(text)["backwards"].irreversible == "lost"
