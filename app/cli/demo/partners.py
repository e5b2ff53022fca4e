"""Agencies on their way to the platform, and employers that prove themselves, as the demo world shows them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import current_app
from sqlalchemy.orm import Session

from app.cli.demo.people import FENGXIAN, World
from app.gateways import demo_papers, demo_people
from app.models.accounts import Person
from app.review import decide, desk, queue
from app.review.files import store_picture
from app.rules.actor import Actor
from app.rules.dates import today

NAMES = {
    "approval": "设立批准文件", "letter": "授权委托书", "handler_id": "经办人身份证件", "holder_photo": "手持身份证照片",
    "licence": "营业执照", "hr_licence": "人力资源服务许可证", "employment_proof": "在职证明", "id_front": "证件人像面",
    "id_back": "证件背面",
}  # fmt: skip
COMMERCIAL = "上海演示园区人力资源有限公司"


def load(session: Session, world: World) -> None:
    """A public agency waits for the operator, a commercial one for the bureau; one employer is certified, one waits.

    So do a newcomer and a claim to a unit.
    """
    _entries(session, world)
    _certifications(session, world)
    _proof(session, world)
    _takeover(session, world)


def _entries(session: Session, world: World) -> None:
    seeker, student = world.actors["seeker"], world.actors["student"]
    public = _entry(
        "演示南桥公共就业服务站", "public", seeker, _papers(session, seeker, "approval", "letter", "handler_id")
    )
    made = desk.create(session, seeker, "agency_entry", public)
    desk.submit(session, seeker, "agency_entry", made.id)
    papers = _papers(session, student, "holder_photo", "licence", "letter", "hr_licence")
    private = _entry(COMMERCIAL, "commercial", student, papers) | {
        "uscc": demo_people.unit_code("91", FENGXIAN, 996),
        "licence_no": "（沪）人服证字〔2024〕第演示001号",
        "licence_valid_from": (today() - timedelta(days=600)).isoformat(),
        "licence_valid_until": (today() + timedelta(days=1200)).isoformat(),
        "photo_consent": True,
    }
    made = desk.create(session, student, "agency_entry", private)
    desk.move(session, student, "agency_entry", made.id, "ask")


def _entry(name: str, kind: str, who: Actor, papers: list[dict[str, str]]) -> dict[str, Any]:
    return {
        "name": name, "agency_kind": kind, "region_code": FENGXIAN, "service_scope": "职业中介，网络招聘服务",
        "contact_name": who.name, "contact_phone": "19900009911", "files": papers,
    }  # fmt: skip


def _certifications(session: Session, world: World) -> None:
    approved = [(unit, owner) for unit, _data, owner in world.units if unit.status == "approved"]
    near = [pair for pair in approved if pair[0].region_code == FENGXIAN][:2]
    for number, (_unit, owner) in enumerate(near):
        content = {
            "title": "人事主管", "employed_since": "2021-03-01", "note": "演示",
            "proof_name": session.get_one(Person, owner.account_id).real_name, "proof_date": today().isoformat(),
            "files": _papers(session, owner, "employment_proof"),
        }  # fmt: skip
        made = desk.create(session, owner, "employer_certification", content)
        sent = desk.submit(session, owner, "employer_certification", made.id)
        if number:
            _approve(session, world.actors["reviewer2"], sent)


def _approve(session: Session, who: Actor, sent: Any) -> None:
    found = queue.claim(session, who, sent.id)
    decide.decide(
        session, who, found.id, "approve", version=found.version, epoch=found.epoch, digest=found.evidence_digest,
        acknowledged=[check["code"] for check in found.checks if check["severity"] == "high"], reason_text="材料已核对。",
    )  # fmt: skip


def _proof(session: Session, world: World) -> None:
    """A newcomer's document waits for the bureau."""
    who = world.actors["newcomer"]
    person = session.get_one(Person, who.account_id)
    content = {
        "real_name": person.real_name, "document_kind": "resident_id", "id_number": person.id_number, "region_code": FENGXIAN,
        "agreed": True, "files": _papers(session, who, "id_front", "id_back"),
    }  # fmt: skip
    made = desk.create(session, who, "identity_proof", content)
    desk.submit(session, who, "identity_proof", made.id)


def _takeover(session: Session, world: World) -> None:
    """A unit whose owner is lost is claimed by somebody else."""
    seeker = world.actors["seeker"]
    lost = next(
        unit
        for unit, _data, _owner in reversed(world.units)
        if unit.status == "approved" and unit.region_code == FENGXIAN
    )
    content = {
        "uscc": lost.uscc, "name": lost.name, "reason": "原经办人已于上月离职，手机停机，单位现由本人负责招聘（演示）。",
        "agreed": True, "files": _papers(session, seeker, "handler_id", "holder_photo", "licence", "letter"),
    }  # fmt: skip
    made = desk.create(session, seeker, "unit_takeover", content)
    desk.submit(session, seeker, "unit_takeover", made.id)


def _papers(session: Session, who: Actor, *slots: str) -> list[dict[str, str]]:
    made = []
    for number, slot in enumerate(slots):
        lines = (("名称", "演示材料"), ("说明", "本材料由系统生成，仅供演示"))
        data = demo_papers.paper(NAMES[slot], lines, 700 + number)
        storage, malware = current_app.extensions["storage"], current_app.extensions["malware"]
        stored = store_picture(session, storage, malware, data, f"{NAMES[slot]}-演示.jpg", uploaded_by=who.account_id)
        made.append({"slot": slot, "file_id": str(stored.id)})
    return made
