"""Logins by others beside our own passwords: the way there, the way back, and which account it is."""

from __future__ import annotations

import logging
import re
import secrets
from typing import Any, Final

from flask import current_app, flash, g, make_response, redirect, request, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_appbuilder.security.sqla.models import User
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, false, select
from werkzeug.wrappers import Response

from app.extensions import db
from app.gateways import openid
from app.gateways.openid import Client, OpenIdFault
from app.models.accounts import Person
from app.models.logins import IdentityProvider
from app.review import linking
from app.rules import limits
from app.rules.actor import ADMINS, Actor
from app.rules.masks import mask_name
from app.rules.refused import Refused
from app.views import ageing, arriving, proof, second_factor, site
from app.views.base import SafeView
from app.views.identity import current
from app.views.inputs import SecretInput
from app.views.page import Page, safe_next
from app.views.sessions import address, note

log = logging.getLogger(__name__)
MARK: Final = "gj-way"  # cookie that ties a way to a provider to the browser it began in
CODE = re.compile(r"[a-z][a-z0-9-]{1,19}")
STARTS: Final = 30  # ways to a provider, a minute from one address (of IPv6: from its /64)


def providers() -> list[Any]:
    """What the login page offers."""
    return linking.providers(db.session)


def _client(provider: Any) -> Client:
    back = f"{site.address() or request.host_url.rstrip('/')}{url_for('OpenIdView.callback')}"
    return Client(provider.issuer, provider.client_id, provider.client_secret or "", back)


def for_administrators(stmt: Select[Any], actor: Actor) -> Select[Any]:
    """The administrators see whom the house trusts."""
    return stmt if actor.role in ADMINS else stmt.where(false())


class IdentityProviderView(SafeView):
    """Providers of logins: who they are, what we are called there, how far their word counts."""

    datamodel = SQLAInterface(IdentityProvider)
    scope = staticmethod(for_administrators)
    on_ledger = True
    list_title, thing, add_words = _l("Logins by others"), _l("Provider of logins"), _l("Add a provider")
    empty_words = _l("Without a provider people log in with password or code.")
    list_columns = ["code", "name_zh", "name_en", "issuer", "level", "active"]
    search_columns = ["active", "level"]
    search_text = ("code", "name_zh", "name_en", "issuer")
    order_columns = ["code"]
    base_order = ("code", "asc")
    title_columns = ("code",)
    add_fieldsets = [
        (_l("Who it is"), {"fields": ["code", "name_zh", "name_en", "issuer", "active"]}),
        (_l("We are there"), {"fields": ["client_id", "client_secret", "scopes"]}),
        (_l("What its word counts for"), {"fields": ["name_claim", "id_claim", "level"]}),
    ]
    edit_fieldsets = add_fieldsets
    fields = {"client_secret": SecretInput}
    show_columns = [
        "code",
        "name_zh",
        "name_en",
        "issuer",
        "client_id",
        "scopes",
        "name_claim",
        "id_claim",
        "level",
        "active",
    ]

    def before_save(self, row: Any, actor: Actor, *, created: bool) -> None:
        """An address that can be trusted, a level that exists; what was remembered of the provider is forgotten."""
        if not CODE.fullmatch(row.code):
            raise Refused("provider_code_form", field="code")
        if not openid.trusted_address(row.issuer) or row.issuer.endswith("/"):
            raise Refused("issuer_form", field="issuer")
        if row.level not in (1, 2, 3):
            raise Refused("number_between", field="level", low=1, high=3)
        if "openid" not in row.scopes.split():
            raise Refused("scope_openid", field="scopes")
        openid.forget()

    def _form(self, row: Any) -> Any:
        """Asked for a fresh proof before anything is typed."""
        proof.demand()
        return super()._form(row)


class OpenIdView(Page):
    """/openid/: one's own links, the way to a provider and back."""

    route_base = "/openid"
    open_to_anybody = frozenset({"start", "callback", "found"})

    @expose("/")
    @has_access
    @permission_name("list")
    def index(self) -> Any:
        """The providers and whether this account is linked."""
        mine = linking.links_of(db.session, current().account_id)
        return self.render_template("account/openid.html", title=_("Linked logins"), providers=providers(), mine=mine)

    @expose("/unlink/<int:provider_id>", methods=["POST"])
    @has_access
    @permission_name("list")
    def unlink(self, provider_id: int) -> Response:
        """Ends a link."""
        proof.demand()
        linking.unlink(db.session, provider_id, current().account_id)
        flash(_("The link has ended."), "success")
        return redirect(url_for("OpenIdView.index"))

    @expose("/start/<string:code>", methods=["GET", "POST"])
    def start(self, code: str) -> Response:
        """To the provider: for a login by its link; to link one's account by POST with its token, from one's own page only."""
        if g.actor is not None and request.method == "GET":
            return redirect(url_for("OpenIdView.index"))
        _pace()
        provider = db.session.scalars(
            select(IdentityProvider).where(IdentityProvider.code == code, IdentityProvider.active)
        ).one_or_none()
        if provider is None:
            raise Refused("not_found")
        browser = request.cookies.get(MARK) or secrets.token_urlsafe(24)
        state, nonce, verifier = linking.begin(db.session, provider, browser, safe_next(request.args.get("next")))
        try:
            there = openid.authorization_url(_client(provider), provider.scopes, state, nonce, verifier)
        except OpenIdFault as fault:
            raise _failed(provider, fault) from fault
        answer: Response = redirect(there)
        if request.method == "POST":  # forms may lead to this site only, and so may what they are redirected to
            answer = make_response(
                self.render_template("account/openid_away.html", title=provider.name, there=there, provider=provider)
            )
        answer.set_cookie(
            MARK, browser, max_age=linking.MINUTES * 60, httponly=True, samesite="Lax", secure=request.is_secure
        )
        answer.headers["Cache-Control"] = "no-store"
        return answer

    @expose("/callback")
    def callback(self) -> Any:
        """Back from the provider: each state counts once, in the browser it began in."""
        attempt = linking.back(db.session, request.args.get("state", "")[:200], request.cookies.get(MARK, ""))
        provider = attempt.provider
        if request.args.get("error") or not request.args.get("code") or not provider.active:
            raise Refused("login_elsewhere_declined")
        if request.args.get("iss", provider.issuer) != provider.issuer:
            raise _failed(provider, OpenIdFault("answer: issuer"))
        try:
            claims = openid.claims_of(_client(provider), request.args["code"][:2000], attempt.verifier, attempt.nonce)
        except OpenIdFault as fault:
            raise _failed(provider, fault) from fault
        linking.remember(db.session, attempt, claims)
        user = linking.linked(db.session, attempt)
        if user is None or g.actor is not None:
            return redirect(url_for("OpenIdView.found", attempt_id=attempt.id))
        return self._log_in(user, attempt)

    @staticmethod
    def _log_in(user: Any, attempt: Any) -> Response:
        """As after a password: the second factor of the staff is still asked for."""
        person = db.session.get(Person, user.id)
        if person is not None and person.demo and not current_app.config["DEMO"]:
            raise Refused("login_elsewhere_declined")
        linking.used(db.session, attempt, user.id)
        db.session.commit()
        arriving.admit(user)
        note(user.username, "half" if second_factor.needed(user.id) else "ok", user.id)
        ageing.ask_for_change(user.id)
        return redirect(arriving.enter(user, attempt.target))

    @expose("/found/<int:attempt_id>", methods=["GET", "POST"])
    def found(self, attempt_id: int) -> Any:
        """Nobody is linked yet: log in with the account to link it, or register."""
        attempt = linking.waiting(db.session, attempt_id, request.cookies.get(MARK, ""))
        if g.actor is None:
            page = self.render_template(
                "account/openid_found.html", title=_("Not linked yet"), provider=attempt.provider,
                name=mask_name(linking.said(attempt)["name"]), here=url_for("OpenIdView.found", attempt_id=attempt_id),
            )  # fmt: skip
            return _uncached(page)
        if request.method == "POST":
            proof.demand()
            linking.link(db.session, attempt, g.actor.account_id)
            flash(
                _("Linked: from now on you can log in through %(provider)s.", provider=attempt.provider.name), "success"
            )
            return redirect(url_for("OpenIdView.index"))
        user = db.session.get_one(User, g.actor.account_id)
        page = self.render_template(
            "account/openid_confirm.html", title=_("Link this account?"), provider=attempt.provider,
            name=mask_name(linking.said(attempt)["name"]), user=user,
        )  # fmt: skip
        return _uncached(page)


def _pace() -> None:
    """Every start writes a line and may ask the provider. Raises Refused("starts_many")."""
    answer = current_app.extensions["pace"].hit(f"openid:{limits.net(address())}", STARTS)
    if not answer.allowed:
        raise Refused("starts_many", seconds=answer.seconds)


def _uncached(page: Any) -> Response:
    answer: Response = make_response(page)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _failed(provider: Any, fault: OpenIdFault) -> Refused:
    """What the reader is told; which step failed stands in the log."""
    log.warning("login by %s refused: %s", provider.code, fault)
    return Refused("login_elsewhere_failed")
