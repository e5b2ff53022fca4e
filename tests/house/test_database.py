"""Models and migrations agree, and the way back works."""

from __future__ import annotations

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_appbuilder import Model
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect

from app.extensions import db


def test_models_and_migrations_agree(session):
    context = MigrationContext.configure(session.connection(), opts={"compare_type": True})
    assert compare_metadata(context, Model.metadata) == []


def test_down_and_up_again(fresh_app):
    with fresh_app.app_context():
        directory = str(fresh_app.extensions["migrate"].directory)
        downgrade(directory=directory, revision="base")
        assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
        upgrade(directory=directory)
        assert "review_round" in inspect(db.engine).get_table_names()


def test_a_second_release_writes_no_reference_row(fresh_app):
    from app.models import shipped
    from app.rules.dates import today

    with fresh_app.app_context():
        assert shipped.load_all(db.session, today()) == 0
        db.session.rollback()
