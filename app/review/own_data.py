"""What the system holds of one person, for that person (PIPL 44 to 47): the rows that are about the account's owner.

Left out is what would open the account (secrets, keyed hashes, numbers of sessions) and what tells of others. A test names
every table with a column for an account that is not in the list.
"""

from __future__ import annotations

import datetime as dt
import decimal
import uuid
from typing import Any, Final

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import Table, select
from sqlalchemy.dialects.postgresql import TSVECTOR
from sqlalchemy.orm import Session

from app.models.agencies import AgencyEntry, EmployerCertification
from app.models.appeals import Appeal
from app.models.gigs import GigOffer, GigWanted
from app.models.identity_proofs import IdentityProof
from app.models.takeovers import UnitTakeover

# The column that says "this is about me", table by table: what somebody did to the rows of others is not theirs.
MINE: Final = {
    "person": "account_id", "hat": "account_id", "consent": "account_id", "message": "account_id", "notice_choice": "account_id",
    "dispatch": "account_id", "login_event": "account_id", "request_event": "account_id", "saved_view": "account_id",
    "binding": "account_id", "identity_link": "account_id", GigOffer.__tablename__: "poster_id", GigWanted.__tablename__: "poster_id",
    "medium": "person_id", "stored_file": "uploaded_by_id", "background_task": "account_id", "import_run": "account_id",
    **{
        model.__tablename__: "created_by_id"
        for model in (Appeal, AgencyEntry, EmployerCertification, IdentityProof, UnitTakeover)
    },
}  # fmt: skip
SECRET_WORDS: Final = ("hash", "password", "secret", "token", "digest")
MOST_ROWS: Final = 5000  # a table


def collect(session: Session, account_id: int) -> dict[str, Any]:
    """Tables by name, each a list of rows; values as JSON holds them. Sealed columns are opened: they are the person's."""
    user = session.get_one(User, account_id)
    found: dict[str, Any] = {
        "account": {
            "user_name": user.username, "name": f"{user.last_name}{user.first_name}", "active": user.active,
            "created_on": _plain(user.created_on), "last_login": _plain(user.last_login), "logins": user.login_count,
        }
    }  # fmt: skip
    for table in tables():
        columns = [column for column in table.columns if _told(column)]
        mine = table.c[MINE[table.name]] == account_id
        rows = session.execute(select(*columns).where(mine).limit(MOST_ROWS)).mappings().all()
        if rows:
            found[table.name] = [{name: _plain(value) for name, value in row.items()} for row in rows]
    return found


def tables() -> list[Table]:
    """Tables whose rows may belong to an account."""
    return [table for table in Model.metadata.sorted_tables if table.name in MINE]


def _told(column: Any) -> bool:
    return not isinstance(column.type, TSVECTOR) and not any(word in column.name for word in SECRET_WORDS)


def _plain(value: Any) -> Any:
    if isinstance(value, (dt.datetime, dt.date)):
        return value.isoformat()
    if isinstance(value, (decimal.Decimal, uuid.UUID)):
        return str(value)
    if isinstance(value, (bytes, memoryview)):
        return None
    return value
