"""What the bureau recommended stays what the operator reads, on the screen and by API alike (ZX-27)."""

from __future__ import annotations

from app.models.accounts import Person
from app.review import desk
from app.rules.actor import Actor, Role
from tests.api.desk_clients import program
from tests.review.samples import reviewer
from tests.review.test_agencies import commercial
from tests.views.people import browser

OTHER = "另一家人力资源有限公司"


def sent_in(session, account_id: int, hat_id: int | None = None):
    session.add(Person(account_id=account_id, real_name="张三", identity_level=2))
    session.commit()
    actor = Actor(account_id, Role.SEEKER, hat_id=hat_id)
    entry = commercial(session, actor)
    desk.move(session, actor, "agency_entry", entry.id, "ask")
    desk.move(session, reviewer(session), "agency_entry", entry.id, "recommend", reason="园区企业")
    desk.submit(session, actor, "agency_entry", entry.id)
    session.refresh(entry)
    return entry


def test_the_form_says_how_it_goes_on(app, session):
    who = browser(app, session, "seeker")
    entry = sent_in(session, who.account_id, who.hat_id)
    sent = {
        "name": OTHER, "agency_kind": "commercial", "uscc": entry.uscc, "region": entry.region_code, "service_scope": "x",
        "licence_no": entry.licence_no, "licence_valid_from": str(entry.licence_valid_from),
        "licence_valid_until": str(entry.licence_valid_until), "contact_name": "李四", "contact_phone": "13700137000",
        "photo_consent": "y", "version": str(entry.version),
    }  # fmt: skip
    answer = who.post(f"/agencyentryview/edit/{entry.id}?lang=en", sent)
    assert answer.status_code == 409 and "withdraw it first" in answer.text
    session.refresh(entry)
    assert entry.name != OTHER and entry.recommendation == "园区企业"


def test_a_program_is_refused_as_well(app, session):
    mine = program(app, session, "seeker")
    entry = sent_in(session, mine.account_id)
    sent = {"name": OTHER, "version": entry.version}
    answer = mine.client.put(f"/api/v1/agency_entry/{entry.id}", json=sent, headers=mine.headers)
    assert answer.status_code == 409 and "recommended_otherwise" in answer.text, answer.text
