"""What a division may set about the checks: a check or a posting label off, or of another grade, from a day on.

What the law demands and what refuses is not a division's to set: a switch touches only findings of the grades in
MOVABLE. A check that is off never looks like a green lamp: it answers that it was not made.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from app.rules.findings import RANK, Check, Finding, Severity

OFF, USUAL = "off", "usual"
EFFECTS: Final = (OFF, Severity.INFO.value, Severity.WARN.value, Severity.HIGH.value, USUAL)

_W, _I = frozenset({Severity.WARN}), frozenset({Severity.INFO})
# Check -> the grades of its findings that a division may set. A check that is not named stays as it is.
MOVABLE: Final[Mapping[str, frozenset[Severity]]] = {
    **dict.fromkeys(("U04", "U05", "U07", "U09", "U12", "U16"), _W),
    **dict.fromkeys(("U06", "U15"), _I),
    **dict.fromkeys(("I06", "I09"), _W),
    "I07": _W | _I,
    "I10": _I,
    **dict.fromkeys(("G02", "G03", "G06", "G08", "G09", "G11", "G12", "G13"), _W),
    "G14": _I,
    **dict.fromkeys(("J02", "J04", "J10", "J11", "J12", "J16", "J19", "J20", "J23"), _W),
    **dict.fromkeys(("J21", "J24"), _I),
    "D03": _W,
    "D04": _I,
    "L01": _W,
}

# Label of the texts (posting_labels.md) -> its name in both languages, and whether a division may set it.
LABELS: Final[Mapping[str, tuple[str, str, bool]]] = {
    "GENDER": ("性别限制用语", "Words that limit by sex", False),
    "AGE": ("年龄限制用语", "Words that limit by age", True),
    "MARITAL": ("婚育限制用语", "Words on marriage and childbirth", False),
    "ORIGIN": ("民族、宗教、户籍与地域用语", "Words on ethnic group, faith and origin", False),
    "HEALTH": ("健康与残疾限制用语", "Words on health and disability", False),
    "APPEARANCE": ("外貌身高限制用语", "Words on looks and height", True),
    "CONTACT": ("联系方式用语", "Contact data in texts", True),
    "FEE": ("收费用语", "Words that ask applicants for money", False),
    "OVERTIME": ("超时工作用语", "Words on hours beyond the limits", False),
    "LURE": ("夸大诱导用语", "Bait and boasts", False),
    "PLACEHOLDER": ("占位用语", "Filler where a statement should stand", False),
}

GRADES: Final[Mapping[str, tuple[str, str]]] = {
    OFF: ("不检查", "off"),
    "info": ("提示", "for information"),
    "warn": ("注意", "a warning"),
    "high": ("严重", "grave"),
    USUAL: ("按系统规定", "as shipped"),
}


@dataclass(frozen=True, slots=True)
class Switch:
    """What counts for one rule in one division: its effect, where it was set, since when."""

    effect: str
    place: str  # the division that set it, by name; empty: everywhere
    since: date


def settable(rule: str) -> bool:
    """Whether a division may set this check or label at all."""
    return rule in MOVABLE or (rule in LABELS and LABELS[rule][2])


def apply(checks: Iterable[Check], found: Iterable[Finding], switches: Mapping[str, Switch]) -> list[Finding]:
    """The findings as the division wants them, worst first; a check that is off says so."""
    active = {rule: one for rule, one in switches.items() if one.effect != USUAL and settable(rule)}
    said = list(found)
    if not active:
        return said
    left: list[Finding] = []
    for check in checks:
        mine = [one for one in said if one.code == check.code]
        graded = list(_graded(mine, active))
        off = active.get(check.code)
        if off is not None and off.effect == OFF:
            graded = [one for one in graded if one.severity is not Severity.OK] + [_unmade(check, off)]
        elif not graded:
            graded = [_unmade(check, next(active[one.label] for one in mine if one.label in active))]
        left += graded
    return sorted(left, key=lambda one: (RANK[one.severity], one.code))


def _graded(found: Iterable[Finding], active: Mapping[str, Switch]) -> Iterator[Finding]:
    """A label is nearer to the words than the check: where both are set, the label counts."""
    for one in found:
        switch = active.get(one.label) or active.get(one.code)
        if switch is None or one.unmade or one.severity not in MOVABLE.get(one.code, ()):
            yield one
        elif switch.effect != OFF:
            yield _as(one, Severity(switch.effect), switch)


def _as(one: Finding, grade: Severity, switch: Switch) -> Finding:
    if grade is one.severity:
        return one
    zh, en = GRADES[grade.value]
    place_zh, place_en = _places(switch)
    return replace(
        one,
        severity=grade,
        reason="" if grade is Severity.INFO else one.reason or "R99",
        message_zh=f"{one.message_zh}（{place_zh}自{switch.since}起按“{zh}”处理）",
        message_en=f"{one.message_en} (In {place_en} this is {en} since {switch.since}.)",
    )


def _unmade(check: Check, switch: Switch) -> Finding:
    place_zh, place_en = _places(switch)
    return Finding(
        check.code,
        Severity.INFO,
        "",
        f"未检查：“{check.name_zh}”已由{place_zh}自{switch.since}起停用（或停用其用语规则）",
        f"Not checked: “{check.name_en}” or its rule of words is off in {place_en} since {switch.since}.",
        check.law,
        version=check.version,
        unmade=True,
    )


def _places(switch: Switch) -> tuple[str, str]:
    return (switch.place, switch.place) if switch.place else ("全国", "all divisions")
