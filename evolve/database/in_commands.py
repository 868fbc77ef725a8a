"""evolve's errors under Django's own commands, which print what they know and trace the rest."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from django.apps import apps as live_apps
from django.core.management import CommandError

from evolve.errors import BrokenRevision, EvolveError
from evolve.revisions.files import read_revisions
from evolve.revisions.graph import Graph
from evolve.revisions.squashed import without_replaced

_Given = ParamSpec("_Given")
_Returned = TypeVar("_Returned")


def in_commands(method: Callable[_Given, _Returned]) -> Callable[_Given, _Returned]:
    """Have the EvolveErrors of a method be CommandErrors as well, of the same class and text.

    Where a reference in a revision is wrong, the graph's own error says it, with file and line.
    """

    @wraps(method)
    def wrapped(*args: _Given.args, **kwargs: _Given.kwargs) -> _Returned:
        try:
            return method(*args, **kwargs)
        except CommandError:
            raise
        except EvolveError as error:
            said = _as_command_error(_from_graph(error))
            raise said.with_traceback(error.__traceback__) from error.__cause__

    return wrapped


def _from_graph(error: EvolveError) -> EvolveError:
    """Return what the graph says of all files, if it is a reference that cannot be read."""
    if not isinstance(error, BrokenRevision):
        return error
    try:
        Graph(without_replaced(read_revisions(live_apps.get_app_configs()), frozenset()))
    except EvolveError as found:
        return found
    return error


def _as_command_error(error: EvolveError) -> EvolveError:
    """Return an error of its class that is a CommandError, too."""
    own = type(error)
    kind: type[EvolveError] = type(
        own.__name__, (own, CommandError), {"__module__": own.__module__}
    )
    made = kind.__new__(kind)
    made.__dict__.update(error.__dict__, returncode=error.exit_code)
    made.args = error.args
    return made
