"""Checks of a takeover of a unit, T01..T07 (GD-22). What tells of the present owners is told to deciders only."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from app.rules.checks import applicants, reading
from app.rules.checks.saying import Family, Voice
from app.rules.findings import Evidence, Facts, Finding
from app.rules.takeovers import SEEN_DAYS, SLOTS

TAKEOVERS: Final = Family()
_SLOTS: Final = {
    "handler_id": ("身份证正面", "picture of the identity document"),
    "holder_photo": ("手持证件照片", "photo of the person with the document"),
    "licence": ("营业执照（加盖公章）", "stamped business licence"),
    "letter": ("授权委托书（加盖公章）", "stamped letter of authority"),
}


@TAKEOVERS.check("T01", "申请人已实名", "Applicant's name proven", fields="", law="GD-09", reason="R14")
def person(say: Voice, _evidence: Evidence, facts: Facts) -> Iterator[Finding]:
    """Only a real-named person owns a unit."""
    yield from applicants.proven(say, facts, "申请人")


@TAKEOVERS.check("T02", "单位名称一致", "Name of the unit", fields="name", law="GD-26", reason="R03")
def named(say: Voice, evidence: Evidence, _facts: Facts) -> Iterator[Finding]:
    """The name typed is that under which the unit is registered."""
    unit = reading.part(evidence, "unit")
    if unit and reading.text(unit, "name") != reading.text(evidence, "name").strip():
        yield say.high("name", "名称与登记的单位名称不一致", "The name differs from that of the unit.")


@TAKEOVERS.check("T03", "四项材料齐全", "The four materials", fields="files", law="GD-22", reason="R01")
def complete(say: Voice, evidence: Evidence, _facts: Facts) -> Iterator[Finding]:
    """Document, person with it, stamped licence, stamped letter."""
    yield from applicants.complete(say, evidence, SLOTS, _SLOTS)


@TAKEOVERS.check(
    "T04", "身份照片已单独同意", "Consent to the pictures", fields="agreed", law="个人信息保护法第29条", reason="R01"
)
def consent(say: Voice, evidence: Evidence, _facts: Facts) -> Iterator[Finding]:
    """Pictures of identity need a consent of their own (table (b) row 36)."""
    if not reading.flag(evidence, "agreed"):
        yield say.block("agreed", "请单独同意使用身份照片", "Please consent to the use of the identity pictures.")


@TAKEOVERS.check("T05", "现管理员情况", "The present owners", fields="", law="GD-18", reason="R03")
def owners(say: Voice, _evidence: Evidence, facts: Facts) -> Iterator[Finding]:
    """Somebody who still works with the unit's account is not lost: the bureau asks before it decides."""
    there = reading.rows(facts, "owners")
    days = [day for one in there if (day := reading.whole(one, "days")) is not None]
    if days and min(days) <= SEEN_DAYS:
        yield say.high(
            "", f"现管理员{min(days)}天前登录过，请先联系核实",
            f"An owner logged in {min(days)} days ago: please ask before deciding.",
        )  # fmt: skip
    elif there:
        yield say.warn(
            "", f"通过后，{len(there)}名现管理员将失去权限", f"Approval ends the role of {len(there)} owners."
        )


@TAKEOVERS.check("T06", "无其他接管申请", "No other claim", fields="", law="GD-22", reason="R03")
def alone(say: Voice, _evidence: Evidence, facts: Facts) -> Iterator[Finding]:
    """Two who claim the same unit are looked at together."""
    rivals = reading.whole(facts, "rivals")
    if rivals:
        yield say.high("", f"另有{rivals}份针对该单位的接管申请", f"Other claims to this unit are open: {rivals}.")


@TAKEOVERS.check("T07", "不在禁止名单", "Not banned", fields="", law="人社厅发〔2025〕60号", reason="R14")
def allowed(say: Voice, _evidence: Evidence, facts: Facts) -> Iterator[Finding]:
    """Whoever may register no unit takes none over either."""
    yield from applicants.barred(say, facts)
