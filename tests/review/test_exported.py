"""The log of exports is what the ledger says of it, and cannot be changed unseen."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import IntegrityError

from app.models.tasks import ExportEvent
from app.review import exported, ledger
from app.rules.actor import Role
from tests.review import samples


@pytest.fixture
def log(session):
    """Three exports, each with its event."""
    lead = samples.reviewer(session, "310120", Role.LEAD)
    for rows in range(3):
        line = ExportEvent(
            account_id=lead.account_id, role="lead", region_code="310120", list_name="UnitView", conditions={"q": f"词{rows}"},
            columns=["name", "uscc"], rows=rows, file_format="csv", size=9, sha256=f"{rows:064}",
        )  # fmt: skip
        session.add(line)
        session.flush()
        ledger.append(session, exported.ACTION, lead, "310120", kind="unit", facts=exported.facts(line))
    ledger.append(session, "note", lead, "310120", facts={"log": 1})
    session.commit()
    return session


def test_a_log_that_agrees_has_no_fault(log):
    assert exported.first_untrue(log) is None
    assert "词" not in log.scalar(text("SELECT string_agg(body, '') FROM review_event"))


@pytest.mark.parametrize(
    "statement", ["UPDATE export_event SET rows = 0", "DELETE FROM export_event", "TRUNCATE export_event"]
)
def test_the_database_refuses_every_change(log, statement):
    with pytest.raises(IntegrityError), log.begin_nested():
        log.execute(text(statement))
    assert log.scalar(select(func.count()).select_from(ExportEvent)) == 3


@pytest.mark.parametrize(
    ("change", "seq"),
    [
        ("UPDATE export_event SET rows = 9 WHERE rows = 1", 2),
        ("UPDATE export_event SET conditions = '{}' WHERE rows = 2", 3),
        ("UPDATE export_event SET columns = '{name}' WHERE rows = 0", 1),
        ("UPDATE export_event SET account_id = NULL WHERE rows = 1", 2),
        ("UPDATE export_event SET role = 'auditor' WHERE rows = 1", 2),
        ("UPDATE export_event SET sha256 = repeat('a', 64) WHERE rows = 1", 2),
        ("DELETE FROM export_event WHERE rows = 1", 2),
        (
            "INSERT INTO export_event (role, region_code, list_name, conditions, columns, rows, file_format, size, sha256)"
            " VALUES ('lead', '310120', 'UnitView', '{}', '{}', 1, 'csv', 1, '')",
            0,
        ),
    ],
)
def test_what_somebody_changes_past_the_triggers_is_named(log, change, seq):
    log.execute(text("ALTER TABLE export_event DISABLE TRIGGER USER"))
    log.execute(text(change))
    log.expire_all()
    bad = exported.first_untrue(log)
    assert (bad.chain, bad.seq, bad.why) == ("310000", seq, "log")
    assert ledger.verify(log).ok, "the chain itself is whole"
