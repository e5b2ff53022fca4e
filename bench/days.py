"""Keeps the figures of all days that are over, as the hourly job does: `python -m bench.days`."""

from __future__ import annotations

from app import create_app
from app.extensions import db
from app.review import statistics
from app.rules.dates import today


def main() -> None:
    """Closes them; where that was done before nothing happens."""
    with create_app().app_context():
        statistics.close_days(db.session, today())


if __name__ == "__main__":
    main()
