"""Lists through the desk: all lands or is named, a second run changes nothing, a broken one goes on (design 5)."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from sqlalchemy import func, select, update

from app.models.positions import Posting
from app.models.review import ReviewEvent, ReviewRound
from app.models.system import ImportRun
from app.models.units import Unit
from app.review import desk, ledger
from app.review.imports import run as runs
from app.review.imports.entities.positions import PostingImport
from app.review.imports.locks import is_running, lock_key, sole_run
from app.review.imports.plan import dry_run
from app.review.imports.postings import Options
from app.review.imports.reading import read_table
from app.review.imports.run import perform
from app.rules.actor import CLOCK, Actor, Role
from app.rules.dates import today
from app.rules.refused import Refused

REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "real_postings.csv"
REGION = "310120"
HEAD = ("posting_no", "title", "unit_name", "pay", "description", "place")
DUTIES = "负责公司档案、会务与日常采购，协助同事处理来访与来函。任职要求：大专以上学历，做事细心。"


def listed(*rows: dict[str, str]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(HEAD)
    for number, row in enumerate(rows, 1):
        usual = {
            "posting_no": f"T{number}", "title": f"行政专员{number}", "unit_name": f"示例{number % 3}号贸易有限公司",
            "pay": "6-8千/月", "description": f"{DUTIES}第{number}组。", "place": "上海-奉贤区",
        }  # fmt: skip
        writer.writerow((usual | row)[name] for name in HEAD)
    return out.getvalue().encode()


def run(session, data: bytes, actor: Actor = CLOCK, options: Options | None = None, **more):
    return perform(session, actor, read_table(data), options or Options(REGION), today(), file_name="list.csv", **more)


def counts(session) -> dict[str, int]:
    session.expire_all()
    models = (Posting, Unit, ReviewRound, ReviewEvent, ImportRun)
    return {m.__tablename__: session.scalar(select(func.count()).select_from(m)) for m in models}


def imported(session):
    return session.scalars(select(Posting).where(Posting.source == "import").order_by(Posting.id)).all()


def test_rows_become_submitted_postings_of_unverified_units(session):
    result = run(session, listed({}, {}, {}, {"place": "上海-徐汇区"}))
    assert (result.total, result.created, result.units_created, result.errors) == (4, 4, 3, [])
    postings = imported(session)
    assert {p.status for p in postings} == {"pending"}
    assert {p.region_code for p in postings} == {REGION}
    assert postings[3].address == "上海-徐汇区"
    assert postings[3].assumed == ["headcount", "valid_until", "region_code"]
    assert postings[0].created_by_id is None
    unit = postings[0].unit
    assert (unit.status, unit.source, unit.uscc, unit.region_code) == ("imported", "import", None, REGION)
    rounds = session.scalars(select(ReviewRound).where(ReviewRound.kind == "posting")).all()
    assert {r.subject_id for r in rounds} == {p.id for p in postings}
    assert {(r.state, r.region_code) for r in rounds} == {("queued", REGION)}
    unverified = [c for c in rounds[0].checks if c["code"] == "J18"]
    assert unverified[0]["severity"] == "warn"
    assert ledger.verify(session).ok


def test_a_second_run_changes_nothing(session):
    data = listed({}, {}, {})
    run(session, data)
    before = counts(session)
    again = run(session, data)
    assert (again.created, again.unchanged, again.units_created) == (0, 3, 0)
    after = counts(session)
    assert after["import_run"] == before["import_run"] + 1
    for name in ("posting", "unit", "review_round"):
        assert after[name] == before[name]


def test_a_mended_list_adds_what_was_missing_and_tells_what_differs(session):
    run(session, listed({}, {"pay": "?"}))
    result = run(session, listed({"title": "另一个名称"}, {}))
    assert (result.created, result.unchanged) == (1, 1)
    assert [(n.code, n.line, n.column) for n in result.remarks] == [("row_differs", 2, "title")]
    assert imported(session)[0].title == "行政专员1"


def test_bad_rows_are_named_and_the_others_land(session):
    result = run(session, listed({}, {"title": ""}, {"pay": "看心情"}, {"posting_no": "T1"}, {}))
    assert result.created == 2
    assert result.refused_rows == 3
    assert [(n.line, n.column, n.code) for n in result.errors] == [
        (3, "title", "cell_empty"),
        (4, "pay", "pay_unreadable"),
        (5, "posting_no", "row_repeated"),
    ]
    kept = session.get(ImportRun, result.run_id)
    assert (kept.state, kept.total, kept.done, kept.created) == ("done", 5, 5, 2)
    assert [(e["line"], e["column"], e["code"]) for e in kept.errors] == [
        (n.line, n.column, n.code) for n in result.errors
    ]


def test_a_dry_run_writes_nothing_and_says_what_would_happen(session):
    run(session, listed({}))
    before = counts(session)
    result = dry_run(session, read_table(listed({}, {}, {"title": ""}, {})), Options(REGION), today())
    assert (result.created, result.unchanged, result.units_created, result.refused_rows) == (2, 1, 1, 1)
    assert not session.new
    assert not session.dirty
    assert counts(session) == before


class Killed(BaseException):
    """Stands for the end of the process."""


def test_a_run_killed_in_the_middle_is_finished_by_the_next(session, monkeypatch):
    """Whole batches stay, the broken one leaves nothing, nothing is doubled."""
    monkeypatch.setattr(PostingImport, "batch_rows", 2)
    data = listed({}, {}, {}, {}, {})

    def kill(done: int, total: int) -> None:
        raise Killed

    with pytest.raises(Killed):
        run(session, data, progress=kill)
    broken = session.scalars(select(ImportRun)).one()
    assert (broken.state, broken.done, broken.created) == ("failed", 2, 2)
    assert len(imported(session)) == 2
    result = run(session, data, run_id=broken.id)
    assert (result.created, result.unchanged) == (3, 2)
    session.refresh(broken)
    assert broken.options["earlier"] == 2, "the page says that two of those that were there came by this import"
    assert len({p.source_key for p in imported(session)}) == len(imported(session)) == 5


def test_an_error_inside_a_batch_leaves_nothing_of_it(session, monkeypatch):
    entered = []

    def burst(*given):
        entered.append(given)
        if len(entered) == 3:
            raise Killed
        return submit(*given)

    submit = desk.submit_in
    monkeypatch.setattr(desk, "submit_in", burst)
    with pytest.raises(Killed):
        run(session, listed({}, {}, {}, {}))
    assert imported(session) == []
    assert session.scalar(select(func.count()).select_from(Unit).where(Unit.source == "import")) == 0


def test_a_run_left_as_running_by_a_dead_process_is_closed_by_the_next(session):
    data = listed({})
    first = run(session, data)
    session.execute(update(ImportRun).values(state="running"))
    session.commit()
    run(session, data)
    session.expire_all()
    assert session.get(ImportRun, first.run_id).state == "failed"


def test_two_runs_of_one_list_at_once_are_refused(session):
    data = listed({})
    key = lock_key(read_table(data).digest, REGION)
    with sole_run(session, key):
        assert is_running(session, key)
        with pytest.raises(Refused, match="import_running"):
            run(session, data)
    assert not is_running(session, key)
    assert run(session, data).created == 1


def test_what_the_checks_block_is_named_with_its_row(session):
    """A frozen unit may not post (J18), imported or not."""
    run(session, listed({}))
    session.execute(update(Unit).where(Unit.source == "import").values(status="frozen"))
    session.commit()
    result = run(session, listed({}, {"unit_name": "示例1号贸易有限公司"}))
    assert (result.created, result.unchanged) == (0, 1)
    assert [n.line for n in result.errors] == [3]


def test_a_registered_unit_of_the_same_name_is_told_and_left_alone(session):
    unit = Unit(
        name="示例1号贸易有限公司", uscc="91310120MA1HABCD7P", nature="enterprise", region_code=REGION,
        status="approved", source="form",
    )  # fmt: skip
    session.add(unit)
    session.commit()
    result = run(session, listed({}))
    assert [(n.code, n.line) for n in result.remarks] == [("unit_registered", 2)]
    assert imported(session)[0].unit_id != unit.id


def test_a_formula_lands_as_the_text_it_is(session):
    result = run(session, listed({"title": "=cmd|' /C calc'!A0"}))
    assert result.created == 1
    assert imported(session)[0].title == "=cmd|' /C calc'!A0"
    assert [n.code for n in result.remarks] == ["cell_formula"]


@pytest.mark.parametrize(
    ("actor", "region", "allowed"),
    [
        (Actor(1, Role.REVIEWER, region_code="310000"), REGION, True),
        (Actor(1, Role.LEAD, region_code="310120"), REGION, True),
        (Actor(1, Role.OPERATOR), "440200", True),
        (Actor(1, Role.REVIEWER, region_code="440200"), REGION, False),
        (Actor(1, Role.HANDLER, unit_id=1, region_code="310120"), REGION, False),
        (Actor(1, Role.SYSADMIN), REGION, False),
    ],
)
def test_whose_division_may_be_imported_for(actor, region, allowed):
    if allowed:
        runs.require_reach(actor, region)
    else:
        with pytest.raises(Refused, match="not_allowed"):
            runs.require_reach(actor, region)


@pytest.mark.parametrize("region", ["999999", "310100", "310119", "x"])
def test_a_division_must_exist_today(session, region):
    """Unknown, a pseudo level, abolished, no code at all."""
    with pytest.raises(Refused, match="import_unknown_region"):
        run(session, listed({}), options=Options(region))


@pytest.mark.slow  # 788 rows with all their checks: about half a minute on two cores
@pytest.mark.skipif(not REAL.exists(), reason="real_postings.csv is not beside the project")
def test_all_real_postings_land_and_a_second_run_changes_nothing(session):
    data = REAL.read_bytes()
    result = run(session, data)
    assert (result.total, result.created, result.errors) == (788, 788, [])
    assert result.units_created == 509
    by_status = session.execute(
        select(ReviewRound.state, func.count()).where(ReviewRound.kind == "posting").group_by(ReviewRound.state)
    ).all()
    assert [tuple(row) for row in by_status] == [("queued", 788)]
    again = run(session, data)
    assert (again.created, again.unchanged, again.errors) == (0, 788, [])
    assert ledger.verify(session).ok
