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
    """A school may close its door to all. A list of its own of units it does not take is kept nowhere in this system."""
    school = reading.cut(facts.get("school_name") or "—")
    is_open = reading.flag(facts, "school_open")
    if is_open is None:
        yield say.not_checked("", "院校是否开放入驻未知", "it is unknown whether the school takes units.")
    elif not is_open:
        yield say.block("", f"“{school}”未开放入驻", f"“{school}” is not open for residency.")


@RESIDENCY.check("D03", "既往退回", "Earlier refusals", fields="", law="HL-55", reason="R14")
def history(say: Voice, _evidence: Evidence, facts: Facts) -> Iterator[Finding]:
    """What this school refused this unit before. Complaints about units are not kept in this system, so none are counted."""
    refusals = reading.whole(facts, "earlier_refusals")
    if refusals is None:
        yield say.not_checked("", "既往退回记录未知", "earlier refusals are unknown.")
    elif refusals > 0:
        yield say.warn(
            "", f"此前申请被退回或未通过{refusals}次", f"Earlier applications were refused {refusals} times."
        )


@RESIDENCY.check("D04", "入驻说明", "Statement of the unit", fields="statement", law="HL-55")
def statement(say: Voice, evidence: Evidence, _facts: Facts) -> Iterator[Finding]:
    """Not required, but the school's reviewer would like to read one."""
    if not reading.text(evidence, "statement").strip():
        yield say.info("statement", "未填写入驻说明", "The unit gave no statement.")
