"""What holds of any evidence, however broken: no crash, words never refuse, order, places inside the text."""

from __future__ import annotations

import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.rules.checks import FAMILIES, run
from app.rules.findings import RANK, Finding, Severity
from tests.rules.checks.makers import GOOD, POSTING, TODAY
from tests.rules.checks.test_complete import LETTER, TABLE

WORDS_ONLY = {"U16", "I09", "G07", "G08", "G09", "G11", "G13", "G14", "J22", "J23"} | {
    f"J{n:02d}" for n in range(5, 17)
}
KEYS = sorted(
    {key for evidence, facts in GOOD.values() for key in (*evidence, *facts)} | {"agency", "approved", "poster"}
)
PHRASES = st.sampled_from(
    [
        "限男性",
        "35岁以下",
        "已婚已育",
        "限汉族",
        "乙肝",
        "沪籍优先",
        "押金500元",
        "轻松月入过万",
        "加微信abc12345",
        "13812345678",
        "985、211",
        "996",
        "高空作业",
        "16周岁以上",
        "缅北高薪",
        "不收押金",
        "男女不限",
        "仅限***",
        "https://a.cn/x",
        "每天12小时",
        "夜班",
        "最佳",
        "刷单",
        " ",
        "\u200b",
        "，",
        "\n",
        "𠮷",
        "Ａ",
    ]
)
TEXTS = st.lists(PHRASES | st.text(max_size=8), max_size=12).map("".join)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.decimals()
    | TEXTS
    | st.dates()
    | st.datetimes()
    | st.binary(max_size=4)
    | st.sampled_from(
        [
            "2026-11-20",
            "2026-13-40",
            "9999-12-31",
            "0001-01-01",
            "12.50",
            "1e400",
            "-1",
            "",
            "approved",
            "image",
            "video",
        ]
    )
)
ROWS = st.dictionaries(
    st.sampled_from(
        [
            "slot",
            "id",
            "file_id",
            "name",
            "mime",
            "size",
            "width",
            "height",
            "codes",
            "seconds",
            "relation",
            "subject",
            "status",
            "sha256",
            "title",
            "monthly",
            "hourly",
            "p95",
        ]
    ),
    SCALARS,
    max_size=5,
)
VALUES = SCALARS | st.lists(SCALARS | ROWS, max_size=3) | ROWS
BROKEN = st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=25)
KINDS = st.sampled_from(sorted(FAMILIES))


def _well_formed(kind: str, evidence: dict[str, Any], found: list[Finding]) -> None:
    assert {f.code for f in found} == {check.code for check in FAMILIES[kind]}
    assert [(RANK[f.severity], f.code) for f in found] == sorted((RANK[f.severity], f.code) for f in found)
    for finding in found:
        if finding.severity is not Severity.OK:
            assert LETTER[finding.severity] in TABLE[finding.code], finding
        if finding.code in WORDS_ONLY or finding.span:
            assert finding.severity is not Severity.BLOCK
        if finding.span:
            start, end = finding.span
            assert 0 <= start < end <= len(evidence[finding.field])
            assert evidence[finding.field][start:end] == finding.evidence
        finding.as_dict()


@pytest.mark.slow
@settings(max_examples=300, deadline=None)
@given(KINDS, BROKEN, BROKEN)
def test_broken_evidence_and_facts_never_crash_a_family(
    kind: str, evidence: dict[str, Any], facts: dict[str, Any]
) -> None:
    """Slow by purpose: hundreds of examples over eight families."""
    _well_formed(kind, evidence, run(kind, evidence, facts))


@settings(max_examples=200, deadline=None)
@given(KINDS, st.data())
def test_good_evidence_with_one_broken_value_never_crashes_a_family(kind: str, data: st.DataObject) -> None:
    evidence, facts = dict(GOOD[kind][0]), dict(GOOD[kind][1])
    for values in (evidence, facts):
        values[data.draw(st.sampled_from(sorted(values)))] = data.draw(VALUES)
    _well_formed(kind, evidence, run(kind, evidence, facts))


@settings(max_examples=150, deadline=None)
@given(TEXTS, TEXTS, TEXTS)
def test_words_alone_never_refuse_a_posting(title: str, requirements: str, benefits: str) -> None:
    evidence = POSTING | {
        "title": title + "工程师",
        "requirements": requirements + "机械",
        "benefits": benefits,
    }
    found = run("posting", evidence, GOOD["posting"][1])
    _well_formed("posting", evidence, found)
    assert not [f for f in found if f.severity is Severity.BLOCK]


@pytest.mark.parametrize("kind", sorted(FAMILIES))
def test_nothing_known_is_no_crash_and_no_false_green_of_the_people(kind: str) -> None:
    _well_formed(kind, {}, run(kind, {}, {}))


def test_the_findings_are_the_same_every_time() -> None:
    evidence = POSTING | {"requirements": "限男性，35岁以下，沪籍优先，加微信abc12345", "valid_until": None}
    assert run("posting", evidence, {"today": TODAY}) == run("posting", evidence, {"today": TODAY})


@pytest.mark.slow
def test_a_text_of_a_hundred_thousand_characters_is_read_in_seconds_and_reported_in_few_lines() -> None:
    """Slow by purpose: the longest text anybody can send, full of hits."""
    huge = "要求限男性，35岁以下，押金500元，加微信abc12345，高空作业。" * 3000
    began = time.process_time()
    found = run("posting", POSTING | {"description": huge}, {"today": TODAY})
    assert time.process_time() - began < 20
    assert len(found) < 120
    _well_formed("posting", POSTING | {"description": huge}, found)
