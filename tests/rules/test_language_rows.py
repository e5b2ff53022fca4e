"""Whole postings and rows of them: three texts judged together (posting_labels.md)."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from app.rules.language import LABELS, find, findings, label_posting, label_row

REAL = Path(__file__).resolve().parents[2].parent / "shared" / "data" / "real_postings.csv"


def test_a_clean_posting_has_no_label() -> None:
    row = {"title": "仓管员", "benefits": "定期体检 加班补贴", "description": "负责收发，男女不限，单休。"}
    assert label_row(row) == ("", "")
    assert label_posting("文员", "无", "协助行政工作，欢迎应届生。") == []


def test_labels_come_in_their_order_with_the_words_behind_them() -> None:
    row = {"title": "前台（女）", "benefits": "双休", "description": "25-35岁，形象好，电话13812345678。"}
    assert label_row(row) == ("GENDER|AGE|APPEARANCE|CONTACT", "（女）|25-35岁|形象好|13812345678")


def test_every_field_is_judged_and_named() -> None:
    found = label_posting("客服 女士优先", "月休2天", "轻松月入过万")
    assert [(hit.label, hit.field) for hit in found] == [
        ("GENDER", "title"),
        ("OVERTIME", "benefits"),
        ("LURE", "description"),
    ]


def test_a_separator_in_the_words_does_not_break_the_row() -> None:
    labels, words = label_row({"title": "", "benefits": "", "description": "要求：五|官|端|正\n限\n女"})
    assert "APPEARANCE" in labels.split("|")
    assert "五/官/端/正" in words.split("|")
    assert "\n" not in words


@pytest.mark.parametrize("filler", ["面议", "暂无。", " test ", "测试", "......", "无"])
def test_a_filler_is_one_only_as_the_whole_text(filler: str) -> None:
    more = f"负责接待来访客人，薪资{filler}"
    assert label_row({"title": "文员", "benefits": filler, "description": filler})[0] == "PLACEHOLDER"
    assert label_row({"title": "文员", "benefits": filler, "description": more}) == ("", "")


def test_missing_columns_count_as_empty() -> None:
    assert label_row({}) == ("", "")


def test_findings_of_several_fields_keep_the_labels_order() -> None:
    found = findings({"name": "张三", "intro": "形象好，女士优先", "notes": "限35岁以下"})
    labels = [(hit.label, hit.field) for hit in found]
    assert labels == [("GENDER", "intro"), ("AGE", "notes"), ("APPEARANCE", "intro")]


@pytest.mark.skipif(not REAL.exists(), reason="the real postings are not beside this tree")
def test_real_postings_are_read_within_the_expected_bands() -> None:
    """Aggregate sanity over 788 real postings; takes a few seconds, because all of them are read."""
    counts: Counter[str] = Counter()
    with REAL.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            found = label_posting(row["title"], row["benefits"], row["description"])
            assert all(row[hit.field][hit.span[0] : hit.span[1]] == hit.text for hit in found)
            counts.update({hit.label for hit in found})
    bands = {"AGE": (52, 60), "APPEARANCE": (42, 49), "CONTACT": (45, 51), "PLACEHOLDER": (14, 20)}
    outside = [label for label, (low, high) in bands.items() if not low <= counts[label] <= high]
    assert outside == [], counts
    assert all(counts[label] <= 10 for label in LABELS if label not in bands), counts


def test_an_article_about_the_office_is_clean() -> None:
    text = (
        "我们为求职者免费提供职业介绍、职业指导和政策咨询，不收取任何费用。"
        "办理时间为工作日9:00-17:00，请携带身份证和户口簿。欢迎各类企业入驻，"
        "招聘信息不得含有性别、年龄、民族、宗教信仰、户籍等歧视性内容，不得收取押金、保证金。"
    )
    assert find(text) == []
