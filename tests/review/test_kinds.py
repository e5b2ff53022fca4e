"""What is peculiar to single kinds: units, pictures, gigs, postings of agencies, residency."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from app.models.accounts import Hat, Person
from app.models.agencies import Agency, AgencyUnit
from app.models.base import vault
from app.models.gigs import GigPicture
from app.models.messages import Outbox
from app.models.positions import Posting
from app.models.reference import MinimumWage, Parameter
from app.models.review import ReviewEvidence
from app.models.units import Blacklisted, Unit, UnitMaterial
from app.review import decide, desk, queue, show
from app.review.kinds import KINDS
from app.review.kinds.in_force import months_later
from app.rules.actor import CLOCK, Actor, Role
from app.rules.dates import today
from app.rules.schools import RESIDENCY
from app.rules.search import tsquery
from tests.review.samples import (
    REGION,
    Story,
    account,
    attached,
    offer_content,
    owner_of,
    posting_content,
    refusal,
    reviewer,
    say,
    school,
    seeker,
    stored_file,
    unit,
    unit_content,
)


def severe(row) -> set[str]:
    return {c["code"] for c in row.checks if c["severity"] in ("high", "warn")}


# -- units ------------------------------------------------------------------------------------------


def test_an_approved_unit_is_verified_for_six_months(session):
    subject, _ = Story(session, "unit_registration").decided()
    session.refresh(subject)
    assert subject.verified_on == today()
    assert subject.reverify_due == months_later(today(), 6)


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2026, 6, 30), 6, date(2026, 12, 30)),
        (date(2027, 8, 29), 6, date(2028, 2, 29)),
        (date(2026, 12, 31), 12, date(2027, 12, 31)),
        (date(2026, 11, 30), 1, date(2026, 12, 30)),
        (date(2026, 12, 1), 1, date(2027, 1, 1)),
    ],
)
def test_months_end_where_the_month_ends(day, months, later):
    assert months_later(day, months) == later


def test_who_registers_is_the_owner(session):
    story = Story(session, "unit_registration")
    subject = story.created()
    hat = session.scalars(select(Hat).where(Hat.unit_id == subject.id)).one()
    assert (hat.account_id, hat.role) == (story.sender.account_id, "unit_owner")
    assert subject.initials and subject.phone_hash == vault().blind(subject.contact_phone, "phone")
    assert [m.slot for m in subject.materials] == ["licence", "handler_id", "letter"]


@pytest.mark.parametrize(
    ("uscc", "code"),
    [
        ("91310120MA1HXXXX0X", "uscc_check_char"),
        ("9131012 0MA1HXXXX0", "uscc_blank"),
        (" 91310120000000000X", "uscc_blank"),
        ("9131012000000000", "uscc_length"),
        ("91310120000000000I", "uscc_alphabet"),
    ],
)
def test_a_wrong_credit_code_is_refused_with_what_is_wrong(session, uscc, code):
    story = Story(session, "unit_registration")
    with refusal(code) as refused:
        story.created(uscc=uscc)
    assert refused.value.field == "uscc"


def test_a_second_registration_of_the_same_code_is_refused(session):
    first, _row = Story(session, "unit_registration").submitted()
    story = Story(session, "unit_registration")
    second = story.created(uscc=first.uscc)
    with refusal("checks_block") as refused:
        desk.submit(session, story.sender, story.key, second.id)
    assert refused.value.field == "uscc"


def test_a_credit_code_never_changes(session):
    story = Story(session, "unit_registration")
    subject = story.created()
    other = unit_content(session, story.sender.account_id)["uscc"]
    with refusal("immutable") as refused:
        desk.edit(session, story.sender, story.key, subject.id, {"uscc": other})
    assert refused.value.field == "uscc"
    with pytest.raises(IntegrityError, match="credit code"), session.begin_nested():
        session.execute(text("UPDATE unit SET uscc = :u WHERE id = :i"), {"u": other, "i": subject.id})


def test_a_missing_material_blocks_with_its_slot(session):
    story = Story(session, "unit_registration")
    subject = story.created(files=attached(session, story.sender.account_id, "licence", "handler_id"))
    with refusal("checks_block") as refused:
        desk.submit(session, story.sender, story.key, subject.id)
    assert refused.value.field == "files.letter"


def test_one_file_per_material_and_only_known_materials(session):
    story = Story(session, "unit_registration")
    me = story.sender.account_id
    for slots in (("licence", "licence"), ("licence", "diary")):
        with refusal("bad_value"):
            story.created(files=attached(session, me, *slots))


def test_the_blacklist_is_asked_by_blind_index(session):
    story = Story(session, "unit_registration")
    content = story.content()
    session.add(
        Blacklisted(
            subject="uscc", value_hash=vault().blind(content["uscc"], "uscc"), shown="9131****", reason="冒用执照"
        )
    )
    session.commit()
    subject = desk.create(session, story.sender, story.key, content)
    with refusal("checks_block") as refused:
        desk.submit(session, story.sender, story.key, subject.id)
    assert {f["code"] for f in refused.value.facts["findings"]} == {"U14"}


def test_a_person_below_level_two_registers_no_unit(session):
    story = Story(session, "unit_registration")
    story.sender = replace(story.sender, account_id=account(session, level=1))
    subject = story.created()
    with refusal("checks_block") as refused:
        desk.submit(session, story.sender, story.key, subject.id)
    assert {f["code"] for f in refused.value.facts["findings"]} == {"U08"}


def test_an_approved_change_comes_into_force_whole(session):
    story = Story(session, "unit_change")
    old = unit_content(session, story.sender.account_id)["files"]
    session.add_all([UnitMaterial(unit_id=story.unit.id, slot=f["slot"], file_id=f["file_id"]) for f in old])
    posting = desk.create(session, replace(story.sender, role=Role.HANDLER), "posting", posting_content())
    version = posting.version
    new_licence = attached(session, story.sender.account_id, "licence", "change_proof")
    _, row = story.submitted(name="测试改名后的商贸有限公司", contact_phone="13600136000", files=new_licence)
    session.refresh(story.unit)
    before = story.unit.name
    assert story.unit.contact_phone == "13800138000", "the old data stay in force until approval"
    changed = {d.name for d in show.difference(row) if d.changed}
    assert changed == {"name", "address", "contact_phone", "note", "files"}
    say(session, story.decider, queue.claim(session, story.decider, row.id))
    session.refresh(story.unit)
    session.refresh(posting)
    assert story.unit.name == "测试改名后的商贸有限公司"
    assert (story.unit.contact_phone, story.unit.phone_hash) == ("13600136000", vault().blind("13600136000", "phone"))
    assert story.unit.initials == "cs" + story.unit.initials[2:]
    papers = {slot: str(file.id) for slot, file in KINDS["unit_registration"].attached(session, story.unit)}
    assert papers == {f["slot"]: f["file_id"] for f in [*old, *new_licence]}
    assert (posting.unit_name, posting.version) == (story.unit.name, version)
    found = select(Posting.id).where(
        Posting.search.op("@@")(text("CAST(:q AS tsquery)").bindparams(q=tsquery("改名后")))
    )
    assert session.scalars(found).all() == [posting.id]
    decide.undo(session, story.decider, row.id)
    session.refresh(story.unit)
    session.refresh(posting)
    assert (story.unit.name, story.unit.contact_phone, posting.unit_name) == (before, "13800138000", before)
    papers = {slot: str(file.id) for slot, file in KINDS["unit_registration"].attached(session, story.unit)}
    assert papers == {f["slot"]: f["file_id"] for f in old}


def test_an_introduction_is_changed_by_request(session):
    story = Story(session, "unit_change")
    _, row = story.submitted(intro="做日用品批发，也做配送。")
    session.refresh(story.unit)
    assert story.unit.intro == "做日用品批发。"
    say(session, story.decider, queue.claim(session, story.decider, row.id))
    session.refresh(story.unit)
    assert story.unit.intro == "做日用品批发，也做配送。"


def test_one_open_change_at_a_time(session):
    story = Story(session, "unit_change")
    change = story.created()
    with refusal("change_open"):
        story.created()
    desk.move(session, story.sender, story.key, change.id, "delete")
    story.created()


def test_the_unit_where_it_is_now_decides_on_a_move(session):
    story = Story(session, "unit_change")
    _, row = story.submitted(region_code="440203")
    assert row.region_code == REGION
    with refusal("not_found"):
        queue.claim(session, story.stranger, row.id)
    say(session, story.decider, queue.claim(session, story.decider, row.id))
    session.refresh(story.unit)
    assert story.unit.region_code == "440203"


@pytest.mark.parametrize("field", ["name", "legal_rep"])
def test_a_division_may_lock_names(session, field):
    session.execute(text("DELETE FROM parameter WHERE key = 'allow_name_change'"))
    session.add_all(
        [
            Parameter(key="allow_name_change", region_code=None, value="1"),
            Parameter(key="allow_name_change", region_code="310000", value="0"),
        ]
    )
    session.commit()
    story = Story(session, "unit_change")
    with refusal("name_locked") as refused:
        story.created(**{field: "别的名字有限公司"})
    assert refused.value.field == field
    change = story.created()
    with refusal("name_locked"):
        desk.edit(session, story.sender, story.key, change.id, {field: "别的名字有限公司"})


def test_two_phones_with_the_same_mask_are_two_contents(session):
    story = Story(session, "gig_wanted")
    subject, row = story.submitted(phone="13912349000")
    edited = desk.edit(session, story.sender, story.key, subject.id, {"phone": "13956789000"})
    shown = show.present(session, story.decider, edited.round)
    assert shown["evidence"]["phone"] == "139****9000"
    assert edited.round.evidence_digest != row.evidence_digest
    changed = [d.name for d in show.difference(edited.round) if d.changed]
    assert changed == ["phone"]
    stored = str(session.get(ReviewEvidence, edited.round.evidence_digest).content)
    assert "13956789000" not in stored


# -- pictures ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", ["unit_media", "personal_media"])
def test_a_fourth_picture_is_refused_until_one_is_gone(session, key):
    story = Story(session, key)
    _, row = story.decided("reject")
    pictures = [story.created() for _ in range(3)]
    with refusal("picture_limit") as refused:
        story.created()
    assert (refused.value.field, refused.value.facts["limit"]) == ("file", 3)
    with refusal("picture_limit"):
        decide.undo(session, story.decider, row.id)
    desk.move(session, story.sender, key, pictures[0].id, "delete")
    story.created()
    story.created(slot="logo" if key == "unit_media" else "avatar")


def test_nobody_attaches_anothers_file(session):
    story = Story(session, "personal_media")
    foreign = stored_file(session, account(session))
    with refusal("file_not_yours"):
        story.created(files=[{"slot": "image", "file_id": str(foreign.id)}])
    for files in (
        [{"slot": "image", "file_id": "no-uuid"}],
        [{}],
        ["x"],
        attached(session, story.sender.account_id, "a", "b"),
    ):
        with refusal("bad_value"):
            story.created(files=files)
    for files in ([], None):
        with refusal("missing"):
            story.created(files=files)


def test_a_returned_picture_may_be_exchanged(session):
    story = Story(session, "unit_media")
    subject, _ = story.decided("return")
    other = attached(session, story.sender.account_id, "image")
    desk.edit(session, story.sender, story.key, subject.id, {"files": other})
    again = desk.submit(session, story.sender, story.key, subject.id)
    assert str(subject.file_id) == other[0]["file_id"]
    assert [d.name for d in show.difference(again) if d.changed] == ["files"]
    with refusal("wrong_state"):
        say(session, story.decider, queue.claim(session, story.decider, again.id))
        desk.edit(session, story.sender, story.key, subject.id, {"title": "x"})


def test_near_pictures_are_found_by_their_hash(session):
    rejected = Story(session, "unit_media")
    me = rejected.sender.account_id
    file = stored_file(session, me, phash=0b1011)
    rejected.decided("reject", files=[{"slot": "image", "file_id": str(file.id)}])
    story = Story(session, "unit_media")

    def submitted(phash: int) -> set[tuple[str, str]]:
        picture = stored_file(session, story.sender.account_id, phash=phash)
        _, row = story.submitted(files=[{"slot": "image", "file_id": str(picture.id)}])
        return {(c["code"], c["severity"]) for c in row.checks if c["code"] == "I07"}

    assert submitted(0b1000) == {("I07", "high")}
    assert ("I07", "high") in submitted(-(2**63)), "four bits away, the sign bit among them"
    assert submitted(0x5555_5555_5555_5555) == {("I07", "ok")}


# -- gigs -------------------------------------------------------------------------------------------


def test_without_the_agreement_a_gig_stays_a_draft(session):
    story = Story(session, "gig_offer")
    gig = story.created(agreed=False)
    with refusal("checks_block") as refused:
        desk.submit(session, story.sender, story.key, gig.id)
    assert "agreed" in {f["field"] for f in refused.value.facts["findings"]}
    desk.edit(session, story.sender, story.key, gig.id, {"agreed": True})
    desk.submit(session, story.sender, story.key, gig.id)
    assert gig.agreement_version and gig.agreed_at is not None


@pytest.mark.parametrize(
    ("sent", "code", "field"),
    [
        ({"description": "字" * 501}, "too_long", "description"),
        ({"title": None}, "missing", "title"),
        ({"headcount": "2.5"}, "not_whole_number", "headcount"),
        ({"headcount": 0}, "at_least_one", "headcount"),
        ({"headcount": 10**12}, "out_of_range", "headcount"),
        ({"headcount": True}, "not_whole_number", "headcount"),
        ({"pay_amount": "一百"}, "not_number", "pay_amount"),
        ({"pay_amount": "1.005"}, "too_many_decimals", "pay_amount"),
        ({"pay_amount": "NaN"}, "out_of_range", "pay_amount"),
        ({"pay_amount": "1e9"}, "out_of_range", "pay_amount"),
        ({"pay_amount": "-5"}, "more_than_nothing", "pay_amount"),
        ({"pay_unit": "year"}, "bad_value", "pay_unit"),
        ({"mode": ["x"]}, "bad_value", "mode"),
        ({"start_at": "tomorrow"}, "not_date", "start_at"),
        ({"valid_until": "31/12/2026"}, "not_date", "valid_until"),
        ({"own_tools": "perhaps"}, "bad_value", "own_tools"),
        ({"region_code": "999999"}, "bad_value", "region_code"),
        ({"address": "a\x00b"}, "bad_character", "address"),
        ({"address": "\ud800"}, "bad_character", "address"),
        ({"phone": "1" * 61}, "too_long", "phone"),
    ],
)
def test_a_wrong_value_is_refused_with_its_field(session, sent, code, field):
    story = Story(session, "gig_offer")
    with refusal(code) as refused:
        story.created(**sent)
    assert refused.value.field == field


def test_a_persons_gig_belongs_to_the_person_not_to_a_unit(session):
    person = seeker(session)
    gig = desk.create(session, person, "gig_offer", offer_content())
    assert (gig.unit_id, gig.poster_id) == (None, person.account_id)
    company = unit(session)
    hat = replace(owner_of(session, company, Role.HANDLER), account_id=person.account_id)
    with refusal("not_found"):
        desk.edit(session, hat, "gig_offer", gig.id, {"title": "别的"})
    units = desk.create(session, hat, "gig_offer", offer_content())
    with refusal("not_found"):
        desk.edit(session, person, "gig_offer", units.id, {"title": "别的"})


@pytest.mark.parametrize("key", ["gig_offer", "gig_wanted"])
def test_nobody_brings_own_tools_unless_it_is_said(session, key):
    story = Story(session, key)
    assert "own_tools" not in story.content()
    gig = story.created()
    session.refresh(gig)
    assert gig.own_tools is False
    assert story.created(own_tools=True).own_tools is True


def test_pictures_of_the_work_place_wait_with_the_edit(session):
    story = Story(session, "gig_offer")
    gig, _ = story.decided()
    more = attached(session, story.sender.account_id, "environment", "environment")
    row = desk.edit(session, story.sender, story.key, gig.id, {"files": more}).round
    files = select(GigPicture.file_id).where(GigPicture.gig_id == gig.id)
    assert len(session.scalars(files).all()) == 1
    say(session, story.decider, queue.claim(session, story.decider, row.id))
    assert {str(i) for i in session.scalars(files)} == {f["file_id"] for f in more}
    decide.undo(session, story.decider, row.id)
    assert len(session.scalars(files).all()) == 1


def test_a_paused_gig_past_its_last_day_is_not_resumed(session):
    story = Story(session, "gig_wanted")
    gig, _ = story.decided()
    desk.move(session, story.sender, story.key, gig.id, "pause")
    desk.move(session, story.sender, story.key, gig.id, "resume")
    desk.move(session, story.sender, story.key, gig.id, "pause")
    session.execute(text("UPDATE gig_wanted SET valid_until = current_date - 2"))
    with refusal("date_past"):
        desk.move(session, story.sender, story.key, gig.id, "resume")
    desk.move(session, CLOCK, story.key, gig.id, "expire")
    assert gig.status == "expired"


def test_the_nearest_minimum_wage_upwards_is_asked(session):
    for region, hourly in (("310000", 2400), ("440000", 9000)):
        session.add(MinimumWage(region_code=region, monthly=2690, hourly=hourly, valid_from=date(2020, 1, 1)))
    session.add(MinimumWage(region_code="310000", monthly=9999, hourly=9999, valid_from=today() + timedelta(days=1)))
    session.commit()
    story = Story(session, "gig_offer")
    low = story.submitted(pay_amount="20", pay_unit="hour")[1]
    fair = story.submitted(pay_amount="30", pay_unit="hour")[1]
    assert "G05" in severe(low) and "G05" not in severe(fair)


def test_the_same_text_of_others_is_found(session):
    first = Story(session, "gig_offer")
    content = first.content()
    desk.submit(session, first.sender, "gig_offer", desk.create(session, first.sender, "gig_offer", content).id)
    second = Story(session, "gig_offer")
    copied = {k: v for k, v in content.items() if k != "files"}
    gig = desk.create(session, second.sender, "gig_offer", copied)
    assert "G12" in severe(desk.submit(session, second.sender, "gig_offer", gig.id))
    posting = Story(session, "posting")
    text_of = posting.content()
    desk.submit(session, posting.sender, "posting", desk.create(session, posting.sender, "posting", text_of).id)
    copy = desk.create(session, Story(session, "posting").sender, "posting", text_of)
    owner = owner_of(session, copy.unit, Role.HANDLER)
    assert "J19" in severe(desk.submit(session, owner, "posting", copy.id))


# -- postings ---------------------------------------------------------------------------------------


def agency_actor(session, company, *, authorised: bool) -> Actor:
    agency = Agency(name=f"职介{company.id}", kind="public", region_code=REGION)
    session.add(agency)
    session.flush()
    session.add(AgencyUnit(agency_id=agency.id, unit_id=company.id, state="linked" if authorised else "refused"))
    session.commit()
    return Actor(account_id=account(session), role=Role.AGENCY, agency_id=agency.id, region_code=REGION)


def test_an_agency_posts_for_units_that_authorised_it(session):
    company = unit(session)
    agency = agency_actor(session, company, authorised=True)
    posting = desk.create(session, agency, "posting", posting_content(unit_id=company.id))
    assert (posting.unit_id, posting.agency_id) == (company.id, agency.agency_id)
    row = desk.submit(session, agency, "posting", posting.id)
    assert row.unit_id == company.id
    stranger = unit(session)
    for sent, code in (({"unit_id": stranger.id}, "not_found"), ({"unit_id": "x"}, "bad_value"), ({}, "missing")):
        with refusal(code) as refused:
            desk.create(session, agency, "posting", posting_content(**sent))
        assert refused.value.field == "unit_id"
    revoked = agency_actor(session, stranger, authorised=False)
    with refusal("not_found"):
        desk.create(session, revoked, "posting", posting_content(unit_id=stranger.id))


def test_a_unit_cannot_post_in_anothers_name(session):
    story, victim = Story(session, "posting"), unit(session)
    posting = story.created(unit_id=victim.id)
    assert (posting.unit_id, posting.unit_name) == (story.unit.id, story.unit.name)


def test_only_the_clock_imports(session):
    company = unit(session, status="imported", source="import")
    origin = desk.Origin("import", {"unit_id": company.id, "source_key": "K1"})
    posting = desk.create(session, CLOCK, "posting", posting_content(description="短", valid_until=None), origin)
    row = desk.submit(session, CLOCK, "posting", posting.id)
    assert (row.submitted_by_id, row.state, posting.source) == (None, "queued", "import")
    person = reviewer(session)
    say(session, person, queue.claim(session, person, row.id))
    owner = owner_of(session, unit(session), Role.HANDLER)
    with refusal("not_allowed"):
        desk.create(session, owner, "posting", posting_content(), desk.Origin("import"))
    with refusal("bad_value"):
        desk.create(session, owner, "posting", posting_content(), desk.Origin("heaven"))
    assert desk.create(session, owner, "posting", posting_content(), desk.Origin("copy")).source == "copy"
    with refusal("not_allowed"):
        desk.create(session, person, "posting", posting_content(), origin)
    with refusal("not_allowed"):
        desk.create(session, CLOCK, "posting", posting_content())


# -- residency --------------------------------------------------------------------------------------


def test_residency_is_decided_by_the_own_school_and_revoked_with_a_reason(session):
    story = Story(session, "residency")
    residency, row = story.decided()
    with refusal("not_found"):
        queue.claim(session, reviewer(session, "440200"), row.id)
    with refusal("reason_missing"):
        desk.move(session, story.decider, story.key, residency.id, "revoke")
    with refusal("not_found"):
        desk.move(session, story.stranger, story.key, residency.id, "revoke", reason="x")
    desk.move(session, story.decider, story.key, residency.id, "revoke", reason="长期无职位")
    notice = session.scalars(select(Outbox).order_by(Outbox.id.desc()).limit(1)).one()
    assert (residency.status, residency.revoked_reason, notice.template) == (
        "revoked",
        "长期无职位",
        "residency_revoked",
    )
    assert desk.submit(session, story.sender, story.key, residency.id).round_no == 2


def test_what_befell_something_approved_stands_in_its_history_with_its_ground(session):
    """A revocation belongs to no round: both sides read it all the same, and nobody finds that of another row."""
    story, other = Story(session, "residency"), Story(session, "residency")
    residency, _row = story.decided()
    _untouched, another = other.decided()
    desk.move(session, story.decider, story.key, residency.id, "revoke", reason="长期无职位")
    newer = desk.submit(session, story.sender, story.key, residency.id)
    inside = [(one.action, one.round_no, one.text) for one in show.history(session, story.decider, newer)]
    assert inside[-2:] == [("revoke", 0, "长期无职位"), ("submit", 2, "")]
    outside = show.for_sender(session, story.sender, story.key, residency.id)["history"]
    assert [(one.action, one.text, one.actor) for one in outside][-2] == ("revoke", "长期无职位", "")
    assert [one.action for one in outside].count("submit") == 2
    assert "revoke" not in [one.action for one in show.history(session, other.decider, another)]


def test_one_residency_per_school_and_only_where_the_school_is_open(session):
    story = Story(session, "residency")
    story.created()
    with refusal("residency_there") as refused:
        story.created()
    assert refused.value.field == "school_id"
    closed = school(session)
    closed.open_for_residency = False
    session.commit()
    for school_id, code in ((closed.id, "school_closed"), (10**9, "bad_value"), ("x", "bad_value"), (None, "missing")):
        with refusal(code) as refused:
            story.created(school_id=school_id)
        assert refused.value.field == "school_id"


def test_a_registration_shows_agencies_and_schools_only_their_units(session):
    kind = KINDS["unit_registration"]
    story = Story(session, "residency")
    seen = select(Unit.id)
    for associated in (True, False):  # ZX-34: only while the association lasts
        other = unit(session)
        agency = agency_actor(session, other, authorised=associated)
        assert session.scalars(kind.scope(seen, agency)).all() == [other.id] * associated
    assert session.scalars(kind.scope(seen, story.decider)).all() == []
    residency, _row = story.submitted()
    assert session.scalars(kind.scope(seen, story.decider)).all() == [story.unit.id]
    without = replace(story.decider, grants=frozenset({"roster", "staff"}))
    assert session.scalars(kind.scope(seen, without)).all() == [], "residency is not this colleague's function"
    for status in RESIDENCY.statuses:
        residency.status = status
        session.flush()
        found = session.scalars(kind.scope(seen, story.decider)).all()
        assert found == [story.unit.id] * (status in ("pending", "active")), status
    handler = replace(story.sender, role=Role.HANDLER)
    assert session.scalars(kind.scope(seen, handler)).all() == [story.unit.id]
    with refusal("not_allowed"):
        desk.edit(session, handler, "unit_registration", story.unit.id, {"address": "x"})


def test_a_gig_has_three_pictures_at_most_also_when_edited(session):
    story = Story(session, "gig_offer")
    me = story.sender.account_id
    four = [{"slot": "environment", "file_id": str(stored_file(session, me).id)} for _ in range(4)]
    with refusal("picture_limit") as refused:
        story.created(files=four)
    assert refused.value.facts["limit"] == 3
    row = story.created(files=four[:3])
    with refusal("picture_limit"):
        desk.edit(session, story.sender, "gig_offer", row.id, {"files": four}, row.version)


def test_a_certification_names_who_is_employed(session):
    """ZX-06: the desk is told whose employment the proof is about."""
    story = Story(session, "employer_certification")
    _subject, row = story.submitted()
    name = session.get_one(Person, story.sender.account_id).real_name
    assert name
    assert row.evidence.content["applicant"] == name


@pytest.mark.parametrize("key", ["posting", "gig_offer"])
def test_who_keeps_the_account_of_a_unit_reads_what_its_handlers_send_and_sends_nothing(session, key):
    """The engine's own rule, whatever screens and programs offer (GD-33)."""
    story = Story(session, key)
    subject = story.created()
    owner = owner_of(session, story.unit)
    with refusal("not_allowed"):
        desk.create(session, owner, key, story.content())
    with refusal("not_allowed"):
        desk.edit(session, owner, key, subject.id, story.mended())
    for name in ("submit", "delete"):
        with refusal("not_allowed"):
            desk.move(session, owner, key, subject.id, name)
    assert desk.moves(owner, key, subject) == []
    kind = KINDS[key]
    assert session.scalars(kind.scope(select(kind.model.id), owner)).all() == [subject.id], "but sees them"
