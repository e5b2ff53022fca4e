"""Words of the roles of accounts: their states, the steps of giving them, and the second administrator's choice."""

from __future__ import annotations

from typing import Any, Final

from flask_babel import lazy_gettext as _l

STATES: Final[dict[str, Any]] = {
    "active": _l("In force"),
    "waiting": _l("Waiting for confirmation"),
    "off": _l("Not in force"),
}
NOT_YET: Final = _l("Not in force yet: the security administrator or the auditor confirms the role.")
# Move -> (word, icon, whether it asks first).
MOVES: Final[dict[str, tuple[Any, str, bool]]] = {"confirm": (_l("Confirm the role"), "user-check", True)}
STEPS: Final[dict[str, tuple[Any, str]]] = {
    "hat_given": (_l("Role given"), ""),
    "hat_changed": (_l("Role changed"), ""),
    "hat_asked": (_l("Role of an administrator given, to be confirmed"), ""),
    "hat_confirmed": (_l("Role of an administrator confirmed"), "ok"),
    "hat_declined": (_l("Role of an administrator declined"), "bad"),
}
