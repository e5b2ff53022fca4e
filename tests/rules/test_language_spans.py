"""Normalising and the way back: hits point into the original, gaps do not hide a word, time is linear."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.rules.language import LABELS, TOPICS, find, topic
from app.rules.language.normal import read

GAPS = (" ", "\u3000", "\u200b", "-", "·", "\ufeff", "_")
WORDS = (
    ("GENDER", "限男性"),
    ("GENDER", "女士优先"),
    ("AGE", "三十五岁以下"),
    ("MARITAL", "已婚已育优先"),
    ("ORIGIN", "上海户籍优先"),
    ("HEALTH", "无传染病史"),
    ("APPEARANCE", "五官端正"),
    ("APPEARANCE", "形象气质佳"),
    ("FEE", "服装押金"),
    ("LURE", "轻松月入过万"),
    ("OVERTIME", "全月无休"),
)
ANY = st.text(st.characters(codec=None, exclude_categories=()), max_size=80)
LIKELY = st.text(
    st.sampled_from("限男女年龄岁以下3518-婚育户籍无病形象好微信：v1380押金月休轻松过万*不 \n，。、（）优先"),
    max_size=60,
)


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("大专，形象气质佳。", (3, 8)),
        ("要求 五\u200b官 端 正，会Ｅｘｃｅｌ", (3, 10)),
        ("㈱ ２５－３５岁", (2, 8)),
        ("👩‍👩‍👧 限 男 性", (6, 11)),
    ],
)
def test_a_span_points_into_the_original(text: str, span: tuple[int, int]) -> None:
    assert [hit.span for hit in find(text)] == [span]


def test_homophones_are_folded_and_point_back() -> None:
    text = "有意者加薇✨信或➕ＶＸ：abc_123，扣扣 12345678"
    found = [hit for hit in find(text) if hit.label == "CONTACT"]
    assert "加微信:abc_123" in read(text).light.text
    assert [text[a:b] for a, b in (hit.span for hit in found)] == [hit.text for hit in found]
    assert any("扣扣 12345678" in hit.text for hit in found)


@given(st.one_of(ANY, LIKELY))
@settings(max_examples=400, deadline=None)
def test_spans_hold_whatever_the_text(text: str) -> None:
    reading = read(text)
    for view in (reading.light, reading.tight):
        assert len(view.text) == len(view.starts) == len(view.ends)
        assert all(0 <= a < b <= len(text) for a, b in zip(view.starts, view.ends, strict=True))
        assert list(view.starts) == sorted(view.starts)
    for hit in find(text, "description"):
        start, end = hit.span
        assert 0 <= start < end <= len(text)
        assert hit.text == text[start:end]
        assert hit.label in LABELS
        assert hit.field == "description"


@given(st.one_of(ANY, LIKELY))
@settings(max_examples=100, deadline=None)
def test_topics_never_fail(text: str) -> None:
    for name in TOPICS:
        assert all(hit.text == text[hit.span[0] : hit.span[1]] for hit in topic(name, text))


@given(LIKELY)
@settings(max_examples=150, deadline=None)
def test_hits_of_a_label_come_in_order_and_do_not_overlap(text: str) -> None:
    for label in LABELS:
        spans = [hit.span for hit in find(text, labels=[label])]
        assert all(a[1] <= b[0] for a, b in pairwise(spans))


@pytest.mark.parametrize(("label", "word"), WORDS)
@given(data=st.data())
@settings(max_examples=25, deadline=None)
def test_gaps_do_not_hide_a_word(label: str, word: str, data: st.DataObject) -> None:
    gaps = data.draw(st.lists(st.sampled_from(("", *GAPS)), min_size=len(word), max_size=len(word)))
    spaced = "".join(c + gap for c, gap in zip(word, gaps, strict=True)).rstrip("-·_")
    text = f"大专以上学历，{spaced}，能吃苦"
    found = find(text, labels=[label])
    assert found, text
    assert read(found[0].text).tight.text.replace(" ", "")[:2] in read(word).tight.text


@given(st.sampled_from(["不收押金", "男女不限", "不限户籍", "无需缴纳费用", "户籍不限", "免押金"]), st.data())
@settings(max_examples=60, deadline=None)
def test_gaps_do_not_hide_a_negation(words: str, data: st.DataObject) -> None:
    gaps = data.draw(st.sampled_from(("", " ", "\u200b")))
    assert find(gaps.join(words), labels=["FEE", "GENDER", "ORIGIN"]) == []


@pytest.mark.parametrize(
    "piece",
    ["年龄25-35岁，形象好，微信abc1234；", "男", "*** ", "13800000000 ", "形象、气质", "a@", "入职需交"],
)
def test_a_hundred_thousand_characters_take_about_a_second(piece: str) -> None:
    """Linear: ten times the text takes about ten times as long. Slow, because the long text is the case."""
    short, long = (_seconds((piece * size)[:size]) for size in (10_000, 100_000))
    assert long < 3
    assert long < 40 * max(short, 0.01)


def _seconds(text: str) -> float:
    start = time.process_time()
    find(text)
    return time.process_time() - start


def test_only_the_labels_asked_for() -> None:
    text = "女士优先，35岁以下，形象好"
    assert {hit.label for hit in find(text)} == {"GENDER", "AGE", "APPEARANCE"}
    assert {hit.label for hit in find(text, labels=["AGE"])} == {"AGE"}
    assert find("") == []
