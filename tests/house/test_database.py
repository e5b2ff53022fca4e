"""Models and migrations agree, and the way back works."""

from __future__ import annotations

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from flask_appbuilder import Model
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, text

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


def test_names_that_differ_in_capitals_only_are_named_before_the_release_goes_on(fresh_app, caplog):
    with fresh_app.app_context():
        directory = str(fresh_app.extensions["migrate"].directory)
        downgrade(directory=directory, revision="0077")
        made = "INSERT INTO ab_user (first_name, last_name, username, email) VALUES ('', '', :name, :name) RETURNING id"
        ids = [db.session.scalar(text(made), {"name": name}) for name in ("wang.li", "Wang.Li", "zhao")]
        db.session.commit()
        with pytest.raises(SystemExit):
            upgrade(directory=directory)
        assert f"each group and start the release again: {ids[0]}, {ids[1]}." in caplog.text
        assert "wang.li" not in caplog.text.lower(), "a user name may be a telephone number"
        db.session.execute(text("UPDATE ab_user SET username = 'wang.li.2' WHERE id = :id"), {"id": ids[1]})
        db.session.commit()
        upgrade(directory=directory)


def test_a_second_release_writes_no_reference_row(fresh_app):
    from app.models import shipped
    from app.rules.dates import today

    with fresh_app.app_context():
        assert shipped.load_all(db.session, today()) == 0
        db.session.rollback()
