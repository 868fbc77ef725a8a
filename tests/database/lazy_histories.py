"""Histories of operations that a lazily rendered state has to get through like Django's own.

Each function returns new operations: RenameField changes the fields of the operations before it.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db import models
from django.db.migrations import operations as o
from django.db.models.functions import Lower

from tests.database.shorthand import Mixed, Stamped, Steps, create, fk, many, of, one, parent, text


def chain() -> Steps:
    return of(
        "a",
        create("A", name=text()),
        create("B", name=text(), a=fk("a.A")),
        create("C", name=text(), b=fk("a.B"), at=models.IntegerField(default=1)),
        o.AlterField("B", "name", text(max_length=40)),
        o.AddField("C", "more", text(unique=True, null=True)),
        o.AddField("A", "size", models.IntegerField(default=3), preserve_default=False),
        o.AlterField("C", "b", fk("a.A")),
        o.RenameField("B", "name", "title"),
        o.RemoveField("C", "at"),
        o.RemoveField("B", "a"),
        o.DeleteModel("C"),
    )


def star() -> Steps:
    spokes = [create(f"S{i}", hub=fk("a.Hub", related_name=f"s{i}"), n=text()) for i in range(4)]
    return of(
        "a",
        create("Hub", code=text(unique=True, max_length=9), name=text()),
        *spokes,
        o.AddField("S0", "by_code", fk("a.Hub", to_field="code", related_name="+")),
        o.AlterField("Hub", "name", text(max_length=50)),
        o.AlterField("Hub", "code", text(unique=True, max_length=12)),
        o.AlterField("Hub", "id", models.BigAutoField(primary_key=True)),
        o.RenameField("Hub", "id", "key"),
        o.AddField("S1", "by_code", fk("a.Hub", to_field="code", related_name="+")),
        o.RemoveField("S0", "by_code"),
        o.DeleteModel("S3"),
    )


def circle() -> Steps:
    return of(
        "a",
        create("A", name=text()),
        create("B", a=fk("a.A"), me=fk("self", related_name="+")),
        o.AddField("A", "b", fk("a.B", related_name="+")),
        o.AlterField("A", "id", models.BigAutoField(primary_key=True)),
        o.AlterField("B", "id", models.BigAutoField(primary_key=True)),
        o.AlterField("A", "name", text(max_length=33)),
        o.RenameModel("A", "Z"),
        o.RenameField("B", "a", "z"),
        o.AlterField("B", "me", fk("self", related_name="+", db_index=False)),
        o.RemoveField("Z", "b"),
    )


def renamed_with_referrers() -> Steps:
    return [
        *of("a", create("A", name=text()), create("T", name=text())),
        *of(
            "b",
            create("B", a=fk("a.A"), ones=many("a.A", related_name="+"), me=fk("self")),
            create("P", one=one("a.A", primary_key=True), keyed=True),
            create("Q", p=fk("b.P"), name=text()),
        ),
        *of("a", o.AddField("A", "tags", many("a.T")), o.AddField("A", "twins", many("self"))),
        *of("a", o.RenameModel("A", "Author"), o.AlterField("Author", "name", text(null=True))),
        *of("a", o.RenameModel("T", "Tag"), o.RenameField("Author", "tags", "labels")),
        *of("b", o.RenameModel("B", "Book"), o.AddField("Book", "n", text())),
        *of("a", o.AlterField("Author", "id", models.BigAutoField(primary_key=True))),
        *of("b", o.RenameModel("P", "Profile"), o.AlterField("Q", "name", text(null=True))),
    ]


def many_to_many() -> Steps:
    return of(
        "a",
        create("A", name=text()),
        create("B", name=text()),
        create("C", name=text()),
        o.AddField("A", "bs", many("a.B", related_name="as_of")),
        create("AC", a=fk("a.A"), c=fk("a.C"), at=text()),
        o.AddField("A", "cs", many("a.C", through="a.AC")),
        o.AlterField("A", "bs", many("a.C", related_name="as_of")),
        o.AlterField("A", "bs", many("a.C", related_name="others", blank=True)),
        o.AlterField("A", "cs", many("a.C", through="a.AC", related_name="through")),
        o.AlterField("AC", "at", text(max_length=99)),
        o.RenameModel("AC", "Link"),
        o.RenameModel("C", "Sea"),
        o.AlterField("Sea", "id", models.BigAutoField(primary_key=True)),
        o.AlterField("A", "id", models.BigAutoField(primary_key=True)),
        o.RenameField("A", "bs", "seas"),
        o.AlterModelTable("A", "elsewhere"),
        o.AlterField("A", "seas", many("a.Sea", db_table="a_named")),
        o.RemoveField("A", "seas"),
        o.RemoveField("A", "cs"),
    )


def indexes_and_constraints() -> Steps:
    low = models.UniqueConstraint(Lower("name"), name="low")
    adult = models.CheckConstraint(condition=models.Q(n__gte=18, b__isnull=False), name="adult")
    once = models.UniqueConstraint(fields=["name", "b"], name="once")
    return of(
        "a",
        create("B", name=text()),
        create("A", name=text(), n=models.IntegerField(default=20), b=fk("a.B")),
        o.AddIndex("A", models.Index(fields=["name", "-n"], name="by_name")),
        o.AddIndex("A", models.Index(fields=["b"], name="some", condition=models.Q(n__gt=3))),
        o.AddConstraint("A", low),
        o.AddConstraint("A", adult),
        o.AddConstraint("A", once),
        o.AlterUniqueTogether("A", {("name", "n")}),
        o.AlterField("A", "name", text(max_length=77)),
        o.AlterField("B", "id", models.BigAutoField(primary_key=True)),
        o.RenameIndex("A", "by_names", "by_name"),
        o.AddField("A", "m", text()),
        o.AlterUniqueTogether("A", {("name", "m"), ("m", "n")}),
        o.RemoveConstraint("A", "once"),
        o.RemoveIndex("A", "some"),
        o.RemoveConstraint("A", "adult"),
        o.AlterUniqueTogether("A", set()),
        o.AlterModelOptions("A", {"ordering": ["name"], "verbose_name": "an a"}),
    )


def ordered() -> Steps:
    return of(
        "a",
        create("A", name=text()),
        create("B", a=fk("a.A"), name=text()),
        o.AlterOrderWithRespectTo("B", "a"),
        o.AddField("B", "more", text()),
        o.AlterField("A", "id", models.BigAutoField(primary_key=True)),
        create("C", b=fk("a.B")),
        o.AlterField("B", "more", text(max_length=30)),
        o.AlterField("B", "id", models.BigAutoField(primary_key=True)),
        o.AlterOrderWithRespectTo("B", None),
        create("D", meta={"order_with_respect_to": "a"}, a=fk("a.A"), n=text()),
        create("E", d=fk("a.D"), d2=one("a.D", related_name="+")),
        o.AddField("E", "n", text()),
        o.RenameModel("D", "Dee"),
        o.AlterField("Dee", "n", text(max_length=30)),
    )


def inherited() -> Steps:
    return of(
        "a",
        create("Friend", name=text()),
        create("Place", name=text(), friend=fk("a.Friend")),
        create("Shop", bases=("a.place",), keyed=True, place_ptr=parent("a.Place"), open=text()),
        create("Cafe", bases=("a.Shop",), keyed=True, shop_ptr=parent("a.Shop"), near=fk("a.Cafe")),
        create("Near", bases=("a.cafe",), meta={"proxy": True, "ordering": ["name"]}, keyed=True),
        create("Kiosk", bases=("a.Place",), keyed=True, note=text()),
        create("Bar", bases=("a.Place",), keyed=True, at=one("a.Place", parent_link=True)),
        create("Guest", near=fk("a.Near"), at=fk("a.Bar", related_name="+"), by=fk("a.Place")),
        o.AddField("Place", "cafe", fk("a.Cafe", related_name="places")),
        o.AddField("Cafe", "size", models.IntegerField(default=1)),
        o.AlterField("Cafe", "size", models.BigIntegerField(default=2)),
        o.AlterField("Place", "name", text(max_length=30)),
        o.AlterField("Guest", "near", fk("a.Cafe")),
        o.AddField("Friend", "cafe", fk("a.Near", related_name="friends")),
        o.AlterField("Place", "id", models.BigAutoField(primary_key=True)),
        o.AlterField("Shop", "open", text(null=True)),
        o.RemoveField("Place", "cafe"),
        o.RenameField("Place", "name", "title"),
        o.RenameModel("Guest", "Visitor"),
        o.AlterModelOptions("Near", {"verbose_name": "near"}),
        o.AlterModelTable("Shop", "shops"),
        create("Log", bases=(Mixed, Stamped), place=fk("a.Shop", related_name="+"), note=text()),
        create("Entry", log=one("a.Log"), note=text()),
        o.AddField("Entry", "more", text()),
        o.AlterField("Log", "note", text(max_length=50)),
        o.AlterField("Log", "id", models.BigAutoField(primary_key=True)),
    )


def keys() -> Steps:
    return of(
        "a",
        create("A", id=text(primary_key=True, max_length=5), name=text()),
        create("B", keyed=True, a=one("a.A", primary_key=True), n=text()),
        create("C", keyed=True, b=one("a.B", primary_key=True), n=text()),
        create("D", c=fk("a.C"), code=text(unique=True), pair=fk("a.B", related_name="+")),
        create("E", d=fk("a.D", to_field="code"), c=fk("a.C", related_name="+")),
        create("F", keyed=True, d=one("a.D", to_field="code", primary_key=True)),
        create("G", f=fk("a.F"), e=fk("a.E")),
        create("H", b=fk("a.B", to_field="a_id")),
        o.AlterField("C", "n", text(max_length=60)),
        o.AlterField("A", "id", text(primary_key=True, max_length=9)),
        o.AlterField("D", "code", text(unique=True, max_length=7)),
        o.AddField("G", "n", text()),
        o.AlterField("A", "name", text(db_index=True)),
        o.RemoveField("G", "f"),
        o.AlterField("A", "name", text(unique=True)),
    )


def composite() -> Steps:
    low = models.GeneratedField(expression=Lower("name"), output_field=text(), db_persist=True)
    pair = models.ForeignObject(
        "a.A", models.CASCADE, from_fields=["a_t", "a_n"], to_fields=["t", "n"], null=True
    )
    return of(
        "a",
        create("T", name=text()),
        create(
            "A",
            keyed=True,
            id=models.CompositePrimaryKey("t", "n"),
            t=fk("a.T", null=False),
            n=models.IntegerField(),
            name=text(),
            low=low,
        ),
        create("B", a_t=fk("a.T", related_name="+"), a_n=models.IntegerField(null=True)),
        o.AddField("A", "note", text(null=True, default=None)),
        o.AlterField("A", "note", text(null=True, max_length=50)),
        # Django cannot take such a field out of a database again.
        o.SeparateDatabaseAndState(state_operations=[o.AddField("B", "a", pair)]),
        o.AddField("B", "note", text(unique=True, null=True)),
        o.AlterField("B", "a_n", models.BigIntegerField(null=True)),
        o.RenameField("A", "note", "comment"),
        o.RemoveField("A", "low"),
    )


def tables_and_state_only() -> Steps:
    longer = o.AlterField("A", "n", text(max_length=50))
    shorter = o.RemoveField("A", "b")
    return of(
        "a",
        create("B", meta={"db_table": "bees"}),
        create("A", n=text(), b=fk("a.B"), m=text()),
        create("R", a=fk("a.A"), bs=many("a.B")),
        o.AlterModelTable("A", "ays"),
        o.AlterModelTable("B", "bs"),
        o.SeparateDatabaseAndState([longer, shorter], [shorter, longer]),
        o.SeparateDatabaseAndState(state_operations=[o.RenameModel("R", "Er")]),
        o.SeparateDatabaseAndState(state_operations=[o.AlterModelTable("Er", "a_r")]),
        o.AlterField("Er", "a", fk("a.A", db_column="aa")),
        o.AlterModelTable("A", None),
        o.AlterModelManagers("A", [("things", models.Manager())]),
        o.AlterField("A", "m", text(null=True)),
    )


def users() -> Steps:
    return [
        *of("contenttypes", create("ContentType", app_label=text(), model=text())),
        *of(
            "auth",
            create(
                "User",
                meta={"swappable": "AUTH_USER_MODEL"},
                name=text(unique=True),
                kinds=many("contenttypes.ContentType"),
            ),
        ),
        *of(
            "a",
            create("A", owner=fk("auth.User"), kind=fk("contenttypes.ContentType")),
            o.AddField("A", "n", text()),
            o.AlterField("A", "owner", fk("auth.User", null=False, default=1)),
        ),
        *of("auth", o.AlterField("User", "id", models.BigAutoField(primary_key=True))),
    ]


HISTORIES: dict[str, Callable[[], Steps]] = {
    each.__name__: each
    for each in (
        chain,
        star,
        circle,
        renamed_with_referrers,
        many_to_many,
        indexes_and_constraints,
        ordered,
        inherited,
        keys,
        composite,
        tables_and_state_only,
        users,
    )
}
