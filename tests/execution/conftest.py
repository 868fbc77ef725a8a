"""The world of the contract tests: a project of two apps with real files and databases."""

from tests.contract.conftest import world

__all__ = ["world"]
