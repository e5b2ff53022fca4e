"""What a reviewer sends: the verdict with version, epoch and digest of what was on the screen."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, fields
from typing import Any

from app.models.review import VERDICTS
from app.rules.calendar import SHANGHAI
from app.rules.refused import Refused
from app.views.fields import Fields

TEXT_LIMIT = 2000  # characters of a reason or a question
KEY_LIMIT = 120  # characters of an idempotency key (column idempotency_key.key)


@dataclass(frozen=True, slots=True)
class Verdict:
    """One decision as it was sent, checked for its form only."""

    verdict: str
    version: int
    epoch: int
    digest: str
    reason_codes: tuple[str, ...] = ()
    reason_text: str = ""
    acknowledged: tuple[str, ...] = ()

    def values(self) -> dict[str, Any]:
        """As keyword arguments of the engine."""
        return {field.name: getattr(self, field.name) for field in fields(self)}


def verdict_of(sent: Fields) -> Verdict:
    """The decision in a request. `reason_code` (one) and `reason_codes` (several) are both understood."""
    return Verdict(
        verdict=sent.choice("verdict", VERDICTS),
        version=sent.whole("version", least=1),
        epoch=sent.whole("epoch"),
        digest=sent.text("digest", limit=64, required=True),
        reason_codes=tuple(dict.fromkeys(sent.words("reason_code", limit=10) + sent.words("reason_codes", limit=10))),
        reason_text=_reason_text(sent),
        acknowledged=sent.words("acknowledged", limit=10),
    )


def _reason_text(sent: Fields) -> str:
    """The free text; the return letter sends one text per chosen reason instead, joined here in their order."""
    parts = [sent.text(f"text-{code}", limit=TEXT_LIMIT) for code in sent.words("reason_codes", limit=10)]
    parts.append(sent.text("reason_text", limit=TEXT_LIMIT))
    joined = "\n".join(part for part in parts if part)
    if len(joined) > TEXT_LIMIT:
        raise Refused("too_long", field="reason_text", limit=TEXT_LIMIT, length=len(joined))
    return joined


def key_of(text: str) -> str | None:
    """An idempotency key, or None where none was sent. Raises Refused for one that cannot be kept."""
    key = text.strip()
    if len(key) > KEY_LIMIT or "\x00" in key:
        raise Refused("too_long", field="Idempotency-Key", limit=KEY_LIMIT, length=len(key))
    return key or None


def morning_of(day: dt.date) -> dt.datetime:
    """The first instant of a day in China: an item on hold is back before anybody comes to work."""
    return dt.datetime.combine(day, dt.time.min, SHANGHAI)
