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
from app.cli.saying import UNREADABLE, both
from app.extensions import db
from app.gateways.database import version_fault
from app.models import shipped
from app.models.accounts import Hat, Person
from app.models.reference import Parameter
from app.review import ledger, persons
from app.rules.actor import ADMINS, CLOCK, Role
from app.rules.dates import today
from app.rules.passwords import staff_password_fault
from app.rules.refused import Refused
from app.rules.registering import USER_NAME
from app.views import enrolment, labels, notice_words, second_factor, words

LOCK = 7_203_341  # one release at a time, whatever number of hosts start together


def roles() -> int:
    """FAB's role rows, one per hat; what they may do is compiled from the registry."""
    there = set(db.session.scalars(select(FabRole.name)))
    missing = [r.value for r in Role if r is not Role.CLOCK and r.value not in there]
    missing += [n for n in (current_app.config["AUTH_ROLE_PUBLIC"],) if n not in there]
    db.session.add_all([FabRole(name=name) for name in missing])
    db.session.flush()
    return len(missing)


class Unfit(click.ClickException):
    """A database this release cannot or must not be put on; nothing was changed."""

    exit_code = UNREADABLE


def refuse_unfit(*, demo: bool) -> None:
    """Raises Unfit in words: a server that is too old, or demo data asked for over real accounts."""
    fault = version_fault(int(db.session.scalar(text("SHOW server_version_num")) or 0))
    if fault:
        raise Unfit(fault)
    try:
        if demo:
            demo_data.already_there(db.session)
    except demo_data.RealAccountsExist as real:
        raise Unfit(f"数据库中已有真实账号，不能装入演示数据：请设 DEMO=0 后再启动。 / {real}") from real
    finally:
        db.session.rollback()


def prepare(*, demo: bool) -> None:
    """Brings the database up to this release; safe to repeat and to run on several hosts at once."""
    refuse_unfit(demo=demo)
    with db.engine.connect() as guard:
        guard.execute(text("SELECT pg_advisory_lock(:n)"), {"n": LOCK})
        try:
            upgrade(directory=str(current_app.extensions["migrate"].directory))
            roles()
            shipped.load_all(db.session, today())
            notice_words.repeat_shipped(db.session)
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
@click.option(
    "--role", type=click.Choice([one.value for one in sorted(ADMINS)]), default=Role.SYSADMIN.value, show_default=True
)
@with_appcontext
def create_admin(username: str, name: str, email: str, password: str, role: str) -> None:
    """The first of each of the three administrators; further ones are given on the screen and wait for a second person."""
    fault = staff_password_fault(password, username) if USER_NAME.fullmatch(username) else "user_name_form"
    if fault:
        raise click.ClickException(both(words.say, Refused(fault)))
    if persons.user_name_taken(db.session, username):
        raise click.ClickException(f"用户名已存在：{username} / {username} exists already")
    sm = current_app.extensions["appbuilder"].sm
    user = sm.add_user(username, name, "", email, sm.find_role(role), password)
    if not user:
        raise click.ClickException(
            "账号未建立，该邮箱可能已被使用。 / The account could not be made: is the e-mail address used already?"
        )
    db.session.add(Person(account_id=user.id, real_name=name[:60]))
    db.session.add(Hat(account_id=user.id, role=role, is_default=True))
    facts = {"role": role, "way": "command line"}
    ledger.append(db.session, "hat_given", CLOCK, "", subject_id=user.id, facts=facts)
    code = enrolment.issue(user.id)
    db.session.commit()
    click.echo(f"{username}：{both(lambda one: str(labels.ROLES[one]), Role(role))}")
    click.echo(f"绑定码(7天内有效，只显示这一次) / Enrolment code (seven days, shown once): {code}")


@click.command("reset-factor")
@click.argument("login")
@with_appcontext
def reset_factor(login: str) -> None:
    """The way out when nobody is left to reset a second factor: takes it off and prints a code for the next device."""
    user = db.session.scalar(select(User).where(User.username == login))
    if user is None:
        raise click.ClickException(f"没有该账号：{login} / There is no account {login}")
    facts = {"way": "command line", "had": enrolment.enrolled(user.id)}
    ledger.append(db.session, "take_off", CLOCK, "", subject_id=user.id, facts=facts)
    second_factor.take_off(user.id)
    code = enrolment.issue(user.id)
    db.session.commit()
    click.echo(f"{login}：双因素已解除，所有登录已结束 / second factor taken off, every login ended")
    click.echo(f"绑定码(7天内有效，只显示这一次) / Enrolment code (seven days, shown once): {code}")
