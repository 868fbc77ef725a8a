"""File names: South's NNNN_slug."""

from __future__ import annotations

import re
from collections.abc import Iterable

from evolve.autodiff.changes import Change
from evolve.errors import Refused

_LONGEST = 70
_LONGEST_GIVEN = 150
_SLUG = re.compile(r"[0-9a-zA-Z_]+")
# Descending fields ("-age"), names of indexes, and models that are not in ASCII.
_NOT_IN_SLUG = re.compile(r"[^0-9a-zA-Z_]")


def automatic_slug(changes: Iterable[Change]) -> str:
    """Return South's name of a revision: "auto__add_field_user_name__del_model_x".

    South cut at 70 characters, in the middle of a word; here whole parts are left out and counted.
    """
    said = (_NOT_IN_SLUG.sub("", change.slug()) for change in changes)
    parts = [part for slug in said for part in slug.split("__") if part]
    slug = "auto"
    for done, part in enumerate(parts):
        more = f"__and_{len(parts) - done}_more"
        room = _LONGEST - (len(more) if done < len(parts) - 1 else 0)
        if len(slug) + len(part) + 2 > room:
            return slug + more if done else f"auto__{part}"[:_LONGEST].rstrip("_")
        slug = f"{slug}__{part}"
    return slug


def checked_slug(slug: str, reserved: Iterable[str] = ()) -> str:
    """Return `slug`, which a user gave. Raises Refused where it cannot be in a file name."""
    if not _SLUG.fullmatch(slug):
        raise Refused(
            f"'{slug}' cannot be the name of a revision.",
            "Use letters, digits and underscores; nothing was written.",
        )
    if len(slug) > _LONGEST_GIVEN:
        raise Refused(
            f"A name of {len(slug)} characters is too long for a file.",
            f"Use {_LONGEST_GIVEN} or fewer; nothing was written.",
        )
    if slug in reserved:
        raise Refused(f"'{slug}' is a reserved word.", "Choose another name; nothing was written.")
    return slug


def numbered(slug: str, names: Iterable[str], template: str = "{number:04d}_{slug}") -> str:
    """Return the file name without `.py`: one more than the highest number, and the slug."""
    numbers = [int(found[0]) for name in names if (found := re.match(r"\d+(?=_|$)", name))]
    return template.format(number=max(numbers, default=0) + 1, slug=slug)


def renamed(name: str, slug: str) -> str:
    """Return the file name of a revision that is written anew: its number, and the slug."""
    number, _, old = name.partition("_")
    return f"{number}_{slug}" if old else slug
