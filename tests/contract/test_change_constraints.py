"""Changes of indexes, constraints and unique_together, written as code and run there and back."""

from __future__ import annotations

import pytest

from tests.contract.case import Case, hold, model, on_their_vendors
from tests.contract.engine import World

NAME = "name = models.CharField(max_length=20)"
AGE = "age = models.IntegerField()"
# MariaDB has neither partial indexes nor indexes on expressions; Django leaves them out there.
PARTIAL = ("sqlite", "postgresql")


def author(*meta: str) -> str:
    return model("Author", NAME, AGE, meta=meta)


def indexes(*each: str) -> str:
    return author(f"indexes = [{', '.join(f'models.Index({one})' for one in each)}]")


def checks(*each: str) -> str:
    return author(f"constraints = [{', '.join(f'models.CheckConstraint({one})' for one in each)}]")


def uniques(*each: str) -> str:
    return author(f"constraints = [{', '.join(f'models.UniqueConstraint({one})' for one in each)}]")


ROWS = {"Author": [{"name": "Ann", "age": 1}, {"name": "Bob", "age": 2}]}

CASES = [
    Case(
        "an index comes",
        author(),
        indexes("fields=['name', '-age'], name='name_age'", "fields=['age']"),
        "add_index add_index",
        "remove_index remove_index",
        rows=ROWS,
    ),
    Case(
        "an index goes",
        indexes("fields=['name', '-age'], name='name_age'"),
        author(),
        "remove_index",
        "add_index",
        rows=ROWS,
    ),
    Case(
        "an index has other fields",
        indexes("fields=['name'], name='some'"),
        indexes("fields=['age', 'name'], name='some'"),
        "remove_index add_index",
        "remove_index add_index",
        rows=ROWS,
    ),
    Case(
        "an index has another name",
        indexes("fields=['name'], name='one'"),
        indexes("fields=['name'], name='two'"),
        "rename_index",
        "rename_index",
        rows=ROWS,
    ),
    Case(
        "indexes under a condition",
        indexes(
            "fields=['name'], condition=Q(age__gt=3), name='one'", "fields=['age'], name='two'"
        ),
        indexes(
            "fields=['name'], condition=Q(age__gt=4), name='one'",
            "fields=['age'], condition=Q(name__startswith='100%') | ~Q(age__in=[1, 2]), name='two'",
        ),
        "remove_index remove_index add_index add_index",
        "remove_index remove_index add_index add_index",
        rows=ROWS,
    ),
    Case(
        "indexes on expressions",
        indexes("Lower('name'), name='one'"),
        indexes("Upper('name').desc(), 'age', name='one'", "Abs('age') + 1, name='two'"),
        "remove_index add_index add_index",
        "remove_index remove_index add_index",
        rows=ROWS,
    ),
    Case(
        "indexes with what PostgreSQL has",
        indexes("fields=['name'], include=['age'], name='one'"),
        indexes("fields=['name'], opclasses=['varchar_pattern_ops'], name='one'"),
        "remove_index add_index",
        "remove_index add_index",
        rows=ROWS,
        vendors=["postgresql"],
    ),
    Case(
        "checks come",
        author(),
        checks(
            "condition=Q(age__gte=0) & ~Q(name=''), name='sane'",
            "condition=Q(name__in=['Ann', 'Bob', '50% \"x\"']) | Q(age__lt=F('age') + 1), name='known'",
        ),
        "add_constraint add_constraint",
        "remove_constraint remove_constraint",
        rows=ROWS,
    ),
    Case(
        "a check goes",
        checks("condition=Q(age__gte=0), name='sane'"),
        author(),
        "remove_constraint",
        "add_constraint",
        rows=ROWS,
    ),
    Case(
        "a check changes",
        checks("condition=Q(age__gte=0), name='sane'"),
        checks("condition=Q(age__gte=1), name='sane'"),
        "remove_constraint add_constraint",
        "remove_constraint add_constraint",
        rows=ROWS,
    ),
    Case(
        "a check has another message",
        checks("condition=Q(age__gte=0), name='sane'"),
        checks("condition=Q(age__gte=0), name='sane', violation_error_message='not sane'"),
        "alter_constraint",
        "alter_constraint",
        rows=ROWS,
    ),
    Case(
        "unique constraints come",
        author(),
        uniques("fields=['name', 'age'], name='both'", "fields=['age'], name='one'"),
        "add_constraint add_constraint",
        "remove_constraint remove_constraint",
        rows=ROWS,
    ),
    Case(
        "a unique constraint goes",
        uniques("fields=['name', 'age'], name='both'"),
        author(),
        "remove_constraint",
        "add_constraint",
        rows=ROWS,
    ),
    Case(
        "a unique constraint has other fields",
        uniques("fields=['name', 'age'], name='some'"),
        uniques("fields=['age'], name='some'"),
        "remove_constraint add_constraint",
        "remove_constraint add_constraint",
        rows=ROWS,
    ),
    Case(
        "unique under a condition",
        author(),
        uniques(
            "fields=['name'], condition=Q(age__gt=3), name='grown'",
            "Lower('name'), 'age', name='lower'",
        ),
        "add_constraint add_constraint",
        "remove_constraint remove_constraint",
        rows=ROWS,
    ),
    Case(
        "a condition changes",
        uniques("fields=['name'], condition=Q(age__gt=3), name='grown'"),
        uniques("fields=['name'], condition=Q(age__gt=4), name='grown'"),
        "remove_constraint add_constraint",
        "remove_constraint add_constraint",
        rows=ROWS,
    ),
    Case(
        "a unique constraint becomes deferrable",
        uniques("fields=['name'], name='one'"),
        uniques("fields=['name'], name='one', deferrable=models.Deferrable.DEFERRED"),
        "remove_constraint add_constraint",
        "remove_constraint add_constraint",
        rows=ROWS,
    ),
    Case(
        "unique constraints with what PostgreSQL has",
        author(),
        uniques(
            "fields=['name'], include=['age'], name='one'",
            "fields=['age'], nulls_distinct=False, name='two'",
        ),
        "add_constraint add_constraint",
        "remove_constraint remove_constraint",
        rows=ROWS,
        vendors=["postgresql"],
    ),
    Case(
        "unique_together comes",
        author(),
        author("unique_together = [('name', 'age'), ('age', 'id')]"),
        "alter_unique_together",
        "alter_unique_together",
        rows=ROWS,
    ),
    Case(
        "unique_together changes",
        author("unique_together = [('name', 'age'), ('age', 'id')]"),
        author("unique_together = ('age', 'name')"),
        "alter_unique_together",
        "alter_unique_together",
        rows=ROWS,
    ),
    Case(
        "unique_together goes",
        author("unique_together = ('age', 'name')"),
        author(),
        "alter_unique_together",
        "alter_unique_together",
        rows=ROWS,
    ),
    Case(
        "unique_together becomes a constraint",
        author("unique_together = ('age', 'name')"),
        uniques("fields=['age', 'name'], name='both'"),
        "alter_unique_together add_constraint",
        "remove_constraint alter_unique_together",
        rows=ROWS,
    ),
    Case(
        "an index, a check and a unique constraint on a field that comes with them",
        model("Author", NAME),
        author(
            "indexes = [models.Index(fields=['age', 'name'], name='age_name')]",
            "constraints = [models.CheckConstraint(condition=Q(age__gt=0), name='old'), "
            "models.UniqueConstraint(fields=['age', 'name'], name='both')]",
            "unique_together = [('name', 'age')]",
        ),
        "add_field alter_unique_together add_index add_constraint add_constraint",
        "remove_constraint remove_constraint remove_index alter_unique_together remove_field",
        answers={"defaults": {"Author.age": 7}},
        rows={"Author": [{"name": "Ann"}, {"name": "Bob"}]},
        then={"Author": [{"name": "Ann", "age": 7}, {"name": "Bob", "age": 7}]},
    ),
]


@pytest.mark.parametrize("case", on_their_vendors(CASES))
def test_constraint_change(case: Case, world: World, alias: str) -> None:
    hold(case, world, alias)
