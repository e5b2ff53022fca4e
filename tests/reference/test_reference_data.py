"""The data files shipped in app/reference: shapes, parents, prefixes, counts (standards 1 and 3.8)."""

import csv
import re
from pathlib import Path

import pytest

from app.rules import reference as rules

FOLDER = Path(__file__).resolve().parents[2] / "app" / "reference"
HEADERS = {
    "regions": "code name parent level valid_from valid_to pseudo pinyin initials",
    "industries": "code name parent level",
    "occupations": "code name parent level",
    "dictionary": "dict code name_zh name_en sort",
    "reasons": "code name_zh name_en text_zh text_en field kinds",
    "minimum_wages": "region monthly hourly valid_from source",
    "schools": "code name level region",
    "majors": "catalogue code name parent level edition",
}
KINDS = {
    "unit_registration",
    "unit_change",
    "unit_media",
    "personal_media",
    "gig_offer",
    "gig_wanted",
    "posting",
    "residency",
    "agency_entry",
    "employer_certification",
    "account_appeal",
    "identity_proof",
    "unit_takeover",
    "signing",
}
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def keyed(name: str) -> dict[str, dict[str, str]]:
    return {row["code"]: row for row in rows(name)}


def dictionary(name: str) -> dict[str, str]:
    return {row["code"]: row["name_zh"] for row in rows("dictionary") if row["dict"] == name}


def covers(scope: str, code: str) -> bool:
    """The prefix rule of a scope: trailing pairs of zeros stand for everything below."""
    return code.startswith(re.sub(r"(00)+$", "", scope))


@pytest.mark.parametrize("name", HEADERS)
def test_header_and_small_utf8_file(name: str) -> None:
    path = FOLDER / f"{name}.csv"
    data = path.read_bytes()
    assert data.decode("utf-8").splitlines()[0].replace(",", " ") == HEADERS[name]
    assert not data.startswith(b"\xef\xbb\xbf") and b"\r" not in data
    assert len(data) < 300_000


@pytest.mark.parametrize("name", ["regions", "industries", "occupations", "reasons", "schools"])
def test_codes_unique_and_names_not_blank(name: str) -> None:
    table = rows(name)
    assert len({row["code"] for row in table}) == len(table)
    for row in table:
        title = row.get("name") or row.get("name_zh", "")
        assert title and title == title.strip(), row


@pytest.mark.parametrize("name", ["regions", "industries", "occupations"])
def test_parents_exist_on_a_higher_level(name: str) -> None:
    table = keyed(name)
    for row in table.values():
        if row["level"] == "1":
            assert row["parent"] == "", row
        else:
            assert int(table[row["parent"]]["level"]) < int(row["level"]), row


def test_majors_have_the_upper_level_of_each_catalogue() -> None:
    table = rows("majors")
    assert len({(row["catalogue"], row["code"]) for row in table}) == len(table)
    assert {row["catalogue"] for row in table} == set(dictionary("major_catalogue"))
    assert all(row["level"] == "1" and re.fullmatch(r"\d\d", row["code"]) for row in table)


@pytest.mark.parametrize(
    ("name", "rule"),
    [
        ("regions", rules.region_fault),
        ("industries", rules.industry_fault),
        ("occupations", rules.occupation_fault),
        ("schools", rules.school_fault),
        ("majors", rules.major_fault),
    ],
)
def test_the_shipped_tables_pass_the_rules_of_forms_and_imports(name, rule) -> None:
    for row in rows(name):
        level = int(row["level"]) if row["level"].isdigit() else None
        rule({"code": row["code"], "level": level, "parent_code": row.get("parent") or None})


def test_regions_have_34_provinces_and_valid_codes() -> None:
    table = rows("regions")
    assert sum(row["level"] == "1" for row in table) == 34
    for row in table:
        assert re.fullmatch(r"[1-8]\d{5}", row["code"]), row
        assert row["pseudo"] in {"0", "1"}
        assert row["pinyin"].isascii() and row["initials"].isascii() and row["initials"], row
        assert all(DATE.fullmatch(row[day]) for day in ("valid_from", "valid_to") if row[day]), row


def test_every_region_lies_inside_the_scope_of_its_parent_province() -> None:
    table = keyed("regions")
    for code, row in table.items():
        top = row
        while top["parent"]:
            top = table[top["parent"]]
        assert covers(top["code"], code), code


def test_parent_scope_covers_its_children_except_below_municipal_pseudo_levels() -> None:
    table = keyed("regions")
    for row in table.values():
        if row["parent"] and table[row["parent"]]["pseudo"] == "0":
            assert covers(row["parent"], row["code"]), row


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("310120", "奉贤区"),
        ("440200", "韶关市"),
        ("440204", "浈江区"),
        ("440205", "曲江区"),
        ("330114", "钱塘区"),
        ("540481", "米林市"),
        ("441900", "东莞市"),
        ("710000", "台湾省"),
        ("810000", "香港特别行政区"),
        ("820000", "澳门特别行政区"),
    ],
)
def test_known_regions(code: str, name: str) -> None:
    row = keyed("regions")[code]
    assert (row["name"], row["pseudo"], row["valid_to"]) == (name, "0", "")


def test_scope_of_a_municipality_reaches_its_districts_through_the_pseudo_level() -> None:
    table = keyed("regions")
    assert table["310120"]["parent"] == "310100"
    assert table["310100"]["pseudo"] == "1" and table["310100"]["parent"] == "310000"
    assert covers("310000", "310120") and covers("440200", "440205")
    assert not covers("440200", "440305")


def test_abolished_codes_stay_known_but_ended() -> None:
    table = keyed("regions")
    for code in ("440221", "310226", "110103", "330104"):
        assert table[code]["valid_to"] and table[code]["pseudo"] == "0"


def test_place_names_read_as_places_not_as_words() -> None:
    table = keyed("regions")
    assert table["310105"]["initials"] == "cnq"
    assert table["500000"]["pinyin"] == "chongqingshi"
    assert table["440113"]["pinyin"] == "panyuqu"


def test_industries_have_20_sections_and_97_divisions_in_the_right_ranges() -> None:
    table = rows("industries")
    sections = [row["code"] for row in table if row["level"] == "1"]
    divisions = [row for row in table if row["level"] == "2"]
    assert "".join(sections) == "ABCDEFGHIJKLMNOPQRST"
    assert [row["code"] for row in divisions] == [f"{number:02d}" for number in range(1, 98)]
    ends = {row["parent"]: int(row["code"]) for row in divisions}
    last = [5, 12, 43, 46, 50, 52, 60, 62, 65, 69, 70, 72, 75, 79, 82, 83, 85, 90, 96, 97]
    assert list(ends.values()) == last


def test_occupations_have_8_groups_79_classes_and_well_formed_codes() -> None:
    shapes = {"1": r"\d", "2": r"\d-\d{2}", "4": r"\d-\d{2}-\d{2}-\d{2}"}
    table = rows("occupations")
    assert sum(row["level"] == "1" for row in table) == 8
    assert sum(row["level"] == "2" for row in table) == 79
    for row in table:
        assert re.fullmatch(shapes[row["level"]], row["code"]), row
        assert row["code"].startswith(row["parent"])


def test_dictionary_codes_unique_in_order_and_named_in_both_languages() -> None:
    seen: dict[str, list[int]] = {}
    keys = set()
    for row in rows("dictionary"):
        assert re.fullmatch(r"[a-z0-9_]{1,40}", row["code"]), row
        assert 0 < len(row["name_zh"]) <= 80 and 0 < len(row["name_en"]) <= 120, row
        assert (row["dict"], row["code"]) not in keys
        keys.add((row["dict"], row["code"]))
        seen.setdefault(row["dict"], []).append(int(row["sort"]))
    assert all(order == sorted(set(order)) for order in seen.values())


def test_education_is_ordered_so_that_and_above_is_a_comparison() -> None:
    assert list(dictionary("education")) == [
        "none",
        "junior",
        "senior",
        "secondary",
        "college",
        "bachelor",
        "master",
        "doctor",
    ]


def test_gig_dictionaries_carry_the_units_of_the_manual() -> None:
    """TJ-25, TJ-26, TJ-41: 驻地/远程, 元/天 元/次 元/件 元/时, settlement."""
    assert list(dictionary("pay_unit").values()) == ["元/天", "元/次", "元/件", "元/时"]
    assert list(dictionary("work_mode").values()) == ["驻地", "远程"]
    assert "日结" in dictionary("settlement").values()
    risky, types = dictionary("gig_type_risky"), dictionary("gig_type")
    assert risky.items() <= types.items() and {"high_work", "welding", "driving"} <= risky.keys()


def test_message_kinds_are_the_six_of_the_manual() -> None:
    """TJ-66."""
    assert list(dictionary("message_kind").values()) == [
        "系统消息",
        "求职消息",
        "零工消息",
        "招聘消息",
        "招聘会消息",
        "职业指导消息",
    ]


def test_reasons_are_r01_to_r18_and_r99_with_text_in_both_languages() -> None:
    table = rows("reasons")
    assert [row["code"] for row in table] == [f"R{number:02d}" for number in (*range(1, 19), 99)]
    for row in table:
        assert row["kinds"] == "*" or set(row["kinds"].split("|")) <= KINDS, row
        assert row["text_zh"].startswith("您好") and row["text_en"].endswith((".", ":")), row
        assert row["field"] or row["code"] == "R99"


def test_every_kind_has_reasons_to_choose_from() -> None:
    table = rows("reasons")
    for kind in KINDS:
        assert sum(row["kinds"] == "*" or kind in row["kinds"].split("|") for row in table) >= 3, kind


def test_minimum_wages_are_shipped_empty() -> None:
    """Numbers change by place and year: the bureau enters its own (最低工资规定)."""
    assert rows("minimum_wages") == []


def test_schools_have_five_digit_codes_and_lie_in_known_regions() -> None:
    regions, levels = keyed("regions"), dictionary("school_level")
    table = keyed("schools")
    assert len(table) >= 30 and table["10576"]["name"] == "韶关学院" and table["10001"]["name"] == "北京大学"
    for row in table.values():
        assert re.fullmatch(r"1\d{4}", row["code"]), row
        assert regions[row["region"]]["level"] == "3" and regions[row["region"]]["pseudo"] == "0", row
        assert row["level"] in levels
