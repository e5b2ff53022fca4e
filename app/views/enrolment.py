"""Codes with which staff set up their first device (一次性绑定码): the password alone is not enough for that.

An administrator hands the code over with the account, with a new password or after a reset; it is shown once, good once,
for a few days, and kept as a keyed hash only.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert

from app.extensions import db
from app.models.base import vault
from app.models.second_factor import EnrolmentCode, SecondFactor
from app.rules import second_factor as rules

PURPOSE: Final = "enrolment_code"
LASTS: Final = dt.timedelta(days=7)


def enrolled(account_id: int) -> bool:
    """Whether the account has a device in force."""
    row = select(SecondFactor.account_id).where(
        SecondFactor.account_id == account_id, SecondFactor.confirmed_at.is_not(None)
    )
    return db.session.scalar(row) is not None


def issue(account_id: int, by: int | None = None) -> str:
    """A fresh code; the one before is worth nothing any more. The caller commits."""
    code = rules.recovery_codes()[0]
    values = {"code_hash": vault().blind(code, PURPOSE), "ends_at": func.now() + LASTS, "made_by_id": by}
    fresh = insert(EnrolmentCode).values(account_id=account_id, **values)
    made_at = {"made_at": func.now()}
    db.session.execute(fresh.on_conflict_do_update(index_elements=["account_id"], set_=values | made_at))
    return code


def right(user: User, typed: str) -> bool:
    """Whether this is the account's code and still good."""
    marks = vault().blinds(rules.tidy(typed), PURPOSE)
    known = (EnrolmentCode.account_id == user.id) & EnrolmentCode.code_hash.in_(marks)
    found = select(EnrolmentCode.account_id).where(known, EnrolmentCode.ends_at > func.now()).with_for_update()
    return db.session.scalar(found) is not None


def spend(account_id: int) -> None:
    """The code was used. The caller commits."""
    gone: Any = delete(EnrolmentCode).where(EnrolmentCode.account_id == account_id)
    db.session.execute(gone.execution_options(synchronize_session=False))
