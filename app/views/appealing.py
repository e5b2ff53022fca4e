"""The public form of an appeal (GD-17..22, HL-04..09): prove a telephone, say who it is, bring the papers, get a receipt.

Nothing here tells whether an account exists: what was entered is compared at the desk, never for the applicant.
"""

from __future__ import annotations

from typing import Any

from flask import current_app, g, make_response, redirect, request, url_for
from flask_appbuilder.baseviews import expose
from flask_babel import get_locale
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.extensions import db
from app.models.appeals import Appeal
from app.review import appeals
from app.rules.appeals import PARTIES, PERSON, UNIT, WISHES
from app.rules.codes import phone_fault
from app.rules.refused import Refused
from app.views import (
    appeal_papers,
    captcha,
    dictionary,
    labels,
    new_password,
    proven_phone,
    public_content,
    site,
    words,
)
from app.views.page import Page
from app.views.sessions import address

TYPED = ("wish", "real_name", "document_kind", "id_number", "unit_name", "uscc", "reason", "region_code")
LONGEST = {"reason": 500, "unit_name": 100, "real_name": 60}


def _lacking(party: str, typed: dict[str, str], places: Any) -> list[tuple[str, str]]:
    """Everything that is missing at once, by field: nobody sends five times to learn of five things."""
    wanted = {"real_name": _("Real name"), "id_number": _("Document number"), "reason": _("Reason of the appeal")}
    if party == UNIT:
        wanted = {"unit_name": _("Unit name"), "uscc": _("Unified social credit code")} | wanted
    empty = [(name, label) for name, label in wanted.items() if not typed.get(name)]
    empty += [(place.name, place.label) for place in places if place.needed and place.kept is None]
    if request.form.get("agreed") != "y":
        empty.append(("agreed", _("Consent to the use of identity pictures")))
    return [(name, _("%(what)s: please fill this in.", what=label)) for name, label in empty]


def _kept_by_nobody(page: Any, status: int = 200) -> Response:
    response: Response = make_response(page, status)
    response.headers["Cache-Control"] = "no-store"
    return response


class AppealPage(Page):
    """/appeal/: for people who cannot log in."""

    route_base = "/appeal"
    default_view = "index"
    open_to_anybody = frozenset({"index", "code", "form", "sent", "state", "again", "link", "leave", "password"})

    def _page(self, template: str, refused: Refused | None = None, **values: Any) -> Response:
        status = words.status_of(refused) if refused is not None else 200
        fault = words.say(refused) if refused is not None else ""
        at = (refused.field or "") if refused is not None else ""
        leaves = bool(proven_phone.kept())  # something of this browser's is kept: a button ends it
        return _kept_by_nobody(self.render_template(template, fault=fault, at=at, leaves=leaves, **values), status)

    # -- the telephone ---------------------------------------------------------------------------

    @expose("/", methods=["GET", "POST"])
    def index(self) -> Any:
        """Which telephone may be reached from now on; a code goes there."""
        then, refused = request.values.get("then", ""), None
        phone = request.form.get("phone", "").strip()[:20]
        if request.method == "POST":
            try:
                if phone_fault(phone):
                    raise Refused("mobile_form", field="phone")
                captcha.check()
                appeals.ask_code(db.session, phone, address())
                proven_phone.remember(phone, proven=False)
                return redirect(url_for("AppealPage.code", then=then or None))
            except Refused as found:
                db.session.rollback()
                refused = found
        return self._page(
            "recovery/phone.html",
            refused,
            title=_("Recover an account by documents"),
            phone=phone,
            then=then,
            captcha_token=captcha.new() if current_app.config["CAPTCHA"] else "",
        )

    @expose("/code", methods=["GET", "POST"])
    def code(self) -> Any:
        """The code from the message."""
        phone, then, refused = proven_phone.asked(), request.values.get("then", ""), None
        if not phone:
            return redirect(url_for("AppealPage.index"))
        if request.method == "POST":
            try:
                appeals.prove(db.session, phone, request.form.get("code", "").strip()[:12])
                proven_phone.remember(phone, proven=True)
                return redirect(url_for("AppealPage.state" if then == "state" else "AppealPage.form"))
            except Refused as found:
                db.session.rollback()
                refused = found
        return self._page("recovery/code.html", refused, title=_("Code from the message"), phone=phone, then=then)

    # -- the form --------------------------------------------------------------------------------

    @expose("/form", methods=["GET", "POST"])
    def form(self) -> Any:
        """Who it is, why, and the papers. What was uploaded stays when something else must be mended."""
        phone = proven_phone.proven()
        if not phone:
            return redirect(url_for("AppealPage.index"))
        party, province = request.values.get("party", ""), request.values.get("province", "")
        if party not in PARTIES or not public_content.regions_above(db.session, province[:6]):
            return self._page(
                "recovery/for_whom.html", title=_("For whom is it?"), party=party, provinces=self._provinces()
            )
        mending = self._mending(phone)
        typed = self._typed(mending)
        places = appeal_papers.places(db.session, party, province, mending)
        refused, findings = None, []
        if request.method == "POST":
            appeal_papers.receive(places, phone)
            try:
                if any(place.errors for place in places):
                    raise Refused("checks_block", field="files")
                lacking = _lacking(party, typed, places)
                if lacking:
                    raise Refused("missing", findings=lacking)
                return self._send(phone, party, typed, places, mending)
            except Refused as found:
                db.session.rollback()
                refused, findings = found, list(found.facts.get("findings") or [])
        return self._page(
            "recovery/form.html", refused, title=_("Appeal for an account"), party=party, province=province, phone=phone,
            typed=typed, places=places, wishes=WISHES,
            findings=[one if isinstance(one, tuple) else (one["field"], words.finding(one)) for one in findings],
            dictionary=dictionary, divisions=appeal_papers.divisions(db.session, province), unit=party == UNIT,
        )  # fmt: skip

    @staticmethod
    def _provinces() -> list[tuple[str, str]]:
        return public_content.regions_below(db.session, "")

    @staticmethod
    def _mending(phone: str) -> Appeal | None:
        """The returned appeal that is being mended, if this telephone's receipt named one."""
        receipt = proven_phone.kept().get("mends", "")
        if not receipt:
            return None
        row = appeals.asked(db.session, receipt, phone)
        return row if row.status == "returned" else None

    @staticmethod
    def _typed(mending: Appeal | None) -> dict[str, str]:
        if request.method == "POST":
            return {name: request.form.get(name, "").strip()[: LONGEST.get(name, 60) + 1] for name in TYPED}
        if mending is not None:
            return {name: str(getattr(mending, name) or "") for name in TYPED if name != "id_number"}
        return {"wish": request.args.get("wish", "password"), "document_kind": "resident_id"}

    def _send(self, phone: str, party: str, typed: dict[str, str], places: Any, mending: Appeal | None) -> Response:
        content = {**typed, "party": party, "phone": phone, "agreed": request.form.get("agreed") == "y"}
        if party == PERSON:
            content["unit_name"] = content["uscc"] = ""
        content["files"] = appeal_papers.sent(places)
        if mending is not None:
            opened = appeals.send_again(db.session, mending.id, content, g.actor)
        else:
            sender = g.actor if g.actor is not None and g.actor.role in appeals.AppealKind.sender_roles else None
            opened = appeals.send_in(db.session, sender, content, address())
        proven_phone.sent(opened.receipt_no)
        return redirect(url_for("AppealPage.sent"))

    @expose("/sent")
    def sent(self) -> Any:
        """The receipt."""
        kept = proven_phone.kept()
        if not kept.get("to"):
            return redirect(url_for("AppealPage.index"))
        return self._page("recovery/sent.html", title=_("Received"), receipt=kept["receipt"], phone=kept["to"])

    # -- the state -------------------------------------------------------------------------------

    @expose("/state", methods=["GET", "POST"])
    def state(self) -> Any:
        """How it stands, for the number of the receipt and the proven telephone."""
        phone, refused, row = proven_phone.proven(), None, None
        if not phone:
            return redirect(url_for("AppealPage.index", then="state"))
        receipt = (request.form.get("receipt_no") or proven_phone.kept().get("receipt", "")).strip()[:40]
        if receipt:
            try:
                row = appeals.asked(db.session, receipt, phone)
                proven_phone.note(receipt=receipt)
            except Refused as found:
                refused = found
        return self._page(
            "recovery/state.html", refused, title=_("How an appeal stands"), receipt=receipt, row=row, labels=labels,
            told=self._told(row), phone=phone,
        )  # fmt: skip

    @staticmethod
    def _told(row: Appeal | None) -> dict[str, Any]:
        """What the applicant may know: dates, the verdict once it stands, and its reasons."""
        if row is None:
            return {}
        last = db.session.scalars(appeals.rounds_of(row.id).limit(1)).first()
        settled = row.told_at is not None and (row.decided_at is None or row.told_at >= row.decided_at)
        status = row.status if settled or row.status in ("pending", "withdrawn", "revoked") else "pending"
        why = appeals.reasons_of(db.session, row.id, english=str(get_locale()).startswith("en"))
        return {"status": status, "due": last.due_at if last else None, "why": why if status != "pending" else ""}

    @expose("/leave", methods=["POST"])
    def leave(self) -> Any:
        """Nothing of the appeal stays in this browser."""
        proven_phone.forget()
        return redirect(url_for("LoginView.login"), 303)

    @expose("/again", methods=["POST"])
    def again(self) -> Any:
        """To the form over a returned appeal."""
        phone = proven_phone.proven()
        if not phone:
            return redirect(url_for("AppealPage.index", then="state"))
        row = appeals.asked(db.session, request.form.get("receipt_no", "")[:40], phone)
        if row.status != "returned":
            raise Refused("wrong_state")
        proven_phone.note(mends=request.form.get("receipt_no", "").strip()[:40])
        return redirect(url_for("AppealPage.form", party=row.party, province=f"{row.region_code[:2]}0000"))

    @expose("/link", methods=["POST"])
    def link(self) -> Any:
        """The one-time link once more, to the same telephone."""
        phone = proven_phone.proven()
        if not phone:
            return redirect(url_for("AppealPage.index", then="state"))
        row = appeals.asked(db.session, request.form.get("receipt_no", "")[:40], phone)
        here = site.address()
        if not here:
            raise Refused("site_missing")
        appeals.another_link(db.session, row, here, address())
        return self._page("recovery/link_sent.html", title=_("A new link is on its way"), phone=phone)

    @expose("/new-password/<string:token>", methods=["GET", "POST"])
    def password(self, token: str) -> Any:
        """Where the link leads: a new password, chosen by the one who holds the telephone."""
        refused, user = None, new_password.of_link(token)
        if request.method == "POST":
            try:
                new_password.choose(token, request.form.get("new", "")[:200], request.form.get("again", "")[:200])
                return self._page("recovery/done.html", title=_("The new password counts"), name=user.username)
            except Refused as found:
                db.session.rollback()
                refused = found
        return self._page("recovery/password.html", refused, title=_("Choose a new password"), name=user.username)
