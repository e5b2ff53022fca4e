"""Demo data for a first look: alive in every screen and role, clearly marked 演示, never in a real database."""

from __future__ import annotations

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import exists, inspect, select
from sqlalchemy.orm import Session

from app.cli.demo import appealing, around, cooperating, partners, people, work
from app.models.accounts import Person


class RealAccountsExist(RuntimeError):
    """The database holds accounts and none of them is a demo account."""


def already_there(session: Session) -> bool:
    """Whether the demo world was loaded before; accounts that somebody added inside it since are part of it.

    Raises RealAccountsExist for a database in use. Before the first migration there is nothing to be in use.
    """
    if not inspect(session.connection()).has_table(Person.__tablename__):
        return False
    if session.scalar(select(exists().where(Person.demo))):
        return True
    if session.scalar(select(exists().where(User.id.is_not(None)))):
        raise RealAccountsExist("this database holds real accounts: start with DEMO=0")
    return False


def load_once(session: Session) -> bool:
    """Loads the demo world into an empty database; nothing if it is there already. Returns whether it was loaded.

    Raises RealAccountsExist rather than mixing invented people with real ones.
    """
    if already_there(session):
        return False
    # One transaction around the desk's many: a start that is cut off leaves nothing half-made behind.
    with (
        session.get_bind().connect() as connection,
        connection.begin(),
        Session(connection, join_transaction_mode="create_savepoint") as inner,
    ):
        world = people.load(inner)
        work.load(inner, world)
        around.load(inner, world)
        partners.load(inner, world)
        cooperating.load(inner, world)
        appealing.load(inner)
        inner.commit()
    return True
