"""Custom fields, comments, the palette and notices from the side of somebody who means ill."""

from __future__ import annotations

import html
import io
import re
import time

import openpyxl
import pytest
from sqlalchemy import select

from app.models.accounts import Hat
from app.models.comments import RecordComment
from app.models.custom import CustomField
from app.models.messages import Outbox
from app.models.positions import Posting
from app.models.units import Unit
from tests.views.people import account, browser, handler, posting, unit
from tests.views.test_custom_fields import SHIFTS, define, titles, typed

LIST = "/postingview/list/"
EVIL = '"><script>alert(1)</script>'
HOSTILE = [{"code": "day", "zh": EVIL, "en": EVIL}, {"code": "pct", "zh": "100%(x)s %d %", "en": "100%(x)s %d %"}]
OPEN = {"in_list": True, "in_filter": True, "in_search": True, "public": True}


def shown(page: str) -> bool:
    """The hostile words stand there as text, and nowhere as markup."""
    assert "<script>alert(1)" not in page
    return EVIL in html.unescape(page)


@pytest.mark.slow
def test_labels_help_sections_and_options_are_text_wherever_they_stand(app, session):
    """Slow: every kind of page. A percent sign is no place for a value either."""
    texts = {"label_zh": EVIL, "label_en": EVIL, "help_zh": EVIL, "section_zh": EVIL, "section_en": EVIL}
    field = define(session, "evil", "choice", options=HOSTILE, required=True, **texts, **OPEN)
    percent = define(session, "pct", "text", label_zh="50%(a)s %s %", label_en="50%(a)s %s %", required=True, **OPEN)
    own = unit(session)
    row = posting(session, own, extra={"evil": "day", "pct": EVIL})
    draft = posting(session, own, status="draft", title="草稿")
    clerk, judge = handler(app, session, own), browser(app, session, "reviewer", region_code="310000")
    admin = browser(app, session, "sysadmin")
    assert shown(clerk.get("/postingview/add").text)
    assert shown(judge.get(f"{LIST}?f_x_evil=day").text)
    assert shown(judge.get(f"/postingview/show/{row.id}").text)
    assert shown(app.test_client().get(f"/portal/postings/{row.id}").text)
    refused = clerk.post(f"/postingview/edit/{draft.id}", typed(title="草稿") | {"version": "1", "then": "submit"})
    assert refused.status_code == 422
    assert shown(refused.text)
    assert "50%(a)s %s %" in html.unescape(refused.text)
    session.refresh(draft)
    values = {"version": str(draft.version), "then": "save", "x_evil": "day", "x_pct": EVIL}
    assert clerk.post(f"/postingview/edit/{draft.id}", typed(title="草稿") | values).status_code == 302
    assert shown(clerk.get(f"/postingview/changes/{draft.id}").text)
    for path in ("list/", f"show/{field.id}", f"edit/{field.id}", f"list/?q={EVIL}"):
        assert shown(admin.get(f"/customfieldview/{path}").text), path
    assert admin.get(f"/customfieldview/show/{percent.id}").status_code == 200
    answer = admin.post(f"/customfieldview/delete/{field.id}")
    assert answer.status_code == 409
    assert "<script>alert(1)" not in answer.text


ODD = [
    "1e-999999",
    "1e999999",
    "-0",
    "١٢",
    "9" * 99,
    "0." + "9" * 90,
    "Infinity",
    "1e14",
    "-1e14",
    "１２",
    "0x10",
    "1_0",
]


@pytest.mark.parametrize("number", ODD)
def test_a_filter_bears_every_number(app, session, number):
    define(session, "beds", "int", in_filter=True)
    define(session, "area", "decimal", in_filter=True)
    own = unit(session)
    posting(session, own, extra={"beds": 3, "area": "1.50"})
    clerk = handler(app, session, own)
    for name in ("x_beds", "x_area", "pay_min", "headcount"):
        for end in ("from", "to"):
            assert clerk.get(f"{LIST}?f_{name}_{end}={number}").status_code == 200, (name, end)


def test_no_name_of_a_field_reaches_another_column(app, session):
    """x_… is looked up among the definitions; nothing else of a row can be written under it."""
    define(session, "note", reviewed=False)
    own, other = unit(session), unit(session)
    row = posting(session, own, status="draft", title="本来")
    clerk = handler(app, session, own)
    strange = {
        "x_status": "live", "x_unit_id": str(other.id), "status": "live", "unit_id": str(other.id), "extra": '{"note":"x"}',
        "x_": "1", "x_note.typed": "1", "version_id": "9", "edit_state": "pending", "x_note": "对的", "source_key": "k", "id": "1",
    }  # fmt: skip
    values = typed(title="本来") | strange | {"version": "1", "then": "save"}
    assert clerk.post(f"/postingview/edit/{row.id}", values).status_code == 302
    session.refresh(row)
    assert (row.status, row.unit_id, row.extra, row.source_key, row.edit_state) == (
        "draft",
        own.id,
        {"note": "对的"},
        None,
        "",
    )


def test_the_other_side_writes_no_field_of_an_approved_unit(app, session):
    define(session, "note", entity="unit", reviewed=False)
    own, other = unit(session), unit(session)
    for who in (
        browser(app, session, "unit_owner", unit_id=other.id), handler(app, session, own),
        browser(app, session, "reviewer", region_code="310000"), browser(app, session, "operator"),
    ):  # fmt: skip
        sent = {"x_note": "不是我的", "version": str(own.version), "then": "save"}
        assert who.post(f"/unitview/edit/{own.id}", sent).status_code in (403, 404)
    session.refresh(own)
    assert own.extra == {}


def test_a_filter_finds_nothing_outside_the_scope(app, session):
    define(session, "note", in_filter=True, in_search=True)
    mine, theirs = unit(session), unit(session, region="440203")
    posting(session, theirs, title="别人的", extra={"note": "鸿雁"})
    for who in (handler(app, session, mine), browser(app, session, "reviewer", region_code="310000")):
        for query in ("f_x_note=鸿雁", "q=鸿雁", "f_x_note=%25", "f_x_note=_"):
            assert titles(who.get(f"{LIST}?{query}").text) == [], query


def test_the_palette_finds_public_words_alone(app, session):
    """It shows names only: a record must not be guessed by what stands in fields that are not public."""
    define(session, "note", in_search=True)
    define(session, "shift", "choice", options=SHIFTS, in_search=True, public=True)
    own = unit(session)
    row = posting(session, own, title="职位甲", extra={"note": "鸿雁", "shift": "night"})
    clerk = handler(app, session, own)
    address = f"/postingview/show/{row.id}"
    assert address in clerk.get("/find/?q=夜班").text
    assert address not in clerk.get("/find/?q=鸿雁").text
    assert address not in handler(app, session, unit(session)).get("/find/?q=夜班").text


def test_a_long_text_of_near_matches_costs_no_time(app, session):
    """Nobody's pattern is run over what people type: options, codes and addresses are read in one pass."""
    admin = browser(app, session, "sysadmin")
    sent = {
        "entity": "posting",
        "type": "choice",
        "label_zh": "长",
        "label_en": "Long",
        "position": "1",
        "in_form": "y",
    }
    sent |= {
        "code": "a" * 50_000 + "!",
        "options-0-zh": "a_" * 50_000,
        "options-0-en": "b",
        "options-0-code": "a-" * 50_000,
    }
    began = time.process_time()
    assert admin.post("/customfieldview/add", sent).status_code == 422
    operator = browser(app, session, "operator")
    body = "http://" + "a." * 1500 + "!" * 900
    assert operator.post("/announcementview/add", {"title_zh": "长", "body_zh": body}).status_code == 422
    assert time.process_time() - began < 5
    assert session.scalars(select(CustomField)).all() == []


def test_every_post_wants_its_token(app, session):
    own = unit(session)
    row = posting(session, own)
    field = define(session, "note")
    clerk, admin = handler(app, session, own), browser(app, session, "sysadmin")
    for path in (
        f"/postingview/comment/{row.id}",
        f"/postingview/uncomment/{row.id}/1",
        "/messageview/read",
        "/messageview/read/1",
    ):
        assert clerk.client.post(path, data={"text": "x"}).status_code == 400, path
    for path in ("/customfieldview/add", f"/customfieldview/edit/{field.id}", f"/customfieldview/delete/{field.id}"):
        assert admin.client.post(path, data={"label_zh": "x"}).status_code == 400, path
    assert clerk.client.post("/announcementview/acknowledge/1").status_code == 400
    assert session.scalars(select(RecordComment)).all() == []


def colleague(app, session, own: Unit, name: str) -> int:
    """Another handler of the unit, called so."""
    _user, key, _hat = account(app, session, "unit_handler", unit_id=own.id, grants=["postings"])
    from flask_appbuilder.security.sqla.models import User

    user = session.get(User, key)
    user.first_name, user.last_name = name, ""
    session.commit()
    return key


def test_a_comment_and_a_name_with_markup_are_text(app, session):
    own = unit(session)
    row = posting(session, own, title=EVIL)
    clerk = handler(app, session, own)
    key = colleague(app, session, own, EVIL)
    answer = clerk.get(f"/postingview/colleagues/{row.id}")
    assert answer.mimetype == "application/json"
    assert (
        clerk.post(f"/postingview/comment/{row.id}", {"text": f"@{EVIL} 请看", "mention": str(key)}).status_code == 302
    )
    assert shown(clerk.get(f"/postingview/comment/{row.id}").text)
    assert session.scalars(select(Outbox.account_id).where(Outbox.template == "mentioned")).all() == [key]


def test_who_lost_the_role_is_no_longer_called(app, session):
    own = unit(session)
    row = posting(session, own)
    clerk = handler(app, session, own)
    key = colleague(app, session, own, "李四")
    outsider = colleague(app, session, unit(session), "王五")
    session.execute(Hat.__table__.update().where(Hat.account_id == key).values(active=False))
    session.commit()
    text = {"text": "@李四 @王五", "mention": [str(key), str(outsider), "0", "-1", "9" * 30, "x"]}
    assert clerk.post(f"/postingview/comment/{row.id}", text).status_code == 302
    assert session.scalars(select(Outbox).where(Outbox.template == "mentioned")).all() == []
    assert clerk.get(f"/postingview/colleagues/{row.id}?q=四").json == []


@pytest.mark.parametrize("path", ["/find/?q=", "/postingview/colleagues/{row}?q="])
@pytest.mark.parametrize(
    "words", ["%00", "%ED%A0%80", "%25%5F%5C", "'%20OR%201=1--", "%F0%9F%98%80" * 50, "a" * 5000, "%EF%B7%BA" * 60]
)
def test_odd_words_break_nothing(app, session, path, words):
    own = unit(session)
    row = posting(session, own)
    assert handler(app, session, own).get(path.format(row=row.id) + words).status_code == 200


def test_a_field_has_no_more_room_than_its_type(app, session):
    """However much is sent, a row keeps what the definition allows."""
    define(session, "note", "long")
    define(session, "shifts", "choices", options=SHIFTS)
    clerk = handler(app, session, unit(session))
    for more in ({"x_note": "长" * 200_000}, {"x_shifts": ["day"] * 900}):
        answer = clerk.post("/postingview/add", typed() | more)
        assert answer.status_code in (302, 413, 422)
    kept = session.scalars(select(Posting)).all()
    assert all(len(str(row.extra)) < 100 for row in kept)
    assert re.search("shifts", str([row.extra for row in kept]))


def test_no_word_of_a_field_is_a_formula_in_the_template_of_an_import(app, session):
    """Whoever words a field must not compute anything on the machines of those who fill in lists."""
    texts = {"label_zh": "=1+1", "label_en": "=1+1", "help_zh": '=HYPERLINK("http://x")', "help_en": "=3+3"}
    define(session, "sum", "choice", options=[{"code": "a", "zh": "=2+2", "en": "=2+2"}], **texts)
    clerk = handler(app, session, unit(session))
    book = openpyxl.load_workbook(io.BytesIO(clerk.get("/imports/template/own_posting/xlsx").data))
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert "=2+2" in {cell.value for cell in cells}
    assert any(str(cell.value).startswith("=HYPERLINK") for cell in cells)
    assert [cell.value for cell in cells if cell.data_type == "f"] == []
    assert b"=1+1" not in clerk.get("/imports/template/own_posting/csv").data
