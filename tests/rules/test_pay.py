"""Pay as written, and its monthly equivalents (J03, J04, G05)."""

import csv
from collections import Counter
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.pay import hourly_equivalent, parse_pay
from app.rules.refused import Refused

REAL = Path(__file__).parents[3] / "shared" / "data" / "real_postings.csv"


@pytest.mark.parametrize(
    ("text", "low", "high", "unit", "monthly_min", "monthly_max"),
    [
        ("4-8千/月", 4000, 8000, "month", 4000, 8000),
        ("4.5-6千/月", 4500, 6000, "month", 4500, 6000),
        ("1.5-2万/月", 15000, 20000, "month", 15000, 20000),
        ("0.8-1万/月", 8000, 10000, "month", 8000, 10000),
        ("8千-1.2万/月", 8000, 12000, "month", 8000, 12000),
        ("10-15万/年", 100000, 150000, "year", 8333, 12500),
        ("20万/年", 200000, 200000, "year", 16667, 16667),
        ("100元/天", 100, 100, "day", 2175, 2175),
        ("25元/小时", 25, 25, "hour", 4350, 4350),
        ("26.4元/时", "26.4", "26.4", "hour", 4594, 4594),
        ("1.5千以下/月", None, 1500, "month", None, 1500),
        ("3万以上/月", 30000, None, "month", 30000, None),
        ("5000元/月以上", 5000, None, "month", 5000, None),
        ("100万以上/年", 1000000, None, "year", 83333, None),
        ("5,000—8,000元/月", 5000, 8000, "month", 5000, 8000),
        ("８Ｋ～１２Ｋ/月", 8000, 12000, "month", 8000, 12000),
        ("8-12k·13薪/月", 8000, 12000, "month", 8000, 12000),
        ("5000元/个月", 5000, 5000, "month", 5000, 5000),
        ("日薪200元", 200, 200, "day", 4350, 4350),
        ("每天200", None, None, None, None, None),
        (" 100 元 / 天 ", 100, 100, "day", 2175, 2175),
    ],
)
def test_pay_as_written(text, low, high, unit, monthly_min, monthly_max):
    if unit is None:
        with pytest.raises(Refused):
            parse_pay(text)
        return
    pay = parse_pay(text)
    assert pay.amount_min == (None if low is None else Decimal(low))
    assert pay.amount_max == (None if high is None else Decimal(high))
    assert (pay.unit, pay.monthly_min, pay.monthly_max) == (unit, monthly_min, monthly_max)
    assert pay.text == text.strip()


@pytest.mark.parametrize("text", ["", None, "  ", "面议", "薪资面议", "面谈", "-"])
def test_no_amount_is_negotiable(text):
    pay = parse_pay(text)
    assert (pay.unit, pay.amount_min, pay.amount_max, pay.monthly_min) == ("negotiable", None, None, None)


@pytest.mark.parametrize(
    "text",
    [
        "高薪",
        "4-8千",
        "5000",
        "0元/天",
        "元/月",
        "4-8千/周",
        "30元/件",
        "4-5-6千/月",
        "-5千/月",
        "1e5/月",
        "4-8千以上/月",
        "٤-٨千/月",
    ],
)
def test_what_cannot_be_read_is_refused_with_the_field_and_the_text(text):
    with pytest.raises(Refused) as caught:
        parse_pay(text)
    assert (caught.value.code, caught.value.field) == ("pay_unreadable", "pay")
    assert caught.value.facts["text"] == text


@pytest.mark.parametrize("text", ["8-4千/月", "8-1.2万/月"])
def test_ends_the_wrong_way_round_are_named(text):
    with pytest.raises(Refused) as caught:
        parse_pay(text)
    assert caught.value.code == "pay_reversed"


def test_a_column_heading_may_give_the_period():
    pay = parse_pay("5000-8000", default_unit="month")
    assert (pay.monthly_min, pay.monthly_max) == (5000, 8000)


@given(st.integers(1, 99), st.integers(0, 99), st.sampled_from(["千", "万"]), st.sampled_from("月年天"))
def test_every_range_keeps_its_order(low, more, scale, period):
    pay = parse_pay(f"{low / 10}-{(low + more) / 10}{scale}/{period}")
    assert pay.amount_min is not None and pay.amount_max is not None
    assert pay.amount_min <= pay.amount_max
    assert pay.monthly_min is not None and pay.monthly_max is not None
    assert pay.monthly_min <= pay.monthly_max


@pytest.mark.skipif(not REAL.exists(), reason="the real postings are not part of the project")
def test_all_real_postings_can_be_read():
    with REAL.open(encoding="utf-8", newline="") as file:
        pays = [parse_pay(row["pay"]) for row in csv.DictReader(file)]
    assert Counter(pay.unit for pay in pays) == {"month": 769, "year": 15, "day": 4}
    assert all(1000 <= (pay.monthly_min or 0) <= 50000 for pay in pays)


@pytest.mark.parametrize(
    ("amount", "unit", "hours", "expected"),
    [
        ("25", "hour", 8, "25"),
        ("200", "day", 8, "25"),
        ("200", "day", 10, "20"),
        ("4350", "month", 8, "25"),
        ("52200", "year", 8, "25"),
        ("30", "piece", 8, None),
        ("30", "time", 8, None),
    ],
)
def test_hourly_equivalent(amount, unit, hours, expected):
    assert hourly_equivalent(Decimal(amount), unit, hours) == (None if expected is None else Decimal(expected))


@pytest.mark.parametrize("hours", [0, -1, 25])
def test_hours_a_day_must_exist(hours):
    with pytest.raises(ValueError, match="hours_per_day"):
        hourly_equivalent(Decimal(100), "day", hours)
