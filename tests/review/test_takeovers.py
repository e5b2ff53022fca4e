"""A unit is handed over to a successor: who may claim, who is told, what ends, what is left (GD-18, GD-22)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from flask import current_app
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import func, select, update

from app.models.accounts import Hat, Person
from app.models.bindings import Binding
from app.models.dispatch import Dispatch
from app.models.files import StoredFile
from app.models.messages import Outbox
from app.models.reference import Parameter
from app.models.review import ReviewEvent, ReviewEvidence
from app.models.takeovers import UnitTakeover
from app.models.units import Unit
from app.review import decide, desk, queue, takeovers
from app.review.kinds import KINDS
from app.rules.actor import Actor, Role
from app.rules.dates import ZONE
from tests.review.samples import (
    Story,
    account,
    open_round,
    owner_of,
    really_stored,
    refusal,
    reviewer,
    say,
    seeker,
    takeover_content,
    unit,
    uscc,
)

KEY = "unit_takeover"


def claimed(session, of: Unit):
    """A claim to this unit, and the round it waits in."""
    who = seeker(session)
    made = desk.create(session, who, KEY, takeover_content(session, who.account_id, of))
    return who, made, desk.submit(session, who, KEY, made.id)


def approved(session, of: Unit):
    who, made, row = claimed(session, of)
    decider = reviewer(session)
    say(session, decider, queue.claim(session, decider, row.id))
    return who, made, row, decider


def past_the_undo(session, made) -> None:
    back = update(UnitTakeover).where(UnitTakeover.id == made.id)
    session.execute(back.values(decided_at=func.now() - timedelta(minutes=5)))
    session.commit()


def owners(session, of: Unit) -> list[int]:
    mine = (Hat.unit_id == of.id, Hat.role == "unit_owner", Hat.active)
    return list(session.scalars(select(Hat.account_id).where(*mine).order_by(Hat.account_id)))


def told(session, template: str) -> list[int]:
    return list(session.scalars(select(Outbox.account_id).where(Outbox.template == template)))


def test_a_student_may_be_the_successor(session):
    lost, who = unit(session), replace(seeker(session), role=Role.STUDENT)
    made = desk.create(session, who, KEY, takeover_content(session, who.account_id, lost))
    desk.submit(session, who, KEY, made.id)
    session.refresh(made)
    assert made.status == "pending"


def test_the_successor_owns_the_unit_and_the_former_owner_does_not(session):
    lost = unit(session)
    former = owner_of(session, lost)
    lost.created_by_id = former.account_id
    invited = Binding(
        unit_id=lost.id, account_id=account(session), invited_as="x", real_name="张三", state="invited", grants=["postings"],
        invited_by_id=former.account_id, invited_at=func.now(), expires_at=func.now() + timedelta(days=7),
    )  # fmt: skip
    session.add(invited)
    session.commit()
    who, made, row = claimed(session, lost)
    takeovers.warn(session)
    takeovers.warn(session)
    assert told(session, "takeover_asked") == [former.account_id], "learns of it before anything is decided"
    decider = reviewer(session)
    say(session, decider, queue.claim(session, decider, row.id))
    assert takeovers.settle(session, 60) == 0, "nothing before the undo is over"
    assert owners(session, lost) == [former.account_id]
    past_the_undo(session, made)
    assert takeovers.settle(session, 60) == 1
    assert takeovers.settle(session, 60) == 0
    session.expire_all()
    assert owners(session, lost) == [who.account_id]
    left = select(Hat.role).where(Hat.account_id == former.account_id, Hat.active)
    assert session.scalars(left).all() == ["seeker"], "reads the message in the own name"
    assert invited.state == "withdrawn"
    assert (told(session, "takeover_lost"), told(session, "takeover_done")) == ([former.account_id], [who.account_id])
    last = session.scalars(select(ReviewEvent).where(ReviewEvent.action == "unit_taken_over")).one()
    assert last.facts["from"] == [former.account_id] and last.facts["to"] == who.account_id
    kind = KINDS["unit_registration"]
    bare = Actor(former.account_id, Role.SEEKER)
    assert session.scalars(kind.scope(select(Unit.id), bare)).all() == [], "nor as whoever registered it"


def test_a_verdict_taken_back_hands_nothing_over(session):
    lost = unit(session)
    former = owner_of(session, lost)
    _who, made, row, decider = approved(session, lost)
    decide.undo(session, decider, row.id)
    session.execute(update(UnitTakeover).values(decided_at=func.now() - timedelta(minutes=5)))
    session.commit()
    assert takeovers.settle(session, 60) == 0
    assert owners(session, lost) == [former.account_id]
    say(session, decider, queue.claim(session, decider, row.id))
    session.execute(update(UnitTakeover).where(UnitTakeover.id == made.id).values(settled_at=func.now()))
    session.commit()
    with refusal("undo_too_late"):
        decide.undo(session, decider, row.id)


@pytest.mark.parametrize("end", ["frozen", "level", "closed"])
def test_what_no_longer_stands_is_not_handed_over(session, end):
    lost = unit(session)
    former = owner_of(session, lost)
    who, made, _row, _decider = approved(session, lost)
    past_the_undo(session, made)
    if end == "frozen":
        lost.status = "frozen"
    elif end == "closed":
        session.get_one(User, who.account_id).active = False
    else:
        session.execute(update(KINDS[KEY].model.__table__.metadata.tables["person"]).values(identity_level=1))
    session.commit()
    takeovers.settle(session, 60)
    assert owners(session, lost) == [former.account_id]
    assert who.account_id not in owners(session, lost)
    session.scalars(select(ReviewEvent).where(ReviewEvent.action == "unit_not_taken_over")).one()
    assert (told(session, "takeover_failed"), told(session, "takeover_done")) == ([who.account_id], [])
    assert takeovers.settle(session, 60) == 0, "once only"


def test_who_may_claim_what(session):
    lost, who = unit(session), seeker(session)
    content = takeover_content(session, who.account_id, lost)
    with refusal("unit_unknown"):
        desk.create(session, who, KEY, content | {"uscc": uscc(55_555_555)})
    session.add(Hat(account_id=who.account_id, role="unit_owner", unit_id=lost.id))
    session.commit()
    with refusal("takeover_own"):
        desk.create(session, who, KEY, content)
    other = seeker(session)
    desk.create(session, other, KEY, takeover_content(session, other.account_id, lost))
    with refusal("takeover_twice"):
        desk.create(session, other, KEY, takeover_content(session, other.account_id, lost))
    third = seeker(session)
    for status, code in (("frozen", "unit_not_approved"), ("draft", "unit_unknown")):
        lost.status = status
        session.commit()
        with refusal(code):
            desk.create(session, third, KEY, takeover_content(session, third.account_id, lost))


def test_the_desk_learns_of_owners_and_rivals_the_claimant_does_not(session):
    lost = unit(session)
    owner_of(session, lost)
    claimed(session, lost)
    _who, made, row = claimed(session, lost)
    found = {check["code"]: check["severity"] for check in row.checks}
    assert (found["T05"], found["T06"]) == ("warn", "high")
    kind = KINDS[KEY]
    assert kind.facts(session, made, kind.snapshot(session, made), made.created_on.date())["rivals"] == 1, "not itself"
    assert "owners" not in kind.sender_facts(session, made, kind.snapshot(session, made), made.created_on.date())


def test_an_owner_whose_account_is_switched_off_is_neither_asked_nor_counted(session):
    lost = unit(session)
    gone, there = owner_of(session, lost), owner_of(session, lost)
    session.get_one(User, gone.account_id).active = False
    session.commit()
    _who, made, _row = claimed(session, lost)
    takeovers.warn(session)
    assert told(session, "takeover_asked") == [there.account_id]
    kind = KINDS[KEY]
    assert len(kind.facts(session, made, kind.snapshot(session, made), made.created_on.date())["owners"]) == 1


def test_materials_leave_thirty_days_after_the_decision(session):
    storage, lost = current_app.extensions["storage"], unit(session)
    who, made, row, _decider = approved(session, lost)
    keys = []
    for file in session.scalars(select(StoredFile).where(StoredFile.uploaded_by_id == who.account_id)):
        file.key = storage.put(b"picture", "jpg")
        keys.append(file.key)
    session.commit()
    for days, gone in ((29, 0), (31, 1), (32, 0)):
        back = update(UnitTakeover).where(UnitTakeover.id == made.id)
        session.execute(back.values(decided_at=func.now() - timedelta(days=days)))
        session.commit()
        assert takeovers.purge(session, storage, 30) == gone
    session.expire_all()
    assert len(keys) == 4 and not any(storage.exists(key) for key in keys)
    assert (made.reason, made.purged_at is not None) == ("", True)
    assert session.get_one(ReviewEvidence, row.evidence_digest).content is None


def test_only_the_bureau_of_the_units_place_decides(session):
    story = Story(session, KEY)
    _made, row = story.submitted()
    with refusal("not_found"):
        queue.claim(session, story.stranger, row.id)


def reached(session, account_id: int, phone: str, mail: str = "") -> None:
    person = session.get_one(Person, account_id)
    person.set_phone(phone)
    if mail:
        person.set_mail(mail)
    session.commit()


def letters(session, template: str) -> list[tuple[str, str, str]]:
    stmt = select(Dispatch.channel, Dispatch.target, Dispatch.text).where(Dispatch.template == template)
    return [tuple(row) for row in session.execute(stmt.order_by(Dispatch.id))]


def test_owners_learn_by_sms_at_once_whatever_they_chose_and_at_night(session):
    lost = unit(session)
    former = owner_of(session, lost)
    reached(session, former.account_id, "13900007777", "old-owner@example.cn")
    who, made, _row = claimed(session, lost)
    reached(session, who.account_id, "13900008888")
    hour = datetime.now(ZONE).hour
    for key, value in (("quiet_from", hour), ("quiet_until", (hour + 2) % 24)):
        session.execute(update(Parameter).where(Parameter.key == key).values(value=str(value)))
    session.commit()
    with current_app.test_request_context(headers={"Accept-Language": "en"}):
        takeovers.warn(session)
    takeovers.warn(session)
    told = letters(session, "takeover_asked")
    assert [(channel, to) for channel, to, _text in told] == [("sms", "13900007777"), ("mail", "old-owner@example.cn")]
    assert lost.name in told[0][2] and "12333" in told[0][2]
    ready = select(Dispatch.id).where(
        Dispatch.next_try <= func.clock_timestamp(), Dispatch.template == "takeover_asked"
    )
    assert len(session.scalars(ready).all()) == 2, "does not wait for the end of the quiet hours"
    desk.move(session, who, KEY, made.id, "withdraw")
    desk.submit(session, who, KEY, made.id)
    takeovers.warn(session)
    assert len(letters(session, "takeover_asked")) == 4, "sent in again: told again"
    decider = reviewer(session)
    say(session, decider, queue.claim(session, decider, open_round(session, KEY, made.id).id))
    past_the_undo(session, made)
    takeovers.settle(session, 60)
    assert [to for _channel, to, _text in letters(session, "takeover_lost")] == ["13900007777", "old-owner@example.cn"]


def test_the_job_writes_nothing_where_all_know_and_tells_who_came_later(session, statements):
    lost = unit(session)
    owner_of(session, lost)
    claimed(session, lost)
    takeovers.warn(session)
    statements.clear()
    takeovers.warn(session)
    assert statements and not [one for one in statements if not one.startswith("SELECT")]
    later = owner_of(session, lost)
    reached(session, later.account_id, "13900007779")
    takeovers.warn(session)
    assert told(session, "takeover_asked")[-1] == later.account_id and len(told(session, "takeover_asked")) == 2
    assert [to for _channel, to, _text in letters(session, "takeover_asked")] == ["13900007779"]


def test_a_claim_whose_papers_are_gone_is_filled_in_anew_and_goes_again(session):
    storage, lost = current_app.extensions["storage"], unit(session)
    who = seeker(session)
    made = desk.create(session, who, KEY, takeover_content(session, who.account_id, lost))
    really_stored(session, storage, who.account_id)
    session.execute(
        update(UnitTakeover).where(UnitTakeover.id == made.id).values(changed_on=func.now() - timedelta(days=31))
    )
    session.commit()
    assert takeovers.purge(session, storage, 30) == 1
    with refusal("papers_purged"):
        desk.submit(session, who, KEY, made.id)
    session.rollback()
    desk.edit(session, who, KEY, made.id, {"reason": "原经办人离职。"})
    with refusal("papers_purged"):
        desk.submit(session, who, KEY, made.id)
    session.rollback()
    again = takeover_content(session, who.account_id, lost)
    desk.edit(session, who, KEY, made.id, {"reason": again["reason"], "files": again["files"]})
    session.expire_all()
    assert made.purged_at is None
    really_stored(session, storage, who.account_id)
    assert desk.submit(session, who, KEY, made.id).state == "queued"
    desk.move(session, who, KEY, made.id, "withdraw")
    session.execute(
        update(UnitTakeover).where(UnitTakeover.id == made.id).values(changed_on=func.now() - timedelta(days=31))
    )
    session.commit()
    assert takeovers.purge(session, storage, 30) == 1, "what was shown anew leaves as the first did"
