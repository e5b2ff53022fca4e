"""Who is asking: the account's hats, the one in use, and the Actor every scope follows from.

A page takes its identity from the session cookie, the API (/api/) from a bearer token and never from a cookie.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from flask import current_app, g, redirect, request, url_for
from flask_appbuilder.security.sqla.models import User
from flask_jwt_extended import get_current_user, verify_jwt_in_request
from flask_login import current_user
from sqlalchemy import Integer, Select, bindparam, func, literal, select

from app.extensions import db
from app.models import custom, stamps
from app.models.accounts import Hat, Person
from app.models.agencies import Agency
from app.models.changes import act_as
from app.models.messages import Message
from app.models.reference import Region
from app.models.schools import School
from app.models.units import Unit
from app.rules.actor import Actor, Role
from app.rules.hats import is_staff
from app.rules.refused import Refused
from app.views import sessions

API = "/api/"
QUIET = ("/static/", "/healthz", "/readyz", "/favicon.ico")
UNREAD_CAP = 99
# What is open between the password and the second factor.
BEFORE_FACTOR = frozenset({"SecondFactorView.index", "LoginView.logout"})
# What somebody may still do whose password was set by somebody else.
BEFORE_CHANGE = frozenset({"PasswordView.index", "LoginView.logout", "LoginView.login"})


@dataclass(frozen=True, slots=True)
class Wearable:
    """One hat of the account, with the words of the header: the role and the place it reaches."""

    id: int
    role: Role
    place: str
    region_code: str
    unit_id: int | None
    school_id: int | None
    agency_id: int | None
    grants: frozenset[str]
    home: str = ""  # the division of the hat, or of its unit, school or agency


class Wardrobe(NamedTuple):
    """What one statement tells of an account: hats in force (the default first), the person's name, unread messages."""

    hats: list[Wearable]
    name: str
    unread: int
    must_change: bool  # the password was set by somebody else
    stamp: Any = None  # which state the definitions of custom fields are in
    settings: Any = None  # the stamp of the settings

    @property
    def staff(self) -> bool:
        """Whether any hat belongs to staff: then the stricter rules count, whatever hat is worn now."""
        return is_staff([hat.role for hat in self.hats])


def is_api() -> bool:
    """Whether this request belongs to the API."""
    return request.path.startswith(API)


@cache
def _everything() -> Select[Any]:
    """The statement behind every page, made once: hats in force of `account`, and what else a page needs of it."""
    account = bindparam("account", type_=Integer)
    waiting = select(literal(1)).where(Message.account_id == account, Message.read_at.is_(None)).limit(UNREAD_CAP + 1)
    unread = select(func.count()).select_from(waiting.subquery()).scalar_subquery()
    columns = (
        Hat.id, Hat.role, Hat.region_code, Hat.unit_id, Hat.school_id, Hat.agency_id, Hat.grants,
        func.coalesce(Unit.name, School.name, Agency.name, Region.full_name, ""), Person.real_name, Person.must_change,
        unread, func.coalesce(Hat.region_code, Unit.region_code, School.region_code, Agency.region_code, ""),
        custom.stamp_now(), stamps.now(),
    )  # fmt: skip
    return (
        select(*columns)
        .outerjoin(Unit, Unit.id == Hat.unit_id)
        .outerjoin(School, School.id == Hat.school_id)
        .outerjoin(Agency, Agency.id == Hat.agency_id)
        .outerjoin(Region, Region.code == Hat.region_code)
        .outerjoin(Person, Person.account_id == Hat.account_id)
        .where(Hat.account_id == account, Hat.active)
        .order_by(Hat.is_default.desc(), Hat.id)
    )


def wardrobe(account_id: int) -> Wardrobe:
    """The account's hats in force and what else every page needs of it."""
    hats, name, unread, must_change, stamp, settings = [], "", 0, False, None, None
    for row in db.session.execute(_everything(), {"account": account_id}):
        key, role, region, unit, school, agency, grants, place, real_name, forced, waiting, home, stamp, settings = row
        hats.append(Wearable(key, Role(role), place, region or "", unit, school, agency, frozenset(grants), home))
        name, unread, must_change = real_name or "", waiting, bool(forced)
    return Wardrobe(hats, name, unread, must_change, stamp, settings)


def actor_under(account_id: int, name: str, hats: list[Wearable], worn: Wearable) -> Actor:
    """The account acting under one of its hats; what its other hats belong to travels along."""
    return Actor(
        account_id=account_id,
        role=worn.role,
        name=name,
        hat_id=worn.id,
        region_code=worn.region_code,
        unit_id=worn.unit_id,
        school_id=worn.school_id,
        agency_id=worn.agency_id,
        grants=worn.grants,
        affiliated_units=frozenset(h.unit_id for h in hats if h.unit_id is not None),
        affiliated_schools=frozenset(h.school_id for h in hats if h.school_id is not None),
    )


def actor_of(account_id: int, hat_id: int | None) -> Actor:
    """The account under one of its hats, outside of a request. Raises Refused("hat_not_yours") where it was taken away."""
    found = wardrobe(account_id)
    worn = next((hat for hat in found.hats if hat.id == hat_id), None)
    if worn is None:
        raise Refused("hat_not_yours")
    return actor_under(account_id, found.name, found.hats, worn)


def _dress(account_id: int, wanted: object, *, strict: bool) -> None:
    """Sets g.actor, g.hats, g.unread. `strict`: a hat that is not the account's is refused, not replaced."""
    found = wardrobe(account_id)
    hats, name, g.unread, g.must_change, stamp, settings = found
    stamps.begin(db.session, settings)
    g.hats = hats
    custom.begin(db.session, stamp)
    worn = next((h for h in hats if str(h.id) == str(wanted)), None)
    if worn is None and strict and wanted:
        raise Refused("hat_not_yours")
    worn = worn or (hats[0] if hats else None)
    g.hat = worn
    g.actor = actor_under(account_id, name, hats, worn) if worn else None
    act_as(db.session, account_id, worn.role.value if worn else "")


def _from_token() -> None:
    """The API's identity: token or API key, and the hat named by X-Hat. Without either the caller is nobody."""
    manager = current_app.extensions["appbuilder"].sm
    key = manager.extract_api_key_from_request() if current_app.config.get("FAB_API_KEY_ENABLED") else None
    if key is not None:
        user = manager.validate_api_key(key)
    elif request.headers.get("Authorization", "").lower().startswith("bearer ") and "/security/" not in request.path:
        verify_jwt_in_request()
        user = get_current_user()
    else:
        user = None
    if user is not None and user.is_active:
        _dress(user.id, request.headers.get("X-Hat", ""), strict=True)
        if g.must_change:
            raise Refused("password_must_change")


def identify() -> Any:
    """Runs before every request: g.actor is the Actor, or None for somebody unknown or without a hat.

    Whoever got the password from somebody else is led to its change, whatever was asked for.
    """
    g.actor, g.hat, g.hats, g.unread, g.must_change = None, None, [], 0, False
    act_as(db.session, None, "")
    custom.begin(db.session)
    if request.path.startswith(QUIET):
        return None
    if is_api():
        _from_token()
    elif current_user.is_authenticated and g.login.waiting:
        return None if request.endpoint in BEFORE_FACTOR else redirect(url_for("SecondFactorView.index"))
    elif current_user.is_authenticated:
        _dress(g.login.account_id, g.login.hat_id, strict=False)
        if g.must_change and request.endpoint not in BEFORE_CHANGE:
            return redirect(url_for("PasswordView.index"))
    return None


def current() -> Actor:
    """The one who acts. Raises Refused("not_allowed") for nobody."""
    actor = g.get("actor")
    if actor is None:
        raise Refused("not_allowed")
    return actor


def wear(account_id: int, hat_id: int | None) -> Actor:
    """Background work acts under the role it was asked under. Raises Refused("hat_gone") where that is no more."""
    found, user = wardrobe(account_id), db.session.get(User, account_id)
    worn = next((hat for hat in found.hats if hat.id == hat_id), None)
    if worn is None or user is None or not user.is_active:
        raise Refused("hat_gone")
    g.hats, g.hat, g.unread, g.must_change = found.hats, worn, 0, found.must_change
    g.actor = actor_under(account_id, found.name, found.hats, worn)
    act_as(db.session, account_id, worn.role.value)
    return g.actor


def reach(actor: Actor) -> list[Any]:
    """How far a role reaches, as plain values: what was made under one reach is not handed out under another."""
    place = (actor.region_code, actor.unit_id, actor.school_id, actor.agency_id)
    return [actor.role.value, *place, sorted(actor.grants)]


def put_on(hat_id: int) -> None:
    """Acts under another of the account's hats from now on. Raises Refused("hat_not_yours")."""
    if all(hat.id != hat_id for hat in g.hats):
        raise Refused("hat_not_yours")
    sessions.renew(hat_id=hat_id)


def may(permission: str, view_name: str) -> bool:
    """Whether the hat in use has this permission on this view: the set compiled from the registry, no query."""
    actor = g.get("actor")
    grants = current_app.extensions.get("grants", {})
    return actor is not None and (permission, view_name) in grants.get(actor.role, ())
