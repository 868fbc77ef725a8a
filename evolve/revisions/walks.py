"""Walks along the edges of a graph of revisions; none of them recurses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from heapq import heapify, heappop, heappush

from evolve.revisions.revision import Key

Edges = Mapping[Key, tuple[Key, ...]]


def inverted(edges: Edges) -> dict[Key, tuple[Key, ...]]:
    """Return the edges the other way round, in sorted order."""
    turned: dict[Key, list[Key]] = {key: [] for key in edges}
    for key in sorted(edges):
        for target in edges[key]:
            turned[target].append(key)
    return {key: tuple(each) for key, each in turned.items()}


def reached(
    keys: Iterable[Key], edges: Edges, known: AbstractSet[Key] = frozenset()
) -> frozenset[Key]:
    """Return `keys` and all that the edges lead to from them, not going into what is `known`."""
    found: set[Key] = set()
    todo = list(keys)
    while todo:
        key = todo.pop()
        if key not in found and key not in known:
            found.add(key)
            todo += edges[key]
    return frozenset(found)


def post_order(starts: Iterable[Key], edges: Edges, entered: set[Key]) -> list[Key]:
    """Return what the starts lead to, depth first, each key right after all that it leads to.

    What is in `entered` is left out, and what is returned is added to it. It keeps its own stack: a
    lineage of thousands is deeper than Python's.
    """
    done: list[Key] = []
    stack = [(key, False) for key in reversed([*starts])]
    while stack:
        key, left = stack.pop()
        if left:
            done.append(key)
        elif key not in entered:
            entered.add(key)
            stack.append((key, True))
            stack += [(each, False) for each in reversed(edges[key])]
    return done


def by_rank(keys: Iterable[Key], edges: Edges, rank: Mapping[Key, int]) -> list[Key]:
    """Return `keys` by rank, as far as each comes after what its edges lead to of them.

    Kahn's algorithm (1962) with a heap: whatever is ready and has the lowest rank is next.
    """
    own = set(keys)
    waiting = {key: sum(each in own for each in edges[key]) for key in own}
    followers = inverted({key: tuple(each for each in edges[key] if each in own) for key in own})
    ready = [(rank[key], key) for key, count in waiting.items() if not count]
    heapify(ready)
    order: list[Key] = []
    while ready:
        _, key = heappop(ready)
        order.append(key)
        for each in followers[key]:
            waiting[each] -= 1
            if not waiting[each]:
                heappush(ready, (rank[each], each))
    return order


def masks(keys: Iterable[Key], edges: Edges, bits: Mapping[Key, int]) -> dict[Key, int]:
    """Return the bits of each key and of all that the edges lead to from it.

    `keys` come after what their edges lead to. It is the quickest closure there is in Python for
    some thousands of keys.
    """
    found: dict[Key, int] = {}
    for key in keys:
        mask = bits[key]
        for each in edges[key]:
            mask |= found[each]
        found[key] = mask
    return found
