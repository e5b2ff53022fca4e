"""Consents, the copy of one's data, and what is left of a closed account in every table (PIPL 15, 44 to 47)."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select, text

from app.models.accounts import Hat, Person
from app.models.base import Sealed
from app.models.consents import Consent
from app.models.dispatch import Dispatch
from app.models.files import StoredFile
from app.models.gigs import GigWanted
from app.models.media import Medium
from app.models.review import ReviewEvidence
from app.review import desk, dispatch, outbox, own_data, persons, queue
from app.rules.actor import Actor, Role
from app.rules.dates import today
from tests.review import samples
from tests.views.people import PASSWORD, Browser, account, browser, signed_in, unit

PHONE, NUMBER, NAME = "13912345678", "11010519491231002X", "黎明晓"
# Where the old name of the account may still stand, and why.
STATUTORY = {
    "login_event": "the log of logins is written once and kept six months at least (cybersecurity law, article 21)"
}
# Where the old numbers may, encrypted.
UNTIL_SENT = {"dispatch": "the SMS that tells of the closing; goes after two days"}


# Tables with a column for an account that are not in the copy: what opens the account, what one did to others' rows, one's marks.
LEFT_OUT = {
    "second_factor", "security_key", "personal_code_use", "recovery_code", "password_history", "one_time_link", "token_floor", "login_session",
    "enrolment_code", "api_key", "factor_reset", "unit", "unit_change", "posting", "residency", "announcement_read",
    "visit", "field_change", "record_comment", "idempotency_key", "outbox", "list_layout", "import_mapping",
    "job_run", "job_switch", "export_event", "cooperation_need",
}  # fmt: skip


def consents(session, account_id: int) -> list[tuple[str, bool]]:
    session.expire_all()
    rows = session.scalars(select(Consent).where(Consent.account_id == account_id).order_by(Consent.id))
    return [(row.kind, row.withdrawn_at is None) for row in rows]


@pytest.fixture
def someone(app, session) -> Browser:
    """A person with everything one can have, registered as one does."""
    name, account_id, hat_id = account(app, session, "seeker")
    person = Person(account_id=account_id, real_name=NAME, identity_level=2)
    person.set_phone(PHONE)
    person.set_mail("liming@example.cn")
    person.set_id_number(NUMBER)
    session.add(person)
    for kind in ("terms", "privacy"):
        persons.agree(session, account_id, kind)
    user = session.get_one(User, account_id)
    user.first_name, user.last_name = NAME, ""
    session.commit()
    outbox.enqueue(session, outbox.Notice("registered", "system", {"account": NAME}, "/", "x"), [account_id])
    outbox.deliver(session)
    dispatch.send(session, "sms", PHONE, "registered", {"account": NAME, "site": "x", "time": "y"}, account_id)
    who = Browser(signed_in(app, name), account_id, hat_id)
    who.name = name
    session.commit()
    return who


def test_optional_consents_are_given_and_withdrawn_and_stay_on_record(app, session):
    who = browser(app, session, "seeker")
    for give in ("1", "0", "1", "1"):
        assert who.post("/my-data/consent/sms_notices", {"give": give}).status_code == 302
    assert consents(session, who.account_id) == [("sms_notices", False), ("sms_notices", True)]
    assert who.post("/my-data/consent/nonsense", {"give": "1"}).status_code == 404


def test_what_the_account_needs_is_withdrawn_by_closing_only(app, session, someone):
    assert someone.post("/my-data/consent/terms", {"give": "0"}).location == "/my-data/close"
    assert consents(session, someone.account_id) == [("terms", True), ("privacy", True)]


def copy_of(answer) -> dict:
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        return json.loads(archive.read("data.json"))


def test_the_copy_holds_what_is_mine_and_nothing_that_opens_the_account(app, session, someone):
    other = browser(app, session, "seeker")
    answer = someone.post("/my-data/copy")
    assert answer.mimetype == "application/zip" and answer.headers["Cache-Control"] == "no-store"
    data = copy_of(answer)
    assert data["person"][0]["id_number"] == NUMBER and data["person"][0]["phone"] == PHONE
    assert {"account", "person", "hat", "consent", "message", "login_event"} <= set(data)
    assert {row["account_id"] for name in ("hat", "consent", "message") for row in data[name]} == {someone.account_id}
    whole = json.dumps(data)
    assert "pbkdf2" not in whole and "scrypt" not in whole and "token_hash" not in whole
    assert f'"account_id": {other.account_id}' not in whole


def test_the_copy_holds_nothing_of_others(app, session):
    """What staff or a poster entered for somebody else, and who changed what, is not theirs to take away."""
    who = browser(app, session, "operator")
    post = samples.wanted_content()
    other = browser(app, session, "seeker")
    session.add(GigWanted(**{k: v for k, v in post.items() if hasattr(GigWanted, k)} | {
        "poster_id": other.account_id, "created_by_id": who.account_id, "status": "live", "phone": PHONE, "version": 1,
        "edit_state": "",
    }))  # fmt: skip
    session.commit()
    data = copy_of(who.post("/my-data/copy"))
    assert PHONE not in json.dumps(data) and "field_change" not in data


def test_the_copy_takes_a_fresh_proof(app, session, someone):
    someone.unproven(session, minutes=11)
    answer = someone.post("/my-data/copy")
    assert answer.mimetype != "application/zip"


def test_every_table_of_persons_is_in_the_copy_or_left_out_on_purpose():
    tables = Model.metadata.tables
    assert {name for name in own_data.MINE if own_data.MINE[name] not in tables[name].c} == set()
    of_accounts = {
        name
        for name, table in tables.items()
        for column in table.c
        if column.name in ("account_id", "created_by_id", "person_id", "poster_id")
        and any(key.column.table.name == "ab_user" for key in column.foreign_keys)
    }
    assert of_accounts - set(own_data.MINE) == set(LEFT_OUT)


def everything(session) -> dict[str, str]:
    """Every table as text, sealed columns opened."""
    found = {}
    for table in Model.metadata.sorted_tables:
        whole = session.execute(text(f"SELECT string_agg(t::text, ' ') FROM \"{table.name}\" t")).scalar() or ""
        sealed = [column for column in table.columns if isinstance(column.type, Sealed)]
        opened = session.execute(select(*sealed)).all() if sealed else []
        found[table.name] = whole + " ".join(str(value) for row in opened for value in row)
    return found


def test_nothing_that_names_the_person_is_left_of_a_closed_account(app, session, someone, monkeypatch):
    post = samples.wanted_content()
    gig = GigWanted(**{k: v for k, v in post.items() if hasattr(GigWanted, k)} | {
        "poster_id": someone.account_id, "created_by_id": someone.account_id, "status": "live", "phone": PHONE,
        "version": 1, "edit_state": "",
    })  # fmt: skip
    file = samples.stored_file(session, someone.account_id)
    picture = Medium(
        slot="image", title="我", file=file, region_code="310120", status="approved", version=1, edit_state="",
        created_by_id=someone.account_id, person_id=someone.account_id,
    )  # fmt: skip
    session.add_all([gig, picture])
    session.commit()
    gone: list[str] = []
    monkeypatch.setattr(app.extensions["storage"], "delete", gone.append)
    name, key = someone.name, file.key
    assert someone.post("/my-data/close", {"username": "somebody"}).status_code == 422
    assert someone.post("/my-data/close", {"username": name}).location == "/login/"
    assert someone.get("/me/").status_code == 302
    session.expire_all()
    assert (session.get(GigWanted, gig.id).status, session.get(Medium, picture.id).status) == ("off", "deleted")
    assert key in gone
    user = session.get_one(User, someone.account_id)
    assert (user.username, user.active) == (f"closed-{user.id}", False)
    assert session.scalars(select(Hat.active).where(Hat.account_id == user.id)).all() == [False]
    assert consents(session, user.id) == [("terms", False), ("privacy", False)]
    tables = everything(session)
    for word in (NAME, "liming@example.cn", NUMBER, PHONE, name):
        left = {table for table, whole in tables.items() if word in whole}
        allowed = set(UNTIL_SENT) | (set(STATUTORY) if word == name else set())
        assert left <= allowed, (word, left)
    told = session.scalars(select(Dispatch)).all()
    assert [(d.template, d.account_id) for d in told] == [("account_closed", None)] * 2
    client = app.test_client()
    for typed in (name, PHONE):
        assert signs_in(client, typed) == 401


def signs_in(client, name: str) -> int:
    import re

    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/login/").text)[1]
    return client.post("/login/", data={"csrf_token": token, "username": name, "password": PASSWORD}).status_code


def test_phone_and_document_are_free_for_a_new_beginning(app, session, someone):
    someone.post("/my-data/close", {"username": someone.name})
    assert persons.by_phone(session, PHONE) is None
    assert persons.owner_of_document(session, NUMBER) is None


@pytest.mark.parametrize("role", ["operator", "unit_owner"])
def test_staff_and_only_owners_of_units_cannot_close(app, session, role):
    who = browser(app, session, role, **({"unit_id": unit(session).id} if role == "unit_owner" else {}))
    name = session.get_one(User, who.account_id).username
    assert who.post("/my-data/close", {"username": name}).status_code in (403, 409)
    session.expire_all()
    assert session.get_one(User, who.account_id).active


def test_a_registration_under_review_holds_the_closing_up(app, session, someone):
    samples.unit(session, status="pending", created_by_id=someone.account_id)
    answer = someone.post("/my-data/close?lang=en", {"username": someone.name})
    assert answer.status_code == 409 and "under review" in answer.text


def test_registrations_that_were_never_approved_go_with_the_account(app, session, someone):
    """PIPL 47: a draft or a refusal holds nobody; what was shown for it leaves with the account."""
    storage, me = app.extensions["storage"], Actor(someone.account_id, Role.SEEKER, region_code="310120")
    content = {"contact_name": NAME, "contact_phone": PHONE, "legal_rep": NAME}
    draft, sent = (
        desk.create(session, me, "unit_registration", samples.unit_content(session, me.account_id, **content))
        for _ in range(2)
    )
    row = desk.submit(session, me, "unit_registration", sent.id)
    decider = samples.reviewer(session)
    samples.say(session, decider, queue.claim(session, decider, row.id), "reject")
    keys = samples.really_stored(session, storage, someone.account_id)
    shared = samples.unit(session, status="draft", created_by_id=someone.account_id)
    session.add(Hat(account_id=samples.account(session), role="unit_owner", unit_id=shared.id))
    session.commit()
    someone.client = signed_in(app, someone.name)  # a further role has ended nothing, the draft's owner logs in anew
    someone.kept = ""
    assert someone.post("/my-data/close", {"username": someone.name}).location == "/login/"
    session.expire_all()
    for one in (draft, sent):
        assert (one.status, one.name, one.legal_rep, one.contact_name, one.contact_phone) == (
            "deleted",
            "",
            None,
            None,
            None,
        )
    assert shared.status == "draft", "another owner goes on with it"
    assert (
        session.scalars(select(ReviewEvidence.content).where(ReviewEvidence.digest == row.evidence_digest)).one()
        is None
    )
    assert [key for key in keys if storage.exists(key)] == []
    for word in (NAME, PHONE):
        left = {table for table, whole in everything(session).items() if word in whole}
        assert left <= set(UNTIL_SENT), (word, left)


def test_open_papers_of_agencies_and_certifications_go_with_the_account(app, session, someone):
    storage, me = app.extensions["storage"], Actor(someone.account_id, Role.SEEKER, region_code="310120")
    at_unit = unit(session)
    session.add_all(
        Hat(account_id=account, role="unit_owner", unit_id=at_unit.id)
        for account in (someone.account_id, samples.account(session))
    )
    session.commit()
    owner = Actor(someone.account_id, Role.OWNER, unit_id=at_unit.id, region_code="310120")
    waits = desk.create(session, me, "agency_entry", samples.entry_content(session, me.account_id))
    row = desk.submit(session, me, "agency_entry", waits.id)
    draft = desk.create(session, me, "agency_entry", samples.entry_content(session, me.account_id))
    proof = desk.create(session, owner, "employer_certification", {
        "title": "人事主管", "employed_since": "2020-03-01", "note": "在职",
        "proof_name": session.get_one(Person, me.account_id).real_name, "proof_date": today().isoformat(),
        "files": samples.attached(session, me.account_id, "employment_proof"),
    })  # fmt: skip
    sent = desk.submit(session, owner, "employer_certification", proof.id)
    keys = []
    for file in session.scalars(select(StoredFile).where(StoredFile.uploaded_by_id == someone.account_id)):
        file.key = storage.put(b"picture", "jpg")
        keys.append(file.key)
    session.commit()
    assert len(keys) == 7
    digests = (row.evidence_digest, sent.evidence_digest)
    assert someone.post("/my-data/close", {"username": someone.name}).location == "/login/"
    session.expire_all()
    for entry in (waits, draft):
        assert (entry.status, entry.name, entry.service_scope, entry.contact_name, entry.contact_phone) == (
            "deleted", "", "", None, None,
        )  # fmt: skip
    assert (proof.status, proof.title, proof.employed_since, proof.applicant) == ("deleted", "", None, "")
    assert (proof.proof_name, proof.proof_date) == ("", None)
    assert (row.state, sent.state) == ("withdrawn", "withdrawn")
    assert session.scalars(select(ReviewEvidence.content).where(ReviewEvidence.digest.in_(digests))).all() == [
        None,
        None,
    ]
    assert [key for key in keys if storage.exists(key)] == []
    assert session.scalar(select(StoredFile.id).where(StoredFile.uploaded_by_id == someone.account_id).limit(1)) is None


def test_closing_takes_a_fresh_proof(app, session, someone):
    someone.unproven(session, minutes=11)
    someone.post("/my-data/close", {"username": someone.name})
    session.expire_all()
    assert session.get_one(User, someone.account_id).active
