"""Django's RenameField and RenameModel, with the names inside Meta and the bases following.

Django's own leave indexes, constraints, `order_with_respect_to`, generated expressions and the
bases of child models pointing to the old name in its state (5.2, 6.0, 6.1), and the next operation
on the model fails.
"""

from __future__ import annotations

from typing import Any

from django.db.migrations.operations import RenameField as DjangoRenameField
from django.db.migrations.operations import RenameModel as DjangoRenameModel

from evolve.frozen.capture import capture_state, model_state


class RenameField(DjangoRenameField):
    """RenameField after which the state names the field by its new name everywhere."""

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Rename the field in `state`, in place."""
        key = app_label, self.model_name_lower
        before = capture_state(state.models[key])
        super().state_forwards(app_label, state)
        renamed = model_state(before.following_field(self.old_name, self.new_name))
        now = state.models[key]
        now.options = renamed.options
        for name, text in before.fields.items():
            if "GeneratedField" in text and name in now.fields:
                now.fields[name] = renamed.fields[name]
        state.reload_model(*key, delay=False)


class RenameModel(DjangoRenameModel):
    """RenameModel after which child models and proxies have the new name among their bases."""

    def state_forwards(self, app_label: str, state: Any) -> None:
        """Rename the model in `state`, in place."""
        rename_model(state, app_label, self.old_name, self.new_name)


def rename_model(state: Any, app: str, old: str, new: str) -> None:
    """Rename a model in `state`, in place, also where other models inherit from it."""
    state.rename_model(app, old, new)
    was, now = f"{app}.{old.lower()}", f"{app}.{new.lower()}"
    for key in list(state.models):
        bases = state.models[key].bases
        if was in bases:
            state.models[key].bases = tuple(now if base == was else base for base in bases)
            state.reload_model(*key, delay=True)
