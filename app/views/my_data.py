"""Consents, a copy of one's own data, and the end of the account (PIPL 15, 44 to 47)."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

from flask import current_app, flash, g, make_response, redirect, request, session, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_appbuilder.security.sqla.models import User
from flask_babel import gettext as _
from flask_login import logout_user
from sqlalchemy import func, select, update

from app.extensions import db
from app.models.accounts import Person
from app.models.consents import NEEDED, OPTIONAL, VERSIONS, Consent
from app.review import closing, dispatch, ledger, own_data, persons
from app.review.consent_words import ABOUT, CONSENTS
from app.rules.dates import today
from app.rules.refused import Refused
from app.views import everywhere, proof, words
from app.views.identity import current
from app.views.page import Page


class MyDataView(Page):
    """我的数据."""

    route_base = "/my-data"

    @expose("/", methods=["GET"])
    @has_access
    @permission_name("list")
    def index(self) -> Any:
        """Consents, the copy, the end."""
        mine = select(Consent).where(Consent.account_id == current().account_id).order_by(Consent.id.desc())
        rows = db.session.scalars(mine).all()
        inforce = {row.kind: row for row in rows if row.withdrawn_at is None}
        return self.render_template(
            "account/my_data.html", title=_("My data"), inforce=inforce, past=[r for r in rows if r.withdrawn_at is not None],
            kinds=[(kind, CONSENTS[kind], ABOUT[kind], kind in NEEDED) for kind in (*NEEDED, *OPTIONAL)], names=CONSENTS,
        )  # fmt: skip

    @expose("/consent/<kind>", methods=["POST"])
    @has_access
    @permission_name("list")
    def consent(self, kind: str) -> Any:
        """Gives or withdraws an optional consent. What an account cannot be without is withdrawn by closing it."""
        if kind not in VERSIONS:
            raise Refused("not_found")
        me, gives = current().account_id, request.form.get("give") == "1"
        if gives:
            persons.agree(db.session, me, kind)
        elif kind in NEEDED:
            return redirect(url_for("MyDataView.close"))
        else:
            mine = update(Consent).where(Consent.account_id == me, Consent.kind == kind, Consent.withdrawn_at.is_(None))
            db.session.execute(mine.values(withdrawn_at=func.now()).execution_options(synchronize_session=False))
        db.session.commit()
        flash(_("Your consent was noted.") if gives else _("Your consent was withdrawn."), "success")
        return redirect(url_for("MyDataView.index"))

    @expose("/copy", methods=["POST"])
    @has_access
    @permission_name("list")
    def copy(self) -> Any:
        """Everything as JSON in a zip, after a fresh proof; that it was taken is on the ledger."""
        proof.demand()
        actor = current()
        data = json.dumps(own_data.collect(db.session, actor.account_id), ensure_ascii=False, indent=1)
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("data.json", data)
        ledger.append(db.session, "own_data", actor, "", subject_id=actor.account_id)
        db.session.commit()
        answer = make_response(packed.getvalue())
        answer.headers["Content-Type"] = "application/zip"
        answer.headers["Content-Disposition"] = f'attachment; filename="my-data-{today():%Y%m%d}.zip"'
        answer.headers["Cache-Control"] = "no-store"
        return answer

    @expose("/close", methods=["GET", "POST"])
    @has_access
    @permission_name("list")
    def close(self) -> Any:
        """What closing means, and the end itself after a fresh proof and the user name typed once more."""
        actor = current()
        user = db.session.get_one(User, actor.account_id)
        refused = closing.fault(db.session, actor.account_id)
        if request.method == "POST" and refused is None:
            proof.demand()
            if request.form.get("username", "").strip().lower() != user.username.lower():
                refused = Refused("close_name", field="username")
            else:
                return _end(user)
        page = self.render_template(
            "account/close.html", title=_("Close the account"), user=user, fault=words.say(refused) if refused else "",
            possible=refused is None or refused.field == "username",
        )  # fmt: skip
        return page, words.status_of(refused) if refused and request.method == "POST" else 200


def _end(user: User) -> Any:
    person = db.session.get(Person, user.id)
    facts = {"account": user.username, "phone": everywhere.value("service_phone") or "12333"}
    reached = [("sms", person.phone), ("mail", person.mail)] if person is not None else []
    closing.close(db.session, current(), current_app.extensions["storage"])
    for channel, to in reached:
        if to:
            dispatch.send(db.session, channel, to, "account_closed", facts)
    db.session.commit()
    g.actor = g.login = None
    logout_user()
    session.clear()
    flash(_("Your account is closed. What named you was erased."), "success")
    return redirect(url_for("LoginView.login"))
