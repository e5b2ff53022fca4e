"""Alembic environment: one metadata (FAB's and ours), the URL of the running application."""

from __future__ import annotations

from alembic import context
from flask import current_app
from flask_appbuilder import Model

import app.models  # noqa: F401

config = context.config


def run() -> None:
    """Migrates the application's database, each step in a transaction of its own: one that is long may divide itself."""
    db = current_app.extensions["migrate"].db
    with db.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Model.metadata,
            compare_server_default=False,
            transaction_per_migration=True,
        )
        with context.begin_transaction():
            context.run_migrations()


run()
