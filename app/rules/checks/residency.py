"""Checks of a unit's residency at a school, D01..D04 (standards.md 3.7, row 入驻; HL-54..57)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from app.rules.checks import reading
from app.rules.checks.saying import Family, Voice
from app.rules.findings import Evidence, Facts, Finding

RESIDENCY: Final = Family()


@RESIDENCY.check("D01", "单位已通过审核", "Unit approved", fields="unit", law="HL-13；HL-24", reason="R14")
def unit_approved(say: Voice, evidence: Evidence, facts: Facts) -> Iterator[Finding]:
    """Only an approved unit may be resident; a frozen or imported one is not approved."""
    unit = {**reading.part(evidence, "unit"), **reading.part(facts, "unit")}
    if unit.get("status") != "approved":
        shown = reading.cut(unit.get("name") or "—")
        yield say.block(
            "unit",
            f"单位“{shown}”尚未通过审核或已被冻结",
            f"The unit “{shown}” is not approved, or is frozen.",
        )


@RESIDENCY.check("D02", "院校开放入驻", "School open for residency", fields="", law="HL-55", reason="R18")
def school_open(say: Voice, _evidence: Evidence, facts: Facts) -> Iterator[Finding]:
    """A school may close its door to all, or keep a list of units it does not take (shown)."""
    school = reading.cut(facts.get("school_name") or "—")
    is_open = reading.flag(facts, "school_open")
    if is_open is None:
        yield say.not_checked("", "院校是否开放入驻未知", "it is unknown whether the school takes units.")
    elif not is_open:
        yield say.block("", f"“{school}”未开放入驻", f"“{school}” is not open for residency.")
    if reading.flag(facts, "school_blacklisted"):
        yield say.warn("", f"单位在“{school}”的黑名单中", f"The unit is on the blacklist of “{school}”.", reason="R14")


@RESIDENCY.check("D03", "既往退回与投诉", "Earlier refusals and complaints", fields="", law="HL-55", reason="R14")
def history(say: Voice, _evidence: Evidence, facts: Facts) -> Iterator[Finding]:
    """What happened before between this unit and this school."""
    refusals, complaints = reading.whole(facts, "earlier_refusals"), reading.whole(facts, "complaints")
    if refusals is None:
        yield say.not_checked("", "既往退回记录未知", "earlier refusals are unknown.")
    elif refusals > 0:
        yield say.warn(
            "", f"此前申请被退回或未通过{refusals}次", f"Earlier applications were refused {refusals} times."
        )
    if complaints is not None and complaints > 0:
        yield say.warn("", f"单位有{complaints}条投诉记录", f"There are {complaints} complaints about the unit.")


@RESIDENCY.check("D04", "入驻说明", "Statement of the unit", fields="statement", law="HL-55")
def statement(say: Voice, evidence: Evidence, _facts: Facts) -> Iterator[Finding]:
    """Not required, but the school's reviewer would like to read one."""
    if not reading.text(evidence, "statement").strip():
        yield say.info("statement", "未填写入驻说明", "The unit gave no statement.")
