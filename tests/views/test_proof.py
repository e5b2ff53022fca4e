"""Before what does most harm: who it is once more, if the last proof is some minutes old."""

from __future__ import annotations

import re
from html import unescape
from io import BytesIO
from urllib.parse import unquote

import pytest
from sqlalchemy import delete, func, select

from app.models.accounts import Hat, LoginEvent
from app.models.second_factor import SecondFactor
from app.models.sessions import CarriedForm, LoginSession
from app.rules import second_factor as rules
from app.views import second_factor, sessions
from tests.views.people import PASSWORD, Browser, account, browser


@pytest.fixture
def admin(app, session) -> Browser:
    who = browser(app, session, "sysadmin")
    who.unproven(session, minutes=11)
    return who


def asked(answer) -> bool:
    return answer.status_code == 302 and answer.location.startswith("/proof/")


def prove(who: Browser, proof: str = PASSWORD, path: str = "/proof/"):
    return who.post(path, {"proof": proof})


def test_giving_a_role_asks_first_and_leads_back(app, session, admin):
    _name, other, _hat = account(app, session, "seeker")
    first = admin.get(f"/hatview/add?account={other}")
    assert asked(first)
    assert unquote(first.location) == f"/proof/?next=/hatview/add?account={other}"
    sent = {"account": str(other), "role": "operator"}
    assert asked(admin.post("/hatview/add", sent))
    assert session.scalars(select(Hat.role).where(Hat.account_id == other)).all() == ["seeker"]
    assert prove(admin, path=first.location).location == f"/hatview/add?account={other}"
    assert admin.post("/hatview/add", sent).status_code == 302
    assert "operator" in session.scalars(select(Hat.role).where(Hat.account_id == other)).all()


@pytest.mark.parametrize("name", ["reset_password", "deactivate"])
def test_acts_on_accounts_ask_first(app, session, admin, name):
    _name, other, _hat = account(app, session, "seeker")
    assert asked(admin.post(f"/accountview/move/{name}/{other}"))
    assert app.extensions["appbuilder"].sm.get_user_by_id(other).active


def test_accounts_are_added_and_changed_after_one_only(app, session, admin):
    """A new account comes with its password; another mail address is another way in."""
    _name, other, _hat = account(app, session, "seeker")
    for path in ("/accountview/add", f"/accountview/edit/{other}"):
        assert asked(admin.get(path))
        assert asked(admin.post(path, {"username": "neu", "first_name": "新", "email": "neu@example.cn"}))
    assert app.extensions["appbuilder"].sm.find_user("neu") is None


def test_a_fresh_proof_is_enough(app, session):
    who = browser(app, session, "sysadmin")
    who.unproven(session, minutes=9)
    assert who.get("/hatview/add").status_code == 200


@pytest.mark.parametrize(
    ("role", "place", "screen", "personal"),
    [
        ("lead", {"region_code": "310120"}, "unitchangeview", True),  # shows the legal representative
        ("lead", {"region_code": "310120"}, "unitview", False),
        ("sysadmin", {}, "accountview", True),
        ("sysadmin", {}, "industryview", False),
    ],
)
def test_lists_of_persons_leave_after_a_fresh_proof_only(app, session, role, place, screen, personal):
    who = browser(app, session, role, **place)
    who.unproven(session, minutes=11)
    page = {"Referer": "http://localhost/somewhere/?q=a"}
    answer = who.post(f"/{screen}/export", {"format": "csv"}, headers=page, buffered=True)
    assert asked(answer) == personal
    if personal:
        assert unquote(answer.location) == "/proof/?next=/somewhere/?q=a"
        who.unproven(session, minutes=9)
        answer = who.post(f"/{screen}/export", {"format": "csv"}, headers=page, buffered=True)
    assert answer.status_code == 200


def test_a_wrong_answer_proves_nothing_and_counts(app, session, admin):
    old = session_token(admin)
    assert [prove(admin, "nope").status_code for _ in range(5)] == [422] * 5
    assert prove(admin).status_code == 429
    assert asked(admin.get("/hatview/add"))
    assert session_token(admin) == old
    outcomes = select(LoginEvent.outcome).where(LoginEvent.account_id == admin.account_id)
    assert session.scalars(outcomes).all().count("wrong") == 5


def test_a_proof_gives_the_session_a_new_number(app, session, admin):
    old = session_token(admin)
    assert prove(admin, path="/proof/?next=//evil.example/").location == "/"
    assert session_token(admin) != old


def session_token(who: Browser) -> str:
    with who.client.session_transaction() as kept:
        return kept[sessions.TOKEN]


def test_where_there_is_a_second_factor_its_code_is_asked_for(app, session, admin, monkeypatch):
    monkeypatch.setattr(second_factor, "clock", lambda: 1_800_000_000.0)
    secret = rules.new_secret()
    session.add(SecondFactor(account_id=admin.account_id, secret=secret, confirmed_at=func.now()))
    session.commit()
    page = admin.get("/proof/").text
    assert re.search(r'name="proof" autocomplete="one-time-code"', page)
    assert prove(admin, PASSWORD).status_code == 401
    assert prove(admin, rules.code_at(secret, 1_800_000_000.0)).status_code == 302
    assert admin.get("/hatview/add").status_code == 200


# -- what was being sent -------------------------------------------------------------------------------------------------


def waiting(page: str) -> dict[str, list[str]]:
    """The hidden fields of the form that is offered, without its token."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page):
        found.setdefault(name, []).append(unescape(value))
    found.pop("csrf_token", None)
    return found


def test_what_was_sent_is_sent_by_one_press_after_the_proof(app, session, admin):
    _name, other, _hat = account(app, session, "seeker")
    sent = {"account": str(other), "role": "operator", "note": '<b>"&', "grants": ["postings", "gigs"]}
    refused = admin.post("/hatview/add?x=1", sent, headers={"Referer": "http://localhost/hatview/list/"})
    assert refused.location == "/proof/?next=/hatview/list/"
    kept = session.scalars(select(CarriedForm.sent)).one()
    assert "operator" not in kept
    offered = prove(admin, path=refused.location)
    assert offered.status_code == 200
    assert offered.headers["Cache-Control"] == "no-store"
    assert 'action="/hatview/add?x=1"' in offered.text
    assert waiting(offered.text) == {
        "account": [str(other)],
        "role": ["operator"],
        "note": ['<b>"&'],
        "grants": ["postings", "gigs"],
    }
    token = re.search(r'name="csrf_token" value="([^"]+)"', offered.text)[1]
    done = admin.client.post("/hatview/add?x=1", data=waiting(offered.text) | {"csrf_token": token})
    assert done.status_code == 302
    assert "operator" in session.scalars(select(Hat.role).where(Hat.account_id == other)).all()
    assert session.scalars(select(CarriedForm.sent)).all() == []


def test_it_is_offered_once_and_to_nobody_else(app, session, admin):
    _name, other, _hat = account(app, session, "seeker")
    from_list = {"Referer": "http://localhost/accountview/list/"}
    where = admin.post(f"/accountview/move/deactivate/{other}", headers=from_list).location
    thief = browser(app, session, "sysadmin")
    thief.unproven(session, minutes=11)
    assert prove(thief, path=where).status_code == 302
    assert prove(admin, path="/proof/?next=/hatview/list/").status_code == 302, "another page was asked for meanwhile"
    admin.unproven(session, minutes=11)
    assert prove(admin, path=where).status_code == 302


def test_a_page_asked_for_later_forgets_the_form(app, session, admin):
    _name, other, _hat = account(app, session, "seeker")
    from_list = {"Referer": "http://localhost/hatview/add"}
    admin.post(f"/accountview/move/deactivate/{other}", headers=from_list)
    assert asked(admin.get("/hatview/add"))
    assert prove(admin, path="/proof/?next=/hatview/add").status_code == 302


@pytest.mark.parametrize(
    "sent",
    [{"x": "a" * 70_000}, {"password": "geheim"}, {"file": (BytesIO(b"x"), "a.txt")}],
    ids=["long", "secret", "file"],
)
def test_long_forms_secrets_and_files_are_not_carried(app, session, admin, sent):
    _name, other, _hat = account(app, session, "seeker")
    admin.post(f"/accountview/move/deactivate/{other}", sent, headers={"Referer": "http://localhost/accountview/list/"})
    assert session.scalars(select(CarriedForm.sent)).all() == []


def test_the_form_goes_with_its_login(app, session, admin):
    _name, other, _hat = account(app, session, "seeker")
    admin.post(f"/accountview/move/deactivate/{other}", headers={"Referer": "http://localhost/accountview/list/"})
    assert session.scalars(select(CarriedForm.login_id)).one()
    session.execute(delete(LoginSession))
    session.commit()
    assert session.scalars(select(CarriedForm.login_id)).all() == []
