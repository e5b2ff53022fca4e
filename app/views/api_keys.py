"""接口密钥: keys for programs, made by their owner, shown once, for some resources and some time only."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from flask import current_app, g, make_response, request
from flask_appbuilder.api import BaseApi
from flask_appbuilder.baseviews import expose
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.sqla.models import User
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, false, func, select
from werkzeug.wrappers import Response

from app.extensions import db
from app.models.accounts import Hat
from app.models.api_keys import ApiKey
from app.models.sessions import LoginSession
from app.review import ledger
from app.review.outbox import Notice, enqueue
from app.review.policy import DEFAULT, Policy
from app.rules.actor import ADMINS, Actor, Role
from app.rules.dates import today
from app.rules.lifecycle import Move, move
from app.rules.refused import Refused
from app.views import key_identity, labels, proof, scope
from app.views.accounts import account_words
from app.views.base import SafeView
from app.views.identity import current
from app.views.inputs import DictMany
from app.views.signing_by_code import tell

LONGEST: Final = timedelta(days=366)
MOST: Final = 20  # keys in force of one account
REVOKE: Final = move("revoke_key", "active", "revoked", "keeper")
_READS: Final = frozenset({"can_list", "can_show"})


def own_keys(stmt: Select[Any], actor: Actor) -> Select[Any]:
    """One's own; the three administrators see all of them."""
    return stmt if actor.role in ADMINS else stmt.where(ApiKey.account_id == actor.account_id)


def owners(stmt: Select[Any], actor: Actor) -> Select[Any]:
    """Whose keys an administrator looks for."""
    return stmt if actor.role in ADMINS else stmt.where(false())


def apis() -> dict[str, Any]:
    """Resource -> the API behind it."""
    found = (view for view in current_app.extensions["appbuilder"].baseviews if isinstance(view, BaseApi))
    return {key_identity.resource_of(f"{api.route_base}/"): api for api in found if api.route_base}


def offered_scopes(role: Role) -> dict[str, str]:
    """What a key of this role may be made for: what the role itself may, and no more."""
    granted, found = current_app.extensions["grants"].get(role.value, frozenset()), {}
    for resource, api in sorted(apis().items()):
        held = {permission for permission, view in granted if view == type(api).__name__}
        if held & _READS:
            found[f"{resource}:read"] = _("%(list)s: read", list=name_of(api))
        if held - _READS - {"can_export", "can_import", "can_unmask", "can_comment", "can_acknowledge"}:
            found[f"{resource}:write"] = _("%(list)s: write", list=name_of(api))
    return found


def name_of(api: Any) -> str:
    """What an API is about, as its screen is called."""
    screen = getattr(api, "screen", None)
    return str(screen.list_title) if screen is not None else str(api.openapi_spec_tag or type(api).__name__)


def scope_words(scopes: Sequence[str] | None) -> str:
    """Scopes in words."""
    known, said = apis(), []
    for one in scopes or ():
        resource, _colon, way = one.partition(":")
        name = name_of(known[resource]) if resource in known else resource
        said.append(_("%(list)s: read", list=name) if way == "read" else _("%(list)s: write", list=name))
    return _("; ").join(said)


def hat_words(hat: Hat | None) -> str:
    """The role a key speaks under."""
    return str(labels.ROLES[Role(hat.role)]) if hat is not None else ""


def _room_for_one(actor: Actor) -> None:
    """Raises Refused: key_many; not_logged_in where the login ended while the form was on its way.

    The account's line is locked, so that two forms at once count each other and a password that changes meanwhile ends
    what is made here.
    """
    db.session.execute(select(User.id).where(User.id == actor.account_id).with_for_update(key_share=True))
    login = select(LoginSession.id).where(LoginSession.id == g.login.id, LoginSession.ended_at.is_(None))
    if db.session.scalar(login.with_for_update(read=True)) is None:
        raise Refused("not_logged_in")
    mine = select(func.count()).where(ApiKey.account_id == actor.account_id, ApiKey.key_state == "active")
    if (db.session.scalar(mine.where(ApiKey.expires_on >= today())) or 0) >= MOST:
        raise Refused("key_many", most=MOST)


def _tell(actor: Actor, row: Any) -> None:
    """Whoever owns the account learns of every key, also of one made in a login that somebody else holds."""
    notice = Notice("api_key_made", "system", {"title": row.name}, "/apikeyview/list/", f"key:{row.prefix}")
    enqueue(db.session, notice, [actor.account_id])
    tell(db.session.get_one(User, actor.account_id), "api_key_made")


class ScopesInput(DictMany):
    """The scopes on offer for the role in use."""

    def __init__(self, *args: Any, **kw: Any) -> None:
        super().__init__(*args, dict_code="", **kw)

    def offered(self) -> list[tuple[str, str]]:
        """Code and word."""
        return list(offered_scopes(current().role).items())


class ApiKeyView(SafeView):
    """Keys for programs."""

    datamodel = SQLAInterface(ApiKey)
    scope = staticmethod(own_keys)
    list_title, thing, add_words = _l("API keys"), _l("API key"), _l("Make a key")
    empty_words = _l(
        "A key lets a program use the interface in your name, for what you choose and no longer than you say."
    )
    formatters_columns = {"scopes": scope_words, "account": account_words, "hat": hat_words}
    list_columns = ["name", "prefix", "key_state", "hat", "scopes", "expires_on", "last_used_at", "last_address"]
    more_columns = ["account", "per_minute", "created_on", "ended_at"]
    search_columns = ["key_state", "expires_on", "account", "ended_at"]
    choices = {"account": owners}
    search_text = ("name", "prefix")
    order_columns = ["expires_on", "last_used_at"]
    add_columns = ["name", "scopes", "per_minute", "expires_on"]
    show_columns = [
        "name", "prefix", "key_state", "account", "hat", "scopes", "per_minute", "expires_on", "last_used_at", "last_address",
        "created_on", "ended_at",
    ]  # fmt: skip
    row_needs = ("account_id", "key_state")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.base_permissions = sorted({*self.base_permissions, "can_revoke_key"})

    def defaults(self, actor: Actor) -> dict[str, Any]:
        """Three months, an unhurried pace."""
        return {"expires_on": today() + timedelta(days=90), "per_minute": 60}

    def own_fields(self, row: Any, given: Mapping[str, Any]) -> dict[str, Any]:
        """Scopes are ticked."""
        return {"scopes": ScopesInput(self.label("scopes"))}

    def before_save(self, row: Any, actor: Actor, *, created: bool) -> None:
        """For the role in use, for what it may itself, for a year at most; what the key is stays in this request."""
        if not row.scopes:
            raise Refused("missing", field="scopes")
        if not set(row.scopes) <= set(offered_scopes(actor.role)):
            raise Refused("not_a_choice", field="scopes")
        if not today() <= row.expires_on <= today() + LONGEST:
            raise Refused("key_days", field="expires_on")
        if not 1 <= (row.per_minute or 0) <= 600:
            raise Refused("number_between", field="per_minute", low=1, high=600)
        _room_for_one(actor)
        key = key_identity.new_key()
        row.account_id, row.hat_id = actor.account_id, actor.hat_id
        row.prefix, row.key_hash = key[: key_identity.SHOWN], key_identity.digest(key)
        g.made_key = (row.name, key)
        facts = {"prefix": row.prefix, "scopes": sorted(row.scopes), "until": row.expires_on.isoformat()}
        ledger.append(db.session, "key_made", actor, "", subject_id=actor.account_id, facts=facts)
        _tell(actor, row)

    def offered(self, row: Any, policy: Policy = DEFAULT) -> list[Move]:
        """A key in force is revoked, and never comes back."""
        return [REVOKE] if row.key_state == "active" and self.may("can_revoke_key") else []

    def perform(self, row_id: Any, name: str, version: int | None, reason: str, values: dict[str, Any]) -> Any:
        """The next request with it is refused."""
        row, actor = scope.fetch(self, current(), row_id, lock=True), current()
        if REVOKE not in self.offered(row):
            raise Refused("wrong_state")
        row.key_state, row.ended_at = "revoked", func.now()
        ledger.append(db.session, "key_revoked", actor, "", subject_id=row.account_id, facts={"prefix": row.prefix})
        db.session.commit()

    def _allowed(self, name: str) -> Move:
        if name != REVOKE.name:
            raise Refused("no_such_move", move=name)
        self.demand("can_revoke_key")
        return REVOKE

    @expose("/move/<string:name>/<pk>", methods=["GET", "POST"])
    def move(self, name: str, pk: str) -> Any:
        """As everywhere."""
        return super().move(name, pk)

    def _form(self, row: Any) -> Any:
        proof.demand()
        done = super()._form(row)
        made = g.pop("made_key", None)
        if request.method != "POST" or made is None or getattr(done, "status_code", 200) != 302:
            return done
        page = self.render_template("account/api_key.html", title=_("The new key"), name=made[0], key=made[1])
        answer: Response = make_response(page)
        answer.headers["Cache-Control"] = "no-store"
        return answer
