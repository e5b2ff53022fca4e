"""A small world for the desk's tests: people under their hats, units, files, and content for every kind."""

from __future__ import annotations

import itertools
from dataclasses import replace
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models.accounts import Hat, Person
from app.models.base import vault
from app.models.files import StoredFile
from app.models.review import ReviewRound
from app.models.schools import School, Student
from app.models.units import Unit
from app.review import decide, desk, queue
from app.review.kinds import KINDS
from app.rules.actor import Actor, Role
from app.rules.codes import resident_check_char, uscc_check_char
from app.rules.dates import ZONE, today
from app.rules.hats import SCHOOL_FUNCTIONS
from app.rules.refused import Refused

REGION = "310120"
FOREIGN = "440203"
SCHOOL_REGION = "440203"
GRANTS = frozenset({"postings", "media", "gigs", "residency"})

_numbers = itertools.count(1)


def refusal(code: str) -> Any:
    """The refusal must bear exactly this code."""
    return pytest.raises(Refused, match=f"^{code}$")


def uscc(number: int) -> str:
    """A credit code with right check characters for the whole and for the organisation part."""
    body = f"{number % 10**8:08d}"
    weights = (3, 7, 9, 10, 5, 8, 4, 2)
    check = (11 - sum(int(d) * w for d, w in zip(body, weights, strict=True)) % 11) % 11
    first = f"91310120{body}{'X' if check == 10 else check}"
    return first + uscc_check_char(first)


def account(session: Session, *, level: int = 2, phone: str = "") -> int:
    """An account of a real-named adult."""
    number = next(_numbers)
    user = User(
        first_name=f"测试{number}",
        last_name="张",
        username=f"t{number}-{datetime.now(ZONE).timestamp()}",
        email=f"t{number}-{datetime.now(ZONE).timestamp()}@example.cn",
        active=True,
        password="-",
    )
    session.add(user)
    session.commit()
    session.add(Person(account_id=user.id, real_name=f"张测试{number}", identity_level=level, born_on=date(1990, 5, 1)))
    session.commit()
    return user.id


def reviewer(session: Session, region: str = "310000", role: Role = Role.REVIEWER) -> Actor:
    return Actor(account_id=account(session), role=role, name="reviewer", region_code=region)


def school_admin(session: Session, school: School) -> Actor:
    return Actor(
        account_id=account(session),
        role=Role.SCHOOL,
        school_id=school.id,
        grants=frozenset(SCHOOL_FUNCTIONS),
        region_code=school.region_code,
        affiliated_schools=frozenset({school.id}),
    )


def seeker(session: Session) -> Actor:
    return Actor(account_id=account(session), role=Role.SEEKER, region_code=REGION)


def owner_of(session: Session, unit: Unit, role: Role = Role.OWNER, grants: frozenset[str] = GRANTS) -> Actor:
    number = account(session)
    session.add(Hat(account_id=number, role=role.value, unit_id=unit.id, grants=sorted(grants)))
    session.commit()
    return Actor(
        account_id=number,
        role=role,
        unit_id=unit.id,
        region_code=unit.region_code,
        grants=grants,
        affiliated_units=frozenset({unit.id}),
    )


def unit(session: Session, *, status: str = "approved", region: str = REGION, **more: Any) -> Unit:
    """A unit written straight into the table: the state before the story begins."""
    number = next(_numbers)
    row = Unit(
        **{
            "name": f"测试第{number}号商贸有限公司",
            "uscc": uscc(number),
            "nature": "enterprise",
            "account_kind": "business",
            "region_code": region,
            "address": "上海市奉贤区南桥镇解放路1号",
            "staff_count": 100,
            "contact_name": "张三",
            "contact_phone": "13800138000",
            "status": status,
            "verified_on": today(),
            "source": "form",
            "reverify_due": today() + timedelta(days=100),
            "intro": "做日用品批发。",
        }
        | more
    )
    row.phone_hash = vault().blind(row.contact_phone, "phone") if row.contact_phone else None
    session.add(row)
    session.flush()
    if row.created_by_id is not None:  # whoever registers a unit owns it
        session.add(Hat(account_id=row.created_by_id, role="unit_owner", unit_id=row.id))
    session.commit()
    return row


def school(session: Session) -> School:
    number = next(_numbers)
    row = School(code=f"9{number:05d}", name=f"测试第{number}学院", region_code=SCHOOL_REGION)
    session.add(row)
    session.commit()
    return row


def student(of: School, number: str = "2024010101") -> Student:
    """Somebody on the roster of a school; not yet added to the session."""
    row = Student(
        school_id=of.id,
        name="周测试",
        student_no=number,
        document_kind="resident_id",
        id_number=resident_id(next(_numbers)),
        phone="13800138001",
        education="bachelor",
        graduation_year=today().year + 1,
    )
    row.index_personal()
    return row


def resident_id(number: int) -> str:
    """A document number with its right last character."""
    first = f"11010120050101{number % 1000:03d}"
    return first + resident_check_char(first)


def stored_file(session: Session, uploaded_by: int, **more: Any) -> StoredFile:
    number = next(_numbers)
    row = StoredFile(
        **{
            "key": f"key-{number}-{datetime.now(ZONE).timestamp()}",
            "name": f"picture{number}.jpg",
            "mime": "image/jpeg",
            "size": 120_000,
            "width": 900,
            "height": 900,
            "sha256": sha256(f"{number}".encode()).hexdigest(),
            "phash": None,
            "uploaded_by_id": uploaded_by,
        }
        | more
    )
    session.add(row)
    session.commit()
    return row


def really_stored(session: Session, storage: Any, account_id: int) -> list[str]:
    """Puts something behind the files of an account: the keys under which it lies."""
    files = session.scalars(select(StoredFile).where(StoredFile.uploaded_by_id == account_id)).all()
    for file in files:
        file.key, file.thumb_key = storage.put(b"picture", "jpg"), None
    session.commit()
    return [file.key for file in files]


def attached(session: Session, uploaded_by: int, *slots: str) -> list[dict[str, str]]:
    return [{"slot": slot, "file_id": str(stored_file(session, uploaded_by).id)} for slot in slots]


def posting_content(**more: Any) -> dict[str, Any]:
    return {
        "title": f"仓库管理员{next(_numbers)}",
        "headcount": 3,
        "education": "any",
        "region_code": REGION,
        "address": "南桥镇解放路1号",
        "pay_min": 6000,
        "pay_max": 8000,
        "pay_negotiable": False,
        "requirements": "能使用办公软件，做事细心。",
        "description": f"负责仓库收发货与盘点，登记出入库台账，第{next(_numbers)}号库房。",
        "valid_until": (today() + timedelta(days=30)).isoformat(),
    } | more


def offer_content(**more: Any) -> dict[str, Any]:
    return {
        "type_code": "other",
        "title": f"展会搬运{next(_numbers)}",
        "start_at": datetime.now(ZONE) + timedelta(days=3),
        "headcount": 5,
        "region_code": REGION,
        "address": "南桥镇会展中心",
        "mode": "onsite",
        "pay_amount": "200",
        "pay_unit": "day",
        "quantity": 2,
        "quantity_unit": "day",
        "description": f"搬运展板和桌椅，第{next(_numbers)}批。",
        "phone": "13900139000",
        "phone_public": False,
        "valid_until": today() + timedelta(days=20),
        "agreed": True,
    } | more


def wanted_content(**more: Any) -> dict[str, Any]:
    return {
        "type_code": "other",
        "title": f"周末搬运{next(_numbers)}",
        "start_at": datetime.now(ZONE) + timedelta(days=3),
        "headcount": 1,
        "region_code": REGION,
        "address": "南桥镇",
        "mode": "onsite",
        "settlement": "day",
        "expected_pay": "200",
        "pay_unit": "day",
        "expected_time": "周六周日 8:00-12:00",
        "description": f"做过三年搬运，第{next(_numbers)}份。",
        "phone": "13900139001",
        "phone_public": False,
        "valid_until": today() + timedelta(days=20),
        "agreed": True,
    } | more


def own_phone(session: Session, account_id: int) -> str:
    """The proven telephone of the account; it has one from now on."""
    person = session.get(Person, account_id)
    if person is None:
        return "13700137000"
    if not person.phone:
        person.set_phone(f"137{next(_numbers):08d}")
        session.commit()
    return str(person.phone)


def unit_content(session: Session, account_id: int, **more: Any) -> dict[str, Any]:
    """A registration that lacks nothing: the contact is whoever registers."""
    number = next(_numbers)
    return {
        "name": f"新办第{number}号商贸有限公司",
        "uscc": uscc(number),
        "nature": "enterprise",
        "account_kind": "business",
        "region_code": REGION,
        "address": "上海市奉贤区南桥镇环城路2号",
        "staff_count": 20,
        "contact_name": "李四",
        "contact_phone": own_phone(session, account_id),
        "legal_rep": "王五",
        "founded_on": "2015-06-01",
        "licence_valid_until": (today() + timedelta(days=900)).isoformat(),
        "letter_valid_until": (today() + timedelta(days=300)).isoformat(),
        "intro": "做日用品批发。",
        "files": attached(session, account_id, "licence", "handler_id", "letter"),
    } | more


# Kinds that a person sends in, not a unit.
PERSONAL = (
    "unit_registration", "personal_media", "gig_wanted", "agency_entry", "account_appeal", "identity_proof", "unit_takeover",
)  # fmt: skip


def entry_content(session: Session, account_id: int, **more: Any) -> dict[str, Any]:
    """A public agency that lacks nothing."""
    return {
        "name": f"测试第{next(_numbers)}人力资源服务中心",
        "agency_kind": "public",
        "region_code": REGION,
        "service_scope": "职业介绍、网络招聘",
        "contact_name": "李四",
        "contact_phone": "13700137000",
        "files": attached(session, account_id, "approval", "letter", "handler_id"),
    } | more


def operator(session: Session) -> Actor:
    return Actor(account_id=account(session), role=Role.OPERATOR, name="operator")


def appeal_content(session: Session, account_id: int, **more: Any) -> dict[str, Any]:
    """An appeal for an account that exists and nobody can log in with any more."""
    lost = session.get_one(Person, account(session))
    lost.set_id_number(resident_id(next(_numbers)))
    session.commit()
    return {
        "party": "person",
        "wish": "password",
        "real_name": lost.real_name,
        "document_kind": "resident_id",
        "id_number": lost.id_number,
        "phone": f"139{next(_numbers):08d}",
        "reason": "手机丢失，号码已注销。",
        "region_code": REGION,
        "agreed": True,
        "files": attached(session, account_id, "id_front", "id_hand"),
    } | more


def proof_content(session: Session, account_id: int, **more: Any) -> dict[str, Any]:
    """The document of somebody who has registered with it and proven the telephone only."""
    person = session.get_one(Person, account_id)
    number = resident_id(next(_numbers))
    person.id_number, person.id_hash, person.claim_hash = number, None, vault().blind(number, "id_number")
    person.identity_level = 1
    session.commit()
    return {
        "real_name": person.real_name,
        "document_kind": "resident_id",
        "id_number": number,
        "region_code": REGION,
        "agreed": True,
        "files": attached(session, account_id, "id_front", "id_back"),
    } | more


def takeover_content(session: Session, account_id: int, of: Unit | None = None, **more: Any) -> dict[str, Any]:
    """A claim to a unit that nobody owns any more."""
    claimed = of or unit(session)
    return {
        "uscc": claimed.uscc,
        "name": claimed.name,
        "reason": "原经办人离职，手机已停机。",
        "agreed": True,
        "files": attached(session, account_id, "handler_id", "holder_photo", "licence", "letter"),
    } | more


class Story:
    """One kind with the people around it: who sends, who decides, and fresh content."""

    def __init__(self, session: Session, key: str) -> None:
        self.session, self.key = session, key
        self.school = school(session) if key == "residency" else None
        self.unit = None if key in PERSONAL else unit(session)
        side = Role.OWNER if Role.OWNER in KINDS[key].sender_roles else Role.HANDLER
        self.sender = seeker(session) if self.unit is None else owner_of(session, self.unit, side)
        self.decider = school_admin(session, self.school) if self.school else reviewer(session)
        if key == "agency_entry":
            self.decider = operator(session)
        other = school(session)
        self.stranger = school_admin(session, other) if self.school else reviewer(session, FOREIGN)

    def content(self, **more: Any) -> dict[str, Any]:
        """Content for a new row."""
        me = self.sender.account_id
        made: dict[str, Any] = {
            "unit_registration": lambda: unit_content(self.session, me),
            "unit_change": lambda: {
                "address": f"南桥镇新建路{next(_numbers)}号",
                "contact_phone": own_phone(self.session, me),
                "note": "搬了家",
                "files": attached(self.session, me, "change_proof"),
            },
            "unit_media": lambda: {"slot": "image", "title": "车间", "files": attached(self.session, me, "image")},
            "personal_media": lambda: {"slot": "image", "title": "作品", "files": attached(self.session, me, "image")},
            "gig_offer": lambda: offer_content(files=attached(self.session, me, "environment")),
            "gig_wanted": wanted_content,
            "posting": posting_content,
            "agency_entry": lambda: entry_content(self.session, me),
            "employer_certification": lambda: {
                "title": "人事主管",
                "employed_since": "2020-03-01",
                "proof_name": self.session.get_one(Person, me).real_name,
                "proof_date": today().isoformat(),
                "note": "在职",
                "files": attached(self.session, me, "employment_proof"),
            },
            "account_appeal": lambda: appeal_content(self.session, me),
            "identity_proof": lambda: proof_content(self.session, me),
            "unit_takeover": lambda: takeover_content(self.session, me),
            "residency": lambda: {"school_id": self.school.id if self.school else 0, "statement": "我们招会计。"},
        }[self.key]()
        return made | more

    def mended(self) -> dict[str, Any]:
        """A change of content for an existing row."""
        number = next(_numbers)
        return {
            "unit_registration": {"address": f"上海市奉贤区南桥镇环城路{number}号"},
            "unit_change": {"address": f"南桥镇新建路{number}号"},
            "unit_media": {"title": f"车间{number}"},
            "personal_media": {"title": f"作品{number}"},
            "gig_offer": {"address": f"南桥镇会展中心{number}号馆"},
            "gig_wanted": {"expected_time": f"周六 {number % 12}:00-13:00"},
            "posting": {"address": f"南桥镇解放路{number}号"},
            "agency_entry": {"service_scope": f"职业介绍{number}"},
            "employer_certification": {"note": f"在职{number}年"},
            "residency": {"statement": f"我们招会计{number}名。"},
            "account_appeal": {"reason": f"手机丢失，号码{number}已注销。"},
            "unit_takeover": {"reason": f"原经办人离职，手机{number}已停机。"},
            "identity_proof": {"real_name": f"王{'甲乙丙丁戊己庚辛'[number % 8]}{'一二三四五六七八九'[number % 9]}"},
        }[self.key]

    def created(self, **more: Any) -> Any:
        return desk.create(self.session, self.sender, self.key, self.content(**more))

    def submitted(self, **more: Any) -> tuple[Any, ReviewRound]:
        subject = self.created(**more)
        return subject, desk.submit(self.session, self.sender, self.key, subject.id)

    def claimed(self, **more: Any) -> tuple[Any, ReviewRound]:
        subject, row = self.submitted(**more)
        return subject, queue.claim(self.session, self.decider, row.id)

    def decided(self, verdict: str = "approve", **more: Any) -> tuple[Any, ReviewRound]:
        subject, row = self.claimed(**more)
        say(self.session, self.decider, row, verdict)
        return subject, row


def say(session: Session, actor: Actor, row: ReviewRound, verdict: str = "approve", **more: Any) -> dict[str, Any]:
    """Decides what the actor just saw."""
    high = [c["code"] for c in row.checks if c["severity"] == "high"]
    agreed = {"reason_text": "已核实"} if high or row.alone else {}
    grounds: dict[str, Any] = agreed if verdict == "approve" else {"reason_codes": "R99", "reason_text": "请补充说明"}
    seen = {"version": row.version, "epoch": row.epoch, "digest": row.evidence_digest, "acknowledged": high}
    return decide.decide(session, actor, row.id, verdict, **(seen | grounds | more))


def open_round(session: Session, key: str, subject_id: int) -> ReviewRound | None:
    return session.scalars(
        select(ReviewRound)
        .where(
            ReviewRound.kind == key,
            ReviewRound.subject_id == subject_id,
            ReviewRound.state.in_(("queued", "second", "need_info", "held")),
        )
        .execution_options(populate_existing=True)
    ).one_or_none()


def affiliated(actor: Actor, unit_id: int) -> Actor:
    """The same person, who also belongs to a unit."""
    return replace(actor, affiliated_units=actor.affiliated_units | {unit_id})
