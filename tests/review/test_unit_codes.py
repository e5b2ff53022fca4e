"""Whose a credit code is, and the end of registrations that came to nothing (GD-22, GD-26, GD-29; PIPL 47)."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from flask import current_app
from sqlalchemy import func, select, text, update
from sqlalchemy.exc import IntegrityError

from app.models.accounts import Hat
from app.models.files import StoredFile
from app.models.messages import Outbox
from app.models.review import ReviewEvent
from app.models.units import Unit
from app.review import decide, desk, queue, unit_ends
from app.review.imports.units import named
from app.review.kinds import KINDS
from app.review.kinds.units import UnitRegistration
from app.rules.actor import CLOCK, Actor, Role
from app.rules.units import DRAFT_DAYS, HOLDING, REGISTRATION, UNDECIDED
from tests.review.samples import Story, owner_of, really_stored, refusal, say, seeker, takeover_content, unit

KEY = "unit_registration"


def test_every_status_holds_the_code_or_was_never_approved():
    assert {*HOLDING, *UNDECIDED, "deleted"} == set(REGISTRATION.statuses)


@pytest.mark.parametrize("status", [*UNDECIDED, "deleted"])
def test_what_nobody_approved_holds_no_code(session, status):
    """Somebody's draft, or what was refused, keeps the real firm from nothing."""
    squatted = unit(session, status=status)
    firm = Story(session, KEY)
    subject, row = firm.submitted(uscc=squatted.uscc)
    assert subject.status == "pending"
    assert {c["severity"] for c in row.checks if c["code"] == "U02"} == {"ok"}


@pytest.mark.parametrize("status", HOLDING)
def test_a_code_in_use_is_said_by_the_checks_and_refused_when_sent_in(session, status):
    there = unit(session, status=status)
    story = Story(session, KEY)
    draft = story.created(uscc=there.uscc)
    with refusal("checks_block") as refused:
        desk.submit(session, story.sender, KEY, draft.id)
    assert (refused.value.field, [f["code"] for f in refused.value.facts["findings"]]) == ("uscc", ["U02"])


def test_the_second_of_two_who_send_the_same_code_at_one_moment_is_refused_in_words(session, monkeypatch):
    """What the checks could not see yet the database does."""
    first, second = Story(session, KEY), Story(session, KEY)
    taken, _row = first.submitted()
    draft = second.created(uscc=taken.uscc)
    monkeypatch.setattr(UnitRegistration, "_taken", staticmethod(lambda *_: False))
    with refusal("unit_there") as refused:
        desk.submit(session, second.sender, KEY, draft.id)
    assert refused.value.field == "uscc"
    session.expire_all()
    assert draft.status == "draft"


def test_two_units_in_force_never_share_a_code(session):
    there = unit(session)
    with pytest.raises(IntegrityError, match="uq_unit_uscc"), session.begin_nested():
        session.add(Unit(name="又一家", uscc=there.uscc, nature="enterprise", region_code="310120", status="approved"))
        session.flush()


def test_a_refusal_is_not_taken_back_once_another_has_the_code(session):
    story = Story(session, KEY)
    subject, row = story.decided("reject")
    Story(session, KEY).submitted(uscc=subject.uscc)
    with refusal("unit_there"):
        decide.undo(session, story.decider, row.id)
    session.expire_all()
    assert subject.status == "rejected"


def test_lists_are_not_kept_out_by_what_somebody_began(session):
    begun, stands = unit(session, status="draft"), unit(session)
    assert named(session, [begun.name, stands.name]).registered == {stands.name}


def test_a_claim_finds_the_unit_in_force_among_drafts_of_its_code(session):
    lost, who = unit(session), seeker(session)
    unit(session, status="rejected", uscc=lost.uscc)
    unit(session, status="draft", uscc=lost.uscc)
    made = desk.create(session, who, "unit_takeover", takeover_content(session, who.account_id, lost))
    assert made.unit_id == lost.id


# -- the end ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["draft", "return", "reject"])
def test_whoever_registers_may_delete_what_was_not_approved(session, how):
    story = Story(session, KEY)
    subject = story.created() if how == "draft" else story.decided(how)[0]
    desk.move(session, story.sender, KEY, subject.id, "delete")
    session.expire_all()
    assert subject.status == "deleted"
    assert session.scalars(KINDS[KEY].scope(select(Unit.id), CLOCK).where(Unit.id == subject.id)).all() == []
    hats = session.scalars(select(Hat).where(Hat.account_id == story.sender.account_id)).all()
    assert {(hat.role, hat.active) for hat in hats} == {("unit_owner", False), ("seeker", True)}
    again = Story(session, KEY).created(uscc=subject.uscc)
    assert again.id != subject.id


def test_nobody_else_deletes_it_and_nothing_that_waits_or_stands_is_deleted(session):
    story = Story(session, KEY)
    draft = story.created()
    with refusal("not_found"):
        desk.move(session, seeker(session), KEY, draft.id, "delete")
    with refusal("not_found"):
        desk.move(session, story.decider, KEY, draft.id, "delete")
    waits = Story(session, KEY)
    subject, _row = waits.submitted()
    with refusal("wrong_state"):
        desk.move(session, waits.sender, KEY, subject.id, "delete")


def test_what_the_bureau_collected_is_not_its_owners_to_delete(session):
    brought = unit(session, status="rejected", source="import")
    session.add(Hat(account_id=seeker(session).account_id, role="unit_owner", unit_id=brought.id))
    owner = Actor(seeker(session).account_id, Role.OWNER, unit_id=brought.id)
    session.commit()
    with refusal("not_allowed"):
        desk.move(session, owner, KEY, brought.id, "delete")


def test_drafts_that_nobody_touched_are_cleared_with_their_papers(session):
    storage, story = current_app.extensions["storage"], Story(session, KEY)
    old, fresh, sent = story.created(), story.created(), story.created()
    keys = really_stored(session, storage, story.sender.account_id)
    desk.submit(session, story.sender, KEY, sent.id)
    desk.move(session, story.sender, KEY, sent.id, "withdraw")
    for row, days in ((old, DRAFT_DAYS + 1), (fresh, DRAFT_DAYS - 1), (sent, DRAFT_DAYS + 1)):
        aged = update(Unit).where(Unit.id == row.id).values(changed_on=func.now() - timedelta(days=days))
        session.execute(aged)
    session.commit()
    assert unit_ends.clear(session, storage, DRAFT_DAYS) == 1
    session.expire_all()
    assert (old.status, fresh.status, sent.status) == ("deleted", "draft", "draft")
    assert (old.name, old.contact_name, old.contact_phone, old.legal_rep, old.phone_hash) == (
        "",
        None,
        None,
        None,
        None,
    )
    assert fresh.name and fresh.contact_phone
    assert len([key for key in keys if storage.exists(key)]) == 6
    assert session.scalar(select(func.count()).select_from(StoredFile).where(StoredFile.key.in_(keys))) == 6
    told = session.scalars(select(ReviewEvent).where(ReviewEvent.subject_id == old.id, ReviewEvent.kind == KEY)).all()
    assert [event.action for event in told] == ["create", "delete"]
    assert session.scalars(select(Hat.active).where(Hat.unit_id == old.id)).all() == [False]
    assert unit_ends.clear(session, storage, DRAFT_DAYS) == 0


def test_what_its_owner_deletes_is_blanked_by_the_next_night(session):
    """Whoever takes a registration back leaves no less than whoever forgets it; a stop in the middle is made good."""
    storage, story = current_app.extensions["storage"], Story(session, KEY)
    subject, _row = story.submitted()
    really_stored(session, storage, story.sender.account_id)
    desk.move(session, story.sender, KEY, subject.id, "withdraw")
    desk.move(session, story.sender, KEY, subject.id, "delete")
    assert subject.name and subject.contact_phone
    assert unit_ends.clear(session, storage, DRAFT_DAYS) == 1
    session.expire_all()
    assert (subject.status, subject.name, subject.contact_phone, subject.phone_hash) == ("deleted", "", None, None)
    assert unit_ends.clear(session, storage, DRAFT_DAYS) == 0


# -- whoever registered a unit and does not own it any more --------------------------------------------------------------


@pytest.fixture
def parted(session):
    """A registration under review whose owner's role was ended, and another owner."""
    story = Story(session, KEY)
    subject, row = story.submitted()
    session.execute(update(Hat).where(Hat.account_id == story.sender.account_id).values(active=False))
    session.commit()
    return story, subject, row, owner_of(session, subject)


def test_a_former_owner_sees_and_moves_nothing_of_the_unit(session, parted):
    story, subject, _row, owner = parted
    kind, former = KINDS[KEY], story.sender
    assert session.scalars(kind.scope(select(Unit.id), former)).all() == []
    assert not kind.is_own(former, subject) and not kind.may_send(former, subject)
    for act in (
        lambda: desk.move(session, former, KEY, subject.id, "withdraw"),
        lambda: desk.edit(session, former, KEY, subject.id, {"address": "别处1号"}),
    ):
        with refusal("not_found"):
            act()
    under_another = replace(former, role=Role.OWNER, unit_id=unit(session).id)
    assert subject.id not in session.scalars(kind.scope(select(Unit.id), under_another)).all()
    desk.move(session, owner, KEY, subject.id, "withdraw")
    assert subject.status == "draft"


def test_a_former_owner_who_is_a_handler_now_is_no_sender(session, parted):
    story, subject, _row, _owner = parted
    handler = replace(story.sender, role=Role.SEEKER, affiliated_units=frozenset({subject.id}))
    session.add(Hat(account_id=handler.account_id, role="unit_handler", unit_id=subject.id))
    session.commit()
    assert not KINDS[KEY].is_own(handler, subject)


def test_the_verdict_is_told_to_the_owner_in_force(session, parted):
    story, _subject, row, owner = parted
    say(session, story.decider, queue.claim(session, story.decider, row.id), "return")
    told = select(Outbox.account_id).where(Outbox.round_id == row.id, Outbox.template == "round_returned")
    assert session.scalars(told).all() == [owner.account_id]


def test_the_verdict_on_a_change_is_told_to_the_owner_in_force(session):
    story = Story(session, "unit_change")
    _subject, row = story.submitted()
    session.execute(update(Hat).where(Hat.account_id == story.sender.account_id).values(active=False))
    session.commit()
    owner = owner_of(session, story.unit)
    say(session, story.decider, queue.claim(session, story.decider, row.id), "return")
    told = select(Outbox.account_id).where(Outbox.round_id == row.id, Outbox.template == "round_returned")
    assert session.scalars(told).all() == [owner.account_id]


def test_whoever_registered_and_owns_is_told_alone(session):
    """A fellow owner was told nothing before, and is not now."""
    story = Story(session, KEY)
    subject, row = story.submitted()
    owner_of(session, subject)
    say(session, story.decider, queue.claim(session, story.decider, row.id), "return")
    told = select(Outbox.account_id).where(Outbox.round_id == row.id, Outbox.template == "round_returned")
    assert session.scalars(told).all() == [story.sender.account_id]


def test_the_condition_uses_indexes_and_its_statement_is_kept(session):
    """Whose a unit is is asked with every list: by keys, never by walking all units."""
    me = seeker(session)
    stmt = KINDS[KEY].scope(select(Unit.id), me)
    assert stmt._generate_cache_key() is not None
    session.execute(text("SET LOCAL enable_seqscan = off"))
    for actor in (me, replace(me, role=Role.OWNER, unit_id=1)):
        compiled = (
            KINDS[KEY]
            .scope(select(Unit.id), actor)
            .compile(dialect=session.get_bind().dialect, compile_kwargs={"literal_binds": True})
        )
        plan = "\n".join(session.scalars(text(f"EXPLAIN {compiled}")))
        assert "Seq Scan on unit" not in plan, plan
        assert "created_by_id" in plan
