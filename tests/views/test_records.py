"""The record page: who changed which field, what colleagues say, lists under it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import delete, inspect, select, update

from app import registry
from app.models.changes import FieldChange, is_traced
from app.models.comments import RecordComment
from app.models.messages import Message, Outbox
from app.models.units import Unit, UnitChange
from app.review import outbox
from app.views import talking
from app.views.base import SafeView
from tests.views import people

FORM = {"title": "改过的职位", "headcount": "3", "description": "负责收发货物。", "version": "1", "then": "save"}


@pytest.fixture
def draft(app, session):
    """A draft posting, its handler, and a colleague of the same unit."""
    unit = people.unit(session)
    sender = people.handler(app, session, unit)
    row = people.posting(session, unit, status="draft", title="原来的职位", created_by_id=sender.account_id)
    return sender, people.browser(app, session, "unit_owner", unit_id=unit.id), row


def changes_of(session, row) -> list[FieldChange]:
    stmt = select(FieldChange).where(FieldChange.entity == row.__tablename__, FieldChange.row_key == str(row.id))
    return list(session.scalars(stmt.order_by(FieldChange.id)))


def edit(browser, row, **values):
    return browser.post(f"/postingview/edit/{row.id}", {**FORM, "region": "310120", **values})


# -- changes ------------------------------------------------------------------------------------------------------


def test_every_screen_that_changes_rows_leaves_a_trace_of_them():
    """Messages and rounds are moved, not edited; whatever has a form must be traced."""
    views = [e.view for e in registry.MENU if issubclass(e.view, SafeView)]
    forms = [v for v in views if v.edit_columns or getattr(v, "edit_fieldsets", None)]
    assert len(forms) > 15
    assert [v.__name__ for v in forms if not is_traced(v.datamodel.obj)] == []


def test_an_edit_says_who_changed_what_from_what_to_what(session, draft):
    sender, owner, row = draft
    assert edit(sender, row).status_code == 302
    (change,) = changes_of(session, row)
    assert change.account_id == sender.account_id and change.role == "unit_handler"
    assert change.fields["title"] == ["原来的职位", "改过的职位"]
    assert change.fields["headcount"] == [1, 3]
    assert not {"version", "changed_on", "status", "search"} & set(change.fields)
    page = owner.get(f"/postingview/changes/{row.id}").text
    text = re.sub(r"<[^>]+>", "", page)
    assert "原来的职位" in text and "改过的职位" in text and "张三" in text
    assert "招聘人数" in text or "人数" in text


def test_a_save_that_changes_nothing_leaves_no_trace(session, draft):
    sender, _owner, row = draft
    edit(sender, row)
    edit(sender, row, version="2")
    assert len(changes_of(session, row)) == 1


def test_a_sealed_field_says_only_that_it_changed(app, session):
    owner_unit = people.unit(session, contact_phone="13800138000")
    unit = session.get(Unit, owner_unit.id)
    unit.contact_phone = "13900139000"
    session.commit()
    (change,) = changes_of(session, unit)
    assert change.fields["contact_phone"] is None
    assert "139" not in str(change.fields) and "138" not in str(change.fields)
    page = people.browser(app, session, "reviewer", region_code="310120").get(f"/unitview/changes/{unit.id}").text
    assert "13900139000" not in page


def test_changes_of_a_foreign_row_are_not_found(app, session, draft):
    sender, _owner, row = draft
    edit(sender, row)
    stranger = people.handler(app, session, people.unit(session))
    assert stranger.get(f"/postingview/changes/{row.id}").status_code == 404
    far = people.browser(app, session, "reviewer", region_code="440200")
    assert far.get(f"/postingview/changes/{row.id}").status_code == 404


def test_a_senders_reader_learns_the_role_of_a_reviewer_not_the_name(app, session, draft):
    sender, _owner, row = draft
    reviewer = people.browser(app, session, "reviewer", region_code="310120")
    change = FieldChange(
        entity="posting", row_key=str(row.id), action="changed", fields={"title": ["甲", "乙"]},
        account_id=reviewer.account_id, role="reviewer",
    )  # fmt: skip
    session.add(change)
    session.commit()
    page = re.search(r'<div class="stack" id="changes">.*', sender.get(f"/postingview/changes/{row.id}").text, re.S)[0]
    assert "张三" not in page and "审核员" in page


def test_deleting_reference_data_keeps_what_it_said(app, session):
    lead = people.browser(app, session, "lead", region_code="310000")
    made = lead.post(
        "/minimumwageview/add",
        {"region": "310120", "monthly": "2690", "hourly": "2400", "valid_from": "2031-07-01", "source": "x"},
    )
    assert made.status_code == 302, made.text
    from app.models.reference import MinimumWage

    row = session.scalars(select(MinimumWage).where(MinimumWage.source == "x")).one()
    key = str(row.id)
    assert lead.post(f"/minimumwageview/delete/{key}").status_code == 302
    gone = session.scalars(
        select(FieldChange).where(FieldChange.entity == "minimum_wage", FieldChange.row_key == key)
    ).one()
    assert gone.action == "deleted" and gone.fields["monthly"] == [2690, None]
    assert gone.account_id == lead.account_id


# -- comments -----------------------------------------------------------------------------------------------------


def test_a_comment_is_read_by_ones_own_side_only(app, session, draft):
    sender, owner, row = draft
    session.execute(row.__table__.update().where(row.__table__.c.id == row.id).values(status="live"))
    session.commit()
    reviewer = people.browser(app, session, "reviewer", region_code="310120")
    lead = people.browser(app, session, "lead", region_code="310000")
    assert reviewer.post(f"/postingview/comment/{row.id}", {"text": "电话核实过<b>了</b>"}).status_code == 302
    read = lead.get(f"/postingview/comment/{row.id}").text
    assert "电话核实过&lt;b&gt;了&lt;/b&gt;" in read
    for other in (sender, owner):
        assert "电话核实过" not in other.get(f"/postingview/comment/{row.id}").text
    assert sender.post(f"/postingview/comment/{row.id}", {"text": "薪资还要再谈"}).status_code == 302
    assert "薪资还要再谈" in owner.get(f"/postingview/comment/{row.id}").text
    assert "薪资还要再谈" not in reviewer.get(f"/postingview/comment/{row.id}").text


def test_a_mentioned_colleague_is_told_and_nobody_else_can_be_called(app, session, draft):
    sender, owner, row = draft
    outsider = people.handler(app, session, people.unit(session))
    found = sender.get(f"/postingview/colleagues/{row.id}?q=").json
    assert [one["id"] for one in found] == [owner.account_id]
    sent = {"text": f"@{found[0]['name']} 请看一下", "mention": [str(owner.account_id), str(outsider.account_id), "x"]}
    assert sender.post(f"/postingview/comment/{row.id}", sent).status_code == 302
    told = session.scalars(select(Outbox).where(Outbox.template == "mentioned")).all()
    assert [one.account_id for one in told] == [owner.account_id]
    assert session.scalars(select(RecordComment)).one().mentions == [{"id": owner.account_id, "name": found[0]["name"]}]
    assert f'<b class="r-call">@{found[0]["name"]}</b>' in owner.get(f"/postingview/comment/{row.id}").text


def test_a_mention_that_is_no_longer_in_the_text_calls_nobody(session, draft):
    sender, owner, row = draft
    sender.post(f"/postingview/comment/{row.id}", {"text": "算了", "mention": str(owner.account_id)})
    assert session.scalars(select(Outbox).where(Outbox.template == "mentioned")).all() == []


def test_nobody_is_called_to_a_row_that_is_not_shown_to_them(app, session):
    """The message of a mention names the row and what was said: no handler hears of a request for change this way."""
    own = people.unit(session)
    owner, partner = (people.browser(app, session, "unit_owner", unit_id=own.id) for _ in range(2))
    clerk = people.handler(app, session, own)
    bare = people.browser(app, session, "unit_handler", unit_id=own.id, grants=["gigs"])
    change = UnitChange(unit_id=own.id, name="还没公布的新名称", region_code=own.region_code, status="draft",
                        version=1, edit_state="")  # fmt: skip
    row = people.posting(session, own)
    session.add(change)
    session.commit()
    assert clerk.get(f"/unitchangeview/show/{change.id}").status_code == 403
    assert bare.get(f"/postingview/show/{row.id}").status_code == 403
    everybody = [str(one.account_id) for one in (owner, partner, clerk, bare)]
    name = owner.get(f"/unitchangeview/colleagues/{change.id}").json[0]["name"]
    for path, expected in (
        (f"unitchangeview/{{}}/{change.id}", [partner]),
        (f"postingview/{{}}/{row.id}", [partner, clerk]),
    ):
        ids = {one.account_id for one in expected}
        assert {one["id"] for one in owner.get("/" + path.format("colleagues")).json} == ids
        sent = {"text": f"@{name} 请看", "mention": everybody}
        assert owner.post("/" + path.format("comment"), sent).status_code == 302
        told = session.scalars(select(Outbox.account_id).where(Outbox.template == "mentioned")).all()
        assert set(told) == ids
        session.execute(delete(Outbox))
        session.commit()


@pytest.mark.parametrize(("text", "status"), [("", 422), ("   ", 422), ("长" * 1001, 422), ("长" * 1000, 302)])
def test_a_comment_has_words_and_a_limit(draft, text, status):
    sender, _owner, row = draft
    assert sender.post(f"/postingview/comment/{row.id}", {"text": text}).status_code == status


def test_nobody_talks_faster_than_the_pace(session, draft, monkeypatch):
    """What was taken back counts too; another account has a pace of its own, and time passes."""
    sender, owner, row = draft
    monkeypatch.setattr(talking, "PACE_COMMENTS", 2)
    path = f"/postingview/comment/{row.id}"
    assert [sender.post(path, {"text": f"第{n}条"}).status_code for n in range(3)] == [302, 302, 429]
    key = session.scalars(select(RecordComment.id)).first()
    sender.post(f"/postingview/uncomment/{row.id}/{key}")
    refused = sender.post(f"{path}?lang=en", {"text": "再来"})
    assert (refused.status_code, "At most 2 comments in 10 minutes" in refused.text) == (429, True)
    assert owner.post(path, {"text": "我也说"}).status_code == 302
    session.execute(update(RecordComment).values(at=RecordComment.at - timedelta(minutes=11)))
    session.commit()
    assert sender.post(path, {"text": "过了十分钟"}).status_code == 302


def test_only_ones_own_comment_is_taken_back(session, draft):
    sender, owner, row = draft
    sender.post(f"/postingview/comment/{row.id}", {"text": "写错了"})
    key = session.scalars(select(RecordComment.id)).one()
    assert owner.post(f"/postingview/uncomment/{row.id}/{key}").status_code == 404
    assert sender.post(f"/postingview/uncomment/{row.id}/{key}").status_code == 302
    assert "写错了" not in owner.get(f"/postingview/comment/{row.id}").text
    assert sender.post(f"/postingview/uncomment/{row.id}/{key}").status_code == 404


def test_what_is_taken_back_no_longer_stands_in_the_message_of_who_was_called(session, draft):
    sender, owner, row = draft
    name = sender.get(f"/postingview/colleagues/{row.id}?q=").json[0]["name"]
    for words in ("先走的", "后走的"):
        sent = {"text": f"@{name} {words}", "mention": str(owner.account_id)}
        assert sender.post(f"/postingview/comment/{row.id}", sent).status_code == 302
        if words == "先走的":
            outbox.deliver(session)
    message = session.scalars(select(Message).where(Message.template == "mentioned")).one()
    assert "先走的" in owner.get(f"/messageview/show/{message.id}").text
    for key in session.scalars(select(RecordComment.id)).all():
        assert sender.post(f"/postingview/uncomment/{row.id}/{key}").status_code == 302
    outbox.deliver(session)
    page = owner.get(f"/messageview/show/{message.id}?lang=en").text
    assert "先走的" not in page
    assert "The comment was taken back." in page
    assert len(session.scalars(select(Message.id)).all()) == 1, "what had not left never leaves"
    assert session.scalars(select(Outbox.state).order_by(Outbox.id)).all() == ["sent", "cancelled"]


def test_a_person_without_colleagues_has_no_comments(app, session):
    alone = people.browser(app, session, "seeker")
    assert alone.get("/gigofferview/comment/1").status_code == 403


# -- lists under a record -----------------------------------------------------------------------------------------


def test_a_unit_shows_its_postings_in_the_readers_scope(app, session):
    unit, other = people.unit(session), people.unit(session)
    people.posting(session, unit, title="本单位的职位")
    people.posting(session, other, title="别家的职位")
    reviewer = people.browser(app, session, "reviewer", region_code="310120")
    record = reviewer.get(f"/unitview/show/{unit.id}").text
    assert f"/unitview/under/{unit.id}/PostingView" in record
    page = reviewer.get(f"/unitview/under/{unit.id}/PostingView").text
    assert "本单位的职位" in page and "别家的职位" not in page
    assert reviewer.get(f"/unitview/under/{unit.id}/AccountView").status_code == 404


def test_related_names_name_registered_screens():
    names = {e.view.__name__ for e in registry.MENU}
    for entry in registry.MENU:
        for name in getattr(entry.view, "related_names", ()):
            assert name in names, (entry.view.__name__, name)
            other = next(e.view for e in registry.MENU if e.view.__name__ == name)
            targets = {r.mapper.class_ for r in inspect(other.datamodel.obj).relationships}
            assert entry.view.datamodel.obj in targets, (entry.view.__name__, name)
