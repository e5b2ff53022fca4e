"""Words for what units, schools and agencies do with each other; part of the tables of labels.py."""

from __future__ import annotations

from typing import Any, Final

from flask_babel import lazy_gettext as _l

STATUSES: Final[dict[str, tuple[str, Any]]] = {
    "open": ("live", _l("Open for answers")),
    "unanswered": ("pending", _l("Not answered")),
    "responded": ("ok", _l("Responded")),
    "declined": ("off", _l("Not responding")),
    "applied": ("pending", _l("Agency's answer awaited")),
    "linked": ("ok", _l("Associated")),
}
MOVES: Final[dict[str, tuple[Any, str, bool]]] = {
    "respond": (_l("Respond"), "send", False),
    "dismiss": (_l("No response"), "x", False),
    "supplement": (_l("Add to the answer"), "pencil", False),
    "ask_again": (_l("Ask again"), "send", False),
    "agree": (_l("Agree"), "check", False),
    "dissolve": (_l("End the association"), "ban", True),
}
STEPS: Final[dict[str, tuple[Any, str]]] = {
    "cooperation_posted": (_l("Cooperation need posted"), ""),
    "cooperation_changed": (_l("Cooperation need changed"), ""),
    "cooperation_withdrawn": (_l("Cooperation need withdrawn"), ""),
    "cooperation_respond": (_l("Cooperation need responded to"), "ok"),
    "cooperation_dismiss": (_l("Cooperation need not responded to"), ""),
    "association_ask": (_l("Association asked for"), ""),
    "association_ask_again": (_l("Association asked for again"), ""),
    "association_withdraw": (_l("Wish for association withdrawn"), ""),
    "association_agree": (_l("Association agreed to"), "ok"),
    "association_refuse": (_l("Association declined"), "bad"),
    "association_dissolve": (_l("Association ended"), ""),
    "cooperation_supplement": (_l("Answer to a cooperation need added to"), ""),
}
NOTICES: Final[dict[str, Any]] = {
    "cooperation_posted": _l("New cooperation need"),
    "cooperation_answered": _l("Cooperation need answered"),
    "association_asked": _l("Association asked for"),
    "association_withdrawn": _l("Wish for association withdrawn"),
    "association_agreed": _l("Association agreed to"),
    "association_refused": _l("Association declined"),
    "association_ended": _l("Association ended"),
}
