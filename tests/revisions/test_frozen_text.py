"""`frozen` and the imports that it needs, read from the text of a file."""

import pytest

from evolve.revisions.frozen_text import read_frozen

FILE = '''"""Move prices
from 3 to 4 digits
{docstring}
"""
from django.db import models
{imports}


class Migration(SchemaMigration):
    frozen = {{
        "shop.Thing": {{
            "name": models.TextField(),
        }},
    }}
'''
MODELS = "from django.db import models"


@pytest.mark.parametrize("docstring", ["", "class Migration: of the birds"])
@pytest.mark.parametrize(
    ("imports", "read"),
    [
        ("", set()),
        ("import decimal", {"import decimal"}),
        (
            "from shop.values import (\n    One,\n    Two,  # (too)\n)",
            {"from shop.values import One, Two"},
        ),
    ],
)
def test_imports_are_statements_and_not_lines_that_look_like_them(docstring, imports, read):
    text = FILE.format(docstring=docstring, imports=imports)
    frozen = read_frozen("shop", "0001_x.py", text)
    assert frozen["shop", "thing"].imports == {MODELS, *read}
