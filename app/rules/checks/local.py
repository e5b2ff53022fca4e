"""What a division itself watches for, beside the standard: L01. Its words are the parameter `watch_words`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from app.rules.checks import reading
from app.rules.checks.saying import Family, Voice
from app.rules.checks.wording import matches, quote_en, quote_zh
from app.rules.findings import Evidence, Facts, Finding

_TEXTS: Final = ("title", "requirements", "description")

LOCAL: Final = Family()


@LOCAL.check("L01", "本地关注词", "Local watch words", fields=" ".join(_TEXTS), law="本地区参数“关注词”", reason="R99")
def watched(say: Voice, evidence: Evidence, facts: Facts) -> Iterator[Finding]:
    """A warning at each place where such a word stands, in whatever case: shown to the reviewer, nothing more."""
    words = sorted((str(word) for word in reading.listed(facts, "watch_words")), key=len, reverse=True)
    if not words:
        return
    for place in matches(evidence, _TEXTS, re.compile("|".join(map(re.escape, words)), re.IGNORECASE)):
        yield say.warn(
            place.field,
            f"{quote_zh(place)}是本地区关注的用语",
            f"{quote_en(place)} is a word this division watches for.",
            at=place,
        )
