"""The keys that seal personal data: which of them are in use, a new one, and the rotation to the current one."""

from __future__ import annotations

import sys

import click
from flask import current_app
from flask.cli import AppGroup

from app.extensions import db
from app.gateways.vault import new_key
from app.models.base import vault
from app.review import ledger, rotation
from app.rules.actor import CLOCK

group = AppGroup("keys", help="Keys of the encrypted columns: status, new, rotate.")


@group.command("status")
def status() -> None:
    """How many values each key sealed, place by place. Exit status 1 while any is left under an older key."""
    current, old = vault().current, 0
    for place, counted in sorted(rotation.status(db.session, current_app.extensions["storage"]).items()):
        said = ", ".join(f"{kid}: {n}" for kid, n in sorted(counted.items()))
        old += sum(n for kid, n in counted.items() if kid != current)
        click.echo(f"{place:40} {said}")
    click.echo(f"当前密钥 / current key: {current}; 待轮换 / left under older keys: {old}")
    sys.exit(1 if old else 0)


@group.command("new")
@click.argument("kid")
def new(kid: str) -> None:
    """Print a fresh key under the id KID, as FIELD_KEYS takes it. Nothing is stored."""
    click.echo(f"{kid}:{new_key()}")


@group.command("rotate")
@click.option("--batch", default=rotation.BATCH, show_default=True, help="Rows a transaction.")
@click.option("--indexes", is_flag=True, help="Look at every blind index: after INDEX_KEY was given a new first key.")
def rotate(batch: int, indexes: bool) -> None:
    """Seal anew what older keys sealed, while the service runs. May be stopped at any time and begun again."""
    storage = current_app.extensions["storage"]
    done = rotation.rotate(db.session, vault(), storage, batch=max(batch, 1), indexes=indexes)
    total, failed = sum(done.sealed.values()), sum(done.failed.values())
    facts = {
        "key": vault().current,
        "values": total,
        "indexes": done.indexed,
        "failed": failed,
        "twins": len(done.twins),
    }
    ledger.append(db.session, "keys_rotated", CLOCK, "", facts=facts)
    db.session.commit()
    for place, n in sorted(done.sealed.items()):
        click.echo(f"{place:40} {n}")
    click.echo(
        f"重新加密 / sealed anew: {total}; 索引重建 / indexes made anew: {done.indexed}; 失败 / failed: {failed}"
    )
    for place, n in sorted(done.failed.items()):
        click.echo(f"{place:40} {n}: 无法解密 / cannot be opened with any key of the ring", err=True)
    for place, row in sorted(done.twins):
        click.echo(
            f"{place:40} {row}: 同一人登记了两次，索引未重建 / one person stored twice: index left as it is", err=True
        )
    sys.exit(1 if failed or done.twins else 0)
