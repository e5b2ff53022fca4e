"""注册: a natural person comes in by proving a phone; the rest is claimed and proven later (TJ-06..12, GD-08..16).

Two steps: phone and captcha, then code and particulars. A phone that is registered already gets the same pages; only its
owner is told by SMS. A document number is stored as a claim, so that nobody learns whether it is known here.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final

from flask import flash, make_response, redirect, request, url_for
from flask_appbuilder.baseviews import expose
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy.exc import IntegrityError
from werkzeug.wrappers import Response

from app.extensions import db
from app.models.accounts import Person
from app.models.consents import VERSIONS
from app.review import codes, dispatch, outbox, persons
from app.review.persons import Asked
from app.rules import registering
from app.rules.codes import DOCUMENT_KINDS, phone_fault
from app.rules.dates import ZONE, today
from app.rules.masks import mask_phone
from app.rules.refused import Refused
from app.views import captcha, dictionary, site, steps, words
from app.views.page import Page
from app.views.sessions import address, begin, count

PURPOSE: Final = "register"
KEPT: Final = "registering"  # where the cookie keeps, sealed, what the first step has settled
FIELDS: Final = ("name", "document_kind", "id_number", "username")


class RegisterView(Page):
    """The way in for somebody new."""

    route_base = "/register"
    open_to_anybody = frozenset({"index", "details", "again", "terms", "privacy"})

    @expose("/", methods=["GET", "POST"])
    def index(self) -> Any:
        """Role and phone. The code goes out from here."""
        if request.method == "GET" and current_user.is_authenticated:
            return redirect(url_for("HomeView.index"))
        role, phone, refused = request.form.get("role", "seeker")[:20], request.form.get("phone", "").strip()[:20], None
        if request.method == "POST":
            try:
                _first_step(role, phone)
            except Refused as found:
                db.session.rollback()
                refused = found
            else:
                return redirect(url_for("RegisterView.details"))
        return self._page("account/register.html", refused, role=role, phone=phone, captcha_token=captcha.new())

    @expose("/details", methods=["GET", "POST"])
    def details(self) -> Any:
        """Code and particulars. What is wrong with the form is told before the code is used up."""
        asked = _kept()
        if asked is None:
            return redirect(url_for("RegisterView.index"))
        wrong: list[Refused] = []
        if request.method == "POST":
            wrong, user = _second_step(asked)
            if user is not None:
                steps.forget(KEPT)
                begin(user)
                count(user.id)
                flash(_("Registration is complete. Your account: %(name)s.", name=user.username), "success")
                target = "UnitView.list" if asked.role == "owner" else "HomeView.index"
                return redirect(url_for(target))
        return self._page(
            "account/register_details.html", wrong[0] if wrong else None, wrong=_by_field(wrong), asked=asked,
            phone=mask_phone(asked.phone), values={name: request.form.get(name, "")[:80] for name in FIELDS},
            kinds=[(kind, dictionary.word("document_kind", kind)) for kind in DOCUMENT_KINDS],
            wait=codes.BETWEEN, minutes=codes.MINUTES,
        )  # fmt: skip

    @expose("/again", methods=["POST"])
    def again(self) -> Any:
        """Another code to the same phone."""
        asked = _kept()
        if asked is None:
            return redirect(url_for("RegisterView.index"))
        try:
            _send_code(asked.phone)
        except Refused as refused:
            db.session.rollback()
            flash(words.say(refused), "warning")
        else:
            flash(_("A new code is on its way."), "success")
        return redirect(url_for("RegisterView.details"))

    @expose("/terms", methods=["GET"])
    def terms(self) -> Any:
        """What is agreed to."""
        return self.render_template("account/terms.html", title=_("User agreement"), version=VERSIONS["terms"])

    @expose("/privacy", methods=["GET"])
    def privacy(self) -> Any:
        """What happens with personal data."""
        return self.render_template(
            "account/privacy.html", title=_("How we treat your data"), version=VERSIONS["privacy"]
        )

    def _page(self, template: str, refused: Refused | None, **more: Any) -> Response:
        page = self.render_template(
            template, title=_("Register"), fault=words.say(refused) if refused is not None else "",
            at=refused.field if refused is not None else "", **more,
        )  # fmt: skip
        answer = make_response(page, words.status_of(refused) if refused is not None else 200)
        answer.headers["Cache-Control"] = "no-store"
        return answer


def _first_step(role: str, phone: str) -> None:
    if role not in registering.ROLES:
        raise Refused("not_a_choice", field="role")
    if phone_fault(phone):
        raise Refused("mobile_form", field="phone")
    captcha.check()
    _send_code(phone)
    steps.keep(KEPT, role, phone)


def _send_code(phone: str) -> None:
    known = persons.by_phone(db.session, phone) is not None
    codes.issue(db.session, PURPOSE, phone, address(), template="known_already" if known else "code")


def _kept() -> Asked | None:
    """What the first step has settled."""
    found = steps.kept(KEPT)
    return Asked(*found) if found is not None else None


def _second_step(asked: Asked) -> tuple[list[Refused], Any]:
    """What is wrong, or the new account. The passwords are in no answer."""
    sent = {name: request.form.get(name, "").strip()[:80] for name in FIELDS}
    sent["id_number"] = sent["id_number"].upper()
    entry = registering.Entry(
        password=request.form.get("password", "")[:200], again=request.form.get("again", "")[:200],
        agreed=request.form.get("agreed") == "y", **sent,
    )  # fmt: skip
    wrong = registering.faults(entry, today())
    if wrong:
        return wrong, None
    try:
        codes.check(db.session, PURPOSE, asked.phone, request.form.get("code", "")[:12])
        if entry.username and persons.user_name_taken(db.session, entry.username):
            db.session.rollback()  # the code stays good
            raise Refused("user_name_taken", field="username")
        user = persons.register(db.session, asked, entry)
        _welcome(asked, entry, user)
        db.session.commit()
    except Refused as refused:
        db.session.rollback()
        return [refused], None
    except IntegrityError:  # the phone was registered a moment ago: the same answer as for every other code
        db.session.rollback()
        return [Refused("code_refused", field="code")], None
    return [], user


def _welcome(asked: Asked, entry: registering.Entry, user: Any) -> None:
    """By SMS and as a message: account, address, time, and no password (TJ-12, TJ-67). An owner of the document is told."""
    facts = {
        "account": user.username,
        "site": site.address() or "-",
        "time": datetime.now(ZONE).strftime("%Y-%m-%d %H:%M"),
    }
    dispatch.send(db.session, "sms", asked.phone, "registered", facts, user.id)
    owner = persons.owner_of_document(db.session, entry.id_number)
    reached = db.session.get(Person, owner) if owner is not None else None
    if reached is not None and reached.phone:
        dispatch.send(db.session, "sms", reached.phone, "known_already", {}, owner)
    notice = outbox.Notice("registered", "system", facts, "/", f"registered:{user.id}")
    outbox.enqueue(db.session, notice, [user.id])


def _by_field(wrong: list[Refused]) -> dict[str, str]:
    return {one.field or "": words.say(one) for one in wrong}
