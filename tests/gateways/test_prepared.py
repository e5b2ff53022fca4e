"""Marked statements stay prepared over the end of a transaction, all others are forgotten as ever."""

from __future__ import annotations

import pytest
from sqlalchemy import create_engine, literal, select, text

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


def test_a_kept_plan_follows_the_tables(engine):
    """An index or a column that comes later is taken up; the values of a statement are asked for anew each time."""
    table = f"kept_{id(engine)}"
    marked = text(f"SELECT name FROM {table} WHERE id = :id").execution_options(**prepared.LASTING)
    try:
        with engine.begin() as connection:
            connection.execute(text(f"CREATE TABLE {table} (id int, name text)"))
            connection.execute(text(f"INSERT INTO {table} VALUES (1, 'a'), (2, 'b')"))
        for change in ("", f"CREATE INDEX ON {table} (id)", f"ALTER TABLE {table} ADD COLUMN more int"):
            with engine.begin() as connection:
                if change:
                    connection.execute(text(change))
            with engine.connect() as connection:
                assert [connection.scalar(marked, {"id": key}) for key in (1, 2)] == ["a", "b"]
                connection.rollback()
    finally:
        with engine.begin() as connection:
            connection.execute(text(f"DROP TABLE IF EXISTS {table}"))


def test_the_statements_behind_every_list_are_kept(app, session):
    """Otherwise the database plans them at every request, ten times as long as they run."""
    reader = people.browser(app, session, "reviewer", region_code="310120")
    for _ in range(2):
        assert reader.get("/unitview/list/").status_code == 200
    names = " ".join(session.scalars(KEPT))
    assert "login_session.token_hash" in names
    assert "list_layout" in names
