"""Marked statements stay prepared over the end of a transaction, all others are forgotten as ever."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, literal, select, text
from sqlalchemy.exc import NotSupportedError
from sqlalchemy.pool import NullPool

from app.gateways import prepared
from tests.views import people

KEPT = text("SELECT statement FROM pg_prepared_statements ORDER BY prepare_time")


@pytest.fixture
def engine(world_url):
    made = create_engine(world_url, pool_size=1, max_overflow=0)
    prepared.install(made)
    yield made
    made.dispose()


def held(engine) -> list[str]:
    """What the engine's one connection has prepared."""
    with engine.connect() as connection:
        return list(connection.scalars(KEPT))


def test_a_marked_statement_is_prepared_once_and_outlives_a_rollback(engine):
    marked = select(literal(7).label("seven")).execution_options(**prepared.LASTING)
    for _ in range(3):
        with engine.connect() as connection:
            assert connection.scalar(marked) == 7
            connection.rollback()
    assert [one for one in held(engine) if "seven" in one] == held(engine)
    assert len(held(engine)) == 1


def test_others_are_forgotten_at_a_rollback(engine):
    """psycopg prepares what is asked for six times within a transaction."""
    plain = select(literal(8).label("eight"))
    marked = select(literal(7).label("seven")).execution_options(**prepared.LASTING)
    with engine.connect() as connection:
        connection.execute(marked)
        for _ in range(7):
            connection.execute(plain)
        assert len(list(connection.scalars(KEPT))) == 2
        connection.rollback()
    assert ["seven" in one for one in held(engine)] == [True]


@pytest.fixture
def table(engine):
    """A table of two rows that is gone afterwards."""
    name = f"kept_{id(engine)}"
    changed(engine, f"CREATE TABLE {name} (id int, name varchar(5))", f"INSERT INTO {name} VALUES (1, 'a'), (2, 'b')")
    yield name
    changed(engine, f"DROP TABLE {name}")


def changed(engine, *statements: str) -> None:
    """What a release does, on a connection of its own."""
    with create_engine(engine.url, poolclass=NullPool).begin() as connection:
        for statement in statements:
            connection.execute(text(statement))


def names(engine, table: str) -> list[str]:
    """Both names, by a lasting statement."""
    marked = text(f"SELECT name FROM {table} WHERE id = :id").execution_options(**prepared.LASTING)
    with engine.connect() as connection:
        return [connection.scalar(marked, {"id": key}) for key in (1, 2)]


def test_a_kept_plan_follows_the_tables(engine, table):
    """An index or a column that comes later is taken up; the values of a statement are asked for anew each time."""
    for change in ("", f"CREATE INDEX ON {table} (id)", f"ALTER TABLE {table} ADD COLUMN more int"):
        changed(engine, *([change] if change else []))
        assert names(engine, table) == ["a", "b"]


def test_a_column_of_another_type_fails_one_request_only(engine, table):
    assert names(engine, table) == ["a", "b"]
    changed(engine, f"ALTER TABLE {table} ALTER COLUMN name TYPE varchar(9)")
    with pytest.raises(NotSupportedError):
        names(engine, table)
    assert names(engine, table) == ["a", "b"]


def test_the_statements_behind_every_list_are_kept(app, session):
    """Otherwise the database plans them at every request, ten times as long as they run."""
    reader = people.browser(app, session, "reviewer", region_code="310120")
    for _ in range(2):
        assert reader.get("/unitview/list/").status_code == 200
    names = " ".join(session.scalars(KEPT))
    assert "login_session.token_hash" in names
    assert "list_layout" in names
