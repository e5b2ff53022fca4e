"""Labels of postings' texts (posting_labels.md; standards.md J04-J16): what is seen, what is left alone."""

from __future__ import annotations

import pytest

from app.rules.language import LABELS, find, label_posting
from tests.rules.language_cases import FLAG, LEAVE, ORDINARY


@pytest.mark.parametrize(("label", "text"), [(label, t) for label, texts in FLAG.items() for t in texts])
def test_a_text_with_the_fault_is_labelled(label: str, text: str) -> None:
    assert any(hit.label == label for hit in find(text)), text


@pytest.mark.parametrize(("label", "text"), [(label, t) for label, texts in LEAVE.items() for t in texts])
def test_an_ordinary_text_is_left_alone(label: str, text: str) -> None:
    assert [hit.text for hit in find(text) if hit.label == label] == [], text


@pytest.mark.parametrize("text", ORDINARY)
def test_an_everyday_posting_has_no_label(text: str) -> None:
    assert label_posting("客服专员", "五险一金 周末双休 女神节福利", text) == [], text


def test_every_label_has_its_cases() -> None:
    assert set(FLAG) == set(LEAVE) == set(LABELS)
    assert all(len(FLAG[label]) >= 25 and len(LEAVE[label]) >= 15 for label in LABELS)
