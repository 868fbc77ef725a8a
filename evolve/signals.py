"""South's signals. The sender is None; `db` is the alias of the database.

`pre_migrate` and `post_migrate` go out once for each app that a run is for, with `app`,
`verbosity`, `interactive` and `db`; nothing follows a failure. `ran_migration` goes out after each
revision that was run, not for a faked one, with `app`, `migration` (the Migration), `method`
("forwards" or "backwards"), `verbosity`, `interactive` and `db`.
"""

from __future__ import annotations

from django.dispatch import Signal

pre_migrate = Signal()
post_migrate = Signal()
ran_migration = Signal()
