"""Exports of 100,000 rows: constant memory and time; two at once; stopping in the middle."""

from __future__ import annotations

import csv
import io
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from flask_babel import force_locale
from sqlalchemy import func, insert, select, true, update

from app.extensions import db
from app.models.custom import CustomField
from app.models.positions import Posting
from app.models.tasks import ExportEvent
from app.rules.actor import Role
from app.tasks.work import Stopped
from app.views import exporting, identity
from app.views.export_rows import BATCH
from tests.views import world as made

ROWS = 100_000
MOST_MEMORY = 20  # megabytes an export may take besides what the process has already
PAGE = os.sysconf("SC_PAGE_SIZE")


@pytest.fixture(scope="session")
def world(request, server_url, template_url, data_dir):
    return made.shared(request.session, server_url, template_url, data_dir)


@pytest.fixture
def undone(world) -> Iterator[Any]:
    with made.undone(world) as session:
        yield session


def planned(world: made.World, role: Role, file_format: str, args: dict[str, str] | None = None) -> exporting.Plan:
    """An export of postings through the gate, as a task does it."""
    actor = identity.wear(world.actors[role].account_id, world.actors[role].hat_id)
    view = next(v for v in made.screens(world.app) if type(v).__name__ == "PostingView")
    return exporting.plan(view, actor, args or {}, [], file_format)


def many(world: made.World, session: Any, count: int) -> None:
    """That many copies of a posting of the world, written by the database itself."""
    table = Posting.__table__
    names = [c.name for c in table.columns if c.name not in ("id", "unit_ref", "source_key") and not c.computed]
    number = func.generate_series(1, count).table_valued("n")
    source = select(*(table.c[name] for name in names)).where(table.c.id == world.rows["PostingView"]["a"])
    session.execute(insert(table).from_select(names, source.join_from(table, number, true())))
    session.commit()


def resident() -> float:
    """Megabytes this process has in memory now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE / 1048576


# Slow: a hundred thousand rows have to be there before they can be written.
@pytest.mark.slow
def test_a_hundred_thousand_rows_take_little_memory_and_little_time(world, undone):
    many(world, undone, ROWS)
    connection = undone.connection()
    for file_format, seconds in (("csv", 6), ("xlsx", 12)):  # of this process, whatever else the machine does
        wanted = planned(world, Role.LEAD, file_format)
        exporting.produce(planned(world, Role.LEAD, file_format, {"tab": "off"}), connection, io.BytesIO())
        before, peak = resident(), [0.0]

        def sample(_done: int, _all: int | None, peak: list[float] = peak) -> None:
            peak[0] = max(peak[0], resident())

        with tempfile.TemporaryFile() as stream:
            begun = time.process_time()
            result = exporting.produce(wanted, connection, stream, sample)
            took = time.process_time() - begun
        sample(0, None)
        print(f"{file_format}: {result.rows} rows, {result.size} bytes, {took:.2f} s, +{peak[0] - before:.1f} MB")
        assert result.rows >= ROWS
        assert peak[0] - before < MOST_MEMORY, file_format
        assert took < seconds, file_format


def test_work_that_is_cancelled_stops_at_the_next_batch(world, undone):
    many(world, undone, 3 * BATCH)
    told: list[int] = []

    def stop(done: int, _all: int | None) -> None:
        told.append(done)
        raise Stopped("cancelled")

    with pytest.raises(Stopped):
        exporting.produce(planned(world, Role.LEAD, "csv"), undone.connection(), io.BytesIO(), stop)
    assert told == [BATCH]


def test_two_people_export_at_the_same_time_and_one_person_one_after_the_other(world):
    """The second export of the same person waits or is refused in words; another person's is not touched."""
    view = "/postingview/export?lang=en"
    results: dict[str, Any] = {}

    def ask(name: str, role: Role) -> None:
        results[name] = world.post(role, view, {"format": "csv"})

    threads = [
        threading.Thread(target=ask, args=(name, role))
        for name, role in (("lead", Role.LEAD), ("reviewer", Role.REVIEWER), ("operator", Role.OPERATOR))
    ]
    with world.app.app_context():
        count = db.session.scalar(select(func.count()).select_from(ExportEvent))
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert {name: answer.status_code for name, answer in results.items()} == dict.fromkeys(results, 200)
    with world.app.app_context():
        lines = db.session.scalars(select(ExportEvent).order_by(ExportEvent.id)).all()[count:]
    assert {line.role for line in lines} == {"lead", "reviewer", "operator"}
    sizes = {line.role: line.size for line in lines}
    assert sizes == {name: len(answer.data) for name, answer in results.items()}


def test_one_person_exports_one_list_at_a_time(world):
    with world.app.app_context():
        key = func.pg_advisory_lock(exporting.PERSON_LOCK, world.actors[Role.LEAD].account_id)
        with db.engine.connect() as other:
            other.execute(select(key))
            refused = world.post(Role.LEAD, "/postingview/export?lang=en", {"format": "csv"})
            other.execute(select(func.pg_advisory_unlock_all()))
            other.commit()
    assert refused.status_code == 429
    assert "is being made just now" in refused.text


FIELDS = {
    "shift": ("choice", "night", "Night"),
    "fee": ("decimal", "3.50", "3.50"),
    "begin": ("date", "2027-02-03", "2027-02-03"),
    "note": ("text", "=1+1", "'=1+1"),
}


def test_custom_fields_leave_as_the_list_shows_them_where_they_count(world, undone):
    shifts = [{"code": "night", "zh": "夜班", "en": "Night"}]
    for code, (kind, _value, _shown) in FIELDS.items():
        undone.add(CustomField(
            entity="posting", code=code, type=kind, label_zh=code, label_en=code, in_list=True, in_filter=True,
            options=shifts if kind == "choice" else [],
        ))  # fmt: skip
    undone.add(
        CustomField(
            entity="posting",
            code="far",
            type="text",
            label_zh="远",
            label_en="far",
            in_list=True,
            region_code=made.THERE,
        )
    )
    stored = {code: value for code, (_kind, value, _shown) in FIELDS.items()} | {"far": "elsewhere"}
    ours = world.rows["PostingView"]["a"]
    undone.execute(update(Posting).where(Posting.id == ours).values(extra=stored, title="带自定义字段"))
    undone.commit()
    with force_locale("en"):
        wanted = planned(world, Role.LEAD, "csv", {"f_x_shift": "night"})
        stream = io.BytesIO()
        exporting.produce(wanted, undone.connection(), stream)
    heads, *lines = csv.reader(io.StringIO(stream.read().decode("utf-8-sig"), newline=""))
    assert "far" not in heads, "a field of another division is nothing to this reader"
    assert [dict(zip(heads, line, strict=True)) for line in lines] == [
        {**dict(zip(heads, lines[0], strict=True)), **{code: shown for code, (_kind, _value, shown) in FIELDS.items()}}
    ]
    assert "x_shift" in wanted.names
