"""A warning speaks the language of the house, whatever language whoever causes it has asked for."""

from __future__ import annotations

import pytest
from flask import current_app
from sqlalchemy import select

from app.gateways.messengers import Letter
from app.models.dispatch import Dispatch
from app.review import dispatch
from app.review.dispatch_words import ASKED_FOR, WORDS, blanks

PHONE = "13800001111"
FACTS = {
    "account": "a", "phone": "12333", "code": "123456", "minutes": "5", "kind": "x", "link": "https://x", "purpose": "p",
    "site": "s", "time": "t", "receipt_no": "1", "why": "w", "unit": "u", "kept": "k", "closed": "c",
}  # fmt: skip


class Gateway:
    name = "outbox"

    def __init__(self) -> None:
        self.taken: list[Letter] = []

    def send(self, letter: Letter) -> None:
        self.taken.append(letter)


def sent(session, template: str) -> Dispatch:
    with current_app.test_request_context("/?lang=en", headers={"Accept-Language": "en"}):
        dispatch.send(session, "sms", PHONE, template, FACTS)
        session.commit()
    return session.scalars(select(Dispatch).where(Dispatch.template == template)).one()


@pytest.mark.parametrize("template", sorted(WORDS))
def test_only_what_was_asked_for_speaks_the_language_of_the_page(session, template):
    row = sent(session, template)
    english = template in ASKED_FOR
    assert row.text.startswith("[Gongjiu]" if english else "【公就】"), row.text
    assert row.subject.isascii() is english
    assert row.blanked.startswith("[Gongjiu]" if english else "【公就】")


def test_nothing_that_was_asked_for_is_a_warning():
    assert set(WORDS) >= ASKED_FOR
    assert not [name for name in ASKED_FOR if "phone" in blanks(name)]


def test_a_letter_brings_what_fills_the_chinese_text_as_well(session):
    sent(session, "code")
    sent(session, "password_changed")
    gateway = Gateway()
    dispatch.deliver(session, {"sms": gateway})
    code, warning = gateway.taken
    assert (code.language, code.params, code.home) == ("en", ("123456", "5"), ("123456", "5"))
    assert (warning.language, warning.params, warning.home) == ("zh", ("a", "12333"), ("a", "12333"))
