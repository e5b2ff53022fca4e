"""The public form of an appeal: a telephone, a code, papers, a receipt; and nothing that tells whether an account exists."""

from __future__ import annotations

import io
import re
from datetime import timedelta

import pytest
from flask_appbuilder.security.sqla.models import User
from PIL import Image
from sqlalchemy import func, select, update

from app.models.accounts import Person
from app.models.appeals import Appeal, AppealFile
from app.models.dispatch import Dispatch, OneTimeCode
from app.models.review import ReviewRound
from app.review import appeals, queue
from app.views import appeal_papers, appeal_work
from tests.review.samples import REGION, account, resident_id, reviewer, say
from tests.views.people import account as login

PHONE = "13913572468"
LIMIT = 200_000  # a body of 2 MB would be spooled to a file that the test client leaves open


def jpg(colour: int = 120, side: int = 640) -> bytes:
    picture = Image.effect_noise((side, side), colour).convert("RGB")
    made = io.BytesIO()
    picture.save(made, "JPEG", quality=80)
    return made.getvalue()


class Visitor:
    """Somebody at a browser who is not logged in."""

    def __init__(self, app, session) -> None:
        self.client, self.session = app.test_client(), session

    def get(self, path: str, **more):
        return self.client.get(path, **more)

    def post(self, path: str, values=None, page: str = "", **more):
        shown = self.client.get(page or path).text
        token = re.search(r'name="csrf_token" value="([^"]+)"', shown)[1]
        return self.client.post(path, data={"csrf_token": token, **(values or {})}, **more)

    def code(self) -> str:
        self.session.expire_all()
        newest = self.session.scalars(select(Dispatch).order_by(Dispatch.id.desc())).first()
        return re.search(r"\d{6}", newest.text)[0]

    def proves(self, phone: str = PHONE, then: str = ""):
        assert self.post("/appeal/", {"phone": phone, "then": then}).status_code == 302
        answer = self.post("/appeal/code", {"code": self.code(), "then": then})
        assert answer.status_code == 302, answer.text
        return answer

    def sends(self, files=None, **values):
        typed = {
            "party": "person", "province": "310000", "wish": "password", "region_code": REGION, "real_name": "张测试",
            "document_kind": "resident_id", "id_number": resident_id(991), "reason": "手机丢失，号码已注销。", "agreed": "y",
        } | values  # fmt: skip
        papers = {
            "file_id_front": (io.BytesIO(jpg(90)), "front.jpg"),
            "file_id_hand": (io.BytesIO(jpg(30)), "hand.JPG"),
        }
        sent = typed | (papers if files is None else files)
        page = f"/appeal/form?party={typed['party']}&province=310000"
        return self.post("/appeal/form", sent, page=page, content_type="multipart/form-data")


@pytest.fixture
def visitor(app, session):
    return Visitor(app, session)


def known(session, **more) -> Person:
    person = session.get_one(Person, account(session))
    person.set_id_number(resident_id(992))
    person.set_phone("13800008888")
    session.commit()
    return person


def test_without_a_proven_telephone_there_is_no_form(visitor):
    for path in ("/appeal/form", "/appeal/sent", "/appeal/code"):
        assert visitor.get(path).location == "/appeal/"
    assert visitor.get("/appeal/state").location == "/appeal/?then=state"


def test_a_wrong_code_opens_nothing(visitor):
    visitor.post("/appeal/", {"phone": PHONE})
    wrong = f"{(int(visitor.code()) + 1) % 10**6:06d}"
    assert visitor.post("/appeal/code", {"code": wrong}).status_code == 422
    assert visitor.get("/appeal/form").location == "/appeal/"


def test_what_is_no_mobile_phone_gets_no_code(visitor):
    before = visitor.session.scalar(select(func.count()).select_from(Dispatch))
    assert visitor.post("/appeal/", {"phone": "12345"}).status_code == 422
    assert visitor.session.scalar(select(func.count()).select_from(Dispatch)) == before


def test_from_the_telephone_to_the_receipt(visitor, session):
    visitor.proves()
    answer = visitor.sends()
    assert (answer.status_code, answer.location) == (302, "/appeal/sent"), answer.text
    row = session.scalars(select(ReviewRound).where(ReviewRound.kind == "account_appeal")).one()
    assert row.receipt_no in visitor.get("/appeal/sent").text
    subject = session.get_one(Appeal, row.subject_id)
    assert (subject.phone, subject.status, len(subject.materials)) == (PHONE, "pending", 2)
    assert {one.file.name for one in subject.materials} == {"id_front.jpg", "id_hand.jpg"}, "names tell nothing"


def test_the_page_answers_alike_whether_the_account_exists_or_not(app, session):
    person = known(session)
    answers = []
    for number, phone in ((person.id_number, PHONE), (resident_id(993), "13913572469")):
        visitor = Visitor(app, session)
        visitor.proves(phone)
        sent = visitor.sends(real_name=person.real_name, id_number=number)
        text = visitor.get("/appeal/sent").text
        own = r'310120-\d{8}-\d{6}|139\*{4}\d{4}|nonce\S+|name="csrf_token" value="[^"]+"'
        answers.append((sent.status_code, sent.location, re.sub(own, "", text)))
    assert answers[0] == answers[1]


def test_the_owner_is_warned_in_chinese_whatever_language_the_applicant_reads(visitor, session):
    person = known(session)
    visitor.get("/appeal/?lang=en")
    visitor.proves()
    assert visitor.sends(real_name=person.real_name, id_number=person.id_number).status_code == 302
    said = {row.template: row.text for row in session.scalars(select(Dispatch))}
    assert "凭材料" in said["appeal_warning"] and "received" in said["appeal_received"]


def test_what_was_uploaded_stays_when_something_else_is_wrong(visitor, session):
    visitor.proves()
    assert visitor.sends(id_number="110101199003070000").status_code == 422
    files = {one.slot: one.file_id for one in session.scalars(select(AppealFile))}
    assert set(files) == {"id_front", "id_hand"}
    assert visitor.sends(files={}).status_code == 302
    subject = session.scalars(select(Appeal)).one()
    assert {one.slot: one.file_id for one in subject.materials} == files


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("front.png", None),
        ("front.jpg", b"\x89PNG\r\n\x1a\n" + b"0" * 500),
        ("front.jpg", b"\xff\xd8\xff\xe0" + b"0" * (LIMIT + 1)),
        ("front.jpg", b"<?php echo 1; ?>" * 50),
    ],
    ids=["named png", "png inside", "too large", "script"],
)
def test_only_jpg_up_to_the_limit_is_taken(visitor, session, monkeypatch, name, data):
    assert appeal_papers.APPEAL_BYTES == 2 * 1024 * 1024
    monkeypatch.setattr(appeal_papers, "APPEAL_BYTES", LIMIT)
    visitor.proves()
    bad = {"file_id_front": (io.BytesIO(data or jpg()), name)}
    assert visitor.sends(files=bad).status_code == 422
    assert session.scalars(select(AppealFile)).all() == [] and session.scalars(select(Appeal)).all() == []


def test_missing_papers_and_consent_are_named(visitor, session):
    visitor.proves()
    page = visitor.sends(files={"file_id_front": (io.BytesIO(jpg()), "front.jpg")})
    assert page.status_code == 422 and "手持证件" in page.text
    assert visitor.sends(agreed="").status_code == 422
    assert session.scalars(select(Appeal)).all() == []


def test_everything_that_is_missing_is_named_at_once(visitor):
    visitor.proves()
    page = visitor.sends(files={}, real_name="", reason="", id_number="", agreed="")
    assert page.status_code == 422
    summary = re.search(r'<div class="g-sum".*?</ul>', page.text, re.DOTALL)[0]
    links = re.findall(r'href="#([a-z_]+)"', summary)
    assert links == ["real_name", "id_number", "reason", "file_id_front", "file_id_hand", "agreed"]
    assert all(f'id="{name}"' in page.text for name in links)


def test_without_an_address_of_the_site_decided_appeals_wait(app, session, visitor, monkeypatch):
    subject = session.get_one(Appeal, decided(session, visitor).id)
    session.execute(update(Appeal).values(decided_at=func.now() - timedelta(minutes=5)))
    session.commit()
    monkeypatch.setitem(app.config, "HOST", "192.0.2.1")
    assert appeal_work.settle(session) == 0
    session.refresh(subject)
    assert subject.told_at is None, "nothing is carried out with a link that leads nowhere"
    monkeypatch.setitem(app.config, "SITE_URL", "https://jobs.example.cn")
    assert appeal_work.settle(session) == 1
    newest = session.scalars(select(Dispatch).where(Dispatch.template == "appeal_approved")).one()
    assert "https://jobs.example.cn/appeal/new-password/" in newest.text


def decided(session, visitor) -> Appeal:
    """Approved at the desk a moment ago."""
    person = known(session)
    visitor.proves()
    visitor.sends(real_name=person.real_name, id_number=person.id_number)
    row = session.scalars(select(ReviewRound).where(ReviewRound.kind == "account_appeal")).one()
    bureau = reviewer(session)
    say(session, bureau, queue.claim(session, bureau, row.id))
    return session.get_one(Appeal, row.subject_id)


def test_sending_in_and_leaving_end_what_the_browser_knows(visitor, session):
    visitor.proves()
    assert PHONE in visitor.get("/appeal/form?party=person&province=310000").text
    visitor.sends()
    shown = visitor.get("/appeal/sent").text
    assert PHONE not in shown and "139****2468" in shown, "of the telephone only what tells it from others"
    for path in ("/appeal/form", "/appeal/code"):
        assert visitor.get(path).location == "/appeal/", "proven once, for one appeal"
    assert visitor.get("/appeal/state").location == "/appeal/?then=state"
    assert visitor.post("/appeal/leave", page="/appeal/sent").status_code == 303
    assert visitor.get("/appeal/sent").location == "/appeal/"
    session.execute(update(OneTimeCode).values(made_at=func.now() - timedelta(minutes=2)))
    session.commit()
    visitor.proves()
    assert visitor.post("/appeal/leave", page="/appeal/form").location == "/login/"
    assert visitor.get("/appeal/form").location == "/appeal/"


def test_a_receipt_is_answered_only_to_its_telephone(app, session, visitor):
    visitor.proves()
    visitor.sends()
    receipt = session.scalars(select(ReviewRound.receipt_no).where(ReviewRound.kind == "account_appeal")).one()
    session.execute(update(OneTimeCode).values(made_at=func.now() - timedelta(minutes=2)))
    session.commit()
    visitor.proves(then="state")
    assert "status_mark" not in visitor.get("/appeal/state").text
    mine = visitor.post("/appeal/state", {"receipt_no": receipt})
    other = Visitor(app, session)
    other.proves("13913570000", then="state")
    theirs = other.post("/appeal/state", {"receipt_no": receipt})
    assert (mine.status_code, theirs.status_code) == (200, 404)
    assert receipt in mine.text and "2 MB" not in theirs.text


def approved(session, visitor, person) -> Appeal:
    visitor.proves()
    visitor.sends(real_name=person.real_name, id_number=person.id_number)
    row = session.scalars(select(ReviewRound).where(ReviewRound.kind == "account_appeal")).one()
    bureau = reviewer(session)
    say(session, bureau, queue.claim(session, bureau, row.id))
    session.execute(update(Appeal).values(decided_at=func.now() - timedelta(minutes=5)))
    session.commit()
    assert appeals.settle(session, "http://localhost", 60) == 1
    session.expire_all()
    return session.get_one(Appeal, row.subject_id)


def test_the_link_sets_a_new_password_once_and_the_old_one_is_gone(app, session, visitor):
    name, account_id, _hat = login(app, session, "seeker")
    person = Person(account_id=account_id, real_name="张三")
    person.set_id_number(resident_id(994))
    session.add(person)
    session.commit()
    approved(session, visitor, person)
    letter = session.scalars(select(Dispatch).where(Dispatch.template == "appeal_approved")).one()
    path = re.search(r"http://localhost(/appeal/new-password/\S+?) ", letter.text)[1]
    shown = visitor.get(path)
    assert name in shown.text and shown.headers["Cache-Control"] == "no-store"
    weak = visitor.post(path, {"new": "12345678", "again": "12345678"})
    unlike = visitor.post(path, {"new": "Neu-2026-Wort", "again": "Neu-2026-Wert"})
    assert (weak.status_code, unlike.status_code) == (422, 422)
    done = visitor.post(path, {"new": "Neu-2026-Wort", "again": "Neu-2026-Wort"})
    assert done.status_code == 200 and name in done.text
    assert visitor.get(path).status_code == 410
    fresh = Visitor(app, session)
    assert fresh.post("/login/", {"username": name, "password": "Gongjiu-2026-test"}).status_code == 401
    assert fresh.post("/login/", {"username": name, "password": "Neu-2026-Wort"}).status_code == 302


def test_no_letter_holds_a_password(session, visitor, app):
    person = known(session)
    subject = approved(session, visitor, person)
    user = session.get_one(User, subject.account_id)
    for letter in session.scalars(select(Dispatch)):
        assert "password=" not in letter.text and (user.password or "?") not in letter.text
        assert "new-password/" not in letter.blanked


def test_a_link_that_never_was_is_gone(visitor):
    """The page says that the link is over, not that something was removed as announced."""
    page = visitor.get("/appeal/new-password/nothing?lang=en")
    assert (page.status_code, "This link opens nothing any more" in page.text) == (410, True)
    assert "removed as announced" not in page.text


def test_codes_are_paced(visitor):
    visitor.post("/appeal/", {"phone": PHONE})
    assert visitor.post("/appeal/", {"phone": PHONE}).status_code == 429
