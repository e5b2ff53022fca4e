"""Demo data for a first look: alive in every screen and role, clearly marked 演示, never in a real database."""

from __future__ import annotations

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app.cli.demo import people, work
from app.models.accounts import Person


class RealAccountsExist(RuntimeError):
    """The database already holds accounts that are not demo accounts."""


def load_once(session: Session) -> bool:
    """Loads the demo world into an empty database; nothing if it is there already. Returns whether it was loaded.

    Raises RealAccountsExist rather than mixing invented people with real ones.
    """
    accounts = session.scalar(select(func.count()).select_from(User)) or 0
    demo = session.scalar(select(func.count()).select_from(Person).where(Person.demo)) or 0
    if accounts > demo:
        raise RealAccountsExist("this database holds real accounts: start with DEMO=0")
    if demo:
        return False
    with session.get_bind().connect() as connection, connection.begin():
        # One transaction around the desk's many: a start that is cut off leaves nothing half-made behind.
        with Session(connection, join_transaction_mode="create_savepoint") as inner:
            work.load(inner, people.load(inner))
            inner.commit()
    return True
