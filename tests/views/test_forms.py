"""Forms: nothing typed is lost, errors stand beside the field and in the summary, conflicts show both values."""

from __future__ import annotations

import io
import re

import pytest
from PIL import Image

from app.models.positions import Posting
from app.models.reference import DictItem, MinimumWage
from app.models.review import ReviewPolicy
from app.models.units import Unit
from tests.views.people import browser, handler, posting, unit

DUTIES = "负责设备操作与日常保养，按工艺要求完成生产任务，遵守安全规程。"


def picture() -> io.BytesIO:
    out = io.BytesIO()
    Image.effect_noise((320, 240), 60).convert("RGB").save(out, "PNG")
    out.seek(0)
    return out


def version(page: str) -> str:
    return re.search(r'name="version" value="([^"]*)"', page)[1]


@pytest.fixture
def mine(app, session):
    return handler(app, session, unit(session))


def test_a_wrong_form_comes_back_with_everything_typed(mine):
    sent = {
        "title": "装配工",
        "headcount": "很多",
        "region": "310120",
        "description": DUTIES,
        "valid_until": "2026-13-40",
        "benefits": "五险",
    }
    answer = mine.post("/postingview/add?lang=en", sent)
    assert answer.status_code == 422
    for kept in ("装配工", "很多", DUTIES, "2026-13-40", "五险", '<option value="310120" selected>'):
        assert kept in answer.text
    assert answer.text.count('aria-invalid="true"') == 2
    summary = re.search(r'class="g-sum" role="alert" tabindex="-1".*?</ul>', answer.text, re.DOTALL)[0]
    assert 'href="#headcount"' in summary
    assert 'href="#valid_until"' in summary


def drafted(app, session):
    """A unit that was never sent in, and its owner."""
    own = unit(session)
    own.status = "draft"
    session.commit()
    return own, browser(app, session, "unit_owner", unit_id=own.id)


def test_an_address_is_one_line_and_a_description_has_several(app, session, mine):
    own, owner = drafted(app, session)
    page = owner.get(f"/unitview/edit/{own.id}?part=2").text
    tags = {name: re.search(rf'<(\w+)[^>]* name="{name}"', page)[1] for name in ("address", "website", "intro")}
    assert tags == {"address": "input", "website": "input", "intro": "textarea"}
    page = mine.get("/gigofferview/add").text
    assert re.search(r'<textarea[^>]* name="requirements"', page), "its column says that it needs several lines"


def test_saving_goes_through_the_desk(mine, session):
    answer = mine.post(
        "/postingview/add",
        {"title": "装配工", "headcount": "3", "region": "310120", "description": DUTIES, "then": "save"},
    )
    assert answer.status_code == 302
    row = session.query(Posting).filter_by(title="装配工").one()
    assert (row.status, row.headcount, row.region_code) == ("draft", 3, "310120")
    assert answer.location == f"/postingview/show/{row.id}"


def test_what_the_checks_block_is_named_and_the_draft_is_kept(mine, session):
    sent = {"title": "装配工", "headcount": "3", "region": "310120", "description": "", "then": "submit"}
    answer = mine.post("/postingview/add", sent)
    assert answer.status_code == 422
    row = session.query(Posting).filter_by(title="装配工").one()
    assert row.status == "draft"
    assert f'action="/postingview/edit/{row.id}"' in answer.text
    assert 'class="g-sum"' in answer.text


def test_a_conflict_shows_both_values_and_lets_one_save_again(mine, session, app):
    mine.post(
        "/postingview/add",
        {"title": "装配工", "headcount": "3", "region": "310120", "description": DUTIES, "then": "save"},
    )
    row = session.query(Posting).filter_by(title="装配工").one()
    path = f"/postingview/edit/{row.id}"
    old = version(mine.get(path).text)
    sent = {"headcount": "3", "region": "310120", "description": DUTIES, "then": "save"}
    assert mine.post(path, sent | {"title": "先改", "version": old}).status_code == 302
    late = mine.post(path, sent | {"title": "后改", "version": old})
    assert late.status_code == 409
    assert "先改" in late.text
    assert 'value="后改"' in late.text
    assert mine.post(path, sent | {"title": "后改", "version": version(late.text)}).status_code == 302
    session.expire_all()
    assert row.title == "后改"


def test_a_conflict_on_reference_data_is_seen_without_a_version_column(app, session):
    lead = browser(app, session, "lead", region_code="310000")
    session.add(MinimumWage(region_code="310000", monthly=2500, hourly=2300, valid_from="2026-01-01", source="a"))
    session.commit()
    row = session.query(MinimumWage).filter_by(monthly=2500).one()
    sent = {
        "monthly": "2600",
        "hourly": "2300",
        "valid_from": "2026-01-01",
        "source": "a",
        "version": "1999-01-01T00:00:00+00:00",
    }
    answer = lead.post(f"/minimumwageview/edit/{row.id}", sent)
    assert answer.status_code == 409
    session.expire_all()
    assert row.monthly == 2500


def test_a_broken_constraint_names_the_field_and_shows_no_sql(app, session):
    clerk = browser(app, session, "sysadmin")
    there = session.query(DictItem).filter_by(dict_code="benefit").first()
    answer = clerk.post(
        "/dictitemview/add",
        {"dict_code": there.dict_code, "code": there.code, "name_zh": "特征词甲", "name_en": "x", "sort": "1"},
    )
    assert answer.status_code == 422
    assert 'href="#code"' in answer.text
    assert "特征词甲" in answer.text
    for word in ("INSERT", "uq_dict", "psycopg", "DETAIL"):
        assert word not in answer.text


def test_numbers_too_large_are_refused_before_the_database(app, session):
    lead = browser(app, session, "lead", region_code="310000")
    sent = {"region": "310000", "monthly": "9" * 30, "hourly": "2400", "valid_from": "2026-07-01", "source": "s"}
    assert lead.post("/minimumwageview/add", sent).status_code == 422


def test_uploads_survive_an_error_elsewhere(mine, session):
    sent = {"title": "搬运", "file_environment": [(picture(), "现场.png"), (io.BytesIO(b"MZ\x90"), "病毒.png")]}
    answer = mine.post("/gigofferview/add", sent, content_type="multipart/form-data")
    assert answer.status_code == 422
    kept = re.findall(r'name="kept_environment" value="([0-9a-f-]{36})" checked', answer.text)
    assert len(kept) == 1
    assert "病毒.png" in answer.text
    again = mine.post("/gigofferview/add", {"title": "搬运", "kept_environment": kept})
    assert re.findall(r'name="kept_environment" value="([0-9a-f-]{36})" checked', again.text) == kept


def test_anothers_file_cannot_be_attached(app, session, mine):
    sent = {"title": "搬运", "file_environment": [(picture(), "现场.png")]}
    page = mine.post("/gigofferview/add", sent, content_type="multipart/form-data").text
    theirs = re.search(r'name="kept_environment" value="([0-9a-f-]{36})"', page)[1]
    thief = handler(app, session, unit(session))
    assert theirs not in thief.post("/gigofferview/add", {"title": "搬运", "kept_environment": [theirs]}).text
    assert thief.get(f"/files/{theirs}").status_code == 404
    assert app.test_client().get(f"/files/{theirs}/thumb").status_code == 404
    with mine.get(f"/files/{theirs}/thumb") as own:
        assert own.mimetype == "image/webp"


def test_files_come_in_ranges_with_safe_headers(mine):
    sent = {"title": "搬运", "file_environment": [(picture(), "现场.png")]}
    page = mine.post("/gigofferview/add", sent, content_type="multipart/form-data").text
    key = re.search(r'name="kept_environment" value="([0-9a-f-]{36})"', page)[1]
    with mine.get(f"/files/{key}", Range="bytes=0-99") as part:
        assert (part.status_code, len(part.data)) == (206, 100)
        assert part.headers["X-Content-Type-Options"] == "nosniff"
        assert "sandbox" in part.headers["Content-Security-Policy"]
        assert part.headers["Cache-Control"].startswith("private")


def test_a_sealed_value_never_stands_in_the_form_and_stays_when_left_empty(app, session):
    own = unit(session)
    own.status, own.contact_phone, own.contact_name = "returned", "13800001234", "李四"
    session.commit()
    owner = browser(app, session, "unit_owner", unit_id=own.id)
    page = owner.get(f"/unitview/edit/{own.id}").text
    assert "13800001234" not in page
    assert "138****1234" in page
    sent = {
        "name": own.name,
        "nature": "enterprise",
        "region": "310120",
        "contact_phone": "",
        "contact_name": "王五",
        "version": version(page),
    }
    assert owner.post(f"/unitview/edit/{own.id}", sent | {"then": "save"}).status_code == 302
    session.expire_all()
    kept = session.get_one(Unit, own.id)
    assert (kept.contact_phone, kept.contact_name) == ("13800001234", "王五")


BOTH = [
    "type_code",
    "title",
    "start_at",
    "headcount",
    "region",
    "address",
    "mode",
    "own_tools",
    "description",
    "phone_public",
    "valid_until",
    "agreed",
]


@pytest.mark.parametrize(
    ("screen", "fields"),
    [
        (
            "gigofferview",
            [*BOTH, "pay_amount", "pay_unit", "quantity", "quantity_unit", "requirements", "file_environment"],
        ),
        ("gigwantedview", [*BOTH, "settlement", "expected_pay", "expected_time"]),
    ],
)
def test_the_form_of_a_gig_asks_for_all_that_the_manual_names(app, session, screen, fields):
    """TJ-20 to TJ-33 and TJ-35 to TJ-47: every field is there; own tools and a public number only where somebody ticks them."""
    page = browser(app, session, "seeker").get(f"/{screen}/add").text
    assert [name for name in fields if not re.search(rf'<(input|select|textarea)[^>]* name="{name}"', page)] == []
    for name in ("own_tools", "phone_public", "agreed"):
        assert "checked" not in re.search(rf'<input[^>]* name="{name}"[^>]*>', page)[0]


def test_a_move_that_needs_a_reason_asks_for_it(app, session):
    row = posting(session, unit(session))
    reviewer = browser(app, session, "reviewer", region_code="310000")
    path = f"/postingview/move/remove/{row.id}"
    without = reviewer.post(path, {"version": str(row.version), "reason_text": " "})
    assert without.status_code == 422
    assert 'href="#reason_text"' in without.text
    assert reviewer.post(path, {"version": str(row.version), "reason_text": "内容不实"}).status_code == 302
    session.expire_all()
    assert row.status == "off"


def test_the_data_of_a_unit_stand_in_four_parts(app, session):
    parts = ["Basic data", "Detailed data", "Contact", "Materials"]
    own, owner = drafted(app, session)
    forms = [owner.get(f"/unitview/edit/{own.id}?lang=en&part={n}").text for n in (1, 2)]
    found = [[one.strip() for one in re.findall(r"<legend>([^<]+)", form)] for form in forms]
    assert found == [parts[:1], parts[1:]], "basic data first, the rest with the materials after it (GD-28)"
    own = unit(session)
    record = browser(app, session, "unit_owner", unit_id=own.id).get(f"/unitview/show/{own.id}?lang=en").text
    assert [one for one in re.findall(r"<header><h2>([^<]+)</h2>", record) if one in parts][:3] == parts[:3]


def test_publishing_is_offered_only_where_the_division_reviews_nothing(app, session):
    own = unit(session)
    row, who = posting(session, own, status="draft"), handler(app, session, own)
    path = f"/postingview/show/{row.id}"
    assert f"/postingview/move/publish/{row.id}" not in who.get(path).text
    session.add(ReviewPolicy(kind="posting", region_code="310120", needs_review=False))
    session.commit()
    assert f"/postingview/move/publish/{row.id}" in who.get(path).text
