"""The session of the tests of the screens: whatever they and the requests commit is undone."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy.orm import Session


@pytest.fixture
def session(app) -> Iterator[Session]:
    """Flask-SQLAlchemy asks its table of engines for a bind: there the test's connection takes the engine's place."""
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


@pytest.fixture(scope="session", autouse=True)
def pool_closed(app) -> Iterator[None]:
    """No connection is left open behind the last test."""
    from app.extensions import db

    yield
    with app.app_context():
        db.engine.dispose()
