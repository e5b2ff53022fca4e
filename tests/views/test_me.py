"""All that is one's own stands in one place, as it is, each with the way to mend it (HL-11)."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import func, select, update

from app.models.accounts import Hat, Person
from app.models.agencies import Agency
from app.models.bindings import Binding
from app.models.consents import Consent
from app.models.messages import NoticeChoice
from app.models.second_factor import RecoveryCode, SecondFactor, SecurityKey
from app.models.sessions import LoginSession
from app.views.places import EVERYONE
from tests.review import samples
from tests.views.people import browser, unit

PLACED = {"unit_owner", "unit_handler", "school_admin", "agency"}


def own(page: str, title: str) -> str:
    """The section of this title."""
    return re.search(rf'<section class="g-card" aria-label="{title}">.*?</section>', page, re.S)[0]


def test_it_shows_what_there_is(app, session):
    firm = unit(session)
    who = browser(app, session, "seeker")
    person = Person(account_id=who.account_id, real_name="李小明", identity_level=2)
    person.set_phone("13912345678")
    person.set_id_number(samples.resident_id(7))
    session.add(person)
    session.add(Hat(account_id=who.account_id, role="unit_handler", unit_id=firm.id, grants=["postings", "media"]))
    session.add(SecondFactor(account_id=who.account_id, secret="x", confirmed_at=func.now()))
    session.add(RecoveryCode(account_id=who.account_id, code_hash="1"))
    session.add(SecurityKey(
        account_id=who.account_id, name="蓝色钥匙", credential_id="c", public_key="p", sign_count=0, site="localhost"
    ))  # fmt: skip
    session.add(Consent(account_id=who.account_id, kind="sms_notices", version="2026-01"))
    session.add(NoticeChoice(account_id=who.account_id, message_kind="gig", channel="sms"))
    session.commit()
    page = who.get("/me/?lang=en").text
    assert "李小明" in page and "13912345678" not in page and samples.resident_id(7) not in page
    reach = own(page, "How you are reached")
    assert "139****5678" in reach and "Here, SMS" in reach and "could not be renewed by mail" in reach
    safety = own(page, "Login and safety")
    assert "1 recovery code left" in safety and "1 security key" in safety and "1 login is open" in safety
    assert "API keys" not in safety, "a seeker has none"
    roles = own(page, "My roles")
    assert firm.name in roles and "Postings" in roles and "Act as this" in roles and "in use" in roles
    assert "Messages by SMS" in own(page, "Your data")


@pytest.mark.parametrize(("role", "warned"), [("seeker", False), ("sysadmin", True)])
def test_a_missing_device_is_a_fault_of_the_staff_alone(app, session, role, warned):
    page = own(browser(app, session, role).get("/me/?lang=en").text, "Login and safety")
    assert ('class="bad">No device' in page) is warned


def test_numbers_follow(app, session):
    who = browser(app, session, "seeker")
    inviter = samples.account(session)
    session.add(Binding(
        unit_id=unit(session).id, account_id=who.account_id, invited_as="x", real_name="张三", state="invited",
        grants=["postings"], invited_by_id=inviter, invited_at=func.now(), expires_at=func.now() + func.make_interval(0, 0, 0, 7),
    ))  # fmt: skip
    session.commit()
    assert "1 waits for your answer" in who.get("/me/?lang=en").text
    session.execute(update(Binding).values(expires_at=func.now()))
    session.commit()
    assert "0 wait for your answer" in who.get("/me/?lang=en").text


@pytest.mark.parametrize("role", [role.value for role in EVERYONE])
def test_every_way_it_shows_is_open_to_whoever_sees_it(app, session, role):
    place: dict[str, object] = {}
    if role in ("unit_owner", "unit_handler"):
        place = {"unit_id": unit(session).id, "grants": ["media"] if role == "unit_handler" else []}
    elif role == "school_admin":
        school = samples.school(session)
        place = {"school_id": school.id, "region_code": school.region_code, "grants": ["roster"]}
    elif role == "agency":
        agency = Agency(name="测试职介", kind="public", region_code="310120")
        session.add(agency)
        session.commit()
        place = {"agency_id": agency.id}
    elif role in ("reviewer", "lead"):
        place = {"region_code": "310120"}
    who = browser(app, session, role, **place)
    session.add(Person(account_id=who.account_id, real_name="王五", identity_level=3))
    session.commit()
    page = who.get("/me/?lang=en").text
    main = page.split("<main")[1].split("</main>")[0]
    found = set(re.findall(r'href="(/[^"#]+)"', main))
    assert {
        "/password/",
        "/factor/",
        "/sessionview/list/",
        "/my-data/",
        "/my-notices/",
        "/me/phone",
        "/me/mail",
    } <= found
    wrong = {url: who.get(url).status_code for url in found}
    assert {url: status for url, status in wrong.items() if status not in (200, 302)} == {}


def test_another_role_is_put_on_from_here(app, session):
    who = browser(app, session, "seeker")
    hat = Hat(account_id=who.account_id, role="unit_owner", unit_id=unit(session).id)
    session.add_all([hat, Person(account_id=who.account_id, real_name="王五", identity_level=3)])
    session.commit()
    answer = who.post(f"/hat/{hat.id}", {"next": "/me/"})
    assert (answer.status_code, answer.location) == (302, "/me/")
    page = who.get("/me/?lang=en").text
    assert "Basic data" in page and "Logo and pictures" in page
    assert (
        session.scalar(
            select(func.count()).where(LoginSession.account_id == who.account_id, LoginSession.ended_at.is_(None))
        )
        == 1
    )
