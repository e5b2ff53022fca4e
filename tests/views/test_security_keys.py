"""Security keys: only beside a device, only where the site has a name; what is no signature counts as a wrong code."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select, update

from app.models.accounts import LoginEvent
from app.models.messages import Outbox
from app.models.second_factor import KeyChallenge, SecondFactor, SecurityKey
from app.rules import second_factor as rules
from app.views import second_factor, security_keys
from tests.views.people import Browser, browser


@pytest.fixture
def holder(app, session) -> Browser:
    """A person with a device and one key."""
    who = browser(app, session, "operator")
    session.add(SecondFactor(account_id=who.account_id, secret=rules.new_secret(), confirmed_at=func.now()))
    key = {"credential_id": f"c{who.account_id:07d}", "public_key": "AAAA", "sign_count": 1, "site": "localhost"}
    session.add(SecurityKey(account_id=who.account_id, name="办公电脑", **key))
    session.commit()
    return who


def test_a_key_stands_beside_a_device_only(app, session):
    who = browser(app, session, "seeker")
    assert who.get("/factor/key").status_code == 403
    assert 'href="/factor/key"' not in who.get("/factor/").text


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("localhost:8080", "localhost"),
        ("Jobs.Example.cn", "jobs.example.cn"),
        ("127.0.0.1:8080", ""),
        ("[::1]:8080", ""),
        ("[::1]", ""),
    ],
)
def test_keys_are_bound_to_the_name_of_the_site(app, host, name):
    """Reached by a number it has none, and no key is offered."""
    with app.test_request_context("/", base_url=f"http://{host}"):
        assert security_keys.site() == name


def test_a_key_of_another_site_is_not_asked_for(session, holder):
    assert 'data-webauthn="get"' in holder.get("/proof/").text
    session.execute(update(SecurityKey).values(site="jobs.example.cn"))
    session.commit()
    assert "data-webauthn" not in holder.get("/proof/").text


@pytest.mark.parametrize(
    "sent", ["x", "{}", '{"id": "YQ", "rawId": "YQ", "type": "public-key", "response": {}}', "[" * 5000]
)
def test_what_is_no_signature_is_a_wrong_code(session, holder, sent):
    holder.unproven(session, minutes=11)
    holder.get("/proof/")
    answer = holder.post("/proof/", {"credential": sent})
    assert answer.status_code == 401
    outcomes = session.scalars(select(LoginEvent.outcome).where(LoginEvent.account_id == holder.account_id)).all()
    assert outcomes.count("wrong_code") == 1


def test_a_challenge_is_used_up_by_one_answer(session, holder):
    holder.get("/proof/")
    mine = select(KeyChallenge.challenge)
    first = session.scalars(mine).one()
    holder.post("/proof/", {"credential": "x"})
    assert session.scalars(mine).one() != first, "the page with the refusal asks anew"


def test_adding_and_removing_take_a_fresh_proof_and_are_told(session, holder):
    holder.unproven(session, minutes=11)
    key = session.scalars(select(SecurityKey.id)).one()
    assert holder.get("/factor/key").location.startswith("/proof/")
    assert holder.post(f"/factor/key/{key}/remove").location.startswith("/proof/")
    holder.unproven(session, minutes=1)
    assert holder.post(f"/factor/key/{key}/remove").status_code == 302
    assert session.scalars(select(SecurityKey.id)).all() == []
    assert session.scalars(select(Outbox.template)).all()[-1] == "factor_removed_key"
    assert holder.post(f"/factor/key/{key}/remove").status_code == 404


def test_nobody_removes_the_key_of_somebody_else(app, session, holder):
    key = session.scalars(select(SecurityKey.id)).one()
    other = browser(app, session, "operator")
    assert other.post(f"/factor/key/{key}/remove").status_code == 404
    assert session.scalars(select(SecurityKey.id)).one() == key


def test_a_reset_takes_the_keys_too(session, holder):
    second_factor.take_off(holder.account_id)
    assert session.scalars(select(SecurityKey.id)).all() == []
