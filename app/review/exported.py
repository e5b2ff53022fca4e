"""The log of exports against the ledger: every line has its event, says what the event says, and none is missing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import Row, cast, func, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session

from app.models.review import ReviewEvent
from app.models.tasks import ExportEvent
from app.review import ledger, logs
from app.review.canonical import digest
from app.review.ledger import BadEvent, Report, chain_of

ACTION: Final = "export"
_BATCH: Final = 500


def facts(line: ExportEvent) -> dict[str, Any]:
    """What the ledger says of an export. What was searched for may be personal: only its digest is there."""
    return {
        "list": line.list_name,
        "columns": list(line.columns),
        "filters": sorted(line.conditions),
        "conditions": digest(line.conditions),
        "rows": line.rows,
        "format": line.file_format,
        "sha256": line.sha256,
        "log": line.id,
        **({"names": digest(line.names)} if line.names else {}),
    }


def verify(session: Session, heads: Mapping[str, Mapping[str, Any]] | None = None) -> Report:
    """Walks the ledger, and compares the logs of exports, logins and requests with it."""
    report = ledger.verify(session, heads=heads)
    untrue = (first_untrue(session) or logs.first_untrue(session)) if report.ok else None
    return report if untrue is None else replace(report, ok=False, first_bad=untrue)


def first_untrue(session: Session) -> BadEvent | None:
    """The first export of which log and ledger tell different things; `why`: log."""
    event = ReviewEvent.__table__.c
    number = cast(func.jsonb_extract_path_text(cast(event.body, JSONB), "facts", "log"), ExportEvent.id.type)
    noted = select(
        event.chain,
        event.seq,
        event.id.label("event"),
        event.actor_id,
        event.actor_role,
        event.body,
        number.label("log"),
    )
    events = noted.where(event.action == ACTION).subquery()
    stmt = select(events, ExportEvent).select_from(events).join(ExportEvent, ExportEvent.id == events.c.log, full=True)
    stmt = stmt.order_by(events.c.event, ExportEvent.id).execution_options(yield_per=_BATCH)
    with session.execute(stmt) as found:
        return next((bad for row in found if (bad := _fault(row)) is not None), None)


def _fault(row: Row[Any]) -> BadEvent | None:
    line = row.ExportEvent
    if row.chain is None:
        return BadEvent(chain_of(line.region_code), 0, None, "log")
    return None if line is not None and _agree(row, line) else BadEvent(row.chain, row.seq, row.event, "log")


def _agree(event: Row[Any], line: ExportEvent) -> bool:
    by = (event.actor_id, event.actor_role, event.chain)
    if by != (line.account_id, line.role, chain_of(line.region_code)):
        return False
    return bool(json.loads(event.body)["facts"] == facts(line))
