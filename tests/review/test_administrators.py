"""三员: the last administrator of a kind stays, by the engine and by the database, also when two go at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from concurrent.futures import TimeoutError as StillWaiting
from contextlib import contextmanager

import pytest
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import create_engine, func, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.models.accounts import Hat
from app.review import administrators
from tests.review.samples import account, refusal

KINDS = ("sysadmin", "secadmin", "auditor")
GOES = ("UPDATE hat SET active = false WHERE account_id = :id", "UPDATE ab_user SET active = false WHERE id = :id",
        "DELETE FROM hat WHERE account_id = :id", "UPDATE hat SET role = 'operator' WHERE account_id = :id",
        "DELETE FROM ab_user WHERE id = :id")  # fmt: skip


def administrator(session, role):
    number = account(session)
    session.add(Hat(account_id=number, role=role))
    session.commit()
    return number


@pytest.fixture
def open_session(fresh_db):
    """Sessions with real commits on a database of this test's own."""
    engine = create_engine(fresh_db)

    @contextmanager
    def opened():
        with Session(engine) as session:
            yield session

    yield opened
    engine.dispose()


@pytest.mark.parametrize("role", KINDS)
def test_the_engine_refuses_the_last_and_lets_any_other_go(session, role):
    first = administrator(session, role)
    for named in (role, ""):
        with refusal("last_administrator"):
            administrators.keep(session, first, named)
    administrators.keep(session, first, "operator")
    second = administrator(session, role)
    administrators.keep(session, first, role)
    session.execute(update(User).where(User.id == second).values(active=False))
    with refusal("last_administrator"):  # an account that is switched off holds nothing in force
        administrators.keep(session, first)
    administrators.keep(session, second)


@pytest.mark.parametrize("role", KINDS)
def test_the_database_refuses_it_whichever_way_it_is_written(open_session, role):
    with open_session() as session:
        first, second = administrator(session, role), administrator(session, role)
        session.execute(text(GOES[0]), {"id": second})
        session.commit()
        for way in GOES:
            with pytest.raises(IntegrityError, match=f"the last {role} stays"):
                session.execute(text(way), {"id": first})
                session.commit()
            session.rollback()
        # Another one in the same transaction is enough, in whatever order.
        session.execute(text(GOES[0]), {"id": first})
        session.execute(text("UPDATE hat SET active = true WHERE account_id = :id"), {"id": second})
        session.commit()
        assert administrators.last_of(session, second) == [role]


def blocked(pool, act):
    """The act in another thread, which waits."""
    waiting = pool.submit(act)
    with pytest.raises(StillWaiting):
        waiting.result(timeout=0.3)
    return waiting


@pytest.mark.parametrize("role", KINDS)
def test_two_at_once_in_the_engine(open_session, role):
    """Each takes the other away: the second waits for the first, then is refused."""
    with open_session() as one, open_session() as other, ThreadPoolExecutor(1) as pool:
        first, second = administrator(one, role), administrator(one, role)
        administrators.keep(one, first)
        one.execute(text(GOES[1]), {"id": first})

        def also():
            with refusal("last_administrator"):
                administrators.keep(other, second, role)
            return "refused"

        waiting = blocked(pool, also)
        one.commit()
        assert waiting.result(timeout=20) == "refused"


def test_two_at_once_by_hand(open_session):
    """The triggers wait for each other too: nothing that goes around the engine leaves none."""
    with open_session() as one, open_session() as other, ThreadPoolExecutor(1) as pool:
        first, second = administrator(one, "auditor"), administrator(one, "auditor")
        one.execute(text(GOES[0]), {"id": first})
        one.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))  # looked at: the second is still there

        def also():
            other.execute(text(GOES[0]), {"id": second})
            with pytest.raises(IntegrityError, match="the last auditor stays"):
                other.commit()
            other.rollback()
            return "refused"

        waiting = blocked(pool, also)
        one.commit()
        assert waiting.result(timeout=20) == "refused"
        left = select(func.count()).where(Hat.active, Hat.role == "auditor")
        assert one.scalar(left) == 1
