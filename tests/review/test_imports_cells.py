"""Numbers, amounts and days as Chinese lists write them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

import pytest

from app.review.imports import cells
from app.review.imports.columns import Reader
from app.review.imports.table import Row


def read(cell: Any, text: str) -> Any:
    """The value of a cell, or the code of what is wrong with it."""
    reader = Reader(Row(2, (text,)), {"x": 0}, ("x",), frozenset())
    value = cell(reader, "x", SimpleNamespace(codes={}, today=date(2026, 3, 1)))
    return reader.notes[0].code if reader.wrong else value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12), ("12.0", 12), ("1,200", 1200), ("１２人", 12), ("1.2万", 12_000), ("3千", 3000), ("2百", 200),
        ("1.25", "cell_not_number"), ("-3", "cell_not_number"), ("两百", "cell_not_number"), ("1e3", "cell_not_number"),
        ("9" * 40, "cell_not_number"), ("1" + "0" * 12, "cell_not_number"), ("٣", "cell_not_number"),
    ],
)  # fmt: skip
def test_whole_numbers(text, value):
    assert read(cells.whole(0, 1_000_000), text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("200", Decimal("200.00")), ("200.5元", Decimal("200.50")), ("1.2万", Decimal("12000.00")), ("3千元", Decimal("3000.00")),
        ("24.1000000000000001", Decimal("24.10")), ("0.333", "cell_not_amount"), ("NaN", "cell_not_amount"),
        ("1e5", "cell_not_amount"), ("-1", "cell_not_amount"), ("200万", "cell_not_amount"),
    ],
)  # fmt: skip
def test_amounts(text, value):
    assert read(cells.money(0, 1_000_000), text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("500", 500),
        ("500万", 500),
        ("500万元", 500),
        ("0.5亿元", 5000),
        ("若干", "cell_not_number"),
        ("9000亿万", "cell_not_number"),
    ],
)
def test_capital_is_in_ten_thousands_unless_it_says_so(text, value):
    assert read(cells.ten_thousands, text) == value


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2026年3月1日", date(2026, 3, 1)), ("2026-03-01", date(2026, 3, 1)), ("2026/3/1", date(2026, 3, 1)),
        ("2026.3.1", date(2026, 3, 1)), ("20260301", date(2026, 3, 1)), ("46082", date(2026, 3, 1)),
        ("２０２６年３月１日", date(2026, 3, 1)), ("2026年2月30日", "cell_not_date"), ("明天", "cell_not_date"),
        ("2026年3月", "cell_not_date"),
    ],
)  # fmt: skip
def test_days(text, value):
    assert read(cells.day, text) == value
