"""Demonstration people, units, postings and gigs: same seed same rows, valid codes, clean words."""

import csv
import re
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from stdnum.cn import uscc as uscc_oracle

from app.gateways import demo_people as demo
from app.gateways import demo_work as work

TODAY = date(2026, 11, 21)
REFERENCE = Path(__file__).resolve().parents[2] / "app" / "reference"
# Words no ordinary text may hold; the checks know far more.
FORBIDDEN = re.compile(
    r"男|女|岁|户籍|户口|已婚|未婚|生育|身高|民族|乙肝|押金|保证金|报名费|培训费|服装费|微信|QQ|刷单|985|211|全日制"
    r"|上不封顶|第一|最|国家级|https?:|\d{7}"
)


def keys(name: str, column: str = "code") -> set[str]:
    with (REFERENCE / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return {row[column] for row in csv.DictReader(file)}


def words(name: str) -> set[str]:
    with (REFERENCE / "dictionary.csv").open(encoding="utf-8", newline="") as file:
        return {row["code"] for row in csv.DictReader(file) if row["dict"] == name}


@pytest.fixture(scope="module")
def units() -> list[demo.DemoUnit]:
    return demo.units(TODAY)


@pytest.fixture(scope="module")
def postings(units: list[demo.DemoUnit]) -> list[work.DemoPosting]:
    return work.postings(units)


def test_same_seed_gives_the_same_rows_and_another_seed_others(units: list[demo.DemoUnit]) -> None:
    assert demo.units(TODAY) == units
    assert demo.units(TODAY, seed=2) != units
    assert work.postings(units) == work.postings(units)
    assert work.gigs() == work.gigs() and work.gigs(seed=2) != work.gigs()


@given(st.sampled_from(["91", "92", "93", "12", "51", "52"]), st.sampled_from(demo.REGIONS), st.integers(0, 999))
@settings(max_examples=60)
def test_unit_codes_are_valid_and_cannot_be_real(prefix: str, region: str, number: int) -> None:
    """GB 32100; a division part ending in 99 belongs to no county."""
    code = demo.unit_code(prefix, region, number)
    assert uscc_oracle.validate(code) == code
    assert code[6:8] == "99" and code[2:8] not in keys("regions")


def test_identity_number_matches_the_standard_s_example() -> None:
    """GB 11643 appendix: 11010519491231002X."""
    assert demo.id_number("110105", date(1949, 12, 31), 2) == "11010519491231002X"


def test_people_are_adults_and_different() -> None:
    people = demo.people(300, TODAY)
    assert len({one.id_number for one in people}) == len({one.phone for one in people}) == 300
    for one in people:
        assert date(1968, 1, 1) < one.born_on <= date(2008, 11, 21)
        assert int(one.id_number[16]) % 2 == int(one.gender == "1")
        assert re.fullmatch(r"1990000\d{4}", one.phone) and 2 <= len(one.name) <= 4


def test_units_are_100_marked_and_different(units: list[demo.DemoUnit]) -> None:
    assert len({one.name for one in units}) == len({one.uscc for one in units}) == 100
    assert {one.region for one in units} == set(demo.REGIONS) <= keys("regions")
    assert {one.nature for one in units} <= words("unit_nature") and len({one.nature for one in units}) >= 4
    assert {one.size_class for one in units} <= words("unit_size")
    assert {one.ownership for one in units} <= words("ownership")
    assert {one.industry for one in units} <= keys("industries") and len({one.trade for one in units}) >= 15
    for one in units:
        assert "演示" in one.name and demo.PLACES[one.region][1] in one.address
        assert not FORBIDDEN.search(one.intro), one.intro


def test_500_units_still_have_different_names_and_codes() -> None:
    many = demo.units(TODAY, count=500)
    assert len({one.name for one in many}) == len({one.uscc for one in many}) == 500


def test_postings_are_complete_and_clean(units: list[demo.DemoUnit], postings: list[work.DemoPosting]) -> None:
    """J01-J16: statutory elements present, nothing a reviewer would return."""
    assert len(postings) == 250 and len({one.title for one in postings}) >= 35
    assert {one.occupation for one in postings} - {""} <= keys("occupations")
    assert {one.education for one in postings} <= words("education")
    assert {one.experience for one in postings} <= words("experience")
    assert {one.board_lodging for one in postings} <= words("board_lodging")
    for one in postings:
        assert len(one.description) >= 20 and one.requirements and one.expects == ()
        assert 3000 <= one.pay_min < one.pay_max <= 3 * one.pay_min
        assert 1 <= one.headcount <= 3 * units[one.unit].staff_count and 1 <= one.valid_days <= 90
        assert not FORBIDDEN.search(one.title + one.description + one.requirements), one


def test_gigs_cover_both_kinds_and_every_type() -> None:
    gigs = work.gigs()
    assert len(gigs) == 120 and {one.kind for one in gigs} == {"gig_offer", "gig_wanted"}
    assert len({one.type_code for one in gigs}) >= 20 and {one.type_code for one in gigs} <= words("gig_type")
    assert len({one.region for one in gigs}) >= 5
    for name, field in (("pay_unit", "pay_unit"), ("settlement", "settlement"), ("work_mode", "mode")):
        assert {getattr(one, field) for one in gigs} <= words(name)
    for one in gigs:
        assert len(one.description) <= 500 and one.amount > 0 and one.headcount >= 1
        assert not FORBIDDEN.search(one.title + one.description + one.requirements), one


def test_texts_of_risky_gigs_ask_for_a_certificate() -> None:
    """G11."""
    risky = words("gig_type_risky")
    for one in work.gigs(count=300):
        if one.kind == "gig_offer" and one.type_code in risky:
            assert "证" in one.requirements, one


def test_troubled_ones_carry_their_fault(units: list[demo.DemoUnit]) -> None:
    postings, gigs = work.troubled_postings(units), work.troubled_gigs()
    assert {code for one in postings for code in one.expects} == {
        "J05", "J06", "J09", "J10", "J13", "J14", "J15", "J16",
    }  # fmt: skip
    assert {code for one in gigs for code in one.expects} >= {"G05", "G06", "G07", "G08", "G09"}
    odd = demo.troubled_units(TODAY)
    assert [one.uscc[:2] for one in odd][2] == "92" and odd[2].nature == "enterprise"
    assert "人力资源" in odd[0].name and "第一" in odd[1].intro
    assert not {one.uscc for one in odd} & {one.uscc for one in units}
