"""evolve: South's workflow on Alembic's revision graph over Django's models.

These are the names that revision files and projects may use; everything else is evolve's own.
"""

from evolve._version import VERSION as __version__
from evolve.database.migration import DataMigration, SchemaMigration, irreversible

__all__ = ["DataMigration", "SchemaMigration", "__version__", "irreversible"]
