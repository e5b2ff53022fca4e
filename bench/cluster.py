"""A PostgreSQL of the bench's own: made in a temporary directory, reached by a socket only, deleted at the end."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from app.gateways.database import dialect_url, started
from bench.server import children, used

# For loading gigabytes and for a cache that holds what a list touches; durability as usual (fsync stays on).
SETTINGS = {
    "shared_buffers": "1GB", "maintenance_work_mem": "512MB", "max_wal_size": "8GB", "checkpoint_timeout": "30min",
    "wal_level": "minimal", "max_wal_senders": "0", "effective_cache_size": "4GB", "random_page_cost": "1.1",
    "jit": "off", "autovacuum": "off", "max_connections": "60",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where it is: for psycopg, for SQLAlchemy, on the disk."""

    plain: str
    url: str
    home: Path

    def cpu(self) -> float:
        """Seconds of processor time the processes of the database have used that are there now."""
        postmaster = int((self.home / "pg" / "postmaster.pid").read_text(encoding="utf-8").split()[0])
        return sum(used(pid) for pid in children(postmaster))


@contextmanager
def cluster(keep: bool) -> Iterator[Cluster]:
    """The running server. With `keep` its directory stays; BENCH_DIR names one to use (again)."""
    named = os.environ.get("BENCH_DIR")
    home = Path(named) if named else Path(tempfile.mkdtemp(prefix="gongjiu-bench-"))
    home.mkdir(parents=True, exist_ok=True)
    server = started(home / "pg")
    try:
        for name, value in SETTINGS.items():
            server.psql(f"ALTER SYSTEM SET {name} = '{value}';")
        server.cleanup()
        server = started(home / "pg")
        plain = server.get_uri(database="postgres")
        yield Cluster(plain, dialect_url(plain), home)
    finally:
        server.cleanup()
        if not keep:
            shutil.rmtree(home, ignore_errors=True)
