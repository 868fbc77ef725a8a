"""What a definition names: fields, models and settings in their slots, and never in its data."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.state import ModelState, ProjectState
from django.db.migrations.utils import resolve_relation
from django.db.models import Case, F, OuterRef, Q, Value, When
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import (
    Abs,
    Cast,
    Coalesce,
    Collate,
    Concat,
    ExtractYear,
    JSONObject,
    Lower,
    Replace,
    Trunc,
    Upper,
)
from django.db.models.lookups import Exact, GreaterThan
from hypothesis import given, settings
from hypothesis import strategies as st

from evolve.errors import BrokenRevision
from evolve.frozen.capture import capture_state, model_state
from evolve.frozen.expressions import elements, same_text, slots, without_keywords
from evolve.frozen.merge import merged_snapshots
from evolve.frozen.renames import RenameField
from evolve.frozen.snapshot import Definition, Snapshot

LAW = settings(max_examples=200, deadline=None, derandomize=True)
CHARS = models.CharField(max_length=9)

# What is drawn: things that name the field `f`, and have the word `v` in them as data.
INDEXES = [
    lambda f, v: models.Index(fields=[f, "-rest"], name=v),
    lambda f, v: models.Index(fields=[f"-{f}"], name=v, opclasses=[v]),
    lambda f, v: models.Index(Lower(f), F("rest"), name=v),
    lambda f, v: models.Index(F(f).desc(nulls_last=True), Collate(f, v), name=v),
    lambda f, v: models.Index(OpClass(Upper(f), name=v), name=v),
    lambda f, v: models.Index(Cast(KeyTextTransform(v, f), CHARS), name=v),
    lambda f, v: models.Index(
        fields=["rest"], include=[f], condition=Q(**{f"{f}__in": [v, "rest"]}), name=v
    ),
    lambda f, v: GinIndex(SearchVector(f, "rest", config=v), name=v),
]
CONSTRAINTS = [
    lambda f, v: models.CheckConstraint(condition=~Q(rest__in=[v, f"{v}x"]) | Q(**{f: v}), name=v),
    lambda f, v: models.CheckConstraint(condition=Q((f, F("rest") + 1), (f"{f}__gt", v)), name=v),
    lambda f, v: models.CheckConstraint(condition=Q(rest__lt=Lower(f)) & ~Q(rest=v), name=v),
    lambda f, v: models.CheckConstraint(condition=GreaterThan(F(f), Value(v)), name=v),
    lambda f, v: models.CheckConstraint(condition=Q(Exact(F("rest"), v)), name=v),
    lambda f, v: models.CheckConstraint(
        condition=Q(rest__contains={v: v}), name=v, violation_error_message=v
    ),
    lambda f, v: models.UniqueConstraint(
        fields=["rest", f], include=(f,), condition=Q(rest=v), name=v, violation_error_code=v
    ),
    lambda f, v: models.UniqueConstraint(Lower(f).asc(), Coalesce(f, Value(v)), name=v),
    lambda f, v: ExclusionConstraint(
        expressions=[(f, "&&"), (F(f), "="), (OpClass(f, name=v), "=")],
        name=v,
        condition=Q(**{f"{f}__{v}": v}),
    ),
]
GENERATED = [
    lambda f, v: Case(When(**{f: v}, then=Value(v)), default=Value(v)),
    lambda f, v: Case(When(Q(rest=v), then=f), When(**{f"{f}__in": [v]}, then=f), default=f),
    lambda f, v: Concat(f, Value(v), F(f), Lower(Replace(f, Value(v)))),
    lambda f, v: F("rest") * Abs(f) + F(f),
    lambda f, v: Coalesce(ExtractYear(f), Trunc(f, v), 1),
    lambda f, v: JSONObject(**{v: f, "other": Value(v)}),
    lambda f, v: models.Func(F(f), Value(v), function=v, template=v),
    lambda f, v: models.ExpressionWrapper(OuterRef(f), CHARS),
]
FIELDS = [
    lambda f, v: models.CharField(
        v, max_length=9, choices=[(v, v)], default=v, help_text=f"{v} to='a.b' settings.DEBUG"
    ),
    lambda f, v: models.TextField(db_default=Value(v), db_comment=v, unique_for_date=f),
    lambda f, v: models.ImageField(upload_to=v, width_field=f, height_field="rest"),
    lambda f, v: models.ForeignObject("x.y", models.CASCADE, [f], [v]),
    lambda f, v: models.CompositePrimaryKey(f, "rest"),
    lambda f, v: models.ForeignKey(
        "x.y", models.CASCADE, to_field=v, related_name=v, limit_choices_to={v: v, f"{v}__in": [v]}
    ),
    lambda f, v: models.ManyToManyField("x.y", through="x.z", through_fields=(v, "rest")),
]
OPTIONS = {
    "ordering": lambda f, v: [f"-{f}", f"{f}__{v}", F(f).desc(), Lower(f).asc(), "?", "rest"],
    "unique_together": lambda f, v: {(f, "rest"), ("rest", f)},
    "order_with_respect_to": lambda f, v: f,
    "get_latest_by": lambda f, v: [f"-{f}", "rest"],
    "permissions": lambda f, v: [(v, v)],
    "default_related_name": lambda f, v: v,
    "db_table": lambda f, v: v,
    "verbose_name": lambda f, v: f"{v} to='a.b'",
    "db_table_comment": lambda f, v: f"'{v}'",
}
WORDS = st.sampled_from(["name", "title", "rest", "größe"])


@st.composite
def makers(draw):
    """Draw a function that makes a model state, whose one field is called what it is given."""
    word = draw(WORDS)
    fields = draw(st.lists(st.sampled_from(FIELDS), max_size=3))
    generated = draw(st.lists(st.sampled_from(GENERATED), max_size=2))
    options = draw(st.sets(st.sampled_from(sorted(OPTIONS)), max_size=4))
    lists = {
        "indexes": draw(st.lists(st.sampled_from(INDEXES), max_size=3)),
        "constraints": draw(st.lists(st.sampled_from(CONSTRAINTS), max_size=3)),
    }

    def make(name):
        own = {name: CHARS.clone(), "rest": models.JSONField()}
        own |= {f"field_{at}": each(name, word) for at, each in enumerate(fields)}
        own |= {
            f"generated_{at}": models.GeneratedField(
                expression=each(name, word), output_field=CHARS.clone(), db_persist=True
            )
            for at, each in enumerate(generated)
        }
        meta = {each: OPTIONS[each](name, word) for each in options}
        meta |= {each: [one(name, word) for one in some] for each, some in lists.items()}
        return ModelState("shop", "Thing", list(own.items()), meta)

    return make


def deep(state):
    """Return a model state as Django's autodetector compares it."""
    detector = MigrationAutodetector(ProjectState(), ProjectState())
    parts = {**state.fields, **state.options}
    return {
        name: detector.deep_deconstruct(sorted(each, key=repr) if isinstance(each, set) else each)
        for name, each in parts.items()
    }


@LAW
@given(make=makers())
def test_a_renamed_definition_is_the_one_that_had_the_new_name_from_the_beginning(make):
    before, after = capture_state(make("name")), capture_state(make("title"))
    renamed = before.following_field("name", "title")
    assert deep(model_state(renamed)) == deep(model_state(after))


@LAW
@given(make=makers())
def test_renaming_a_field_there_and_back_gives_the_text_byte_for_byte(make):
    before = capture_state(make("name"))
    back = before.following_field("name", "fresh").following_field("fresh", "name")
    assert (dict(back.fields), dict(back.meta)) == (dict(before.fields), dict(before.meta))


@LAW
@given(make=makers())
def test_the_operation_follows_in_the_state_as_the_text_does(make):
    state = ProjectState({("shop", "thing"): make("name")})
    RenameField("Thing", "name", "title").state_forwards("shop", state)
    wanted = capture_state(make("name")).following_field("name", "title")
    # Captured, as a part that is there twice is once in a definition.
    assert deep(model_state(capture_state(state.models["shop", "thing"]))) == deep(
        model_state(wanted)
    )


RELATIONS = [
    'models.ForeignKey(on_delete=models.CASCADE, to="{}")',
    'models.ForeignKey("{}", models.CASCADE)',
    "models.OneToOneField('{}', on_delete=models.CASCADE, to_field='id')",
    'models.ManyToManyField("{}", "back")',
    'models.ManyToManyField(to="{}", through="shop.Link", through_fields=("a", "b"))',
    'models.ManyToManyField("{}", through = "Own")',
    'models.ForeignObject("{}", models.CASCADE, ["a"], ["b"], related_name="x.Model")',
    'models.CharField("{}", max_length=9, default="{}", help_text="to=\'{}\'")',
    'models.CharField(choices=[("{}", "through=\\"{}\\"")], max_length=9)',
]
LABELS = ["self", "Thing", "other.Thing", "shop.thing", "Größe"]


@LAW
@given(st.lists(st.tuples(st.sampled_from(RELATIONS), st.sampled_from(LABELS)), max_size=5))
def test_references_are_what_django_resolves_of_the_evaluated_fields(drawn):
    texts = {f"f{at}": text.replace("{}", label) for at, (text, label) in enumerate(drawn)}
    imports = frozenset({"from django.db import models"})
    definition = Definition("shop", "Thing", texts, {}, imports)
    remotes = [each.remote_field for each in model_state(definition).fields.values()]
    related = [label for each in remotes if each for label in (each.model, _through(each))]
    wanted = {
        resolve_relation(each, "shop", "thing") for each in related if each and each != "self"
    }
    assert definition.references() == wanted


def _through(remote):
    return getattr(remote, "through", None)


@LAW
@given(st.lists(st.tuples(st.sampled_from(RELATIONS), st.sampled_from(LABELS)), max_size=5))
def test_a_renamed_model_is_referred_to_by_its_new_name_and_nothing_else_changes(drawn):
    texts = {f"f{at}": text.replace("{}", label) for at, (text, label) in enumerate(drawn)}
    definition = Definition("shop", "Owner", texts)
    before = definition.references()
    now = definition.following_model(("other", "thing"), ("other", "Fresh"))
    swapped = {("other", "fresh") if key == ("other", "thing") else key for key in before}
    assert now.references() == swapped
    back = now.following_model(("other", "fresh"), ("other", "Thing"))
    for name, text in definition.fields.items():
        assert back.spelled_out(back.fields[name]) == definition.spelled_out(text)


def thing(fields=None, **meta):
    return Definition("shop", "Thing", fields or {"name": "models.TextField()"}, meta)


@pytest.mark.parametrize(
    ("option", "text", "renamed"),
    [
        (
            "indexes",
            "[models.Index(fields=['name'], name='name')]",
            "fields=['title'], name='name'",
        ),
        ("indexes", "[models.Index('name', name='ä')]", "Index('title', name='ä')"),
        ("indexes", '[models.Index("ä", "name", name="ä")]', '"ä", "title", name="ä"'),
        ("indexes", '[\n  models.Index("ä"),\n  models.Index("ä", "name"),\n]', '"ä", "title")'),
        ("indexes", ' [models.Index("name")]', ' [models.Index("title")]'),
        ("constraints", "[C(condition=Q(name__gt=1))]", "Q(title__gt=1)"),
        ("constraints", "[C(condition=Q(rest__in=['name']))]", "Q(rest__in=['name'])"),
        ("constraints", "[C(condition=Q(at=datetime.date('name')))]", "datetime.date('name')"),
        ("constraints", "[C(condition=Q(rest=SearchQuery('name')))]", "SearchQuery('name')"),
        ("constraints", "[C(condition=RawSQL('name', ['name']))]", "RawSQL('name', ['name'])"),
        ("constraints", "[C(expressions=[('name', 'name')])]", "[('title', 'name')]"),
        ("indexes", "[Index(Cast('name', CharField('name')))]", "Cast('title', CharField('name'))"),
        ("indexes", "[Index(When(Q(rest='name'), 'name'))]", "When(Q(rest='name'), 'title')"),
        ("constraints", "[C(condition=Q(rest=F('name')['name']))]", "F('title')['name']"),
        ("constraints", "[C(condition=Q(rest=Upper(expression='name')))]", "expression='title'"),
        ("ordering", "('name', '-name__name', F('name').asc())", "('title', '-title__name', F('t"),
        ("ordering", "[r'name', 'na' 'me']", '["title", "title"]'),
    ],
)
def test_only_the_places_that_name_the_field_change(option, text, renamed):
    assert renamed in thing(**{option: text}).following_field("name", "title").meta[option]


def test_a_field_that_is_called_like_an_argument_is_not_the_argument():
    text = "[Index(Case(When(condition=Q(then=1), then='then')))]"
    renamed = thing({"then": "models.TextField()"}, indexes=text).following_field("then", "so")
    assert renamed.meta["indexes"] == "[Index(Case(When(condition=Q(so=1), then='so')))]"


def test_the_column_of_a_foreign_key_names_it_too():
    by = "models.ForeignKey(on_delete=models.CASCADE, to='shop.author')"
    indexes = '[models.Index(fields=["by_id", "by"], name="by")]'
    definition = thing({"by": by}, indexes=indexes)
    assert (
        'fields=["of_id", "of"], name="by"'
        in definition.following_field("by", "of").meta["indexes"]
    )
    assert definition.fields_named(indexes, "indexes") == {"by"}


def test_a_field_that_is_called_like_a_column_is_none():
    plain = thing({"by": "models.TextField()"}, ordering='["by_id"]')
    assert plain.following_field("by", "of").meta["ordering"] == '["by_id"]'


@pytest.mark.parametrize(
    ("text", "followed"),
    [
        ('models.ForeignKey("o.Code", models.CASCADE, to_field="name")', 'to_field="title"'),
        (
            'models.ForeignKey("o.Code", models.CASCADE, limit_choices_to={"name__in": ["name"]})',
            '{"title__in": ["name"]}',
        ),
        (
            'models.ManyToManyField("o.Other", through="o.Code", through_fields=("name", "b"))',
            'through_fields=("title", "b")',
        ),
        (
            'models.ManyToManyField("o.Code", through="o.Link", through_fields=("name", "b"))',
            'through_fields=("name", "b")',
        ),
        ('models.ForeignKey("o.Other", models.CASCADE, to_field="name")', 'to_field="name"'),
    ],
)
def test_what_names_a_field_of_another_model_follows_that_model_alone(text, followed):
    definition = thing({"f": text}).following_target(("o", "code"), "name", "title")
    assert followed in definition.fields["f"]


def test_the_operation_follows_in_other_models_that_name_the_field():
    through = {"through": "shop.Link", "through_fields": ("name", "other")}
    states = [
        ModelState("shop", "Link", [("name", CHARS.clone()), ("other", CHARS.clone())]),
        ModelState("shop", "Thing", [("links", models.ManyToManyField("shop.Any", **through))]),
        ModelState(
            "shop",
            "One",
            [("l", models.ForeignKey("Link", models.CASCADE, limit_choices_to={"name": "name"}))],
        ),
    ]
    state = ProjectState({("shop", each.name_lower): each for each in states})
    RenameField("Link", "name", "title").state_forwards("shop", state)
    links = state.models["shop", "thing"].fields["links"]
    assert links.remote_field.through_fields == ("title", "other")
    assert state.models["shop", "one"].fields["l"].get_limit_choices_to() == {"title": "name"}


class Bare:
    """A validator that cannot be written."""

    def __call__(self, value):
        pass


def test_the_operation_follows_beside_what_cannot_be_written():
    bare = models.CharField(max_length=9, validators=[Bare()])
    index = models.Index(fields=["name"], name="name")
    state = ProjectState(
        {("shop", "thing"): ModelState("shop", "Thing", [("name", bare)], {"indexes": [index]})}
    )
    RenameField("Thing", "name", "title").state_forwards("shop", state)
    now = state.models["shop", "thing"]
    assert now.fields["title"] is bare
    assert now.options["indexes"][0].fields == ["title"]


def test_settings_are_those_in_relations():
    fields = {
        "by": "models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE)",
        "of": "models.ManyToManyField(to=settings.OTHER_MODEL)",
        "help": 'models.TextField(default=settings.LANGUAGE_CODE, help_text="settings.DEBUG.")',
    }
    assert thing(fields).settings() == {"AUTH_USER_MODEL", "OTHER_MODEL"}


def test_imports_are_those_of_names_and_not_of_words():
    lines = {
        "from django.db import models",
        "from django.conf import settings",
        "import decimal",
        "import shop.fields",
        "import datetime as when",
        "from shop.values import *",
    }
    fields = {
        "a": 'models.TextField(help_text="decimal shop.fields.x settings")',
        "b": "when.timedelta(1)",
    }
    needed = replace(thing(fields), imports=frozenset(lines)).needed_imports()
    assert needed == {
        "from django.db import models",
        "import datetime as when",
        "from shop.values import *",
    }


def test_an_element_is_called_by_its_own_name_and_not_by_one_inside_it():
    text = '[models.Index(OpClass(Lower("x"), name="ops"), name="i"), models.Index("y")]'
    assert [each.name for each in elements(text)] == ["i", ""]
    assert [each.text for each in elements(text)][1] == 'models.Index("y")'


def test_indexes_with_an_operator_class_are_merged_by_their_names():
    def index(name):
        return f'models.Index(OpClass(Lower("{name}"), name="ops"), name="{name}_i")'

    base = thing(indexes=f"[{index('a')}]")
    ours = thing(indexes=f"[{index('a')}, {index('b')}]")
    theirs = thing(indexes=f"[{index('a')}, {index('c')}]")
    sides = [Snapshot({each.key: each}) for each in (base, ours, theirs)]
    merged, conflicts = merged_snapshots(*sides)
    assert not conflicts
    names = [each.name for each in elements(merged["shop", "thing"].meta["indexes"])]
    assert sorted(names) == ["a_i", "b_i", "c_i"]


def test_a_list_that_is_computed_is_refused():
    with pytest.raises(BrokenRevision, match="where a list is expected"):
        elements("some + others")


def test_text_that_is_no_expression_names_nothing():
    assert slots("models.ForeignKey(to=") == ()
    assert not same_text("a b", "b a")
    assert same_text("f( 'a')", 'f("a")')


def test_a_field_without_some_keywords_is_compared_by_the_rest():
    def plain(arguments):
        return without_keywords(f"models.TextField({arguments})", ["unique"])

    assert plain("help_text='unique=True'") == plain("help_text='unique=True', unique=True")
    assert plain("help_text='unique=True'") != plain("help_text=''")


def test_an_index_that_a_state_lists_twice_is_captured_once():
    index = models.Index(fields=["name"], name="by_name")
    fields = [("id", models.AutoField(primary_key=True)), ("name", models.TextField())]
    twice = ModelState("a", "Thing", fields, {"indexes": [index, index.clone()]})
    once = ModelState("a", "Thing", fields, {"indexes": [index]})
    assert capture_state(twice) == capture_state(once)
