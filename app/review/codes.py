"""One-time codes of six digits by SMS or mail: five minutes, five tries, a minute between two, some a day.

The answers say nothing of whether anybody is registered with the target.
"""

from __future__ import annotations

import hmac
import secrets
from datetime import timedelta
from typing import Any, Final

from sqlalchemy import Row, delete, func, select, update
from sqlalchemy.orm import Session

from app.models.base import vault
from app.models.dispatch import OneTimeCode
from app.review import dispatch
from app.review.policy import number
from app.rules import limits
from app.rules.refused import Refused

MINUTES: Final = 5
MOST_TRIES: Final = 5
BETWEEN: Final = 60  # seconds between two codes to one target
MISS: Final = "miss"
TARGET: Final = "one_time_code.target"  # purpose of the blind index
# Whoever registers or appeals is unknown; whoever logs in holds the phone. The one must not use up the other's codes.
GROUPS: Final = {"register": "open", "appeal": "open", "login": "in", "reset": "in"}
_DAY: Final = timedelta(days=1)
_LOCK: Final = 7_203_371


def issue(session: Session, purpose: str, target: str, address: str, *, template: str = "code") -> None:
    """Makes a code, sends it and commits; earlier ones of the purpose are worth nothing from then on.

    `template` other than "code": the owner of the target is told something else instead; the limits and the answer are the
    same, so that a stranger does not learn the difference. Raises Refused: code_too_soon, code_day_phone, code_day_address.
    """
    mark = _blind(target)
    session.execute(select(func.pg_advisory_xact_lock(_LOCK, func.hashtext(mark))))
    address = limits.net(address)
    _within_limits(session, purpose, mark, address)
    code = f"{secrets.randbelow(10**6):06d}"
    mine = update(OneTimeCode).where(OneTimeCode.target_hash == mark, OneTimeCode.purpose == purpose)
    open_ones = mine.where(OneTimeCode.used_at.is_(None), OneTimeCode.expires_at > func.now())
    session.execute(open_ones.values(expires_at=func.now()).execution_options(synchronize_session=False))
    hashed = _hash(purpose, target, code) if template == "code" else _hash(purpose, target, secrets.token_hex(16))
    until = func.clock_timestamp() + timedelta(minutes=MINUTES)
    session.add(
        OneTimeCode(purpose=purpose, target_hash=mark, code_hash=hashed, address=address[:45], expires_at=until)
    )
    facts = {"code": code, "minutes": str(MINUTES)} if template == "code" else {}
    dispatch.send(session, "mail" if "@" in target else "sms", target, template, facts, minutes=MINUTES)
    session.commit()


def limit(session: Session, purpose: str, target: str, address: str) -> None:
    """Counts something else that is sent to a target like a code, within the same limits. No commit."""
    mark = _blind(target)
    session.execute(select(func.pg_advisory_xact_lock(_LOCK, func.hashtext(mark))))
    address = limits.net(address)
    _within_limits(session, purpose, mark, address)
    now = func.clock_timestamp()
    session.add(
        OneTimeCode(purpose=purpose, target_hash=mark, code_hash="", address=address[:45], expires_at=now, used_at=now)
    )
    session.flush()


def check(session: Session, purpose: str, target: str, code: str) -> None:
    """Uses the code up, in the caller's transaction. Raises Refused("code_refused"), whatever was wrong.

    The try is counted and committed before the code is looked at: ask before anything else is written.
    """
    newest = (
        select(OneTimeCode.id)
        .where(OneTimeCode.target_hash == _blind(target), OneTimeCode.purpose == purpose)
        .where(OneTimeCode.used_at.is_(None), OneTimeCode.expires_at > func.clock_timestamp())
        .order_by(OneTimeCode.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    counted = update(OneTimeCode).where(OneTimeCode.id == newest, OneTimeCode.tries < MOST_TRIES)
    calm = {"synchronize_session": False}
    stmt = counted.values(tries=OneTimeCode.tries + 1).returning(OneTimeCode.id, OneTimeCode.code_hash)
    row = session.execute(stmt.execution_options(**calm)).first()
    session.commit()
    right = hmac.compare_digest(_hash(purpose, target, code.strip()), row.code_hash if row is not None else "")
    if row is None or not right:
        raise Refused("code_refused", field="code")
    used = update(OneTimeCode).where(OneTimeCode.id == row.id, OneTimeCode.used_at.is_(None))
    done = session.execute(used.values(used_at=func.now()).returning(OneTimeCode.id).execution_options(**calm)).first()
    if done is None:
        raise Refused("code_refused", field="code")


def burn(session: Session, purpose: str, token: str, minutes: int) -> bool:
    """Marks something as used that is good once and was not made here; commits. False where it was used before."""
    mark = vault().blind(token, f"burnt.{purpose}")
    session.execute(select(func.pg_advisory_xact_lock(_LOCK, func.hashtext(mark))))
    used = session.scalar(select(OneTimeCode.id).where(OneTimeCode.target_hash == mark).limit(1))
    if used is None:
        until = func.clock_timestamp() + timedelta(minutes=minutes)
        row = OneTimeCode(purpose=purpose, target_hash=mark, code_hash="", expires_at=until, used_at=func.now())
        session.add(row)
    session.commit()
    return used is None


def miss(session: Session, name: str) -> None:
    """Counts a failed login with a target that no account has. No commit."""
    row = OneTimeCode(purpose=MISS, target_hash=_blind(name), code_hash="", expires_at=func.now(), used_at=func.now())
    session.add(row)


def misses(session: Session, name: str, back: timedelta) -> Row[Any]:
    """How many of those there were lately, when the last one was, and what time it is now."""
    stmt = select(func.count().label("n"), func.max(OneTimeCode.made_at).label("last"), func.now().label("now"))
    marks = vault().blinds(name.strip().lower(), TARGET)
    mine = OneTimeCode.target_hash.in_(marks) & (OneTimeCode.purpose == MISS)
    return session.execute(stmt.where(mine, OneTimeCode.made_at > func.now() - back)).one()


def forget(session: Session) -> int:
    """Deletes codes that count for no limit any more. No commit."""
    old = delete(OneTimeCode).where(OneTimeCode.made_at < func.now() - 2 * _DAY)
    return int(session.execute(old.execution_options(synchronize_session=False)).rowcount)  # type: ignore[attr-defined]


def _group(purpose: str) -> Any:
    """Which codes share a day's number with this purpose."""
    wanted = GROUPS.get(purpose, "own")
    if wanted == "own":
        return OneTimeCode.purpose.not_in([*GROUPS, MISS])
    return OneTimeCode.purpose.in_([one for one, group in GROUPS.items() if group == wanted])


def _within_limits(session: Session, purpose: str, mark: str, address: str) -> None:
    lately = OneTimeCode.made_at > func.clock_timestamp() - _DAY
    ago = func.extract("epoch", func.clock_timestamp() - func.max(OneTimeCode.made_at))
    to_target = select(func.count(), ago).where(OneTimeCode.target_hash == mark, lately, _group(purpose))
    many, seconds = session.execute(to_target).one()
    if seconds is not None and seconds < BETWEEN:
        raise Refused("code_too_soon", seconds=max(1, BETWEEN - int(seconds)))
    if many >= number(session, "codes_each_phone", ""):
        raise Refused("code_day_phone")
    from_there = select(func.count()).where(OneTimeCode.address == address[:45], lately)
    if (session.scalar(from_there) or 0) >= number(session, "codes_each_address", ""):
        raise Refused("code_day_address")


def _blind(target: str) -> str:
    return vault().blind(target.strip().lower(), TARGET)


def _hash(purpose: str, target: str, code: str) -> str:
    return vault().blind(f"{purpose}\n{target.strip().lower()}\n{code}", "one_time_code.code")
