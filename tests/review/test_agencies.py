"""Entry of agencies and certification of employers: what is peculiar to them (ZX-06, ZX-26..30)."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from flask import current_app
from sqlalchemy import func, select, update

from app.models.accounts import Hat
from app.models.agencies import Agency, AgencyEntry, AgencyMaterial, AgencyUnit
from app.models.files import StoredFile
from app.models.messages import Outbox
from app.models.units import Unit
from app.review import decide, desk, entry_papers, queue, reminders
from app.rules.actor import Actor, Role
from app.rules.dates import today
from app.views.desk_fields import fields_of
from app.views.due import expire_certifications
from tests.review.samples import (
    REGION,
    Story,
    attached,
    entry_content,
    operator,
    posting_content,
    refusal,
    reviewer,
    say,
    uscc,
)

FOUR = ("holder_photo", "licence", "letter", "hr_licence")


def commercial(session, who: Actor, **more):
    """The entry of a commercial agency with its four materials, not yet recommended."""
    content = entry_content(session, who.account_id) | {
        "agency_kind": "commercial",
        "uscc": uscc(88_000_000 + who.account_id),
        "licence_no": "（沪）人服证字〔2024〕第0100001号",
        "licence_valid_from": "2024-01-01",
        "licence_valid_until": (today() + timedelta(days=900)).isoformat(),
        "photo_consent": True,
        "files": attached(session, who.account_id, *FOUR),
    }
    return desk.create(session, who, "agency_entry", content | more)


def hats(session, account_id: int) -> list[str]:
    return list(session.scalars(select(Hat.role).where(Hat.account_id == account_id, Hat.active)))


def test_an_approved_agency_comes_into_being_and_the_applicant_acts_for_it(session):
    story = Story(session, "agency_entry")
    entry, row = story.decided()
    session.refresh(entry)
    agency = session.get_one(Agency, entry.agency_id)
    assert (agency.name, agency.kind, agency.stage) == (entry.name, "public", "incomplete")
    assert "agency" in hats(session, story.sender.account_id)
    decide.undo(session, story.decider, row.id)
    session.refresh(entry)
    assert entry.agency_id is None
    assert "agency" not in hats(session, story.sender.account_id)
    assert session.scalar(select(func.count(Agency.id)).where(Agency.name == entry.name)) == 0


def test_an_agency_at_work_is_not_undone(session):
    story = Story(session, "agency_entry")
    entry, row = story.decided()
    session.refresh(entry)
    client = Story(session, "posting").unit
    session.add(AgencyUnit(agency_id=entry.agency_id, unit_id=client.id, authorised=True))
    session.commit()
    with refusal("wrong_state"):
        decide.undo(session, story.decider, row.id)


def test_a_commercial_agency_is_recommended_by_the_bureau_of_its_place_first(session):
    who = Story(session, "agency_entry").sender
    entry = commercial(session, who)
    with refusal("checks_block") as refused:
        desk.submit(session, who, "agency_entry", entry.id)
    assert {f["code"] if isinstance(f, dict) else f.code for f in refused.value.facts["findings"]} == {"Z07"}
    bureau, far = reviewer(session), reviewer(session, "440200")
    desk.move(session, who, "agency_entry", entry.id, "ask")
    with refusal("not_found"):
        desk.move(session, far, "agency_entry", entry.id, "recommend", reason="园区企业")
    with refusal("reason_missing"):
        desk.move(session, bureau, "agency_entry", entry.id, "recommend")
    with refusal("not_allowed"):
        desk.move(session, operator(session), "agency_entry", entry.id, "recommend", reason="园区企业")
    desk.move(session, bureau, "agency_entry", entry.id, "recommend", reason="产业园区重点机构")
    told = session.scalars(select(Outbox).order_by(Outbox.id.desc())).first()
    assert (told.template, told.account_id) == ("agency_recommended", who.account_id)
    row = desk.submit(session, who, "agency_entry", entry.id)
    assert row.evidence.content["recommendation"] == "产业园区重点机构"
    lines = fields_of("agency_entry", row.evidence.content, None, [], {})
    assert "产业园区重点机构" in [piece.text for line in lines for piece in line.new if line.name == "recommendation"]
    decider = operator(session)
    say(session, decider, queue.claim(session, decider, row.id))
    session.refresh(entry)
    assert entry.status == "approved"


def test_taken_back_a_recommendation_is_gone(session):
    who = Story(session, "agency_entry").sender
    entry = commercial(session, who)
    desk.move(session, who, "agency_entry", entry.id, "ask")
    desk.move(session, reviewer(session), "agency_entry", entry.id, "recommend", reason="园区企业")
    desk.move(session, who, "agency_entry", entry.id, "withdraw")
    assert (entry.status, entry.recommended_at, entry.recommendation) == ("draft", None, "")
    with refusal("checks_block"):
        desk.submit(session, who, "agency_entry", entry.id)


@pytest.mark.parametrize("verdict", ["return", "reject"])
def test_a_recommendation_covers_only_what_the_bureau_saw(session, verdict):
    who, decider = Story(session, "agency_entry").sender, operator(session)
    entry = commercial(session, who)
    desk.move(session, who, "agency_entry", entry.id, "ask")
    desk.move(session, reviewer(session), "agency_entry", entry.id, "recommend", reason="园区企业")
    row = desk.submit(session, who, "agency_entry", entry.id)
    say(session, decider, queue.claim(session, decider, row.id), verdict)
    desk.edit(session, who, "agency_entry", entry.id, {"name": "另一家人力资源有限公司"})
    with refusal("checks_block") as refused:
        desk.submit(session, who, "agency_entry", entry.id)
    assert {f["code"] if isinstance(f, dict) else f.code for f in refused.value.facts["findings"]} == {"Z07"}
    desk.move(session, who, "agency_entry", entry.id, "ask")
    session.refresh(entry)
    assert (entry.recommended_at, entry.recommendation) == (None, "")


def working(session, stage: str = "open"):
    """A commercial agency that may post for a unit, somebody of it, and a live posting."""
    client = Story(session, "posting").unit
    agency = Agency(
        name=f"测试第{client.id}职介", kind="commercial", region_code=REGION, licence_no="（沪）人服证字〔2024〕第0100001号",
        licence_valid_until=today() + timedelta(days=100), stage=stage,
    )  # fmt: skip
    session.add(agency)
    session.flush()
    session.add(AgencyUnit(agency_id=agency.id, unit_id=client.id, authorised=True))
    session.commit()
    acting = Actor(
        Story(session, "agency_entry").sender.account_id, Role.AGENCY, agency_id=agency.id, region_code=REGION
    )
    draft = desk.create(session, acting, "posting", posting_content(unit_id=client.id))
    live = desk.create(session, acting, "posting", posting_content(unit_id=client.id))
    row, decider = desk.submit(session, acting, "posting", live.id), reviewer(session)
    say(session, decider, queue.claim(session, decider, row.id))
    return agency, acting, draft, live


def longer(session, acting, posting):
    day = (today() + timedelta(days=40)).isoformat()
    return desk.move(session, acting, "posting", posting.id, "set_validity", values={"valid_until": day})


def test_a_closed_agency_sends_in_publishes_and_extends_nothing(session):
    agency, acting, draft, live = working(session)
    agency.stage = "closed"
    session.commit()
    with refusal("agency_closed"):
        desk.submit(session, acting, "posting", draft.id)
    with refusal("agency_closed"):
        desk.move(session, acting, "posting", draft.id, "publish")
    with refusal("agency_closed"):
        longer(session, acting, live)
    agency.stage = "open"
    session.commit()
    assert longer(session, acting, live).valid_until == today() + timedelta(days=40)


def test_without_licence_or_association_nothing_is_extended(session):
    agency, acting, _draft, live = working(session)
    agency.licence_valid_until = today() - timedelta(days=1)
    session.commit()
    with refusal("agency_licence_over"):
        longer(session, acting, live)
    agency.licence_valid_until = today()
    session.scalars(select(AgencyUnit).where(AgencyUnit.agency_id == agency.id)).one().authorised = False
    session.commit()
    with refusal("agency_not_authorised"):
        longer(session, acting, live)


def test_only_the_operator_decides_an_entry(session):
    story = Story(session, "agency_entry")
    _entry, row = story.submitted()
    for other in (reviewer(session, REGION), reviewer(session, "310000", Role.LEAD)):
        with refusal("not_found"):
            queue.claim(session, other, row.id)


def test_nothing_is_posted_before_the_data_are_complete(session):
    story = Story(session, "agency_entry")
    entry, _row = story.decided()
    session.refresh(entry)
    client = Story(session, "posting").unit
    session.add(AgencyUnit(agency_id=entry.agency_id, unit_id=client.id, authorised=True))
    session.commit()
    acting = Actor(story.sender.account_id, Role.AGENCY, agency_id=entry.agency_id, region_code=REGION)
    with refusal("agency_incomplete"):
        desk.create(session, acting, "posting", posting_content(unit_id=client.id))
    session.get_one(Agency, entry.agency_id).stage = "open"
    session.commit()
    assert desk.create(session, acting, "posting", posting_content(unit_id=client.id)).status == "draft"


def test_a_certified_unit_bears_the_label_for_a_year(session):
    story = Story(session, "employer_certification")
    proof, row = story.decided()
    session.refresh(proof)
    unit = session.get_one(Unit, proof.unit_id)
    session.refresh(unit)
    assert proof.valid_until == unit.certified_until
    assert timedelta(days=364) < unit.certified_until - today() < timedelta(days=367)
    decide.undo(session, story.decider, row.id)
    session.refresh(unit)
    assert unit.certified_until is None


def test_revoked_or_over_the_label_is_gone(session):
    story = Story(session, "employer_certification")
    proof, _row = story.decided()
    unit = session.get_one(Unit, proof.unit_id)
    desk.move(session, reviewer(session), "employer_certification", proof.id, "revoke", reason="证明不实")
    session.refresh(unit)
    assert (proof.status, unit.certified_until) == ("revoked", None)
    again = desk.submit(session, story.sender, "employer_certification", proof.id)
    say(session, story.decider, queue.claim(session, story.decider, again.id))
    session.refresh(unit)
    assert unit.certified_until is not None
    assert expire_certifications(session, unit.certified_until) == 0
    assert expire_certifications(session, unit.certified_until + timedelta(days=1)) == 1
    session.refresh(proof)
    session.refresh(unit)
    assert (proof.status, unit.certified_until) == ("expired", None)


def notices(session, template: str) -> list[int]:
    return list(session.scalars(select(Outbox.account_id).where(Outbox.template == template)))


def test_a_licence_that_ends_is_told_on_its_days_and_once_only(session):
    agency = Agency(name="测试到期职介", region_code=REGION, licence_valid_until=today() + timedelta(days=30))
    session.add(agency)
    session.flush()
    who = Story(session, "agency_entry").sender.account_id
    session.add(Hat(account_id=who, role="agency", agency_id=agency.id))
    session.commit()
    assert reminders.licences(session, today() + timedelta(days=1)) == 0
    assert reminders.licences(session, today()) == 1
    reminders.licences(session, today())
    assert notices(session, "licence_ends") == [who]
    reminders.licences(session, today() + timedelta(days=23))
    assert notices(session, "licence_ends") == [who, who]


def test_a_verification_due_is_told_to_the_owner(session):
    unit = Story(session, "posting").unit
    unit.reverify_due = today() + timedelta(days=7)
    session.commit()
    owner = session.scalars(select(Hat.account_id).where(Hat.unit_id == unit.id)).one()
    reminders.verifications(session, today())
    assert owner in notices(session, "verification_due")
    before = len(notices(session, "verification_due"))
    unit.status = "frozen"
    session.commit()
    reminders.verifications(session, today() + timedelta(days=7))
    assert len(notices(session, "verification_due")) == before


def test_identity_pictures_and_what_was_replaced_leave_thirty_days_after_the_decision(session):
    storage, who, decider = current_app.extensions["storage"], Story(session, "agency_entry").sender, operator(session)
    entry = commercial(session, who)
    desk.move(session, who, "agency_entry", entry.id, "ask")
    desk.move(session, reviewer(session), "agency_entry", entry.id, "recommend", reason="园区企业")
    row = desk.submit(session, who, "agency_entry", entry.id)
    say(session, decider, queue.claim(session, decider, row.id), "return")
    first = [UUID(file["file_id"]) for file in row.evidence.content["files"]]
    desk.edit(session, who, "agency_entry", entry.id, {"files": attached(session, who.account_id, *FOUR)})
    photo, *others = [
        session.scalars(
            select(AgencyMaterial.file_id).where(AgencyMaterial.entry_id == entry.id, AgencyMaterial.slot == slot)
        ).one()
        for slot in FOUR
    ]
    keys = {}
    for file in session.scalars(select(StoredFile).where(StoredFile.id.in_([*first, photo, *others]))):
        file.key = keys[file.id] = storage.put(b"picture", "jpg")
    session.commit()
    for days, gone in ((29, 0), (31, 5), (32, 0)):
        long_ago = func.now() - timedelta(days=days)
        back = update(AgencyEntry).where(AgencyEntry.id == entry.id)
        session.execute(back.values(status="approved", decided_at=long_ago))
        session.commit()
        assert entry_papers.purge(session, storage, 30) == gone
    left = set(session.scalars(select(StoredFile.id).where(StoredFile.id.in_(keys))))
    assert left == set(others) == {file for file, key in keys.items() if storage.exists(key)}
