"""What a sender reads of an entry whose papers have left: since when they are gone, and how it goes on."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask_babel import gettext as _

from app.extensions import db
from app.review.kinds import KINDS
from app.review.policy import number
from app.rules.agencies import BEFORE_SENDING, IDENTITY_SLOTS
from app.rules.lifecycle import SENDER
from app.views.cells import moment
from app.views.identity import current

_WITH_PICTURES = ("agency_entry", "unit_registration")


def words_of(view: Any, row: Any) -> str:
    """Nothing where nothing has left, where nothing more can be sent in, and for everybody but the sender."""
    kind = KINDS.get(view.kind)
    if kind is None or SENDER not in kind.parties(current(), row):
        return ""
    if kind.key == "agency_entry" and row.status in BEFORE_SENDING:
        return _pictures(kind, row)
    if row.status not in kind.lifecycle.editable:
        return ""
    at = getattr(row, "purged_at", None)
    if at is not None:
        return _(
            "The papers of this entry were removed on %(day)s because nobody had sent it in for long, and what was personal in "
            "it with them. Fill it in and upload the papers again (“Edit”); then it may be submitted.",
            day=moment(at)[:10],
        )
    return _pictures(kind, row) if kind.key in _WITH_PICTURES and getattr(row, "source", "form") != "import" else ""


def _pictures(kind: Any, row: Any) -> str:
    """Of an agency's entry and a unit's registration the pictures of identity leave, the other papers stay."""
    days = number(db.session(), "identity_days", "")
    idle = row.changed_on < dt.datetime.now(dt.UTC) - dt.timedelta(days=days)
    if not idle or {slot for slot, _file in kind.attached(db.session(), row)} & set(IDENTITY_SLOTS):
        return ""
    if row.status in BEFORE_SENDING:
        return _(
            "Pictures of identity documents are removed from an entry that lies unused for %(days)s days. Withdraw it, upload "
            "them again and ask for the recommendation once more.",
            days=days,
        )
    return _(
        "Pictures of identity documents are removed from an entry that lies unused for %(days)s days. Upload them again (“Edit”) "
        "before you submit.",
        days=days,
    )
