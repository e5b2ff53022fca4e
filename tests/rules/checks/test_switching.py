"""What a division sets about the checks: it counts for what it may count for, and for nothing the law or a fault demands."""

from __future__ import annotations

from datetime import date

import pytest

from app.rules.checks import FAMILIES, named, run
from app.rules.checks.switching import LABELS, MOVABLE, Switch, settable
from app.rules.findings import Finding, Severity
from tests.rules.checks.makers import changed
from tests.rules.checks.test_complete import CASES

SINCE = date(2026, 11, 1)
CODES = sorted(named())


def switch(effect: str, place: str = "上海市") -> Switch:
    return Switch(effect, place, SINCE)


def of(found: list[Finding], code: str) -> list[Finding]:
    return [one for one in found if one.code == code]


@pytest.mark.parametrize("effect", ["off", "info", "warn", "high"])
def test_no_switch_moves_what_refuses_or_what_the_law_demands(effect: str) -> None:
    """Every case of the tables, with every check and every label switched at once."""
    everything = {rule: switch(effect) for rule in (*CODES, *LABELS)}
    for case in CASES:
        evidence, facts = changed(case.kind, case.evidence, 0), changed(case.kind, case.facts, 1)
        before = of(run(case.kind, evidence, facts), case.code)
        after = of(run(case.kind, evidence, facts, everything), case.code)
        kept = [one for one in before if one.severity not in MOVABLE.get(one.code, ()) and one.severity != Severity.OK]
        for one in kept:
            assert one in after, (case, one)
        grave = [one for one in before if one.severity is Severity.HIGH]
        assert len([one for one in after if one.severity is Severity.HIGH]) >= len(grave), case
        assert len(of(after, case.code)) >= 1, "every check answers"


def test_only_what_is_neither_refusing_nor_grave_can_be_moved() -> None:
    assert all(grades <= {Severity.WARN, Severity.INFO} for grades in MOVABLE.values())
    assert set(MOVABLE) <= set(CODES)
    for rule in ("J01", "J05", "J06", "J13", "J22", "U01", "U10", "G07", "I05", "GENDER", "FEE", "PLACEHOLDER", "X99"):
        assert not settable(rule), rule


def test_a_check_that_is_off_says_so_and_is_no_green_lamp() -> None:
    evidence = changed("posting", {"requirements": "五官端正，身高165以上。"}, 0)
    assert {one.severity for one in of(run("posting", evidence, {}), "J11")} == {Severity.WARN}
    (off,) = of(run("posting", evidence, {}, {"J11": switch("off")}), "J11")
    assert off.severity is Severity.INFO
    assert "上海市" in off.message_zh and "2026-11-01" in off.message_zh and off.message_en.startswith("Not checked")
    clean = changed("posting", {}, 0)
    (same,) = of(run("posting", clean, {}, {"J11": switch("off")}), "J11")
    assert same.severity is Severity.INFO, "nobody looked, so nobody says that it is in order"


def test_another_grade_names_who_set_it() -> None:
    evidence = changed("posting", {"requirements": "25-35岁，身高165以上。"}, 0)
    graded = of(run("posting", evidence, {}, {"J10": switch("high"), "J11": switch("info", "")}), "J10")
    assert [one.severity for one in graded] == [Severity.HIGH]
    assert graded[0].message_zh.endswith("（上海市自2026-11-01起按“严重”处理）") and graded[0].reason == "R08"
    (looks,) = of(run("posting", evidence, {}, {"J11": switch("info", "")}), "J11")
    assert (looks.severity, looks.reason) == (Severity.INFO, "")
    assert "全国" in looks.message_zh
    assert "label" not in looks.as_dict() and "unmade" not in looks.as_dict()


def test_a_label_counts_in_every_check_that_uses_it_and_before_the_check_itself() -> None:
    posting = changed("posting", {"requirements": "25-35岁，身高165以上。"}, 0)
    found = run("posting", posting, {}, {"AGE": switch("off"), "J10": switch("high")})
    (age,) = of(found, "J10")
    assert age.severity is Severity.INFO and "未检查" in age.message_zh
    assert {one.severity for one in of(found, "J11")} == {Severity.WARN}, "another label is not touched"
    gig = changed("gig_offer", {"requirements": "25-35岁，限女，五官端正。"}, 0)
    grades = sorted(one.severity.value for one in of(run("gig_offer", gig, {}, {"AGE": switch("off")}), "G08"))
    assert grades == ["high", "warn"], "the limit by sex stays grave"


def test_child_labour_stays_grave_whatever_is_set_about_age() -> None:
    evidence = changed("posting", {"requirements": "14-16岁。"}, 0)
    for switches in ({"J10": switch("off")}, {"AGE": switch("off")}, {"AGE": switch("info")}):
        assert Severity.HIGH in {one.severity for one in of(run("posting", evidence, {}, switches), "J10")}


def test_as_shipped_is_as_if_nothing_were_set() -> None:
    for kind in FAMILIES:
        evidence = changed(kind, {}, 0)
        assert run(kind, evidence, {}, {code: switch("usual") for code in CODES}) == run(kind, evidence, {})
