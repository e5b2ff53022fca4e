"""All tables. Importing this package makes the metadata complete; models import each other only downwards."""

from app.models import (  # noqa: F401
    accounts,
    agencies,
    announcements,
    changes,
    comments,
    custom,
    files,
    gigs,
    lists,
    media,
    messages,
    positions,
    reference,
    review,
    schools,
    stamps,
    statistics,
    system,
    tasks,
    units,
)
