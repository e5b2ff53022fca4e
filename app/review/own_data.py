"""Everything the system holds of one person, for that person (PIPL 44 to 47): every table that names the account as owner.

New tables are in it by existing. Left out is what would open the account: secrets, keyed hashes, numbers of sessions.
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

OWNERS: Final = ("account_id", "created_by_id", "person_id", "poster_id", "uploaded_by_id")
SECRET_TABLES: Final = frozenset(
    {
        "second_factor", "recovery_code", "password_history", "one_time_link", "token_floor", "login_session", "idempotency_key",
        "ab_user_role", "ab_api_key", "api_key",
    }
)  # fmt: skip
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
        owners = [table.c[name] for name in OWNERS if name in table.c]
        columns = [column for column in table.columns if _told(column)]
        mine = owners[0] == account_id
        for owner in owners[1:]:
            mine = mine | (owner == account_id)
        rows = session.execute(select(*columns).where(mine).limit(MOST_ROWS)).mappings().all()
        if rows:
            found[table.name] = [{name: _plain(value) for name, value in row.items()} for row in rows]
    return found


def tables() -> list[Table]:
    """Tables whose rows may belong to an account."""
    return [
        table
        for table in Model.metadata.sorted_tables
        if table.name not in SECRET_TABLES and any(name in table.c and _is_account(table.c[name]) for name in OWNERS)
    ]


def _is_account(column: Any) -> bool:
    return any(key.column.table.name == "ab_user" for key in column.foreign_keys)


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
