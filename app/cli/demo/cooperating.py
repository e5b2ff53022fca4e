"""校企合作 as the demo world shows it: needs of units and of schools, answered, declined and waiting."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cli.demo.people import World
from app.models.cooperation import CooperationCall, CooperationNeed
from app.models.schools import Residency, School
from app.review import cooperation
from app.rules.actor import Actor, Role
from app.rules.dates import today
from app.rules.hats import RESIDENCY

OF_UNITS = (
    (
        "internship",
        "共建实习实训基地（演示）",
        "每学期接收二十名学生到岗实习，提供带教老师、实习补贴和住宿，希望与贵校共建实训基地。",
    ),
    (
        "joint_course",
        "仓储管理订单班（演示）",
        "希望与物流管理专业合办一个订单班，企业讲师每周授课一天，毕业后择优录用。",
    ),
    ("campus_talk", "秋季校园宣讲（演示）", "拟于下月到校宣讲，请协助安排可容纳一百人的教室和投影设备。"),
)
OF_SCHOOL = (
    ("teachers", "邀请企业讲师进课堂（演示）", "诚邀熟悉生产一线的技术人员担任兼职讲师，每学期授课十六学时。"),
    ("recruiting", "推荐应届毕业生（演示）", "今年有会计、电商、机电专业毕业生三百余人，欢迎入驻单位提供岗位。"),
)


def load(session: Session, world: World) -> None:
    """The demo school and its residents; the named unit is resident at a second school."""
    school = world.actors["school"]
    residents = [owner for unit, _data, owner in world.units if unit.id in world.residents]
    needs = [_post(session, owner, *words) for owner, words in zip(residents, OF_UNITS, strict=False)]
    for need, move in zip(needs, ("respond", "dismiss"), strict=False):
        _answer(session, school, need, move)
    for words in OF_SCHOOL:
        need = _post(session, school, *words)
        for owner in residents[:1]:
            _answer(session, owner, need, "respond")
    _named(session, world)
    session.flush()


def _named(session: Session, world: World) -> None:
    """The approved unit of the named logins at another school, which has needs of its own."""
    other: Any = session.scalars(select(School).where(School.id != world.school.id).order_by(School.id).limit(1)).one()
    unit, owner = next((unit, owner) for unit, _data, owner in world.units if owner is world.actors["owner"])
    session.add(Residency(unit_id=unit.id, school_id=other.id, region_code=other.region_code, status="active"))
    session.flush()
    _post(session, owner, *OF_UNITS[0])
    staff = Actor(
        world.actors["school"].account_id, Role.SCHOOL, school_id=other.id, region_code=other.region_code,
        grants=frozenset({RESIDENCY}),
    )  # fmt: skip
    _post(session, staff, *OF_SCHOOL[0])
    _post(session, staff, *OF_SCHOOL[1])


def _post(session: Session, by: Actor, topic: str, title: str, body: str) -> CooperationNeed:
    row = CooperationNeed(
        topic=topic, title=title, body=body, contact_name="李演示", contact_phone="19900009912",
        valid_until=today() + timedelta(days=60),
    )  # fmt: skip
    cooperation.publish(session, by, row, today())
    return row


def _answer(session: Session, by: Actor, need: Any, move: str) -> None:
    here = CooperationCall.school_id == by.school_id if by.school_id else CooperationCall.unit_id == by.unit_id
    call = session.scalars(select(CooperationCall).where(CooperationCall.need_id == need.id, here)).one()
    said = "我校物流管理专业有意合作，请下周来校面谈。" if by.school_id else "我单位可派两名技术人员，欢迎联系。"
    cooperation.answer(session, by, call, move, said if move == "respond" else "本学期实习已安排完毕。", today())
