"""The same models for Alembic."""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks.measure import Command

_ENV = """\
from alembic import context
from sqlalchemy import create_engine
from models import metadata
with create_engine("sqlite:///db.sqlite3").connect() as connection:
    context.configure(connection=connection, target_metadata=metadata)
    with context.begin_transaction():
        context.run_migrations()
"""
_TEMPLATE = """\
revision = ${repr(up_revision)}
down_revision = ${repr(down_revision)}
import sqlalchemy as sa
from alembic import op
def upgrade():
    ${upgrades}
def downgrade():
    ${downgrades}
"""


def diff(root: Path, models: int) -> Command:
    """Return the command that finds one added column, on a database that has the tables."""
    (root / "scripts" / "versions").mkdir(parents=True)
    (root / "alembic.ini").write_text("[alembic]\nscript_location = scripts\n")
    (root / "scripts" / "env.py").write_text(_ENV)
    (root / "scripts" / "script.py.mako").write_text(_TEMPLATE)
    _write_models(root, models, extra=False)
    from subprocess import run  # noqa: PLC0415 - used once, to make the tables

    create = "from models import metadata; from sqlalchemy import create_engine as c; "
    run(
        [sys.executable, "-c", f"{create}metadata.create_all(c('sqlite:///db.sqlite3'))"],
        cwd=root,
        check=True,
    )
    _write_models(root, models, extra=True)
    argv = [sys.executable, "-m", "alembic", "revision", "--autogenerate", "-m", "added"]

    def forget() -> None:
        for made in (root / "scripts" / "versions").glob("*.py"):
            made.unlink()

    return Command(argv, root, forget)


def _write_models(root: Path, models: int, extra: bool) -> None:
    lines = ["from sqlalchemy import *", "metadata = MetaData()"]
    for number in range(models):
        columns = [f"Column('f{each}', String({20 + each}))" for each in range(6)]
        if number:
            columns.append(f"Column('parent_id', ForeignKey('m{number - 1}.id'), index=True)")
        if extra and number == models // 2:
            columns.append("Column('added', Integer)")
        joined = ", ".join(["Column('id', BigInteger, primary_key=True)", *columns])
        lines.append(f"Table('m{number}', metadata, {joined})")
    (root / "models.py").write_text("\n".join(lines) + "\n")
