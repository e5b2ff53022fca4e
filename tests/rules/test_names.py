"""Initials by which names are found."""

from __future__ import annotations

import pytest

from app.rules.names import common_initials, spelled, text_initials, typed_initials


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


def test_common_words_need_no_book_of_readings():
    """Every common character of GB 2312 whose reading has one first letter; what is rare is left out, never wrong."""
    for word in (
        "审核工作台",
        "行业分类",
        "单位资料",
        "招聘职位",
        "零工：找活",
        "院校 A1",
        "阿爸擦大饿发嘎哈几卡拉吗那哦怕七然撒他挖西压杂",
    ):
        assert common_initials(word) == text_initials(word), word
    assert common_initials("㐀𠀀é—") == ""
    assert common_initials("") == ""
