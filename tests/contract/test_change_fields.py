"""Changes of fields, written as code in both directions and run there and back."""

from __future__ import annotations

import datetime
import decimal

import pytest

from tests.contract.case import Case, hold, model, on_their_vendors
from tests.contract.engine import World

NAME = "name = models.CharField(max_length=20)"


def author(*fields: str, meta: tuple[str, ...] = ()) -> str:
    return model("Author", NAME, *fields, meta=meta)


ANN_AND_BOB = {"Author": [{"name": "Ann"}, {"name": "Bob"}]}
NOON = datetime.datetime(2026, 1, 2, 12, tzinfo=datetime.UTC)
STATED = "name = models.CharField(max_length=20, db_collation='{}', db_comment='called'{})"
COLLATIONS = [("sqlite", "nocase"), ("postgresql", "C"), ("mariadb", "utf8mb4_bin")]

TYPES = """
class Everything(models.Model):
    big = models.BigIntegerField()
    binary = models.BinaryField(null=True)
    boolean = models.BooleanField(default=False)
    char = models.CharField(max_length=7, choices=[("a", "A"), ("b", 'b "quoted" it\\'s')])
    date = models.DateField(auto_now=True)
    datetime = models.DateTimeField(auto_now_add=True)
    decimal = models.DecimalField(max_digits=8, decimal_places=3, default=__import__("decimal").Decimal("1.5"))
    duration = models.DurationField(null=True)
    email = models.EmailField(db_index=True)
    file = models.FileField(upload_to="x/%Y")
    float = models.FloatField(validators=[Below(7), even])
    ip = models.GenericIPAddressField(null=True)
    integer = models.IntegerField(default=seventeen)
    json = models.JSONField(default=dict)
    positive = models.PositiveIntegerField()
    positive_big = models.PositiveBigIntegerField()
    positive_small = models.PositiveSmallIntegerField()
    slug = models.SlugField(unique=True)
    small = models.SmallIntegerField(help_text="100% \\\\ sure")
    text = models.TextField(blank=True)
    time = models.TimeField(null=True)
    url = models.URLField()
    uuid = models.UUIDField(default=__import__("uuid").uuid4, editable=False)
    hand = HandField(cards=5)
"""

CASES = [
    Case("every type of field", "", TYPES, "create_model", "delete_model"),
    Case(
        "add a nullable field",
        author(),
        author("age = models.IntegerField(null=True)"),
        "add_field",
        "remove_field",
        rows=ANN_AND_BOB,
        then={"Author": [{"name": "Ann", "age": None}, {"name": "Bob", "age": None}]},
    ),
    Case(
        "add a field with a one-off default",
        author(),
        author("age = models.IntegerField()"),
        "add_field",
        "remove_field",
        answers={"defaults": {"Author.age": 3}},
        rows=ANN_AND_BOB,
        then={"Author": [{"name": "Ann", "age": 3}, {"name": "Bob", "age": 3}]},
    ),
    Case(
        "add fields with defaults",
        author(),
        author(
            "age = models.IntegerField(default=seventeen)",
            "born = models.DateField(default=__import__('datetime').date(2000, 1, 1))",
            "note = models.CharField(max_length=9, blank=True)",
        ),
        "add_field add_field add_field",
        "remove_field remove_field remove_field",
        rows=ANN_AND_BOB,
        then={"Author": [{"age": 17, "born": datetime.date(2000, 1, 1), "note": ""}] * 2},
    ),
    Case(
        "add a field with auto_now_add",
        author(),
        author("made = models.DateTimeField(auto_now_add=True)"),
        "add_field",
        "remove_field",
        answers={"defaults": {"Author.made": NOON}},
        rows=ANN_AND_BOB,
        then={"Author": [{"made": NOON}, {"made": NOON}]},
    ),
    Case(
        "add a unique field with a callable default",
        author(),
        author("code = models.UUIDField(default=__import__('uuid').uuid4, unique=True)"),
        "add_field",
        "remove_field",
        answers={"shared_defaults": frozenset({"Author.code"})},
        rows={"Author": [{"name": "Ann"}]},
    ),
    Case(
        "remove a nullable field",
        author("age = models.IntegerField(null=True)"),
        author(),
        "remove_field",
        "add_field",
        rows={"Author": [{"name": "Ann", "age": 3}]},
        then={"Author": [{"name": "Ann"}]},
        back={"Author": [{"name": "Ann", "age": None}]},
    ),
    Case(
        "remove a field with a one-off default for the way back",
        author("age = models.IntegerField()", "key = models.CharField(max_length=5, unique=True)"),
        author("key = models.CharField(max_length=5, unique=True)"),
        "remove_field",
        "add_field",
        answers={"defaults": {"Author.age": 3}},
        rows={"Author": [{"name": "Ann", "age": 40, "key": "a"}]},
        then={"Author": [{"name": "Ann", "key": "a"}]},
        back={"Author": [{"name": "Ann", "age": 3, "key": "a"}]},
    ),
    Case(
        "longer, wider, larger",
        author(
            "age = models.IntegerField()",
            "tall = models.DecimalField(max_digits=5, decimal_places=2)",
        ),
        model(
            "Author",
            "name = models.TextField()",
            "age = models.BigIntegerField()",
            "tall = models.DecimalField(max_digits=9, decimal_places=4)",
        ),
        "alter_field alter_field alter_field",
        "alter_field alter_field alter_field",
        rows={"Author": [{"name": "Ann", "age": 3, "tall": decimal.Decimal("1.75")}]},
    ),
    Case(
        "a number becomes text",
        author("age = models.IntegerField()"),
        author("age = models.CharField(max_length=10)"),
        "alter_field",
        "alter_field",
        rows={"Author": [{"age": 3}]},
        then={"Author": [{"age": "3"}]},
    ),
    Case(
        "null becomes NOT NULL where there are NULLs",
        author("age = models.IntegerField(null=True)"),
        author("age = models.IntegerField()"),
        "alter_field",
        "alter_field",
        answers={"defaults": {"Author.age": 3}},
        rows={"Author": [{"name": "Ann", "age": None}, {"name": "Bob", "age": 8}]},
        then={"Author": [{"age": 3}, {"age": 8}]},
        back={"Author": [{"age": 3}, {"age": 8}]},
    ),
    Case(
        "NOT NULL becomes null and there are NULLs on the way back",
        author("age = models.IntegerField()"),
        author("age = models.IntegerField(null=True)"),
        "alter_field",
        "alter_field",
        answers={"defaults": {"Author.age": 3}},
        rows={"Author": [{"name": "Ann", "age": 8}]},
        more={"Author": [{"name": "Bob", "age": None}]},
        back={"Author": [{"age": 8}, {"age": 3}]},
    ),
    Case(
        "unique and index come",
        author("age = models.IntegerField()"),
        model(
            "Author",
            "name = models.CharField(max_length=20, unique=True)",
            "age = models.IntegerField(db_index=True)",
        ),
        "alter_field alter_field",
        "alter_field alter_field",
        rows={"Author": [{"name": "Ann", "age": 1}]},
    ),
    Case(
        "unique and index go",
        model(
            "Author",
            "name = models.CharField(max_length=20, unique=True)",
            "age = models.IntegerField(db_index=True)",
        ),
        author("age = models.IntegerField()"),
        "alter_field alter_field",
        "alter_field alter_field",
        rows={"Author": [{"name": "Ann", "age": 1}]},
    ),
    Case(
        "unique becomes index",
        model("Author", "name = models.CharField(max_length=20, unique=True)"),
        model("Author", "name = models.CharField(max_length=20, db_index=True)"),
        "alter_field",
        "alter_field",
        rows=ANN_AND_BOB,
    ),
    Case(
        "another column name",
        author("age = models.IntegerField()"),
        author("age = models.IntegerField(db_column='years')"),
        "alter_field",
        "alter_field",
        rows={"Author": [{"name": "Ann", "age": 1}]},
    ),
    Case(
        "what the database does not see",
        author("age = models.IntegerField()"),
        author(
            "age = models.IntegerField('Alter', choices=[(1, 'one'), (2, 'two')], default=seventeen, "
            "help_text='how \"old\"', validators=[MinValueValidator(1), Below(200), even], blank=True)"
        ),
        "alter_field",
        "alter_field",
        rows={"Author": [{"name": "Ann", "age": 1}]},
    ),
    Case(
        "a deconstructible value changes",
        author("age = models.IntegerField(validators=[Below(100)])"),
        author("age = models.IntegerField(validators=[Below(200)])"),
        "alter_field",
        "alter_field",
    ),
    Case(
        "a field of the project's own",
        author("hand = HandField(cards=4)"),
        author("hand = HandField(cards=5)", "other = HandField(null=True)"),
        "add_field alter_field",
        "alter_field remove_field",
        rows={"Author": [{"name": "Ann", "hand": "AAKK"}]},
    ),
    Case(
        "a default in the database comes",
        author("age = models.IntegerField()"),
        author(
            "age = models.IntegerField(db_default=7)",
            "made = models.DateTimeField(db_default=Now())",
        ),
        "add_field alter_field",
        "alter_field remove_field",
        rows={"Author": [{"name": "Ann", "age": 1}]},
        more={"Author": [{"name": "Bob"}]},
        back={"Author": [{"age": 1}, {"age": 7}]},
    ),
    Case(
        "a default in the database changes and goes",
        author(
            "age = models.IntegerField(db_default=7)", "size = models.IntegerField(db_default=1)"
        ),
        author("age = models.IntegerField()", "size = models.IntegerField(db_default=2)"),
        "alter_field alter_field",
        "alter_field alter_field",
        rows={"Author": [{"name": "Ann"}]},
        then={"Author": [{"name": "Ann", "age": 7, "size": 1}]},
    ),
    Case(
        "a default in the database and NOT NULL",
        author("age = models.IntegerField(null=True)"),
        author("age = models.IntegerField(db_default=7)"),
        "alter_field",
        "alter_field",
        rows={"Author": [{"name": "Ann", "age": None}]},
        then={"Author": [{"age": 7}]},
        back={"Author": [{"age": 7}]},
    ),
    Case(
        "a comment on a column",
        author("age = models.IntegerField()"),
        author(
            'age = models.IntegerField(db_comment="Ann\'s age")',
            "size = models.IntegerField(null=True, db_comment='cm')",
        ),
        "add_field alter_field",
        "alter_field remove_field",
        rows={"Author": [{"name": "Ann", "age": 1}]},
    ),
    *(
        Case(
            f"a column with a collation and a comment may be null on {vendor}",
            model("Author", STATED.format(collation, "")),
            model("Author", STATED.format(collation, ", null=True")),
            "alter_field",
            "alter_field",
            answers={"defaults": {"Author.name": "x"}},
            rows=ANN_AND_BOB,
            vendors=[vendor],
        )
        for vendor, collation in COLLATIONS
    ),
    *(
        Case(
            f"another collation on {vendor}",
            author(),
            model("Author", f"name = models.CharField(max_length=20, db_collation={collation!r})"),
            "alter_field",
            "alter_field",
            rows=ANN_AND_BOB,
            vendors=[vendor],
        )
        for vendor, collation in COLLATIONS
    ),
    Case(
        "a larger primary key that others point to",
        model("Author", "id = models.AutoField(primary_key=True)")
        + model(
            "Book",
            "author = models.ForeignKey(Author, models.CASCADE)",
            "by = models.ManyToManyField(Author, related_name='+')",
        ),
        model("Author", "id = models.BigAutoField(primary_key=True)")
        + model(
            "Book",
            "author = models.ForeignKey(Author, models.CASCADE)",
            "by = models.ManyToManyField(Author, related_name='+')",
        ),
        "alter_field",
        "alter_field",
        rows={
            "Author": [{"id": 1}, {"id": 2}],
            "Book": [{"author_id": 2}],
            "Book_by": [{"book_id": 1, "author_id": 1}],
        },
        more={"Author": [{"id": 3}]},
        back={"Author": [{"id": 1}, {"id": 2}, {"id": 3}], "Book": [{"author_id": 2}]},
        # On SQLite Django leaves the many-to-many table of another model as it is (ticket 32674).
        vendors=["postgresql", "mariadb"],
    ),
    Case(
        "another field becomes the primary key",
        model("Author", "code = models.CharField(max_length=5, unique=True)"),
        model("Author", "code = models.CharField(max_length=5, primary_key=True)"),
        "remove_field alter_field",
        "alter_field add_field",
        vendors=["sqlite"],
    ),
]


@pytest.mark.parametrize("case", on_their_vendors(CASES))
def test_field_change(case: Case, world: World, alias: str) -> None:
    hold(case, world, alias)
