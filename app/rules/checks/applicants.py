"""What is the same of everything that a person asks for with papers: a proven name, and no paper missing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from app.rules.bindings import LEVEL
from app.rules.checks import reading
from app.rules.checks.saying import Voice
from app.rules.findings import Evidence, Facts, Finding


def proven(say: Voice, facts: Facts, who: str) -> Iterator[Finding]:
    """The name behind the account is proven. `who`: what the person is called in Chinese."""
    level = reading.whole(reading.part(facts, "handler"), "identity_level")
    if level is None:
        yield say.not_checked("", f"{who}实名情况未知", "it is unknown whether the name is proven.")
    elif level < LEVEL:
        yield say.block("", "当前账号实名等级不足，请先完成实名认证", "The name of the applicant is not proven yet.")


def barred(say: Voice, facts: Facts) -> Iterator[Finding]:
    """Person, phone or unit is on the list of bans (U14). For whoever decides: the sender learns nothing of the list."""
    found = reading.flag(facts, "banned")
    if found is None:
        yield say.not_checked("", "是否在禁止名单中未知", "it is unknown whether there is a ban.")
    elif found:
        yield say.high(
            "",
            "申请人证件、手机号或机构代码在禁止名单中",
            "The applicant's document, phone or the credit code is on the list of bans.",
        )


def complete(
    say: Voice, evidence: Evidence, slots: Iterable[str], words: Mapping[str, tuple[str, str]]
) -> Iterator[Finding]:
    """A file in each of these places, which `words` names in both languages."""
    given = {reading.text(file, "slot") for file in reading.rows(evidence, "files")}
    for slot in slots:
        if slot not in given:
            zh, en = words[slot]
            yield say.block(f"files.{slot}", f"缺少材料：{zh}", f"A material is missing: {en}.")
