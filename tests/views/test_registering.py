"""Registration: proven phone, claimed document, constant answers; captcha to be read or heard (TJ-06..12, GD-10..15)."""

from __future__ import annotations

import io
import re
import wave
from random import Random

import numpy as np
import pytest
from flask_appbuilder.security.sqla.models import User
from PIL import Image
from sqlalchemy import func, select

from app.gateways import captcha as drawing
from app.models.accounts import Hat, Person
from app.models.consents import Consent
from app.models.dispatch import Dispatch, OneTimeCode
from app.models.messages import Outbox
from app.review import persons
from app.rules.refused import Refused
from app.views import captcha
from tests.views.people import browser

PHONE = "13912345678"
FORM = {
    "name": "李小明", "document_kind": "resident_id", "id_number": "11010519491231002x", "username": "",
    "password": "Passw0rd-x", "again": "Passw0rd-x", "agreed": "y",
}  # fmt: skip


class Newcomer:
    """Somebody unknown at a browser."""

    def __init__(self, app) -> None:
        self.client = app.test_client()

    def post(self, path: str, **values: str):
        page = self.client.get("/register/").text
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
        return self.client.post(f"{path}?lang=en", data={"csrf_token": token, **values})

    def asks(self, phone: str = PHONE, role: str = "seeker", **more: str):
        return self.post("/register/", phone=phone, role=role, **more)

    def enters(self, code: str, **more: str):
        return self.post("/register/details", **(FORM | {"code": code} | more))


def letters(session, template: str = "code") -> list[Dispatch]:
    session.expire_all()
    return list(session.scalars(select(Dispatch).where(Dispatch.template == template).order_by(Dispatch.id)))


def code_of(session) -> str:
    return re.search(r"\d{6}", letters(session)[-1].text)[0]


def registered(session, phone: str = PHONE) -> User:
    return persons.by_phone(session, phone)


def faults(page: str) -> set[str]:
    return set(re.findall(r'id="(\w+)"[^>]*aria-invalid="true"', page))


def test_a_person_registers_and_is_in(app, session):
    who = Newcomer(app)
    assert who.asks().location == "/register/details"
    answer = who.enters(code_of(session))
    assert answer.status_code == 302, answer.text
    user = registered(session)
    person = session.get(Person, user.id)
    assert (person.real_name, person.identity_level, person.id_number) == ("李小明", 1, "11010519491231002X")
    assert session.scalars(select(Hat.role).where(Hat.account_id == user.id)).all() == ["seeker"]
    assert who.client.get("/").status_code == 200
    assert dict(session.execute(select(Consent.kind, Consent.version).where(Consent.account_id == user.id)).all()) == {
        "terms": "2026-01", "privacy": "2026-01",
    }  # fmt: skip


def test_the_welcome_names_account_site_and_time_and_no_password(app, session):
    who = Newcomer(app)
    who.asks()
    who.enters(code_of(session), username="xiaoming")
    (letter,) = letters(session, "registered")
    assert "xiaoming" in letter.text and "http" in letter.text and FORM["password"] not in letter.text
    message = session.scalars(select(Outbox).where(Outbox.template == "registered")).one()
    assert message.facts["account"] == "xiaoming" and FORM["password"] not in str(message.facts)


@pytest.mark.parametrize(("role", "hat"), [("student", "student"), ("owner", "seeker")])
def test_the_role_chosen_decides_what_one_is(app, session, role, hat):
    who = Newcomer(app)
    who.asks(role=role)
    answer = who.enters(code_of(session))
    assert session.scalars(select(Hat.role).where(Hat.account_id == registered(session).id)).all() == [hat]
    assert answer.location == ("/unitview/list/" if role == "owner" else "/")


@pytest.mark.parametrize("role", ["reviewer", "sysadmin", "operator", "school_admin", "agency_admin", ""])
def test_nobody_of_the_staff_registers(app, session, role):
    """SG-03: such accounts are the administrator's to give."""
    answer = Newcomer(app).asks(role=role)
    assert answer.status_code == 422
    assert session.scalars(select(Dispatch.id)).all() == [], "no code leaves"


def test_what_is_wrong_is_named_and_the_code_stays_good(app, session):
    who = Newcomer(app)
    who.asks()
    code = code_of(session)
    answer = who.enters(code, name="", password="short", again="short", agreed="")
    assert answer.status_code == 422
    assert faults(answer.text) == {"name", "password", "agreed"}
    assert 'value="short"' not in answer.text
    assert who.enters(code).status_code == 302


def test_a_wrong_code_registers_nobody(app, session):
    who = Newcomer(app)
    who.asks()
    wrong = f"{(int(code_of(session)) + 1) % 10**6:06d}"
    assert faults(who.enters(wrong).text) == {"code"}
    assert registered(session) is None


def test_a_user_name_in_use_is_said_so(app, session):
    """GD-14."""
    app.extensions["appbuilder"].sm.add_user("Taken", "三", "张", "t@example.cn", [], "Passw0rd-x")
    who = Newcomer(app)
    who.asks()
    code = code_of(session)
    answer = who.enters(code, username="taken")
    assert faults(answer.text) == {"username"} and "The user name is in use" in answer.text
    assert who.enters(code, username="free").status_code == 302


@pytest.mark.parametrize("phone", ["", "1391234567", "23912345678", "139123456789", "１３９１２３４５６７８"])
def test_a_phone_must_be_one(app, session, phone):
    answer = Newcomer(app).asks(phone)
    assert answer.status_code == 422 and faults(answer.text) == {"phone"}
    assert letters(session) == []


def test_a_phone_that_is_registered_gets_the_same_pages_and_only_its_owner_is_told(app, session):
    first = Newcomer(app)
    first.asks()
    first.enters(code_of(session))
    many = session.scalar(select(func.count()).select_from(User))
    session.execute(Dispatch.__table__.delete())
    session.execute(OneTimeCode.__table__.delete())
    session.commit()
    known, fresh = Newcomer(app), Newcomer(app)
    answers = [known.asks(PHONE), fresh.asks("13700000001")]
    assert [a.location for a in answers] == ["/register/details"] * 2
    pages = [n.client.get("/register/details?lang=en").text for n in (known, fresh)]
    plain = [re.sub(r'value="[^"]*"|\d{3}\*{4}\d{4}', "", page) for page in pages]
    assert plain[0] == plain[1]
    assert [(d.template, d.target) for d in session.scalars(select(Dispatch).order_by(Dispatch.id))] == [
        ("known_already", PHONE), ("code", "13700000001"),
    ]  # fmt: skip
    wrong = [n.enters("000000") for n in (known, fresh)]
    assert [(a.status_code, faults(a.text)) for a in wrong] == [(422, {"code"})] * 2
    assert session.scalar(select(func.count()).select_from(User)) == many


def test_a_document_that_is_known_is_answered_as_any_other_and_its_owner_is_told(app, session):
    """GD-15 is said only to whoever has proven the document."""
    owner = browser(app, session, "seeker")
    person = Person(account_id=owner.account_id, real_name="李小明", identity_level=2)
    person.set_phone("13600000001")
    person.set_id_number("11010519491231002X")
    session.add(person)
    session.commit()
    who = Newcomer(app)
    who.asks()
    assert who.enters(code_of(session)).status_code == 302
    (told,) = letters(session, "known_already")
    assert (told.target, told.account_id) == ("13600000001", owner.account_id)
    newcomer = registered(session)
    with pytest.raises(Refused) as caught:
        persons.prove(session, newcomer.id, persons.BY_DOCUMENT, "documents")
    assert caught.value.code == "id_taken"
    assert session.get(Person, newcomer.id).identity_level == 1


@pytest.mark.parametrize("language", ["zh", "en"])
def test_whoever_tries_a_phone_chooses_no_language_for_its_owner(app, session, language):
    first = Newcomer(app)
    first.asks()
    first.enters(code_of(session))
    session.execute(Dispatch.__table__.delete())
    session.execute(OneTimeCode.__table__.delete())
    session.commit()
    other = Newcomer(app)
    other.client.get(f"/register/?lang={language}")
    other.asks(PHONE)
    (told,) = letters(session, "known_already")
    assert told.text.startswith("【公就】")


def test_a_proven_document_belongs_to_one_account(app, session):
    who = Newcomer(app)
    who.asks()
    who.enters(code_of(session))
    person = session.get(Person, registered(session).id)
    assert person.id_hash is None and person.claim_hash
    persons.prove(session, person.account_id, persons.BY_DOCUMENT, "documents")
    assert (person.identity_level, person.id_hash) == (2, person.claim_hash)


def test_the_details_are_nobodys_without_the_first_step(app, session):
    assert Newcomer(app).client.get("/register/details").location == "/register/"
    assert Newcomer(app).enters("123456").location == "/register/"


def test_the_cookie_does_not_show_the_phone(app, session):
    who = Newcomer(app)
    who.asks()
    with who.client.session_transaction() as kept:
        assert PHONE not in str(dict(kept))


# -- captcha -----------------------------------------------------------------------------------------------------------


@pytest.fixture
def asked(app, monkeypatch):
    monkeypatch.setitem(app.config, "CAPTCHA", True)


def token_on(page: str) -> str:
    return re.search(r'name="captcha_token" value="([^"]+)"', page)[1]


def test_without_the_digits_no_code_leaves(app, session, asked):
    who = Newcomer(app)
    token = captcha.new()
    for values in ({}, {"captcha_token": "x.9999999999.y", "captcha": ""}, {"captcha_token": token, "captcha": "1"}):
        answer = who.asks(**values)
        assert answer.status_code == 422 and "captcha" in faults(answer.text)
    assert who.asks(captcha_token=token, captcha=captcha.answer_of(token)).status_code == 422  # tried once already
    assert letters(session) == []
    good = token_on(who.client.get("/register/").text)
    assert who.asks(captcha_token=good, captcha=captcha.answer_of(good)).status_code == 302
    assert len(letters(session)) == 1
    assert Newcomer(app).asks("13700000001", captcha_token=good, captcha=captcha.answer_of(good)).status_code == 422


def test_an_old_or_foreign_token_has_no_answer(app, monkeypatch):
    token = captcha.new()
    assert re.fullmatch(r"\d{5}", captcha.answer_of(token))
    assert captcha.answer_of(f"x{token}") == ""
    assert {captcha.answer_of(odd) for odd in ("x.9999999999.é", "x.².y", "", ".", "x.9999999999.")} == {""}
    monkeypatch.setattr(captcha, "clock", lambda: 4e9)
    assert captcha.answer_of(token) == ""


def test_picture_and_sound_come_from_the_token(app, session):
    client, token = app.test_client(), captcha.new()
    picture = client.get(f"/captcha/{token}.png")
    assert Image.open(io.BytesIO(picture.data)).size == drawing.SIZE
    assert picture.headers["Cache-Control"] == "no-store"
    for language in ("zh", "en"):
        with wave.open(io.BytesIO(client.get(f"/captcha/{token}.wav?lang={language}").data)) as sound:
            assert 3 < sound.getnframes() / sound.getframerate() < 12
    assert client.get("/captcha/x.png").status_code == 404
    fresh = client.get("/captcha/new").json
    assert captcha.answer_of(fresh["token"]) and client.get(fresh["picture"]).status_code == 200


def test_each_spoken_digit_stands_out_of_the_murmur_after_a_pause():
    answer = "3141592607"
    with wave.open(io.BytesIO(drawing.sound(answer, "zh", Random(7)))) as made:
        heard = np.frombuffer(made.readframes(made.getnframes()), "<i2").astype(float)
    loudness = np.sqrt(np.convolve(heard**2, np.ones(400) / 400, "same"))
    edges = np.flatnonzero(np.diff((loudness > 2000).astype(int)))
    spans = [(a, b) for a, b in zip(edges[::2], edges[1::2], strict=True) if b - a > drawing.RATE // 8]
    assert len(spans) == len(answer)
    murmur = np.median(loudness)
    assert all(loudness[a:b].max() > 4 * murmur for a, b in spans)


def test_from_the_third_try_on_the_login_asks_for_the_digits(app, session, asked):
    client = app.test_client()
    app.extensions["appbuilder"].sm.add_user("cautious", "三", "张", "c@example.cn", [], "Passw0rd-x")

    def attempt(password: str, **more: str):
        token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/login/").text)[1]
        sent = {"csrf_token": token, "username": "cautious", "password": password, **more}
        return client.post("/login/", data=sent)

    assert 'name="captcha"' not in client.get("/login/").text
    assert 'name="captcha"' not in attempt("nope").text
    page = attempt("nope").text
    assert 'name="captcha"' in page
    assert attempt("Passw0rd-x").status_code == 422
    good = token_on(page)
    assert attempt("Passw0rd-x", captcha_token=good, captcha=captcha.answer_of(good)).status_code == 302


def test_a_name_that_nobody_has_is_asked_alike(app, session, asked):
    client = app.test_client()
    for _turn in range(2):
        token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/login/").text)[1]
        page = client.post("/login/", data={"csrf_token": token, "username": "noone", "password": "x"}).text
    assert 'name="captcha"' in page
