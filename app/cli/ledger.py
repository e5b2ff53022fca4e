"""The ledger on the command line: verify the chains, export their heads."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click
from flask.cli import AppGroup

from app.extensions import db
from app.review import exported, ledger

group = AppGroup("ledger", help="The append-only, hash-chained record of every step.")


@group.command("verify")
@click.option("--heads", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Heads exported earlier.")
def verify(heads: Path | None) -> None:
    """Walk every chain and compare the log of exports with it; name the first bad event. Exit status 1 if there is one."""
    kept = json.loads(heads.read_text()) if heads else None
    report = exported.verify(db.session, heads=kept)
    if report.ok:
        click.echo(f"ok: {report.events} events in {report.chains} chains")
        return
    click.echo(f"BAD: {report.first_bad}", err=True)
    sys.exit(1)


@group.command("heads")
def heads() -> None:
    """Print the heads of all chains as JSON, to be kept elsewhere: truncation shows against them."""
    click.echo(json.dumps(ledger.export_heads(db.session), ensure_ascii=False, indent=1))
