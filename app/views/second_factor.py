"""The second factor: whether it is asked for, its set-up, and the proof by a code. No page stands here (factor_pages.py)."""

from __future__ import annotations

import secrets
from time import time as clock
from typing import Any, Final

from flask import current_app
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from app.extensions import db
from app.models.accounts import Hat, Person
from app.models.base import vault
from app.models.second_factor import RecoveryCode, SecondFactor, SecurityKey
from app.review import outbox
from app.rules import second_factor as rules
from app.rules.actor import Role
from app.rules.hats import is_staff
from app.rules.refused import Refused
from app.views import enrolment, sessions

ENTER, SET_UP = "enter", "set_up"
ISSUER: Final = "公就 Gongjiu"
LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})


def demo_spared() -> bool:
    """Whether demo accounts need no second factor: only on a machine that nobody else reaches."""
    config = current_app.config
    return bool(config["DEMO"] and config["HOST"] in LOOPBACK and not config["TRUSTED_PROXIES"] and not config["TLS"])


def needed(account_id: int) -> str:
    """What stands between the right password and the system: "", ENTER a code, or SET_UP a device first.

    Staff have a second factor; whoever else has set one up is asked for it too.
    """
    if not current_app.config["SECOND_FACTOR"]:
        return ""
    demo = select(Person.demo).where(Person.account_id == account_id).scalar_subquery()
    set_up = select(SecondFactor.confirmed_at).where(SecondFactor.account_id == account_id).scalar_subquery()
    roles = select(func.array_agg(Hat.role)).where(Hat.account_id == account_id, Hat.active).scalar_subquery()
    of_demo, since, found = db.session.execute(select(demo, set_up, roles)).one()
    if since is not None:
        return ENTER
    if of_demo and demo_spared():
        return ""
    return SET_UP if is_staff([Role(role) for role in found or ()]) else ""


def pending_secret(account_id: int, *, again: bool = False) -> str:
    """The secret that waits for its first code. Whoever opens the page gets a new one: what somebody else may have seen
    with the same password is worth nothing. `again`: after a wrong code it is the one that was shown.
    """
    kept = (
        db.session.scalar(select(SecondFactor.pending).where(SecondFactor.account_id == account_id)) if again else None
    )
    if kept:
        return kept
    secret = rules.new_secret()
    fresh = insert(SecondFactor).values(account_id=account_id, pending=secret, last_step=0)
    fresh = fresh.on_conflict_do_update(index_elements=["account_id"], set_={"pending": fresh.excluded.pending})
    db.session.execute(fresh)
    db.session.commit()
    return secret


def _guarded(user: User) -> None:
    """Raises Refused("too_many") after too many wrong codes or passwords: they count together."""
    sessions.refuse_if_locked(user.username)


def _wrong(user: User) -> Refused:
    sessions.note(user.username, "wrong_code", user.id)
    return Refused("code_wrong", field="code")


def enrol(user: User, typed: str, handed: str) -> list[str]:
    """The first device of somebody of the staff: takes the code that an administrator handed over, too.

    Raises Refused: too_many, enrolment_wrong, code_wrong.
    """
    _guarded(user)
    if not enrolment.right(user, handed):
        sessions.note(user.username, "wrong_code", user.id)
        raise Refused("enrolment_wrong", field="enrolment")
    codes = confirm(user, typed)
    enrolment.spend(user.id)
    db.session.commit()
    return codes


def confirm(user: User, typed: str) -> list[str]:
    """The first code of a new device puts it into force. Returns the recovery codes, which are shown once.

    Raises Refused: too_many, code_wrong.
    """
    _guarded(user)
    row = db.session.get(SecondFactor, user.id, with_for_update=True)
    step = rules.step_of(row.pending, rules.tidy(typed), clock()) if row is not None and row.pending else None
    if row is None or step is None:
        raise _wrong(user)
    row.secret, row.pending, row.last_step, row.confirmed_at = row.pending, None, step, func.now()
    codes = new_codes(user.id)
    tell(user.id, "factor_set", str(step))
    sessions.note(user.username, "factor_set", user.id)
    return codes


def new_codes(account_id: int) -> list[str]:
    """Fresh recovery codes; those before are worth nothing any more. The caller commits."""
    codes = rules.recovery_codes()
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    db.session.add_all(RecoveryCode(account_id=account_id, code_hash=_hash(code)) for code in codes)
    return codes


PURPOSE: Final = "recovery_code"


def _hash(code: str) -> str:
    return vault().blind(code, PURPOSE)


def prove(user: User, typed: str) -> None:
    """A code of the device, or a recovery code. Each is good once, however many ask at the same moment.

    Raises Refused: too_many, code_wrong.
    """
    _guarded(user)
    code = rules.tidy(typed)
    if not (_recovered(user, code) if "-" in code else _shown(user, code)):
        raise _wrong(user)


def _shown(user: User, code: str) -> bool:
    secret = db.session.scalar(select(SecondFactor.secret).where(SecondFactor.account_id == user.id))
    step = rules.step_of(secret, code, clock()) if secret else None
    if step is None:
        return False
    stmt = update(SecondFactor).where(SecondFactor.account_id == user.id, SecondFactor.last_step < step)
    return _one(stmt.values(last_step=step))


def _recovered(user: User, code: str) -> bool:
    mine = (RecoveryCode.account_id == user.id) & RecoveryCode.code_hash.in_(vault().blinds(code, PURPOSE))
    if not _one(update(RecoveryCode).where(mine, RecoveryCode.used_at.is_(None)).values(used_at=func.now())):
        return False
    sessions.note(user.username, "code_used", user.id)
    return True


def _one(stmt: Any) -> bool:
    done: Any = db.session.execute(stmt.execution_options(synchronize_session=False))
    db.session.commit()
    return bool(done.rowcount == 1)


def codes_left(account_id: int) -> int:
    """How many recovery codes are still good."""
    stmt = select(func.count()).where(RecoveryCode.account_id == account_id, RecoveryCode.used_at.is_(None))
    return db.session.scalar(stmt) or 0


def tell(account_id: int, template: str, mark: str) -> None:
    """Tells the account what became of its second factor. The caller commits."""
    notice = outbox.Notice(template, "system", {}, "/factor/", f"factor:{account_id}:{mark}")
    outbox.enqueue(db.session, notice, [account_id])


def take_off(account_id: int) -> None:
    """No device and no codes any more; every login of the account ends. The next one sets up a new device."""
    tell(account_id, "factor_removed", secrets.token_hex(8))
    db.session.execute(delete(RecoveryCode).where(RecoveryCode.account_id == account_id))
    db.session.execute(delete(SecurityKey).where(SecurityKey.account_id == account_id))
    db.session.execute(delete(SecondFactor).where(SecondFactor.account_id == account_id))
    sessions.shut_out(account_id, "factor_reset")


def prove_for_token(user: User, code: str) -> None:
    """The same for a program that asks for a token: the code comes along with the password.

    Raises Refused: factor_set_up, too_many, code_wrong.
    """
    asked = needed(user.id)
    if asked == SET_UP:
        raise Refused("factor_set_up")
    if asked == ENTER:
        prove(user, code[:40])
        sessions.note(user.username, "ok", user.id)
