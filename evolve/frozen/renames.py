"""Django's RenameField, with the names inside Meta following.

Django's own leaves indexes, constraints, `order_with_respect_to` and generated expressions
pointing to the old name in its state (5.2, 6.0, 6.1), and the next operation on the model fails.
"""

from __future__ import annotations

from typing import Any

from django.db.migrations.operations import RenameField as DjangoRenameField

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
