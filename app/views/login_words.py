"""What became of a login, in words: outcomes of the login log and reasons why a session ended."""

from __future__ import annotations

from typing import Any, Final

from flask_babel import lazy_gettext as _l

LOGINS: Final[dict[str, Any]] = {
    "ok": _l("Logged in"),
    "wrong": _l("Wrong name or password"),
    "locked": _l("Refused: too many tries"),
    "half": _l("Password right, second factor awaited"),
    "wrong_code": _l("Wrong code"),
    "unlocked": _l("Lockout lifted"),
    "factor_set": _l("Second factor set up"),
    "code_used": _l("Recovery code used"),
    "factor_reset": _l("Ended: second factor reset"),
    "out": _l("Logged out"),
    "idle": _l("Ended: not used"),
    "aged": _l("Ended: longest duration reached"),
    "closed": _l("Ended from another device"),
    "revoked": _l("Ended by the security administrator"),
    "password": _l("Ended: password changed"),
    "phone": _l("Ended: phone changed"),
    "inactive": _l("Ended: account switched off"),
    "roles": _l("Ended: roles changed"),
}
