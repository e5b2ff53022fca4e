"""One suite over every registered kind (review.md 8): what holds for all of them, whatever they decide on."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from app.models.messages import Outbox
from app.models.review import ReviewEvidence, ReviewQuery, ReviewRound, ReviewSeat
from app.review import decide, desk, greens, ledger, queue, show
from app.review.kinds import KINDS, Kind
from app.rules.actor import CLOCK, Role
from app.rules.checks import FAMILIES
from app.rules.lifecycle import DECIDER
from tests.review.samples import Story, affiliated, open_round, owner_of, refusal, reviewer, say, unit

ALL = pytest.mark.parametrize("key", sorted(KINDS))
SUPERSEDABLE = sorted(KINDS)
REVISABLE = sorted(key for key, kind in KINDS.items() if kind.lifecycle.revisable)


@pytest.fixture
def story(session, key):
    return Story(session, key)


@ALL
def test_a_kind_is_complete(key):
    kind: Kind = KINDS[key]
    assert kind.key == key
    assert key in FAMILIES, "a kind without checks would let everything pass"
    names = {m.name for m in kind.lifecycle.moves}
    assert {"submit", "approve", "return", "reject"} <= names
    assert set(kind.move_notices) <= names
    assert set(kind.model.CONTENT) <= {*kind.columns, *kind.relations}
    assert {m.name for m in kind.lifecycle.moves if m.verdict} == {"approve", "return", "reject"}
    if kind.lifecycle.revisable:
        assert kind.lifecycle.find(kind.offline_move).who == frozenset({"sender"})


@ALL
def test_from_draft_to_approved(session, story):
    subject, row = story.submitted()
    assert subject.status == "pending"
    assert (row.state, row.round_no, row.version, row.epoch) == ("queued", 1, 1, 0)
    claimed = queue.claim_next(session, story.decider, [story.key])
    assert (claimed.id, claimed.epoch, claimed.holder_id) == (row.id, 1, story.decider.account_id)
    answer = say(session, story.decider, claimed)
    assert answer == {"id": row.id, "state": "approved", "version": 2}
    session.refresh(subject)
    assert subject.status == KINDS[story.key].lifecycle.find("approve").target
    assert subject.decided_at is not None
    seat = session.scalars(select(ReviewSeat).where(ReviewSeat.round_id == row.id)).one()
    assert (seat.verdict, seat.digest, seat.reviewer_id) == ("approve", row.evidence_digest, story.decider.account_id)
    assert [e.template for e in told(session, row)] == ["submission_received", "round_approved"]
    assert ledger.verify(session).ok
    assert ledger.replay(session)[row.id] == "approved"


def told(session, row):
    return session.scalars(select(Outbox).where(Outbox.round_id == row.id).order_by(Outbox.id)).all()


@ALL
def test_a_return_keeps_the_round_open_and_mending_opens_the_next(session, story):
    subject, row = story.decided("return")
    session.refresh(subject)
    session.refresh(row)
    assert (subject.status, row.state) == ("returned", "need_info")
    assert row.clock_stopped_at is not None
    query = session.scalars(select(ReviewQuery).where(ReviewQuery.round_id == row.id)).one()
    assert query.is_return and query.items[0]["code"] == "R99" and query.items[0]["text"] == "请补充说明"
    edited = desk.edit(session, story.sender, story.key, subject.id, story.mended(), subject.version)
    assert edited.kind == "saved" and edited.round is None
    again = desk.submit(session, story.sender, story.key, subject.id)
    session.refresh(row)
    assert (row.state, again.parent_id, again.round_no, again.state) == ("superseded", row.id, 2, "queued")
    assert again.evidence_digest != row.evidence_digest
    assert again.due_at >= row.due_at
    say(session, story.decider, queue.claim(session, story.decider, again.id))
    session.refresh(subject)
    assert subject.status == KINDS[story.key].lifecycle.find("approve").target


@ALL
def test_a_rejection_is_final_for_the_round(session, story):
    subject, row = story.decided("reject")
    session.refresh(subject)
    session.refresh(row)
    assert (subject.status, row.state) == ("rejected", "rejected")
    with refusal("wrong_state"):
        queue.claim(session, story.decider, row.id)
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(text("UPDATE review_round SET state = 'queued' WHERE id = :id"), {"id": row.id})


@ALL
def test_withdrawing_takes_the_round_along(session, story):
    subject, row = story.claimed()
    desk.move(session, story.sender, story.key, subject.id, "withdraw", version=subject.version)
    session.refresh(row)
    assert (row.state, row.holder_id) == ("withdrawn", None)
    assert subject.status == KINDS[story.key].lifecycle.find("withdraw").target
    with refusal("wrong_state"):
        say(session, story.decider, row)
    desk.submit(session, story.sender, story.key, subject.id)


@ALL
def test_an_edit_while_pending_supersedes_and_the_open_page_gets_the_difference(session, story):
    subject, row = story.claimed()
    seen = {"version": row.version, "epoch": row.epoch, "digest": row.evidence_digest}
    mended = story.mended()
    edited = desk.edit(session, story.sender, story.key, subject.id, mended, subject.version)
    assert (edited.kind, edited.round.state, edited.round.parent_id) == ("resubmitted", "queued", row.id)
    with refusal("stale") as refused:
        decide.decide(session, story.decider, row.id, "approve", **seen)
    assert refused.value.facts["changed"] == sorted(mended)
    assert refused.value.facts["superseded_by"] == edited.round.id
    session.refresh(subject)
    assert subject.status == "pending"


@ALL
def test_undo_is_the_inverse_of_the_verdict(session, story):
    subject, row = story.claimed()
    kind = KINDS[story.key]
    for verdict in ("approve", "reject", "return"):
        session.refresh(subject)
        before = photograph(session, kind, subject)
        row = queue.claim(session, story.decider, row.id)
        say(session, story.decider, row, verdict)
        session.refresh(subject)
        assert subject.status != before["status"]
        reopened = decide.undo(session, story.decider, row.id)
        session.refresh(subject)
        assert photograph(session, kind, subject) == before
        assert (reopened.state, reopened.holder_id) == ("queued", story.decider.account_id)
        assert [e.state for e in told(session, row) if e.template != "submission_received"][-1] == "cancelled"
    assert session.scalars(select(ReviewQuery).where(ReviewQuery.round_id == row.id)).all() == []
    say(session, story.decider, reopened)
    session.refresh(subject)
    assert subject.status == kind.lifecycle.find("approve").target
    assert ledger.verify(session).ok


def photograph(session, kind, subject):
    """Everything of the row, and of what its verdict touches."""
    skip = {"version", "changed_on", "search"}
    rows = [subject] if kind.key != "unit_change" else [subject, subject.unit]
    found = {"content": {k: v for k, v in kind.content(session, subject).items() if k != "_sealed"}}
    for row in rows:
        session.refresh(row)
        columns = {c.key: getattr(row, c.key) for c in row.__table__.columns if c.key not in skip}
        found |= columns if row is subject else {"unit": columns, "papers": paper_ids(session, row)}
    return found


def paper_ids(session, row):
    registration = KINDS["unit_registration"]
    return [(slot, file.id) for slot, file in registration.attached(session, row)]


@ALL
def test_out_of_scope_does_not_exist(session, story):
    subject, row = story.submitted()
    stranger = story.stranger
    assert queue.claim_next(session, stranger, [story.key]) is None
    assert row.id not in [r.id for r in queue.listing(session, stranger, kind=story.key).rows]
    assert queue.counts(session, stranger).get(story.key, 0) == 0
    for act in (
        lambda: queue.fetch(session, stranger, row.id),
        lambda: queue.claim(session, stranger, row.id),
        lambda: queue.renew(session, stranger, row.id),
        lambda: queue.release(session, stranger, row.id),
        lambda: queue.skip(session, stranger, row.id),
        lambda: queue.transfer(session, stranger, row.id, story.decider.account_id, "because"),
        lambda: decide.undo(session, stranger, row.id),
        lambda: decide.ask(session, stranger, row.id, ["why?"]),
        lambda: show.history(session, stranger, row),
        lambda: decide.decide(session, stranger, row.id, "approve", version=1, epoch=0, digest=row.evidence_digest),
        lambda: desk.move(session, stranger, story.key, subject.id, "withdraw"),
        lambda: desk.edit(session, stranger, story.key, subject.id, {}),
        lambda: show.for_sender(session, stranger, story.key, subject.id),
    ):
        with refusal("not_found"):
            act()
    outcomes = greens.batch(session, stranger, [(row.id, row.version, row.evidence_digest)])
    assert [o.code for o in outcomes] == ["not_found"]
    assert desk.move_many(session, stranger, story.key, [(subject.id, None)], "withdraw")[0].code == "not_found"


@ALL
def test_other_senders_see_nothing(session, story):
    subject, _ = story.submitted()
    kind = KINDS[story.key]
    other = Story(session, story.key).sender
    assert session.scalars(kind.scope(select(kind.model), other)).all() == []
    own = session.scalars(kind.scope(select(kind.model), story.sender)).unique().all()
    assert subject in own
    with refusal("not_found"):
        desk.edit(session, other, story.key, subject.id, story.mended())


@ALL
def test_nobody_decides_on_an_own_matter(session, story):
    subject, row = story.submitted()
    row.submitted_by_id = None if row.submitted_by_id is None else row.submitted_by_id
    submitter = type(story.decider)(
        account_id=story.sender.account_id,
        role=story.decider.role,
        region_code=story.decider.region_code,
        school_id=story.decider.school_id,
        grants=story.decider.grants,
    )
    deciders = [submitter]
    if row.unit_id is not None:
        deciders.append(affiliated(story.decider, row.unit_id))
    for decider in deciders:
        assert queue.claim_next(session, decider, [story.key]) is None
        with refusal("own_matter"):
            queue.claim(session, decider, row.id)
        with refusal("own_matter"):
            decide.decide(session, decider, row.id, "approve", version=1, epoch=0, digest=row.evidence_digest)
    session.refresh(subject)
    assert subject.status == "pending"


@ALL
def test_only_listed_moves_happen(session, story):
    subject, row = story.submitted()
    kind = KINDS[story.key]
    with refusal("no_such_move"):
        desk.move(session, story.sender, story.key, subject.id, "conquer")
    for verdict in ("approve", "return", "reject"):
        with refusal("not_allowed"):
            desk.move(session, story.sender, story.key, subject.id, verdict, reason="x")
        with refusal("not_allowed"):
            desk.move(session, CLOCK, story.key, subject.id, verdict, reason="x")
    with refusal("wrong_state"):
        desk.submit(session, story.sender, story.key, subject.id)
    offered = {m.name for m in desk.moves(story.sender, story.key, subject)}
    listed = {m.name for m in kind.lifecycle.moves if subject.status in m.sources and "sender" in m.who}
    assert offered == listed
    assert all(DECIDER not in m.who for m in desk.moves(story.decider, story.key, subject))
    assert row.state == "queued"


@ALL
def test_the_evidence_is_pinned_and_holds_no_secret(session, story):
    subject, row = story.submitted()
    stored = session.get(ReviewEvidence, row.evidence_digest)
    from app.review.evidence import digest_of

    assert digest_of(stored.content) == row.evidence_digest
    shown = show.present(session, story.decider, row)
    assert "_sealed" not in shown["evidence"]
    for name in KINDS[story.key].model.SEALED:
        plain = getattr(subject, name)
        assert plain not in str(shown) and "****" in shown["evidence"][name]
    assert shown["digest"] == digest_of(shown["evidence"])
    assert {
        "id",
        "kind",
        "subject_id",
        "state",
        "version",
        "epoch",
        "digest",
        "lease_until",
        "due_at",
        "region_code",
        "evidence",
        "checks",
        "moves",
    } <= set(shown)
    assert shown["moves"] == ["claim", "skip"]


@ALL
def test_no_second_round_while_one_is_open(session, story):
    subject, row = story.submitted()
    again = ReviewRound(
        **{c.key: getattr(row, c.key) for c in row.__table__.columns if c.key not in ("id", "receipt_no")},
        receipt_no="another",
    )
    with pytest.raises(IntegrityError, match="uq_review_round_open"), session.begin_nested():
        session.add(again)
        session.flush()
    assert open_round(session, story.key, subject.id).id == row.id


@ALL
def test_a_stale_version_changes_nothing(session, story):
    subject, _ = story.submitted()
    for act in (
        lambda v: desk.edit(session, story.sender, story.key, subject.id, story.mended(), v),
        lambda v: desk.move(session, story.sender, story.key, subject.id, "withdraw", version=v),
    ):
        with refusal("stale"):
            act(subject.version - 1)
    assert subject.status == "pending"


@ALL
def test_what_was_not_asked_for_is_refused_by_name(session, story):
    for name in ("status", "version", "created_by_id", "edit_content", "id"):
        with refusal("unknown_field") as refused:
            story.created(**{name: "live"})
        assert refused.value.field == name


@ALL
def test_an_unapproved_unit_can_do_nothing_but_register(session, story):
    if story.unit is None:
        return
    story.unit.status = "draft"
    session.commit()
    with refusal("unit_not_approved"):
        story.created()


@ALL
def test_a_handler_does_only_what_was_granted(session, story):
    kind = KINDS[story.key]
    if Role.HANDLER not in kind.sender_roles:
        return
    subject = story.created()
    bare = owner_of(session, story.unit, Role.HANDLER, frozenset())
    with refusal("not_allowed"):
        desk.create(session, bare, story.key, story.content())
    with refusal("not_found"):
        desk.edit(session, bare, story.key, subject.id, story.mended())
    granted = owner_of(session, story.unit, Role.HANDLER, frozenset({kind.grant}))
    assert desk.edit(session, granted, story.key, subject.id, story.mended()).kind == "saved"


@pytest.mark.parametrize("key", REVISABLE)
def test_an_edit_of_live_content_waits_while_the_old_stays_public(session, story):
    subject, row = story.decided()
    kind = KINDS[story.key]
    session.refresh(subject)
    public = photograph(session, kind, subject)["content"]
    mended = story.mended()
    name, new = next(iter(mended.items()))
    edited = desk.edit(session, story.sender, story.key, subject.id, mended, subject.version)
    assert (edited.kind, edited.round.is_change, edited.round.parent_id) == ("proposed", True, row.id)
    assert edited.round.base_digest is not None
    session.refresh(subject)
    assert (subject.status, subject.edit_state) == ("live", "pending")
    assert photograph(session, kind, subject)["content"] == public
    changed = {d.name: (d.old, d.new) for d in show.difference(edited.round) if d.changed}
    assert changed == {name: (public[name], new)}

    again = queue.claim(session, story.decider, edited.round.id)
    say(session, story.decider, again, "return")
    session.refresh(subject)
    assert (subject.status, subject.edit_state) == ("live", "returned")
    assert photograph(session, kind, subject)["content"] == public

    third = desk.edit(session, story.sender, story.key, subject.id, mended | {"headcount": 9}, subject.version).round
    assert third.parent_id == again.id
    session.refresh(subject)
    before = photograph(session, kind, subject)
    third = queue.claim(session, story.decider, third.id)
    say(session, story.decider, third)
    session.refresh(subject)
    assert (subject.status, subject.edit_state, subject.edit_content) == ("live", "", None)
    assert (getattr(subject, name), subject.headcount) == (new, 9)
    decide.undo(session, story.decider, third.id)
    session.refresh(subject)
    assert photograph(session, kind, subject) == before
    assert ledger.verify(session).ok


@pytest.mark.parametrize("key", REVISABLE)
def test_a_rejected_edit_leaves_the_public_text_and_can_be_dropped(session, story):
    subject, _ = story.decided()
    edited = desk.edit(session, story.sender, story.key, subject.id, story.mended())
    say(session, story.decider, queue.claim(session, story.decider, edited.round.id), "reject")
    session.refresh(subject)
    assert (subject.status, subject.edit_state) == ("live", "rejected")
    assert "withdraw_edit" in {m.name for m in desk.moves(story.sender, story.key, subject)}
    desk.move(session, story.sender, story.key, subject.id, "withdraw_edit")
    assert (subject.edit_state, subject.edit_content) == ("", None)


@pytest.mark.parametrize("key", REVISABLE)
def test_taking_down_withdraws_a_waiting_edit(session, story):
    subject, _ = story.decided()
    edited = desk.edit(session, story.sender, story.key, subject.id, story.mended())
    desk.move(session, story.sender, story.key, subject.id, KINDS[story.key].offline_move)
    session.refresh(edited.round)
    assert (subject.status, subject.edit_state, edited.round.state) == ("off", "", "withdrawn")


@pytest.mark.parametrize("key", REVISABLE)
def test_expiry_by_the_clock_withdraws_a_waiting_edit_and_tells_the_sender(session, story):
    subject, _ = story.decided()
    edited = desk.edit(session, story.sender, story.key, subject.id, story.mended())
    outcome = desk.move_many(session, CLOCK, story.key, [(subject.id, subject.version)], "expire")
    assert outcome[0].ok
    session.refresh(edited.round)
    assert (subject.status, subject.edit_state, edited.round.state) == ("expired", "", "withdrawn")
    last = session.scalars(select(Outbox).order_by(Outbox.id.desc()).limit(1)).one()
    assert last.template == KINDS[story.key].move_notices["expire"]


@pytest.mark.parametrize("key", REVISABLE)
def test_the_keeper_removes_with_a_reason_and_the_sender_is_told(session, story):
    subject, _ = story.decided()
    keeper = reviewer(session)
    with refusal("reason_missing"):
        desk.move(session, keeper, story.key, subject.id, "remove")
    with refusal("not_allowed"):
        own = type(keeper)(account_id=story.sender.account_id, role=Role.REVIEWER, region_code="310000")
        desk.move(session, own, story.key, subject.id, "remove", reason="x")
    desk.move(session, keeper, story.key, subject.id, "remove", reason="涉嫌收费")
    last = session.scalars(select(Outbox).order_by(Outbox.id.desc()).limit(1)).one()
    assert (subject.status, last.template, last.facts["reason_text"]) == ("off", "removed", "涉嫌收费")


def test_a_unit_in_another_division_is_not_in_sight(session):
    far = unit(session, region="440203")
    near = unit(session)
    kind = KINDS["unit_registration"]
    seen = session.scalars(kind.scope(select(kind.model.id), reviewer(session))).all()
    assert near.id in seen and far.id not in seen


ENGINE = sorted((Path(__file__).resolve().parents[2] / "app" / "review").glob("*.py"))


@pytest.mark.parametrize("path", ENGINE, ids=lambda path: path.name)
def test_the_engine_has_no_branch_on_a_kind(path):
    """review.md 6: what differs is said in the kinds, so that a new one needs no change here."""
    words = {node.value for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant)}
    assert not words & set(KINDS)


def test_one_module_alone_writes_a_status():
    writers = {
        path.name
        for path in ENGINE
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Attribute) and node.attr in ("status", "edit_state") and isinstance(node.ctx, ast.Store)
    }
    assert writers == {"door.py"}
