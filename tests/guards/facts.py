"""Facts for guards, given by the test."""


class Said:
    """Answers what the test says of revisions, by name."""

    def __init__(self, irreversible=None, unfilled=(), changes=None, lost=None):
        self._irreversible = irreversible or {}
        self._unfilled = unfilled
        self._changes = changes or {}
        self._lost = lost or {}

    def changes(self, key):
        return frozenset(self._changes.get(key.name, ()))

    def irreversible(self, revision):
        return self._irreversible.get(revision.name)

    def unfilled(self, revision, direction):
        return (revision.name, direction) in self._unfilled

    def lost_objects(self, key):
        return self._lost.get(key.name, ())
