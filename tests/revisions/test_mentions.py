"""Which other apps mention a model: by its label in code and in what is frozen, not in any text."""

import pytest

from evolve.frozen.snapshot import Definition
from evolve.revisions.frozen_text import read_frozen
from evolve.revisions.mentions import apps_before
from evolve.revisions.revision import Revision

FILE = """
from django.db import models
from evolve import SchemaMigration


class Migration(SchemaMigration):
    revision = "aaaaaaaaaaaa"

    def forwards(self, orm):
        {code}

    frozen = {{
        "other.Note": {{
            "text": {field},
        }},
    }}
"""
PLAIN = "models.TextField()"


def before(code="pass", field=PLAIN, kind="schema", gone=("shop.Thing",), changed=()):
    text = FILE.format(code=code, field=field)
    revision = Revision("other", "0001_x", "aaaaaaaaaaaa", kind=kind)
    return apps_before(
        "shop",
        gone,
        changed,
        [revision],
        lambda each: text,
        lambda each: read_frozen("other", "0001_x.py", text),
    )


@pytest.mark.parametrize(
    "code",
    [
        "orm['shop.Thing'].objects.all()",
        "orm['shop.thing:name']",
        "helper(orm, 'shop.Thing')",
        "for label in ['shop.Thing']: pass",
        "self.db.add_field('Note', 'of', models.ForeignKey(to='shop.thing', on_delete=1))",
        "self.db.add_field('Note', 'of', models.ForeignKey('shop.Thing', models.CASCADE))",
        "self.db.run(migrations.CreateModel('X', fields=[], bases=('shop.thing',)))",
    ],
)
def test_a_label_in_code_is_a_mention(code):
    assert before(code) == {"other"}


@pytest.mark.parametrize(
    "code",
    [
        "self.db.add_field('Note', 'x', models.TextField(help_text='shop.Thing'))",
        "self.db.add_field('Note', 'x', TextField('shop.Thing', choices=[('shop.Thing', 1)]))",
        "orm.Note.objects.create(text='shop.Thing')",
        "self.db.alter_model_options('Note', {'verbose_name': 'shop.Thing'})",
        "orm['shop.Things']",
    ],
)
def test_a_value_that_looks_like_a_label_is_none(code):
    assert before(code) == set()


@pytest.mark.parametrize(
    ("field", "found"),
    [
        ('models.ForeignKey(on_delete=models.CASCADE, to="shop.thing")', {"other"}),
        ('models.ManyToManyField(through="shop.Thing", to="auth.user")', {"other"}),
        ('models.TextField(help_text="shop.Thing", default="shop.thing")', set()),
    ],
)
def test_what_is_frozen_mentions_what_it_refers_to(field, found):
    assert before(field=field) == found


def test_a_changed_model_is_waited_for_by_data_revisions_that_froze_it():
    field = 'models.ForeignKey(on_delete=models.CASCADE, to="shop.thing")'
    assert before(field=field, gone=(), changed=["shop.Thing"]) == set()
    assert before(field=field, kind="data", gone=(), changed=["shop.Thing"]) == {"other"}


def test_a_model_that_is_frozen_is_mentioned():
    note = Definition("other", "Note", {"text": PLAIN})
    revision = Revision("third", "0001_x", "aaaaaaaaaaaa", kind="data")
    wanted = ["other.Note"]
    read = {note.key: note}
    found = apps_before("other", wanted, (), [revision], lambda _: '"other.Note"', lambda _: read)
    assert found == {"third"}
