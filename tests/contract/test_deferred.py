"""`--defer Model.field`: what names the field is left for later with it."""

from __future__ import annotations

import pytest

from evolve.autodiff.questions import Answers
from evolve.checking import check
from evolve.errors import Refused
from tests.contract.case import model
from tests.contract.engine import World, built
from tests.contract.schema import schema

UP = "up = models.ForeignKey('self', models.CASCADE, null=True)"
SIZE = "size = models.IntegerField(default=1)"
NAMING = {
    "an index": "indexes = [models.Index(fields=['size', '-up'], name='i'), models.Index(fields=['size'], name='j')]",
    "an expression": "indexes = [models.Index(F('up').desc(), name='i')]",
    "a partial index": "indexes = [models.Index(fields=['size'], name='i', condition=Q(up__isnull=True))]",
    "a check": "constraints = [models.CheckConstraint(condition=Q(up__gt=0) | Q(size=1), name='c')]",
    "a comparison": "constraints = [models.CheckConstraint(condition=Q(size__gt=F('up')), name='c')]",
    "a unique": "constraints = [models.UniqueConstraint(fields=['size', 'up'], name='u')]",
    "unique_together": "unique_together = [('size', 'up')]",
    "ordering": "ordering = ['-up', 'size']",
    "ordering by an expression": "ordering = [F('up').desc()]",
    "order_with_respect_to": "order_with_respect_to = 'up'",
}


@pytest.mark.parametrize("naming", NAMING.values(), ids=NAMING)
def test_what_names_a_deferred_field_is_deferred_with_it(
    world: World, alias: str, naming: str
) -> None:
    text = model("Author", SIZE, UP, meta=(naming,))
    world.write(text, defer=("Author.up",))
    found, _ = check(world.project, ["law"])
    assert [each.code for each in found] == ["models-differ"]
    world.migrate(alias)
    world.write(text)
    assert not world.difference(text, Answers())
    assert check(world.project, ["law"])[0] == []
    world.migrate(alias)
    at_last = schema(alias)
    world.migrate(alias, "zero")
    assert at_last == built(alias, {"law": text})


def test_what_does_not_name_it_stays(world: World) -> None:
    text = model("Author", SIZE, UP, meta=(NAMING["an index"],))
    assert "name='j'" in world.write(text, defer=("Author.up",)).text.replace('"', "'")


def test_a_field_that_another_is_made_of_cannot_be_deferred_alone(world: World) -> None:
    double = (
        "double = models.GeneratedField(expression=F('size') * 2, "
        "output_field=models.IntegerField(), db_persist=True)"
    )
    with pytest.raises(Refused, match="the field 'double' is made of it") as raised:
        world.write(model("Author", SIZE, double), defer=("Author.size",))
    assert "--defer Author.size --defer Author.double" in raised.value.hint
    world.write(model("Author", SIZE, double), defer=("Author.size", "Author.double"))


def test_a_field_that_is_there_cannot_be_deferred(world: World) -> None:
    world.write(model("Author", SIZE))
    with pytest.raises(Refused, match="the revisions have it already"):
        world.write(model("Author", SIZE.replace("1", "2")), defer=("Author.size",))
