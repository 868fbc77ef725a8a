"""The models of a state: shared by its clones, kept as frozen text until a state is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from typing import TypeAlias

from django.db.migrations.state import ModelState

from evolve.frozen.capture import capture_state, model_state
from evolve.frozen.snapshot import Definition, ModelKey, Snapshot

Kept: TypeAlias = ModelState | Definition


class SharedModels(MutableMapping[ModelKey, ModelState]):
    """Model states that clones have in common; what is taken out is a copy, made once.

    ProjectState's methods, and other people's operations, change the model states in place. So
    whatever leaves this mapping may change, and what is still in common may not.

    What a revision froze is kept as its definition, and becomes a model state when it is first
    taken out: a state of a thousand models is known without evaluating one of them.
    """

    def __init__(self, kept: Mapping[ModelKey, Kept]) -> None:
        self._kept = dict(kept)
        self._own: set[ModelKey] = set()
        # The state of each definition by its identity; clones share this too.
        self._evaluated: dict[int, tuple[Definition, ModelState]] = {}
        self.changed = False

    def __getitem__(self, key: ModelKey) -> ModelState:
        kept = self._kept[key]
        if key in self._own and not isinstance(kept, Definition):
            return kept
        state = self._kept[key] = copy_of(self._state_of(kept))
        self._own.add(key)
        return state

    def __setitem__(self, key: ModelKey, kept: Kept) -> None:
        self._kept[key] = kept
        self._own.add(key)
        self.changed = True

    def __delitem__(self, key: ModelKey) -> None:
        del self._kept[key]
        self.changed = True

    def __contains__(self, key: object) -> bool:
        return key in self._kept

    def __iter__(self) -> Iterator[ModelKey]:
        return iter(self._kept)

    def __len__(self) -> int:
        return len(self._kept)

    def kept(self, key: ModelKey) -> Kept:
        """Return a model as it is kept, for looking at only."""
        return self._kept[key]

    def snapshot(self, apps: Iterable[str]) -> Snapshot:
        """Return the definitions of the models of `apps`."""
        wanted = set(apps)
        return Snapshot({key: self.definition(key) for key in self._kept if key[0] in wanted})

    def definition(self, key: ModelKey) -> Definition:
        """Return the definition of a model: what was frozen, or what its state says."""
        kept = self._kept[key]
        return kept if isinstance(kept, Definition) else capture_state(kept)

    def twin(self) -> SharedModels:
        """Return a mapping of its own with the same content; neither owns a model state then."""
        self._own.clear()
        twin = SharedModels(self._kept)
        twin._evaluated = self._evaluated
        return twin

    def states(self) -> dict[ModelKey, ModelState]:
        """Return the model states as they are now and stay: none is this mapping's own any more."""
        self._own.clear()
        self._kept = {key: self._state_of(kept) for key, kept in self._kept.items()}
        return {key: self._state_of(kept) for key, kept in self._kept.items()}

    def follow(self, follow: Callable[[Definition], Definition]) -> None:
        """Replace each definition by what `follow` makes of it."""
        for key, kept in self._kept.items():
            if isinstance(kept, Definition) and (followed := follow(kept)) is not kept:
                self._kept[key] = followed
                self.changed = True

    @contextmanager
    def evaluated_only(self) -> Iterator[None]:
        """Hide the models kept as definitions meanwhile; Django's loops would evaluate them all."""
        order = list(self._kept)
        hidden = {key: kept for key, kept in self._kept.items() if isinstance(kept, Definition)}
        for key in hidden:
            del self._kept[key]
        try:
            yield
        finally:
            content = {**hidden, **self._kept}
            keys = dict.fromkeys([*order, *content])
            self._kept = {key: content[key] for key in keys if key in content}

    def _state_of(self, kept: Kept) -> ModelState:
        if not isinstance(kept, Definition):
            return kept
        if id(kept) not in self._evaluated:
            self._evaluated[id(kept)] = kept, model_state(kept)
        return self._evaluated[id(kept)][1]


def copy_of(state: ModelState) -> ModelState:
    """Return a copy of a model state, as ModelState.clone has it (5.2, 6.1) without its checks."""
    if type(state) is not ModelState:
        return state.clone()
    twin = object.__new__(ModelState)
    twin.app_label, twin.name, twin.bases = state.app_label, state.name, state.bases
    twin.fields, twin.options = dict(state.fields), dict(state.options)
    twin.managers = list(state.managers)
    return twin
