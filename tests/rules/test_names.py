"""Initials by which names are found."""

from __future__ import annotations

import pytest

from app.rules.names import spelled, typed_initials


def test_a_unit_is_spelled_from_every_letter_on():
    assert spelled("深圳华为技术") == "szhwjs zhwjs hwjs wjs"
    assert spelled("某厂") == ""
    assert spelled("") == ""
    assert len(spelled("甲" * 500).split()[0]) == 60


@pytest.mark.parametrize(
    ("typed", "letters"), [("ZS", "zs"), (" zsf ", "zsf"), ("z", ""), ("张s", ""), ("z1", ""), ("", "")]
)
def test_what_is_typed_may_be_initials(typed, letters):
    assert typed_initials(typed) == letters
