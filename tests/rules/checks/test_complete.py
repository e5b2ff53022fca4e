"""The families against standards.md: no code forgotten, severities as in its tables, words in order."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest

from app.rules.checks import FAMILIES, facts
from app.rules.findings import Severity
from tests.rules.checks import (
    agency_cases,
    appeal_cases,
    gig_cases,
    identity_cases,
    media_cases,
    posting_cases,
    residency_cases,
    takeover_cases,
    unit_cases,
)
from tests.rules.checks.makers import GOOD, Case, changed

CASES: list[Case] = [
    *unit_cases.CASES,
    *takeover_cases.CASES,
    *media_cases.CASES,
    *gig_cases.CASES,
    *posting_cases.CASES,
    *residency_cases.CASES,
    *agency_cases.CASES,
    *appeal_cases.CASES,
    *identity_cases.CASES,
]
APP = Path(__file__).parents[3] / "app"
REASONS = APP / "reference" / "reasons.csv"
CHECKS = APP / "rules" / "checks"

# The tables of standards.md 3.1-3.4 and the residency row of 3.7: the severities a finding may have.
# B block, H high, W warn, I info. What goes beyond the table's own column is said behind it.
TABLE = {
    "U01": "BW",  # W: an imported row lacks the code
    "U02": "B", "U03": "B", "U04": "W", "U05": "W", "U06": "I", "U07": "WH",
    "U08": "BHI",  # I: nothing known of the handler
    "U09": "BW", "U10": "B", "U11": "WH", "U12": "HW", "U13": "H",
    "U14": "BHI",  # I: external registers not checked
    "U15": "I", "U16": "W", "U17": "WH", "U18": "H",
    "U19": "BW",  # W: imported, or account kind and unit type disagree
    "I01": "B", "I02": "B", "I03": "B", "I04": "B",
    "I05": "BI",  # I: not scanned
    "I06": "W", "I07": "HWI", "I08": "H",
    "I09": "WI",  # I: no text recognition
    "I10": "I",
    "I11": "BI",  # I: length unknown; the warnings about the poster frame are those of I06
    "G01": "B", "G02": "BW", "G03": "BW", "G04": "B",
    "G05": "HI",  # I: no local minimum kept, or the pay is what a worker asks for
    "G06": "W", "G07": "H",
    "G08": "HWI",  # as J05-J11; I: a worker speaks of himself
    "G09": "W",
    "G10": "BHI",  # I: poster unknown
    "G11": "W", "G12": "WH", "G13": "W", "G14": "I",
    "J01": "BHWI",  # H: filler; W: imported row; I: assumed on import
    "J02": "BW",
    "J03": "BHI",  # I: no local minimum kept
    "J04": "HW", "J05": "HW", "J06": "H", "J07": "H", "J08": "H", "J09": "H",
    "J10": "WH",  # H: below 16, which words alone may not refuse
    "J11": "W", "J12": "W", "J13": "H", "J14": "H", "J15": "H", "J16": "W", "J17": "B",
    "J18": "BWI",  # W: imported unit, re-verification up to 30 days overdue; I: residency unknown
    "J19": "WH", "J20": "W", "J21": "I", "J22": "H", "J23": "WH", "J24": "I",
    "D01": "B",
    "D02": "BI",  # I: unknown
    "D03": "WI",  # I: unknown
    "D04": "I",
    "Z01": "BI",  # I: nothing known of the person
    "Z02": "B", "Z03": "BW", "Z04": "H", "Z05": "B", "Z06": "B", "Z07": "B",
    "Z08": "HI",  # I: nobody looked
    "E01": "BI",  # I: nothing known of the person
    "E02": "BW",
    "E03": "BI",  # I: nothing known of the person
    "A01": "BI", "A02": "BW", "A03": "H", "A04": "HI", "A05": "BH", "A06": "WHI", "A07": "I", "A08": "HI", "A09": "I", "A10": "I",
    "P01": "BI", "P02": "BW",
    "P03": "BI",  # I: not looked at
    "T01": "BI",  # I: nothing known of the person
    "T02": "H", "T03": "B", "T04": "B", "T05": "HW", "T06": "H",
    "T07": "HI",  # I: nobody looked
    "P04": "BHI", "P05": "HI", "P06": "H", "P07": "H", "P08": "BI",
    "L01": "W",
}  # fmt: skip
OURS = {"L01"}  # beside the standard: what a division itself watches for
# Codes of the tables that no function answers, with the reason; I09 without text recognition answers.
NOT_AUTOMATIC: dict[str, str] = {}
LETTER = {Severity.BLOCK: "B", Severity.HIGH: "H", Severity.WARN: "W", Severity.INFO: "I"}
CODES = {kind: [check.code for check in checks] for kind, checks in FAMILIES.items()}


def _range(letter: str, last: int) -> set[str]:
    return {f"{letter}{n:02d}" for n in range(1, last + 1)}


def test_every_code_of_the_standard_is_automatic_or_excused() -> None:
    standard = _range("U", 19) | _range("I", 11) | _range("G", 14) | _range("J", 24)
    present = {code for codes in CODES.values() for code in codes}
    assert standard | _range("A", 10) | _range("D", 4) | _range("Z", 8) | _range("E", 3) | _range("P", 8) | _range(
        "T", 7
    ) | OURS == present | set(NOT_AUTOMATIC)
    assert not present & set(NOT_AUTOMATIC)
    assert set(TABLE) == present


def test_each_kind_has_the_whole_of_its_table() -> None:
    for kind, wanted in {
        "unit_registration": _range("U", 19),
        "unit_change": _range("U", 19),
        "unit_media": _range("I", 11),
        "personal_media": _range("I", 11),
        "gig_wanted": _range("G", 14) | OURS,
        "posting": _range("J", 24) | OURS,
        "residency": _range("D", 4),
        "agency_entry": _range("Z", 8),
        "employer_certification": _range("E", 3),
        "account_appeal": _range("A", 10),
        "identity_proof": _range("P", 8),
        "unit_takeover": _range("T", 7),
    }.items():
        assert CODES[kind] == sorted(wanted), kind
    # The pictures of a gig post are public together with it (TJ-30): all but the counting and the videos.
    assert CODES["gig_offer"] == sorted(_range("G", 14) | OURS | _range("I", 10) - {"I03"})


@pytest.mark.parametrize("code", sorted(TABLE))
def test_every_check_has_a_case_that_hits_and_one_that_is_clean(code: str) -> None:
    severities = [case.severity for case in CASES if case.code == code]
    assert Severity.OK in severities
    assert any(severity is not Severity.OK for severity in severities)


def test_every_severity_of_the_table_is_reached_and_no_other() -> None:
    reached: dict[str, set[str]] = {}
    for case in CASES:
        for finding in case.found():
            if finding.severity is not Severity.OK:
                reached.setdefault(finding.code, set()).add(LETTER[finding.severity])
    beyond = {code: seen - set(TABLE[code]) for code, seen in reached.items() if seen - set(TABLE[code])}
    assert not beyond
    unreached = {code: set(letters) - reached[code] for code, letters in TABLE.items() if set(letters) - reached[code]}
    assert not unreached


@pytest.mark.parametrize("kind", sorted(FAMILIES))
def test_what_is_in_order_has_only_green_lamps(kind: str) -> None:
    case = Case(kind, "", Severity.OK)
    assert [(f.code, f.message_zh) for f in case.found() if f.severity is not Severity.OK] == []
    assert len(case.found()) == len(FAMILIES[kind])


def test_a_code_means_the_same_in_every_family() -> None:
    named: dict[str, tuple[str, str, str]] = {}
    for checks in FAMILIES.values():
        for check in checks:
            said = (check.name_zh, check.name_en, check.law.partition("至")[0][:3])
            assert named.setdefault(check.code, said)[:2] == said[:2]
            assert check.law, check.code


def test_a_finding_names_law_and_reason_and_speaks_both_languages() -> None:
    for case in CASES:
        for finding in case.said():
            assert finding.law
            assert re.search(r"[\u4e00-\u9fff]", finding.message_zh)
            assert re.match(r"[A-Z“]", finding.message_en), finding.message_en
            if case.severity is Severity.OK or finding.severity is Severity.OK:
                continue
            assert bool(finding.reason) == (finding.severity is not Severity.INFO), (case, finding)


def test_a_reason_may_be_given_for_the_kind_it_is_proposed_for() -> None:
    """A return pre-filled with a reason that the kind does not offer could not be sent."""
    with REASONS.open(encoding="utf-8") as lines:
        offered = {row["code"]: row["kinds"].split("|") for row in csv.DictReader(lines)}
    # A code that is taken is a matter of registration only; everything else may befall the sister kind, too.
    sister = {"unit_registration": "unit_change", "unit_media": "personal_media"}
    wrong = {
        (kind, finding.code, finding.reason)
        for case in CASES
        for finding in case.found()
        for kind in {case.kind, sister.get(case.kind, case.kind) if finding.code != "U02" else case.kind}
        if finding.reason and kind not in offered[finding.reason] and offered[finding.reason] != ["*"]
    }
    assert not wrong


def test_checks_read_only_evidence_that_the_kind_has() -> None:
    for kind, checks in FAMILIES.items():
        known = set(changed(kind, {}, 0)) | {"uscc", "files", "quantity", "quantity_unit", "source", "unit"}
        known |= set(GOOD["gig_offer"][0]) | set(GOOD["gig_wanted"][0]) if kind.startswith("gig") else set()
        for check in checks:
            assert set(check.fields) <= known, (kind, check.code, set(check.fields) - known)


def test_every_fact_that_is_read_is_documented() -> None:
    documented = {
        key
        for family in (
            facts.UnitFacts,
            facts.MediaFacts,
            facts.GigFacts,
            facts.PostingFacts,
            facts.ResidencyFacts,
            facts.AgencyEntryFacts,
            facts.CertificationFacts,
            facts.AppealFacts,
            facts.IdentityFacts,
            facts.TakeoverFacts,
        )
        for key in family.__annotations__
    }
    sources = "".join(path.read_text(encoding="utf-8") for path in CHECKS.glob("*.py"))
    read = set(re.findall(r'\(facts, "(\w+)"\)|facts\.get\("(\w+)"|"(\w+)" (?:not )?in facts', sources))
    keys = {key for found in read for key in found if key}
    assert len(keys) > 30
    assert keys <= documented, keys - documented
