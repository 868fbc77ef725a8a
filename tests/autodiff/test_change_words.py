"""What each kind of change is called on the console, in file names and in comments."""

from __future__ import annotations

import pytest
from django.db import models
from django.db.migrations import operations

from evolve.database.lazy import LazyState
from tests.autodiff.test_change_code import CHANGES, author, changed

WORDS = {
    "a model with managers": ([" + Added model law.Author"], "add_author", "Adding model 'Author'"),
    "a model goes that has managers": (
        [" - Deleted model law.Author"],
        "del_author",
        "Deleting model 'Author'",
    ),
    "a model is renamed": (
        [" ~ Renamed model law.Author to law.Writer"],
        "rename_author_writer",
        "Renaming model 'Author' to 'Writer'",
    ),
    "a field comes": (
        [" + Added field age on law.Author"],
        "add_field_author_age",
        "Adding field 'Author.age'",
    ),
    "a field goes": (
        [" - Deleted field name on law.Author"],
        "del_field_author_name",
        "Deleting field 'Author.name'",
    ),
    "a field changes": (
        [" ~ Changed field name on law.Author"],
        "chg_field_author_name",
        "Changing field 'Author.name'",
    ),
    "a field is renamed": (
        [" ~ Renamed field name to called on law.Author"],
        "rename_field_author_name_called",
        "Renaming field 'Author.name' to 'called'",
    ),
    "an index comes": (
        [" + Added index for ['name'] on law.Author"],
        "add_index_author_name",
        "Adding index on 'Author', fields ['name']",
    ),
    "an index goes": (
        [" - Deleted index for ['name'] on law.Author"],
        "del_index_author_name",
        "Removing index on 'Author', fields ['name']",
    ),
    "an index is renamed": (
        [" ~ Renamed index for ['name'] on law.Author"],
        "rename_index_author_name",
        "Renaming index on 'Author', fields ['name']",
    ),
    "a constraint comes": (
        [" + Added constraint for ['c'] on law.Author"],
        "add_constraint_author_c",
        "Adding constraint on 'Author', fields ['c']",
    ),
    "a constraint goes": (
        [" - Deleted constraint for ['c'] on law.Author"],
        "del_constraint_author_c",
        "Removing constraint on 'Author', fields ['c']",
    ),
    "a constraint has another message": (
        [" ~ Changed unique constraint for ['name'] on law.Author"],
        "chg_unique_author_name",
        "Changing unique constraint on 'Author', fields ['name']",
    ),
    "unique_together comes": (
        [" + Added unique constraint for ['name', 'alive'] on law.Author"],
        "add_unique_author_name_alive",
        "Changing unique constraints on 'Author': adding ['name', 'alive']",
    ),
    "unique_together goes": (
        [" - Deleted unique constraint for ['name', 'alive'] on law.Author"],
        "del_unique_author_name_alive",
        "Changing unique constraints on 'Author': removing ['name', 'alive']",
    ),
    "a table name comes": (
        [" ~ Changed the table name of law.Author"],
        "chg_table_author",
        "Changing the table name of 'Author'",
    ),
    "a comment changes": (
        [" ~ Changed the table comment of law.Author"],
        "chg_comment_author",
        "Changing the table comment of 'Author'",
    ),
    "options change": (
        [" ~ Changed options of law.Author"],
        "chg_options_author",
        "Changing options of 'Author'",
    ),
    "managers go": (
        [" ~ Changed managers of law.Author"],
        "chg_managers_author",
        "Changing managers of 'Author'",
    ),
    "order_with_respect_to comes": (
        [" ~ Changed order_with_respect_to of law.Book"],
        "chg_order_book",
        "Changing order_with_respect_to of 'Book'",
    ),
}


def change(there, operation):
    before = LazyState({(each.app_label, each.name_lower): each for each in there})
    return changed(before, operation)[0]


@pytest.mark.parametrize("name", WORDS)
def test_a_change_has_a_line_a_part_of_a_name_and_a_comment(name):
    it = change(*CHANGES[name])
    assert (it.lines(), it.slug(), it.comment()) == WORDS[name]


def test_sets_of_unique_together_go_before_they_come():
    it = change(
        [author(unique_together={("name", "alive"), ("id", "name"), ("id", "alive")})],
        operations.AlterUniqueTogether("Author", {("id", "alive"), ("alive", "name")}),
    )
    assert it.lines() == [
        " - Deleted unique constraint for ['id', 'name'] on law.Author",
        " - Deleted unique constraint for ['name', 'alive'] on law.Author",
        " + Added unique constraint for ['alive', 'name'] on law.Author",
    ]
    assert it.slug() == (
        "del_unique_author_id_name__del_unique_author_name_alive__add_unique_author_alive_name"
    )
    assert it.comment().endswith(
        ": removing ['id', 'name'], removing ['name', 'alive'], adding ['alive', 'name']"
    )


def test_a_many_to_many_field_is_a_table():
    many = models.ManyToManyField("self")
    came = change([author()], operations.AddField("Author", "near", many))
    assert came.lines() == [" + Added M2M table for near on law.Author"]
    assert came.comment() == "Adding M2M table for field 'Author.near'"
    with_it = author()
    with_it.fields["near"] = many
    gone = change([with_it], operations.RemoveField("Author", "near"))
    assert gone.lines() == [" - Deleted M2M table for near on law.Author"]
    assert gone.comment() == "Deleting M2M table for field 'Author.near'"


def test_the_way_back_of_options_names_options_alone():
    assert change(*CHANGES["options change"]).inverse().options == {"ordering": ["name"]}
