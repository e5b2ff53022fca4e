"""My QR code (TJ-65): read by the staff within a minute, once; what is old, used or made up is refused."""

from __future__ import annotations

import io
import re
import time
from html import unescape

import pytest
import segno
from sqlalchemy import select

from app.models.accounts import Person
from app.models.merging import PersonalCodeUse
from app.models.review import ReviewEvent
from app.models.sessions import LoginSession
from app.review import personal_codes
from tests.review.samples import resident_id
from tests.views.people import browser


@pytest.fixture
def seeker(app, session):
    somebody = browser(app, session, "seeker")
    person = Person(account_id=somebody.account_id, real_name="欧阳测试", identity_level=2)
    person.set_id_number(resident_id(871))
    person.set_phone("13899990000")
    session.add(person)
    session.commit()
    return somebody


@pytest.fixture
def staff(app, session):
    return browser(app, session, "reviewer", region_code="310000")


def shown(seeker) -> str:
    return unescape(re.search(r"<code[^>]*>(.*?)</code>", seeker.get("/my-code/").text)[1])


def test_the_staff_sees_the_masked_person(session, seeker, staff):
    answer = staff.post("/scan/", {"code": shown(seeker)})
    assert answer.status_code == 200
    assert "欧阳**" in answer.text and "138****0000" in answer.text
    assert "欧阳测试" not in answer.text and resident_id(871) not in answer.text and "13899990000" not in answer.text
    event = session.scalars(select(ReviewEvent).where(ReviewEvent.action == "code_read")).one()
    assert (event.subject_id, event.actor_id) == (seeker.account_id, staff.account_id)


def test_a_code_left_on_the_screen_does_not_keep_the_session_alive(session, seeker):
    seeker.idled(session, minutes=10)
    seen = select(LoginSession.seen_at).where(LoginSession.account_id == seeker.account_id)
    ago = session.scalar(seen)
    assert seeker.get("/my-code/picture").status_code == 200
    assert seeker.get("/messageview/list/", **{"X-Poll": "1"}).status_code == 200
    assert session.scalar(seen) == ago
    seeker.get("/my-code/")
    assert session.scalar(seen) > ago


def test_a_picture_of_the_code_is_read_as_well(seeker, staff):
    picture = io.BytesIO()
    segno.make(shown(seeker), error="m").save(picture, kind="png", scale=6, border=4)
    picture.seek(0)
    answer = staff.post("/scan/", {"picture": (picture, "code.png")}, content_type="multipart/form-data")
    assert answer.status_code == 200 and "欧阳**" in answer.text


def test_a_code_is_read_once_by_whoever(app, session, seeker, staff):
    code = shown(seeker)
    assert staff.post("/scan/", {"code": code}).status_code == 200
    other = browser(app, session, "operator")
    assert [one.post("/scan/", {"code": code}).status_code for one in (staff, other)] == [409, 409]
    assert len(session.scalars(select(PersonalCodeUse)).all()) == 1


def test_a_code_is_over_after_a_minute(monkeypatch, seeker, staff):
    code, now = shown(seeker), time.time()
    monkeypatch.setattr(personal_codes.time, "time", lambda: now + 62)
    answer = staff.post("/scan/", {"code": code})
    assert answer.status_code == 422 and "欧阳" not in answer.text


def test_what_is_made_up_or_changed_says_nothing(seeker, staff):
    code = shown(seeker)
    changed = code[:-3] + ("AAA" if code[-3:] != "AAA" else "BBB")
    for text in (
        "",
        "https://example.cn",
        personal_codes.PREFIX,
        f"{personal_codes.PREFIX}v1:x:y:z",
        changed,
        "x" * 900,
    ):
        assert staff.post("/scan/", {"code": text}).status_code == 422


def test_a_code_tells_nobody_whose_it_is_and_differs_each_time(seeker):
    first, second = shown(seeker), shown(seeker)
    assert first != second and str(seeker.account_id) not in re.split(r"[:.]", first)
    page = seeker.get("/my-code/")
    assert page.headers["Cache-Control"] == "no-store" and "/my-code/picture" in page.text


def test_only_the_staff_reads(seeker, staff):
    assert seeker.get("/scan/").status_code == 403
    assert staff.get("/my-code/").status_code == 403


def test_an_account_that_was_switched_off_has_no_code_any_more(session, seeker, staff):
    code = shown(seeker)
    session.get_one(Person, seeker.account_id).account.active = False
    session.commit()
    assert staff.post("/scan/", {"code": code}).status_code == 422
