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
ABOUT: Final[dict[str, Any]] = {
    "terms": _l("Needed for the account: it is withdrawn by closing the account."),
    "privacy": _l("Needed for the account: it is withdrawn by closing the account."),
    "recommendation": _l(
        "Postings may be put in an order made for you. Without it the order is the same for everybody."
    ),
    "sms_notices": _l("News of your submissions may reach you by SMS. Codes and warnings come without it too."),
    "mail_notices": _l("News of your submissions may reach you by mail at the reserved address."),
}
