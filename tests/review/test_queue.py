"""Claims are fenced leases: nobody gets what another holds, nothing starves, a skip hides from one person only."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from app.models.accounts import Hat
from app.models.messages import Outbox
from app.models.review import ReviewPolicy, ReviewRound
from app.review import desk, queue, show
from app.rules.actor import Role
from tests.review.samples import (
    FOREIGN,
    REGION,
    Story,
    account,
    owner_of,
    refusal,
    reviewer,
    say,
    school,
    school_admin,
    unit,
)


@pytest.fixture
def story(session):
    return Story(session, "posting")


def urgent(session, row, **values) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    session.commit()


def test_the_most_urgent_comes_first_and_nobody_gets_the_same(session, story):
    rows = [story.submitted()[1] for _ in range(4)]
    urgent(session, rows[2], tier=1)
    urgent(session, rows[3], due_at=rows[0].due_at - timedelta(days=1))
    first, second = reviewer(session), reviewer(session)
    order = [queue.claim_next(session, person).id for person in (first, second, first, second)]
    assert order == [rows[2].id, rows[3].id, rows[0].id, rows[1].id]
    assert queue.claim_next(session, first) is None


def test_kinds_narrow_the_claim(session, story):
    posting = story.submitted()[1]
    gig = Story(session, "gig_wanted").submitted()[1]
    assert queue.claim_next(session, story.decider, ["gig_wanted", "gig_offer"]).id == gig.id
    assert queue.claim_next(session, story.decider, ["gig_wanted"]) is None
    assert queue.claim_next(session, story.decider).id == posting.id
    with refusal("unknown_kind"):
        queue.claim_next(session, story.decider, ["fairy_tale"])


def test_opening_a_given_item_shows_who_has_it(session, story):
    _, row = story.claimed()
    with refusal("taken") as refused:
        queue.claim(session, reviewer(session), row.id)
    assert refused.value.facts["until"] == row.lease_until.isoformat()
    assert refused.value.facts["holder"]


def test_opening_it_again_keeps_the_own_lease_and_its_fence(session, story):
    _, row = story.claimed()
    epoch, until = row.epoch, row.lease_until
    again = queue.claim(session, story.decider, row.id)
    assert again.epoch == epoch and again.lease_until > until
    assert show.present(session, story.decider, again)["moves"][0] == "approve"


def test_an_expired_lease_goes_to_the_next_and_the_fence_rises(session, story):
    _, row = story.claimed()
    session.execute(text("UPDATE review_round SET lease_until = clock_timestamp() WHERE id = :id"), {"id": row.id})
    assert show.present(session, story.decider, queue.fetch(session, story.decider, row.id))["moves"] == [
        "claim",
        "skip",
    ]
    taken = queue.claim_next(session, reviewer(session))
    assert (taken.id, taken.epoch) == (row.id, 2)
    with refusal("lease_lost"):
        queue.renew(session, story.decider, row.id)


def test_the_policy_says_how_long_a_lease_lasts(session, story):
    session.execute(text("DELETE FROM review_policy WHERE kind = 'posting'"))
    for region, minutes in ((None, 20), ("310000", 30), (REGION, 40), (FOREIGN, 99)):
        session.add(ReviewPolicy(kind="posting", region_code=region, lease_minutes=minutes))
    session.commit()
    _, row = story.claimed()
    left = session.scalar(select(ReviewRound.lease_until - func.clock_timestamp()).where(ReviewRound.id == row.id))
    assert timedelta(minutes=39) < left <= timedelta(minutes=40)


def test_renewing_keeps_and_releasing_gives_back(session, story):
    _, row = story.claimed()
    assert queue.renew(session, story.decider, row.id, row.epoch).epoch == row.epoch
    with refusal("lease_lost"):
        queue.renew(session, story.decider, row.id, row.epoch + 1)
    queue.release(session, reviewer(session), row.id)
    session.refresh(row)
    assert row.holder_id == story.decider.account_id, "another's release changes nothing"
    queue.release(session, story.decider, row.id)
    session.refresh(row)
    assert (row.holder_id, row.lease_until) == (None, None)
    queue.release(session, story.decider, row.id)


def test_a_skip_hides_from_one_person_only(session, story):
    _, row = story.claimed()
    queue.skip(session, story.decider, row.id)
    queue.skip(session, story.decider, row.id)
    assert queue.claim_next(session, story.decider) is None
    assert row.id in [r.id for r in queue.listing(session, story.decider, state="queued").rows]
    assert queue.claim_next(session, reviewer(session)).id == row.id
    queue.release(session, story.decider, row.id)
    session.execute(text("UPDATE review_skip SET until = clock_timestamp()"))
    session.execute(text("UPDATE review_round SET holder_id = NULL, lease_until = NULL"))
    assert queue.claim_next(session, story.decider).id == row.id, "nothing is skipped for ever"


def hat(session, actor) -> None:
    session.add(Hat(account_id=actor.account_id, role=actor.role.value, region_code=actor.region_code))
    session.commit()


def test_a_transfer_needs_the_lease_a_reason_and_an_eligible_colleague(session, story):
    _, row = story.claimed()
    colleague, foreigner = reviewer(session), reviewer(session, FOREIGN)
    hat(session, colleague)
    hat(session, foreigner)
    insider = owner_of(session, story.unit)
    hat(session, replace(insider, role=Role.REVIEWER, region_code="310000"))
    with refusal("reason_missing"):
        queue.transfer(session, story.decider, row.id, colleague.account_id, " ")
    with refusal("lease_lost"):
        queue.transfer(session, colleague, row.id, colleague.account_id, "给我")
    for unfit in (foreigner.account_id, insider.account_id, story.sender.account_id, account(session), 0):
        with refusal("not_eligible"):
            queue.transfer(session, story.decider, row.id, unfit, "转办")
    moved = queue.transfer(session, story.decider, row.id, colleague.account_id, "熟悉该行业")
    assert (moved.holder_id, moved.epoch) == (colleague.account_id, 2)
    notice = session.scalars(select(Outbox).where(Outbox.template == "round_transferred")).one()
    assert (notice.account_id, notice.facts["reason_text"]) == (colleague.account_id, "熟悉该行业")
    step = show.history(session, story.decider, row)[-1]
    assert (step.action, step.text) == ("transfer", "熟悉该行业")
    shown = show.for_sender(session, story.sender, "posting", row.subject_id)["history"]
    assert [s.action for s in shown] == ["submit"], "the sender does not read internal notes"
    lead = reviewer(session, role=Role.LEAD)
    hat(session, lead)
    assert queue.transfer(session, lead, row.id, lead.account_id, "收回").epoch == 3


def test_a_listing_pages_through_everything_once(session, story):
    made = [story.submitted()[1].id for _ in range(7)]
    say(session, story.decider, queue.claim(session, story.decider, made[0]))
    for state, expected in (("queued", made[1:]), ("open", made[1:]), (None, made[::-1]), ("approved", made[:1])):
        seen, cursor, pages = [], None, 0
        while pages == 0 or cursor:
            page = queue.listing(session, story.decider, state=state, kind="posting", cursor=cursor, limit=2)
            seen += [row.id for row in page.rows]
            cursor, pages = page.next_cursor, pages + 1
        assert seen == expected and pages == -(-len(expected) // 2)
    assert len(queue.listing(session, story.decider, limit=-5).rows) == 1
    assert len(queue.listing(session, story.decider, limit=10**9).rows) == 7


@pytest.mark.parametrize(
    "cursor", ["x", "W10", "WzFd", "eyJhIjoxfQ", "WzEsICJ4IiwgMl0", "W251bGxd", "😀", "WyIxIl0", "W3RydWVd"]
)
@pytest.mark.parametrize("state", ["queued", None])
def test_a_broken_cursor_is_refused_by_name(session, story, cursor, state):
    if (cursor, state) == ("WzFd", None):
        return  # [1] is a cursor of this list
    with refusal("bad_value") as refused:
        queue.listing(session, story.decider, state=state, cursor=cursor)
    assert refused.value.field == "cursor"


def test_an_unknown_state_or_kind_is_refused(session, story):
    with refusal("bad_value"):
        queue.listing(session, story.decider, state="lost")
    with refusal("unknown_kind"):
        queue.listing(session, story.decider, kind="lost")


def test_counts_per_kind_are_capped_and_in_scope(session, story, monkeypatch):
    for _ in range(3):
        story.submitted()
    Story(session, "residency").submitted()
    assert queue.counts(session, story.decider)["posting"] == 3
    assert "residency" not in queue.counts(session, story.decider)
    monkeypatch.setattr(queue, "COUNT_CAP", 1)
    assert queue.counts(session, story.decider)["posting"] == 2
    assert set(queue.counts(session, reviewer(session, FOREIGN)).values()) == {0}
    assert queue.counts(session, story.sender) == {}


def test_districts_decide_below_themselves_only(session, story):
    _, row = story.submitted()
    for region, sees in (
        ("310000", True),
        ("310100", True),
        (REGION, True),
        ("310115", False),
        ("440000", False),
        ("", False),
    ):
        assert (
            row.id in session.scalars(queue.visible(reviewer(session, region)).with_only_columns(ReviewRound.id))
        ) is sees


def test_people_without_the_office_see_no_rounds(session, story):
    _, row = story.submitted()
    admin = school_admin(session, school(session))
    roles = [
        Role.OPERATOR,
        Role.SYSADMIN,
        Role.SECADMIN,
        Role.AUDITOR,
        Role.AGENCY,
        Role.SEEKER,
        Role.OWNER,
        Role.CLOCK,
    ]
    for person in [admin, *(replace(reviewer(session), role=role) for role in roles)]:
        assert session.scalars(queue.visible(person)).all() == []
        with refusal("not_found"):
            queue.claim(session, person, row.id)


def test_claiming_and_deciding_stay_within_the_statement_budget(session, story, statements):
    """At most 12 statements for claim and decide together, what the API shows included."""
    company = unit(session)
    owner = owner_of(session, company)
    for key in ("posting", "unit_change"):
        sender = owner if key == "unit_change" else story.sender
        content = {"address": "南桥镇新路1号"} if key == "unit_change" else story.content()
        subject = desk.create(session, sender, key, content)
        desk.submit(session, sender, key, subject.id)
        session.expire_all()
        session.expunge_all()
        statements.clear()
        row = queue.claim_next(session, story.decider, [key])
        show.present(session, story.decider, row)
        claimed = len(statements)
        say(session, story.decider, row, idempotency_key=f"k-{key}")
        assert len(statements) <= 12, "\n".join(statements)
        assert claimed <= 2, "\n".join(statements[:claimed])
