"""Reminders of days that are near: licences of agencies, re-verification of units."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from app.models.accounts import Hat
from app.models.agencies import Agency, EmployerCertification
from app.models.units import Unit
from app.review.outbox import Notice, enqueue
from app.rules.actor import Role
from app.rules.agencies import CERTIFIED_REMINDED, REMINDED


def licences(session: Session, today: date) -> int:
    """Whoever acts for an agency reads sixty, thirty and seven days before, and on the day, that its licence ends."""
    days = [today + timedelta(days=n) for n in REMINDED]
    stmt = (
        select(Agency.id, Agency.name, Agency.licence_valid_until.label("day"), Hat.account_id)
        .join(Hat, (Hat.agency_id == Agency.id) & Hat.active)
        .where(Agency.licence_valid_until.in_(days))
    )
    return _send(session, stmt, today, "licence_ends", "/agencyview/show/{}")


def verifications(session: Session, today: date) -> int:
    """The owner of a unit reads the same of its re-verification, and once more when it is a week overdue (U17)."""
    days = [today + timedelta(days=n) for n in (*REMINDED, -7)]
    stmt = (
        select(Unit.id, Unit.name, Unit.reverify_due.label("day"), Hat.account_id)
        .join(Hat, (Hat.unit_id == Unit.id) & Hat.active & (Hat.role == Role.OWNER.value))
        .where(Unit.reverify_due.in_(days), Unit.status == "approved")
    )
    return _send(session, stmt, today, "verification_due", "/unitview/show/{}")


def certifications(session: Session, today: date) -> int:
    """Thirty and seven days before the label of a unit ends its owners read so, unless the next certification waits (ZX-06)."""
    days = [today + timedelta(days=n) for n in CERTIFIED_REMINDED]
    waits = exists().where(EmployerCertification.unit_id == Unit.id, EmployerCertification.status == "pending")
    stmt = (
        select(Unit.id, Unit.name, Unit.certified_until.label("day"), Hat.account_id)
        .join(Hat, (Hat.unit_id == Unit.id) & Hat.active & (Hat.role == Role.OWNER.value))
        .where(Unit.certified_until.in_(days), Unit.status == "approved", ~waits)
    )
    return _send(session, stmt, today, "certification_ends", "/employercertificationview/list/")


def _send(session: Session, stmt: Any, today: date, template: str, link: str) -> int:
    """One notice for each day and person; a second run of the day changes nothing. Commits."""
    rows = session.execute(stmt).all()
    for row in rows:
        facts = {"title": row.name, "day": row.day}
        dedupe = f"{template}:{row.id}:{row.day.isoformat()}:{(row.day - today).days}"
        enqueue(session, Notice(template, "system", facts, link.format(row.id), dedupe), {row.account_id})
    session.commit()
    return len(rows)
