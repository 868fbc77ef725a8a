"""Tests of Django's that evolve answers in another way, by decision, each with its reason.

Whatever else differs fails. A test that no longer differs has to be taken off its list.
"""

from __future__ import annotations

OPERATIONS = {
    "OperationTests.test_rename_model_state_forwards": (
        "A lazy state's registry is never changed, so it is another object after a change."
    ),
    "OperationTests.test_rename_referenced_field_state_forward": (
        "It expects a rename in a clone to change the fields of the state that was cloned."
    ),
}

_LOCAL = "It uses a class or a function inside a function, which no file can import."
_REFERRED = "A proxy becomes a model with a table, and what refers to it would keep the old table."
AUTODETECTOR = {
    "test_add_composite_pk": "Django's editors leave the table without the new primary key.",
    "test_proxy_to_mti_with_fk_to_proxy#2": _REFERRED,
    "test_proxy_to_mti_with_fk_to_proxy_proxy#2": _REFERRED,
} | dict.fromkeys(
    (
        "test_add_custom_fk_with_hardcoded_to",
        "test_proxy_non_model_parent",
        "test_supports_functools_partial",
        "test_supports_functools_partial#2",
        "test_supports_functools_partial#3",
    ),
    _LOCAL,
)

SCHEMA = {
    "SchemaTests.test_remove_constraints_capital_letters": (
        "On SQLite, an index that its model does not have survives the rebuild of its table."
    ),
}
