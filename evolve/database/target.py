"""The models that a revision moves to: definitions for what calls on `self.db` leave out."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db.migrations.state import ModelState
from django.db.models import NOT_PROVIDED

from evolve.errors import EvolveError
from evolve.frozen.snapshot import ModelKey

FROZEN = ...
"""Stands for a definition that a call leaves out, where None would mean none."""


class Target:
    """The frozen models of an app in the state that is being moved to.

    `beside`: a revision goes back while parallel branches stay. What a call alters then becomes
    what the branches that stay have made of it, not what it was before them all.
    """

    def __init__(self, app: str, models: Mapping[ModelKey, ModelState], beside: bool) -> None:
        self._app = app
        self.models = models
        self._beside = beside

    def model(self, name: str) -> ModelState:
        """Return a model as it is frozen. Raises EvolveError where it is not."""
        state = self.models.get((self._app, name.lower()))
        if state is None:
            raise EvolveError(
                f"{self._app}.{name} is not in the state that is being moved to, so its definition "
                "is not known.",
                "Freeze it in the revision, or give fields=[…].",
            )
        return state

    def option(self, name: str, option: str, given: Any) -> Any:
        """Return what an option of a model becomes: as `given`, or as it is frozen."""
        if given is not FROZEN and not self._beside:
            return given
        return self.model(name).options.get(option)

    def options(self, name: str, keys: list[str], given: Any) -> Mapping[str, Any]:
        """Return what the options `keys` of a model become."""
        if given is not FROZEN and not self._beside:
            return dict(given)
        frozen = self.model(name).options
        return {each: frozen[each] for each in keys if each in frozen}

    def managers(self, name: str, given: Any) -> list[Any]:
        """Return what the managers of a model become."""
        return list(self.model(name).managers if given is FROZEN or self._beside else given)

    def field(self, model_name: str, name: str, given: Any, preserve_default: bool = True) -> Any:
        """Return what a field becomes; a one-off default of the `given` one is kept."""
        if given is not None and not self._beside:
            return given
        field = self.model(model_name).fields[name]
        if given is not None and not preserve_default and given.default is not NOT_PROVIDED:
            field = field.clone()
            field.default = given.default
        return field

    def element(self, model_name: str, option: str, given: Any) -> Any:
        """Return an index or a constraint: one that is named is the frozen one."""
        if not isinstance(given, str) and not self._beside:
            return given
        name = given if isinstance(given, str) else given.name
        elements = self.model(model_name).options.get(option, ())
        found = next((each for each in elements if each.name == name), given)
        if isinstance(found, str):
            raise EvolveError(
                f"{model_name} has no {name} among the frozen {option}.",
                "Freeze it in the revision, or pass its definition.",
            )
        return found
