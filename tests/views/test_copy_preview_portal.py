"""Copy and preview of postings (GD-42, GD-43), postings for a school (HL-22), agreement and phone of gigs (TJ-31, TJ-33)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.models.gigs import GigOffer
from app.models.positions import Posting
from app.models.schools import School
from app.rules.dates import now, today
from tests.views import people


@pytest.fixture
def unit(session):
    return people.unit(session)


def test_a_copy_lands_among_the_drafts_with_its_own_life(app, session, unit):
    mine = people.handler(app, session, unit)
    row = people.posting(session, unit, description="负责仓库货物的收发、登记与盘点。", pay_min=5000, pay_max=6000,
                         valid_until=today() - timedelta(days=1))  # fmt: skip
    answer = mine.post(f"/postingview/copy/{row.id}")
    assert answer.status_code == 302 and "/postingview/edit/" in answer.headers["Location"]
    session.expire_all()
    copy = session.scalars(select(Posting).where(Posting.id != row.id, Posting.unit_id == unit.id)).one()
    assert (copy.status, copy.source, copy.title, copy.pay_max, copy.valid_until) == (
        "draft",
        "copy",
        "演示职位",
        6000,
        None,
    )
    assert session.get(Posting, row.id).status == "live"


def test_nobody_copies_or_previews_anothers_posting(app, session, unit):
    other = people.posting(session, people.unit(session))
    mine = people.handler(app, session, unit)
    assert mine.post(f"/postingview/copy/{other.id}").status_code == 404
    assert mine.get(f"/postingview/preview/{other.id}").status_code == 404


def test_a_preview_shows_the_public_page_and_makes_nothing_public(app, session, unit):
    mine = people.handler(app, session, unit)
    row = people.posting(session, unit, status="draft", title="预览职位", description="负责仓库货物的收发与盘点。")
    page = mine.get(f"/postingview/preview/{row.id}")
    assert page.status_code == 200 and "预览职位" in page.text
    assert app.test_client().get(f"/portal/postings/{row.id}").status_code == 404


def test_a_school_lists_what_was_sent_to_it_and_is_live(app, session, unit):
    school = session.scalars(select(School).limit(1)).one()
    sent = people.posting(session, unit, title="面向本校职位")
    sent.schools = [school]
    waiting = people.posting(session, unit, title="尚未公开职位", status="pending")
    waiting.schools = [school]
    people.posting(session, unit, title="与本校无关职位")
    session.commit()
    page = people.browser(app, session, "school_admin", school_id=school.id).get("/postingview/list/").text
    assert "面向本校职位" in page
    assert "尚未公开职位" not in page and "与本校无关职位" not in page


def test_the_public_page_of_a_school_shows_what_was_sent_to_it(app, session, unit, statements):
    """HL-22: live postings for this school, newest first; whoever reads a posting is led there."""
    school, other = session.scalars(select(School).order_by(School.id).limit(2)).all()
    sent = people.posting(session, unit, title="电焊工甲")
    sent.schools = [school]
    waiting = people.posting(session, unit, title="电焊工乙", status="pending")
    waiting.schools = [school]
    theirs = people.posting(session, unit, title="电焊工丙")
    theirs.schools = [other]
    session.commit()
    anybody = app.test_client()
    anybody.get(f"/portal/schools/{school.code}")
    statements.clear()
    page = anybody.get(f"/portal/schools/{school.code}").text
    assert len(statements) <= 8
    assert school.name in page and "电焊工甲" in page
    assert "电焊工乙" not in page and "电焊工丙" not in page
    assert "电焊工甲" not in anybody.get(f"/portal/schools/{school.code}?q=无此职位").text
    assert f'href="/portal/schools/{school.code}"' in anybody.get(f"/portal/postings/{sent.id}").text
    assert anybody.get("/portal/schools/nothing").status_code == 404


def gig(session, poster: int, **more) -> GigOffer:
    row = GigOffer(
        **{
            "type_code": "loading", "title": "装卸两车", "start_at": now() + timedelta(days=2), "headcount": 2, "region_code": "310120",
            "address": "演示路", "mode": "onsite", "pay_amount": 200, "pay_unit": "day", "quantity": 2, "quantity_unit": "day",
            "phone": "19900001234", "valid_until": today() + timedelta(days=3), "agreed": True, "poster_id": poster, "status": "live",
            "version": 1, "edit_state": "",
        }
        | more
    )  # fmt: skip
    session.add(row)
    session.commit()
    return row


def test_a_phone_is_shown_only_when_switched_on_and_only_after_login(app, session):
    seeker = people.browser(app, session, "seeker")
    shown, hidden = gig(session, seeker.account_id, phone_public=True), gig(session, seeker.account_id)
    outside = app.test_client()
    for row in (shown, hidden):
        assert "19900001234" not in outside.get(f"/portal/gigs/{row.id}").text
    assert "19900001234" in seeker.get(f"/portal/gigs/{shown.id}").text
    assert "19900001234" not in seeker.get(f"/portal/gigs/{hidden.id}").text


def test_the_agreement_can_be_read_where_it_is_ticked(app, session):
    seeker = people.browser(app, session, "seeker")
    assert "/portal/agreement" in seeker.get("/gigofferview/add").text
    page = app.test_client().get("/portal/agreement")
    assert page.status_code == 200 and "2026-11" in page.text
