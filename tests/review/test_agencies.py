"""Entry of agencies and certification of employers: what is peculiar to them (ZX-06, ZX-26..30)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from app.models.accounts import Hat, Person
from app.models.agencies import Agency, AgencyEntry, AgencyUnit, EmployerCertification
from app.models.messages import Outbox
from app.models.units import Unit
from app.review import decide, desk, queue, reminders
from app.review.kinds.agencies import AgencyEntryKind
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
    owner_of,
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


@pytest.mark.parametrize("same", ["name", "uscc"])
@pytest.mark.parametrize("raced", [False, True])
def test_of_two_entries_of_one_agency_the_second_is_refused_in_words(session, monkeypatch, same, raced):
    """`raced`: both were looked at before either agency was there, and the database alone tells them apart."""
    first, second = Story(session, "agency_entry"), Story(session, "agency_entry")
    shared = {"name": "一家职介两份申请", "uscc": uscc(77_000_001)}
    _one, row = first.submitted(**shared)
    more = shared if same == "name" else {"uscc": shared["uscc"]}
    other, later = second.submitted(**more)
    if same == "name":
        session.execute(update(AgencyEntry).where(AgencyEntry.id == other.id).values(uscc=None))
        session.commit()
    say(session, first.decider, queue.claim(session, first.decider, row.id))
    if raced:
        monkeypatch.setattr(AgencyEntryKind, "_taken", staticmethod(lambda *_given: False))
    claimed = queue.claim(session, second.decider, later.id)
    with refusal("agency_there"):
        say(session, second.decider, claimed)
    session.refresh(other)
    assert (other.status, other.agency_id) == ("pending", None)
    assert "agency" not in hats(session, second.sender.account_id)
    assert say(session, second.decider, queue.claim(session, second.decider, later.id), "reject")["state"] == "rejected"


def test_an_agency_at_work_is_not_undone(session):
    story = Story(session, "agency_entry")
    entry, row = story.decided()
    session.refresh(entry)
    client = Story(session, "posting").unit
    session.add(AgencyUnit(agency_id=entry.agency_id, unit_id=client.id, state="linked"))
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


def recommended(session, **more):
    """Sent in with a recommendation."""
    who = Story(session, "agency_entry").sender
    entry = (
        commercial(session, who)
        if not more
        else desk.create(session, who, "agency_entry", entry_content(session, who.account_id, **more))
    )
    desk.move(session, who, "agency_entry", entry.id, "ask")
    desk.move(session, reviewer(session), "agency_entry", entry.id, "recommend", reason="园区企业")
    return who, entry, desk.submit(session, who, "agency_entry", entry.id)


@pytest.mark.parametrize("change", ["name", "kind", "paper"])
def test_what_was_recommended_is_not_exchanged_while_it_waits(session, change):
    """ZX-27: the operator would read a recommendation of one company under the name or papers of another."""
    who, entry, row = recommended(session)
    other = {
        "name": {"name": "另一家人力资源有限公司"},
        "kind": {"agency_kind": "public"},
        "paper": {"files": attached(session, who.account_id, *FOUR)},
    }[change]
    digest = row.evidence_digest
    with refusal("recommended_otherwise"):
        desk.edit(session, who, "agency_entry", entry.id, other)
    session.refresh(row)
    session.refresh(entry)
    assert (row.state, row.evidence_digest, entry.recommendation) == ("queued", digest, "园区企业")


def test_an_edit_that_changes_nothing_of_it_keeps_the_recommendation(session):
    who, entry, _row = recommended(session)
    edited = desk.edit(session, who, "agency_entry", entry.id, {"name": entry.name})
    assert edited.round.evidence.content["recommended"] is True


def test_a_public_agency_is_not_shown_as_recommended_once_it_is_changed(session):
    """It needs no recommendation, so nothing would stop it: the desk and the record read what is true."""
    who, entry, row = recommended(session, service_scope="职业介绍")
    decider = operator(session)
    say(session, decider, queue.claim(session, decider, row.id), "return")
    desk.edit(session, who, "agency_entry", entry.id, {"name": "另一家公共职介"})
    again = desk.submit(session, who, "agency_entry", entry.id)
    session.refresh(entry)
    assert (again.evidence.content["recommended"], again.evidence.content["recommendation"]) == (False, "")
    assert (entry.recommended_at, entry.recommendation) == (None, "")


def test_a_recommendation_older_than_its_digests_holds_where_nothing_could_be_changed(session):
    who = Story(session, "agency_entry").sender
    entry = commercial(session, who)
    desk.move(session, who, "agency_entry", entry.id, "ask")
    desk.move(session, reviewer(session), "agency_entry", entry.id, "recommend", reason="园区企业")
    session.execute(update(AgencyEntry).where(AgencyEntry.id == entry.id).values(recommended_digest=None))
    session.commit()
    row = desk.submit(session, who, "agency_entry", entry.id)
    assert row.evidence.content["recommended"] is True
    with refusal("recommended_otherwise"):
        desk.edit(session, who, "agency_entry", entry.id, {"name": "另一家人力资源有限公司"})


def test_a_recommended_entry_whose_content_was_changed_past_the_desk_is_not_recommended(session):
    """Whatever wrote to the row: what is sent in is compared with what the bureau saw."""
    who = Story(session, "agency_entry").sender
    entry = commercial(session, who)
    desk.move(session, who, "agency_entry", entry.id, "ask")
    desk.move(session, reviewer(session), "agency_entry", entry.id, "recommend", reason="园区企业")
    session.execute(update(AgencyEntry).where(AgencyEntry.id == entry.id).values(name="另一家人力资源有限公司"))
    session.commit()
    with refusal("checks_block") as refused:
        desk.submit(session, who, "agency_entry", entry.id)
    assert {f["code"] if isinstance(f, dict) else f.code for f in refused.value.facts["findings"]} == {"Z07"}


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
    session.add(AgencyUnit(agency_id=entry.agency_id, unit_id=client.id, state="linked"))
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


def test_the_name_on_the_proof_is_compared_with_the_persons_name_of_today(session):
    story = Story(session, "employer_certification")
    draft = story.created(proof_name="新名字")
    session.get_one(Person, draft.created_by_id).real_name = "新名字"
    session.commit()
    desk.submit(session, story.sender, "employer_certification", draft.id)
    assert (draft.status, draft.applicant) == ("pending", "新名字")


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


def test_the_next_certification_is_applied_for_while_one_is_in_force(session):
    story = Story(session, "employer_certification")
    first, _row = story.decided()
    unit = session.get_one(Unit, first.unit_id)
    soon = today() + timedelta(days=20)
    session.execute(update(EmployerCertification).where(EmployerCertification.id == first.id).values(valid_until=soon))
    session.execute(update(Unit).where(Unit.id == unit.id).values(certified_until=soon))
    session.commit()
    second, row = story.submitted()
    session.refresh(unit)
    assert (first.status, unit.certified_until) == ("approved", soon), "in force until the next one is approved"
    with refusal("certified_once"):
        story.created()
    say(session, story.decider, queue.claim(session, story.decider, row.id))
    session.refresh(second)
    session.refresh(unit)
    assert second.valid_until == unit.certified_until
    assert unit.certified_until - soon > timedelta(days=364), "it follows on the present one"
    assert expire_certifications(session, soon + timedelta(days=1)) == 1
    session.refresh(first)
    session.refresh(unit)
    assert (first.status, unit.certified_until) == ("expired", second.valid_until)
    assert notices(session, "certification_expired") == [], "nothing is over for the unit"


def test_the_end_of_a_certification_is_told_unless_the_next_one_waits(session):
    story = Story(session, "employer_certification")
    proof, _row = story.decided()
    session.refresh(proof)
    for days in (31, 30, 8):
        reminders.certifications(session, proof.valid_until - timedelta(days=days))
    assert notices(session, "certification_ends") == [story.sender.account_id]
    next_one, _row = story.submitted()
    reminders.certifications(session, proof.valid_until - timedelta(days=7))
    assert notices(session, "certification_ends") == [story.sender.account_id]
    desk.move(session, story.sender, "employer_certification", next_one.id, "withdraw")
    reminders.certifications(session, proof.valid_until - timedelta(days=7))
    assert notices(session, "certification_ends") == [story.sender.account_id] * 2


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
    owner = owner_of(session, unit).account_id
    reminders.verifications(session, today())
    assert owner in notices(session, "verification_due")
    before = len(notices(session, "verification_due"))
    unit.status = "frozen"
    session.commit()
    reminders.verifications(session, today() + timedelta(days=7))
    assert len(notices(session, "verification_due")) == before
