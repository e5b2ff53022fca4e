"""校企合作: what residency opens between a unit and a school (HL-57, HL-89..98)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from app.models.cooperation import CooperationCall, CooperationNeed
from app.models.messages import Outbox
from app.models.schools import Residency
from app.review import cooperation
from app.rules.actor import Role
from app.rules.dates import today
from tests.review import samples
from tests.review.samples import refusal

TEXT = "每学期接收二十名学生到岗实习，提供带教老师和住宿。"


def resident(session, unit, school) -> Residency:
    row = Residency(unit_id=unit.id, school_id=school.id, region_code=school.region_code, status="active")
    session.add(row)
    session.commit()
    return row


def wanted(**more) -> CooperationNeed:
    return CooperationNeed(**{
        "title": "共建实训基地", "body": TEXT, "contact_name": "李四", "contact_phone": "13800001111",
        "valid_until": today() + timedelta(days=30),
    } | more)  # fmt: skip


def posted(session, actor, **more) -> CooperationNeed:
    row = wanted(**more)
    cooperation.publish(session, actor, row, today())
    session.commit()
    return row


def seen(session, actor) -> list[CooperationCall]:
    return list(session.scalars(select(CooperationCall).where(cooperation.to_me(actor, today()))))


@pytest.fixture
def pair(session):
    """A unit resident at a school, with somebody at either side."""
    unit, school = samples.unit(session), samples.school(session)
    row = resident(session, unit, school)
    return row, samples.owner_of(session, unit), samples.school_admin(session, school)


def test_a_need_goes_to_all_schools_of_residency_and_to_no_other(session, pair):
    _row, owner, staff = pair
    second, stranger = (samples.school(session) for _ in range(2))
    resident(session, session.get(type(pair[0].unit), owner.unit_id), second)
    need = posted(session, owner)
    assert (need.reached, need.everyone, need.responses) == (2, True, "0 / 2")
    assert [call.need_id for call in seen(session, staff)] == [need.id]
    assert len(seen(session, samples.school_admin(session, second))) == 1
    assert seen(session, samples.school_admin(session, stranger)) == []
    assert seen(session, owner) == [], "one's own need is not addressed to oneself"


def test_only_the_schools_chosen_read_it(session, pair):
    row, owner, staff = pair
    second = samples.school(session)
    resident(session, row.unit, second)
    need = posted(session, owner, schools=[second])
    assert (need.reached, need.everyone) == (1, False)
    assert seen(session, staff) == []
    assert cooperation.follow(session, today()) == 0, "nor does the clock send it to them"
    assert seen(session, staff) == []


def test_without_residency_nothing_is_posted(session):
    owner = samples.owner_of(session, samples.unit(session))
    with refusal("nobody_resident"):
        cooperation.publish(session, owner, wanted(), today())


def test_a_revoked_residency_hides_it_at_once_also_what_was_answered(session, pair):
    row, owner, staff = pair
    posted(session, owner)
    (call,) = seen(session, staff)
    cooperation.answer(session, staff, call, "respond", "欢迎来校面谈", today())
    row.status = "revoked"
    session.commit()
    assert seen(session, staff) == []
    later = wanted()
    with refusal("nobody_resident"):
        cooperation.publish(session, owner, later, today())


def test_a_frozen_unit_reaches_nobody(session, pair):
    row, owner, staff = pair
    posted(session, owner)
    row.unit.status = "frozen"
    session.commit()
    assert seen(session, staff) == []
    with refusal("unit_not_approved"):
        cooperation.publish(session, owner, wanted(), today())


def test_an_answer_once_given_stands_and_is_only_added_to(session, pair):
    """HL-96, HL-98; a "no" is no answer and may become one (HL-97)."""
    _row, owner, staff = pair
    need = posted(session, owner)
    (call,) = seen(session, staff)
    assert call.contact == "李四 138****1111"
    cooperation.answer(session, staff, call, "dismiss", "", today())
    assert (need.answered, call.state) == (0, "declined")
    cooperation.answer(session, staff, call, "respond", "我校有意合作", today())
    assert (need.responses, call.contact) == ("1 / 1", "李四 13800001111")
    for move in ("respond", "dismiss"):
        with refusal("wrong_state"):
            cooperation.answer(session, staff, call, move, "改口", today())
    cooperation.answer(session, staff, call, "supplement", "请下周来校", today())
    assert call.words == f"我校有意合作\n{today().isoformat()}  请下周来校"
    with refusal("answer_full"):
        cooperation.answer(session, staff, call, "supplement", "长" * 2000, today())
    told = session.scalars(select(Outbox.account_id).where(Outbox.template == "cooperation_answered")).all()
    assert set(told) == {owner.account_id}
    with refusal("wrong_state"):
        cooperation.change(session, owner, need, today())


def test_schools_ask_units_too_and_later_residents_read_it(session, pair):
    """HL-95: all needs of the schools of residency, those from before included."""
    _row, owner, staff = pair
    need = posted(session, staff)
    assert [call.need_id for call in seen(session, owner)] == [need.id]
    newcomer = samples.unit(session)
    late = samples.owner_of(session, newcomer)
    assert seen(session, late) == []
    resident(session, newcomer, _row.school)
    assert cooperation.follow(session, today()) == 1
    assert [call.need_id for call in seen(session, late)] == [need.id]
    session.refresh(need)
    assert need.reached == 2
    assert cooperation.follow(session, today()) == 0, "once only"


def test_what_is_withdrawn_or_over_is_read_by_those_who_answered_only(session, pair):
    row, owner, staff = pair
    second = samples.school(session)
    resident(session, row.unit, second)
    other = samples.school_admin(session, second)
    need, old = posted(session, owner), posted(session, owner)
    for call in seen(session, staff):
        cooperation.answer(session, staff, call, "respond", "有意合作", today())
    open_call = seen(session, other)[0]
    cooperation.withdraw(session, owner, need)
    old.valid_until = today() - timedelta(days=1)
    session.commit()
    assert (len(seen(session, staff)), seen(session, other)) == (2, [])
    with refusal("wrong_state"):
        cooperation.answer(session, other, open_call, "respond", "晚了", today())
    assert cooperation.follow(session, today()) == 1
    session.refresh(old)
    assert (old.state, need.state) == ("expired", "withdrawn")


def test_a_handler_and_the_staff_need_the_function(session, pair):
    row, owner, staff = pair
    posted(session, owner)
    handler = samples.owner_of(session, row.unit, Role.HANDLER, frozenset({"postings"}))
    clerk = type(staff)(staff.account_id, Role.SCHOOL, school_id=staff.school_id, grants=frozenset({"roster"}))
    with refusal("not_allowed"):
        cooperation.publish(session, handler, wanted(), today())
    assert seen(session, clerk) == []
    assert session.scalars(select(CooperationNeed).where(cooperation.mine(handler))).all() == []
    granted = samples.owner_of(session, row.unit, Role.HANDLER, frozenset({"residency"}))
    assert len(session.scalars(select(CooperationNeed).where(cooperation.mine(granted))).all()) == 1


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("body", "太短", "too_short"), ("body", "只要男生，女生不要来，提供住宿和补贴。", "unfit_words"),
        ("body", "每学期接收二十名学生，报名电话13912345678。", "unfit_words"), ("contact_phone", "12", "contact_form"),
        ("valid_until", today() - timedelta(days=1), "day_out_of_range"), ("valid_until", None, "missing"),
        ("valid_until", today() + timedelta(days=400), "day_out_of_range"),
    ],
)  # fmt: skip
def test_what_a_need_may_not_say(session, pair, field, value, code):
    with refusal(code):
        cooperation.publish(session, pair[1], wanted(**{field: value}), today())
