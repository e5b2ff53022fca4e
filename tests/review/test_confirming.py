"""三员: a role of the three administrators is in force once another administrator confirmed it, also when two decide at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import create_engine, select, text, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.models.accounts import Hat
from app.models.review import ReviewEvent
from app.review import confirming, merging
from app.rules.actor import Actor, Role
from tests.review.mergers import two_accounts
from tests.review.samples import account, refusal
from tests.review.test_administrators import blocked

KINDS = ("sysadmin", "secadmin", "auditor")


def person(session, role: Role) -> Actor:
    return Actor(account(session), role)


def asked(session, giver: Actor, role: str = "auditor", **more) -> Hat:
    hat = Hat(account_id=account(session), role=role, **more)
    confirming.ask(session, giver, hat)
    session.add(hat)
    session.commit()
    return hat


@pytest.fixture
def giver(session) -> Actor:
    return person(session, Role.SYSADMIN)


@pytest.mark.parametrize("role", KINDS)
@pytest.mark.parametrize("by", [Role.SECADMIN, Role.AUDITOR])
def test_another_administrator_puts_it_in_force(session, giver, role, by):
    hat, second = asked(session, giver, role), person(session, by)
    assert (hat.standing, hat.active) == ("waiting", False)
    assert hat in session.scalars(confirming.waiting_for(second)).all()
    confirming.confirm(session, second, hat.id)
    session.commit()
    assert (hat.standing, hat.active, hat.confirmed_by_id) == ("active", True, second.account_id)
    events = select(ReviewEvent.action, ReviewEvent.actor_id).where(ReviewEvent.subject_id == hat.account_id)
    assert session.execute(events.order_by(ReviewEvent.id)).all() == [
        ("hat_asked", giver.account_id),
        ("hat_confirmed", second.account_id),
    ]
    with refusal("wrong_state"):
        confirming.confirm(session, person(session, by), hat.id)


def test_declined_it_is_not_in_force_and_may_be_given_once_more(session, giver):
    hat, second = asked(session, giver), person(session, Role.SECADMIN)
    confirming.decline(session, second, hat.id)
    session.commit()
    assert (hat.standing, hat.active, hat.given_by_id) == ("off", False, None)
    with refusal("wrong_state"):
        confirming.confirm(session, second, hat.id)
    confirming.ask(session, giver, hat)
    session.commit()
    assert hat.standing == "waiting"


@pytest.mark.parametrize("who", ["giver", "colleague", "account", "operator", "giver as auditor"])
def test_nobody_else_decides(session, giver, who):
    hat = asked(session, giver)
    decider = {
        "giver": giver,
        "colleague": person(session, Role.SYSADMIN),  # of the same kind as who gave it
        "account": Actor(hat.account_id, Role.SECADMIN),
        "operator": person(session, Role.OPERATOR),
        "giver as auditor": Actor(giver.account_id, Role.AUDITOR),
    }[who]
    for decide in (confirming.confirm, confirming.decline):
        with refusal("wrong_state"):
            decide(session, decider, hat.id)
    assert hat.standing == "waiting"


def test_what_came_meanwhile_is_looked_at_again(session, giver):
    """An account that was switched off, and another of the three roles that came from the command line."""
    hat, second = asked(session, giver), person(session, Role.SECADMIN)
    session.execute(update(User).where(User.id == hat.account_id).values(active=False))
    with refusal("role_account_off"):
        confirming.confirm(session, second, hat.id)
    session.execute(update(User).where(User.id == hat.account_id).values(active=True))
    session.add(Hat(account_id=hat.account_id, role="secadmin"))
    session.commit()
    with refusal("one_administrator"):
        confirming.confirm(session, second, hat.id)


def test_it_starts_the_account_with_it_from_its_confirmation_on(session, giver):
    hat = asked(session, giver, is_default=True)
    plain = Hat(account_id=hat.account_id, role="operator", is_default=True)
    session.add(plain)
    session.commit()
    confirming.confirm(session, person(session, Role.SECADMIN), hat.id)
    session.commit()
    assert (hat.is_default, plain.is_default) == (True, False)


def test_one_role_waits_at_an_account(session, giver):
    hat = asked(session, giver)
    with refusal("role_waits"):
        confirming.ask(session, giver, Hat(account_id=hat.account_id, role="secadmin"))
    twice = Hat(account_id=hat.account_id, role="secadmin", active=False, given_by_id=giver.account_id)
    session.add(twice)
    with pytest.raises(IntegrityError, match="uq_hat_one_waiting"):
        session.flush()


def test_an_account_with_a_role_that_waits_is_merged_with_none(session, giver):
    """Else somebody would be confirmed for one account and hold the role under another."""
    kept, closed = two_accounts(session)
    hat = Hat(account_id=closed, role="auditor")
    confirming.ask(session, giver, hat)
    session.add(hat)
    session.commit()
    with refusal("merge_staff"):
        merging.one_person(session, kept, closed)
    assert {kept, closed}.isdisjoint(
        {key for pair in merging.candidates(session) for key in (pair[0].account_id, pair[1].account_id)}
    )


def test_an_account_switched_on_again_waits_unless_nobody_else_holds_the_role(session, giver):
    held = Hat(account_id=account(session), role="auditor")
    session.add(held)
    session.execute(update(User).where(User.id == held.account_id).values(active=False))
    with refusal("role_from_server"):
        confirming.ask_again(session, giver, held.account_id)
    session.add(Hat(account_id=account(session), role="auditor"))
    confirming.ask_again(session, giver, held.account_id)
    session.commit()
    assert (held.standing, held.given_by_id) == ("waiting", giver.account_id)


# -- the database -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", KINDS)
@pytest.mark.parametrize("by", ["nobody", "giver", "account"])
def test_the_database_wants_another_one(session, giver, role, by):
    hat = asked(session, giver, role)
    one = {"nobody": None, "giver": giver.account_id, "account": hat.account_id}[by]
    with pytest.raises(IntegrityError, match="ck_hat_confirmed"), session.begin_nested():
        session.execute(update(Hat).where(Hat.id == hat.id).values(active=True, confirmed_by_id=one))
    session.execute(update(Hat).where(Hat.id == hat.id).values(active=True, confirmed_by_id=account(session)))


def test_other_roles_and_those_of_the_command_line_wait_for_nobody(session):
    session.add_all([Hat(account_id=account(session), role=role) for role in (*KINDS, "operator")])
    session.flush()


# -- two at once ------------------------------------------------------------------------------------------------------


@pytest.fixture
def open_session(fresh_db):
    """Sessions with real commits on a database of this test's own."""
    engine = create_engine(fresh_db)

    @contextmanager
    def opened():
        with Session(engine) as session:
            yield session

    yield opened
    engine.dispose()


@pytest.mark.parametrize("first", ["confirm", "decline"])
def test_of_two_decisions_at_once_the_second_finds_it_decided(open_session, first):
    with open_session() as one, open_session() as other, ThreadPoolExecutor(1) as pool:
        hat = asked(one, person(one, Role.SYSADMIN))
        number, second, third = hat.id, person(one, Role.SECADMIN), person(one, Role.AUDITOR)
        one.commit()
        assert other.get_one(Hat, number).standing == "waiting"  # read before the other decides
        getattr(confirming, first)(one, second, number)

        def also():
            with refusal("wrong_state"):
                confirming.confirm(other, third, number)
            other.rollback()
            return "refused"

        waiting = blocked(pool, also)
        one.commit()
        assert waiting.result(timeout=20) == "refused"
        steps = one.scalars(text("SELECT action FROM review_event WHERE action LIKE 'hat\\_%' ORDER BY id")).all()
        assert steps == ["hat_asked", {"confirm": "hat_confirmed", "decline": "hat_declined"}[first]]
