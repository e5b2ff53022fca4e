"""The pages of the second factor: after the password, and one's own device under the account's menu."""

from __future__ import annotations

from typing import Any

from flask import flash, g, make_response, redirect, request, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_appbuilder.security.sqla.models import User
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import func
from werkzeug.wrappers import Response

from app.extensions import db
from app.models.second_factor import SecondFactor
from app.rules import second_factor as rules
from app.rules.late import late
from app.rules.refused import Refused
from app.views import enrolment, proof, second_factor, security_keys, sessions, words
from app.views.fields import row_key
from app.views.identity import current
from app.views.page import Page, safe_next

segno = late("segno")


def picture(secret: str, username: str) -> str:
    """The QR code of a secret, as the address of a picture that holds itself."""
    return str(
        segno.make(rules.address_of(secret, username, second_factor.ISSUER), error="m").svg_data_uri(scale=4, border=3)
    )


def _kept_by_nobody(page: Any, status: int = 200) -> Response:
    response: Response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    return response


class SecondFactorView(Page):
    """Between the password and the system: a code, or the set-up of a device. Nothing else is open meanwhile."""

    route_base = "/second-factor"

    @expose("/", methods=["GET", "POST"])
    def index(self) -> Any:
        """The form, and its arrival."""
        login, target = g.login, safe_next(request.args.get("next")) or url_for("HomeView.index")
        if not login.waiting:
            return redirect(target)
        user, refused = db.session.get_one(User, login.account_id), None
        asked = second_factor.needed(user.id)
        if request.method == "POST":
            try:
                return self._through(user, asked, target)
            except Refused as found:
                db.session.rollback()
                refused = found
        secret = (
            second_factor.pending_secret(user.id, again=refused is not None) if asked == second_factor.SET_UP else ""
        )
        page = self.render_template(
            "account/second_factor.html",
            title=_("Second factor"), secret=secret, qr=picture(secret, user.username) if secret else "",
            fault=words.say(refused) if refused is not None else "", sets_up=bool(secret),
            fault_at=refused.field if refused is not None else "", options="" if secret else security_keys.asking(user.id),
        )  # fmt: skip
        return _kept_by_nobody(page, words.status_of(refused) if refused is not None else 200)

    def _through(self, user: User, asked: str, target: str) -> Any:
        typed = request.form.get("code", "")[:40]
        codes: list[str] = []
        if asked == second_factor.SET_UP:
            codes = second_factor.enrol(user, typed, request.form.get("enrolment", "")[:40])
        elif asked == second_factor.ENTER and request.form.get("credential"):
            security_keys.prove(user, request.form["credential"])
        elif asked == second_factor.ENTER:
            second_factor.prove(user, typed)
        sessions.complete(user)
        if codes:
            page = self.render_template(
                "account/recovery_codes.html", title=_("Recovery codes"), codes=codes, target=target, alone=True
            )
            return _kept_by_nobody(page)
        if "-" in rules.tidy(typed):
            left = second_factor.codes_left(user.id)
            flash(ngettext("%(num)d recovery code is left.", "%(num)d recovery codes are left.", left), "warning")
        return redirect(target)


class FactorView(Page):
    """我的双因素: the device of the own account, its recovery codes."""

    route_base = "/factor"

    @expose("/")
    @has_access
    @permission_name("list")
    def index(self) -> Any:
        """What there is."""
        row = db.session.get(SecondFactor, current().account_id)
        since = row.confirmed_at if row is not None else None
        return self.render_template(
            "account/factor.html", title=_("Second factor"), since=since,
            left=second_factor.codes_left(current().account_id) if since else 0,
            keys=security_keys.of_account(current().account_id) if since else [], named=bool(security_keys.site()),
        )  # fmt: skip

    @expose("/device", methods=["GET", "POST"])
    @has_access
    @permission_name("list")
    def device(self) -> Any:
        """A first device, after a fresh proof, or another one instead of it: that takes a code of the old one or a recovery code."""
        user, refused = db.session.get_one(User, current().account_id), None
        row = db.session.get(SecondFactor, user.id)
        there = row is not None and row.confirmed_at is not None
        if not there:  # nothing else asks who it is, and from then on this device proves it
            proof.demand()
        if request.method == "POST":
            try:
                if there:
                    second_factor.prove(user, request.form.get("old", "")[:40])
                codes = second_factor.confirm(user, request.form.get("code", "")[:40])
            except Refused as found:
                db.session.rollback()
                refused = found
            else:
                sessions.renew(proved_at=func.now())
                return self._shown(codes)
        secret = second_factor.pending_secret(user.id, again=refused is not None)
        page = self.render_template(
            "account/device.html", title=_("Set up a device"), secret=secret, qr=picture(secret, user.username), there=there,
            fault=words.say(refused) if refused is not None else "",
        )  # fmt: skip
        return _kept_by_nobody(page, words.status_of(refused) if refused is not None else 200)

    @expose("/key", methods=["GET", "POST"])
    @has_access
    @permission_name("list")
    def key(self) -> Any:
        """One more security key: after a fresh proof, beside the device."""
        proof.demand()
        user, refused = db.session.get_one(User, current().account_id), None
        if not enrolment.enrolled(user.id) or not security_keys.site():
            raise Refused("not_allowed")
        if request.method == "POST":
            try:
                security_keys.add(user, request.form.get("name", "").strip()[:60], request.form.get("credential", ""))
            except Refused as found:
                db.session.rollback()
                refused = found
            else:
                flash(_("The key was added."), "success")
                return redirect(url_for("FactorView.index"))
        page = self.render_template(
            "account/key.html", title=_("Add a security key"), options=security_keys.creation(user),
            name=request.form.get("name", ""), fault=words.say(refused) if refused is not None else "",
        )  # fmt: skip
        return _kept_by_nobody(page, words.status_of(refused) if refused is not None else 200)

    @expose("/key/<int:key>/remove", methods=["POST"])
    @has_access
    @permission_name("list")
    def remove_key(self, key: int) -> Any:
        """One's own key counts for nothing any more."""
        proof.demand()
        security_keys.remove(current().account_id, row_key(key))
        flash(_("The key was removed."), "success")
        return redirect(url_for("FactorView.index"))

    @expose("/codes", methods=["POST"])
    @has_access
    @permission_name("list")
    def codes(self) -> Any:
        """New recovery codes for a code of the device; the old ones are worth nothing from then on."""
        user = db.session.get_one(User, current().account_id)
        try:
            second_factor.prove(user, request.form.get("code", "")[:40])
        except Refused as refused:
            flash(words.say(refused), "danger")
            return redirect(url_for("FactorView.index"))
        codes = second_factor.new_codes(user.id)
        db.session.commit()
        return self._shown(codes)

    def _shown(self, codes: list[str]) -> Response:
        page = self.render_template(
            "account/recovery_codes.html",
            title=_("Recovery codes"),
            codes=codes,
            target=url_for("FactorView.index"),
            alone=False,
        )
        return _kept_by_nobody(page)
