"""Reasons for a return: those of the kind, ticked and ordered by what the checks found, with their canned texts."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_babel import get_locale
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from app.models.review import ReviewReason
from app.views.desk_fields import label_of

QUICK = 3  # reasons beside the digit keys when the checks named fewer
DIGITS = 9
SECONDS = 30.0  # another process's change of the reasons is seen after this long; one's own at once
GRAVE = ("block", "high")


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason on offer.

    `text` is the canned text that the sender gets with it; `particulars` what the checks say, to be sent beside it.
    `because`: the codes of the checks that name it.
    """

    code: str
    name: str
    text: str
    particulars: str
    field_label: str
    checked: bool
    because: str


@dataclass(slots=True)
class _Cache:
    """All active reasons: code, names, texts, field, kinds."""

    until: float = 0.0
    rows: list[tuple[str, str, str, str, str, str, str]] = field(default_factory=list)


_cache = _Cache()


@event.listens_for(ReviewReason, "after_insert")
@event.listens_for(ReviewReason, "after_update")
@event.listens_for(ReviewReason, "after_delete")
def forget(*_: object) -> None:
    """The next reader asks the database again."""
    _cache.until = 0.0


def _rows(session: Session) -> list[tuple[str, str, str, str, str, str, str]]:
    now = time.monotonic()
    if now >= _cache.until:
        r = ReviewReason
        stmt = (
            select(r.code, r.name_zh, r.name_en, r.text_zh, r.text_en, r.field, r.kinds)
            .where(r.active)
            .order_by(r.code)
        )
        _cache.rows, _cache.until = [tuple(row) for row in session.execute(stmt)], now + SECONDS
    return _cache.rows


def reasons_of(session: Session, kind_key: str, checks: Iterable[Mapping[str, Any]]) -> list[Reason]:
    """Reasons that fit the kind, the pre-ticked ones first. Red findings tick theirs, else amber ones do."""
    named = [check for check in checks if check.get("reason") and check["severity"] in (*GRAVE, "warn")]
    ticked = {c["reason"] for c in named if c["severity"] in GRAVE} or {c["reason"] for c in named}
    english = str(get_locale()).startswith("en")
    offered = []
    for code, name_zh, name_en, text_zh, text_en, target, kinds in _rows(session):
        if kinds != "*" and kind_key not in kinds.split("|"):
            continue
        own = [check for check in named if check["reason"] == code]
        because = ", ".join(dict.fromkeys(check["code"] for check in own))
        # What is sent is Chinese, the sender's language, whatever the reviewer reads.
        particulars = "；".join(dict.fromkeys(str(check["message_zh"]).rstrip("。") for check in own))
        name, text = (name_en, text_en) if english else (name_zh, text_zh)
        offered.append(Reason(code, name, text, particulars, label_of(kind_key, target), code in ticked, because))
    return sorted(offered, key=lambda reason: (not reason.checked, not reason.because, reason.code))


def quick(reasons: list[Reason]) -> list[Reason]:
    """The few reasons beside the digit keys: what the checks named, filled up to a handful."""
    named = [reason for reason in reasons if reason.because]
    others = [reason for reason in reasons if not reason.because]
    return (named + others)[: min(DIGITS, max(QUICK, len(named)))]
