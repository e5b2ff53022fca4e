"""What a form keeps in the browser until it is saved, what it never keeps, and what its reset brings back (TJ-19)."""

from __future__ import annotations

import json
import re
from time import time

import pytest

from app import registry
from app.models.base import vault
from app.models.positions import Posting
from app.models.units import Unit
from app.views import drafts, proven_code
from tests.views.people import browser, handler, posting, unit

FORMS = [e.view for e in registry.MENU if getattr(e.view, "kind", "")]
# Words in names of columns that speak of a person: whoever adds such a column marks it, or seals it.
PERSONS = re.compile(
    r"phone|mobile|mail|contact_name|legal_rep|real_name|id_number|document_no|birth|born|bank|password"
)
DUTIES = "负责设备操作与日常保养，按工艺要求完成生产任务，遵守安全规程。"
GOOD = {"title": "装配工", "headcount": "3", "region": "310120", "description": DUTIES}


@pytest.fixture
def own(session):
    return unit(session)


@pytest.fixture
def mine(app, session, own):
    return handler(app, session, own)


def apart(page: str) -> set[str]:
    return set(re.search(r'data-draft-apart="([^"]*)"', page)[1].split())


def forgotten(answer) -> str:
    found = re.search(r"gj-saved=([^;]*)", " ".join(answer.headers.getlist("Set-Cookie")))
    return found[1] if found else ""


def reset(page: str) -> str:
    return re.search(r'<a class="btn btn-text" href="([^"]+)" data-reset', page)[1]


# -- kept until it is saved -------------------------------------------------------------------------


def test_personal_fields_never_wait_in_a_browser(app, session, mine):
    assert apart(mine.get("/gigofferview/add").text) == {"phone"}
    own = unit(session)
    own.status = "draft"
    session.commit()
    owner = browser(app, session, "unit_owner", unit_id=own.id)
    with owner.client.session_transaction() as kept_in:
        kept_in[proven_code.PLACE] = vault().seal(
            json.dumps([int(time()), str(owner.account_id), ""]), proven_code.PLACE
        )
    assert apart(owner.get("/unitview/add").text) == {"legal_rep"}
    second = owner.get(f"/unitview/edit/{own.id}?part=2").text
    assert apart(second) == {"contact_phone", "contact_name", "contact_email"}
    assert apart(mine.get("/postingview/add").text) == set()


@pytest.mark.parametrize("view", FORMS, ids=lambda v: v.__name__)
def test_no_column_that_names_a_person_is_kept(app, view):
    screen = next(v for v in app.extensions["appbuilder"].baseviews if type(v) is view)
    columns = {*screen.add_columns, *screen.edit_columns} - {"files", "file"}
    assert [
        n for n in columns if PERSONS.search(n) and not n.endswith("_public") and not drafts.personal(screen, n)
    ] == []


def test_each_account_and_each_row_has_a_draft_of_its_own(app, session, mine, own):
    row = posting(session, own, status="draft")
    other = handler(app, session, own)
    names = [
        re.search(r'data-draft-key="([^"]+)"', who.get(path).text)[1]
        for who in (mine, other)
        for path in ("/postingview/add", f"/postingview/edit/{row.id}", "/gigofferview/add")
    ]
    assert len(set(names)) == 6
    assert names[0] == f"{mine.account_id}:PostingView:new"


def test_the_browser_forgets_what_is_stored_and_nothing_else(mine, session):
    name = f"{mine.account_id}%3APostingView%3Anew"
    wrong = mine.post("/postingview/add", GOOD | {"headcount": "viele", "then": "save"})
    assert (wrong.status_code, forgotten(wrong)) == (422, "")
    blocked = mine.post("/postingview/add", GOOD | {"description": "", "then": "submit"})
    assert (blocked.status_code, forgotten(blocked)) == (422, name), "the draft is stored, the submission was refused"
    stored = mine.post("/postingview/add", GOOD | {"then": "save"})
    assert (stored.status_code, forgotten(stored)) == (302, name)
    assert forgotten(mine.get("/postingview/add")) == ""


def test_reference_data_is_not_kept(app, session):
    lead = browser(app, session, "lead", region_code="310000")
    assert "data-draft-key" not in lead.get("/minimumwageview/add").text


# -- reset ------------------------------------------------------------------------------------------


def test_reset_of_a_new_form_brings_back_the_empty_one(mine):
    page = mine.post("/postingview/add", GOOD | {"headcount": "很多"}).text
    assert 'value="装配工"' in page
    fresh = mine.get(reset(page)).text
    assert "装配工" not in fresh
    assert DUTIES not in fresh
    assert 'class="g-sum"' not in fresh
    assert re.search(r'name="headcount" value="1"', fresh)


def test_reset_of_an_edit_brings_back_what_is_stored(mine, session, own):
    row = posting(session, own, status="draft", title="原来的职位", description=DUTIES)
    page = mine.post(f"/postingview/edit/{row.id}", GOOD | {"title": "改掉的", "pay_min": "五千"}).text
    assert 'value="改掉的"' in page
    fresh = mine.get(reset(page)).text
    assert 'value="原来的职位"' in fresh
    assert "改掉的" not in fresh
    assert "五千" not in fresh


def test_reset_after_a_refused_submission_brings_back_the_stored_draft(mine, session):
    """The address of the page is still that of the empty form; the draft is stored all the same."""
    page = mine.post("/postingview/add", GOOD | {"description": "太短", "then": "submit"})
    row = session.query(Posting).filter_by(title="装配工").one()
    assert page.status_code == 422
    assert reset(page.text) == f"/postingview/edit/{row.id}"
    assert 'value="装配工"' in mine.get(reset(page.text)).text


def test_reset_never_fills_in_a_sealed_value(app, session):
    own = unit(session)
    own.status, own.contact_phone = "returned", "13800001234"
    session.commit()
    owner = browser(app, session, "unit_owner", unit_id=own.id)
    page = owner.post(f"/unitview/edit/{own.id}", {"name": "", "contact_phone": "13900005678"}).text
    fresh = owner.get(reset(page)).text
    assert "13900005678" not in fresh
    assert "13800001234" not in fresh
    assert session.get_one(Unit, own.id).contact_phone == "13800001234"
