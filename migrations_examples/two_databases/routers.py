"""The routers of Django's guide: one for users, one for everything else and its replicas."""

from __future__ import annotations

import random
from typing import Any


class AuthRouter:
    """Users are in `auth_db`, and nothing else is."""

    route_app_labels = {"people"}

    def db_for_read(self, model: Any, **hints: Any) -> str | None:
        """Read users from auth_db."""
        return "auth_db" if model._meta.app_label in self.route_app_labels else None

    db_for_write = db_for_read

    def allow_relation(self, one: Any, other: Any, **hints: Any) -> bool | None:
        """Allow relations among users."""
        labels = {one._meta.app_label, other._meta.app_label}
        return True if labels <= self.route_app_labels else None

    def allow_migrate(
        self, db: str, app_label: str, model_name: str | None = None, **hints: Any
    ) -> bool | None:
        """Make the tables of users in auth_db alone, and let hints name another database."""
        if "only_on" in hints:
            return bool(db == hints["only_on"])
        if app_label in self.route_app_labels:
            return db == "auth_db"
        return None


class PrimaryReplicaRouter:
    """Everything else is in `primary`, and read from its replica."""

    def db_for_read(self, model: Any, **hints: Any) -> str:
        """Read from primary or its replica."""
        return random.choice(["primary", "replica1"])

    def db_for_write(self, model: Any, **hints: Any) -> str:
        """Write to primary."""
        return "primary"

    def allow_relation(self, one: Any, other: Any, **hints: Any) -> bool | None:
        """Allow relations within the pool."""
        pool = {"primary", "replica1"}
        return True if {one._state.db, other._state.db} <= pool else None

    def allow_migrate(
        self, db: str, app_label: str, model_name: str | None = None, **hints: Any
    ) -> bool:
        """Make tables in primary: a replica gets them from there."""
        return db == "primary"
