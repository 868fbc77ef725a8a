"""A process that runs one of Django's test modules: `python -m tests.peers.process …`.

Settings are those of Django's tests/runtests.py (5.2 to 6.1). What came of each test goes to a file
as JSON.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from importlib import import_module
from pathlib import Path
from typing import Any

import django
from django.apps import apps
from django.conf import settings

from tests import databases
from tests.peers.recording import Recording, record_sql, record_tables

_ALWAYS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sites",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.contrib.staticfiles",
]
# What "python -m tests.peers.process" got: Django's tests, a module of them, the kind of database,
# how to run it ("django", or the name of a module of tests.peers.suites), and where the JSON goes.
_ARGUMENTS = ("directory", "module", "vendor", "suite", "report")


def configure(vendor: str, module: str) -> None:
    """Set Django up as its tests/runtests.py does, with databases of names that are free."""
    names = {alias: databases.fresh_name(vendor) for alias in ("default", "other")}
    settings.configure(
        DATABASES={
            alias: {
                **databases.settings_for(vendor),
                "TEST": {"NAME": None if vendor == "sqlite" else f"{name}_{alias}"},
            }
            for alias, name in names.items()
        },
        INSTALLED_APPS=[*_ALWAYS, "evolve"],
        SECRET_KEY="django_tests_secret_key",
        PASSWORD_HASHERS=["django.contrib.auth.hashers.MD5PasswordHasher"],
        DEFAULT_AUTO_FIELD="django.db.models.AutoField",
        USE_TZ=False,
        ROOT_URLCONF="urls",
        LANGUAGE_CODE="en",
        SITE_ID=1,
        MIGRATION_MODULES={"auth": None, "contenttypes": None, "sessions": None},
        SILENCED_SYSTEM_CHECKS=["fields.W342", "postgres.E005"],
    )
    django.setup()
    settings.INSTALLED_APPS.append(module.partition(".")[0])
    apps.set_installed_apps(settings.INSTALLED_APPS)
    os.environ["RUNNING_DJANGOS_TEST_SUITE"] = "true"


def main() -> None:
    """Run a module of Django's tests and write what came of it."""
    given = dict(zip(_ARGUMENTS, sys.argv[1:], strict=True))
    sys.path.insert(0, given["directory"])
    configure(given["vendor"], given["module"])
    # Only now: it and its test classes need Django to be set up.
    from django.test.runner import DiscoverRunner  # noqa: PLC0415

    class Runner(DiscoverRunner):
        def get_resultclass(self) -> Any:
            return Recording

    record_sql()
    suite: Any = None
    around: Callable[[], AbstractContextManager[Any]] = nullcontext
    if given["suite"] != "django":
        suite = import_module(f"tests.peers.suites.{given['suite']}")
        around = suite.installed
    runner = Runner(verbosity=0, interactive=False)
    runner.setup_test_environment()
    tests = runner.build_suite([given["module"]])
    made = runner.setup_databases(aliases=("default", "other"))
    record_tables()
    try:
        with around():
            runner.run_suite(tests)
        more = suite.report() if hasattr(suite, "report") else {}
    finally:
        runner.teardown_databases(made)
    report = {"outcomes": Recording.outcomes, "sql": Recording.sql, **more}
    Path(given["report"]).write_text(json.dumps(report))


if __name__ == "__main__":
    main()
