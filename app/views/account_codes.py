"""Words for what accounts and the roles of administrators are refused with; part of words.CODES."""

from __future__ import annotations

from typing import Any, Final

from flask_babel import lazy_gettext as _l

# code -> (HTTP status, words).
ACCOUNTS: Final[dict[str, tuple[int, Any]]] = {
    "one_administrator": (
        422,
        _l(
            "System, security and audit administrator are three persons: this account already holds another of the three."
        ),
    ),
    "last_administrator": (
        422,
        _l(
            "This is the last administrator of its kind. Give the role to another account first, then take it away here."
        ),
    ),
    "role_waits": (
        422,
        _l("A role of an administrator waits for its confirmation at this account already. It is decided on first."),
    ),
    "role_from_server": (
        422,
        _l(
            "Nobody holds this administrator's role in force. The first one is set up on the server, with the command "
            "create-admin."
        ),
    ),
    "role_account_off": (
        409,
        _l("The account is switched off: no role of an administrator is confirmed for it. Please decline it."),
    ),
    "account_off": (
        409,
        _l("The account was closed or switched off meanwhile: nothing can be proven for it. Please reject it."),
    ),
}
