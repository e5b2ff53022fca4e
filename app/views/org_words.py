"""Words for what units, schools and agencies do with each other; part of the tables of labels.py."""

from __future__ import annotations

from typing import Any, Final

from flask_babel import lazy_gettext as _l

STATUSES: Final[dict[str, tuple[str, Any]]] = {
    "open": ("live", _l("Open")),
    "unanswered": ("pending", _l("Not answered")),
    "responded": ("ok", _l("Responded")),
    "declined": ("off", _l("Declined")),
}
MOVES: Final[dict[str, tuple[Any, str, bool]]] = {
    "respond": (_l("Respond"), "send", False),
    "supplement": (_l("Add to the answer"), "pencil", False),
}
STEPS: Final[dict[str, tuple[Any, str]]] = {
    "cooperation_posted": (_l("Cooperation need posted"), ""),
    "cooperation_changed": (_l("Cooperation need changed"), ""),
    "cooperation_withdrawn": (_l("Cooperation need withdrawn"), ""),
    "cooperation_respond": (_l("Cooperation need responded to"), "ok"),
    "cooperation_decline": (_l("Cooperation need declined"), ""),
    "cooperation_supplement": (_l("Answer to a cooperation need added to"), ""),
}
NOTICES: Final[dict[str, Any]] = {
    "cooperation_posted": _l("New cooperation need"),
    "cooperation_answered": _l("Cooperation need answered"),
}
