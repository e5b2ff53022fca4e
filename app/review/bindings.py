"""Who may act for a unit: invitations, their answers, granted functions, and the hats that follow (GD-32..37).

Every step stands on the ledger and is told to the other side. Nothing here commits, but for a try that found nobody.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import delete, exists, func, or_, select
from sqlalchemy.orm import Session

from app.models.accounts import Hat, Person
from app.models.base import vault
from app.models.bindings import Binding, BindingMiss
from app.models.units import Unit
from app.review import ledger, persons
from app.review.kinds import bans
from app.review.kinds.standing import approved_unit
from app.review.outbox import Notice, enqueue
from app.review.transaction import database_now
from app.rules import bindings as rules
from app.rules.actor import CLOCK, Actor, Role
from app.rules.hats import OUTSIDE
from app.rules.refused import Refused

BATCH = 200
OF_UNIT, OF_PERSON = "/bindingview/show/{}", "/invitationview/show/{}"
# What is told, to which side: move -> (template, to the person).
TOLD = {
    "withdraw": ("binding_withdrawn", True), "unbind": ("binding_ended", True), "accept": ("binding_accepted", False),
    "refuse": ("binding_refused", False), "leave": ("binding_left", False),
}  # fmt: skip


def invite(session: Session, actor: Actor, row: Any) -> None:
    """Fills in a new invitation from what was typed: phone or user name, and the real name.

    Whoever is not registered, not by these data, not real-named, banned, switched off or a member of the staff is not
    found, in one and the same words (GD-37). Raises Refused.
    """
    if not rules.manages(actor) or actor.unit_id is None:
        raise Refused("not_allowed")
    rules.check_grants(actor, row.grants or ())
    unit = _locked_unit(session, actor.unit_id)
    typed, name = (row.invited_as or "").strip(), (row.real_name or "").strip()
    account = _sought(session, typed, name)
    if account == actor.account_id:
        raise Refused("own_account", field="invited_as")
    if account is None or bans.on_person(session, account):  # the list of the banned is nothing the unit may read
        _missed(session, unit)
    held = select(Binding.state).where(
        Binding.unit_id == unit.id, Binding.account_id == account, Binding.state.in_(rules.OPEN)
    )
    if session.scalar(held) is not None:
        raise Refused("bound_already", field="invited_as")
    now = database_now(session)
    row.unit_id, row.account_id, row.invited_by_id = unit.id, account, actor.account_id
    row.invited_as, row.real_name, row.state = rules.shown(typed), name, "invited"
    row.invited_at, row.expires_at = now, now + timedelta(days=rules.DAYS)
    session.add(row)
    session.flush()
    _note(session, actor, row, unit, "bind_invite", {"grants": sorted(row.grants)})
    _tell(session, row, unit, "binding_invited", to_person=True)


def _locked_unit(session: Session, unit_id: int) -> Any:
    """The unit, approved and locked: tries of several people at one moment are counted one after another."""
    session.execute(select(Unit.id).where(Unit.id == unit_id).with_for_update())
    unit = approved_unit(session, unit_id)
    day = func.now() - timedelta(days=1)
    misses = select(func.count()).where(BindingMiss.unit_id == unit_id, BindingMiss.at > day)
    if (session.scalar(misses) or 0) >= rules.MISSES:
        raise Refused("binding_misses", limit=rules.MISSES)
    return unit


def _sought(session: Session, typed: str, name: str) -> int | None:
    """The account that is meant; one statement whoever is asked for."""
    stmt = (
        select(Person.account_id)
        .join(User, User.id == Person.account_id)
        .where(
            or_(Person.phone_hash.in_(vault().blinds(typed, "phone")), func.lower(User.username) == func.lower(typed)),
            Person.real_name == name,
            *_fit(),
        )
    )
    found: int | None = session.scalars(stmt.limit(1)).first()
    return found


def _fit() -> tuple[Any, ...]:
    """Who may act for a unit: real-named, not switched off, none of the staff."""
    staff = exists().where(Hat.account_id == Person.account_id, Hat.active, Hat.role.not_in([r.value for r in OUTSIDE]))
    return Person.identity_level >= rules.LEVEL, User.active, ~staff


def _missed(session: Session, unit: Any) -> None:
    """Counts the try and refuses. The count is kept although nothing else of this request is."""
    unit_id = unit.id
    session.rollback()
    session.add(BindingMiss(unit_id=unit_id))
    session.commit()
    raise Refused("no_such_person", field="invited_as")


def act(session: Session, actor: Actor, row: Any, name: str) -> None:
    """One move on the locked row; a hat comes or goes with it, and the logins of a hat that goes end with it.

    Raises Refused: wrong_state, invitation_over, unit_not_approved, not_allowed (to the person, by now).
    """
    move = rules.MOVES[name]
    if row.state not in move.sources:
        raise Refused("wrong_state")
    now = database_now(session)
    unit = row.unit
    if name == "accept":
        if row.expires_at < now:
            raise Refused("invitation_over")
        unit = approved_unit(session, row.unit_id)
        _still_meant(session, row)
        _give(session, row)
    elif row.state == "bound":
        _take(session, row)
        _call_back(session, actor, row, now)
    row.state = move.target
    if move.target in ("bound", "refused"):
        row.answered_at = now
    else:
        row.ended_at = now
    session.flush()
    template, to_person = TOLD[name]
    _note(session, actor, row, unit, f"bind_{name}", {"grants": sorted(row.grants)})
    _tell(session, row, unit, template, to_person=to_person)


def regrant(session: Session, actor: Actor, row: Any, before: Any) -> None:
    """Other functions from now on; the handler's logins end, so that nobody goes on with what was taken away."""
    rules.check_grants(actor, row.grants or ())
    if row.state not in rules.OPEN:
        raise Refused("wrong_state")
    if sorted(before) == sorted(row.grants):
        return
    if row.state == "bound":
        _give(session, row)
        if rules.MANAGES not in row.grants:
            _call_back(session, actor, row, database_now(session))
    else:
        row.invited_by_id = actor.account_id  # whoever grants stands for the invitation
    session.flush()
    _note(session, actor, row, row.unit, "bind_grants", {"from": sorted(before), "to": sorted(row.grants)})
    _tell(session, row, row.unit, "binding_grants", to_person=True)


def follow(session: Session, actor: Actor, hat: Any) -> None:
    """A handler's hat given, changed or taken by the administrator: the unit's list of handlers says the same."""
    stands = Binding.state.in_(rules.OPEN)
    with session.no_autoflush:
        row: Any = session.scalars(
            select(Binding).where(Binding.unit_id == hat.unit_id, Binding.account_id == hat.account_id, stands)
        ).one_or_none()
    now = database_now(session)
    if row is not None and (hat.active is False or rules.MANAGES not in (hat.grants or ())):
        _call_back(session, actor, row, now)
    if hat.active is False:
        if row is not None:
            row.state, row.ended_at = "ended", now
        return
    if row is None:
        user, person = session.get_one(User, hat.account_id), session.get(Person, hat.account_id)
        name = person.real_name if person is not None else f"{user.last_name}{user.first_name}"
        row = Binding(
            unit_id=hat.unit_id, account_id=hat.account_id, invited_as=rules.shown(user.username)[:64],
            real_name=name[:60], invited_by_id=actor.account_id, invited_at=now, expires_at=now,
        )  # fmt: skip
        session.add(row)
    row.state, row.answered_at, row.grants = "bound", now, list(hat.grants or ())


def _still_meant(session: Session, row: Any) -> None:
    """Whoever invited may do so still, with these functions, and the person is such as may be invited."""
    standing = session.execute(
        select(Hat.role, Hat.grants)
        .join(User, User.id == Hat.account_id)
        .where(
            Hat.account_id == row.invited_by_id, Hat.unit_id == row.unit_id, Hat.active, User.active,
            Hat.role.in_((Role.OWNER.value, Role.HANDLER.value)),
        )
    ).all()  # fmt: skip
    wanted = set(row.grants or ())
    if not any(h.role == Role.OWNER or wanted <= set(h.grants or ()) - {rules.MANAGES} for h in standing if _leads(h)):
        raise Refused("invitation_over")
    may_be_invited = select(Person.account_id).join(User, User.id == Person.account_id).where(
        Person.account_id == row.account_id, *_fit()
    )  # fmt: skip
    if session.scalar(may_be_invited) is None or bans.on_person(session, row.account_id):
        raise Refused("not_allowed")


def _leads(hat: Any) -> bool:
    return hat.role == Role.OWNER or rules.MANAGES in (hat.grants or ())


def _call_back(session: Session, actor: Actor, row: Any, now: Any) -> None:
    """Invitations of a handler who manages no longer are withdrawn."""
    _withdraw_of(session, actor, row.unit_id, row.account_id, now, row.id)


def call_back(session: Session, actor: Actor, unit_id: int, account_id: int) -> None:
    """The same for an owner whose role has ended."""
    _withdraw_of(session, actor, unit_id, account_id, database_now(session), 0)


def merged(session: Session, actor: Actor, row: Any) -> None:
    """One of two between a unit and a person whose two accounts become one; the other one stays."""
    bound = row.state == "bound"
    row.state, row.ended_at = "ended" if bound else "withdrawn", database_now(session)
    facts = {"grants": sorted(row.grants), "merged": True}
    _note(session, actor, row, row.unit, "bind_unbind" if bound else "bind_withdraw", facts)


def _withdraw_of(session: Session, actor: Actor, unit_id: int, account_id: int, now: Any, after: int) -> None:
    """Nobody comes in on the word of somebody thrown out."""
    mine = Binding.unit_id == unit_id, Binding.invited_by_id == account_id, Binding.state == "invited"
    with session.no_autoflush:
        waiting: list[Any] = list(session.scalars(select(Binding).where(*mine).order_by(Binding.id).with_for_update()))
    for one in waiting:
        one.state, one.ended_at = "withdrawn", now
        _note(session, actor, one, one.unit, "bind_withdraw", {"grants": sorted(one.grants), "after": after})
        _tell(session, one, one.unit, "binding_withdrawn", to_person=True)


def expire(session: Session) -> int:
    """Invitations that nobody answered in time are over; both sides may read it. Old counts of misses go. Commits."""
    gone = 0
    while ended := _expire_some(session):  # whatever was ended is no longer due
        gone += ended
    session.execute(delete(BindingMiss).where(BindingMiss.at < func.now() - timedelta(days=2)))
    session.commit()
    return gone


def _expire_some(session: Session) -> int:
    due = select(Binding).where(Binding.state == "invited", Binding.expires_at < func.now()).limit(BATCH)
    rows: list[Any] = list(session.scalars(due.with_for_update(skip_locked=True)))
    for row in rows:
        row.state, row.ended_at = "expired", database_now(session)
        _note(session, CLOCK, row, row.unit, "bind_expire", {})
        _tell(session, row, row.unit, "binding_expired", to_person=False)
    session.commit()
    return len(rows)


def _hat(session: Session, row: Any) -> Any:
    mine = (Hat.account_id == row.account_id, Hat.unit_id == row.unit_id, Hat.role == Role.HANDLER.value, Hat.active)
    return session.scalars(select(Hat).where(*mine).with_for_update()).one_or_none()


def _give(session: Session, row: Any) -> None:
    hat = _hat(session, row)
    if hat is None:
        grants = list(row.grants)
        session.add(Hat(account_id=row.account_id, role=Role.HANDLER.value, unit_id=row.unit_id, grants=grants))
    else:
        hat.grants = list(row.grants)


def _take(session: Session, row: Any) -> None:
    hat = _hat(session, row)
    if hat is not None:
        hat.active, hat.is_default = False, False
        persons.in_own_name(session, row.account_id)


def _note(session: Session, actor: Actor, row: Any, unit: Any, action: str, facts: dict[str, Any]) -> None:
    ledger.append(
        session, action, actor, unit.region_code, subject_id=row.account_id, facts={"binding": row.id, "unit": unit.id, **facts},
    )  # fmt: skip


def _tell(session: Session, row: Any, unit: Any, template: str, *, to_person: bool) -> None:
    """The person, or whoever invited, or the owners where nobody knows who did or that account is closed."""
    link = (OF_PERSON if to_person else OF_UNIT).format(row.id)
    stamp = f"binding:{row.id}:{database_now(session).timestamp()}"
    title = unit.name if to_person else row.real_name
    notice = Notice(template, "system", {"title": title, "days": rules.DAYS}, link, stamp)
    enqueue(session, notice, {row.account_id} if to_person else _of_unit(session, row))


def _of_unit(session: Session, row: Any) -> set[int]:
    leads = or_(Hat.role == Role.OWNER.value, Hat.grants.contains([rules.MANAGES]))
    found = session.execute(
        select(Hat.account_id, Hat.role)
        .join(User, User.id == Hat.account_id)
        .where(Hat.unit_id == row.unit_id, Hat.active, User.active, leads)
    ).all()
    inviter = {one.account_id for one in found if one.account_id == row.invited_by_id}
    return inviter or {one.account_id for one in found if one.role == Role.OWNER}
