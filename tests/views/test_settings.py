"""Dictionary, parameters, review settings: kept by administrators, in bounds, on the ledger, in force in every process."""

from __future__ import annotations

import json
import re
from html import unescape

import pytest
from flask_appbuilder import Model
from sqlalchemy import select, text

from app.models import stamps
from app.models.messages import Outbox
from app.models.reference import DictItem, Parameter
from app.models.review import ReviewEvent, ReviewPolicy
from app.review import ledger, policy
from app.rules.reference import FIXED
from app.views import dictionary, labels
from app.views.columns import enumerated
from tests.review.samples import Story
from tests.views import people
from tests.views.people import browser


@pytest.fixture
def admin(app, session):
    return browser(app, session, "sysadmin")


def send(who, path: str, values: dict[str, str]):
    version = re.search(r'name="version" value="([^"]*)"', who.get(path).text)[1]
    return who.post(f"{path}?lang=en", {**values, "version": unescape(version)})


def word(session, dict_code: str, code: str) -> DictItem:
    return session.scalars(select(DictItem).where(DictItem.dict_code == dict_code, DictItem.code == code)).one()


def noted(session, action: str) -> list[dict]:
    bodies = session.scalars(select(ReviewEvent.body).where(ReviewEvent.action == action).order_by(ReviewEvent.id))
    return [json.loads(body)["facts"] for body in bodies]


# -- dictionary -------------------------------------------------------------------------------------------------------


def test_a_word_is_added_renamed_switched_off_and_deleted(session, admin):
    new = {
        "dict_code": "board_lodging",
        "code": "nursery",
        "name_zh": "托育",
        "name_en": "Nursery",
        "sort": "5",
        "active": "y",
    }
    assert admin.post("/dictitemview/add", new).status_code == 302
    row = word(session, "board_lodging", "nursery")
    path = f"/dictitemview/edit/{row.id}"
    assert dictionary.choices("board_lodging")[0][0] == "nursery"
    assert send(admin, path, {"name_zh": "托育服务", "name_en": "Day nursery", "sort": "5"}).status_code == 302
    assert "nursery" not in dict(dictionary.choices("board_lodging"))
    assert dict(dictionary.choices("board_lodging", keep="nursery"))["nursery"] in ("托育服务", "Day nursery")
    assert 'name="code"' not in admin.get(path).text, "a code never changes"
    people.posting(session, people.unit(session), board_lodging="nursery")
    assert admin.post(f"/dictitemview/delete/{row.id}").status_code == 409
    session.execute(text("UPDATE posting SET board_lodging = NULL"))
    session.commit()
    assert admin.post(f"/dictitemview/delete/{row.id}").status_code == 302
    assert admin.post(f"/dictitemview/delete/{word(session, 'education', 'none').id}").status_code == 409
    assert [one["fields"] for one in noted(session, "setting_changed")] == [["active", "name_en", "name_zh"]]
    assert [one["table"] for one in noted(session, "setting_added") + noted(session, "setting_deleted")] == [
        "dict_item"
    ] * 2
    assert ledger.verify(session).ok


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"code": "Nursery"}, "small letters, digits"),
        ({"code": "_x"}, "small letters, digits"),
        ({"code": "x" * 21}, "small letters, digits"),
        ({"dict_code": "role"}, "offered"),
        ({"dict_code": "nothing"}, "offered"),
        ({"name_zh": " "}, "required"),
        ({"sort": "-1"}, "0 to 9999"),
        ({"sort": "1e3"}, "whole number"),
        ({"code": "housing_fund"}, ""),
    ],
)
def test_a_word_that_would_not_work_is_refused(session, admin, values, said):
    new = {
        "dict_code": "board_lodging",
        "code": "nursery",
        "name_zh": "托育",
        "name_en": "Nursery",
        "sort": "5",
        "active": "y",
    }
    if values.get("code") == "housing_fund":
        values = {"code": session.scalars(select(DictItem.code).where(DictItem.dict_code == "board_lodging")).first()}
    answer = admin.post("/dictitemview/add?lang=en", new | values)
    assert answer.status_code == 422
    assert said in unescape(answer.text)


def test_words_change_places_and_what_the_program_needs_stays(session, admin):
    codes = [code for code, _word in dictionary.choices("board_lodging")]
    row = word(session, "board_lodging", codes[1])
    assert admin.post(f"/dictitemview/move/up/{row.id}").status_code == 302
    assert [code for code, _word in dictionary.choices("board_lodging")][:2] == [codes[1], codes[0]]
    assert admin.post(f"/dictitemview/move/up/{row.id}").status_code == 409
    fixed = word(session, "education", "none")
    answer = send(admin, f"/dictitemview/edit/{fixed.id}", {"name_zh": "不限", "name_en": "Any", "sort": "10"})
    assert answer.status_code == 422
    assert "not switched off" in answer.text


def test_no_dictionary_can_be_extended_whose_codes_the_database_checks():
    for mapper in Model.registry.mappers:
        for column in mapper.local_table.columns:
            if column.info.get("dict") in labels.DICTIONARIES and enumerated(mapper.class_, column.key):
                assert column.info["dict"] in FIXED, column


def test_the_list_of_dictionaries_leads_to_their_words(admin):
    page = admin.get("/dictitemview/types?lang=en").text
    assert (
        "/dictitemview/list/?f_dict_code=board_lodging" in page and "/dictitemview/add?dict_code=board_lodging" in page
    )
    assert "add?dict_code=role" not in page


def test_a_change_in_another_process_is_seen_by_the_next_request(app, session, admin):
    """The other process is a statement past this one's listeners; the request asks for the stamp alone."""
    admin.get("/dictitemview/types")
    before = session.scalar(select(stamps.now()))
    session.execute(text("UPDATE dict_item SET name_zh = '换了名' WHERE dict_code = 'board_lodging'"))
    session.commit()
    assert session.scalar(select(stamps.now())) != before
    page = browser(app, session, "unit_handler", unit_id=people.unit(session).id, grants=["postings"])
    assert page.get("/postingview/add?lang=zh").text.count("换了名") > 1


# -- parameters -------------------------------------------------------------------------------------------------------


def test_the_default_stands_beside_a_value_that_differs_and_is_one_step_away(session, admin):
    row = session.scalars(select(Parameter).where(Parameter.key == "gig_valid_days")).one()
    page = f"/parameterview/show/{row.id}?lang=en"
    assert "differs from" not in admin.get(page).text
    for days in ("30", "45"):
        assert send(admin, f"/parameterview/edit/{row.id}", {"value": days, "note": ""}).status_code == 302
    assert "differs from: 90 days" in admin.get(page).text
    assert "differs from: 90 days" in admin.get("/parameterview/list/?lang=en").text
    assert admin.post(f"/parameterview/move/revert/{row.id}").status_code == 302
    assert policy.number(session, "gig_valid_days", "310120") == 30
    assert admin.post(f"/parameterview/move/default/{row.id}").status_code == 302
    session.expire_all()
    assert row.value == "90"
    assert admin.post(f"/parameterview/move/default/{row.id}").status_code == 409
    assert len(noted(session, "setting_changed")) == 4
    history = admin.get(f"/parameterview/changes/{row.id}?lang=en").text
    assert history.count("45") >= 2


# -- review settings --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"working_days": "0"}, "from 1 to 60"),
        ({"working_days": "61"}, "from 1 to 60"),
        ({"lease_minutes": "241"}, "from 1 to 240"),
        ({"tier": "99999999999"}, "too large"),
        ({"tier": "x"}, "whole number"),
        ({"seats_needed": "3"}, "from 1 to 2"),
        ({"seats_grave": "0"}, "from 1 to 2"),
    ],
)
def test_a_review_setting_out_of_bounds_is_refused(session, admin, values, said):
    row = session.scalars(select(ReviewPolicy).where(ReviewPolicy.kind == "posting")).one()
    usual = {
        "needs_review": "y",
        "working_days": "2",
        "tier": "5",
        "lease_minutes": "15",
        "seats_needed": "1",
        "seats_grave": "2",
    }
    answer = send(admin, f"/reviewpolicyview/edit/{row.id}", usual | values)
    assert answer.status_code == 422
    assert said in answer.text


def test_a_setting_of_a_division_counts_for_the_next_submission_and_is_shown(session, admin):
    story = Story(session, "posting")
    new = {"kind": "posting", "region": "310000", "needs_review": "y", "working_days": "7", "tier": "2", "lease_minutes": "20",
           "seats_needed": "1", "seats_grave": "2"}  # fmt: skip
    assert admin.post("/reviewpolicyview/add", new).status_code == 302
    _subject, row = story.submitted()
    assert (row.tier, policy.policy_for(session, "posting", "310120").working_days) == (2, 7)
    page = admin.get("/reviewpolicyview/applies?kind=posting&region=310120&lang=en").text
    assert page.count(">counts<") == 1 and "overruled below" in page and "no setting of its own" in page
    assert ">7<" in page
    assert page.count('<tr role="row"><th role="rowheader"') == 3, "the city level that is none is left out"
    assert admin.get("/reviewpolicyview/applies?kind=nothing&region=%00999").status_code == 200
    own = session.scalars(select(ReviewPolicy).where(ReviewPolicy.region_code == "310000")).one()
    nation = session.scalars(
        select(ReviewPolicy).where(ReviewPolicy.kind == "posting", ReviewPolicy.region_code.is_(None))
    ).one()
    assert admin.post(f"/reviewpolicyview/delete/{nation.id}").status_code == 409
    assert admin.post(f"/reviewpolicyview/delete/{own.id}").status_code == 302
    assert policy.policy_for(session, "posting", "310120").working_days == nation.working_days


def test_a_lead_deletes_only_inside_the_own_division(app, session):
    session.add(ReviewPolicy(kind="posting", region_code="310000"))
    session.commit()
    row = session.scalars(select(ReviewPolicy).where(ReviewPolicy.region_code == "310000")).one()
    below = browser(app, session, "lead", region_code="310120")
    assert below.post(f"/reviewpolicyview/delete/{row.id}").status_code == 403
    assert below.get("/reviewpolicyview/applies?region=440203&lang=en").text.count("Shaoguan") == 0


# -- messages ---------------------------------------------------------------------------------------------------------


def test_a_test_message_goes_to_oneself_alone(session, admin):
    assert admin.post("/noticetextview/send/round_returned").status_code == 302
    sent = session.scalars(select(Outbox)).one()
    assert (sent.account_id, sent.template) == (admin.account_id, "round_returned")
    assert admin.post("/noticetextview/send/nothing").status_code == 404
