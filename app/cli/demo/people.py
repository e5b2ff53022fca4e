"""Demo accounts with their hats, units, the school and the agency."""

from __future__ import annotations

from dataclasses import dataclass, field

from flask_appbuilder.security.sqla.models import Role as FabRole
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.security import generate_password_hash

from app.gateways import demo_people
from app.models.accounts import Hat, Person
from app.models.agencies import Agency, AgencyUnit
from app.models.base import vault
from app.models.consents import NEEDED
from app.models.schools import School, Student
from app.models.units import Unit
from app.review import desk, persons
from app.rules.actor import Actor, Role
from app.rules.dates import today
from app.rules.demo import PASSWORD
from app.rules.hats import SCHOOL_FUNCTIONS
from app.rules.names import text_initials

SCHOOL_CODE, STUDENTS = "99901", 12
FENGXIAN, SHAOGUAN = "310120", "440205"

# user name -> (role, division) of the accounts that belong to no unit, school or agency
STAFF: dict[str, tuple[Role, str | None]] = {
    "reviewer": (Role.REVIEWER, "310000"),
    "reviewer2": (Role.REVIEWER, "310120"),
    "reviewer.sg": (Role.REVIEWER, "440200"),
    "lead": (Role.LEAD, "310000"),
    "seeker": (Role.SEEKER, None),
    "student": (Role.STUDENT, None),
    "operator": (Role.OPERATOR, None),
    "sysadmin": (Role.SYSADMIN, None),
    "secadmin": (Role.SECADMIN, None),
    "auditor": (Role.AUDITOR, None),
}
TITLES = {
    "reviewer": "审核员甲", "reviewer2": "审核员乙", "reviewer.sg": "审核员丙", "lead": "审核主管", "school": "学校管理员",
    "owner": "单位管理员", "handler": "单位经办人", "owner2": "单位管理员二", "agency": "职介经办人", "operator": "平台运营",
    "sysadmin": "系统管理员", "secadmin": "安全管理员", "auditor": "审计管理员",
}  # fmt: skip
ASSOCIATED = ("linked", "linked", "linked", "applied", "applied", "refused")  # units with the demo agency


@dataclass
class World:
    """What the later steps build on."""

    actors: dict[str, Actor] = field(default_factory=dict)
    units: list[tuple[Unit, demo_people.DemoUnit, Actor]] = field(default_factory=list)
    school: School | None = None
    residents: set[int] = field(default_factory=set)  # units resident at the demo school
    clients: set[int] = field(default_factory=set)  # units the demo agency posts for


class Makers:
    """Makes accounts; one password hash serves all of them, because hashing is slow on purpose."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.hash = generate_password_hash(PASSWORD)
        self.roles = {r.name: r for r in session.scalars(select(FabRole))}
        self.persons = iter(demo_people.people(400, today()))

    def account(self, username: str, role: Role, **where: object) -> Actor:
        """An account with one hat; its person is invented."""
        who = next(self.persons)
        name = TITLES.get(username, who.name)
        user = User(
            username=username,
            first_name=name,
            last_name="",
            email=f"{username}@demo.invalid",
            active=True,
            password=self.hash,
        )
        user.roles = [self.roles[role.value]]
        self.session.add(user)
        self.session.flush()
        person = Person(account_id=user.id, real_name=who.name, born_on=who.born_on, identity_level=3, demo=True)
        person.set_phone(who.phone)
        person.set_id_number(who.id_number)
        self.session.add(person)
        self.session.flush()
        for kind in NEEDED:
            persons.agree(self.session, user.id, kind)
        return self.hat(user.id, name, role, default=True, **where)

    def hat(
        self, account_id: int, name: str, role: Role, *, default: bool = False, grants: tuple[str, ...] = (), **where
    ) -> Actor:
        """A hat for an account."""
        hat = Hat(account_id=account_id, role=role.value, is_default=default, grants=list(grants), **where)
        self.session.add(hat)
        self.session.flush()
        units = frozenset({where["unit_id"]}) if where.get("unit_id") else frozenset()
        return Actor(
            account_id=account_id, role=role, name=name, hat_id=hat.id, region_code=where.get("region_code") or "",
            unit_id=where.get("unit_id"), school_id=where.get("school_id"), agency_id=where.get("agency_id"),
            grants=frozenset(grants), affiliated_units=units,
        )  # fmt: skip


def load(session: Session) -> World:
    """All accounts and units; units are drafts until `work` sends them in."""
    makers, world = Makers(session), World()
    for username, (role, region) in STAFF.items():
        world.actors[username] = makers.account(username, role, region_code=region)
    _newcomer(session, makers, world)
    _school(session, makers, world)
    _units(session, makers, world)
    _agency(session, makers, world)
    session.flush()
    return world


def _newcomer(session: Session, makers: Makers, world: World) -> None:
    """Somebody who registered lately: the phone is proven, the document is still a claim."""
    world.actors["newcomer"] = makers.account("newcomer", Role.SEEKER)
    person = session.get_one(Person, world.actors["newcomer"].account_id)
    person.identity_level, person.id_hash = persons.BY_PHONE, None
    person.claim_hash = vault().blind(str(person.id_number), "id_number")
    session.flush()


def _school(session: Session, makers: Makers, world: World) -> None:
    name = "韶关演示职业技术学院"
    world.school = School(code=SCHOOL_CODE, name=name, region_code=SHAOGUAN, initials=text_initials(name))
    session.add(world.school)
    session.flush()
    world.actors["school"] = makers.account(
        "school", Role.SCHOOL, grants=SCHOOL_FUNCTIONS, school_id=world.school.id, region_code=SHAOGUAN
    )
    _roster(session, world.school)


def _roster(session: Session, school: School) -> None:
    """Two classes of the demo school."""
    for number, who in enumerate(demo_people.people(STUDENTS, today(), seed=2)):
        student = Student(
            school_id=school.id, name=who.name, student_no=f"2024{number + 1:04d}", id_number=who.id_number, phone=who.phone,
            college="演示商学院" if number % 2 else "演示信息学院", class_name=f"演示{number % 2 + 1}班", education="college",
            graduation_year=today().year + 1,
        )  # fmt: skip
        student.index_personal()
        session.add(student)
    session.flush()


def content_of(data: demo_people.DemoUnit) -> dict[str, object]:
    """The form of a unit as its owner would fill it in."""
    day = today()
    return {
        "name": data.name, "uscc": data.uscc, "nature": data.nature, "account_kind": "own", "legal_rep": data.legal_rep.name,
        "founded_on": data.founded_on, "registered_capital": data.registered_capital, "industry_code": data.industry,
        "region_code": data.region, "address": data.address, "staff_count": data.staff_count, "size_class": data.size_class,
        "ownership": data.ownership, "contact_name": data.handler.name, "contact_phone": data.handler.phone,
        "contact_email": data.email, "website": None, "intro": data.intro, "licence_valid_until": None,
        "letter_valid_until": day.replace(year=day.year + 1, day=min(day.day, 28)),
    }  # fmt: skip


def _units(session: Session, makers: Makers, world: World) -> None:
    """One owner account a unit; the named logins get a unit in their own district."""
    named = {"owner": FENGXIAN, "owner2": SHAOGUAN}
    data = demo_people.units(today(), 100)
    first = {
        login: next(d for d in data if d.region == region and d.nature == "enterprise")
        for login, region in named.items()
    }
    ordered = [*first.values(), *(d for d in data if d not in first.values())]
    for number, one in enumerate(ordered):
        username = list(named)[number] if number < len(named) else f"demo.unit{number:03d}"
        seeker = makers.account(username, Role.SEEKER)
        person = session.get_one(Person, seeker.account_id)
        person.set_mail(one.email)
        contact = {"contact_phone": person.phone}  # proven, as that of most who register (U09)
        unit = desk.create(session, seeker, "unit_registration", content_of(one) | contact)
        unit.source = "demo"
        hat = session.scalar(
            select(Hat).where(Hat.account_id == seeker.account_id, Hat.role == Role.OWNER.value, Hat.unit_id == unit.id)
        )
        own = {"account_id": seeker.account_id, "name": seeker.name, "role": Role.OWNER}
        if hat is None:
            actor = makers.hat(seeker.account_id, seeker.name, Role.OWNER, unit_id=unit.id)
        else:
            actor = Actor(**own, hat_id=hat.id, unit_id=unit.id, affiliated_units=frozenset({unit.id}))
        session.query(Hat).filter(Hat.account_id == seeker.account_id).update(
            {"is_default": Hat.role == Role.OWNER.value}
        )
        world.units.append((unit, one, actor))
        if username not in named:  # whoever keeps the account of a small unit posts for it as well
            makers.hat(seeker.account_id, seeker.name, Role.HANDLER, unit_id=unit.id, grants=("postings",))
        if username in named:
            world.actors[username] = actor
    owner_unit = world.units[0][0]
    world.actors["handler"] = makers.account(
        "handler", Role.HANDLER, unit_id=owner_unit.id, grants=("postings", "gigs", "media", "residency")
    )


def _agency(session: Session, makers: Makers, world: World) -> None:
    agency = Agency(
        name="演示公共人力资源服务中心", kind="public", region_code=FENGXIAN, licence_no="演示3101200001",
        address="南桥镇演示路1号", phone="021-12345678", service_hours="周一至周五 9:00–17:00", staff_count=18,
        intro="区属公共人力资源服务机构，提供职业介绍、职业指导和用工登记（演示）。",
        team="职业指导师六名，其中高级三名（演示）。", leaders="主任一名，副主任两名，分管招聘与培训（演示）。",
        services="每月两场现场招聘会，上年帮助三百余人就业（演示）。",
    )  # fmt: skip
    session.add(agency)
    session.flush()
    nearby = [unit for unit, data, _ in world.units if data.region == FENGXIAN]
    world.clients.update(unit.id for unit in nearby[:3])
    session.add_all(
        AgencyUnit(agency_id=agency.id, unit_id=unit.id, state=state, statement="请代招普工与文员（演示）。")
        for unit, state in zip(nearby, ASSOCIATED, strict=False)
    )
    world.actors["agency"] = makers.account("agency", Role.AGENCY, agency_id=agency.id, region_code=FENGXIAN)
