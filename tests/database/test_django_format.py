"""Django-format migrations make of a database what they make of it under Django's executor.

Each test is a history that is run twice, on an empty database each time. After every migration, on
the way up and down, tables, indexes, constraints and rows have to be the same; see `both_ways`.
"""

from __future__ import annotations

from textwrap import dedent
from typing import Any

import pytest
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.questioner import MigrationQuestioner
from django.db.migrations.state import ProjectState
from django.db.migrations.writer import MigrationWriter
from django.test.utils import override_settings

from tests.contract.engine import rendered
from tests.database.django_format import PRELUDE, Story, both_ways
from tests.journeys.project import Site

A = "operations = [create('A', ('name', text))]"


# The graph


@both_ways
def test_dependencies_across_apps(story: Story) -> None:
    story.write("law", "0001_initial", A)
    story.write(
        "ally",
        "0001_initial",
        """
        dependencies = [("law", "0001_initial")]
        operations = [create("B", ("a", fk("law.A")))]
        """,
    )
    story.write(
        "law",
        "0002_b",
        """
        dependencies = [("ally", "0001_initial"), ("law", "0001_initial")]
        operations = [migrations.AddField("A", "b", fk("ally.B", related_name="+"))]
        """,
    )
    story.write(
        "ally",
        "0002_unique",
        """
        dependencies = [("ally", "0001_initial"), ("law", "0002_b")]
        operations = [migrations.AlterUniqueTogether("B", {("a", "id")})]
        """,
    )
    story.to("ally")
    story.to("law", "0001_initial")
    story.to("law")
    story.to("ally")
    story.zero("ally", "law")


@both_ways
def test_run_before(story: Story) -> None:
    story.write("law", "0001_initial", A)
    story.write(
        "law",
        "0002_size",
        """
        dependencies = [("law", "0001_initial")]
        operations = [migrations.AddField("A", "size", models.IntegerField(default=3))]
        """,
    )
    story.write(
        "ally",
        "0001_initial",
        """
        dependencies = [("law", "0001_initial")]
        run_before = [("law", "0002_size")]
        operations = [
            migrations.RunSQL("INSERT INTO law_a (name) VALUES ('early')", ""),
            create("B", ("a", fk("law.A"))),
        ]
        """,
    )
    story.to("law")
    story.zero("ally", "law")


@both_ways
def test_first_and_latest(story: Story) -> None:
    story.write("law", "0001_initial", A)
    story.write(
        "law",
        "0002_size",
        """
        dependencies = [("law", "0001_initial")]
        operations = [migrations.AddField("A", "size", models.IntegerField(default=3))]
        """,
    )
    story.write(
        "ally",
        "0001_initial",
        """
        dependencies = [("law", "__first__")]
        operations = [create("B", ("a", fk("law.A")))]
        """,
    )
    story.write(
        "ally",
        "0002_more",
        """
        dependencies = [("law", "__latest__"), ("ally", "0001_initial"), ("evolve", "__first__")]
        operations = [migrations.AddField("B", "a2", fk("law.A", related_name="+"))]
        """,
    )
    story.to("ally", "0001_initial")
    story.to("ally")
    story.to("law", "0001_initial")
    story.zero("ally", "law")


@both_ways
def test_a_merge(story: Story) -> None:
    story.write("law", "0001_initial", A)
    for name in ("0002_b", "0002_c"):
        story.write(
            "law",
            name,
            f"""
            dependencies = [("law", "0001_initial")]
            operations = [migrations.AddField("A", "{name}", text)]
            """,
        )
    story.write("law", "0003_merge", 'dependencies = [("law", "0002_b"), ("law", "0002_c")]')
    story.to("law", "0002_c")
    story.to("law", "0002_b")
    story.to("law")
    story.to("law", "0002_b")
    story.zero()


def _squashed(story: Story) -> None:
    story.write(
        "law",
        "0001_squashed_0003",
        """
        replaces = [("law", "0001_initial"), ("law", "0002_b"), ("law", "0003_longer")]
        initial = True
        operations = [
            create("A", ("name", models.CharField(max_length=40, default=""))),
            create("B", ("a", fk("law.A"))),
        ]
        """,
    )


def _to_be_squashed(story: Story) -> None:
    story.write("law", "0001_initial", A)
    story.write(
        "law",
        "0002_b",
        """
        dependencies = [("law", "0001_initial")]
        operations = [create("B", ("a", fk("law.A")))]
        """,
    )
    story.write(
        "law",
        "0003_longer",
        """
        dependencies = [("law", "0002_b")]
        operations = [
            migrations.AlterField("A", "name", models.CharField(max_length=40, default="")),
        ]
        """,
    )
    story.write(
        "ally",
        "0001_initial",
        """
        dependencies = [("law", "0002_b")]
        operations = [create("C", ("b", fk("law.B")))]
        """,
    )
    story.write(
        "law",
        "0004_after",
        """
        dependencies = [("law", "0003_longer")]
        operations = [migrations.AddField("B", "name", text)]
        """,
    )


@both_ways
def test_a_squash_on_an_empty_database(story: Story) -> None:
    _to_be_squashed(story)
    _squashed(story)
    story.to("ally")
    story.to("law")
    story.to("law", "0001_squashed_0003")
    story.zero("law")


@pytest.mark.parametrize("there", ["0001_initial", "0002_b", "0003_longer", "0004_after"])
def test_a_squash_of_which_a_part_is_applied(there: str, alias: str, tmp_path: Any) -> None:
    def history(story: Story) -> None:
        _to_be_squashed(story)
        story.to("law", there)
        _squashed(story)
        story.to("ally")
        story.to("law")
        story.zero("law")

    both_ways(history)(alias, tmp_path)


@both_ways
def test_a_header_that_is_computed(story: Story) -> None:
    story.write("law", "0001_initial", A)
    story.write(
        "law",
        "0002_b",
        """
        dependencies = [("law", FIRST)]
        operations = [create("B")]
        """,
        above='FIRST = "0001_initial"',
    )
    story.write(
        "law",
        "0003_c",
        """
        dependencies = [("law", name) for name in ["0002_b"]]
        operations = [migrations.RenameModel(OLD, "C")]
        """,
        above='OLD = "B"',
    )
    story.write(
        "ally",
        "0001_initial",
        """
        dependencies = [*OTHERS, ("law", "__first__")]
        operations = [create("D", ("c", fk("law.C")))]
        """,
        above='OTHERS = [("law", "0003_c")]',
    )
    story.to("ally")
    story.zero("law")


HEADERS = {
    "it grows": """
        class Migration(migrations.Migration):
            dependencies = []
            dependencies += [("law", "0001_initial")]
            operations = [create("B", ("a", fk("law.A")))]
        """,
    "it grows below": """
        class Migration(migrations.Migration):
            dependencies = []
            operations = [create("B", ("a", fk("law.A")))]


        Migration.dependencies.append(("law", "0001_initial"))
        """,
    "it is inherited": """
        class Base(migrations.Migration):
            dependencies = [("law", "0001_initial")]


        class Migration(Base):
            operations = [create("B", ("a", fk("law.A")))]
        """,
    "it is made with the instance": """
        class Migration(migrations.Migration):
            operations = [create("B", ("a", fk("law.A")))]

            def __init__(self, name, app_label):
                super().__init__(name, app_label)
                self.dependencies = [("law", "0001_initial")]
        """,
    "the class is conditional": """
        if settings.USE_TZ:

            class Migration(migrations.Migration):
                dependencies = [("law", "0001_initial")]
                operations = [create("B", ("a", fk("law.A")))]
        """,
    "the class is assigned": """
        class Made(migrations.Migration):
            dependencies = [("law", "0001_initial")]
            operations = [create("B", ("a", fk("law.A")))]


        Migration = Made
        """,
}


@pytest.mark.vendors("sqlite")
@pytest.mark.parametrize("header", HEADERS.values(), ids=HEADERS)
def test_a_header_that_takes_running(header: str, alias: str, tmp_path: Any) -> None:
    def history(story: Story) -> None:
        story.write("law", "0001_initial", A)
        story.text("ally", "0001_initial", f"{PRELUDE}\n\n{dedent(header)}")
        story.to("ally")
        story.zero("law", "ally")

    both_ways(history)(alias, tmp_path)


@both_ways
def test_a_rename_whose_names_are_computed(story: Story) -> None:
    story.write("law", "0001_initial", A)
    story.write(
        "law",
        "0002_rename",
        """
        dependencies = [("law", "0001_initial")]
        operations = [migrations.RenameModel(OLD, NEW)]
        """,
        above='OLD, NEW = "A", "Z"',
    )
    story.to("law")
    story.zero()


@pytest.mark.parametrize(
    "target",
    [
        '"auth.User"',
        "USER",
        "settings.AUTH_USER_MODEL",
    ],
)
def test_a_swappable_dependency(target: str, alias: str, tmp_path: Any) -> None:
    def history(story: Story) -> None:
        story.write(
            "law",
            "0001_initial",
            f"""
            dependencies = [migrations.swappable_dependency({target})]
            operations = [create("A", ("owner", fk({target})))]
            """,
            above="USER = settings.AUTH_USER_MODEL",
        )
        story.to("law")
        story.zero("law")
        story.zero("auth")

    both_ways(history)(alias, tmp_path)


@override_settings(AUTH_USER_MODEL="ally.Person")
@both_ways
def test_a_swappable_dependency_on_ones_own_user(story: Story) -> None:
    story.write("ally", "0001_initial", "operations = [create('Person', ('name', text))]")
    story.write(
        "ally",
        "0002_boss",
        """
        dependencies = [
            ("ally", "0001_initial"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)
        ]
        operations = [migrations.AddField("Person", "boss", fk(settings.AUTH_USER_MODEL))]
        """,
    )
    story.write(
        "law",
        "0001_initial",
        """
        dependencies = [migrations.swappable_dependency(settings.AUTH_USER_MODEL)]
        operations = [create("A", ("owner", fk(settings.AUTH_USER_MODEL)))]
        """,
    )
    story.to("law")
    story.to("ally")
    story.zero("ally", "law")


@both_ways
def test_an_app_whose_migrations_are_switched_off(story: Story) -> None:
    modules = {"law": f"{story.world.name}.law", "ally": None}
    with override_settings(MIGRATION_MODULES=modules):
        story.write(
            "law",
            "0001_initial",
            """
            dependencies = [("ally", "__first__")]
            operations = [create("A", ("name", text))]
            """,
        )
        story.to("law")
        story.zero()


@both_ways
def test_initial_in_two_parts(story: Story) -> None:
    story.write("law", "0001_initial", f"initial = True\n{A}")
    story.write(
        "law",
        "0002_initial",
        """
        initial = True
        dependencies = [("law", "0001_initial")]
        operations = [create("B", ("a", fk("law.A")))]
        """,
    )
    story.to("law", "0001_initial")
    story.to("law")
    story.zero()


@both_ways
def test_back_to_what_another_app_has_left_since(story: Story) -> None:
    """django-oscar's way: a model moves to another app, and leaves without waiting for the rest."""
    story.write("law", "0001_initial", A)
    story.write(
        "ally",
        "0001_initial",
        """
        dependencies = [("law", "0001_initial")]
        operations = [
            create("B", ("a", fk("law.A"))),
            migrations.SeparateDatabaseAndState(
                state_operations=[create("A", ("name", text), options={"db_table": "law_a"})]
            ),
        ]
        """,
    )
    story.write(
        "ally",
        "0002_own",
        """
        dependencies = [("ally", "0001_initial")]
        operations = [migrations.AlterField("B", "a", fk("ally.A"))]
        """,
    )
    story.write(
        "law",
        "0002_gone",
        """
        dependencies = [("law", "0001_initial")]
        operations = [
            migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel("A")])
        ]
        """,
    )
    story.to("ally")
    story.to("law")
    story.zero("ally")


# Operations


@both_ways
def test_statements(story: Story) -> None:
    story.write("law", "0001_initial", A)
    story.write(
        "law",
        "0002_statements",
        """
        dependencies = [("law", "0001_initial")]
        operations = [
            migrations.RunSQL(
                [
                    "INSERT INTO law_a (name) VALUES ('100%%')",
                    ("INSERT INTO law_a (name) VALUES (%s)", ["50%; ' x"]),
                    ("INSERT INTO law_a (name) VALUES ('25%')", None),
                ],
                reverse_sql=[("DELETE FROM law_a WHERE name = %s", ["50%; ' x"])],
            ),
            migrations.RunSQL(
                "INSERT INTO law_a (name) VALUES ('a;b'); -- two\\n"
                "UPDATE law_a SET name = 'c' WHERE name = 'a;b';",
                "DELETE FROM law_a WHERE name = 'c'; DELETE FROM law_a WHERE name <> '100%';",
            ),
            migrations.RunSQL(
                "ALTER TABLE law_a ADD COLUMN size integer NULL",
                "ALTER TABLE law_a DROP COLUMN size",
                state_operations=[
                    migrations.AddField("A", "size", models.IntegerField(null=True))
                ],
            ),
            migrations.RunSQL(migrations.RunSQL.noop, migrations.RunSQL.noop),
        ]
        """,
    )
    story.write(
        "law",
        "0003_size",
        """
        dependencies = [("law", "0002_statements")]
        operations = [
            migrations.AlterField("A", "size", models.BigIntegerField(null=True)),
            migrations.RunSQL("UPDATE law_a SET size = 5", elidable=True),
        ]
        """,
    )
    story.to("law", "0002")
    story.to("law")
    story.fails("law", "0001_initial")
    story.saw("irreversible")


FILL = """
def fill(apps, editor):
    A, B = apps.get_model("law", "A"), apps.get_model("law", "B")
    alias = editor.connection.alias
    a = A.objects.using(alias).create(name="a")
    B.objects.using(alias).bulk_create([B(a=a, name=str(n)) for n in range(3)])
    a.friends.add(a)
    assert a.b_set.count() == 3
    assert A.objects.using(alias).filter(b__name="2", friends__name="a").get() == a


def empty(apps, editor):
    alias = editor.connection.alias
    a = apps.get_model("law", "A").objects.using(alias).get(b__name="1")
    assert a.friends.get() == a
    a.b_set.filter(name="1").delete()
    a.delete()
"""


@both_ways
def test_code_on_historical_models(story: Story) -> None:
    story.write(
        "law",
        "0001_initial",
        """
        operations = [
            create("A", ("name", text), ("friends", models.ManyToManyField("self"))),
            create("B", ("name", text), ("a", fk("law.A", null=True))),
        ]
        """,
    )
    story.write(
        "law",
        "0002_fill",
        """
        dependencies = [("law", "0001_initial")]
        operations = [
            migrations.RunPython(fill, empty),
            migrations.RunPython(migrations.RunPython.noop, migrations.RunPython.noop),
        ]
        """,
        above=FILL,
    )
    story.write(
        "law",
        "0003_on",
        """
        dependencies = [("law", "0002_fill")]
        operations = [
            migrations.AddField("B", "more", models.CharField(max_length=9, default="m")),
            migrations.RenameField("B", "name", "title"),
            migrations.RunPython(shout, whisper),
            migrations.RemoveField("B", "more"),
        ]
        """,
        above="""
        def shout(apps, editor):
            apps.get_model("law", "B").objects.using(editor.connection.alias).update(
                title=models.functions.Concat("title", "more")
            )

        def whisper(apps, editor):
            each = apps.get_model("law", "B").objects.using(editor.connection.alias)
            assert set(each.values_list("more", flat=True)) == {"m"}
            each.update(title=models.functions.Substr("title", 1, 1), more="n")
        """,
    )
    story.to("law", "0002_fill")
    story.to("law")
    story.to("law", "0001_initial")
    story.to("law")
    story.zero()


class Router:
    """Lets nothing of `law` be migrated that has the hint `here=False`."""

    def allow_migrate(self, db: str, app_label: str, here: bool = True, **hints: Any) -> Any:
        return here if app_label == "law" else None


@override_settings(DATABASE_ROUTERS=[Router()])
@both_ways
def test_hints_for_a_router(story: Story) -> None:
    story.write("law", "0001_initial", A)
    story.write(
        "law",
        "0002_hints",
        """
        dependencies = [("law", "0001_initial")]
        operations = [
            migrations.RunSQL(
                f"INSERT INTO law_a (name) VALUES ('{here}')", "", hints={"here": here}
            )
            for here in (True, False)
        ] + [migrations.RunPython(fill, fill, hints={"here": here}) for here in (True, False)]
        """,
        above="""
        def fill(apps, editor):
            A = apps.get_model("law", "A")
            A.objects.using(editor.connection.alias).create(name="code")
        """,
    )
    story.to("law")
    story.zero()


@both_ways
def test_code_without_a_way_back(story: Story) -> None:
    story.write("law", "0001_initial", A)
    story.write(
        "law",
        "0002_code",
        """
        dependencies = [("law", "0001_initial")]
        operations = [
            migrations.AddField("A", "more", text), migrations.RunPython(lambda *_: None)
        ]
        """,
    )
    story.to("law")
    story.fails("law", "zero")
    story.to("law")


@both_ways
def test_managers(story: Story) -> None:
    story.write(
        "law",
        "0001_initial",
        """
        operations = [
            create("A", ("name", text), ("alive", models.BooleanField(default=True)),
                   managers=[("living", Living())]),
            migrations.RunPython(fill, migrations.RunPython.noop),
            migrations.AlterModelManagers("A", [("all_of_them", models.Manager())]),
            migrations.RunPython(count, migrations.RunPython.noop),
        ]
        """,
        above="""
        from tests.apps.law.values import Living

        def fill(apps, editor):
            A = apps.get_model("law", "A")
            for alive in (True, False):
                A(name=str(alive), alive=alive).save(using=editor.connection.alias)
            assert A.living.using(editor.connection.alias).count() == 1

        def count(apps, editor):
            A = apps.get_model("law", "A")
            assert A.all_of_them.using(editor.connection.alias).count() == 2
        """,
    )
    story.to("law")
    story.zero()


BROKEN = """
def fail(apps, editor):
    apps.get_model("law", "A").objects.using(editor.connection.alias).create(name="lost")
    raise RuntimeError("half-way")


def fill(apps, editor):
    apps.get_model("law", "A").objects.using(editor.connection.alias).create(name="kept")
"""


@pytest.mark.parametrize("own", [None, True, False])
@pytest.mark.parametrize("atomic", [True, False])
def test_what_a_failure_leaves(own: bool, atomic: bool, alias: str, tmp_path: Any) -> None:
    def history(story: Story) -> None:
        story.write("law", "0001_initial", A)
        story.write(
            "law",
            "0002_fails",
            f"""
            atomic = {atomic}
            dependencies = [("law", "0001_initial")]
            operations = [
                migrations.RunPython(fill, fill),
                migrations.AddField("A", "more", text),
                migrations.RunPython(fail, fail, atomic={own}),
            ]
            """,
            above=BROKEN,
        )
        story.fails("law")

    both_ways(history)(alias, tmp_path)


@both_ways
def test_a_migration_that_is_not_atomic(story: Story) -> None:
    story.write(
        "law",
        "0001_initial",
        """
        atomic = False
        operations = [
            create("A", ("name", text)),
            migrations.RunPython(fill, fill),
            migrations.RunPython(fill, fill, atomic=True),
            migrations.RunPython(fill, fill, atomic=False),
            create("B", ("a", fk("law.A"))),
            migrations.AddIndex("B", models.Index(fields=["a", "id"], name="both")),
        ]
        """,
        above=BROKEN,
    )
    story.to("law")
    story.zero()


@both_ways
def test_database_and_state_apart(story: Story) -> None:
    """The recipe for giving a many-to-many relation a through model; and a model given away."""
    story.write(
        "law",
        "0001_initial",
        """
        operations = [
            create("A", ("name", text)),
            create("B", ("as_of", models.ManyToManyField("law.A"))),
        ]
        """,
    )
    story.write(
        "law",
        "0002_through",
        """
        dependencies = [("law", "0001_initial")]
        operations = [
            migrations.SeparateDatabaseAndState(
                database_operations=[
                    migrations.RunSQL(
                        "ALTER TABLE law_b_as_of RENAME TO law_link",
                        "ALTER TABLE law_link RENAME TO law_b_as_of",
                    ),
                ],
                state_operations=[
                    create("Link", ("a", fk("law.A", null=False)), ("b", fk("law.B", null=False))),
                    migrations.AlterField(
                        "B", "as_of", models.ManyToManyField("law.A", through="law.Link")
                    ),
                ],
            ),
            migrations.AddField("Link", "at", models.IntegerField(default=1)),
        ]
        """,
    )
    story.write(
        "law",
        "0003_given_away",
        """
        dependencies = [("law", "0002_through"), ("ally", "0001_taken")]
        operations = [
            migrations.SeparateDatabaseAndState(
                state_operations=[
                    migrations.AlterField("Link", "a", fk("ally.A", null=False)),
                    migrations.AlterField(
                        "B", "as_of", models.ManyToManyField("ally.A", through="law.Link")
                    ),
                    migrations.DeleteModel("A"),
                ]
            ),
            migrations.AddField("B", "main", fk("ally.A", related_name="+")),
        ]
        """,
    )
    story.write(
        "ally",
        "0001_taken",
        """
        dependencies = [("law", "0002_through")]
        operations = [
            migrations.SeparateDatabaseAndState(
                state_operations=[create("A", ("name", text), options={"db_table": "law_a"})]
            ),
            migrations.SeparateDatabaseAndState(
                [migrations.AlterField("A", "name", models.CharField(max_length=50))],
                [migrations.AlterField("A", "name", models.CharField(max_length=50))],
            ),
        ]
        """,
    )
    story.to("law", "0002_through")
    story.to("law")
    story.zero("ally", "law")


@both_ways
def test_schema_of_every_kind(story: Story) -> None:
    story.write(
        "law",
        "0001_initial",
        """
        operations = [
            create("A", ("name", text), ("size", models.IntegerField(db_comment="in cm")),
                   options={"db_table_comment": "all of A"}),
            create("B", ("a", fk("law.A")), ("tags", models.ManyToManyField("law.A", "+")),
                   options={"order_with_respect_to": "a"}),
            migrations.CreateModel("C", [], bases=("law.b",), options={"proxy": True}),
            migrations.CreateModel("D", [
                ("b_ptr", models.OneToOneField("law.b", models.CASCADE, parent_link=True,
                                               primary_key=True)),
                ("slug", models.SlugField(unique=True)),
            ], bases=("law.b",)),
        ]
        """,
    )
    story.write(
        "law",
        "0002_changes",
        """
        dependencies = [("law", "0001_initial")]
        operations = [
            migrations.AddIndex("A", models.Index(fields=["name", "-size"], name="by_name")),
            migrations.AddConstraint(
                "A", models.UniqueConstraint(fields=["name", "size"], name="once")
            ),
            migrations.AddConstraint(
                "A", models.CheckConstraint(condition=Q(size__gte=0), name="positive")
            ),
            migrations.AlterField("A", "id", models.BigAutoField(primary_key=True)),
            migrations.AddField("A", "by_slug", fk("law.D", to_field="slug")),
            migrations.AlterField("D", "slug", models.SlugField(max_length=80, unique=True)),
            migrations.AlterModelTable("A", "ays"),
            migrations.AddField("A", "double", models.GeneratedField(
                expression=F("size") * 2, output_field=models.IntegerField(), db_persist=True
            )),
            migrations.AddField("A", "at", models.IntegerField(db_default=7)),
            migrations.RenameIndex("A", new_name="by_both", old_name="by_name"),
            migrations.AlterUniqueTogether("B", {("a", "id")}),
            migrations.AlterOrderWithRespectTo("B", None),
            migrations.RemoveConstraint("A", "positive"),
        ]
        """,
    )
    story.write(
        "law",
        "0003_less",
        """
        dependencies = [("law", "0002_changes")]
        operations = [
            migrations.RemoveField("A", "by_slug"),
            migrations.DeleteModel("C"),
            migrations.DeleteModel("D"),
            migrations.RemoveField("B", "tags"),
            migrations.AlterModelTable("A", None),
            migrations.RenameModel("A", "Ay"),
        ]
        """,
    )
    story.to("law", "0001_initial")
    story.to("law")
    story.zero()


# Other people's operations and migrations


LOOKS = """
class Filled(migrations.operations.base.Operation):
    reversible = True

    def state_forwards(self, app_label, state):
        model = state.apps.get_model(app_label, "A")
        names = "_".join(sorted(each.name for each in model._meta.related_objects))
        state.add_field(app_label, "a", f"n_{names}", models.IntegerField(default=1), True)
        state.reload_model(app_label, "a", delay=False)

    def database_forwards(self, app_label, editor, from_state, to_state):
        self._look(app_label, editor, from_state)
        now = to_state.apps.get_model(app_label, "A")
        editor.add_field(from_state.apps.get_model(app_label, "A"), now._meta.get_field("n_b"))
        self._look(app_label, editor, to_state)

    def database_backwards(self, app_label, editor, from_state, to_state):
        self._look(app_label, editor, from_state)
        then = from_state.apps.get_model(app_label, "A")
        editor.remove_field(then, then._meta.get_field("n_b"))
        self._look(app_label, editor, to_state)

    def _look(self, app_label, editor, state):
        alias = editor.connection.alias
        names = {model.__name__ for model in state.apps.get_models()}
        assert {"A", "B", "C", "Other"} <= names, names
        A = state.apps.get_model(app_label, "A")
        a = A.objects.using(alias).create(name="a")
        a.b_set.create(name="b").c_set.create()
        assert A.objects.using(alias).filter(b__c__isnull=False).count()
        B, = (each.related_model for each in A._meta.related_objects)
        assert B is state.apps.get_model("law", "B")
        assert B._meta.get_field("a").remote_field.model is A
"""


@both_ways
def test_an_operation_that_looks_at_the_models_itself(story: Story) -> None:
    story.write(
        "law",
        "0001_initial",
        """
        operations = [
            create("A", ("name", text)),
            create("B", ("name", text), ("a", fk("law.A", db_constraint=False))),
            create("C", ("b", fk("law.B", db_constraint=False))),
            create("Other"),
        ]
        """,
    )
    story.write(
        "law",
        "0002_filled",
        """
        dependencies = [("law", "0001_initial")]
        operations = [Filled(), migrations.AddField("A", "last", text)]
        """,
        above=LOOKS,
    )
    story.write(
        "law",
        "0003_wrapped",
        """
        dependencies = [("law", "0002_filled")]
        operations = [
            migrations.AddField("C", "last", text),
            migrations.SeparateDatabaseAndState([Looks()]),
        ]
        """,
        above=LOOKS
        + """
class Looks(Filled):
    def state_forwards(self, app_label, state):
        pass

    def database_forwards(self, app_label, editor, from_state, to_state):
        self._look(app_label, editor, from_state)
        self._look(app_label, editor, to_state)

    database_backwards = database_forwards
""",
    )
    story.to("law", "0002_filled")
    story.to("law")
    story.to("law", "0001_initial")
    story.to("law")
    story.zero()


@both_ways
def test_an_operation_that_changes_the_state_by_hand(story: Story) -> None:
    story.write("law", "0001_initial", A)
    story.write(
        "law",
        "0002_by_hand",
        """
        dependencies = [("law", "0001_initial")]
        operations = [ByHand(), migrations.AlterField("A", "name", models.TextField(default="x"))]
        """,
        above="""
        class ByHand(migrations.operations.base.Operation):
            def state_forwards(self, app_label, state):
                state.models[app_label, "a"].options["db_table"] = "by_hand"
                state.models[app_label, "a"].fields["size"] = models.IntegerField(null=True)
                state.reload_model(app_label, "a", delay=False)

            def database_forwards(self, app_label, editor, from_state, to_state):
                old, new = (each.apps.get_model(app_label, "A") for each in (from_state, to_state))
                editor.alter_db_table(new, old._meta.db_table, new._meta.db_table)
                if "size" in {each.name for each in new._meta.fields}:
                    editor.add_field(new, new._meta.get_field("size"))
                else:
                    editor.remove_field(old, old._meta.get_field("size"))

            def database_backwards(self, app_label, editor, from_state, to_state):
                old, new = (each.apps.get_model(app_label, "A") for each in (from_state, to_state))
                editor.remove_field(old, old._meta.get_field("size"))
                editor.alter_db_table(new, old._meta.db_table, new._meta.db_table)
        """,
    )
    story.to("law")
    story.zero()


@both_ways
def test_a_migration_with_methods_of_its_own(story: Story) -> None:
    """Django calls a migration's apply and unapply, which packages have overridden."""
    story.write("law", "0001_initial", A)
    story.write(
        "law",
        "0002_own",
        """
        dependencies = [("law", "0001_initial")]
        operations = [migrations.AddField("A", "more", text)]

        def apply(self, state, editor, collect_sql=False):
            editor.execute("INSERT INTO law_a (name) VALUES ('applied')")
            return super().apply(state, editor, collect_sql)

        def unapply(self, state, editor, collect_sql=False):
            made = super().unapply(state, editor, collect_sql)
            editor.execute("INSERT INTO law_a (name) VALUES ('unapplied')")
            return made
        """,
    )
    story.to("law")
    story.to("law", "0001_initial")
    story.zero()


@both_ways
def test_a_migration_of_another_app(story: Story) -> None:
    """A migration that changes another app's models: its class has another app_label."""
    story.write("ally", "0001_initial", A)
    story.write(
        "law",
        "0001_for_ally",
        """
        dependencies = [("ally", "0001_initial")]
        operations = [ForAlly("A", "more", text)]
        """,
        above="""
        class ForAlly(migrations.AddField):
            def state_forwards(self, app_label, state):
                super().state_forwards("ally", state)

            def database_forwards(self, app_label, editor, from_state, to_state):
                super().database_forwards("ally", editor, from_state, to_state)

            def database_backwards(self, app_label, editor, from_state, to_state):
                super().database_backwards("ally", editor, from_state, to_state)
        """,
    )
    story.write(
        "ally",
        "0002_longer",
        """
        dependencies = [("ally", "0001_initial"), ("law", "0001_for_ally")]
        operations = [
            migrations.AlterField("A", "more", models.CharField(max_length=44, default=""))
        ]
        """,
    )
    story.to("ally")
    story.zero("law", "ally")


# PostgreSQL


@pytest.mark.vendors("postgresql")
@both_ways
def test_operations_of_postgresql(story: Story) -> None:
    story.write(
        "law",
        "0001_extensions",
        """
        operations = [
            pg.CreateExtension("tablefunc"),
            pg.BtreeGinExtension(),
            pg.BtreeGistExtension(),
            pg.CITextExtension(),
            pg.CryptoExtension(),
            pg.HStoreExtension(),
            pg.TrigramExtension(),
            pg.UnaccentExtension(),
            pg.BloomExtension(),
            pg.CreateCollation("odd", "C"),
            pg.CreateCollation("loose", "und-u-ks-level2", provider="icu", deterministic=False),
        ]
        """,
        above="import django.contrib.postgres.operations as pg",
    )
    story.write(
        "law",
        "0002_tables",
        """
        dependencies = [("law", "0001_extensions")]
        operations = [
            create("A", ("name", models.CharField(max_length=20, db_collation="loose")),
                   ("bag", HStoreField(default=dict)),
                   ("names", ArrayField(models.CharField(max_length=9), null=True)),
                   ("years", IntegerRangeField(null=True)), ("size", models.IntegerField())),
            migrations.RunSQL("INSERT INTO law_a (name, bag, size) VALUES ('a', 'x=>1', -1)", ""),
        ]
        """,
        above="from django.contrib.postgres.fields import *",
    )
    story.write(
        "law",
        "0003_concurrently",
        """
        atomic = False
        dependencies = [("law", "0002_tables")]
        operations = [
            pg.AddIndexConcurrently("A", GinIndex(fields=["bag"], name="in_bag")),
            pg.AddIndexConcurrently("A", BloomIndex(fields=["size"], name="blooming")),
            pg.RemoveIndexConcurrently("A", "blooming"),
            migrations.AddIndex("A", GistIndex(fields=["years"], name="over_years")),
        ]
        """,
        above="""
        import django.contrib.postgres.operations as pg
        from django.contrib.postgres.indexes import *
        """,
    )
    story.write(
        "law",
        "0004_constraints",
        """
        dependencies = [("law", "0003_concurrently")]
        operations = [
            pg.AddConstraintNotValid(
                "A", models.CheckConstraint(condition=Q(size__gte=0), name="positive")
            ),
            migrations.AddConstraint("A", ExclusionConstraint(
                name="apart", expressions=[("years", RangeOperators.OVERLAPS)]
            )),
        ]
        """,
        above="""
        import django.contrib.postgres.operations as pg
        from django.contrib.postgres.constraints import ExclusionConstraint
        from django.contrib.postgres.fields import RangeOperators
        """,
    )
    story.write(
        "law",
        "0005_valid",
        """
        dependencies = [("law", "0004_constraints")]
        operations = [
            migrations.RunSQL("UPDATE law_a SET size = 1", ""),
            pg.ValidateConstraint("A", "positive"),
            pg.RemoveCollation("odd", "C"),
        ]
        """,
        above="import django.contrib.postgres.operations as pg",
    )
    for name in ("0002", "0003", "0004"):
        story.to("law", name)
    story.to("law")
    story.zero()


# Both formats in one app


def _models(size: str) -> str:
    return f"""
    class A(models.Model):
        id = models.AutoField(primary_key=True)
        name = models.CharField(max_length=20, default="")
        {size}
    """


@both_ways
def test_both_formats_on_top_of_each_other(story: Story) -> None:
    """Django's, evolve's on top of it, makemigrations' on top of that, and another app's."""
    story.write("law", "0001_initial", A)
    story.write(
        "ally",
        "0001_initial",
        """
        dependencies = [("law", "0001_initial")]
        operations = [create("B", ("a", fk("law.A")))]
        """,
    )
    second = story.world.write(_models("size = models.IntegerField(default=1)"))
    _makemigrations(story, "0003_made", _models("size = models.BigIntegerField(default=2)"))
    story.write(
        "law",
        "0004_fill",
        """
        dependencies = [("law", "0003_made"), ("ally", "0001_initial")]
        operations = [
            migrations.RunPython(fill, migrations.RunPython.noop),
            migrations.RenameModel("A", "Z"),
            migrations.AddField("Z", "b", fk("ally.B", related_name="+")),
        ]
        run_before = [("ally", "0002_z")]
        """,
        above="""
        def fill(apps, editor):
            A = apps.get_model("law", "A")
            a = A.objects.using(editor.connection.alias).create(name="a", size=2**20)
            a.b_set.create()
        """,
    )
    story.write(
        "ally",
        "0002_z",
        """
        dependencies = [("ally", "0001_initial")]
        operations = [migrations.AddField("B", "z", fk("law.Z", related_name="+"))]
        """,
    )
    story.to("ally", "0001_initial")
    story.to("law", second.name)
    story.to("law")
    story.to("ally")
    story.to("law", second.name)
    story.to("ally")
    story.zero("ally", "law")


def _makemigrations(story: Story, name: str, text: str) -> None:
    """Write what makemigrations finds between the files and a models.py."""
    loader = MigrationLoader(None)
    now = ProjectState.from_apps(rendered({"law": text}))
    found = MigrationAutodetector(loader.project_state(), now, MigrationQuestioner()).changes(
        loader.graph, trim_to_apps={"law"}, migration_name=name[5:]
    )
    (migration,) = found["law"]
    assert migration.name == name
    written = MigrationWriter(migration).as_string()
    story.text("law", name, written)


# Through the commands


@pytest.fixture
def site(tmp_path: Any) -> Site:
    """A project with the app `shop`, whose migrations Django has written."""
    made = Site(tmp_path, f"sqlite:///{tmp_path / 'db.sqlite3'}", "shop")
    made.models(
        "shop",
        """
from django.utils.translation import gettext_lazy as _


class Thing(models.Model):
    name = models.CharField(_("password"), max_length=9)
    first = models.ForeignKey("Part", models.CASCADE, related_name="+")

class Part(models.Model):
    thing = models.ForeignKey(Thing, models.CASCADE, null=True)

    class Meta:
        verbose_name = _("user")
""",
    )
    assert made.python("manage.py", "makemigrations", "shop").code == 0
    return made


def test_what_django_wrote_is_what_evolve_finds(site: Site) -> None:
    assert site.must("schemamigration", "shop", "--auto") == "Nothing seems to have changed.\n"


def test_what_is_found_does_not_depend_on_the_language(site: Site) -> None:
    site.setting('LANGUAGE_CODE = "de"')
    assert site.python("manage.py", "makemigrations", "--check").code == 0
    assert site.must("schemamigration", "shop", "--auto") == "Nothing seems to have changed.\n"


def test_code_of_a_migration_runs_in_no_language(site: Site) -> None:
    site.setting('LANGUAGE_CODE = "de"')
    (site.root / "shop" / "migrations" / "0002_text.py").write_text(
        """
from django.db import migrations
from django.utils.translation import gettext


def check(apps, editor):
    assert gettext("password") == "password", gettext("password")


class Migration(migrations.Migration):
    dependencies = [("shop", "0001_initial")]
    operations = [migrations.RunPython(check)]
"""
    )
    ran = site.evolve("migrate", "shop")
    assert site.python("manage.py", "migrate", "shop").code == 0
    assert ran.code == 0, ran.err


def test_receivers_of_an_apps_management_module(site: Site) -> None:
    (site.root / "shop" / "management").mkdir()
    (site.root / "shop" / "management" / "__init__.py").write_text(
        """
from django.db.models.signals import post_migrate


def make(sender, **kwargs):
    open("called", "w").close()


post_migrate.connect(make, dispatch_uid="make")
"""
    )
    site.must("migrate", "shop")
    assert (site.root / "called").exists()


def test_fake_initial_of_what_makemigrations_wrote_in_two_parts(site: Site) -> None:
    site.setting('INSTALLED_APPS += ["ally"]')
    (site.root / "ally").mkdir()
    (site.root / "ally" / "__init__.py").touch()
    for app, other in (("shop", "ally"), ("ally", "shop")):
        field = f"models.ForeignKey('{other}.Thing', models.CASCADE)"
        site.models(app, f"class Thing(models.Model):\n    other = {field}\n")
    (site.root / "shop" / "migrations" / "0001_initial.py").unlink()
    assert site.python("manage.py", "makemigrations", "shop", "ally").code == 0
    assert [*site.files("shop"), *site.files("ally")].count("0002_initial") == 1
    site.must("migrate")
    forget = "from django.db import connection as c; "
    forget += "c.cursor().execute(\"DELETE FROM django_migrations WHERE app IN ('shop', 'ally')\")"
    for way in (site.python, site.evolve):
        assert site.python("manage.py", "shell", "-v0", "-c", forget).code == 0
        script = () if way == site.evolve else ("manage.py",)
        ran = way(*script, "migrate", "--fake-initial", "--no-input")
        assert ran.code == 0, ran.err
