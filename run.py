"""Starts everything: database, release step, scheduler, web server. Stops it all on Ctrl-C or SIGTERM."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

from config import ROOT, settings


def found(url: str) -> tuple[str, bool]:
    """Words for a database server that is too old, or ""; and whether there is nothing to release: the schema is at
    the newest migration and the reference data are loaded."""
    import psycopg

    from app.gateways.database import version_fault
    from app.gateways.schema import newest_revision

    with psycopg.connect(url.replace("postgresql+psycopg", "postgresql")) as connection:
        fault = version_fault(connection.info.server_version)
        row = connection.execute("SELECT to_regclass('alembic_version') IS NOT NULL").fetchone()
        if fault or not row or not row[0]:
            return fault, False
        there = connection.execute("SELECT version_num FROM alembic_version").fetchall()
        done = connection.execute("SELECT EXISTS (SELECT 1 FROM parameter WHERE key = 'release.done')").fetchone()
    return "", [r[0] for r in there] == [newest_revision()] and bool(done and done[0])


def demo_loaded(url: str) -> bool:
    """Whether the database holds the demo accounts."""
    import psycopg

    with psycopg.connect(url.replace("postgresql+psycopg", "postgresql")) as connection:
        found = connection.execute("SELECT EXISTS (SELECT 1 FROM person WHERE demo)").fetchone()
    return bool(found and found[0])


def say(config: dict, url: str) -> None:
    """The address, and the demo logins if there are any."""
    print(f"\n  公就 → http://{config['HOST']}:{config['PORT']}\n", flush=True)
    if config["DEMO"] and not demo_loaded(url):
        print("  数据库中已有真实账号，没有演示账号：请设 DEMO=0。", flush=True)
        print("  This database holds real accounts and no demo accounts: set DEMO=0.\n", flush=True)
    elif config["DEMO"]:
        from app.rules.demo import LOGINS, PASSWORD

        print(f"  Demo logins 演示账号 (password 密码 {PASSWORD}):", flush=True)
        for name, words in LOGINS:
            print(f"    {name:<12} {words}", flush=True)
        print(flush=True)


def wait_ready(config: dict, server: subprocess.Popen, seconds: float = 60) -> bool:
    """Whether /readyz answered in time."""
    address = f"http://127.0.0.1:{config['PORT']}/readyz"
    end = time.monotonic() + seconds
    while time.monotonic() < end and server.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=2) as answer:
                return answer.status == 200
        except (urllib.error.URLError, OSError):
            time.sleep(0.1)
    return False


def main() -> int:
    """Runs until told to stop; returns the exit status."""
    config = settings()
    from app.gateways.database import database_url

    url = database_url(config["DATABASE_URL"], config["DATA_DIR"])
    env = os.environ | {"DATABASE_URL": url, "DATA_DIR": str(config["DATA_DIR"]), "PYTHONPATH": str(ROOT)}
    env.setdefault("MALLOC_ARENA_MAX", "2")  # eight threads with a heap of their own each would never give memory back
    fault, prepared = found(url)
    if fault:
        print(fault, file=sys.stderr, flush=True)
        return 2
    if not prepared:
        print("Preparing the database 正在准备数据库 …", flush=True)
        done = subprocess.run([sys.executable, "-m", "flask", "--app", "app", "release"], cwd=ROOT, env=env)
        if done.returncode:
            return done.returncode  # it has said why
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "--config", "python:app.gateways.gunicorn", "app:create_app()"],
        cwd=ROOT,
        env=env,
        start_new_session=True,
    )

    def stop(signum: int, frame: object) -> None:
        if server.poll() is None:
            server.terminate()

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    if wait_ready(config, server):
        say(config, url)
    code = server.wait()
    return 0 if code in (0, -signal.SIGTERM, -signal.SIGINT) else code


if __name__ == "__main__":
    sys.exit(main())
