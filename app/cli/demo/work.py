"""What the demo world sends in, and what the demo reviewers have made of it so far."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from functools import partial
from random import Random
from typing import Any

from flask import current_app
from sqlalchemy.orm import Session

from app.cli.demo.bureau import Bureau, Step
from app.cli.demo.past import Past
from app.cli.demo.people import World
from app.gateways import demo_papers, demo_pictures, demo_work
from app.models.units import Unit
from app.review import desk
from app.review.files import store_pdf, store_picture
from app.rules.actor import Actor, Role
from app.rules.dates import ZONE, today
from app.rules.refused import Refused

POSTINGS, GIGS, UNIT_PICTURES = 180, 110, 56
AGED = 9  # of what waits: sent in so early that it is overdue, or nearly
LOOKED_AT = 12  # units whose licence is drawn in full
ON_PDF = (1, 4, 5)  # units that send the electronic one: approved, and waiting
RETURN = {"reason_codes": ("R01",), "reason_text": "请补齐材料后重新提交。"}
RETURNS = (
    {"reason_codes": ("R10",), "reason_text": "请核对薪酬范围后重新提交。"},
    {"reason_codes": ("R01",), "reason_text": "请写明工作地点与工作内容。"},
    {"reason_codes": ("R10", "R01"), "reason_text": "请核对薪酬，并补充工作内容。"},
)
REJECT = {"reason_codes": ("R18",), "reason_text": "不属于本平台受理范围。"}


def load(session: Session, world: World) -> None:
    """Everything, in the order in which it would happen in a month; what waits was sent in during the last days."""
    with Past(session) as past:
        bureau = Bureau(session, world, past)
        waiting: list[Step] = []
        bureau.work(_registrations(session, world, waiting), until=0.22)
        bureau.work(_images(session, world, waiting), until=0.32)
        bureau.work([*_residencies(session, world, waiting), *_changes(session, world, waiting)], until=0.4)
        steps = [*_postings(session, world, waiting), *_gigs(session, world, waiting)]
        past.random.shuffle(steps)
        past.random.shuffle(waiting)
        most, last = len(steps) * 6 // 10, len(steps) * 9 // 10
        bureau.work(steps[:most], until=0.76)
        bureau.work(_mixed(past, steps[most:last], waiting[:AGED]), until=0.93)
        bureau.work(_mixed(past, steps[last:], waiting[AGED:]), until=0.985)


def _mixed(past: Past, *parts: list[Step]) -> list[Step]:
    """All parts in an order by chance."""
    found = [step for part in parts for step in part]
    past.random.shuffle(found)
    return found


def _send(session: Session, who: Actor, kind: str, key: int) -> Any:
    """Sends it in; nothing where the checks refuse it."""
    try:
        return desk.submit(session, who, kind, key)
    except Refused:
        return None


def _picture(session: Session, data: bytes, name: str, actor: Actor) -> str:
    stored = store_picture(
        session,
        current_app.extensions["storage"],
        current_app.extensions["malware"],
        data,
        name,
        uploaded_by=actor.account_id,
    )
    return str(stored.id)


def _pdf(session: Session, data: bytes, name: str, actor: Actor) -> str:
    places = current_app.extensions["storage"], current_app.extensions["malware"]
    return str(store_pdf(session, *places, data, name, uploaded_by=actor.account_id).id)


def _registrations(session: Session, world: World, waiting: list[Step]) -> list[Step]:
    """Two of three approved, some waiting, returned, rejected; `owner` is approved, `owner2` waits."""
    steps = []
    for number, (unit, data, owner) in enumerate(world.units):
        if number % 12 == 11:
            continue  # a draft that was never sent in
        step = Step(partial(_register, session, unit, data, owner, number), "approve")
        if number == 1 or number % 6 == 5:
            step.verdict = ""
            waiting.append(step)
            continue
        if number % 17 == 9:
            step.verdict, step.words = "return", RETURN
        elif number % 29 == 14:
            step.verdict, step.words = "reject", REJECT
        steps.append(step)
    return steps


def _register(session: Session, unit: Unit, data: Any, owner: Actor, number: int) -> Any:
    files = [{"slot": "licence", "file_id": _licence(session, data, owner, number)}]
    files += [{"slot": s, "file_id": _paper(session, data, owner, s, number)} for s in ("handler_id", "letter")]
    desk.edit(session, owner, "unit_registration", unit.id, {"files": files}, unit.version)
    return desk.submit(session, owner, "unit_registration", unit.id)


def _licence(session: Session, data: object, owner: Actor, number: int) -> str:
    """The licence: drawn with care where somebody will look, plain elsewhere, because drawing takes time."""
    if number % 6 == 5 or number < LOOKED_AT:
        drawn = demo_papers.photographed(
            demo_pictures.licence(data.name, data.uscc, data.legal_rep.name, number), number
        )
    else:
        lines = (
            ("名称", data.name),
            ("信用代码", data.uscc),
            ("法定代表人", data.legal_rep.name),
            ("住所", data.address),
        )
        drawn = demo_papers.paper("营业执照", lines, number)
    if number in ON_PDF:
        more = demo_papers.paper("经营范围附页", (("名称", data.name), ("信用代码", data.uscc)), number)
        return _pdf(session, demo_papers.bound(drawn, more), "电子营业执照-演示.pdf", owner)
    return _picture(session, drawn, "营业执照-演示.jpg", owner)


PAPERS = {"handler_id": "经办人身份证件", "letter": "授权委托书", "change_proof": "变更登记通知书"}


def _paper(session: Session, data: object, owner: Actor, slot: str, number: int) -> str:
    lines = (("单位", data.name), ("信用代码", data.uscc), ("经办人", data.handler.name), ("有效期", "一年（演示）"))
    return _picture(session, demo_papers.paper(PAPERS[slot], lines, number), f"{PAPERS[slot]}-演示.jpg", owner)


def _images(session: Session, world: World, waiting: list[Step]) -> list[Step]:
    """Logos and shop fronts of units, pictures of persons; one carries a QR code."""
    approved = [(u, d, o) for u, d, o in world.units if u.status == "approved"]
    steps = []
    for number in range(UNIT_PICTURES):
        _unit, data, owner = approved[number % len(approved)]
        send = partial(_unit_picture, session, data, owner, number)
        if number % 3 == 0:
            steps.append(Step(send, "approve"))
        else:
            waiting.append(Step(send))
    for number, login in enumerate(("seeker", "student")):
        send = partial(_portrait, session, world.actors[login], number)
        if number == 0:
            steps.append(Step(send, "approve"))
        else:
            waiting.append(Step(send))
    return steps


def _unit_picture(session: Session, data: Any, owner: Actor, number: int) -> Any:
    if number % 4 == 3:
        slot, drawn, name = "logo", demo_pictures.logo(data.short_name, number), "单位标志.png"
    else:
        hidden = "https://example.invalid/demo" if number % 14 == 2 else None
        slot, drawn, name = "image", demo_pictures.storefront(data.short_name, number, with_qr=hidden), "门店外景.jpg"
    files = [{"slot": slot, "file_id": _picture(session, drawn, name, owner)}]
    try:
        medium = desk.create(session, owner, "unit_media", {"slot": slot, "title": name.split(".")[0], "files": files})
    except Refused:
        return None  # this unit has its three pictures already
    return desk.submit(session, owner, "unit_media", medium.id)


def _portrait(session: Session, who: Actor, number: int) -> Any:
    file_id = _picture(session, demo_pictures.portrait(number), "个人头像.jpg", who)
    files = [{"slot": "avatar", "file_id": file_id}]
    content = {"slot": "avatar", "title": "个人头像", "region_code": "310120", "files": files}
    medium = desk.create(session, who, "personal_media", content)
    return desk.submit(session, who, "personal_media", medium.id)


def _residencies(session: Session, world: World, waiting: list[Step]) -> list[Step]:
    """Units of Shaoguan at the demo school, and the owner's unit waiting for it."""
    here = [(u, o) for u, d, o in world.units if u.status == "approved" and d.region.startswith("4402")]
    steps = []
    for number, (unit, owner) in enumerate([*here[:12], *[(u, o) for u, _, o in world.units[:1]]]):
        step = Step(partial(_reside, session, owner, world.school.id))
        if number < 5:
            step.verdict, step.then = "approve", partial(world.residents.add, unit.id)
        elif number == 6:
            step.verdict = "return"
            step.words = {"reason_codes": ("R01",), "reason_text": "请说明面向的专业与岗位数。"}
        (steps if step.verdict else waiting).append(step)
    return steps


def _reside(session: Session, owner: Actor, school_id: int) -> Any:
    content = {"school_id": school_id, "statement": "面向贵校毕业生提供实习与就业岗位（演示）。"}
    return desk.submit(session, owner, "residency", desk.create(session, owner, "residency", content).id)


def _postings(session: Session, world: World, waiting: list[Step]) -> list[Step]:
    """Live, waiting, returned, draft and off; a few with faults that a reviewer must see."""
    usable = [(u, d, o) for u, d, o in world.units if u.status == "approved"]
    data = [d for _, d, _ in usable]
    everything = demo_work.postings(data, POSTINGS) + demo_work.troubled_postings(data)
    random, steps = Random("demo-postings"), []
    for count, one in enumerate(everything):
        number = random.randrange(1000)
        unit, _, owner = usable[one.unit]
        who = world.actors["handler"] if unit.id == world.actors["handler"].unit_id else owner
        who = Actor(
            **{**_as_dict(who), "role": Role.HANDLER, "grants": frozenset({"postings", "gigs", "media", "residency"})}
        )
        content = _posting_content(one, unit.name)
        if unit.id in world.residents:
            content["schools"] = [world.school.id]
        posting = desk.create(session, who, "posting", content)
        posting.source = "demo"
        if unit.id in world.clients and count % 3:
            posting.agency_id = world.actors["agency"].agency_id
        if number % 11 == 10:
            continue
        step = Step(partial(_send, session, who, "posting", posting.id))
        if one.expects or number % 4 == 0:
            waiting.append(step)
            continue
        step.verdict = "approve"
        if number % 23 == 7:
            step.verdict, step.words = "return", RETURNS[number % len(RETURNS)]
        elif number % 19 == 6:
            step.then = partial(desk.move, session, who, "posting", posting.id, "take_down")
        steps.append(step)
    return steps


def _as_person(owner: Actor) -> Actor:
    """The same account under its private hat."""
    return Actor(account_id=owner.account_id, role=Role.SEEKER, name=owner.name)


def _as_dict(actor: Actor) -> dict[str, object]:
    return {name: getattr(actor, name) for name in Actor.__slots__}


def _posting_content(one: demo_work.DemoPosting, unit_name: str) -> dict[str, object]:
    own = f"\n岗位由{unit_name}设置，入职即签订劳动合同。"  # no two units write the same text
    return {
        "title": one.title, "occupation_code": None, "headcount": one.headcount, "education": one.education,
        "experience": one.experience, "region_code": one.region, "address": one.address, "pay_min": one.pay_min,
        "pay_max": one.pay_max, "pay_negotiable": False, "pay_text": "", "benefits": one.benefits,
        "board_lodging": one.board_lodging, "requirements": one.requirements, "description": one.description + own,
        "valid_until": today() + timedelta(days=one.valid_days), "gender_ground": None, "gender_ground_note": "", "schools": [],
    }  # fmt: skip


def _gigs(session: Session, world: World, waiting: list[Step]) -> list[Step]:
    """Gig posts of persons and of the owner's unit."""
    senders = [world.actors["seeker"], world.actors["student"], world.actors["handler"]]
    senders[2] = Actor(**{**_as_dict(senders[2]), "grants": frozenset({"gigs"})})
    others = [_as_person(owner) for _, _, owner in world.units[2:32]]
    random, steps = Random("demo-gigs"), []
    for one in demo_work.gigs(GIGS) + demo_work.troubled_gigs():
        number = random.randrange(1000)
        who = random.choice(senders[: 2 if one.kind == "gig_wanted" else 3] + others)
        gig = desk.create(session, who, one.kind, _gig_content(one, random))
        if number % 13 == 12:
            continue
        step = Step(partial(_send, session, who, one.kind, gig.id))
        if one.expects or number % 4 == 0:
            waiting.append(step)
            continue
        step.verdict = "approve"
        if number % 17 == 4:
            step.then = partial(desk.move, session, who, one.kind, gig.id, "pause")
        elif number % 31 == 9:
            step.verdict, step.words = "return", RETURNS[number % len(RETURNS)]
        steps.append(step)
    return steps


def _gig_content(one: demo_work.DemoGig, random: Random) -> dict[str, object]:
    lasts = one.quantity if one.kind == "gig_offer" and one.quantity_unit == "day" else 0
    valid_days = min(one.valid_days, one.starts_in_days + lasts)
    start = datetime.combine(today() + timedelta(days=one.starts_in_days), time(8), ZONE)
    content: dict[str, object] = {
        "type_code": one.type_code, "title": one.title, "start_at": start, "headcount": one.headcount, "region_code": one.region,
        "address": one.address, "mode": one.mode, "own_tools": one.own_tools,
        "description": f"{one.description}集合地点：{one.address}。",
        "phone": f"1990000{random.randrange(10000):04d}", "phone_public": False,
        "valid_until": today() + timedelta(days=valid_days), "agreed": True,
    }  # fmt: skip
    if one.kind == "gig_wanted":
        return content | {
            "settlement": one.settlement, "expected_pay": one.amount, "pay_unit": one.pay_unit, "expected_time": one.expected_time,
        }  # fmt: skip
    return content | {
        "pay_amount": one.amount, "pay_unit": one.pay_unit, "quantity": one.quantity, "quantity_unit": one.quantity_unit,
        "requirements": one.requirements,
    }  # fmt: skip


def _changes(session: Session, world: World, waiting: list[Step]) -> list[Step]:
    """Changes of approved units wait on the desk."""
    approved = [(u, d, o) for u, d, o in world.units if u.status == "approved"]
    steps = []
    for number, one in enumerate(approved[2:14]):
        step = Step(partial(_change, session, one, number), "approve" if number % 5 == 4 else "")
        (steps if step.verdict else waiting).append(step)
    return steps


def _change(session: Session, one: Any, number: int) -> Any:
    unit, data, owner = one
    content = {name: getattr(unit, name) for name in unit.FACTS}
    content |= {
        "staff_count": (unit.staff_count or 10) * 2, "address": f"{unit.address}2楼", "note": "搬迁扩建（演示）",
    }  # fmt: skip
    if number % 3 == 0:
        content["legal_rep"] = data.handler.name
    file_id = _paper(session, data, owner, "change_proof", number + 9000)
    content["files"] = [{"slot": "change_proof", "file_id": file_id}] if number % 2 else []
    change = desk.create(session, owner, "unit_change", content)
    return desk.submit(session, owner, "unit_change", change.id)
