"""A generated field cannot be altered: what names it goes and comes with it."""

from __future__ import annotations

import pytest

from tests.contract.case import Case, hold, model, on_their_vendors
from tests.contract.engine import World

OWN = ("name = models.CharField(max_length=40)", "age = models.IntegerField()")
ROWS = {"Author": [{"name": "Ann", "age": 1}]}
NAMING = {
    "an index": "indexes = [models.Index(fields=['double', 'age'], name='i')]",
    "a partial index": "indexes = [models.Index(fields=['name'], name='i', condition=Q(double__gt=3))]",
    "an index of an expression": "indexes = [models.Index(F('double').desc(), name='i')]",
    "a check": "constraints = [models.CheckConstraint(condition=Q(double__gt=-5), name='c')]",
    "a unique": "constraints = [models.UniqueConstraint(fields=['double', 'name'], name='c')]",
    "unique_together": "unique_together = [('double', 'age'), ('name', 'age')]",
}


def generated(expression: str) -> str:
    return (
        f"double = models.GeneratedField(expression={expression}, "
        "output_field=models.IntegerField(), db_persist=True)"
    )


def author(meta: str, *fields: str) -> str:
    return model("Author", *OWN, *fields, meta=(meta,) if meta else ())


TWICE, MORE = generated("F('age') * 2"), generated("F('age') + 7")
PLAIN = "double = models.IntegerField(null=True)"

CASES = [
    case
    for name, meta in NAMING.items()
    for case in (
        Case(
            f"{name} of a generated field that has another expression",
            author(meta, TWICE),
            author(meta, MORE),
            None,
            None,
            rows=ROWS,
            then={"Author": [{"double": 8}]},
            back={"Author": [{"double": 2}]},
        ),
        Case(
            f"{name} of a generated field that becomes a plain one",
            author(meta, TWICE),
            author(meta, PLAIN),
            None,
            None,
            rows=ROWS,
            back={"Author": [{"double": 2}]},
        ),
        Case(
            f"{name} of a generated field that goes",
            author(meta, TWICE),
            author(""),
            None,
            None,
            rows=ROWS,
        ),
    )
] + [
    Case(
        "parts come and go while a generated field has another expression",
        model(
            "Author",
            *OWN,
            TWICE,
            meta=(
                "indexes = [models.Index(fields=['double'], name='gone'), "
                "models.Index(fields=['double', 'age'], name='renamed')]",
                "unique_together = [('double', 'age'), ('double', 'name')]",
            ),
        ),
        model(
            "Author",
            *OWN,
            MORE,
            meta=(
                "indexes = [models.Index(fields=['double', 'name'], name='new'), "
                "models.Index(fields=['double', 'age'], name='called')]",
                "unique_together = [('double', 'age'), ('double', 'name', 'age')]",
            ),
        ),
        None,
        None,
        rows=ROWS,
        then={"Author": [{"double": 8}]},
    )
]


@pytest.mark.parametrize("case", on_their_vendors(CASES))
def test_generated(case: Case, world: World, alias: str) -> None:
    hold(case, world, alias)
