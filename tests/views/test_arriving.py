"""The ways in: phone, code, the choice of a role, levels; a forgotten password and a changed phone (TJ-03, TJ-13..16, GD-04..07)."""

from __future__ import annotations

import re

import pytest
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import func, select

from app.models.accounts import Hat, LoginEvent, Person
from app.models.dispatch import Dispatch, OneTimeCode
from app.models.reference import Parameter
from app.models.sessions import LoginSession
from app.review import codes, links
from app.views import lockout
from tests.views.people import PASSWORD, Browser, account, browser, signed_in, unit

PHONE, OTHER = "13912345678", "13912340000"
NEW = "Another-2026-pass"


def person(session, account_id: int, phone: str = PHONE, level: int = 1) -> Person:
    made = Person(account_id=account_id, real_name="李小明", identity_level=level, claim_hash=f"{account_id:064d}")
    made.set_phone(phone)
    session.add(made)
    session.commit()
    return made


class Visitor:
    """Somebody who is not logged in."""

    def __init__(self, app) -> None:
        self.client = app.test_client()

    def post(self, path: str, **values: str):
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.client.get("/login/").text)[1]
        return self.client.post(path, data={"csrf_token": token, **values})


def letters(session) -> list[Dispatch]:
    session.expire_all()
    return list(session.scalars(select(Dispatch).order_by(Dispatch.id)))


def code_of(session) -> str:
    return next(re.search(r"\d{6}", d.text)[0] for d in reversed(letters(session)) if d.template == "code")


def forget_limits(session) -> None:
    session.execute(OneTimeCode.__table__.delete())
    session.commit()


def said(page: str) -> str:
    return re.search(r'role="alert".*?<p>(.*?)</p>', page, re.DOTALL)[1]


# -- the phone as login name -----------------------------------------------------------------------------------------


def test_the_phone_is_a_login_name(app, session):
    """TJ-03, TJ-09."""
    _name, account_id, _hat = account(app, session, "seeker")
    person(session, account_id)
    assert Visitor(app).post("/login/", username=PHONE, password=PASSWORD).status_code == 302
    wrong = Visitor(app).post("/login/?lang=en", username=PHONE, password="nope")
    unknown = Visitor(app).post("/login/?lang=en", username=OTHER, password="nope")
    assert (wrong.status_code, said(wrong.text)) == (unknown.status_code, said(unknown.text))
    assert wrong.status_code == 401


def test_phone_and_user_name_are_locked_together(app, session):
    name, account_id, _hat = account(app, session, "seeker")
    person(session, account_id)
    for n in range(lockout.ACCOUNT_FAILURES):
        Visitor(app).post("/login/", username=(name, PHONE)[n % 2], password="nope")
    assert Visitor(app).post("/login/", username=PHONE, password=PASSWORD).status_code == 429
    assert {e.user_name for e in session.scalars(select(LoginEvent))} == {name, "139****5678"}


def test_failures_of_a_phone_with_the_same_mask_lock_nobody_else(app, session):
    _name, account_id, _hat = account(app, session, "seeker")
    person(session, account_id)
    for _n in range(lockout.ACCOUNT_FAILURES):
        Visitor(app).post("/login/", username="13999995678", password="nope")
    assert Visitor(app).post("/login/", username=PHONE, password=PASSWORD).status_code == 302


def test_tries_tell_nobody_which_phones_are_registered(app, session, monkeypatch):
    """Failures of a number that is nobody's count for that number alone, as those of a registered one do."""
    monkeypatch.setitem(app.config, "CAPTCHA", True)
    _name, account_id, _hat = account(app, session, "seeker")
    person(session, account_id)
    for _n in range(lockout.CAPTCHA_FROM):
        Visitor(app).post("/login/", username="13999995678", password="nope")
    fresh = [Visitor(app).post("/login/", username=one, password="nope") for one in (PHONE, "13988885678")]
    assert [answer.status_code for answer in fresh] == [401, 401]
    tried = Visitor(app).post("/login/", username="13999995678", password="nope")
    assert (tried.status_code, 'name="captcha"' in tried.text) == (422, True)


def test_an_unknown_phone_is_locked_like_a_known_one(app, session):
    for _n in range(lockout.ACCOUNT_FAILURES):
        assert Visitor(app).post("/login/", username=OTHER, password="nope").status_code == 401
    assert Visitor(app).post("/login/", username=OTHER, password="nope").status_code == 429


@pytest.mark.parametrize("name", ["12345678-8", "123456788"])
def test_an_organisation_code_is_refused_in_words_of_its_own(app, session, name):
    """GD-07."""
    answer = Visitor(app).post("/login/?lang=en", username=name, password="whatever1")
    assert answer.status_code == 422 and "unified social credit code" in said(answer.text)


# -- by code -----------------------------------------------------------------------------------------------------------


def test_a_code_is_a_way_in(app, session):
    """ZX-04, ZX-05."""
    _name, account_id, _hat = account(app, session, "seeker")
    person(session, account_id)
    who = Visitor(app)
    assert who.post("/code/login/?next=/me/", phone=PHONE).location == "/code/enter/?next=/me/"
    assert who.post("/code/enter/?next=/me/", code=code_of(session)).location == "/me/"
    assert who.client.get("/me/").status_code == 200
    assert session.scalars(select(LoginEvent.outcome).where(LoginEvent.account_id == account_id)).all() == ["ok"]


def test_next_leads_nowhere_else(app, session):
    _name, account_id, _hat = account(app, session, "seeker")
    person(session, account_id)
    who = Visitor(app)
    assert who.post("/code/login/?next=//evil.example", phone=PHONE).location == "/code/enter/"
    assert who.post("/code/enter/?next=https://evil.example/", code=code_of(session)).location == "/"


@pytest.mark.parametrize(("ask", "enter"), [("login", "enter"), ("forgot", "renew")])
def test_an_unknown_phone_is_answered_like_a_known_one(app, session, ask, enter):
    _name, account_id, _hat = account(app, session, "seeker")
    person(session, account_id)
    known, unknown = Visitor(app), Visitor(app)
    assert known.post(f"/code/{ask}/", phone=PHONE).location == unknown.post(f"/code/{ask}/", phone=OTHER).location
    assert [(d.template, d.target) for d in letters(session)] == [("code", PHONE), ("no_account", OTHER)]
    sent = {"code": "x", "new": NEW, "again": NEW}
    answers = [one.post(f"/code/{enter}/?lang=en", **sent) for one in (known, unknown)]
    assert [(a.status_code, said(a.text)) for a in answers] == [(422, said(answers[0].text))] * 2


def test_wrong_codes_count_towards_the_lockout(app, session):
    _name, account_id, _hat = account(app, session, "seeker")
    person(session, account_id)
    who = Visitor(app)
    who.post("/code/login/", phone=PHONE)
    for _n in range(lockout.ACCOUNT_FAILURES):
        assert who.post("/code/enter/", code="x").status_code == 422
    assert who.post("/code/enter/", code=code_of(session)).status_code == 422, "five tries are all that a code has"
    assert Visitor(app).post("/login/", username=PHONE, password=PASSWORD).status_code == 429


@pytest.mark.parametrize(("ask", "enter"), [("login", "enter"), ("forgot", "renew")])
def test_a_lockout_tells_nobody_whose_phone_it_is_but_whoever_has_the_code(app, session, ask, enter):
    name, account_id, _hat = account(app, session, "seeker")
    person(session, account_id)
    for _n in range(lockout.ACCOUNT_FAILURES):
        Visitor(app).post("/login/", username=name, password="nope")
    until = lockout.minutes(name, name, "10.0.0.1")
    locked, other = Visitor(app), Visitor(app)
    asked = [one.post(f"/code/{ask}/", phone=phone) for one, phone in ((locked, PHONE), (other, OTHER))]
    assert {(a.status_code, a.location) for a in asked} == {(302, f"/code/{enter}/")}
    sent = {"new": NEW, "again": NEW}
    wrong = [one.post(f"/code/{enter}/?lang=en", code="x", **sent) for one in (locked, other)]
    assert [(a.status_code, said(a.text)) for a in wrong] == [(422, said(wrong[1].text))] * 2
    assert lockout.minutes(name, name, "10.0.0.1") == until, "a wrong code meanwhile makes it no longer"
    right = locked.post(f"/code/{enter}/?lang=en", code=code_of(session), **sent)
    assert (right.status_code, "Please wait" in said(right.text)) == (429, True)
    outcomes = session.scalars(select(LoginEvent.outcome).where(LoginEvent.account_id == account_id)).all()
    assert outcomes == ["wrong"] * lockout.ACCOUNT_FAILURES + ["locked"] * 2


def test_without_the_digits_nothing_is_said_of_a_lockout(app, session, monkeypatch):
    monkeypatch.setitem(app.config, "CAPTCHA", True)
    name, account_id, _hat = account(app, session, "seeker")
    person(session, account_id)
    session.add_all(LoginEvent(user_name=name, outcome="wrong", address="10.0.0.9") for _n in range(9))
    session.commit()
    assert [Visitor(app).post("/code/login/", phone=phone).status_code for phone in (PHONE, OTHER)] == [422, 422]


def test_a_locked_address_asks_for_no_codes(app, session, monkeypatch):
    monkeypatch.setattr(lockout, "ADDRESS_FAILURES", 3)
    for n in range(3):
        Visitor(app).post("/login/", username=f"guess{n}", password="nope")
    assert Visitor(app).post("/code/login/", phone=PHONE).status_code == 429
    assert letters(session) == []


def test_staff_prove_the_second_factor_after_a_code_too(app, session, monkeypatch):
    monkeypatch.setitem(app.config, "SECOND_FACTOR", True)
    _name, account_id, _hat = account(app, session, "operator")
    person(session, account_id)
    who = Visitor(app)
    who.post("/code/login/", phone=PHONE)
    assert who.post("/code/enter/", code=code_of(session)).location.startswith("/second-factor/")
    assert who.client.get("/me/").location.startswith("/second-factor/")
    assert session.scalars(select(LoginEvent.outcome).where(LoginEvent.account_id == account_id)).all() == ["half"]


def test_a_login_by_code_counts_as_a_login(app, session):
    _name, account_id, _hat = account(app, session, "seeker")
    person(session, account_id)
    who = Visitor(app)
    who.post("/code/login/", phone=PHONE)
    who.post("/code/enter/", code=code_of(session))
    session.expire_all()
    user = app.extensions["appbuilder"].sm.get_user_by_id(account_id)
    assert user.last_login is not None and user.login_count == 1


def test_an_account_switched_off_gets_no_code(app, session):
    _name, account_id, _hat = account(app, session, "seeker")
    person(session, account_id)
    app.extensions["appbuilder"].sm.get_user_by_id(account_id).active = False
    session.commit()
    Visitor(app).post("/code/login/", phone=PHONE)
    assert [d.template for d in letters(session)] == ["no_account"]


# -- the role at login -------------------------------------------------------------------------------------------------


def test_the_login_page_names_three_ways_back_and_the_way_in(app, session):
    """HL-04: by the phone or the mail, by documents, by whoever answers the telephone; GD-05 and HL-01: or register."""
    page = app.test_client().get("/login/?lang=en").text
    assert [path for path in ("/code/forgot", "/appeal/", "/register/", "/code/") if f'href="{path}' not in page] == []
    assert "Questions: 12333" in page


def test_several_roles_are_offered_at_login(app, session):
    """GD-04."""
    name, account_id, _hat = account(app, session, "seeker")
    mine = unit(session)
    session.add(Hat(account_id=account_id, role="unit_owner", unit_id=mine.id))
    session.commit()
    who = Visitor(app)
    assert who.post("/login/", username=name, password=PASSWORD).location == "/choose/"
    page = who.client.get("/choose/").text
    assert mine.name in page and len(re.findall(r'action="/hat/\d+"', page.split("<main")[1])) == 2
    alone, _id, _h = account(app, session, "seeker")
    assert Visitor(app).post("/login/", username=alone, password=PASSWORD).location == "/"


def test_a_page_that_was_asked_for_comes_before_the_choice(app, session):
    name, account_id, _hat = account(app, session, "seeker")
    session.add(Hat(account_id=account_id, role="student"))
    session.commit()
    assert Visitor(app).post("/login/?next=/me/", username=name, password=PASSWORD).location == "/me/"


def test_below_the_level_no_role_for_a_unit_can_be_worn(app, session):
    """GD-06."""
    name, account_id, _hat = account(app, session, "seeker")
    hat = Hat(account_id=account_id, role="unit_owner", unit_id=unit(session).id, is_default=True)
    session.query(Hat).filter_by(account_id=account_id).update({"is_default": False})
    session.add(hat)
    row = person(session, account_id, level=1)
    who = Browser(signed_in(app, name), account_id, hat.id)
    assert session.scalar(select(Hat.role).join(LoginSession, LoginSession.hat_id == Hat.id)) == "seeker"
    assert "L2" in who.get("/choose/?lang=en").text
    assert who.post(f"/hat/{hat.id}").status_code == 403
    row.identity_level = 2
    session.commit()
    assert who.post(f"/hat/{hat.id}").status_code == 302
    session.execute(Parameter.__table__.update().where(Parameter.key == "unit_user_level").values(value="3"))
    session.commit()
    bearer = app.test_client().post(
        "/api/v1/security/login", json={"username": name, "password": PASSWORD, "provider": "db"}
    )
    headers = {"Authorization": f"Bearer {bearer.json['access_token']}", "X-Hat": str(hat.id)}
    assert app.test_client().get("/api/v1/menu/", headers=headers).json["code"] == "level_low"


def test_an_account_that_did_not_register_here_acts_for_its_unit_at_any_level(app, session):
    """GD-06: made by an administrator, or there before levels were; the roles were given by somebody who saw the person."""
    name, account_id, hat = account(app, session, "unit_owner", unit_id=unit(session).id)
    session.add(Person(account_id=account_id, real_name="李小明", identity_level=0))
    session.commit()
    assert Visitor(app).post("/login/", username=name, password=PASSWORD).status_code == 302
    who = Browser(signed_in(app, name), account_id, hat)
    assert who.get("/unitview/list/").status_code == 200


def test_an_account_for_units_only_is_refused_below_the_level(app, session):
    name, account_id, _hat = account(app, session, "unit_owner", unit_id=unit(session).id)
    person(session, account_id, level=1)
    answer = Visitor(app).post("/login/?lang=en", username=name, password=PASSWORD)
    assert answer.status_code == 403 and "L2" in said(answer.text)
    assert session.scalar(select(func.count()).select_from(LoginSession)) == 0


# -- a forgotten password ---------------------------------------------------------------------------------------------


def test_a_forgotten_password_is_renewed_by_the_phone(app, session):
    """TJ-13."""
    name, account_id, hat = account(app, session, "seeker")
    person(session, account_id)
    inside = Browser(signed_in(app, name), account_id, hat)
    who = Visitor(app)
    who.post("/code/forgot/", phone=PHONE)
    code = code_of(session)
    for new, again in (("short", "short"), (NEW, "other-Pass-1")):
        assert who.post("/code/renew/", code=code, new=new, again=again).status_code == 422
    assert who.post("/code/renew/", code=code, new=NEW, again=NEW).location == "/login/"
    assert inside.get("/me/").status_code == 302
    assert Visitor(app).post("/login/", username=name, password=NEW).status_code == 302
    assert Visitor(app).post("/login/", username=name, password=PASSWORD).status_code == 401
    told = letters(session)[-1]
    assert (told.template, told.target) == ("password_changed", PHONE) and NEW not in told.text
    assert who.post("/code/renew/", code=code, new="Third-2026-pass", again="Third-2026-pass").status_code == 302


def test_staff_need_the_stricter_password_and_the_code_stays_good(app, session):
    _name, account_id, _hat = account(app, session, "operator")
    person(session, account_id)
    who = Visitor(app)
    who.post("/code/forgot/", phone=PHONE)
    code = code_of(session)
    assert who.post("/code/renew/", code=code, new="abcd12345", again="abcd12345").status_code == 422
    assert who.post("/code/renew/", code=code, new=NEW, again=NEW).location == "/login/"


def test_a_link_to_the_reserved_mail_renews_the_password_once(app, session):
    name, account_id, _hat = account(app, session, "seeker")
    row = person(session, account_id)
    row.set_mail("Li@Example.cn")
    session.commit()
    who = Visitor(app)
    known = who.post("/code/mail/", mail="li@example.cn")
    assert (known.location, who.post("/code/mail/", mail="no@example.cn").location) == ("/login/", "/login/")
    (letter,) = letters(session)
    assert (letter.channel, letter.target, letter.template) == ("mail", "Li@Example.cn", "link")
    path = re.search(r"/code/link/[\w-]+", letter.text)[0]
    assert path not in letter.blanked
    page = who.client.get(path)
    assert page.status_code == 200 and page.headers["Referrer-Policy"] == "same-origin"
    assert who.post(path, new=NEW, again="differs-1A").status_code == 422
    assert who.post(path, new=NEW, again=NEW).location == "/login/"
    assert who.client.get(path).status_code == 410
    assert who.post(path, new="Third-2026-pass", again="Third-2026-pass").status_code == 410
    assert Visitor(app).post("/login/", username=name, password=NEW).status_code == 302


def test_the_link_goes_to_the_address_that_was_proven_whatever_is_read_as_the_same(app, session):
    _name, account_id, _hat = account(app, session, "seeker")
    person(session, account_id).set_mail("Li@kexample.cn")
    session.commit()
    assert Visitor(app).post("/code/mail/", mail="li@\u212aexample.cn").status_code == 302
    assert [(d.template, d.target) for d in letters(session)] == [("link", "Li@kexample.cn")]


def test_the_link_in_a_mail_never_leads_where_the_request_says(app, session, monkeypatch):
    _name, account_id, _hat = account(app, session, "seeker")
    person(session, account_id).set_mail("li@example.cn")
    session.commit()
    sent = {"base_url": "http://evil.example/", "data": {"mail": "li@example.cn"}}
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", False)
    assert app.test_client().post("/code/mail/", **sent).status_code == 302
    assert "evil.example" not in letters(session)[-1].text
    forget_limits(session)
    monkeypatch.setitem(app.config, "HOST", "192.0.2.1")
    assert app.test_client().post("/code/mail/", **sent).status_code == 302
    assert len(letters(session)) == 1  # without SITE_URL no link leaves a server that others reach
    monkeypatch.setitem(app.config, "SITE_URL", "https://jobs.example.cn")
    forget_limits(session)
    app.test_client().post("/code/mail/", **sent)
    assert "https://jobs.example.cn/code/link/" in letters(session)[-1].text


def test_a_link_is_worth_nothing_once_the_password_has_changed(app, session):
    _name, account_id, _hat = account(app, session, "seeker")
    person(session, account_id)
    token = links.make(session, "reset", account_id, 30)
    session.commit()
    who = Visitor(app)
    who.post("/code/forgot/", phone=PHONE)
    who.post("/code/renew/", code=code_of(session), new=NEW, again=NEW)
    assert who.client.get(f"/code/link/{token}").status_code == 410


# -- a changed phone and mail ------------------------------------------------------------------------------------------


def test_a_phone_is_changed_by_proving_both(app, session):
    """TJ-15, TJ-16."""
    name, account_id, hat = account(app, session, "seeker")
    person(session, account_id)
    who, elsewhere = (Browser(signed_in(app, name), account_id, hat) for _n in range(2))
    assert "139****5678" in who.get("/me/phone").text
    assert who.post("/me/phone", {"do": "new_code", "phone": OTHER}).status_code == 409  # the old one first
    who.post("/me/phone", {"do": "old_code"})
    assert who.post("/me/phone", {"do": "old", "code": "x"}).status_code == 422
    assert who.post("/me/phone", {"do": "old", "code": code_of(session)}).status_code == 302
    assert who.post("/me/phone", {"do": "new_code", "phone": PHONE}).status_code == 422
    assert who.post("/me/phone", {"do": "new_code", "phone": OTHER}).status_code == 302
    assert who.post("/me/phone", {"do": "new", "code": "x"}).status_code == 422
    assert who.post("/me/phone", {"do": "new", "code": code_of(session)}).location == "/me/"
    session.expire_all()
    assert session.get(Person, account_id).phone == OTHER
    assert (who.get("/me/").status_code, elsewhere.get("/me/").status_code) == (200, 302)
    assert [(d.template, d.target) for d in letters(session)[-2:]] == [("phone_changed", PHONE), ("new_phone", OTHER)]
    assert Visitor(app).post("/login/", username=PHONE, password=PASSWORD).status_code == 401


def test_a_phone_of_somebody_else_is_answered_alike_and_never_taken(app, session):
    _other, other_id, _h = account(app, session, "seeker")
    person(session, other_id, OTHER)
    who = browser(app, session, "seeker")
    person(session, who.account_id)
    who.post("/me/phone", {"do": "old_code"})
    who.post("/me/phone", {"do": "old", "code": code_of(session)})
    assert who.post("/me/phone", {"do": "new_code", "phone": OTHER}).status_code == 302
    assert letters(session)[-1].template == "known_already"
    assert who.post("/me/phone", {"do": "new", "code": "123456"}).status_code == 422
    session.expire_all()
    assert session.get(Person, other_id).phone == OTHER


def test_the_proof_of_one_account_is_worth_nothing_for_another(app, session):
    who = browser(app, session, "seeker")
    person(session, who.account_id)
    who.post("/me/phone", {"do": "old_code"})
    who.post("/me/phone", {"do": "old", "code": code_of(session)})
    with who.client.session_transaction() as kept:
        proof = kept["phone_proven"]
    thief = browser(app, session, "seeker")
    person(session, thief.account_id, OTHER)
    with thief.client.session_transaction() as planted:
        planted["phone_proven"] = proof
    assert thief.post("/me/phone", {"do": "new_code", "phone": "13700000001"}).status_code == 409


def test_a_mail_address_is_reserved_by_a_code_and_taken_out(app, session):
    who = browser(app, session, "seeker")
    person(session, who.account_id)
    assert who.post("/me/mail", {"do": "code", "mail": "nonsense"}).status_code == 422
    assert who.post("/me/mail", {"do": "code", "mail": "li@example.cn"}).status_code == 302
    assert who.post("/me/mail", {"do": "save", "code": "x"}).status_code == 422
    assert who.post("/me/mail", {"do": "save", "code": code_of(session)}).status_code == 302
    assert "l***@example.cn" in who.get("/me/").text
    assert [(d.template, d.target) for d in letters(session)][-1] == ("mail_changed", PHONE)
    forget_limits(session)
    who.unproven(session, minutes=11)
    for do in ("code", "save", "drop"):
        who.post("/me/mail", {"do": do, "mail": "other@example.cn", "code": "x"})
    assert [d.target for d in letters(session) if d.target == "other@example.cn"] == []
    session.expire_all()
    assert session.get(Person, who.account_id).mail == "li@example.cn"
    who.unproven(session, minutes=0)
    assert who.post("/me/mail", {"do": "drop"}).status_code == 302
    session.expire_all()
    assert session.get(Person, who.account_id).mail is None


def test_a_mail_address_of_another_account_is_answered_alike_and_its_reader_told_why(app, session):
    _other, other_id, _h = account(app, session, "seeker")
    person(session, other_id, OTHER).set_mail("Li@Example.cn")
    session.get_one(User, other_id).active = False
    session.commit()
    who = browser(app, session, "seeker")
    person(session, who.account_id)
    pages = []
    for mail in ("no@example.cn", "li@example.cn"):
        assert who.post("/me/mail", {"do": "code", "mail": mail}).status_code == 302
        refused = who.post("/me/mail", {"do": "save", "code": "x"})
        pages.append(re.sub(r"\w\*+@|[A-Za-z0-9_.-]{30,}", "", refused.text))
        assert refused.status_code == 422
    assert pages[0] == pages[1], "a stranger learns nothing"
    letter = letters(session)[-1]
    assert (letter.channel, letter.target, letter.template) == ("mail", "li@example.cn", "mail_taken")
    session.expire_all()
    assert session.get(Person, who.account_id).mail is None
    forget_limits(session)
    who.post("/me/mail", {"do": "code", "mail": "mine@example.cn"})
    who.post("/me/mail", {"do": "save", "code": code_of(session)})
    forget_limits(session)
    who.post("/me/mail", {"do": "code", "mail": "mine@example.cn"})
    assert letters(session)[-1].template == "code", "the own address is no other account's"


def test_codes_of_one_purpose_open_nothing_else(app, session):
    who = browser(app, session, "seeker")
    person(session, who.account_id)
    codes.issue(session, "login", PHONE, "127.0.0.1")
    assert who.post("/me/phone", {"do": "old", "code": code_of(session)}).status_code == 422
