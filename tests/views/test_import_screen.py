"""The import screen: upload, dry run, mapping, import beside the request, result; only for the own division."""

from __future__ import annotations

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from sqlalchemy import func, select, update

from app.extensions import db
from app.models.accounts import Hat
from app.models.messages import Outbox
from app.models.positions import Posting
from app.models.schools import School
from app.models.system import ImportRun
from app.review.imports.entities import IMPORTERS
from app.review.imports.postings import COLUMNS
from app.review.imports.reading import read_table
from app.rules.actor import Role
from app.views import import_files, import_words, import_work
from tests.views import people

PASSWORD = "Gongjiu-2026-test"
HEAD = "posting_no,title,unit_name,pay,description,place\n"
DUTIES = "负责公司档案、会务与日常采购，协助处理来访与来函。任职要求：大专以上学历，做事细心"
GOOD = f"A1,行政专员,示例贸易有限公司,6-8千/月,{DUTIES},上海-奉贤区\n"
BAD = f"A2,,示例贸易有限公司,看心情,{DUTIES},上海-奉贤区\n"


@dataclass
class Person:
    """Somebody at a browser."""

    client: Any

    def get(self, path: str, **headers: str):
        return self.client.get(path, headers=headers)

    def token(self) -> str:
        return re.search(r'name="csrf_token"[^>]*value="([^"]+)"', self.get("/imports/").text)[1]

    def post(self, path: str, **values: Any):
        return self.client.post(path, data={"csrf_token": self.token(), **values}, content_type="multipart/form-data")

    def upload(self, data: bytes, name: str = "名单.csv", region: str = "310120"):
        return self.post("/imports/new/posting", region=region, file=(io.BytesIO(data), name))


@pytest.fixture
def work(fresh_app):
    """Performs what waits in the queue of background tasks, as a worker process would."""

    def until_idle() -> int:
        done = 0
        while fresh_app.extensions["task_runner"].run_next():
            done += 1
        return done

    return until_idle


@pytest.fixture
def person(fresh_app):
    """Logs somebody in under a hat. Real commits: the import runs in a thread with a session of its own."""

    def enter(role: Role, region: str | None) -> Person:
        from app.extensions import db

        name = f"{role.value}{region or ''}"
        with fresh_app.app_context():
            sm = fresh_app.extensions["appbuilder"].sm
            user = sm.add_user(name, name, "", f"{name}@example.org", sm.find_role(role.value), PASSWORD)
            db.session.add(Hat(account_id=user.id, role=role.value, region_code=region, is_default=True))
            db.session.commit()
        client = fresh_app.test_client()
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get("/login/").text)[1]
        answer = client.post("/login/", data={"username": name, "password": PASSWORD, "csrf_token": token})
        assert answer.status_code == 302
        return Person(client)

    return enter


def rows(app, stmt):
    from app.extensions import db

    with app.app_context():
        return db.session.execute(stmt).all()


def postings(app) -> int:
    return rows(app, select(func.count()).select_from(Posting).where(Posting.source == "import"))[0][0]


def test_upload_dry_run_import_result(fresh_app, person, work):
    reviewer = person(Role.REVIEWER, "310120")
    answer = reviewer.upload((HEAD + GOOD + BAD).encode())
    assert answer.status_code == 302
    path = answer.location
    page = reviewer.get(path).text
    assert postings(fresh_app) == 0, "the dry run writes nothing"
    assert "<mark>看心情</mark>" in page
    assert page.count('data-st="bad"') == 2
    assert reviewer.post(f"{path}/start").status_code == 302
    assert work() == 1
    assert postings(fresh_app) == 1
    run = rows(fresh_app, select(ImportRun.state, ImportRun.created, ImportRun.done, ImportRun.account_id))[0]
    assert (run.state, run.created, run.done) == ("done", 1, 2)
    assert run.account_id is not None
    result = reviewer.get(path).text
    assert "看心情" in result
    told = rows(fresh_app, select(Outbox.link).where(Outbox.template == "task_done"))
    assert [path.endswith(notice.link) for notice in told] == [True], "the notice leads to the result"
    assert reviewer.get(f"{path}/progress").headers["HX-Refresh"] == "true"
    marked = openpyxl.load_workbook(io.BytesIO(reviewer.get(f"{path}/errors").data)).active
    assert [c.value for c in marked[2]][:1] == ["A2"]
    assert marked["D2"].fill.fgColor.rgb == "FFFBD5D5"
    assert marked.max_row == 2


def test_columns_chosen_by_hand_are_kept_through_the_import_and_for_the_next_file(fresh_app, person, work):
    reviewer = person(Role.REVIEWER, "310000")
    other = HEAD.replace("title", "招什么人")
    path = reviewer.upload((other + GOOD).encode()).location
    assert path.endswith("/columns"), "a needed column is missing"
    page = reviewer.get(path).text
    assert 'name="col-1"' in page
    chosen = dict(zip((f"col-{n}" for n in range(6)), HEAD.strip().split(","), strict=True))
    twice = {**chosen, "col-0": "title"}
    assert reviewer.post(path, **twice).status_code == 422
    answer = reviewer.post(path, **chosen, headcount="4")
    assert answer.status_code == 302
    run = answer.location
    assert reviewer.post(f"{run}/start").status_code == 302
    assert work() == 1
    assert rows(fresh_app, select(Posting.title, Posting.headcount))[0] == ("行政专员", 4)
    again = reviewer.upload((other + GOOD.replace("A1", "A9")).encode())
    assert not again.location.endswith("/columns"), "the same headings are matched as before"
    assert person(Role.LEAD, "310000").upload((other + GOOD).encode()).location.endswith("/columns"), "for one person"


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (HEAD.encode("utf-16"), "a.csv"),
        ((HEAD + '1,"x').encode(), "a.csv"),
        ((",".join(f"c{n}" for n in range(5000)) + "\n1\n").encode(), "a.csv"),
        (b"PK\x03\x04 no workbook", "a.xlsx"),
        (b"", "a.csv"),
        (b"\x89PNG\r\n\x1a\n", "a.csv"),
    ],
    ids=["encoding", "quotes", "columns", "damaged", "empty", "picture"],
)
def test_an_unreadable_file_is_answered_on_the_page(fresh_app, person, data, name):
    answer = person(Role.OPERATOR, None).upload(data, name)
    assert answer.status_code == 422
    assert 'role="alert"' in answer.text
    assert rows(fresh_app, select(func.count()).select_from(ImportRun))[0][0] == 0


def test_a_foreign_division_is_refused_and_its_runs_are_not_found(fresh_app, person):
    ours, theirs = person(Role.REVIEWER, "310120"), person(Role.LEAD, "440200")
    path = ours.upload((HEAD + GOOD).encode()).location
    assert theirs.upload((HEAD + GOOD).encode(), region="310120").status_code == 422
    for where in (path, f"{path}/progress", f"{path}/errors", f"{path}/columns"):
        assert theirs.get(where).status_code == 404
    for what in ("start", "cancel", "columns"):
        assert theirs.post(f"{path}/{what}").status_code == 404
    assert path not in theirs.get("/imports/").text
    assert path in ours.get("/imports/").text
    assert postings(fresh_app) == 0


def test_other_roles_may_not_open_it(fresh_app, person):
    auditor = person(Role.AUDITOR, None)
    assert auditor.get("/imports/").status_code == 403
    assert fresh_app.test_client().get("/imports/").status_code == 302


def test_a_second_click_starts_nothing_twice(fresh_app, person, work):
    reviewer = person(Role.REVIEWER, "310120")
    path = reviewer.upload((HEAD + GOOD).encode()).location
    reviewer.post(f"{path}/start")
    reviewer.post(f"{path}/start")
    assert work() == 1
    assert postings(fresh_app) == 1
    assert rows(fresh_app, select(ImportRun.state)) == [("done",)]


def test_columns_chosen_in_another_tab_stop_no_import_that_began_meanwhile(fresh_app, person, monkeypatch):
    reviewer = person(Role.REVIEWER, "310120")
    path = reviewer.upload((HEAD + GOOD).encode()).location
    begun = update(ImportRun).values(state="running")
    monkeypatch.setattr(import_work, "remember", lambda *_found: db.session.execute(begun))
    assert reviewer.post(f"{path}/columns").status_code == 302
    assert [state for (state,) in rows(fresh_app, select(ImportRun.state))] == ["running"]


def test_a_long_list_is_tried_in_the_background_and_then_imported(fresh_app, person, work, monkeypatch):
    """Beyond a few rows nobody waits for the page: progress, then the same page, kept until the columns change."""
    monkeypatch.setattr(type(IMPORTERS["posting"]), "tried_at_once", 1)
    person = person(Role.REVIEWER, "310120")
    sent = person.upload((HEAD + GOOD + BAD).encode())
    at = f"{sent.location}?lang=en"
    waiting = person.get(at).text
    assert 'hx-trigger="every 1s"' in waiting and "Import 1 row" not in waiting
    assert "HX-Refresh" not in person.get(f"{sent.location}/progress").headers
    refused = person.post(f"{sent.location}/start")
    assert refused.status_code == 302 and "every 1s" in person.get(at).text, "nothing is imported untried"
    assert work() == 1
    assert person.get(f"{sent.location}/progress").headers["HX-Refresh"] == "true"
    page = person.get(at).text
    assert "Import 1 row" in page and "Rows with errors" in page and "every 1s" not in page
    assert person.get(f"{at}&show=new").text.count("行政专员") >= 1
    assert "A2" in person.get(f"{sent.location}/errors?form=csv").data.decode("utf-8-sig")
    assert postings(fresh_app) == 0, "a dry run writes nothing"
    person.post(f"{sent.location}/columns", **{f"col-{n}": key for n, key in enumerate(HEAD.strip().split(","))})
    assert "every 1s" in person.get(at).text, "other columns are tried anew"
    assert work() == 1
    person.post(f"{sent.location}/start")
    assert work() == 1
    assert postings(fresh_app) == 1
    done = person.get(at).text
    assert "The import was" not in done


def test_a_long_list_that_was_given_up_is_not_tried(fresh_app, person, work, monkeypatch):
    monkeypatch.setattr(type(IMPORTERS["posting"]), "tried_at_once", 1)
    person = person(Role.REVIEWER, "310120")
    sent = person.upload((HEAD + GOOD + BAD).encode())
    person.post(f"{sent.location}/cancel")
    work()
    ((state, file_id, options),) = rows(fresh_app, select(ImportRun.state, ImportRun.file_id, ImportRun.options))
    assert (state, file_id, "tried" in options) == ("cancelled", None, False)


def test_as_many_rows_and_as_large_a_file_as_a_bureau_has(person):
    for importer in IMPORTERS.values():
        limits = import_work.limits_of(importer)
        assert (limits.rows, limits.size) == (20_000, 20 * 1024 * 1024), importer.key
    assert "at most 20 MB and 20,000 rows" in person(Role.REVIEWER, "310120").get("/imports/new/posting?lang=en").text


def test_a_run_whose_process_died_may_be_gone_on_with(fresh_app, person, work):
    from app.extensions import db

    reviewer = person(Role.REVIEWER, "310120")
    path = reviewer.upload((HEAD + GOOD).encode()).location
    with fresh_app.app_context():
        db.session.execute(update(ImportRun).values(state="running"))
        db.session.commit()
    part = reviewer.get(f"{path}/progress", **{"HX-Request": "true"})
    assert 'hx-trigger="every 3s"' in part.text
    assert 'type="submit"' in part.text
    reviewer.post(f"{path}/start")
    assert work() == 1
    assert postings(fresh_app) == 1


def test_the_template_is_text_cells_and_can_be_read_back(person):
    data = person(Role.REVIEWER, "310120").get("/imports/template/posting/xlsx").data
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert book.active.column_dimensions["A"].number_format == "@"
    sheet = book["填写示例"]
    book.move_sheet(sheet, -1)
    out = io.BytesIO()
    book.save(out)
    table = read_table(out.getvalue())
    assert [c.key for head in table.header for c in COLUMNS if c.is_called(head)] == [c.key for c in COLUMNS]
    assert len(table) == 1


def test_every_note_has_words():
    """Whatever is said of a row is in the catalogue: the codes stand in the source."""
    sources = Path(import_work.__file__).parents[1].joinpath("review", "imports").rglob("*.py")
    code = re.compile(
        r'(?:say|note)\((?:draft, )?"(\w+)"(?: if \w+ else "(\w+)")?'
        r'|(?:yield |\(\()(?:d|draft), "(\w+)"|return "(\w+)", "\w+"'
    )
    said = {each for path in sources for found in code.findall(path.read_text("utf-8")) for each in found if each} - {
        "outside_division",
        "mobile_form",
        "phone_form",
        "email_form",
    }  # refusals, which have words of their own
    assert len(said) > 25
    assert said <= import_words.ROW.keys()


def test_a_cell_with_markup_is_shown_as_text(person):
    reviewer = person(Role.REVIEWER, "310120")
    row = GOOD.replace("6-8千/月", '"<script>alert(1)</script>"')
    page = reviewer.get(reviewer.upload((HEAD + row).encode()).location).text
    assert "<script>alert" not in page
    assert "&lt;script&gt;alert" in page


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"), ("=1", "'=1"), ("@SUM(A1)", "'@SUM(A1)"), ("-2+3+cmd|' /C calc'!A0", "'-2+3+cmd|' /C calc'!A0"),
        ("＝1+1", "'＝1+1"), ("-5", "-5"), ("+86", "+86"), ("6-8千/月", "6-8千/月"),
    ],
)  # fmt: skip
def test_refused_rows_as_csv_compute_nothing(app, cell, written):
    out = io.StringIO()
    csv.writer(out).writerows([["title", "pay"], [cell, "x"]])
    table = read_table(out.getvalue().encode())
    note = {"line": 2, "code": "cell_empty", "field": "pay", "column": "pay", "letter": "B", "value": "", "error": True,
            "facts": {}}  # fmt: skip
    with app.test_request_context("/?lang=zh"):
        lines = list(csv.reader(io.StringIO(import_files.refused_text(table, [note]).decode("utf-8-sig"))))
    assert lines[1][0] == written


@pytest.fixture
def uploads(session):
    """Uploaded lists as rows: entity, place and whose they are."""

    def make(owner: int, entity: str, **place) -> int:
        run = ImportRun(entity=entity, file_name="秘密名单.csv", file_digest="0" * 64, state="dry_run", total=1,
                        account_id=owner, options={}, errors=[], **place)  # fmt: skip
        session.add(run)
        session.commit()
        return run.id

    return make


def test_nobody_sees_the_upload_of_somebody_else(app, session, uploads):
    """One's own lists belong to the account, a school's to the school, a division's to its bureau, national ones to
    who keeps them: by number, in the list of imports and in the records of imports."""
    own = people.unit(session)
    mine, schools = people.handler(app, session, own), session.scalars(select(School).limit(2)).all()
    campus = people.browser(app, session, "school_admin", school_id=schools[0].id)
    operator = people.browser(app, session, "operator")
    runs = {
        "own": uploads(mine.account_id, "own_posting"),
        "school": uploads(campus.account_id, "student", school_id=schools[0].id),
        "division": uploads(operator.account_id, "unit", region_code="310120"),
        "national": uploads(operator.account_id, "school"),
        "administered": uploads(operator.account_id, "region"),
    }
    readers = [
        (people.handler(app, session, own), set()),
        (people.browser(app, session, "seeker"), set()),
        (people.browser(app, session, "school_admin", school_id=schools[1].id), set()),
        (people.browser(app, session, "reviewer", region_code="440203"), set()),
        (people.browser(app, session, "lead", region_code="310000"), {"division"}),
        (operator, {"division", "national", "administered"}),
        (people.browser(app, session, "sysadmin"), {"administered"}),
        (campus, {"school"}),
        (mine, {"own"}),
    ]
    for person, seen in readers:
        for name, key in runs.items():
            if name not in seen:
                paths = [f"/imports/{key}{part}" for part in ("", "/progress", "/columns", "/errors")]
                assert [person.get(path).status_code for path in paths] == [404] * 4, (name, seen)
                assert person.post(f"/imports/{key}/cancel").status_code == 404
        page = person.get("/imports/").text
        assert {name for name, key in runs.items() if f'"/imports/{key}"' in page} == seen
