"""A row outside the scope does not exist: on every path, for every verb (screens.md 2, traps 1 and 3)."""

from __future__ import annotations

import re

import pytest

from app.models.positions import Posting
from app.models.reference import MinimumWage
from tests.views.people import browser, handler, posting, unit


@pytest.fixture
def foreign(app, session):
    """My browser, and a live posting of somebody else."""
    own, other = unit(session), unit(session)
    return handler(app, session, own), posting(session, other, title="别家职位")


@pytest.mark.parametrize("path", ["show/{}", "edit/{}", "move/take_down/{}", "move/set_validity/{}", "move/delete/{}"])
def test_reading_another_units_row_answers_404(foreign, path):
    mine, row = foreign
    assert mine.get("/postingview/" + path.format(row.id)).status_code == 404


@pytest.mark.parametrize("path", ["edit/{}", "move/take_down/{}", "move/delete/{}"])
def test_writing_another_units_row_answers_404_and_changes_nothing(foreign, session, path):
    mine, row = foreign
    answer = mine.post("/postingview/" + path.format(row.id), {"version": "1", "title": "改掉", "reason_text": "x"})
    assert answer.status_code == 404
    session.expire_all()
    assert (row.title, row.status, row.version) == ("别家职位", "live", 1)


def test_a_batch_leaves_foreign_rows_alone_and_says_so(foreign, session):
    mine, row = foreign
    page = mine.post("/postingview/moves?lang=en", {"move": "take_down", "row": [f"{row.id}:1"], "sure": "1"}).text
    assert "not in your area" in page
    assert "别家职位" not in page
    session.expire_all()
    assert row.status == "live"


def test_verdicts_are_no_moves_and_unknown_moves_are_404(foreign, session):
    mine, _row = foreign
    own = posting(session, session.get_one(Posting, _row.id).unit)
    assert mine.post(f"/postingview/move/approve/{own.id}", {"version": "1"}).status_code == 403
    assert mine.post(f"/postingview/move/nonsense/{own.id}", {"version": "1"}).status_code == 404


def test_a_get_never_moves(app, session):
    own = unit(session)
    row, mine = posting(session, own), handler(app, session, own)
    assert mine.get(f"/postingview/move/take_down/{row.id}").status_code == 200
    assert mine.get(f"/postingview/delete/{row.id}").status_code == 405
    session.expire_all()
    assert row.status == "live"


def test_the_picker_offers_only_what_may_be_picked(app, session):
    own, other = unit(session, region="310120"), unit(session, region="440205")
    mine = browser(app, session, "reviewer", region_code="310000")
    names = {row["text"] for row in mine.get(f"/unitmediumview/related/unit?q={other.name}").json}
    assert other.name not in names
    assert own.name in {row["text"] for row in mine.get(f"/unitmediumview/related/unit?q={own.name}").json}
    assert mine.get("/unitmediumview/related/file").status_code == 404
    assert mine.get("/unitmediumview/related/created_by_id").status_code == 404


def test_the_picker_gives_at_most_twenty(app, session):
    mine = browser(app, session, "lead", region_code="440000")
    assert len(mine.get("/minimumwageview/related/region?q=").json) == 20


@pytest.mark.parametrize("region", ["999999", "31", "x' OR 1=1", ""])
def test_a_sent_key_that_was_not_on_offer_is_refused(app, session, region):
    mine = browser(app, session, "lead", region_code="310000")
    sent = {"region": region, "monthly": "2690", "hourly": "2400", "valid_from": "2026-07-01", "source": "sample"}
    answer = mine.post("/minimumwageview/add", sent)
    assert answer.status_code == 422
    assert 'href="#region"' in answer.text
    assert 'value="2690"' in answer.text
    assert session.query(MinimumWage).filter_by(monthly=2690).count() == 0


def test_a_pseudo_division_cannot_be_picked(app, session):
    mine = browser(app, session, "lead", region_code="310000")
    answer = mine.get("/minimumwageview/related/region?q=市辖区")
    assert not [row for row in answer.json if row["text"].endswith("市辖区")]


def test_a_role_without_the_permission_is_refused(app, session):
    mine = browser(app, session, "seeker")
    assert mine.get("/dictitemview/list/").status_code == 403
    assert mine.get("/dictitemview/related/dict_code").status_code == 403
    assert mine.post("/dictitemview/add", {"code": "x"}).status_code == 403


def test_nobody_is_sent_to_the_login_and_back(app):
    answer = app.test_client().get("/postingview/list/?q=a")
    assert answer.status_code == 302
    assert re.match(r"/login/\?next=", answer.location)
