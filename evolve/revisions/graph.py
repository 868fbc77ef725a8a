"""The graph of revisions: lineage within apps, order across them.

References are resolved and everything that is wrong is said at once, when the graph is made. The
order of the whole graph is worked out once; the order of a part of it is the same, filtered.
"""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator
from collections.abc import Set as AbstractSet
from functools import cached_property

from evolve.errors import Ambiguous, BrokenGraph, UnknownName, few, few_lines
from evolve.revisions.keyed import by_app, by_key, check_labels
from evolve.revisions.order import djangos_order, djangos_rollback
from evolve.revisions.references import References
from evolve.revisions.revision import Key, Revision
from evolve.revisions.walks import by_rank, inverted, masks, post_order, reached

FIRST, LATEST = ENDS = "__first__", "__latest__"
_SAID_BY = {
    "parent": ("down_revision", "dependencies"),
    "dependency": ("depends_on", "dependencies", "run_before"),
}
_CIRCLE = "These revisions wait for each other, so none of them can run first:"


class Graph:
    """Revisions by key, with their parents, what they require, and one total order.

    Raises BrokenGraph, listing every fault, where the revisions make no graph: a duplicate id, a
    parent or dependency that is missing or ambiguous, a circle. A graph that is not `strict` keeps
    them in `faults` and shows the rest; it is good for looking at alone.
    """

    def __init__(self, revisions: Iterable[Revision], strict: bool = True) -> None:
        faults: list[str] = []
        self.faults = faults
        self._revisions = by_key(revisions, faults)
        self._of_app = by_app(self._revisions)
        self._references = References(self._revisions.values())
        check_labels(self._revisions.values(), faults)
        self._parents = {
            key: tuple(self._resolved(key.app, revision.down, revision, "parent", faults))
            for key, revision in self._revisions.items()
        }
        self._requirements = self._required(faults)
        self._children = inverted(self._parents)
        self._dependents = inverted(self._requirements)
        order = djangos_order(self._revisions, self._parents, self._children, self._requirements)
        faults += self._circles(order)
        if faults and strict:
            raise BrokenGraph(few_lines(faults), "Correct the files; nothing was run.")
        self._order = {key: place for place, key in enumerate(order)}

    @cached_property
    def apps(self) -> tuple[str, ...]:
        """The labels of the apps that have revisions, sorted."""
        return tuple(sorted(self._of_app))

    def __getitem__(self, key: Key) -> Revision:
        return self._revisions[key]

    def __contains__(self, key: object) -> bool:
        return key in self._revisions

    def __iter__(self) -> Iterator[Key]:
        return iter(self._order)

    def __len__(self) -> int:
        return len(self._revisions)

    def of(self, app: str) -> tuple[Key, ...]:
        """Return the app's revisions in graph order; none for an app that has none."""
        return self.order(self._of_app.get(app, ()))

    def parents(self, key: Key) -> tuple[Key, ...]:
        """Return what a revision revises, in its app."""
        return self._parents[key]

    def labelled(self, app: str, label: str) -> Key | None:
        """Return the revision of an app that declares a branch label; None for none."""
        return self._references.labelled(app, label)

    def labels(self, app: str) -> tuple[str, ...]:
        """Return the branch labels of an app, sorted."""
        return self._references.labels(app)

    def line(self, key: Key) -> frozenset[Key]:
        """Return a revision with what it revises and what revises it, within its app."""
        return reached([key], self._parents) | reached([key], self._children)

    def children(self, key: Key) -> tuple[Key, ...]:
        """Return what revises a revision, in its app."""
        return self._children[key]

    def requirements(self, key: Key) -> tuple[Key, ...]:
        """Return what has to be applied before a revision: parents and dependencies."""
        return self._requirements[key]

    def dependents(self, key: Key) -> tuple[Key, ...]:
        """Return what requires a revision: children, and other apps' revisions."""
        return self._dependents[key]

    def ancestors(
        self, keys: Iterable[Key], known: AbstractSet[Key] = frozenset()
    ) -> frozenset[Key]:
        """Return `keys` and all that they require; less what is `known`, and what is behind it."""
        return reached(keys, self._requirements, known)

    def descendants(self, keys: Iterable[Key]) -> frozenset[Key]:
        """Return `keys` and all that requires them."""
        return reached(keys, self._dependents)

    def lineage(self, key: Key) -> frozenset[Key]:
        """Return a revision and its ancestors within its app."""
        return reached([key], self._parents)

    def beside(self, app: str, among: Iterable[Key]) -> Callable[[Key], tuple[Key, ...]]:
        """Return what tells which of `among` are on other lines of an app than a revision."""
        order = self.of(app)
        bits = {key: 1 << place for place, key in enumerate(order)}
        below, above = masks(order, self._parents, bits), masks(order[::-1], self._children, bits)
        own = sum(bits[key] for key in set(among) if key.app == app)

        def tell(key: Key) -> tuple[Key, ...]:
            rest = own & ~below[key] & ~above[key]
            return tuple(each for each in order if bits[each] & rest) if rest else ()

        return tell

    def heads(self, app: str) -> tuple[Key, ...]:
        """Return the app's revisions that nothing revises."""
        return tuple(key for key in self.of(app) if not self._children[key])

    def bases(self, app: str) -> tuple[Key, ...]:
        """Return the app's revisions that revise nothing."""
        return tuple(key for key in self.of(app) if not self._parents[key])

    def current(self, app: str, applied: Container[Key]) -> tuple[Key, ...]:
        """Return the app's revisions in `applied` that are in no other such one's lineage."""
        below: set[Key] = set()
        found: list[Key] = []
        for key in reversed(self.of(app)):
            if key in applied and key not in below:
                found.append(key)
            if key in applied or key in below:
                below.update(self._parents[key])
        return tuple(reversed(found))

    def without(self, keys: Iterable[Key]) -> Graph:
        """Return the graph without `keys` and all that requires them."""
        gone = self.descendants(keys)
        return Graph(self[key] for key in self if key not in gone)

    def branched(self, app: str) -> bool:
        """Tell whether the app's lineage is more than one line."""
        return len(self.bases(app)) > 1 or any(len(self._children[key]) > 1 for key in self.of(app))

    def order(self, keys: Iterable[Key]) -> tuple[Key, ...]:
        """Return exactly `keys` in the graph's order, requirements first."""
        return tuple(sorted(set(keys), key=self._order.__getitem__))

    def rollback_order(self, starts: Iterable[Key], applied: Container[Key]) -> tuple[Key, ...]:
        """Return what of `applied` is, or requires, one of `starts`, what requires others first.

        Django-format migrations go back in Django's order (MigrationGraph.backwards_plan, 5.2 to
        6.1), and where there is one of evolve's, the last one in the graph's order goes first.
        """
        found = djangos_rollback(starts, self._dependents)
        undone = tuple(key for key in found if key in applied)
        djangos = all(self[key].kind == "django" for key in undone)
        return undone if djangos else self.order(undone)[::-1]

    def order_on(self, keys: Iterable[Key], rows: Iterable[Key]) -> tuple[Key, ...]:
        """Return `keys` in the order in which they came onto a database, requirements first.

        `rows` are its rows, the oldest first. It is the graph's order where no app has branches:
        only there does it matter who came first.
        """
        order = self.order(keys)
        if not any(self.branched(app) for app in {key.app for key in order}):
            return order
        came = {key: place for place, key in enumerate(rows)}
        # A squash whose row is not there yet came with the last of what it replaces.
        stands = {
            key: max((came.get(x, -1) for x in self[key].replaced), default=-1) for key in order
        }
        rank = {key: came.get(key, stands[key]) for key in order}
        return tuple(by_rank(order, self._requirements, rank))

    def find(self, app: str, reference: str, within: AbstractSet[Key] | None = None) -> Key:
        """Return the revision of `app` that a reference names, among those of `within` if given.

        Raises UnknownName with the candidates or the nearest names.
        """
        if app not in self._of_app:
            raise UnknownName.among("app", app, self._of_app)
        every = self._references.named(app, reference)
        found = [key for key in every if within is None or key in within]
        if len(found) == 1:
            return found[0]
        if len(every) == 1:
            raise UnknownName(f"{every[0]} is not on the branch that was named.")
        names = [key.name for key in found]
        if names:
            raise Ambiguous(
                f"'{reference}' is ambiguous in the app '{app}': {few(sorted(names))}.",
                "Give more of the name, or the id.",
            )
        known = [*(key.name for key in self._of_app[app]), *self.labels(app)]
        error = UnknownName.among(f"revision of '{app}'", reference, known)
        if reference and any(self[key].id.startswith(reference) for key in self._of_app[app]):
            error.hint += ". Of an id at least four characters are needed."
        raise error

    def _required(self, faults: list[str]) -> dict[Key, tuple[Key, ...]]:
        """Return the requirements of each revision, without those said twice."""
        required = {key: dict.fromkeys(parents) for key, parents in self._parents.items()}
        for key, revision in self._revisions.items():
            for target in self._elsewhere(revision.depends_on, revision, faults):
                required[key][target] = None
            for target in self._elsewhere(revision.run_before, revision, faults):
                required[target][key] = None
        return {key: tuple(sorted(each)) for key, each in required.items()}

    def _elsewhere(
        self, references: Iterable[str], revision: Revision, faults: list[str]
    ) -> Iterator[Key]:
        for entry in references:
            app, colon, reference = entry.partition(":")
            if not colon:
                place = revision.place(*_SAID_BY["dependency"])
                faults.append(f"{place}: the dependency '{entry}' names no app.")
            elif reference in ENDS:
                if app == revision.app:
                    continue  # a swappable model of the own app; its lineage says more
                # An app without revisions has nothing to wait for, as Django has it.
                ends = self._ends(self._of_app.get(app, ()), reference)
                # Django means the first by name; the others may well wait for this revision.
                yield from ends[:1] if revision.kind == "django" else ends
            else:
                yield from self._resolved(app, [reference], revision, "dependency", faults)

    def _ends(self, keys: Iterable[Key], which: str) -> list[Key]:
        keys = list(keys)
        if which == FIRST:
            return [key for key in keys if not self._parents[key]]
        revised = {parent for key in keys for parent in self._parents[key]}
        return [key for key in keys if key not in revised]

    def _resolved(
        self, app: str, references: Iterable[str], revision: Revision, what: str, faults: list[str]
    ) -> Iterator[Key]:
        for reference in references:
            found = self._references.named(app, reference)
            if len(found) == 1:
                yield found[0]
                continue
            many = few(sorted(key.name for key in found))
            wrong = f"is ambiguous ({many})" if found else "does not exist"
            place = revision.place(*_SAID_BY[what])
            faults.append(f"{place}: its {what} '{app}:{reference}' {wrong}.")

    def _circles(self, order: list[Key]) -> Iterator[str]:
        """Yield a fault for each set of revisions that wait for each other, given a post-order.

        Kosaraju's algorithm: it names the members of circles alone, not what stands on them.
        """
        place = {key: at for at, key in enumerate(order)}
        if all(place[each] < at for key, at in place.items() for each in self._requirements[key]):
            return
        seen: set[Key] = set()
        for key in reversed(order):
            members = [] if key in seen else post_order([key], self._dependents, seen)
            if len(members) > 1 or key in self._requirements[key]:
                listed = (f" - {each}  ({_said(self[each])})" for each in sorted(members))
                yield "\n".join([_CIRCLE, *listed])


def _said(revision: Revision) -> str:
    return revision.place(*_SAID_BY["parent"], *_SAID_BY["dependency"])
