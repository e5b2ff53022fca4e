"""Why a browser stands before the login although it was logged in: said on the login page, once, to that browser alone."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from flask import session
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, select

from app.extensions import db
from app.models.sessions import LoginSession
from app.views.sessions import TOKEN, digest

_LATELY: Final = dt.timedelta(hours=12)
# Why a session ended -> what its browser reads. Logging out by oneself needs no words.
WORDS: Final[dict[str, Any]] = {
    "roles": _l(
        "Your login has ended: a role or the functions granted to you were changed. Log in again and go on with what you may do "
        "now. What was typed last was not stored."
    ),
    "idle": _l("Your login has ended because it was not used for a while. What was typed last was not stored."),
    "aged": _l("Your login has reached its longest duration. What was typed last was not stored."),
    "password": _l("Your login has ended because the password was changed."),
    "phone": _l("Your login has ended because the phone number was changed."),
    "closed": _l("This login was ended from another of your devices."),
    "revoked": _l("This login was ended by the security administrator."),
    "factor_reset": _l("Your login has ended because the second factor was reset."),
}


def why() -> str:
    """The words, if the number in this browser's cookie is that of a login that ended lately; asked for once."""
    token = session.get(TOKEN)
    if not token:
        return ""
    mine = LoginSession.token_hash == digest(str(token)), LoginSession.ended_at > func.now() - _LATELY
    found = db.session.scalar(select(LoginSession.ended_why).where(*mine))
    return str(WORDS.get(found, "")) if found else ""
