"""Renames that revisions have declared already, as answers to a diff's questions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from evolve.autodiff.questions import (
    DefaultNeeded,
    GiveUpReversing,
    OneOff,
    Questioner,
    RenamedField,
    RenamedModel,
    SharedDefault,
)


def composed(renames: Iterable[Mapping[str, str]]) -> dict[str, str]:
    """Return renames that follow one another as one: "Old" to "New", "Model.old" to "new".

    Fields are under the name that their model has in the end.
    """
    models: dict[str, str] = {}
    fields: dict[tuple[str, str], str] = {}
    for old, new in (pair for each in renames for pair in each.items()):
        model, _, name = old.partition(".")
        if not name:
            models = {**{k: new if v == old else v for k, v in models.items()}, old: new}
            moved = {(new if m == old else m, f): to for (m, f), to in fields.items()}
            fields = moved
            continue
        to = new.rpartition(".")[2]
        fields = {k: to if k[0] == model and v == name else v for k, v in fields.items()}
        fields[model, name] = to
    return {**models, **{f"{model}.{name}": to for (model, name), to in fields.items()}}


class Declared:
    """A questioner that knows what the revisions themselves have declared to be renames."""

    def __init__(self, ask: Questioner, renames: Mapping[str, str]) -> None:
        self._ask = ask
        self.renames = renames

    def renamed(self, question: RenamedField | RenamedModel) -> bool:
        """Answer from what was declared: nothing else was a rename."""
        old = question.old
        name = f"{question.model}.{old}" if isinstance(question, RenamedField) else old
        return self.renames.get(name) == question.new

    def default(self, question: DefaultNeeded) -> OneOff | GiveUpReversing:
        """Ask."""
        return self._ask.default(question)

    def shared_default(self, question: SharedDefault) -> GiveUpReversing | None:
        """Ask."""
        return self._ask.shared_default(question)
