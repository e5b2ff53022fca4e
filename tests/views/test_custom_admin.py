"""The administrator's screen of custom fields: what he adds is there with the next request, and what would break values is refused."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from sqlalchemy import select

from app.models.custom import CustomField
from app.models.positions import Posting
from app.models.tasks import BackgroundTask
from app.tasks.work import Run
from app.views import custom_work
from tests.views.people import browser, handler, posting, unit
from tests.views.test_custom_fields import SHIFTS, define, titles, wrong

ADD, LIST = "/customfieldview/add", "/customfieldview/list/"


@pytest.fixture
def admin(app, session):
    return browser(app, session, "sysadmin")


def sent(kind: str = "text", **more: Any) -> dict[str, Any]:
    """What the form sends for a new field."""
    values = {
        "entity": "posting", "type": kind, "label_zh": f"新{kind}", "label_en": f"New {kind}", "in_form": "y",
        "reviewed": "y", "position": "100",
    }  # fmt: skip
    if "choice" in kind and "options-0-zh" not in more:
        values |= options("白班/Day", "夜班/Night")
    return {name: value for name, value in (values | more).items() if value is not None}


def options(*words: str, codes: tuple[str, ...] = (), off: tuple[str, ...] = ()) -> dict[str, str]:
    found: dict[str, str] = {}
    for number, word in enumerate(words):
        zh, _slash, en = word.partition("/")
        found |= {f"options-{number}-zh": zh, f"options-{number}-en": en}
        found |= {f"options-{number}-code": codes[number]} if codes else {}
        found |= {} if zh in off else {f"options-{number}-on": "y"}
    return found


def field(session, code: str) -> CustomField:
    session.expire_all()
    return session.scalars(select(CustomField).where(CustomField.code == code)).one()


def changed(row: CustomField, **more: Any) -> dict[str, Any]:
    """What the form over a field sends when nothing but `more` was touched."""
    names = ("label_zh", "label_en", "help_zh", "help_en", "at_least", "at_most", "section_zh", "section_en", "type")
    values: dict[str, Any] = {name: getattr(row, name) for name in names} | {"position": str(row.position)}
    values |= {"max_length": str(row.max_length or ""), "region": row.region_code or "", "then": "save"}
    flags = ("required", "in_form", "in_list", "in_filter", "in_search", "reviewed", "public", "active")
    values |= {name: "y" for name in flags if getattr(row, name)}
    for number, one in enumerate(row.options):
        values |= {f"options-{number}-{part}": one[part] for part in ("code", "zh", "en")}
        values |= {} if one.get("off") else {f"options-{number}-on": "y"}
    values["version"] = row.changed_on.isoformat()
    return {name: value for name, value in (values | more).items() if value is not None}


@pytest.mark.slow
def test_a_field_of_every_type_for_every_entity_is_on_the_forms_at_once(app, session, admin):
    """Slow: eight additions, and the forms of five entities. Code and codes of options are given by the system."""
    for kind in ("text", "long", "int", "decimal", "bool", "date", "choice", "choices"):
        answer = admin.post(ADD, sent(kind, in_list="y", in_filter="y"))
        assert answer.status_code == 302, wrong(answer.text)
    clerk = handler(app, session, unit(session))
    form = clerk.get("/postingview/add?lang=en").text
    for kind in ("text", "long", "int", "decimal", "bool", "date", "choice", "choices"):
        assert f'name="x_new_{kind}"' in form, kind
    assert '<option value="night">Night</option>' in form
    page = clerk.get("/postingview/list/?lang=en").text
    assert "New choice" in page and 'name="f_x_new_int_from"' in page
    own = unit(session)
    own.status = "draft"
    session.commit()
    owner = browser(app, session, "unit_owner", unit_id=own.id)
    forms = {
        "unit": (owner, f"/unitview/edit/{own.id}?part=2"), "gig_offer": (clerk, "/gigofferview/add"),
        "gig_wanted": (browser(app, session, "seeker"), "/gigwantedview/add"),
        "school": (browser(app, session, "operator"), "/schoolview/add"),
    }  # fmt: skip
    for entity, (who, path) in forms.items():
        assert admin.post(ADD, sent("choice", entity=entity, code="shift")).status_code == 302
        assert 'name="x_shift"' in who.get(path).text, entity


def test_the_screen_is_the_system_administrators(app, session, admin):
    row = define(session, "probe")
    page = html.unescape(admin.get("/").text)
    assert '/customfieldview/list/"' in page
    for role, place in (("operator", {}), ("secadmin", {}), ("lead", {"region_code": "310000"}), ("seeker", {})):
        who = browser(app, session, role, **place)
        assert who.get(LIST).status_code == 403
        assert who.post(ADD, sent()).status_code == 403
        assert who.post(f"/customfieldview/delete/{row.id}").status_code == 403
    assert admin.client.post(ADD, data=sent()).status_code == 400, "without the token of a form"
    assert app.test_client().get(LIST).status_code == 302


BAD = [
    ({"label_zh": ""}, "label_zh"), ({"entity": "unheard"}, "entity"), ({"entity": None}, "entity"), ({"type": "sealed"}, "type"),
    ({"code": "a b"}, "code"), ({"code": "名"}, "code"), ({"code": "pay_to"}, "code"), ({"code": "';DROP TABLE unit"}, "code"),
    ({"public": "y", "reviewed": None}, "reviewed"), ({"required": "y", "in_form": None}, "in_form"),
    ({"type": "int", "at_least": "9", "at_most": "3"}, "at_most"), ({"type": "int", "at_least": "x"}, "at_least"),
    ({"type": "date", "at_most": "2027-02-30"}, "at_most"), ({"max_length": "99999"}, "max_length"), ({"max_length": "-1"}, "max_length"),
    ({"type": "choice"}, "options"), ({"type": "choice", **options("白班/")}, "options"), ({"region": "999999"}, "region"),
    ({"type": "choice", **options("甲/A", "乙/B", codes=("a", "a"))}, "options"), ({"position": "x"}, "position"),
    ({"type": "choice", **options("甲/A", codes=("<b>",))}, "options"), ({"type": "choice", **options("甲/A", off=("甲",))}, "options"),
    ({"type": "choices", **options(*(f"字{n}/W{n}" for n in range(61)))}, "options"), ({"label_en": "x" * 61}, "label_en"),
]  # fmt: skip


@pytest.mark.slow
def test_what_makes_no_field_is_said_beside_it(admin, session):
    """Slow: two dozen refused forms."""
    for more, column in BAD:
        answer = admin.post(f"{ADD}?lang=en", sent(**more))
        assert answer.status_code == 422, more
        assert f'<a href="#{column}">' in answer.text, (more, wrong(answer.text))
    assert session.scalars(select(CustomField)).all() == []


def test_a_code_counts_once_in_an_entity(admin, session):
    assert admin.post(ADD, sent(code="shift")).status_code == 302
    again = admin.post(f"{ADD}?lang=en", sent(code="shift"))
    assert again.status_code == 422
    assert '<a href="#code">' in again.text
    assert admin.post(ADD, sent(code="shift", entity="unit")).status_code == 302
    for _more in range(2):
        assert admin.post(ADD, sent(label_en="Night shift?")).status_code == 302
    assert {row.code for row in session.scalars(select(CustomField))} == {"shift", "night_shift", "night_shift_2"}


def test_a_refused_form_keeps_the_options_that_were_typed(admin):
    answer = admin.post(ADD, sent("choice", label_zh="", **options('甲"><script>/A', "乙/B", off=("乙",))))
    page = answer.text
    assert 'value="甲&#34;&gt;&lt;script&gt;"' in page
    rows = re.findall(r'name="options-(\d)-on" value="y"( checked)?', page)
    assert rows[:2] == [("0", " checked"), ("1", "")]


def test_another_name_and_another_place(app, session, admin):
    row = define(session, "shift", "choice", in_list=True)
    clerk = handler(app, session, unit(session))
    sections = {"section_zh": "新的一段", "section_en": "A new part"}
    path = f"/customfieldview/edit/{row.id}"
    done = admin.post(path, changed(row, label_zh="轮班", label_en="Turn", in_list=None, **sections))
    assert done.status_code == 302, wrong(done.text)
    form = clerk.get("/postingview/add?lang=en").text
    assert "Turn" in form and "A new part" in form and "English shift" not in form
    assert 'data-c="x_shift"' not in clerk.get("/postingview/list/").text
    stale = admin.post(path, changed(row, label_zh="别名"))
    assert stale.status_code == 302, "the page was read again"
    assert admin.post(path, changed(row, label_zh="晚了", version="2020-01-01T00:00:00+00:00")).status_code == 409


def test_code_and_entity_never_change(session, admin):
    row = define(session, "shift")
    assert admin.post(f"/customfieldview/edit/{row.id}", changed(row, code="other", entity="unit")).status_code == 302
    assert field(session, "shift").entity == "posting"


def test_a_retired_field_is_hidden_and_comes_back_with_its_values(app, session, admin):
    own = unit(session)
    row = define(session, "beds", "int", in_list=True, public=True)
    kept = posting(session, own, extra={"beds": 41})
    judge = browser(app, session, "reviewer", region_code="310000")
    path, portal = f"/postingview/show/{kept.id}?lang=en", f"/portal/postings/{kept.id}?lang=en"
    assert "English beds" in judge.get(path).text and "English beds" in app.test_client().get(portal).text
    assert admin.post(f"/customfieldview/edit/{row.id}", changed(row, active=None)).status_code == 302
    assert "English beds" not in judge.get(path).text
    assert "English beds" not in app.test_client().get(portal).text
    session.refresh(kept)
    assert kept.extra == {"beds": 41}
    assert admin.post(f"/customfieldview/edit/{row.id}", changed(field(session, "beds"), active="y")).status_code == 302
    assert "41" in judge.get(path).text


def test_with_values_stored_the_type_stays_and_the_field_is_not_deleted(session, admin):
    own = unit(session)
    row = define(session, "beds", "int")
    path = f"/customfieldview/edit/{row.id}"
    assert admin.post(path, changed(row, type="text")).status_code == 302, "nothing is stored yet"
    assert admin.post(path, changed(field(session, "beds"), type="int")).status_code == 302
    posting(session, own, extra={"beds": 4})
    assert 'name="type"' not in admin.get(path).text
    assert admin.post(path, changed(field(session, "beds"), type="text")).status_code == 302
    assert field(session, "beds").type == "int", "what the form does not offer is not read"
    answer = admin.post(f"/customfieldview/delete/{row.id}", headers={"Accept": "application/json"})
    assert answer.status_code == 409
    assert field(session, "beds").id == row.id


def test_a_type_is_kept_also_where_the_form_was_open_before_the_first_value(session, admin, monkeypatch):
    """Between the form and its arrival somebody stored a value: the form still offered the type."""
    row = define(session, "beds", "int")
    monkeypatch.setattr("app.views.custom_fields.CustomFieldView.left_out", lambda *_: ())
    posting(session, unit(session), extra={}, edit_content={"x_beds": 4})
    answer = admin.post(f"/customfieldview/edit/{row.id}?lang=en", changed(row, type="text"))
    assert answer.status_code == 422
    assert "the type stays as it is" in answer.text


def test_a_field_without_values_is_deleted(session, admin):
    row = define(session, "beds", "int")
    assert admin.post(f"/customfieldview/delete/{row.id}").status_code == 302
    assert session.scalars(select(CustomField)).all() == []


def test_what_nobody_reviewed_never_becomes_public(session, admin):
    row = define(session, "note", reviewed=False)
    posting(session, unit(session), extra={"note": "内部"})
    for more in ({"reviewed": "y", "public": "y"}, {"reviewed": "y"}):
        answer = admin.post(f"/customfieldview/edit/{row.id}?lang=en", changed(row, **more))
        assert answer.status_code == 422
        assert "nobody reviewed" in html.unescape(answer.text)
    assert field(session, "note").reviewed is False


def test_an_option_is_taken_out_while_unused_else_switched_off(app, session, admin):
    own = unit(session)
    row = define(session, "shift", "choice", in_list=True, in_filter=True)
    kept = posting(session, own, title="旧的", extra={"shift": "night"}, status="draft")
    path = f"/customfieldview/edit/{row.id}"
    gone = {f"options-1-{part}": None for part in ("code", "zh", "en", "on")}
    answer = admin.post(f"{path}?lang=en", changed(row, **gone))
    assert answer.status_code == 422
    assert "is in use: switch it off instead" in html.unescape(answer.text)
    assert admin.post(path, changed(row, **{"options-1-on": None})).status_code == 302
    clerk = handler(app, session, own)
    assert 'value="night"' not in clerk.get("/postingview/add").text
    assert '<option value="night" selected>Night</option>' in clerk.get(f"/postingview/edit/{kept.id}?lang=en").text
    assert "夜班" in clerk.get(f"/postingview/show/{kept.id}?lang=zh").text
    row = field(session, "shift")
    posting(session, own, extra={"shift": "night"})
    swapped = changed(row) | options("夜班/Night", "中班/Middle", codes=("night", ""))
    assert admin.post(path, swapped).status_code == 302
    assert [one["code"] for one in field(session, "shift").options] == ["night", "middle"]


def test_required_later_leaves_old_rows_editable_and_asks_when_sent_in(app, session, admin):
    own = unit(session)
    row = define(session, "beds", "int", entity="posting")
    old = posting(session, own, status="draft", title="以前的")
    assert admin.post(f"/customfieldview/edit/{row.id}", changed(row, required="y")).status_code == 302
    clerk = handler(app, session, own)
    form = clerk.get(f"/postingview/edit/{old.id}").text
    assert re.search(r'<label class="req" for="x_beds">', form)
    values = {"title": "改了", "region": "310120", "headcount": "2", "version": str(old.version), "then": "save"}
    assert clerk.post(f"/postingview/edit/{old.id}", values).status_code == 302


def test_a_plain_row_is_not_saved_without_what_is_required(app, session, admin):
    define(session, "dorms", "int", "school", required=True)
    operator = browser(app, session, "operator")
    values = {"code": "99001", "name": "试点学院", "region": "310120", "open_for_residency": "y"}
    answer = operator.post("/schoolview/add?lang=en", values)
    assert answer.status_code == 422
    assert '<a href="#x_dorms">' in answer.text
    assert operator.post("/schoolview/add", values | {"x_dorms": "3"}).status_code == 302


def run(task: BackgroundTask) -> Run:
    return Run(task.id, 1, task.kind, task.title, task.account_id, task.hat_id, task.locale, dict(task.parameters))


def test_words_are_made_anew_when_a_field_begins_and_ceases_to_be_searched(app, session, admin):
    own = unit(session)
    row = define(session, "shift", "choice")
    kept = posting(session, own, title="库管", extra={"shift": "night"})
    key, version, moment = kept.id, kept.version, kept.changed_on
    judge = browser(app, session, "reviewer", region_code="310000")
    path = f"/customfieldview/edit/{row.id}"

    def finds(words: str) -> bool:
        return titles(judge.get(f"/postingview/list/?q={words}").text) == ["库管"]

    def work() -> None:
        task = session.scalars(select(BackgroundTask).order_by(BackgroundTask.id.desc())).first()
        assert task.kind == "reindex"
        outcome = custom_work.perform(run(task))
        outcome.record(session)
        task.state = "done"
        session.commit()
        assert outcome.result == {"rows": 1}

    assert admin.post(path, changed(row, in_search="y")).status_code == 302
    assert field(session, "shift").search_stale
    assert not finds("夜班")
    assert "Search index is behind" in admin.get(f"/customfieldview/show/{row.id}?lang=en").text
    work()
    assert finds("夜班") and not field(session, "shift").search_stale
    renamed = {"options-1-zh": "大夜"}
    assert admin.post(path, changed(field(session, "shift"), **renamed)).status_code == 302
    work()
    assert finds("大夜") and not finds("夜班")
    assert admin.post(path, changed(field(session, "shift"), in_search=None)).status_code == 302
    work()
    assert not finds("大夜")
    now = session.execute(select(Posting.version, Posting.changed_on).where(Posting.id == key)).one()
    assert now == (version, moment), "nobody changed the row"


def test_the_words_of_a_field_without_options_show_a_dash(session, admin):
    row = define(session, "beds", "int")
    page = re.sub(r"<[^>]+>", " ", admin.get(f"/customfieldview/show/{row.id}?lang=en").text)
    assert re.search(r"Options\s+—", page)


def test_a_label_asks_for_no_new_index(session, admin):
    row = define(session, "shift", "choice", in_search=True)
    posting(session, unit(session), extra={"shift": "night"})
    assert admin.post(f"/customfieldview/edit/{row.id}", changed(row, label_zh="轮班")).status_code == 302
    assert session.scalars(select(BackgroundTask)).all() == []


def test_the_record_says_how_often_a_field_is_filled_in_and_who_changed_it(session, admin):
    row = define(session, "shift", "choice", options=[*SHIFTS, {"code": "old", "zh": "旧", "en": "Old", "off": True}])
    posting(session, unit(session), extra={"shift": "night"})
    shown = admin.get(f"/customfieldview/show/{row.id}?lang=en").text
    assert "Day; Night; Old (no longer offered)" in shown
    assert "1 row" in shown
    admin.post(f"/customfieldview/edit/{row.id}", changed(row, label_en="Turn", **{"options-1-en": "Late"}))
    past = re.sub(r"<[^>]+>", "", admin.get(f"/customfieldview/changes/{row.id}?lang=en").text)
    assert "Day; Late; Old (no longer offered)" in past and "Turn" in past and "{" not in past.partition("Turn")[2]
    assert "Turn" in admin.get(f"{LIST}?q=turn&lang=en").text
    assert f"/customfieldview/show/{row.id}" in admin.get("/find/?q=中文shift").text
