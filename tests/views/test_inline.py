"""One cell of a list is edited in its place: declared columns, the form's own checks, the one door, the version seen."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from app.models.positions import Posting
from app.models.reference import DictItem
from tests.views.people import browser, handler, posting, unit


@pytest.fixture
def draft(session):
    return posting(session, unit(session), title="焊工", status="draft", valid_until="2027-01-10")


@pytest.fixture
def clerk(app, session, draft):
    return handler(app, session, draft.unit)


def at(row: Posting, column: str = "headcount") -> str:
    return f"/postingview/cell/{row.id}/{column}"


def test_the_list_names_the_cells_and_the_rows_that_may_be_edited(clerk, session, draft):
    posting(session, draft.unit, title="已发布")
    page = clerk.get("/postingview/list/").text
    assert 'data-cells="headcount education valid_until"' in page
    assert page.count('data-edit="here"') == 1, "what is live waits for review: the form says so, a cell could not"


def test_a_cell_is_stored_and_the_row_comes_back(clerk, session, draft):
    field = clerk.get(at(draft)).text
    assert 'name="headcount"' in field
    assert "title" not in re.findall(r'name="(\w+)"', field)
    answer = clerk.post(at(draft), {"headcount": "7", "version": "1"})
    assert (answer.status_code, answer.headers["X-Row"]) == (200, "saved")
    assert f'value="{draft.id}:2"' in answer.text, "the next change knows the new version"
    session.expire_all()
    assert (draft.headcount, draft.title, draft.version) == (7, "焊工", 2)
    assert "g-note ok" not in clerk.get("/postingview/list/").text, "nothing is said again later"


@pytest.mark.parametrize("wrong", ["", "x", "0", "-1", "99999999999"])
def test_the_form_checks_it_and_says_so_in_place(clerk, session, draft, wrong):
    answer = clerk.post(f"{at(draft)}?lang=en", {"headcount": wrong, "version": "1"})
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert f'value="{wrong}"' in answer.text, "what was typed stays"
    session.expire_all()
    assert (draft.headcount, draft.version) == (1, 1)


def test_a_version_that_is_over_is_a_conflict_and_shows_both(clerk, session, draft):
    clerk.post(at(draft), {"headcount": "7", "version": "1"})
    answer = clerk.post(f"{at(draft)}?lang=en", {"headcount": "9", "version": "1"})
    assert answer.status_code == 409
    assert "Stored meanwhile: 7" in answer.text
    version = re.search(r'name="version" value="(\d+)"', answer.text)[1]
    assert clerk.post(at(draft), {"headcount": "9", "version": version}).status_code == 200
    session.expire_all()
    assert draft.headcount == 9


@pytest.mark.parametrize("column", ["title", "status", "unit", "version", "id", "nothing", "description"])
def test_only_declared_columns(clerk, session, draft, column):
    assert clerk.get(at(draft, column)).status_code == 404
    assert clerk.post(at(draft, column), {column: "live", "version": "1"}).status_code == 404


def test_other_fields_sent_along_are_not_written(clerk, session, draft):
    clerk.post(at(draft), {"headcount": "2", "title": "改掉", "status": "live", "version": "1"})
    session.expire_all()
    assert (draft.title, draft.status) == ("焊工", "draft")


def test_what_is_live_is_edited_in_its_form(clerk, session, draft):
    shown = posting(session, draft.unit, title="已发布")
    assert clerk.post(at(shown), {"headcount": "5", "version": "1"}).status_code == 409
    session.expire_all()
    assert (shown.headcount, shown.edit_state) == (1, "")


def test_scope_permission_and_token(app, session, clerk, draft):
    stranger = handler(app, session, unit(session))
    assert stranger.post(at(draft), {"headcount": "5", "version": "1"}).status_code == 404
    seeker = browser(app, session, "seeker")
    assert seeker.post(at(draft), {"headcount": "5", "version": "1"}).status_code == 403
    assert clerk.client.post(at(draft), data={"headcount": "5", "version": "1"}).status_code == 400
    session.expire_all()
    assert draft.headcount == 1


def test_reference_data_too(app, session):
    keeper = browser(app, session, "sysadmin")
    item = session.scalars(select(DictItem).where(DictItem.dict_code == "benefit").limit(1)).one()
    path = f"/dictitemview/cell/{item.id}/"
    version = re.search(r'name="version" value="([^"]*)"', keeper.get(f"{path}active").text)[1]
    assert keeper.post(f"{path}active", {"version": version}).status_code == 200, "an empty box is a no"
    session.expire_all()
    assert item.active is False
    assert item.name_zh
