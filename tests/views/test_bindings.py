"""A unit invites, the person accepts, functions are granted one by one, unbinding ends everything at once (GD-32..37)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import func, select, update

from app.models.accounts import Hat, Person
from app.models.base import vault
from app.models.bindings import Binding, BindingMiss
from app.models.messages import Outbox
from app.models.review import ReviewEvent
from app.models.units import Blacklisted
from app.rules import bindings as rules
from app.views.due import expire_invitations
from app.views.words import CODES
from tests.views.people import Browser, account, browser, signed_in, unit

NOT_FOUND = "No such user was found. Please check the user's data and start the binding again."
PHONE = "13900001234"


@pytest.fixture
def firm(session):
    return unit(session)


@pytest.fixture
def owner(app, session, firm) -> Browser:
    return browser(app, session, "unit_owner", unit_id=firm.id)


def person(app, session, role: str = "seeker", phone: str = "", level: int = 2, **place) -> Browser:
    """Somebody registered, with a proven name."""
    name, account_id, hat_id = account(app, session, role, **place)
    made = Person(account_id=account_id, real_name="李四", identity_level=level)
    if phone:
        made.set_phone(phone)
    session.add(made)
    session.commit()
    return Browser(signed_in(app, name), account_id, hat_id)


def name_of(session, who: Browser) -> str:
    return session.scalar(select(User.username).where(User.id == who.account_id))


def invite(owner: Browser, typed: str, name: str = "李四", grants: tuple[str, ...] = ("postings",)):
    return owner.post("/bindingview/add?lang=en", {"invited_as": typed, "real_name": name, "grants": list(grants)})


def bound(owner: Browser, session, who: Browser, *grants: str) -> Binding:
    """An invitation that was accepted."""
    assert invite(owner, name_of(session, who), grants=grants or ("postings",)).status_code == 302
    row = session.scalars(select(Binding).order_by(Binding.id.desc())).first()
    assert who.post(f"/invitationview/move/accept/{row.id}").status_code == 302
    session.refresh(row)
    return row


def hats(session, who: Browser) -> list[tuple[str, list[str]]]:
    stmt = select(Hat.role, Hat.grants).where(Hat.account_id == who.account_id, Hat.active, Hat.role == "unit_handler")
    return [(row.role, row.grants) for row in session.execute(stmt)]


def test_invited_by_phone_and_name_accepted_and_acting(app, session, firm, owner):
    who = person(app, session, phone=PHONE)
    assert invite(owner, PHONE, grants=("postings", "media")).status_code == 302
    row = session.scalars(select(Binding)).one()
    assert (row.state, row.unit_id, row.account_id, row.invited_as) == (
        "invited",
        firm.id,
        who.account_id,
        "139****1234",
    )
    assert hats(session, who) == [], "an invitation alone opens nothing"
    told = session.scalars(select(Outbox).order_by(Outbox.id.desc())).first()
    assert (told.template, told.account_id, told.facts["title"]) == ("binding_invited", who.account_id, firm.name)
    assert firm.name in who.get("/invitationview/list/").text
    assert who.post(f"/invitationview/move/accept/{row.id}").status_code == 302
    assert hats(session, who) == [("unit_handler", ["postings", "media"])]
    hat = session.scalars(select(Hat).where(Hat.account_id == who.account_id, Hat.role == "unit_handler")).one()
    who.post(f"/hat/{hat.id}")
    assert who.get("/postingview/add").status_code == 200
    steps = session.scalars(select(ReviewEvent.action).order_by(ReviewEvent.id)).all()
    assert steps[-2:] == ["bind_invite", "bind_accept"]


def test_the_form_and_its_answer_say_what_happens(app, session, owner):
    """Where "Save" and "Saved" would leave open whether anybody was asked; what is wrong follows the colon of the language."""
    assert "发起绑定</button>" in owner.get("/bindingview/add?lang=zh").text
    wrong = owner.post("/bindingview/add?lang=zh", {"invited_as": "", "real_name": ""})
    assert "姓名：请填写此项" in wrong.text
    assert "Real name: " in owner.post("/bindingview/add?lang=en", {"invited_as": "", "real_name": ""}).text
    who = person(app, session)
    record = owner.get(invite(owner, name_of(session, who)).location).text
    assert "The invitation is on its way" in record


@pytest.mark.parametrize("case", ["nobody", "other name", "name not proven", "switched off", "staff"])
def test_one_answer_for_whoever_cannot_be_bound(app, session, owner, case):
    role, place = ("reviewer", {"region_code": "310000"}) if case == "staff" else ("seeker", {})
    who = person(app, session, role, level=1 if case == "name not proven" else 2, **place)
    typed, name = name_of(session, who), "李四"
    if case == "nobody":
        typed = "nobody.at.all"
    if case == "other name":
        name = "王五"
    if case == "switched off":
        session.execute(update(User).where(User.id == who.account_id).values(active=False))
    answer = invite(owner, typed, name)
    assert answer.status_code == 422
    assert NOT_FOUND.replace("'", "&#39;") in answer.text
    assert session.scalar(select(func.count(Binding.id))) == 0
    assert session.scalar(select(func.count(BindingMiss.id))) == 1


def test_who_is_registered_cannot_be_tried_out(app, session, owner):
    for number in range(rules.MISSES):
        assert invite(owner, f"1390000{number:04d}").status_code == 422
    who = person(app, session)
    answer = invite(owner, name_of(session, who))
    assert answer.status_code == CODES["binding_misses"][0] == 429
    session.execute(update(BindingMiss).values(at=func.now() - timedelta(hours=25)))
    session.commit()
    assert invite(owner, name_of(session, who)).status_code == 302


def test_nobody_is_bound_twice_nor_binds_himself(app, session, owner):
    who = person(app, session)
    session.add(Person(account_id=owner.account_id, real_name="李四", identity_level=2))
    session.commit()
    assert invite(owner, name_of(session, owner)).status_code == 403
    assert invite(owner, name_of(session, who)).status_code == 302
    assert invite(owner, name_of(session, who)).status_code == 422
    assert session.scalar(select(func.count(Binding.id))) == 1


@pytest.mark.parametrize("screen", ["postingview", "gigofferview"])
def test_the_owner_of_a_unit_posts_nothing(app, session, firm, owner, screen):
    """GD-32: postings and gigs are the work of a person with a function; the owner reads them."""
    clerk = browser(app, session, "unit_handler", unit_id=firm.id, grants=["postings", "gigs"])
    assert clerk.get(f"/{screen}/add").status_code == 200
    assert owner.get(f"/{screen}/list/").status_code == 200
    assert (owner.get(f"/{screen}/add").status_code, owner.post(f"/{screen}/add", {}).status_code) == (403, 403)


def test_before_approval_nobody_is_invited(app, session, firm, owner):
    who = person(app, session)
    firm.status = "pending"
    session.commit()
    assert invite(owner, name_of(session, who)).status_code == 422
    assert session.scalar(select(func.count(Binding.id))) == 0


def test_declining_leaves_nothing_and_may_be_asked_again(app, session, owner):
    who = person(app, session)
    invite(owner, name_of(session, who))
    row = session.scalars(select(Binding)).one()
    assert who.post(f"/invitationview/move/refuse/{row.id}").status_code == 302
    session.refresh(row)
    assert (row.state, hats(session, who)) == ("refused", [])
    assert who.post(f"/invitationview/move/accept/{row.id}").status_code == 409
    assert invite(owner, name_of(session, who)).status_code == 302


def test_an_invitation_ends_by_itself(app, session, owner):
    who = person(app, session)
    invite(owner, name_of(session, who))
    row = session.scalars(select(Binding)).one()
    row.expires_at = func.now() - timedelta(minutes=1)
    session.commit()
    assert who.post(f"/invitationview/move/accept/{row.id}").status_code == 409, "also before the job has run"
    assert expire_invitations(session) == 1
    session.refresh(row)
    assert (row.state, hats(session, who)) == ("expired", [])


def test_unbinding_ends_the_role_and_every_login_at_once(app, session, owner):
    who = person(app, session)
    row = bound(owner, session, who)
    assert who.get("/invitationview/list/").status_code == 200
    assert owner.post(f"/bindingview/move/unbind/{row.id}").status_code == 302
    assert hats(session, who) == []
    assert who.get("/invitationview/list/").status_code == 302, "led to the login"
    session.refresh(row)
    assert row.state == "ended"


def test_other_functions_count_at_once(app, session, owner):
    who = person(app, session)
    row = bound(owner, session, who, "postings", "media")
    answer = owner.post(f"/bindingview/edit/{row.id}", {"grants": ["gigs"], "version": row.changed_on.isoformat()})
    assert answer.status_code == 302, answer.text[:300]
    assert hats(session, who) == [("unit_handler", ["gigs"])]
    assert who.get("/").status_code == 302, "logged out: nobody goes on with what was taken away"
    page = who.get("/login/?lang=en").text
    assert "the functions granted to you were changed" in page and "not stored" in page
    assert "functions granted" not in app.test_client().get("/login/?lang=en").text, "said to that browser alone"
    assert session.scalars(select(ReviewEvent.action).order_by(ReviewEvent.id.desc())).first() == "bind_grants"


def test_a_manager_invites_within_the_own_functions_only(app, session, firm, owner):
    manager = person(app, session)
    row = bound(owner, session, manager, "postings", "handlers")
    hat = session.scalars(select(Hat).where(Hat.account_id == manager.account_id, Hat.role == "unit_handler")).one()
    manager.post(f"/hat/{hat.id}")
    who = person(app, session)
    assert invite(manager, name_of(session, who), grants=("media",)).status_code == 422
    assert invite(manager, name_of(session, who), grants=("handlers",)).status_code == 422
    assert invite(manager, name_of(session, who), grants=("postings",)).status_code == 302
    version = row.changed_on.isoformat()
    own = manager.post(f"/bindingview/edit/{row.id}", {"grants": ["postings", "gigs"], "version": version})
    assert own.status_code == 403, "nobody gives functions to himself"
    assert manager.post(f"/bindingview/move/unbind/{row.id}").status_code == 409


def test_a_plain_handler_sees_and_invites_nobody(app, session, firm, owner):
    handler = browser(app, session, "unit_handler", unit_id=firm.id, grants=["postings"])
    who = person(app, session)
    invite(owner, name_of(session, who))
    row = session.scalars(select(Binding)).one()
    assert handler.get("/bindingview/list/").status_code == 403
    assert handler.get(f"/bindingview/show/{row.id}").status_code == 403
    assert invite(handler, name_of(session, who)).status_code == 403


def test_an_invitation_is_for_one_person(app, session, owner):
    who, other = person(app, session), person(app, session)
    invite(owner, name_of(session, who))
    row = session.scalars(select(Binding)).one()
    assert other.post(f"/invitationview/move/accept/{row.id}").status_code == 404
    assert hats(session, other) == []


def test_a_role_given_by_the_administrator_stands_in_the_list_of_the_unit(app, session, firm, owner):
    admin, who = browser(app, session, "sysadmin"), person(app, session)
    given = {"account": str(who.account_id), "role": "unit_handler", "unit": str(firm.id), "grants": ["media"]}
    assert admin.post("/hatview/add", given).status_code == 302
    row = session.scalars(select(Binding)).one()
    assert (row.state, row.grants, row.real_name) == ("bound", ["media"], "李四")
    assert owner.post(f"/bindingview/move/unbind/{row.id}").status_code == 302
    assert hats(session, who) == []


def manager_of(session, owner: Browser, who: Browser) -> Binding:
    """The person manages handlers now, under that hat."""
    row = bound(owner, session, who, "postings", "handlers")
    hat = session.scalars(select(Hat).where(Hat.account_id == who.account_id, Hat.role == "unit_handler")).one()
    who.post(f"/hat/{hat.id}")
    return row


@pytest.mark.parametrize("how", ["unbound", "function taken"])
def test_invitations_of_somebody_thrown_out_are_called_back(app, session, owner, how):
    manager, friend = person(app, session), person(app, session)
    row = manager_of(session, owner, manager)
    assert invite(manager, name_of(session, friend)).status_code == 302
    invited = session.scalars(select(Binding).order_by(Binding.id.desc())).first()
    if how == "unbound":
        assert owner.post(f"/bindingview/move/unbind/{row.id}").status_code == 302
    else:
        session.refresh(row)
        values = {"grants": ["postings"], "version": row.changed_on.isoformat()}
        assert owner.post(f"/bindingview/edit/{row.id}", values).status_code == 302
    session.refresh(invited)
    assert invited.state == "withdrawn"
    assert friend.post(f"/invitationview/move/accept/{invited.id}").status_code == 409
    assert hats(session, friend) == []


def test_on_acceptance_both_are_asked_for_once_more(app, session, firm, owner):
    who = person(app, session)
    invite(owner, name_of(session, who))
    row = session.scalars(select(Binding)).one()
    session.execute(update(Person).where(Person.account_id == who.account_id).values(identity_level=1))
    session.commit()
    assert who.post(f"/invitationview/move/accept/{row.id}").status_code == 403
    session.execute(update(Person).where(Person.account_id == who.account_id).values(identity_level=2))
    session.execute(update(Hat).where(Hat.account_id == owner.account_id).values(active=False))
    session.commit()
    assert who.post(f"/invitationview/move/accept/{row.id}").status_code == 409
    assert hats(session, who) == []


def test_functions_are_granted_on_a_fresh_proof_only(app, session, owner):
    who = person(app, session)
    owner.unproven(session, minutes=11)
    assert "/proof/" in invite(owner, name_of(session, who)).location
    assert session.scalar(select(func.count(Binding.id))) == 0


def test_that_a_handler_left_is_told_to_the_owner_where_the_inviter_is_gone(app, session, owner):
    who = person(app, session)
    row = bound(owner, session, who)
    row.invited_by_id = None
    session.commit()
    assert who.post(f"/invitationview/move/leave/{row.id}").status_code == 302
    told = session.scalars(select(Outbox).order_by(Outbox.id.desc())).first()
    assert (told.template, told.account_id) == ("binding_left", owner.account_id)


def test_whoever_is_unbound_from_the_last_role_goes_on_in_the_own_name(app, session, firm, owner):
    """Registered persons keep their own role; an account that was made for the unit alone would stand before a closed door."""
    who = person(app, session, "unit_handler", unit_id=firm.id, grants=["postings"])
    owner.get("/bindingview/list/")
    row = Binding(
        unit_id=firm.id, account_id=who.account_id, invited_as="x", real_name="李四", state="bound", grants=["postings"],
        invited_by_id=owner.account_id, invited_at=func.now(), expires_at=func.now() + timedelta(days=7),
    )  # fmt: skip
    session.add(row)
    session.commit()
    assert owner.post(f"/bindingview/move/unbind/{row.id}").status_code == 302
    again = signed_in(app, name_of(session, who))
    assert again.get("/invitationview/list/").status_code == 200
    assert again.get("/postingview/list/").status_code == 403
    mine = select(Hat.role, Hat.is_default).where(Hat.account_id == who.account_id, Hat.active)
    assert [tuple(one) for one in session.execute(mine)] == [("seeker", True)]


def test_whoever_has_another_role_gets_none_besides(app, session, owner):
    who = person(app, session, "student")
    row = bound(owner, session, who, "postings")
    assert owner.post(f"/bindingview/move/unbind/{row.id}").status_code == 302
    assert session.scalars(select(Hat.role).where(Hat.account_id == who.account_id, Hat.active)).all() == ["student"]


@pytest.mark.parametrize("subject", ["phone", "id_number"])
def test_whoever_is_banned_becomes_no_handler_and_the_unit_learns_nothing_of_the_list(
    app, session, firm, owner, subject
):
    """In the words for somebody who is not there, and counted as such a try."""
    who, number = person(app, session, phone=PHONE), "11010519491231002X"
    session.get_one(Person, who.account_id).set_id_number(number)
    session.commit()
    assert invite(owner, PHONE).status_code == 302
    row = session.scalars(select(Binding)).one()
    value = {"phone": PHONE, "id_number": number}[subject]
    session.add(Blacklisted(subject=subject, value_hash=vault().blind(value, subject), shown="***", reason="伪造材料"))
    session.commit()
    assert who.post(f"/invitationview/move/accept/{row.id}").status_code == 403
    assert hats(session, who) == []
    assert owner.post(f"/bindingview/move/withdraw/{row.id}").status_code == 302
    unknown, banned = invite(owner, "13912349999"), invite(owner, PHONE)
    assert unknown.status_code == banned.status_code == 422
    said = "No such user was found"
    assert said in unknown.text and said in banned.text
    assert session.scalar(select(func.count()).select_from(BindingMiss)) == 2
