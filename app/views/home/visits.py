"""When somebody was here last: one statement writes down this look and answers when the visit before ended."""

from __future__ import annotations

import datetime as dt

from sqlalchemy import case
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.orm import Session

from app.models.announcements import Visit as VisitRow
from app.rules.actor import Actor
from app.views.home.parts import Visit

PAUSE = dt.timedelta(minutes=30)  # looks that follow each other faster belong to one visit


def note(session: Session, actor: Actor, now: dt.datetime) -> Visit:
    """Notes the visit of the role in use and commits."""
    row = {"account_id": actor.account_id, "hat_id": actor.hat_id, "seen_at": now}
    stmt = insert(VisitRow).values(row)
    ended = case((VisitRow.seen_at < now - PAUSE, VisitRow.seen_at), else_=VisitRow.since)
    stmt = stmt.on_conflict_do_update(index_elements=["account_id", "hat_id"], set_={"since": ended, "seen_at": now})
    since = session.execute(stmt.returning(VisitRow.since)).scalar_one()
    session.commit()
    return Visit(now, since)
