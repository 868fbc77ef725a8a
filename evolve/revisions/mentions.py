"""Which other apps have to run before a revision, since they know its models as they were.

On a fresh database every revision runs in the order of the graph. A foreign key to a model that was
renamed since, or a data migration that reads a column that was dropped since, runs only if it comes
before the renaming and the dropping. Its writer could not know; the writer of the later one can.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

from evolve.revisions.revision import Revision


def apps_before(
    app: str,
    gone: Iterable[str],
    changed: Iterable[str],
    revisions: Iterable[Revision],
    text_of: Callable[[Revision], str],
) -> set[str]:
    """Return the other apps that a revision of `app` has to wait for.

    `gone` are the models ("app.Model") that it renames or deletes: whoever mentions one of them
    comes first. `changed` are those that it changes otherwise: data migrations that froze one come
    first.
    """
    any_mention, data_mention = _pattern(gone), _pattern({*gone, *changed})
    found: set[str] = set()
    for revision in revisions:
        if revision.app == app or revision.app in found:
            continue
        pattern = data_mention if revision.kind == "data" else any_mention
        if pattern and pattern.search(text_of(revision)):
            found.add(revision.app)
    return found


def _pattern(labels: Iterable[str]) -> re.Pattern[str] | None:
    names = "|".join(re.escape(label) for label in sorted(labels))
    return re.compile(rf"[\"'](?:{names})[\"']", re.IGNORECASE) if names else None
