"""What surrounds the demo month: notices of the platform, logins and failed ones, and when people were here last."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.cli.demo.people import World
from app.models.accounts import Hat, LoginEvent, Person
from app.models.announcements import Announcement, Visit
from app.models.api_keys import ApiKey
from app.models.bindings import Binding
from app.models.units import Unit
from app.review import bindings, unmasked
from app.rules.actor import Actor
from app.rules.dates import ZONE, today

DAYS = 30
ADDRESS = "192.0.2.10"  # of the range that is reserved for examples
NOTICES = (
    (
        "演示：审核时限说明", "Demo: time limits of the review",
        "节假日不计入审核时限，节后首个工作日起继续计算。本公告为演示内容。",
        "Rest days do not count; the clock goes on with the first working day after them. This notice is a demonstration.",
        12,
    ),
    (
        "演示：校园招聘月启动", "Demo: the month of campus recruitment begins",
        "请有意面向高校的单位尽早办理高校入驻。本公告为演示内容。",
        "Units that look for graduates should ask schools for residency early. This notice is a demonstration.",
        3,
    ),
)  # fmt: skip


SHOWN = (
    ("contact", "演示：电话核实经办人"),
    ("match", "演示：与公函上的电话核对"),
    ("complaint", "演示：处理收费举报"),
)


def load(session: Session, world: World) -> None:
    """All of it, marked as a demonstration."""
    random, now = Random("demo-around"), datetime.now(ZONE)
    for title, title_en, body, body_en, days in NOTICES:
        begun = today() - timedelta(days=days)
        session.add(
            Announcement(title_zh=title, title_en=title_en, body_zh=body, body_en=body_en, shown_from=begun)
        )  # fmt: skip
    names = list(world.actors)
    for day in range(DAYS, 0, -1):
        for _n in range(random.randrange(4, 12)):
            name = random.choice(names)
            outcome = random.choices(("ok", "wrong", "locked"), (88, 10, 2))[0]
            at = now - timedelta(days=day, minutes=random.randrange(0, 540))
            session.add(
                LoginEvent(
                    at=at, user_name=name, account_id=world.actors[name].account_id, outcome=outcome, address=ADDRESS
                )
            )
    for actor in world.actors.values():
        if actor.hat_id:
            seen = now - timedelta(days=2)
            session.add(Visit(account_id=actor.account_id, hat_id=actor.hat_id, seen_at=seen))
    _shown_in_full(session, world)
    _keys(session, world)
    session.flush()
    _handlers(session, world)


def _keys(session: Session, world: World) -> None:
    """Two keys of the demo agency that nobody has: their digests belong to no key."""
    agency = world.actors["agency"]
    for name, state, days in (("演示：夜间同步程序", "active", 60), ("演示：旧接口", "revoked", 20)):
        session.add(
            ApiKey(
                account_id=agency.account_id, hat_id=agency.hat_id, name=name, prefix=f"gj_demo{days}", key_hash=f"demo-{days}",
                scopes=["agency-posting:read", "agency-posting:write"], expires_on=today() + timedelta(days=days), key_state=state,
            )
        )  # fmt: skip


def _shown_in_full(session: Session, world: World) -> None:
    """A few values that the demo reviewer had shown, for the auditor's list."""
    actor = world.actors["reviewer"]
    units = session.scalars(select(Unit).where(Unit.contact_phone.is_not(None)).order_by(Unit.id).limit(len(SHOWN)))
    for unit, (reason, said) in zip(units, SHOWN, strict=False):
        what = unmasked.What("UnitView", "unit", unit.id, "contact_phone", unit.region_code, subject_id=unit.id)
        unmasked.note(session, actor, what, reason, said)


def _handlers(session: Session, world: World) -> None:
    """Who acts for the demo unit, who was asked to and said no, and invitations that wait for an answer."""
    owner, handler = world.actors["owner"], world.actors["handler"]
    bindings.follow(session, owner, session.get_one(Hat, handler.hat_id))
    strangers = [actor for _unit, _data, actor in world.units if actor not in (owner, world.actors["owner2"])]
    for name, actor in (("refuse", strangers[0]), ("leave", strangers[1]), ("", world.actors["seeker"])):
        row = _invited(session, owner, actor)
        for move in ("accept", "leave") if name == "leave" else (name,) if name else ():
            bindings.act(session, actor, row, move)
    other = next(a for u, _d, a in world.units if u.status == "approved" and a is not owner)
    _invited(session, other, handler)


def _invited(session: Session, by: Actor, whom: Actor) -> Binding:
    person, name = session.get_one(Person, whom.account_id), session.get_one(User, whom.account_id).username
    row = Binding(invited_as=name, real_name=person.real_name, grants=["postings", "gigs"])
    bindings.invite(session, by, row)
    session.flush()
    return row
