"""The reasons of a return or rejection: from the dictionary, active, and fitting the kind (standards.md 3.8)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models.review import ReviewReason
from app.rules.refused import Refused

OTHER: Final = "R99"
TEXT_LIMIT: Final = 2000


@dataclass(frozen=True, slots=True)
class Grounds:
    """Why something is returned or rejected: codes with their words, and the reviewer's own."""

    codes: tuple[str, ...] = ()
    text: str = ""
    items: tuple[dict[str, Any], ...] = ()


def one_or_many(codes: str | Iterable[str] | None) -> tuple[str, ...]:
    """One code, several or none, without repeats."""
    given = [codes] if isinstance(codes, str) else list(codes or ())
    return tuple(dict.fromkeys(code.strip() for code in given if code and code.strip()))


def clean_text(text: str | None) -> str:
    """The reviewer's own words. Raises Refused("too_long")."""
    words = (text or "").strip()
    if "\x00" in words:
        raise Refused("bad_character", field="reason_text")
    if len(words) > TEXT_LIMIT:
        raise Refused("too_long", field="reason_text", limit=TEXT_LIMIT, length=len(words))
    return words


def grounds(session: Session, kind_key: str, codes: Sequence[str], text: str) -> Grounds:
    """The grounds of a return or rejection; words without a code count as "other".

    Raises Refused("reason_missing" | "bad_value") naming reason_code or reason_text.
    """
    wanted = tuple(codes) or ((OTHER,) if text else ())
    if not wanted:
        raise Refused("reason_missing", field="reason_code")
    rows = session.execute(
        select(
            ReviewReason.code,
            ReviewReason.name_zh,
            ReviewReason.name_en,
            ReviewReason.text_zh,
            ReviewReason.text_en,
            ReviewReason.field,
            ReviewReason.kinds,
        ).where(ReviewReason.code.in_(wanted), ReviewReason.active)
    ).all()
    known = {row.code: row for row in rows if row.kinds.strip() == "*" or kind_key in row.kinds.split("|")}
    if set(known) != set(wanted):
        raise Refused("bad_value", field="reason_code")
    if OTHER in wanted and not text:
        raise Refused("reason_missing", field="reason_text")
    names = ("code", "name_zh", "name_en", "text_zh", "text_en", "field")
    items = tuple({name: getattr(known[code], name) for name in names} for code in wanted)
    return Grounds(wanted, text, items)
