"""A row becomes a posting and its unit, or is named with line and column. No database."""

from __future__ import annotations

from datetime import date
from types import SimpleNamespace

import pytest

from app.review.imports.columns import letter, match
from app.review.imports.entities import IMPORTERS
from app.review.imports.postings import COLUMNS, ENTITY, Known, Options
from app.review.imports.reading import read_table
from app.review.imports.table import Table
from app.review.imports.words import industry_code, unit_name
from app.rules.refused import Refused

TODAY = date(2026, 11, 20)
KNOWN = Known(
    today=TODAY,
    words={"ownership": {"民营公司": "private", "外资(非欧美)": "foreign_other"}, "education": {"大专": "college"}},
    places={"奉贤区": "310120", "奉贤": "310120"},
    industries=frozenset({"64", "65", "72"}),
)
HEAD = "posting_no,title,unit_name,pay,description,place,ownership,size,industry"
ROW = {
    "posting_no": "7", "title": "行政专员", "unit_name": "示例贸易有限公司", "pay": "6-8千/月",
    "description": "整理档案", "place": "上海-奉贤区", "ownership": "民营公司", "size": "50-150人",
    "industry": "计算机软件",
}  # fmt: skip


def read(table: Table, options: Options):
    places = match(COLUMNS, table.header, options.chosen)
    return list(IMPORTERS[ENTITY].rows(table, places, options, SimpleNamespace(words=KNOWN)))


def rows(*changes: dict[str, str], options: Options | None = None, head: str = HEAD):
    lines = [head]
    for change in changes:
        cells = {**ROW, **change}
        quoted = (cells.get(n, "").replace('"', '""') for n in head.split(","))
        lines.append(",".join(f'"{c}"' for c in quoted))
    table = read_table("\n".join(lines).encode())
    chosen = options or Options("310120")
    return read(table, chosen)


def one(options: Options | None = None, head: str = HEAD, **change: str):
    draft, notes = rows(change, options=options, head=head)[0]
    return draft, [(n.code, n.key) for n in notes]


def test_a_row_becomes_a_posting_and_what_was_assumed_is_named():
    draft, notes = one()
    assert not notes
    assert draft.key == "posting:310120:7"
    assert (draft.content["pay_min"], draft.content["pay_max"]) == (6000, 8000)
    assert draft.content["region_code"] == "310120"
    assert draft.content["address"] == "上海-奉贤区"
    assert draft.content["headcount"] == 1
    assert draft.content["valid_until"] == date(2027, 2, 18)
    assert draft.columns["assumed"] == ["headcount", "valid_until"]
    assert draft.unit["intro"] == "民营公司 · 50-150人 · 计算机软件"
    assert (draft.unit["ownership"], draft.unit["industry_code"]) == ("private", "65")


def test_a_place_outside_the_region_is_kept_as_address_and_the_division_named_as_assumed():
    draft, _ = one(place="上海-徐汇区")
    assert (draft.content["region_code"], draft.content["address"]) == ("310120", "上海-徐汇区")
    assert "region_code" in draft.columns["assumed"]


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"title": ""}, ("cell_empty", "title")),
        ({"unit_name": " "}, ("cell_empty", "unit_name")),
        ({"title": "长" * 81}, ("cell_too_long", "title")),
        ({"pay": "看心情"}, ("pay_unreadable", "pay")),
        ({"pay": "8-6千/月"}, ("pay_reversed", "pay")),
        ({"pay": "900000000万/月"}, ("pay_too_high", "pay")),
        ({"posting_no": "9" * 41}, ("cell_too_long", "posting_no")),
    ],
)
def test_a_bad_cell_is_named_with_its_column(change, error):
    draft, notes = rows({}, change)[1]
    assert draft is None
    assert [(n.code, n.key) for n in notes] == [error]
    assert (notes[0].line, notes[0].column, notes[0].error) == (3, error[1], True)


def test_all_errors_of_a_row_are_named_at_once():
    _, notes = one(title="", pay="?")
    assert notes == [("cell_empty", "title"), ("pay_unreadable", "pay")]


@pytest.mark.parametrize(
    ("key", "text", "error"),
    [
        ("headcount", "0", "cell_not_number"),
        ("headcount", "三", "cell_not_number"),
        ("headcount", "9" * 30, "cell_not_number"),
        ("valid_until", "2027-13-01", "cell_not_date"),
        ("valid_until", "soon", "cell_not_date"),
        ("valid_until", "2026-11-20", "date_out_of_range"),
        ("valid_until", "2030/1/1", "date_out_of_range"),
    ],
)
def test_numbers_and_days_must_be_some(key, text, error):
    draft, notes = one(head=f"{HEAD},{key}", **{key: text})
    assert (draft, notes) == (None, [(error, key)])


def test_what_the_list_says_is_not_assumed():
    draft, notes = one(
        head=f"{HEAD},招聘人数,valid_until,学历", **{"招聘人数": "3人", "valid_until": "2027年1月5日", "学历": "大专"}
    )
    assert not notes
    assert (draft.content["headcount"], draft.content["valid_until"]) == (3, date(2027, 1, 5))
    assert (draft.content["education"], draft.columns["assumed"]) == ("college", [])


def test_an_empty_pay_is_negotiable_and_assumed():
    draft, _ = one(pay="")
    assert draft.content["pay_negotiable"]
    assert "pay_negotiable" in draft.columns["assumed"]


@pytest.mark.parametrize("text", ["=cmd|' /C calc'!A0", "+cmd|'x'!A1", "@SUM(1+1)", "-2+3+cmd|' /C calc'!A0"])
def test_a_formula_is_text_and_remarked(text):
    draft, notes = one(description=text)
    assert draft.content["description"] == text
    assert notes == [("cell_formula", "description")]


@pytest.mark.parametrize("text", ["- 熟练使用 Office（Excel）", "-1年以上经验", "+底薪", "@上海"])
def test_ordinary_text_is_no_formula(text):
    assert one(description=text)[1] == []


def test_an_unknown_word_is_remarked_and_left_empty():
    draft, notes = one(ownership="火星公司")
    assert draft.unit["ownership"] is None
    assert notes == [("cell_unknown", "ownership")]


def test_a_number_twice_in_one_file_names_both_lines():
    found = rows({}, {"posting_no": "8"}, {"title": "别的"})
    assert [d is not None for d, _ in found] == [True, True, False]
    assert (found[2][1][0].code, found[2][1][0].line, found[2][1][0].facts) == ("row_repeated", 4, {"first_line": 2})


def test_without_a_number_the_content_is_the_key():
    found = rows({"posting_no": ""}, {"posting_no": "", "title": "别的"}, {"posting_no": ""})
    keys = [d.key for d, _ in found if d]
    assert len(set(keys)) == 2
    assert all(len(k) <= 60 for k in keys)
    assert found[2][0] is None


def test_rows_with_too_few_or_too_many_cells_are_named():
    table = read_table(f"{HEAD}\n1,2,3\n{','.join('x' * 12)}\n".encode())
    found = read(table, Options("310120"))
    assert [(d, n[0].code, n[0].line, n[0].facts["cells"]) for d, n in found] == [
        (None, "row_cells", 2, 3),
        (None, "row_cells", 3, 12),
    ]


def test_columns_by_chinese_names_by_choice_and_missing():
    assert match(COLUMNS, ("职位名称", "单位名称*".strip("*"), "薪资", "职位描述")) == {
        "title": 0, "unit_name": 1, "pay": 2, "description": 3,
    }  # fmt: skip
    header = ("甲", "title", "unit_name", "pay", "description")
    assert match(COLUMNS, header, {"甲": "title"})["title"] == 0
    assert "pay" not in {k for k, v in match(COLUMNS, (*header, "薪资"), {"pay": ""}).items() if v == 3}
    for head, chosen, code in (
        (("title", "unit_name"), {}, "import_missing_column"),
        (header, {"乙": "title"}, "import_unknown_column"),
        (header, {"甲": "salary"}, "import_unknown_field"),
    ):
        with pytest.raises(Refused) as caught:
            match(COLUMNS, head, chosen)
        assert caught.value.code == code
    with pytest.raises(Refused) as caught:
        match(COLUMNS, ("title", "benefits"))
    assert caught.value.facts == {"columns": "unit_name, pay, description"}


@pytest.mark.parametrize("values", [{"headcount": 0}, {"valid_days": 181}, {"valid_days": 0}])
def test_options_have_bounds(values):
    with pytest.raises(Refused, match="import_out_of_range"):
        Options("310120", **values)


def test_letters_and_names():
    assert [letter(n) for n in (0, 25, 26, 199)] == ["A", "Z", "AA", "GR"]
    assert unit_name(" 珍柱 (中国)  有限公司 ") == "珍柱（中国）有限公司"
    assert unit_name("Acme  (China) Ltd") == "Acme (China) Ltd"
    assert industry_code("多元化业务集团公司,计算机软件") == "65"
    assert industry_code("检测，认证") == "74"
    assert industry_code("") is None
