"""What is over by the clock, or will be soon: postings, gigs, invitations, certifications, licences, verifications."""

from __future__ import annotations

from datetime import date
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models.agencies import EmployerCertification
from app.models.gigs import GigOffer, GigWanted
from app.models.positions import Posting
from app.review import agency_postings, bindings, cooperation, desk, reminders
from app.rules.actor import CLOCK
from app.rules.dates import today

BATCH = 200


def expire(session: Session, kind: str, model: type) -> int:
    """What is past its last day leaves by itself (GD-46, TJ-32); through the desk, in batches, each on record."""
    statuses = ("live",) if model is Posting else ("live", "paused")
    return _expire_all(session, kind, model, model.status.in_(statuses), model.valid_until < today())


def _expire_all(session: Session, kind: str, model: Any, *due: Any) -> int:
    """The move "expire" for every row that is due. A row somebody else is at is passed by: the next run sees it again."""
    done, last = 0, 0
    while True:
        stmt = select(model.id, model.version).where(*due, model.id > last).order_by(model.id).limit(BATCH)
        found = [(row.id, row.version) for row in session.execute(stmt)]
        done += sum(one.ok for one in desk.move_many(session, CLOCK, kind, found, "expire"))
        if len(found) < BATCH:
            return done
        last = found[-1][0]


def expire_postings(session: Session) -> int:
    """Automatic take-down of postings after their validity (GD-46)."""
    return expire(session, "posting", Posting)


def cease_postings(session: Session) -> int:
    """Postings of agencies that are closed, without licence or no longer authorised (J17)."""
    return agency_postings.take_down(session, today())


def expire_gigs(session: Session) -> int:
    """Gig posts after their last day (TJ-32, TJ-47)."""
    return expire(session, "gig_offer", GigOffer) + expire(session, "gig_wanted", GigWanted)


def expire_invitations(session: Session) -> int:
    """Invitations of handlers that nobody answered in time (GD-35)."""
    return bindings.expire(session)


def follow_cooperation(session: Session) -> int:
    """Needs past their last day end; new residents read what was sent to all (HL-95)."""
    return cooperation.follow(session, today())


def expire_certifications(session: Session, day: date) -> int:
    """The label of an employer ends with its day; one renewed before bears it on."""
    ended = (EmployerCertification.status == "approved", EmployerCertification.valid_until < day)
    return _expire_all(session, "employer_certification", EmployerCertification, *ended)


def remind(session: Session) -> int:
    """Licences and verifications that end soon; certifications that have ended (ZX-30, ZX-06, U17)."""
    day = today()
    return (
        reminders.licences(session, day)
        + reminders.verifications(session, day)
        + reminders.certifications(session, day)
        + expire_certifications(session, day)
    )
