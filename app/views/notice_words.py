"""The words of notices: those of the release, and those an administrator has put in their place."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from flask_babel import force_locale, get_locale
from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.extensions import db
from app.models import stamps
from app.models.messages import NoticeText
from app.rules import placeholders
from app.views.notice_texts import WORDS

COLUMNS: Final = ("subject_zh", "text_zh", "subject_en", "text_en")
_FACT: Final = re.compile(r"%\(([a-z_]+)\)s")


def names(template: str) -> tuple[str, ...]:
    """The facts a notice knows, in the order in which the release's words use them."""
    both = " ".join(str(part) for part in WORDS[template])
    return tuple(dict.fromkeys(_FACT.findall(both)))


def shipped(template: str) -> dict[str, str]:
    """The release's words by column, with {title} for the facts."""
    found = {}
    for locale in ("zh", "en"):
        with force_locale(locale):
            for column, words in zip(("subject", "text"), WORDS[template], strict=True):
                found[f"{column}_{locale}"] = _FACT.sub(r"{\1}", str(words)).replace("%%", "%")
    return found


def _read(session: Any) -> dict[str, dict[str, str]]:
    columns = (NoticeText.template, *(getattr(NoticeText, c) for c in COLUMNS))
    rows = session.execute(select(*columns).where(NoticeText.own))
    return {row.template: {c: getattr(row, c) for c in COLUMNS} for row in rows}


_kept = stamps.Kept(_read)


def own(template: str) -> dict[str, str] | None:
    """What an administrator has put in place of the release's words, by column; None where nothing."""
    return _kept.of(db.session).get(template)


def say(template: str, part: str, facts: Mapping[str, Any]) -> str:
    """The subject or the text of a notice in the reader's language."""
    words = own(template)
    if words is None:
        return str(WORDS[template][0 if part == "subject" else 1]) % _Dashed(facts)
    return placeholders.fill(words[f"{part}_{'en' if str(get_locale()).startswith('en') else 'zh'}"], facts)


class _Dashed(dict[str, Any]):
    """Facts of a notice; one that is missing reads as a dash."""

    def __missing__(self, key: str) -> str:
        return placeholders.MISSING


def repeat_shipped(session: Session) -> int:
    """Brings the rows of all notices up to this release's words; what an administrator worded stays. No commit."""
    values = [{"template": name, "own": False, **shipped(name)} for name in WORDS]
    stmt = insert(NoticeText).values(values)
    new = {column: getattr(stmt.excluded, column) for column in COLUMNS}
    differs = NoticeText.__table__.c.own.is_(False) & (
        (NoticeText.subject_zh != new["subject_zh"])
        | (NoticeText.text_zh != new["text_zh"])
        | (NoticeText.subject_en != new["subject_en"])
        | (NoticeText.text_en != new["text_en"])
    )
    stmt = stmt.on_conflict_do_update(index_elements=["template"], set_=new, where=differs)
    return len(session.execute(stmt.returning(NoticeText.template)).all())
