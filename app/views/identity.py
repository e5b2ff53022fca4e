"""Who is asking: the account's hats, the one in use, and the Actor every scope follows from.

A page takes its identity from the session cookie, the API (/api/) from a bearer token and never from a cookie.
"""

from __future__ import annotations

from typing import Any

from flask import current_app, g, redirect, request, url_for
from flask_appbuilder.security.sqla.models import User
from flask_jwt_extended import get_current_user, verify_jwt_in_request
from flask_login import current_user

from app.extensions import db
from app.models import custom, stamps
from app.models.changes import act_as
from app.rules.actor import Actor, Role
from app.rules.refused import Refused
from app.views import key_identity, labels, levels, sessions
from app.views.wardrobe import Wearable, wardrobe

API = "/api/"
QUIET = ("/static/", "/healthz", "/readyz", "/favicon.ico")
# What is open between the password and the second factor.
BEFORE_FACTOR = frozenset({"SecondFactorView.index", "LoginView.logout"})
# What somebody may still do whose password was set by somebody else.
BEFORE_CHANGE = frozenset({"PasswordView.index", "LoginView.logout", "LoginView.login"})


def is_api() -> bool:
    """Whether this request belongs to the API."""
    return request.path.startswith(API)


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
        owned_units=frozenset(h.unit_id for h in hats if h.unit_id is not None and h.role is Role.OWNER),
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
    found = sessions.wardrobe_of(account_id) or wardrobe(account_id)
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
    key = key_identity.of_request()
    wanted: object = request.headers.get("X-Hat", "")
    if key is not None:
        user, wanted = db.session.get(User, key.account_id), key.hat_id
        if user is None or not user.is_active:
            raise Refused("key_wrong")
    elif request.headers.get("Authorization", "").lower().startswith("bearer ") and "/security/" not in request.path:
        verify_jwt_in_request()
        user = get_current_user()
    else:
        user = None
    if user is not None and user.is_active:
        _dress(user.id, wanted, strict=True)
        if g.must_change:
            raise Refused("password_must_change")
        if g.hat is not None:
            levels.demand(user.id, g.hat.role)


def nobody() -> None:
    """Who acts before anything is known: the page of an error is drawn even then."""
    g.actor, g.hat, g.hats, g.unread, g.must_change, g.api_key = None, None, [], 0, False, None


def identify() -> Any:
    """Runs before every request: g.actor is the Actor, or None for somebody unknown or without a hat.

    Whoever got the password from somebody else is led to its change, whatever was asked for.
    """
    nobody()
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
    levels.demand(current().account_id, next(hat.role for hat in g.hats if hat.id == hat_id))
    sessions.renew(hat_id=hat_id)


def missing(actor: Actor, view_name: str) -> frozenset[str]:
    """The functions any of which would open this screen to the person in this hat; none where it is open (GD-33)."""
    needed: frozenset[str] = current_app.extensions.get("functions", {}).get((actor.role.value, view_name), frozenset())
    return frozenset() if needed & actor.grants else needed


def may(permission: str, view_name: str) -> bool:
    """Whether the person in the hat in use has this permission on this view: as compiled from the registry, no query."""
    actor = g.get("actor")
    grants = current_app.extensions.get("grants", {})
    held = actor is not None and (permission, view_name) in grants.get(actor.role, ())
    return held and not missing(actor, view_name)


def demand_function(view_name: str) -> None:
    """Raises Refused("function_missing") where the hat may, and only a function of this person lacks."""
    actor = g.get("actor")
    lacking = missing(actor, view_name) if actor is not None else frozenset()
    if lacking:
        raise Refused("function_missing", functions=" / ".join(str(labels.GRANTS[name]) for name in sorted(lacking)))
