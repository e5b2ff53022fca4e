"""Custom fields on the screens: form, desk, record, list, filters, search, API and portal, for whom they count."""

from __future__ import annotations

import html
import re

import pytest
from sqlalchemy import select

from app.models.custom import CustomField
from app.models.positions import Posting
from app.models.schools import School
from tests.review import samples
from tests.views.people import browser, handler, posting, unit

LIST = "/postingview/list/"
SHIFTS = [{"code": "day", "zh": "白班", "en": "Day"}, {"code": "night", "zh": "夜班", "en": "Night"}]
EVERYWHERE = {"in_list": True, "in_filter": True, "in_search": True, "public": True}


def define(session, code: str, kind: str = "text", entity: str = "posting", **more) -> CustomField:
    values = {"label_zh": f"中文{code}", "label_en": f"English {code}", "options": SHIFTS if "choice" in kind else []}
    row = CustomField(entity=entity, code=code, type=kind, **(values | more))
    session.add(row)
    session.commit()
    return row


def wrong(page: str) -> list[str]:
    """What the form complains of."""
    return [html.unescape(said) for said in re.findall(r'<li><a href="#\w+">([^<]*)</a></li>', page)]


def titles(page: str) -> list[str]:
    return re.findall(r'<a class="clip" href="/postingview/show/\d+" title="([^"]*)"', page)


@pytest.fixture
def one_of_each(session) -> None:
    """A field of every type, in the list and as a filter."""
    for kind in ("text", "long", "int", "decimal", "bool", "date", "choice", "choices"):
        define(session, f"a_{kind}", kind, **EVERYWHERE)


VALUES = {
    "x_a_text": "带<b>标记</b>", "x_a_long": "第一行\n第二行", "x_a_int": "1200", "x_a_decimal": "3.5", "x_a_bool": "1",
    "x_a_date": "2027-02-03", "x_a_choice": "night", "x_a_choices": ["day", "night"],
}  # fmt: skip
KEPT = {
    "a_text": "带<b>标记</b>", "a_long": "第一行\n第二行", "a_int": 1200, "a_decimal": "3.50", "a_bool": True,
    "a_date": "2027-02-03", "a_choice": "night", "a_choices": ["day", "night"],
}  # fmt: skip


def typed(**more) -> dict:
    content = samples.posting_content(**more)
    return {
        "region": content.pop("region_code"),
        **{k: v for k, v in content.items() if v is not False and k != "education"},
    }


@pytest.mark.slow
def test_the_whole_way_from_form_to_portal(app, session, one_of_each):
    """Slow: a dozen pages. Form, draft, desk with the evidence, approval, list, filters, search, record, portal and public API."""
    own = samples.unit(session)
    clerk, judge = handler(app, session, own), browser(app, session, "reviewer", region_code="310000")
    form = clerk.get("/postingview/add?lang=en").text
    assert "English a_choice" in form
    assert '<option value="night">Night</option>' in form
    assert "More data" in form
    answer = clerk.post("/postingview/add", typed(title="护理员") | VALUES | {"then": "submit"})
    assert answer.status_code == 302, wrong(answer.text)
    row = session.scalars(select(Posting).where(Posting.title == "护理员")).one()
    assert row.extra == KEPT
    round_id = re.search(r"/desk/(\d+)", judge.get("/desk/?lang=en").text)[1]
    desk = judge.get(f"/desk/{round_id}?lang=en").text
    for shown in ("English a_text", "带&lt;b&gt;标记&lt;/b&gt;", "Day; Night", "1,200", "Yes", "2027-02-03"):
        assert shown in desk, shown
    high = re.findall(r'name="acknowledged" value="([^"]+)"', desk)
    judge.post(f"/desk/{round_id}/claim")
    seen = dict(re.findall(r'name="(version|epoch|digest)" value="([^"]+)"', judge.get(f"/desk/{round_id}").text))
    done = judge.post(
        f"/desk/{round_id}/decide", seen | {"verdict": "approve", "acknowledged": high, "reason_text": "好"}
    )
    assert done.status_code == 303, done.text[:3000]
    session.refresh(row)
    assert row.status == "live"
    posting(session, own, title="别的")
    shown = judge.get(f"{LIST}?lang=en").text
    assert titles(shown) == ["别的", "护理员"]
    assert "带&lt;b&gt;标记&lt;/b&gt;" in shown and "<b>标记</b>" not in shown
    record = judge.get(f"/postingview/show/{row.id}?lang=zh").text
    for label in ("中文a_text", "3.50", "白班；夜班", "<time>2027-02-03</time>"):
        assert label in record, label
    portal = app.test_client().get(f"/portal/postings/{row.id}").text
    assert "中文a_decimal" in portal and "夜班" in portal
    public = app.test_client().get(f"/api/v1/public/postings/{row.id}?lang=en").json
    told = {one["code"]: one for one in public["custom"]}
    assert told["a_choice"] == {"code": "a_choice", "label": "English a_choice", "value": "night", "text": "Night"}
    assert told["a_decimal"]["value"] == "3.50"


FILTERS = [
    ("f_x_a_text=标记", 1), ("f_x_a_text=%25", 0), ("f_x_a_long=第二", 1), ("f_x_a_int_from=1200", 1), ("f_x_a_int_from=1201", 0),
    ("f_x_a_int_to=1e3", 0), ("f_x_a_decimal_from=3.5&f_x_a_decimal_to=3.50", 1), ("f_x_a_decimal_to=3.4", 0), ("f_x_a_bool=1", 1),
    ("f_x_a_bool=0", 0), ("f_x_a_date_from=2027-02-03&f_x_a_date_to=20270203", 1), ("f_x_a_date_from=2027-02-04", 0),
    ("f_x_a_choice=night", 1), ("f_x_a_choice=day", 0), ("f_x_a_choices=day", 1), ("q=夜班", 1),
]  # fmt: skip
NONSENSE = [
    "f_x_a_choice=%27;--", "f_x_a_int_from=NaN", "f_x_a_date_from=2027-13-01", "f_x_none=1", "sort=x_a_int", "f_x_a_bool=2",
    "f_x_a_choices=%00", "f_x_';DROP TABLE posting;--=1",
]  # fmt: skip


@pytest.mark.slow
def test_filters_by_type(app, session, one_of_each):
    """Slow: a page for each filter."""
    own = unit(session)
    posting(session, own, title="有值", extra=KEPT)
    posting(session, own, title="没有")
    posting(session, own, title="手写", extra={"a_int": "junk", "a_date": 5, "a_choices": "x", "a_bool": "?"})
    clerk = handler(app, session, own)
    for query, count in FILTERS:
        assert titles(clerk.get(f"{LIST}?{query}").text) == ["有值"] * count, query
    for query in NONSENSE:
        answer = clerk.get(f"{LIST}?{query}")
        assert answer.status_code == 200, query
        assert len(titles(answer.text)) == 3, query
    chips = html.unescape(clerk.get(f"{LIST}?f_x_a_choice=night&lang=en").text)
    assert "English a_choice: Night" in chips


def test_a_list_with_custom_fields_costs_no_statement_more(app, session, one_of_each, statements):
    own = unit(session)
    clerk = handler(app, session, own)
    posting(session, own, extra=KEPT)
    for path in (LIST, "/postingview/add"):
        clerk.get(path)
        del statements[:]
        assert clerk.get(path).status_code == 200
        with_fields = len(statements)
        session.execute(CustomField.__table__.update().values(active=False))
        clerk.get(path)
        del statements[:]
        clerk.get(path)
        assert with_fields <= len(statements), path
        session.execute(CustomField.__table__.update().values(active=True))


def test_a_form_says_what_does_not_fit_and_keeps_what_was_typed(app, session, one_of_each):
    clerk = handler(app, session, unit(session))
    bad = {
        "x_a_int": "zwölf",
        "x_a_date": "2027-02-30",
        "x_a_choice": "never",
        "x_a_text": "字" * 101,
        "x_a_decimal": "1.005",
    }
    answer = clerk.post("/postingview/add?lang=en", typed() | bad)
    assert answer.status_code == 422
    for said in ("Please enter a whole number.", "Please enter a date such as", "at most 100 characters", "zwölf"):
        assert said in html.unescape(answer.text), said
    assert session.scalars(select(Posting)).all() == []


def test_required_fields_are_starred_and_asked_for_when_sent_in(app, session):
    define(session, "shift", "choice", required=True)
    clerk = handler(app, session, unit(session))
    form = clerk.get("/postingview/add?lang=en").text
    assert re.search(r'<label class="req" for="x_shift">', form)
    assert clerk.post("/postingview/add", typed(title="草稿")).status_code == 302
    row = session.scalars(select(Posting).where(Posting.title == "草稿")).one()
    answer = clerk.post(f"/postingview/edit/{row.id}?lang=en", typed(title="草稿") | {"version": "1", "then": "submit"})
    assert answer.status_code == 422
    assert "Please fill in “English shift”" in answer.text
    assert '<a href="#x_shift">' in answer.text


def test_a_division_has_fields_of_its_own(app, session):
    define(session, "shanghai", region_code="310000", in_list=True, in_filter=True)
    define(session, "shaoguan", region_code="440200", in_list=True)
    here = handler(app, session, unit(session))
    there = handler(app, session, unit(session, region="440203"))
    assert "中文shanghai" in here.get("/postingview/add").text
    assert "中文shanghai" not in there.get("/postingview/add").text
    chosen = here.get("/postingview/add?region=440203").text
    assert "中文shaoguan" in chosen and "中文shanghai" not in chosen
    heading = re.findall(r'data-c="x_(\w+)"', here.get(LIST).text + there.get(LIST).text)
    assert set(heading) == set()
    own = unit(session)
    posting(session, own, title="沪", extra={"shanghai": "黄浦", "shaoguan": "浈江"})
    judge = browser(app, session, "reviewer", region_code="310100")
    page = judge.get(LIST).text
    assert "中文shanghai" in page and "黄浦" in page
    assert "中文shaoguan" not in page and "浈江" not in page
    other = browser(app, session, "reviewer", region_code="440000").get(LIST).text
    assert "中文shanghai" not in other


def test_an_approved_unit_changes_what_nobody_reviews_on_its_own_page(app, session):
    define(session, "beds", "int", "unit")
    define(session, "note", "text", "unit", reviewed=False, label_zh="备忘")
    own = unit(session)
    owner = browser(app, session, "unit_owner", unit_id=own.id)
    form = owner.get(f"/unitview/edit/{own.id}?lang=en").text
    assert "x_note" in form and "x_beds" not in form and 'name="address"' not in form and 'type="file"' not in form
    sent = {"x_note": "二楼", "x_beds": "9", "address": "别处", "version": str(own.version), "then": "save"}
    assert owner.post(f"/unitview/edit/{own.id}", sent).status_code == 302
    session.refresh(own)
    assert own.extra == {"note": "二楼"}
    assert own.address is None
    assert own.status == "approved"
    change = owner.get("/unitchangeview/add").text
    assert "x_beds" in change and "x_note" not in change


def test_without_unreviewed_fields_an_approved_unit_is_not_editable(app, session):
    define(session, "beds", "int", "unit")
    own = unit(session)
    assert browser(app, session, "unit_owner", unit_id=own.id).get(f"/unitview/edit/{own.id}").status_code == 409


def test_a_plain_entity_has_them_too(app, session):
    define(session, "dorms", "int", "school", in_list=True, at_least="1")
    operator = browser(app, session, "operator")
    sent = {"code": "99001", "name": "试点学院", "region": "310120", "open_for_residency": "y"}
    assert "At least 1." in operator.post("/schoolview/add?lang=en", sent | {"x_dorms": "0"}).text
    assert operator.post("/schoolview/add", sent | {"x_dorms": "12"}).status_code == 302
    row = session.scalars(select(School).where(School.code == "99001")).one()
    assert row.extra == {"dorms": 12}
    assert 'data-c="x_dorms"' in operator.get("/schoolview/list/").text


def test_a_section_of_the_form_takes_a_field_in(app, session):
    define(session, "shift", "choice", section_zh="地点和薪酬", section_en="Place and pay")
    define(session, "note", section_zh="班次安排", section_en="Shifts")
    clerk = handler(app, session, unit(session))
    form = clerk.get("/postingview/add?lang=en").text
    parts = {part.split("</legend>")[0].split("<")[0]: part for part in form.split("<legend>")[1:]}
    assert 'name="x_shift"' in parts["Place and pay"]
    assert 'name="x_note"' in parts["Shifts"]


def test_the_history_shows_labels_and_readable_values(app, session, one_of_each):
    own = unit(session)
    row = posting(session, own, status="draft", extra={"a_choice": "day", "a_decimal": "1.00", "a_bool": False})
    clerk = handler(app, session, own)
    sent = {"title": row.title, "region": "310120", "headcount": "1", "version": "1", "then": "save"}
    answer = clerk.post(f"/postingview/edit/{row.id}", sent | VALUES)
    assert answer.status_code == 302, wrong(answer.text)
    page = clerk.get(f"/postingview/changes/{row.id}?lang=en").text
    told = re.sub(r"\s+", " ", html.unescape(re.sub(r"<[^>]+>", "", page)))
    for words in (
        "English a_choice",
        "Night",
        "English a_decimal",
        "3.50",
        "English a_choices",
        "Day; Night",
        "2027-02-03",
        "1,200",
    ):
        assert words in told, words
    assert "x_a_" not in told and "带<b>标记</b>" in told
    stranger = handler(app, session, unit(session))
    assert stranger.get(f"/postingview/changes/{row.id}").status_code == 404
    session.execute(CustomField.__table__.update().where(CustomField.code == "a_choice").values(active=False))
    session.commit()
    assert "English a_choice " not in clerk.get(f"/postingview/changes/{row.id}?lang=en").text


def test_rows_are_counted_by_the_values_of_a_choice(app, session):
    """Facets, in the own rows only; a row with several values at once counts for each; a number has none."""
    for kind in ("choice", "bool", "choices", "int"):
        define(session, f"a_{kind}", kind, in_filter=True)
    own = unit(session)
    for n in range(3):
        posting(
            session,
            own,
            extra={"a_choice": "day" if n else "night", "a_bool": bool(n), "a_choices": ["day"], "a_int": n},
        )
    posting(session, own)
    posting(session, unit(session), extra={"a_choice": "night"})
    clerk = handler(app, session, own)
    page = clerk.get("/postingview/facets?lang=en").text
    found = {}
    for part in re.split(r'<p class="g-h" ', page)[1:]:
        numbers = re.findall(r'<span class="ell">([^<]*)</span>.*?<b>([^<]*)</b>', part)
        found[re.search(r'id="face-f_(\w+)"', part)[1]] = dict(numbers)
    assert found["x_a_choice"] == {"Day": "2", "Night": "1"}
    assert found["x_a_bool"] == {"Yes": "2", "No": "1"}
    assert found["x_a_choices"] == {"Day": "3"} and "x_a_int" not in found
    narrowed = clerk.get("/postingview/facets?lang=en&f_x_a_choice=night").text
    assert "Day" in narrowed, "all values to change to"


def test_labels_are_text_never_markup(app, session):
    define(session, "evil", label_zh="<script>alert(1)</script>", label_en="<img src=x onerror=alert(1)>", **EVERYWHERE)
    own = unit(session)
    row = posting(session, own, extra={"evil": "x"})
    judge = browser(app, session, "reviewer", region_code="310000")
    pages = [judge.get(path).text for path in (LIST, f"{LIST}?lang=en", f"/postingview/show/{row.id}?lang=en")]
    pages += [handler(app, session, own).get("/postingview/add?lang=en").text]
    pages += [app.test_client().get(f"/portal/postings/{row.id}").text]
    for page in pages:
        assert "<script>alert" not in page and "<img src=x" not in page


def test_what_is_not_public_is_found_and_read_by_the_back_office_alone(app, session):
    define(session, "inner", in_search=True, in_list=True)
    own = unit(session)
    posting(session, own, title="公开的", extra={"inner": "鸿雁计划"})
    judge = browser(app, session, "reviewer", region_code="310000")
    assert titles(judge.get(f"{LIST}?q=鸿雁").text) == ["公开的"]
    outside = app.test_client()
    assert "公开的" not in outside.get("/portal/?q=鸿雁").text
    assert "鸿雁" not in outside.get("/portal/?q=公开的").text
    assert outside.get("/api/v1/public/postings?q=鸿雁").json["postings"] == []
