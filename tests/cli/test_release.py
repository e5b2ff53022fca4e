"""The release step on databases it must leave alone, the first administrator, demo accounts where they belong."""

from __future__ import annotations

import pytest
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select, text

import run
from app.cli import demo, release
from app.extensions import db
from app.gateways import database
from app.models.accounts import Hat, Person
from app.models.review import ReviewEvent
from app.rules.demo import PASSWORD
from tests.views import people
from tests.views.people import account

GOOD = "Erste-2026-Leitung"


def create_admin(app, name: str = "admin", password: str = GOOD, email: str = "", more: tuple[str, ...] = ()):
    """The command as it is typed; its answer."""
    words = ["create-admin", "--username", name, "--name", "王管理", "--email", email or f"{name}@example.cn"]
    return app.test_cli_runner().invoke(args=[*words, "--password", password, *more])


def demo_account(app, session) -> str:
    name, account_id, _hat = account(app, session, "seeker")
    session.add(Person(account_id=account_id, real_name="演示", demo=True))
    session.commit()
    return name


def test_demo_data_over_real_accounts_is_refused_in_words(fresh_app):
    with fresh_app.app_context():
        assert create_admin(fresh_app).exit_code == 0
    fresh_app.config["DEMO"] = True
    answer = fresh_app.test_cli_runner().invoke(args=["release"])
    assert answer.exit_code == 2
    assert "DEMO=0" in answer.output
    assert "真实账号" in answer.output
    assert "Traceback" not in answer.output
    with fresh_app.app_context():
        assert list(db.session.scalars(select(User.username))) == ["admin"]
    fresh_app.config["DEMO"] = False
    assert fresh_app.test_cli_runner().invoke(args=["release"]).exit_code == 0


def test_an_account_added_inside_the_demo_world_is_no_obstacle(app, session):
    demo_account(app, session)
    account(app, session, "operator")
    assert demo.already_there(session) is True


def test_a_database_without_tables_is_free(fresh_app):
    with fresh_app.app_context():
        db.session.execute(text("DROP TABLE person CASCADE"))
        assert demo.already_there(db.session) is False
        db.session.rollback()


def test_an_old_server_is_refused_in_words(app, session, monkeypatch):
    monkeypatch.setattr(database, "MIN_VERSION", 990000)
    with pytest.raises(release.Unfit, match="PostgreSQL 99 or newer is needed"):
        release.refuse_unfit(demo=False)
    assert database.version_fault(140012) != ""
    monkeypatch.undo()
    assert database.version_fault(140012).endswith("this server is 14.")
    assert database.version_fault(150000) == ""


def test_the_first_administrator(app, session, monkeypatch):
    answer = create_admin(app)
    assert answer.exit_code == 0, answer.output
    user = session.scalars(select(User).where(User.username == "admin")).one()
    hat = session.scalars(select(Hat).where(Hat.account_id == user.id)).one()
    assert (hat.role, hat.is_default, session.get(Person, user.id).demo) == ("sysadmin", True, False)
    client = app.test_client()
    page = client.get("/login/")
    assert "reviewer.sg" not in page.text, "no demo account without DEMO"
    monkeypatch.setattr(people, "PASSWORD", GOOD)
    assert people.signed_in(app, "admin").get("/accountview/list/").status_code == 200


@pytest.mark.parametrize("role", ["sysadmin", "secadmin", "auditor"])
def test_the_first_of_each_of_the_three_administrators_comes_from_the_command_line(app, session, role):
    """In force at once, since nobody is there yet to confirm it; on the ledger as given there (decision 0015)."""
    answer = create_admin(app, more=("--role", role))
    assert answer.exit_code == 0, answer.output
    hat = session.scalars(select(Hat).join(User, User.id == Hat.account_id).where(User.username == "admin")).one()
    assert (hat.role, hat.standing, hat.given_by_id) == (role, "active", None)
    event = session.scalars(select(ReviewEvent).where(ReviewEvent.subject_id == hat.account_id)).one()
    assert (event.action, event.actor_role, event.facts["way"]) == ("hat_given", "clock", "command line")
    assert create_admin(app, "other", email="o@example.cn", more=("--role", "operator")).exit_code == 2


def test_no_administrator_takes_a_name_that_somebody_has_in_other_capitals(app, session):
    assert create_admin(app).exit_code == 0
    answer = create_admin(app, name="Admin", email="other@example.cn")
    assert answer.exit_code == 1
    assert "Admin exists already" in answer.output
    assert list(session.scalars(select(User.username).where(User.email == "other@example.cn"))) == []


@pytest.mark.parametrize("name", ["13800138000", "adm@in", "王管理"])
def test_a_name_that_could_be_read_as_something_else_is_refused_in_words(app, session, name):
    answer = create_admin(app, name=name, email="other@example.cn")
    assert answer.exit_code == 1
    assert "beginning with a letter" in answer.output
    assert "Traceback" not in answer.output


@pytest.mark.parametrize(
    ("password", "said"), [("kurz", "At least 10 characters"), ("alllowercaseletters", "small letters, capitals")]
)
def test_a_weak_password_is_refused_in_words(app, session, password, said):
    answer = create_admin(app, password=password)
    assert answer.exit_code == 1
    assert said in answer.output
    assert "password_" not in answer.output
    assert session.scalar(select(User.id).where(User.username == "admin")) is None


def test_a_second_account_of_the_name_or_address_is_refused(app, session):
    assert create_admin(app).exit_code == 0
    again = create_admin(app)
    assert (again.exit_code, "exists already" in again.output) == (1, True)
    same_address = create_admin(app, "admin2", email="admin@example.cn")
    assert (same_address.exit_code, "e-mail address" in same_address.output) == (1, True)


@pytest.mark.parametrize(
    ("switch", "loaded", "shown"), [(True, True, True), (True, False, False), (False, True, False)]
)
def test_demo_logins_are_shown_where_they_exist_and_demo_is_on(app, session, monkeypatch, switch, loaded, shown):
    if loaded:
        demo_account(app, session)
    monkeypatch.setitem(app.config, "DEMO", switch)
    assert (PASSWORD in app.test_client().get("/login/").text) is shown


def test_demo_accounts_are_shut_out_without_demo(app, session, monkeypatch):
    name = demo_account(app, session)
    sm = app.extensions["appbuilder"].sm
    with app.test_request_context():
        assert sm.auth_user_db(name, people.PASSWORD) is None
        monkeypatch.setitem(app.config, "DEMO", True)
        assert sm.auth_user_db(name, people.PASSWORD) is not None


def test_the_start_says_why_there_are_no_demo_logins(monkeypatch, capsys):
    config = {"HOST": "127.0.0.1", "PORT": 8080, "DEMO": True}
    monkeypatch.setattr(run, "demo_loaded", lambda _url: False)
    run.say(config, "")
    said = capsys.readouterr().out
    assert "DEMO=0" in said
    assert PASSWORD not in said
    monkeypatch.setattr(run, "demo_loaded", lambda _url: True)
    run.say(config, "")
    assert PASSWORD in capsys.readouterr().out


def test_the_start_asks_the_database_itself(template_url):
    assert run.demo_loaded(template_url) is False
    assert run.found(template_url) == ("", True)
