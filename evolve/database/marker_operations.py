"""Operations that do nothing: what Django looks for among a revision's operations."""

from __future__ import annotations

from typing import Any

from django.db.migrations import operations
from django.db.migrations.operations.base import Operation


class Marker(Operation):
    """Says what a revision does where Django looks for it, and does nothing: RunRevision does."""

    reduces_to_sql = True

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Nothing."""

    def database_forwards(self, *args: Any) -> None:
        """Nothing."""

    def database_backwards(self, *args: Any) -> None:
        """Nothing."""


class RenamedModel(Marker, operations.RenameModel):
    """Says that a model was renamed.

    contenttypes (5.2 to 6.1) and auth (6.1) look for RenameModel, to rename content types and
    permissions.
    """


class CreatedModel(Marker, operations.CreateModel):
    """Says that a model was made, without its fields.

    `manage.py migrate --fake-initial` looks for CreateModel, and whether its table is there (5.2 to
    6.1).
    """

    def __init__(self, name: str) -> None:
        super().__init__(name, [])
