"""What a guard or a lint rule says: code, place, message, what to do."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that a guard or a rule found.

    `code` is stable and greppable ("irreversible"), `place` names a revision ("app:name") or a
    file, `message` says what was found, `hint` what to do.
    """

    code: str
    place: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        text = f"{self.place}: {self.message}"
        between = "\n" if "\n" in self.message else " "
        return f"{text}{between}{self.hint}" if self.hint else text
