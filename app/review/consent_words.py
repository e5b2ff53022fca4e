"""What each consent is called, and what it means to give or to withdraw it."""

from __future__ import annotations

from typing import Any, Final

from flask_babel import lazy_gettext as _l

CONSENTS: Final[dict[str, Any]] = {
    "terms": _l("User agreement"),
    "privacy": _l("How we treat your data"),
    "recommendation": _l("Recommendations made for me"),
    "sms_notices": _l("Messages by SMS"),
    "mail_notices": _l("Messages by mail"),
}
