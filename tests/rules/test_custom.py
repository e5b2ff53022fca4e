"""Values of custom fields: every type with what it takes and what it refuses, and what makes no definition."""

from __future__ import annotations

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.rules import custom, defining, search
from app.rules.custom import Definition, Option
from app.rules.refused import Refused

COLOURS = (Option("red", "红", "Red"), Option("blue", "蓝", "Blue"), Option("old", "旧", "Old", off=True))


def made(kind: str = "text", **more: Any) -> Definition:
    values = {"entity": "posting", "code": "probe", "label_zh": "试", "label_en": "Probe"}
    return Definition(**{**values, "type": kind, "options": COLOURS if "choice" in kind else (), **more})


GOOD = [
    ("text", "  三班倒 ", "三班倒"),
    ("text", "<b>x</b> ' OR 1=1 --", "<b>x</b> ' OR 1=1 --"),
    ("long", "一\r\n二", "一\n二"),
    ("int", 7, 7),
    ("int", " -12 ", -12),
    ("decimal", "3.5", "3.50"),
    ("decimal", 3, "3.00"),
    ("decimal", "-0", "0.00"),
    ("decimal", 0.1, "0.10"),
    ("bool", True, True),
    ("bool", "0", False),
    ("bool", 1, True),
    ("date", "2026-02-28", "2026-02-28"),
    ("date", dt.date(2026, 1, 5), "2026-01-05"),
    ("choice", "red", "red"),
    ("choices", ["blue", "red", "blue"], ["red", "blue"]),
    ("choices", "red", ["red"]),
]
BAD = [
    ("text", "x" * 101, "too_long"),
    ("text", "一\n二", "bad_character"),
    ("text", "a\x00b", "bad_character"),
    ("text", "\ud800", "bad_character"),
    ("text", 5, "bad_value"),
    ("text", {"a": {"b": "c" * 9999}}, "bad_value"),
    ("long", "x" * 1001, "too_long"),
    ("int", "1.5", "not_whole_number"),
    ("int", "１２", "not_whole_number"),
    ("int", "1_000", "not_whole_number"),
    ("int", True, "not_whole_number"),
    ("int", 10**13, "out_of_range"),
    ("int", [1], "not_whole_number"),
    ("decimal", "1e5", "not_number"),
    ("decimal", "NaN", "not_number"),
    ("decimal", float("inf"), "not_number"),
    ("decimal", False, "not_number"),
    ("decimal", "1.005", "too_many_decimals"),
    ("decimal", "9999999999999", "out_of_range"),
    ("bool", "maybe", "bad_value"),
    ("bool", [True], "bad_value"),
    ("date", "2026-02-30", "not_date"),
    ("date", "20260101", "not_date"),
    ("date", 20260101, "not_date"),
    ("choice", "green", "not_a_choice"),
    ("choice", "old", "not_a_choice"),
    ("choice", ["red"], "not_a_choice"),
    ("choices", ["red", "green"], "not_a_choice"),
    ("choices", ["red"] * 61, "bad_value"),
    ("choices", {"red": 1}, "bad_value"),
]


@pytest.mark.parametrize(("kind", "sent", "kept"), GOOD)
def test_what_fits_is_kept_as_json(kind, sent, kept):
    field = made(kind)
    assert custom.read(field, sent) == kept
    assert json.loads(json.dumps(kept)) == kept
    assert custom.read(field, kept) == kept


@pytest.mark.parametrize(("kind", "sent", "code"), BAD)
def test_what_does_not_fit_is_refused_by_name(kind, sent, code):
    with pytest.raises(Refused) as refusal:
        custom.read(made(kind), sent)
    assert (refusal.value.code, refusal.value.field) == (code, "x_probe")


@pytest.mark.parametrize("kind", custom.TYPES)
@pytest.mark.parametrize("nothing", [None, "", "   ", []])
def test_nothing_is_nothing_for_every_type(kind, nothing):
    assert custom.read(made(kind), nothing) is None


@pytest.mark.parametrize(
    ("kind", "bounds", "sent", "code"),
    [
        ("int", {"at_least": "2"}, 1, "below"), ("int", {"at_most": "9"}, 10, "above"),
        ("decimal", {"at_least": "0.5"}, "0.49", "below"), ("decimal", {"at_most": "1"}, "1.01", "above"),
        ("date", {"at_least": "2026-01-01"}, "2025-12-31", "not_before"),
        ("date", {"at_most": "2026-01-01"}, "2026-01-02", "not_after"), ("text", {"max_length": 3}, "四个字呢", "too_long"),
    ],
)  # fmt: skip
def test_bounds(kind, bounds, sent, code):
    with pytest.raises(Refused, match=code):
        custom.read(made(kind, **bounds), sent)


@pytest.mark.parametrize(("kind", "bounds", "sent"), [("int", {"at_least": "2", "at_most": "2"}, 2)])
def test_bounds_belong_to_what_is_allowed(kind, bounds, sent):
    assert custom.read(made(kind, **bounds), sent) == sent


def test_an_option_that_is_no_longer_offered_may_stay():
    assert custom.read(made("choice"), "old", "old") == "old"
    assert custom.read(made("choices"), ["old", "red"], ["old"]) == ["red", "old"]
    with pytest.raises(Refused):
        custom.read(made("choices"), ["old", "red"], ["red"])


def test_what_is_not_spoken_of_stays_and_an_empty_value_goes():
    first, second = made("text", code="first"), made("int", code="second")
    kept = custom.read_all([first, second], {"x_first": "", "x_second": "3"}, {"first": "a", "hidden": "h"})
    assert kept == {"second": 3, "hidden": "h"}
    with pytest.raises(Refused, match="unknown_field"):
        custom.read_all([first], {"x_second": 1}, {})


@pytest.mark.parametrize(
    ("kind", "cell", "kept"),
    [
        ("choice", "蓝", "blue"), ("choice", "RED", "red"), ("choices", "红；Blue", ["red", "blue"]), ("choices", "", None),
        ("choice", " ", None), ("bool", "是", True), ("bool", "无", False), ("bool", "", None), ("date", "2026/1/5", "2026-01-05"),
        ("date", "2026年1月5日", "2026-01-05"), ("int", "1,200", 1200), ("decimal", "1，200.5", "1200.50"),
    ],
)  # fmt: skip
def test_cells_of_files_hold_words(kind, cell, kept):
    assert custom.from_cell(made(kind), cell) == kept


def test_a_code_goes_before_a_word():
    options = (Option("a", "b", "B"), Option("b", "a", "A"))
    assert custom.from_cell(made("choice", options=options), "a") == "a"


@pytest.mark.parametrize(
    ("kind", "kept", "python"),
    [("decimal", "3.50", Decimal("3.50")), ("date", "2026-01-05", dt.date(2026, 1, 5)), ("int", 3, 3), ("bool", False, False),
     ("int", True, None), ("date", "yesterday", None), ("decimal", "x", None), ("choices", "red", None), ("text", 3, None)],
)  # fmt: skip
def test_kept_values_as_python_has_them(kind, kept, python):
    assert custom.typed(made(kind), kept) == python


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)


@settings(max_examples=60)
@given(st.sampled_from(custom.TYPES), JSON)
def test_whatever_is_sent_is_kept_in_its_type_or_refused(kind, sent):
    field = made(kind)
    try:
        kept = custom.read(field, sent)
    except Refused as refusal:
        assert refusal.field == "x_probe"
        return
    assert kept is None or custom.typed(field, kept) is not None
    assert custom.read(field, kept, kept) == kept
    json.dumps(kept, allow_nan=False).encode()


@given(st.sampled_from(custom.TYPES), st.text(max_size=40))
def test_whatever_stands_in_a_cell(kind, text):
    field = made(kind)
    try:
        kept = custom.from_cell(field, text)
    except Refused as refusal:
        assert refusal.field == "x_probe"
    else:
        assert custom.read(field, kept, kept) == kept


def test_required_fields_that_lack_are_named_all_at_once():
    fields = [made(code="one", required=True), made("bool", code="two", required=True), made(code="three")]
    assert [found.field for found in custom.lacking(fields, {})] == ["x_one", "x_two"]
    assert custom.lacking(fields, {"one": "a", "two": False}) == []


def test_divisions():
    assert made(region="310000").counts_in("310120")
    assert not made(region="310000").counts_in("440203")
    assert made().counts_in("")


@pytest.mark.parametrize(
    ("more", "code", "column"),
    [
        ({"code": "x; DROP TABLE unit"}, "field_code_form", "code"), ({"code": "A"}, "field_code_form", "code"),
        ({"code": "a"}, "field_code_form", "code"), ({"code": "a__b"}, "field_code_form", "code"),
        ({"code": "pay_from"}, "field_code_form", "code"), ({"code": "a_" * 15 + "a"}, "field_code_form", "code"),
        ({"code": "名"}, "field_code_form", "code"), ({"type": "sealed"}, "not_a_choice", "type"),
        ({"label_zh": "  "}, "missing", "label_zh"), ({"label_en": "a\x0bb"}, "bad_character", "label_en"),
        ({"help_zh": "行\n行"}, "bad_character", "help_zh"), ({"section_en": "a\u202eb"}, "bad_character", "section_en"),
        ({"type": "choice", "options": (Option("a", "\x00", "A"),)}, "bad_character", "options"),
        ({"type": "choice", "options": (Option("a", "长" * 61, "A"),)}, "too_long", "options"),
        ({"required": True, "in_form": False}, "required_hidden", "in_form"),
        ({"public": True, "reviewed": False}, "public_unreviewed", "reviewed"),
        ({"max_length": 0}, "value_range", "max_length"), ({"max_length": 501}, "value_range", "max_length"),
        ({"type": "int", "at_least": "x"}, "not_number", "at_least"), ({"type": "date", "at_most": "1"}, "not_date", "at_most"),
        ({"type": "int", "at_least": "2", "at_most": "1"}, "bounds_order", "at_most"),
        ({"type": "choice", "options": ()}, "options_missing", "options"),
        ({"type": "choice", "options": COLOURS[2:]}, "options_missing", "options"),
        ({"type": "choices", "options": (Option("a b", "一", "A"),)}, "option_code_form", "options"),
        ({"type": "choices", "options": (Option("a", "", "A"),)}, "option_words_missing", "options"),
        ({"type": "choices", "options": (COLOURS[0], COLOURS[0])}, "option_twice", "options"),
        ({"type": "choice", "options": tuple(Option(f"o{n}", "一", "A") for n in range(61))}, "options_many", "options"),
    ],
)  # fmt: skip
def test_what_makes_no_field(more, code, column):
    kind = more.pop("type", "text")
    with pytest.raises(Refused) as refusal:
        defining.check(made(kind, **more))
    assert (refusal.value.code, refusal.value.field) == (code, column)


@pytest.mark.parametrize("kind", custom.TYPES)
def test_what_makes_one(kind):
    defining.check(made(kind, public=True, code="night_shift2"))


@pytest.mark.parametrize(
    ("words", "taken", "code"),
    [("Night shift", (), "night_shift"), ("Night shift!", ("night_shift",), "night_shift_2"), ("24h", (), "h_x"), ("夜班", (), "field"),
     ("Valid to", (), "valid_to_x"), ("x" * 80, (), "x" * 26), ("A", (), "a_x")],
)  # fmt: skip
def test_codes_out_of_english_labels(words, taken, code):
    found = defining.next_code(words, taken, least=2)
    assert found == code
    defining.check(made(code=found))


@given(st.text(max_size=60), st.sets(st.text(max_size=10), max_size=3))
def test_every_label_makes_a_code(words, taken):
    found = defining.next_code(words, taken, least=2)
    assert defining.CODE.fullmatch(found) and len(found) <= 30 and found not in taken
    assert not found.endswith(("_from", "_to"))


def test_words_that_are_not_public_are_found_by_the_back_office_alone():
    stored = search.row_tokens("仓库", "叉车", "合同A7")
    assert search.row_tokens("仓库") == search.tokens("仓库")
    assert "叉车" in stored and "合同" not in stored and "~合同" in stored
    assert search.tsquery("合同") == "'合同'"
    assert search.tsquery("合同", inner=True) == "('合同' | '~合同')"
    assert search.tsquery("~合同") == "'合同'"


def test_words_of_values():
    assert custom.search_text(made("choices"), ["red", "blue"]) == "红 Red 蓝 Blue"
    assert custom.search_text(made(), "叉车") == "叉车"
    assert custom.search_text(made("bool"), True) == ""


def test_every_refusal_of_a_value_or_a_definition_has_words():
    import ast
    from pathlib import Path

    from app.views import words

    trees = [ast.parse(Path(m.__file__).read_text(encoding="utf-8")) for m in (custom, defining)]
    calls = [n for tree in trees for n in ast.walk(tree) if isinstance(n, ast.Call) and n.args]
    named = [c for c in calls if getattr(c.func, "attr", getattr(c.func, "id", "")) in ("refused", "Refused")]
    codes = {n.value for c in named for n in ast.walk(c.args[0]) if isinstance(n, ast.Constant)} - {"date"}
    assert len(codes) > 20
    assert {code for code in codes if not words.known(code)} == set()
