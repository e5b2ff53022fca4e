"""三员分立: a role of the three administrators given on the screen waits for an administrator of another kind.

GB/T 22239 wants three separated administrators; who gives roles cannot become, or make, the second person alone. Roles that
the command line gives have no giver and wait for nobody. The database refuses the rest (`ck_hat_confirmed`).
"""

from __future__ import annotations

from typing import Final

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import Select, select, update
from sqlalchemy.orm import Session

from app.models.accounts import Hat
from app.review import ledger
from app.rules.actor import ADMINS, Actor, Role
from app.rules.hats import ORGANISATIONS, administrators_clash
from app.rules.refused import Refused

WAITING: Final = "waiting"
# Roles are given by system administrators: the two others confirm.
CONFIRMERS: Final = ADMINS - {Role.SYSADMIN}
_PLACES: Final = ("region_code", *(f"{name}_id" for name in ORGANISATIONS))


def must_wait(session: Session, hat: Hat) -> bool:
    """Whether saving this hat would put an administrator's role in force that is not in force now."""
    if Role(hat.role) not in ADMINS or hat.active is False:
        return False
    with session.no_autoflush:
        return not (hat.id and session.scalar(select(Hat.active).where(Hat.id == hat.id)))


def ask(session: Session, actor: Actor, hat: Hat) -> None:
    """Lets the role wait; no commit. Raises Refused("role_waits") where another one of the account waits already."""
    waits = select(Hat.id).where(Hat.account_id == hat.account_id, Hat.standing == WAITING, Hat.id != (hat.id or 0))
    with session.no_autoflush:
        if session.scalar(waits.limit(1)) is not None:
            raise Refused("role_waits", field="role")
    hat.active, hat.given_by_id, hat.confirmed_by_id = False, actor.account_id, None
    ledger.append(
        session, "hat_asked", actor, hat.region_code or "", subject_id=hat.account_id, facts={"role": hat.role}
    )


def ask_again(session: Session, actor: Actor, account_id: int) -> bool:
    """Before an account is switched on: the administrator's role it kept meanwhile waits as if given anew; no commit.

    True when there was such a role.

    Raises Refused("role_from_server") where nobody holds that role in force: the database lets the last of a kind not go.
    """
    held = select(Hat).where(Hat.account_id == account_id, Hat.active, Hat.role.in_(sorted(ADMINS))).with_for_update()
    hats = session.scalars(held).all()
    for hat in hats:
        others = (
            select(Hat.id).join(User, User.id == Hat.account_id).where(Hat.active, User.active, Hat.role == hat.role)
        )
        if session.scalar(others.limit(1)) is None:
            raise Refused("role_from_server")
        ask(session, actor, hat)
    return bool(hats)


def may_decide(actor: Actor, hat: Hat) -> bool:
    """The second person: of another kind than who gives roles, neither who gave this one nor whose it is."""
    own = actor.account_id in (hat.account_id, hat.given_by_id)
    return hat.standing == WAITING and actor.role in CONFIRMERS and not own


def confirm(session: Session, actor: Actor, hat_id: int) -> None:
    """The role is in force; no commit.

    Raises Refused: wrong_state (decided on meanwhile, or not this person's to decide), role_account_off, as `unhindered`.
    """
    hat = _locked(session, actor, hat_id)
    if not session.scalar(select(User.active).where(User.id == hat.account_id).with_for_update()):
        raise Refused("role_account_off")
    unhindered(session, hat)
    hat.active, hat.confirmed_by_id = True, actor.account_id
    if hat.is_default:
        only_default(session, hat)
    _note(session, actor, hat, "hat_confirmed", hat.given_by_id)


def decline(session: Session, actor: Actor, hat_id: int) -> None:
    """The role stays out of force; whoever wants it gives it once more. No commit. Raises Refused("wrong_state")."""
    hat = _locked(session, actor, hat_id)
    given_by, hat.given_by_id = hat.given_by_id, None
    _note(session, actor, hat, "hat_declined", given_by)


def unhindered(session: Session, hat: Hat) -> None:
    """Raises Refused when the account's other roles in force forbid this one: one_administrator, hat_twice."""
    with session.no_autoflush:
        others = list(
            session.scalars(select(Hat).where(Hat.account_id == hat.account_id, Hat.active, Hat.id != (hat.id or 0)))
        )
    if administrators_clash(Role(hat.role), [Role(other.role) for other in others]):
        raise Refused("one_administrator", field="role")
    same = [getattr(hat, column) for column in ("role", *_PLACES)]
    if any([getattr(other, column) for column in ("role", *_PLACES)] == same for other in others):
        raise Refused("hat_twice", field="role")


def only_default(session: Session, hat: Hat) -> None:
    """No other role of the account is the one it starts with."""
    others = update(Hat).where(Hat.account_id == hat.account_id, Hat.id != (hat.id or 0))
    session.execute(others.values(is_default=False))


def waiting_for(actor: Actor) -> Select[tuple[Hat]]:
    """What this administrator may decide, the oldest first."""
    mine = Hat.account_id != actor.account_id, Hat.given_by_id != actor.account_id
    return select(Hat).where(Hat.standing == WAITING, *mine).order_by(Hat.id)


def _locked(session: Session, actor: Actor, hat_id: int) -> Hat:
    """As it stands once nobody else holds it: of two decisions at once the second finds it decided."""
    stmt = select(Hat).where(Hat.id == hat_id).with_for_update().execution_options(populate_existing=True)
    hat = session.scalars(stmt).one()
    if not may_decide(actor, hat):
        raise Refused("wrong_state")
    return hat


def _note(session: Session, actor: Actor, hat: Hat, step: str, given_by: int | None) -> None:
    session.flush()
    facts = {"role": hat.role, "given_by": given_by}
    ledger.append(session, step, actor, hat.region_code or "", subject_id=hat.account_id, facts=facts)
