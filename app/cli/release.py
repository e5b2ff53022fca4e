"""The release step: migrate, roles, reference data, demo data on first start. Workers write nothing of this."""

from __future__ import annotations

import click
from flask import current_app
from flask.cli import with_appcontext
from flask_appbuilder.security.sqla.models import Role as FabRole
from flask_appbuilder.security.sqla.models import User
from flask_migrate import upgrade
from sqlalchemy import select, text
from sqlalchemy.dialects.postgresql import insert

from app.cli import demo as demo_data
from app.models import shipped
from app.extensions import db
from app.models.accounts import Hat
from app.models.reference import Parameter
from app.rules.actor import Role
from app.rules.dates import today
from app.rules.passwords import staff_password_fault

LOCK = 7_203_341  # one release at a time, whatever number of hosts start together


def roles() -> int:
    """FAB's role rows, one per hat; what they may do is compiled from the registry."""
    there = set(db.session.scalars(select(FabRole.name)))
    missing = [r.value for r in Role if r is not Role.CLOCK and r.value not in there]
    missing += [n for n in (current_app.config["AUTH_ROLE_PUBLIC"],) if n not in there]
    db.session.add_all([FabRole(name=name) for name in missing])
    db.session.flush()
    return len(missing)


def prepare(*, demo: bool) -> None:
    """Brings the database up to this release; safe to repeat and to run on several hosts at once."""
    with db.engine.connect() as guard:
        guard.execute(text("SELECT pg_advisory_lock(:n)"), {"n": LOCK})
        try:
            upgrade(directory=str(current_app.extensions["migrate"].directory))
            roles()
            shipped.load_all(db.session, today())
            db.session.commit()
            if demo:
                demo_data.load_once(db.session)
            mark = insert(Parameter).values(key="release.done", value="1", note="Set by the release step")
            db.session.execute(mark.on_conflict_do_nothing(index_elements=["key", "region_code"]))
            db.session.commit()
        finally:
            guard.execute(text("SELECT pg_advisory_unlock(:n)"), {"n": LOCK})
            guard.commit()


@click.command("release")
@with_appcontext
def command() -> None:
    """Migrate, sync roles, load reference data (and demo data with DEMO=1)."""
    prepare(demo=current_app.config["DEMO"])
    click.echo("ready")


@click.command("create-admin")
@click.option("--username", prompt=True)
@click.option("--name", prompt="Real name", default="管理员")
@click.option("--email", prompt=True)
@click.option("--password", prompt=True, hide_input=True, confirmation_prompt=True)
@with_appcontext
def create_admin(username: str, name: str, email: str, password: str) -> None:
    """The first system administrator of a real installation."""
    fault = staff_password_fault(password, username)
    if fault:
        raise click.ClickException(fault)
    if db.session.scalar(select(User.id).where(User.username == username)):
        raise click.ClickException(f"{username} exists already")
    sm = current_app.extensions["appbuilder"].sm
    user = sm.add_user(username, name, "", email, sm.find_role(Role.SYSADMIN.value), password)
    if not user:
        raise click.ClickException("the account could not be made: is the e-mail address used already?")
    db.session.add(Hat(account_id=user.id, role=Role.SYSADMIN.value, is_default=True))
    db.session.commit()
    click.echo(f"{username} is system administrator")
