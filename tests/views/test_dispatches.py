"""The outbox screen: targets masked, secrets blanked, dead letters tried again by hand."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.models.dispatch import Dispatch
from app.review import dispatch
from app.views import dispatches
from tests.views.people import browser


@pytest.fixture
def letter(session) -> Dispatch:
    dispatch.send(session, "sms", "13800001111", "code", {"code": "271828", "minutes": "5"})
    session.commit()
    return session.scalars(select(Dispatch)).one()


@pytest.mark.parametrize("role", ["operator", "sysadmin"])
def test_the_phone_is_masked_and_the_code_blanked(app, session, letter, role):
    who = browser(app, session, role)
    for path in ("/dispatchview/list/", f"/dispatchview/show/{letter.id}"):
        page = who.get(path).text
        assert "138****1111" in page and "13800001111" not in page
        assert "271828" not in page and dispatch.BLANK in page


def test_in_a_demonstration_on_the_own_machine_the_code_can_be_read(app, session, letter, monkeypatch):
    monkeypatch.setitem(app.config, "DEMO", True)
    who = browser(app, session, "operator")
    assert "271828" in who.get("/dispatchview/list/").text
    monkeypatch.setitem(app.config, "HOST", "192.0.2.1")
    assert not dispatches.keeps_secrets()
    assert "271828" not in who.get("/dispatchview/list/").text


@pytest.mark.parametrize("role", ["secadmin", "auditor", "student", "seeker"])
def test_nobody_else_sees_it(app, session, letter, role):
    who = browser(app, session, role)
    assert who.get("/dispatchview/list/").status_code == 403
    assert who.get(f"/dispatchview/show/{letter.id}").status_code == 403


def test_a_dead_letter_is_queued_again_as_long_as_its_words_are_there(app, session, letter):
    who = browser(app, session, "operator")
    assert "/move/send_again" not in who.get(f"/dispatchview/show/{letter.id}").text
    letter.state = "dead"
    session.commit()
    assert "/move/send_again" in who.get(f"/dispatchview/show/{letter.id}").text
    assert who.post(f"/dispatchview/move/send_again/{letter.id}").status_code == 302
    assert session.scalar(select(Dispatch.state)) == "queued"
    letter.state, letter.text = "dead", None
    session.commit()
    assert who.post(f"/dispatchview/move/send_again/{letter.id}").status_code == 409
    assert session.scalar(select(Dispatch.state)) == "dead"


def test_the_job_sends_what_waits(app, session, letter):
    assert app.extensions["run_job"]("send_dispatches") == 1
    session.expire_all()
    assert (letter.state, letter.via, letter.text) == ("sent", "outbox", None)
