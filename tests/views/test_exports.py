"""Export of lists: exactly the list's rows and words, inside the scope, harmless in a spreadsheet, on record."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from openpyxl import load_workbook
from sqlalchemy import func, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from app import compiled, registry
from app.extensions import db
from app.models.accounts import Hat
from app.models.lists import ListLayout, SavedView
from app.models.messages import Outbox
from app.models.reference import DictItem, Parameter
from app.models.review import ReviewEvent
from app.models.tasks import BackgroundTask, ExportEvent
from app.models.units import Unit
from app.rules.actor import Role
from app.rules.spreadsheet import harmless
from app.tasks import queue
from app.views import cells, export_limits, exporting, identity, listing
from app.views.base import SafeView
from app.views.columns import describe
from app.views.export_limits import Limits
from app.views.export_rows import plain_text, reading
from tests.views import world as made
from tests.views.people import signed_in

VIEWS = [
    e.view
    for e in registry.MENU
    if issubclass(e.view, SafeView) and any("export" in w.split() for w in e.grants.values())
]


@pytest.fixture(scope="session")
def world(request, server_url, template_url, data_dir):
    return made.shared(request.session, server_url, template_url, data_dir)


@pytest.fixture
def undone(world) -> Iterator[Any]:
    """What this test writes is taken back; exports read what the world committed."""
    with made.undone(world) as session:
        yield session


def screen(world: made.World, name: str) -> Any:
    return next(v for v in made.screens(world.app) if type(v).__name__ == name)


def exported(world: made.World, role: Role, name: str, query: str = "", file_format: str = "csv") -> Any:
    path = f"{screen(world, name).route_base}/export?{query}"
    return world.post(role, path, {"format": file_format})


def table(answer: Any) -> list[list[str]]:
    """The lines of a csv file, its mark taken off."""
    assert answer.status_code == 200, answer.text
    assert answer.data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"), newline="")))


def cell(view: Any, row: Any, name: str) -> str:
    """What the screen shows of one value, numbers without their commas."""
    info = describe(view.model, name)
    value = cells.value_of(row, info)
    if name in view.formatters_columns:
        return plain_text(view.formatters_columns[name](value))
    if info.kind in ("int", "decimal"):
        return "" if value is None else str(value)
    shown = cells.text_of(value, info)
    return f"'{shown}" if harmless([shown]) != [shown] else shown


def listed(world: made.World, view: Any, role: Role, args: dict[str, str]) -> list[list[str]]:
    """All pages of the list, one after the other, as the export should have them."""
    actor, found = world.actors[role], []
    with world.app.test_request_context("/?lang=en"):
        identity.wear(actor.account_id, actor.hat_id)
        position = ""
        while True:
            asked = listing.ask(view, args | {"size": "100", "after": position}, actor)
            page = listing.run(view, asked, actor)
            found += [[cell(view, row, name) for name in view.shown_columns()] for row in page.rows]
            position = page.next
            if not position:
                return found


# -- the same rows, the same words -----------------------------------------------------------------------------------


@pytest.mark.parametrize("view", VIEWS, ids=lambda v: v.__name__)
def test_a_file_holds_exactly_the_rows_of_the_list_in_its_order_and_words(world, view, monkeypatch):
    most = Limits(at_once=1_000_000, most=1_000_000, tasks=1, keep=timedelta(hours=1))  # logs hold what other tests did
    monkeypatch.setattr(exporting, "limits", lambda _session: most)
    one = screen(world, view.__name__)
    for role in made.granted(view, "can_export"):
        there = listed(world, one, role, {})  # before: an export writes into the logs, which are exported as well
        lines = table(exported(world, role, view.__name__, "lang=en"))
        assert lines[1:] == there, role
        assert len(lines[0]) == len(set(lines[0])) > 1


QUERIES = {
    "PostingView": [
        "tab=live&sort=-title",
        "q=岗位",
        "f_region=310120&sort=headcount",
        "f_pay_min_from=1&f_status=live",
    ],
    "UnitView": ["tab=approved&sort=name", "f_name=测试", "f_nature=enterprise&sort=-changed_on", "q=zzzz"],
    "ReviewRoundView": ["f_kind=posting&sort=due_at", "f_state=queued", "f_submitted_at_from=2020-01-01"],
    "LoginEventView": ["f_outcome=wrong&sort=-at"],
    "RegionView": ["f_level=2&sort=-code", "q=上海"],
}


@pytest.mark.parametrize(("name", "query"), [(n, q) for n, found in QUERIES.items() for q in found])
def test_filters_tab_search_and_order_are_those_of_the_list(world, name, query):
    view = screen(world, name)
    role = made.granted(type(view), "can_export")[0]
    args = dict(part.split("=") for part in query.split("&"))
    lines = table(exported(world, role, name, f"{query}&lang=en"))[1:]
    assert lines == listed(world, view, role, args)


def test_position_and_size_of_the_page_do_not_matter(world):
    every = table(exported(world, Role.SYSADMIN, "DictItemView"))
    assert table(exported(world, Role.SYSADMIN, "DictItemView", "size=20&after=zzz&before=y&exact=1")) == every
    assert len(every) > 100


def test_headings_and_words_follow_the_reader(world):
    zh = table(exported(world, Role.LEAD, "PostingView", "lang=zh"))
    en = table(exported(world, Role.LEAD, "PostingView", "lang=en"))
    assert (zh[0][1], en[0][1]) == ("状态", "Status")
    assert "已发布" in zh[1] or "招聘中" in zh[1] or zh[1][1] != en[1][1]
    assert [line[0] for line in zh[1:]] == [line[0] for line in en[1:]]


def test_columns_hidden_for_a_role_stay_hidden(world):
    heads = table(exported(world, Role.LEAD, "PostingView", "lang=en"))[0]
    assert "Unit name" in heads
    assert "Unit name" not in table(exported(world, Role.HANDLER, "PostingView", "lang=en"))[0]


# -- scope and permission --------------------------------------------------------------------------------------------


def test_rows_of_another_division_never_leave(world):
    with world.app.app_context():
        ours, theirs = (db.session.get(Unit, world.rows["UnitView"][side]).uscc for side in "ab")
    everything, own = (exported(world, role, "UnitView").text for role in (Role.OPERATOR, Role.REVIEWER))
    assert ours in everything
    assert theirs in everything
    assert ours in own
    assert theirs not in own
    asked_for = table(exported(world, Role.REVIEWER, "UnitView", f"f_region={made.THERE}&f_uscc={theirs}"))
    assert asked_for[1:] == []


def test_who_reads_may_not_therefore_export(world):
    for view, role in (("PostingView", Role.AGENCY), ("MessageView", Role.LEAD), ("GigWantedView", Role.SEEKER)):
        assert ("can_list", view) in compiled.grants()[role.value]
        assert exported(world, role, view).status_code == 403
    page = world.get(Role.SEEKER, "/gigwantedview/list/?lang=en").text
    assert "/gigwantedview/export" not in page


def test_lists_of_persons_are_exported_by_staff_only():
    outside = {Role.SEEKER, Role.STUDENT, Role.OWNER, Role.HANDLER, Role.AGENCY}
    personal = {"PersonalMediumView", "GigWantedView", "AccountView", "HatView", "LoginEventView", "ReviewEventView",
                "ExportEventView", "BlacklistedView", "OutboxView", "JobRunView"}  # fmt: skip
    able = {(view, role) for role in outside for perm, view in compiled.grants()[role.value] if perm == "can_export"}
    assert {view for view, _role in able} & personal == set()
    assert ("can_export", "LoginEventView") in compiled.grants()["auditor"]


def test_the_button_carries_the_conditions_and_says_how_many(world):
    page = world.get(Role.SYSADMIN, "/regionview/list/?lang=en&f_level=2&sort=-code&size=20&exact=1").text
    address = page.split('action="/regionview/export?')[1].split('"')[0]
    assert set(address.replace("&amp;", "&").split("&")) == {"f_level=2", "sort=-code"}
    assert "rows, as filtered and ordered here" in page
    assert "1,000+ rows" in world.get(Role.SYSADMIN, "/regionview/list/?lang=en").text


def test_an_unknown_format_is_refused(world):
    assert exported(world, Role.LEAD, "PostingView", "", "pdf").status_code == 422
    assert world.get(Role.LEAD, "/postingview/export").status_code == 405


# -- what a spreadsheet makes of it ----------------------------------------------------------------------------------

RISKY = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "＝1", "=cmd|' /C calc'!A0", "a;=1", '"=1', "平常", "a\nb"]
SAFE = [f"'{word}" if word[0] in "=+-@\t\r＝" else word for word in RISKY]


def test_texts_that_would_be_computed_get_an_apostrophe():
    assert harmless(RISKY) == SAFE
    assert harmless(["", "1-1", "a=b", "—"]) == ["", "1-1", "a=b", "—"]


@pytest.fixture
def risky(world) -> Iterator[None]:
    """Words of a dictionary that would be formulas, and numbers below zero that are numbers."""
    rows = [
        {"dict_code": "risky", "code": f"0{n}", "name_zh": word, "name_en": "RISKY", "sort": -5 - n}
        for n, word in enumerate(RISKY)
    ]
    with world.app.app_context():
        db.session.execute(insert(DictItem).values(rows))
        db.session.commit()
        yield
        db.session.execute(text("DELETE FROM dict_item WHERE dict_code = 'risky'"))
        db.session.commit()


def test_csv_is_harmless_and_negative_numbers_are_numbers(world, risky):
    answer = exported(world, Role.SYSADMIN, "DictItemView", "f_name_en=RISKY&sort=-sort")
    lines = table(answer)[1:]
    assert [line[2] for line in lines] == SAFE
    assert [line[4] for line in lines] == [str(-5 - n) for n in range(len(RISKY))]
    assert b",-5," in answer.data, "the number stands bare, every text in quotes"
    assert b'"a;=1"' in answer.data


def test_xlsx_holds_text_as_text_and_numbers_as_numbers(world, risky):
    answer = exported(world, Role.SYSADMIN, "DictItemView", "f_name_en=RISKY&sort=-sort", "xlsx")
    assert answer.mimetype.endswith("spreadsheetml.sheet")
    sheet = load_workbook(io.BytesIO(answer.data)).active
    rows = list(sheet.iter_rows(min_row=2))
    assert [row[2].value.replace("_x000D_", "\r") for row in rows] == SAFE
    assert {row[2].data_type for row in rows} == {"s"}
    assert [(row[4].value, row[4].data_type) for row in rows] == [(-5 - n, "n") for n in range(len(RISKY))]
    assert {row[1].data_type for row in rows} == {"s"}, "a code that looks like a number is a text"
    assert rows[0][1].number_format == "@"


def test_xlsx_days_are_days_and_keys_are_text(world):
    answer = exported(world, Role.LEAD, "PostingView", "lang=zh", "xlsx")
    sheet = load_workbook(io.BytesIO(answer.data)).active
    heads = [one.value for one in sheet[1]]
    day = sheet.cell(2, heads.index("有效期至") + 1)
    assert day.is_date
    assert day.number_format == "yyyy-mm-dd"
    assert sheet.freeze_panes == "A2"
    log = load_workbook(io.BytesIO(exported(world, Role.SYSADMIN, "OutboxView", "", "xlsx").data)).active
    assert log.cell(2, 1).data_type == "s"


def test_sealed_columns_leave_masked_only(world, monkeypatch):
    view = screen(world, "UnitView")
    number = "13812345678"
    with world.app.app_context():
        unit = db.session.get(Unit, world.rows["UnitView"]["a"])
        before, unit.contact_phone = unit.contact_phone, number
        db.session.commit()
        masked = unit.contact_phone_masked
    monkeypatch.setattr(view, "list_columns", ["name", "contact_phone", "contact_phone_masked"])
    try:
        csv_file = exported(world, Role.LEAD, "UnitView")
        xlsx = exported(world, Role.LEAD, "UnitView", "", "xlsx")
    finally:
        with world.app.app_context():
            db.session.get(Unit, world.rows["UnitView"]["a"]).contact_phone = before
            db.session.commit()
    ours = [line for line in table(csv_file) if masked in line]
    assert ours[0][1:] == [masked, masked]
    assert "*" in masked
    assert number not in csv_file.text
    values = [one.value for row in load_workbook(io.BytesIO(xlsx.data)).active.iter_rows() for one in row]
    assert masked in values
    assert number not in values


# -- on record -------------------------------------------------------------------------------------------------------


def test_every_export_is_logged_and_chained_before_it_leaves(world, undone):
    answer = exported(world, Role.LEAD, "PostingView", "tab=live&q=岗位&sort=-title&f_status=live")
    line = undone.scalars(select(ExportEvent).order_by(ExportEvent.id.desc())).first()
    assert (line.list_name, line.file_format, line.task_id) == ("PostingView", "csv", None)
    assert (line.account_id, line.role) == (world.actors[Role.LEAD].account_id, "lead")
    assert line.conditions == {"tab": "live", "q": "岗位", "sort": "-title", "f_status": "live"}
    assert line.rows == len(table(answer)) - 1
    assert (line.sha256, line.size) == (hashlib.sha256(answer.data).hexdigest(), len(answer.data))
    event = undone.scalars(
        select(ReviewEvent).where(ReviewEvent.action == "export").order_by(ReviewEvent.id.desc())
    ).first()
    facts = json.loads(event.body)["facts"]
    assert (facts["sha256"], facts["rows"], facts["log"]) == (line.sha256, line.rows, line.id)
    assert "岗位" not in event.body, "what somebody searched for does not enter what can never be erased"
    assert event.actor_id == line.account_id


def test_the_auditor_reads_the_log_in_words_and_exports_it(world, undone):
    exported(world, Role.LEAD, "PostingView", "tab=live&f_region=310120&f_valid_until_from=2020-01-01")
    page = world.get(Role.AUDITOR, "/exporteventview/list/?lang=en").text
    assert "Status: Live" in page
    assert "Work place (division): 上海市奉贤区" in page
    assert "Valid until ≥: 2020-01-01" in page
    assert exported(world, Role.LEAD, "ExportEventView").status_code == 403
    lines = table(exported(world, Role.AUDITOR, "ExportEventView", "lang=en"))
    assert "Units" in [line[3] for line in lines]


def test_a_read_of_the_export_can_write_nothing(world):
    with world.app.app_context(), reading(db.session) as connection, pytest.raises(DBAPIError) as error:
        connection.execute(text("UPDATE unit SET name = 'x'"))
    assert "read-only" in str(error.value.orig)


# -- long lists ------------------------------------------------------------------------------------------------------


def set_limit(session: Any, key: str, value: str) -> None:
    session.scalars(select(Parameter).where(Parameter.key == key)).one().value = value
    session.commit()


def asked_for(world: made.World, session: Any, query: str = "", role: Role = Role.LEAD) -> BackgroundTask:
    """The task of an export that is too long to be answered at once."""
    set_limit(session, "export_rows_at_once", "0")
    answer = exported(world, role, "PostingView", query)
    assert (answer.status_code, answer.location) == (303, "/taskview/list/")
    return newest(session)


def newest(session: Any) -> BackgroundTask:
    session.expire_all()
    return session.scalars(select(BackgroundTask).order_by(BackgroundTask.id.desc())).first()


def clear(session: Any) -> None:
    """Ends the waiting tasks that the world has for its lists."""
    session.execute(update(BackgroundTask).where(BackgroundTask.parameters == {}).values(state="cancelled"))
    session.commit()


def run(world: made.World, session: Any) -> None:
    """Performs what waits for the runner; the world's own waiting tasks are out of its way."""
    clear(session)
    runner = world.app.extensions["task_runner"]
    while runner.run_next():
        session.expire_all()


def test_a_long_list_is_made_in_the_background_and_downloaded_by_its_owner(world, undone):
    now = exported(world, Role.LEAD, "PostingView", "tab=live&sort=title&lang=zh")
    task = asked_for(world, undone, "tab=live&sort=title&lang=zh")
    assert (task.state, task.kind, task.locale) == ("waiting", "export", "zh")
    assert world.get(Role.LEAD, f"/taskview/file/{task.id}").status_code == 404, "not there yet"
    run(world, undone)
    task = newest(undone)
    rows = len(table(now)) - 1
    assert (task.state, task.error_code, task.done, task.total) == ("done", "", rows, rows)
    file = world.people[Role.LEAD].client.get(f"/taskview/file/{task.id}", buffered=True)
    assert file.data == now.data
    assert "attachment" in file.headers["Content-Disposition"]
    assert file.headers["Cache-Control"] == "no-store"
    line = undone.scalars(select(ExportEvent).where(ExportEvent.task_id == task.id)).one()
    assert line.sha256 == hashlib.sha256(file.data).hexdigest() == task.result["sha256"]
    told = undone.scalars(select(Outbox).where(Outbox.dedupe_key.startswith(f"task:{task.id}:"))).one()
    assert (told.template, told.account_id) == ("task_done", world.actors[Role.LEAD].account_id)
    assert world.get(Role.REVIEWER, f"/taskview/file/{task.id}").status_code == 404
    page = world.get(Role.LEAD, "/taskview/list/?lang=en").text
    assert f"/taskview/file/{task.id}" in page
    world.app.extensions["storage"].delete(task.file_key)


def test_two_tabs_make_one_task_and_a_third_export_has_to_wait(world, undone):
    clear(undone)
    one = asked_for(world, undone, "tab=live")
    assert asked_for(world, undone, "tab=live").id == one.id
    assert asked_for(world, undone, "sort=title").id != one.id
    refused = exported(world, Role.LEAD, "PostingView", "sort=-title&lang=en")
    assert refused.status_code == 429
    assert "You have 2 tasks of this kind under way" in refused.text


def test_more_rows_than_the_cap_are_refused_in_words(world, undone):
    set_limit(undone, "export_rows_most", "3")
    count = select(func.count()).select_from(ExportEvent)
    before = undone.scalar(count)
    answer = exported(world, Role.LEAD, "PostingView", "lang=en")
    assert answer.status_code == 422
    assert "More than 3 rows cannot be exported at once" in answer.text
    assert undone.scalar(count) == before


def test_limits_that_make_no_sense_are_as_if_not_set(world, undone):
    usual = export_limits.limits(undone)
    for value in ("", "-1", "1e9", "٣", "99999999999", "0.5"):
        set_limit(undone, "export_rows_most", value)
        assert export_limits.limits(undone) == usual


def test_an_expired_file_answers_410_in_words(world, undone):
    task = asked_for(world, undone)
    run(world, undone)
    key = newest(undone).file_key
    past = update(BackgroundTask).where(BackgroundTask.id == task.id)
    undone.execute(past.values(expires_at=text("now() - interval '1 second'")))
    undone.commit()
    path = f"/taskview/file/{task.id}"
    assert world.get(Role.LEAD, path).status_code == 410, "over is over, whether or not the job has run"
    assert queue.tidy(undone, world.app.extensions["storage"]) == 1
    answer = world.get(Role.LEAD, f"{path}?lang=en")
    assert answer.status_code == 410
    assert "kept for a while only and has been removed" in answer.text
    assert "只保留一段时间" in world.get(Role.LEAD, f"{path}?lang=zh").text
    assert not world.app.extensions["storage"].exists(key)
    assert "The file was removed" in world.get(Role.LEAD, "/taskview/list/?lang=en").text


def logged_in_again(world: made.World) -> Any:
    """The lead in a browser of its own, with what the account may do now."""
    return signed_in(world.app, world.names[Role.LEAD])


def test_a_file_is_not_handed_out_under_another_role_or_reach(world, undone):
    task = asked_for(world, undone)
    run(world, undone)
    lead, path = world.actors[Role.LEAD], f"/taskview/file/{task.id}?lang=en"
    undone.execute(update(Hat).where(Hat.id == lead.hat_id).values(region_code="310100"))
    undone.commit()
    moved = logged_in_again(world).get(path)  # a changed role ends the login
    assert (moved.status_code, "has changed since" in moved.text) == (403, True)
    undone.execute(update(Hat).where(Hat.id == lead.hat_id).values(active=False))
    undone.execute(insert(Hat).values(account_id=lead.account_id, role="operator", active=True))
    undone.commit()
    anew = logged_in_again(world)
    other = anew.get(path)
    assert (other.status_code, "another of your roles" in other.text) == (403, True)
    assert "Made under another role" in anew.get("/taskview/list/?lang=en").text
    world.app.extensions["storage"].delete(newest(undone).file_key)


@pytest.mark.parametrize(
    ("change", "code"), [({"active": False}, "hat_gone"), ({"region_code": "310100"}, "scope_changed")]
)
def test_a_role_taken_away_before_the_task_runs_ends_it_in_words(world, undone, change, code):
    task = asked_for(world, undone)
    undone.execute(update(Hat).where(Hat.id == world.actors[Role.LEAD].hat_id).values(**change))
    undone.commit()
    run(world, undone)
    done = undone.get(BackgroundTask, task.id)
    assert (done.state, done.error_code, done.file_key) == ("failed", code, None)
    assert undone.scalars(select(ExportEvent).where(ExportEvent.task_id == task.id)).all() == []


def test_columns_and_conditions_that_are_gone_end_it_too(world, undone, monkeypatch):
    task = asked_for(world, undone, "f_status=live")
    view = screen(world, "PostingView")
    monkeypatch.setattr(view, "search_columns", [n for n in view.search_columns if n != "status"])
    run(world, undone)
    assert undone.get(BackgroundTask, task.id).error_code == "export_changed", "else more rows would leave than asked"


def test_cancelling_on_the_screen_and_the_end_of_polling(world, undone):
    task = asked_for(world, undone)
    client = world.people[Role.LEAD].client
    polled = {"HX-Request": "true", "HX-Trigger": "live"}
    assert client.get("/taskview/list/", headers=polled).status_code == 200
    assert world.post(Role.REVIEWER, f"/taskview/move/cancel/{task.id}").status_code == 404
    assert world.post(Role.LEAD, f"/taskview/move/cancel/{task.id}").status_code == 302
    assert newest(undone).state == "cancelled"
    run(world, undone)
    assert client.get("/taskview/list/", headers=polled).status_code == 286
    again = world.post(Role.LEAD, f"/taskview/move/cancel/{task.id}?lang=en")
    assert (again.status_code, "has ended already" in again.text) == (409, True)


def test_chosen_columns_and_those_of_a_saved_view_are_those_of_the_file(world, undone):
    lead = world.actors[Role.LEAD]
    key = {"account_id": lead.account_id, "role": "lead", "screen": "PostingView"}
    undone.execute(insert(ListLayout).values(**key, columns=["headcount", "nonsense", "status"]))
    saved = SavedView(**key, name="两列", conditions={}, columns=["valid_until"], density="", position=1)
    undone.add(saved)
    undone.commit()
    heads = table(exported(world, Role.LEAD, "PostingView", "lang=en"))[0]
    assert heads == ["Position", "People wanted", "Status"]
    assert table(exported(world, Role.LEAD, "PostingView", f"lang=en&view={saved.id}"))[0] == [
        "Position",
        "Valid until",
    ]
    page = world.get(Role.LEAD, f"/postingview/list/?lang=en&view={saved.id}").text
    assert f'action="/postingview/export?view={saved.id}"' in page
    other = table(exported(world, Role.REVIEWER, "PostingView", f"lang=en&view={saved.id}"))[0]
    assert "Unit name" in other, "somebody else's view is as if it had not been asked for"
