"""Django's tests of running migrations, with evolve's plan and runner in the executor's place."""

from __future__ import annotations

import pytest

from tests.peers.django_tests import unlike

MODULES = {"migrations.test_executor": 20, "migrations.test_commands.MigrateTests": 45}


@pytest.mark.parametrize("module", MODULES)
def test_they_pass_with_evolves_plan_and_runner(alias: str, module: str) -> None:
    found, passed = unlike(module, alias, "executor")
    assert len(passed) > MODULES[module]
    assert not found, found
