"""What follows from an approved takeover once the verdict can no longer be taken back, and the end of its materials."""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta
from typing import Any, Final

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session

from app.gateways.storage import Storage
from app.models.accounts import Hat, Person
from app.models.takeovers import TakeoverMaterial, UnitTakeover
from app.models.units import Unit
from app.review import batches, bindings, dispatch, ledger, persons, purging
from app.review.kinds.takeovers import TakeoverKind
from app.review.kinds.unit_owners import owners
from app.review.outbox import Notice, enqueue, known
from app.review.policy import service_phone
from app.rules.actor import CLOCK, Role
from app.rules.bindings import LEVEL

_GRACE: Final = 5  # seconds beyond the undo
_BATCH: Final = 50
_CALM: Final = {"synchronize_session": False}


def warn(session: Session) -> None:
    """The present owners of a unit learn that somebody claims it, once for each sending in. Commits.

    Where all of them know, nothing is written: the job comes by every minute.
    """
    waits = select(UnitTakeover).where(UnitTakeover.status == "pending").order_by(UnitTakeover.id)
    for row in session.scalars(waits).all():
        link, stamp = f"/unitview/show/{row.unit_id}", f"takeover:{row.id}:{row.submitted_at.timestamp()}"
        asked = Notice("takeover_asked", "system", {"title": row.unit.name}, link, stamp)
        untold = set(session.scalars(owners(Hat.account_id, row.unit_id))) - known(session, asked)
        if untold:
            enqueue(session, asked, untold)
            _by_phone(session, asked.template, row.unit, untold, stamp)
    session.commit()


def _by_phone(session: Session, template: str, unit: Any, accounts: Collection[int], stamp: str) -> None:
    """SMS and mail at once to whoever may lose a unit: whatever ways of messages were chosen, at night too."""
    facts = {"unit": unit.name, "phone": service_phone(session)}
    reached = select(Person.account_id, Person.phone, Person.mail).where(Person.account_id.in_(accounts))
    for person in session.execute(reached.order_by(Person.account_id)):
        key = f"{stamp}:{person.account_id}"
        if person.phone:
            dispatch.send(session, "sms", person.phone, template, facts, person.account_id, dedupe=f"{key}:sms")
        if person.mail:
            dispatch.send(session, "mail", person.mail, template, facts, person.account_id, dedupe=f"{key}:mail")


def settle(session: Session, undo_seconds: int) -> int:
    """Hands over what was approved, one unit after the other; how many."""
    warn(session)
    done, wait = 0, timedelta(seconds=undo_seconds + _GRACE)
    while done < _BATCH and _settle_next(session, wait):
        done += 1
    return done


def _settle_next(session: Session, wait: timedelta) -> bool:
    due = (
        select(UnitTakeover)
        .where(
            UnitTakeover.status == "approved",
            UnitTakeover.settled_at.is_(None),
            UnitTakeover.decided_at < func.clock_timestamp() - wait,
        )
        .order_by(UnitTakeover.decided_at)
        .limit(1)
        .with_for_update(skip_locked=True, of=UnitTakeover)
        .execution_options(populate_existing=True)
    )
    row: Any = session.scalars(due).first()
    if row is None:
        session.rollback()
        return False
    unit: Any = session.scalars(select(Unit).where(Unit.id == row.unit_id).with_for_update()).one()
    if unit.status == "approved" and _fit(session, row.created_by_id):
        _hand_over(session, row, unit)
    else:
        _on_record(session, row, unit, "unit_not_taken_over", [])
        link = f"/unittakeoverview/show/{row.id}"  # whoever reads "approved" would wait for ever
        untold = Notice("takeover_failed", "system", {"title": unit.name}, link, f"takeover_failed:{row.id}")
        enqueue(session, untold, {row.created_by_id})
    row.settled_at = func.clock_timestamp()
    session.commit()
    return True


def _fit(session: Session, account_id: int | None) -> bool:
    """The successor's account is still in use, and the name proven."""
    known = select(Person.account_id).join(User, User.id == Person.account_id)
    return (
        session.scalar(known.where(Person.account_id == account_id, User.active, Person.identity_level >= LEVEL))
        is not None
    )


def _hand_over(session: Session, row: Any, unit: Any) -> None:
    """The former owners' roles end, and their logins with them; what they have asked others into is called back."""
    former: list[Any] = list(
        session.scalars(
            select(Hat)
            .where(
                Hat.unit_id == unit.id, Hat.role == Role.OWNER.value, Hat.active, Hat.account_id != row.created_by_id
            )
            .order_by(Hat.id)
            .with_for_update()
        )
    )
    for hat in former:
        hat.active, hat.is_default = False, False
        persons.in_own_name(session, hat.account_id)
        bindings.call_back(session, CLOCK, unit.id, hat.account_id)
    mine = (Hat.account_id == row.created_by_id, Hat.unit_id == unit.id, Hat.role == Role.OWNER.value, Hat.active)
    if session.scalar(select(Hat.id).where(*mine)) is None:
        session.add(Hat(account_id=row.created_by_id, role=Role.OWNER.value, unit_id=unit.id))
    unit.created_by_id = row.created_by_id  # whoever registered it would go on seeing it under the own name
    session.flush()
    gone = [hat.account_id for hat in former]
    _on_record(session, row, unit, "unit_taken_over", gone)
    link, stamp = f"/unitview/show/{unit.id}", f"taken_over:{row.id}"
    enqueue(session, Notice("takeover_lost", "system", {"title": unit.name}, "/messageview/list/", stamp), set(gone))
    _by_phone(session, "takeover_lost", unit, gone, stamp)
    enqueue(session, Notice("takeover_done", "system", {"title": unit.name}, link, stamp), {row.created_by_id})


def _on_record(session: Session, row: Any, unit: Any, action: str, former: list[int]) -> None:
    facts = {"unit": unit.id, "to": row.created_by_id, "from": former}
    ledger.append(session, action, CLOCK, unit.region_code, kind=TakeoverKind.key, subject_id=row.id, facts=facts)


def purge(session: Session, storage: Storage, days: int) -> int:
    """Materials, and the evidence of the rounds, leave some days after the decision or the last change; how many. Commits."""
    over = func.now() - timedelta(days=days)
    ended = (UnitTakeover.status == "approved") & (UnitTakeover.decided_at < over)
    idle = UnitTakeover.status.in_(("returned", "rejected", "draft", "deleted")) & (UnitTakeover.changed_on < over)
    due = select(UnitTakeover.id).where(UnitTakeover.purged_at.is_(None), or_(ended, idle))
    return batches.each(session, due, UnitTakeover.id, lambda takeover_id: _forget(session, storage, takeover_id))


def forget_of(session: Session, storage: Storage, account_id: int) -> None:
    """All that a closed account has shown. Commits."""
    mine = select(UnitTakeover.id).where(UnitTakeover.created_by_id == account_id, UnitTakeover.purged_at.is_(None))
    for takeover_id in session.scalars(mine).all():
        _forget(session, storage, takeover_id)
    session.commit()


def _forget(session: Session, storage: Storage, takeover_id: int) -> None:
    """Files of every round, what they pinned, and what was written of the former owner."""
    pinned = purging.pinned_files(session, TakeoverKind.key, takeover_id)
    shown = set(session.scalars(select(TakeoverMaterial.file_id).where(TakeoverMaterial.takeover_id == takeover_id)))
    purging.remove_files(session, storage, TakeoverMaterial, TakeoverMaterial.takeover_id == takeover_id)
    purging.forget(session, TakeoverKind.key, UnitTakeover.__tablename__, takeover_id)
    purging.remove_unused(session, storage, pinned - shown)
    blank = update(UnitTakeover).where(UnitTakeover.id == takeover_id)
    values = {"reason": "", "purged_at": func.now(), "changed_on": UnitTakeover.changed_on}
    session.execute(blank.values(**values).execution_options(**_CALM))
