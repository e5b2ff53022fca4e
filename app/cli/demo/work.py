"""What the demo world sends in, and what the demo reviewers have made of it so far."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from random import Random

from flask import current_app
from sqlalchemy.orm import Session

from app.cli.demo.people import World
from app.gateways import demo_papers, demo_pictures, demo_work
from app.review import decide, desk, queue
from app.review.files import store_picture
from app.rules.actor import Actor, Role, covers
from app.rules.dates import ZONE, today
from app.rules.refused import Refused

POSTINGS, GIGS, UNIT_PICTURES = 180, 110, 56
LOOKED_AT = 12  # units whose licence is drawn in full
RETURN = {"reason_codes": ("R01",), "reason_text": "请补齐材料后重新提交。"}
REJECT = {"reason_codes": ("R18",), "reason_text": "不属于本平台受理范围。"}


class Bureau:
    """The demo reviewers at work."""

    def __init__(self, session: Session, world: World) -> None:
        self.session = session
        self.reviewers = [world.actors[n] for n in ("reviewer2", "reviewer", "reviewer.sg")]
        self.school = world.actors["school"]

    def settle(self, found: object, verdict: str, **words: object) -> None:
        """Claims and decides a round as the first reviewer in whose division it lies."""
        if found is None:
            return
        who = self.school if found.kind == "residency" else self._reviewer(found.region_code)
        claimed = queue.claim(self.session, who, found.id)
        if verdict == "approve":
            words = {"reason_text": "已人工核实，予以通过。"}
        decide.decide(
            self.session,
            who,
            claimed.id,
            verdict,
            version=claimed.version,
            epoch=claimed.epoch,
            digest=claimed.evidence_digest,
            **words,
        )

    def _reviewer(self, region: str) -> Actor:
        return next(r for r in self.reviewers if covers(r.region_code, region))


def load(session: Session, world: World) -> None:
    """Everything, in the order in which it would happen."""
    bureau = Bureau(session, world)
    _registrations(session, world, bureau)
    _images(session, world, bureau)
    _residencies(session, world, bureau)
    _postings(session, world, bureau)
    _gigs(session, world, bureau)
    _changes(session, world, bureau)


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


def _registrations(session: Session, world: World, bureau: Bureau) -> None:
    """Two of three approved, some waiting, returned, rejected; `owner` is approved, `owner2` waits."""
    for number, (unit, data, owner) in enumerate(world.units):
        if number % 12 == 11:
            continue  # a draft that was never sent in
        files = [{"slot": "licence", "file_id": _licence(session, data, owner, number)}]
        files += [{"slot": s, "file_id": _paper(session, data, owner, s, number)} for s in ("handler_id", "letter")]
        desk.edit(session, owner, "unit_registration", unit.id, {"files": files}, unit.version)
        found = desk.submit(session, owner, "unit_registration", unit.id)
        if number == 1 or number % 6 == 5:
            continue
        if number % 17 == 9:
            bureau.settle(found, "return", **RETURN)
        elif number % 29 == 14:
            bureau.settle(found, "reject", **REJECT)
        else:
            bureau.settle(found, "approve")


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
    return _picture(session, drawn, "营业执照-演示.jpg", owner)


PAPERS = {"handler_id": "经办人身份证件", "letter": "授权委托书", "change_proof": "变更登记通知书"}


def _paper(session: Session, data: object, owner: Actor, slot: str, number: int) -> str:
    lines = (("单位", data.name), ("信用代码", data.uscc), ("经办人", data.handler.name), ("有效期", "一年（演示）"))
    return _picture(session, demo_papers.paper(PAPERS[slot], lines, number), f"{PAPERS[slot]}-演示.jpg", owner)


def _images(session: Session, world: World, bureau: Bureau) -> None:
    """Logos and shop fronts of units, pictures of persons; one carries a QR code."""
    approved = [(u, d, o) for u, d, o in world.units if u.status == "approved"]
    for number in range(UNIT_PICTURES):
        _unit, data, owner = approved[number % len(approved)]
        if number % 4 == 3:
            slot, drawn, name = "logo", demo_pictures.logo(data.short_name, number), "单位标志.png"
        else:
            hidden = "https://example.invalid/demo" if number % 14 == 2 else None
            slot, drawn, name = (
                "image",
                demo_pictures.storefront(data.short_name, number, with_qr=hidden),
                "门店外景.jpg",
            )
        content = {
            "slot": slot,
            "title": name.split(".")[0],
            "files": [{"slot": slot, "file_id": _picture(session, drawn, name, owner)}],
        }
        try:
            medium = desk.create(session, owner, "unit_media", content)
        except Refused:
            continue  # this unit has its three pictures already
        found = desk.submit(session, owner, "unit_media", medium.id)
        if number % 3 == 0:
            bureau.settle(found, "approve")
    for number, login in enumerate(("seeker", "student")):
        who = world.actors[login]
        drawn = demo_pictures.portrait(number)
        file_id = _picture(session, drawn, "个人头像.jpg", who)
        content = {
            "slot": "avatar",
            "title": "个人头像",
            "region_code": "310120",
            "files": [{"slot": "avatar", "file_id": file_id}],
        }
        medium = desk.create(session, who, "personal_media", content)
        found = desk.submit(session, who, "personal_media", medium.id)
        if number == 0:
            bureau.settle(found, "approve")


def _residencies(session: Session, world: World, bureau: Bureau) -> None:
    """Units of Shaoguan at the demo school, and the owner's unit waiting for it."""
    here = [(u, o) for u, d, o in world.units if u.status == "approved" and d.region.startswith("4402")]
    for number, (unit, owner) in enumerate([*here[:12], *[(u, o) for u, _, o in world.units[:1]]]):
        content = {"school_id": world.school.id, "statement": "面向贵校毕业生提供实习与就业岗位（演示）。"}
        asked = desk.create(session, owner, "residency", content)
        found = desk.submit(session, owner, "residency", asked.id)
        if number < 5:
            bureau.settle(found, "approve")
            world.residents.add(unit.id)
        elif number == 6:
            bureau.settle(found, "return", reason_codes=("R01",), reason_text="请说明面向的专业与岗位数。")


def _postings(session: Session, world: World, bureau: Bureau) -> None:
    """Live, waiting, returned, draft and off; a few with faults that a reviewer must see."""
    usable = [(u, d, o) for u, d, o in world.units if u.status == "approved"]
    data = [d for _, d, _ in usable]
    everything = demo_work.postings(data, POSTINGS) + demo_work.troubled_postings(data)
    random = Random("demo-postings")
    for one in everything:
        number = random.randrange(1000)
        unit, _, owner = usable[one.unit]
        who = world.actors["handler"] if unit.id == world.actors["handler"].unit_id else owner
        who = Actor(**{**_as_dict(who), "grants": frozenset({"postings", "gigs", "media", "residency"})})
        content = _posting_content(one, unit.name)
        if unit.id in world.residents:
            content["schools"] = [world.school.id]
        posting = desk.create(session, who, "posting", content)
        posting.source = "demo"
        if number % 11 == 10:
            continue
        try:
            found = desk.submit(session, who, "posting", posting.id)
        except Refused:
            continue
        if one.expects or number % 4 == 0:
            continue
        if number % 23 == 7:
            bureau.settle(found, "return", reason_codes=("R10",), reason_text="请核对薪酬范围后重新提交。")
            continue
        bureau.settle(found, "approve")
        if number % 19 == 6:
            desk.move(session, who, "posting", posting.id, "take_down")


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


def _gigs(session: Session, world: World, bureau: Bureau) -> None:
    """Gig posts of persons and of the owner's unit."""
    senders = [world.actors["seeker"], world.actors["student"], world.actors["handler"]]
    senders[2] = Actor(**{**_as_dict(senders[2]), "grants": frozenset({"gigs"})})
    others = [_as_person(owner) for _, _, owner in world.units[2:32]]
    random = Random("demo-gigs")
    for one in demo_work.gigs(GIGS) + demo_work.troubled_gigs():
        number = random.randrange(1000)
        who = random.choice(senders[: 2 if one.kind == "gig_wanted" else 3] + others)
        gig = desk.create(session, who, one.kind, _gig_content(one, random))
        if number % 13 == 12:
            continue
        try:
            found = desk.submit(session, who, one.kind, gig.id)
        except Refused:
            continue
        if one.expects or number % 4 == 0:
            continue
        bureau.settle(found, "approve")
        if number % 17 == 4:
            desk.move(session, who, one.kind, gig.id, "pause")


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


def _changes(session: Session, world: World, bureau: Bureau) -> None:
    """Changes of approved units wait on the desk."""
    approved = [(u, d, o) for u, d, o in world.units if u.status == "approved"]
    for number, (unit, data, owner) in enumerate(approved[2:14]):
        content = {name: getattr(unit, name) for name in unit.FACTS}
        content |= {
            "staff_count": (unit.staff_count or 10) * 2,
            "address": f"{unit.address}2楼",
            "note": "搬迁扩建（演示）",
        }
        if number % 3 == 0:
            content["legal_rep"] = data.handler.name
        file_id = _paper(session, data, owner, "change_proof", number + 9000)
        content["files"] = [{"slot": "change_proof", "file_id": file_id}] if number % 2 else []
        change = desk.create(session, owner, "unit_change", content)
        found = desk.submit(session, owner, "unit_change", change.id)
        if number % 5 == 4:
            bureau.settle(found, "approve")
