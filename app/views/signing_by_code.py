"""Login by a code sent to the phone, and a new password by one (ZX-04, ZX-05, TJ-13, GD-19).

The pages are the same whether the phone is registered or not, and whether its account is locked or not: whoever owns it is
told by SMS, and of a lockout once the code is there. Otherwise a lockout brought about under a user name would tell whose
phone it is.
"""

from __future__ import annotations

from typing import Any, Final

from flask import flash, make_response, redirect, request, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.sqla.models import User
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import update
from werkzeug.security import generate_password_hash
from werkzeug.wrappers import Response

from app.extensions import db
from app.models.accounts import Person
from app.review import codes, dispatch, links, persons
from app.rules.codes import email_fault, phone_fault
from app.rules.masks import mask_phone
from app.rules.passwords import password_fault, staff_password_fault
from app.rules.refused import Refused
from app.views import ageing, arriving, captcha, everywhere, lockout, second_factor, site, steps, words
from app.views.identity import wardrobe
from app.views.page import Page, safe_next
from app.views.sessions import address, note, refuse_address

LOGIN, RESET = "login", "reset"
LINK_MINUTES: Final = 30


class CodeLoginView(Page):
    """短信登录, 忘记密码."""

    route_base = "/code"
    default_view = "login"
    open_to_anybody = frozenset({"login", "enter", "forgot", "renew", "by_mail", "link"})

    @expose("/login/", methods=["GET", "POST"])
    def login(self) -> Any:
        """Where the code is to go."""
        if request.method == "GET" and current_user.is_authenticated:
            return redirect(url_for("HomeView.index"))
        return self._ask(LOGIN, "CodeLoginView.enter", _("Log in with a code"))

    @expose("/enter/", methods=["GET", "POST"])
    def enter(self) -> Any:
        """The code, and the way in."""
        target, phone = safe_next(request.args.get("next")), _phone(LOGIN)
        if phone is None:
            return redirect(url_for("CodeLoginView.login", next=target or None))
        refused = None
        if request.method == "POST":
            try:
                user = _by_code(LOGIN, phone)
                arriving.admit(user)
            except Refused as found:
                db.session.rollback()
                refused = found
            else:
                waiting = bool(second_factor.needed(user.id))
                note(user.username, "half" if waiting else "ok", user.id)
                ageing.ask_for_change(user.id)
                steps.forget(LOGIN)
                return redirect(arriving.enter(user, target))
        return self._page(
            "account/by_code.html", _("Log in with a code"), refused, phone=mask_phone(phone), purpose=LOGIN
        )

    @expose("/forgot/", methods=["GET", "POST"])
    def forgot(self) -> Any:
        """Which phone proves whose password it is."""
        return self._ask(RESET, "CodeLoginView.renew", _("Forgot the password"))

    @expose("/renew/", methods=["GET", "POST"])
    def renew(self) -> Any:
        """The code and a new password twice. Every login of the account ends, and its owner is told."""
        phone = _phone(RESET)
        if phone is None:
            return redirect(url_for("CodeLoginView.forgot"))
        refused = None
        if request.method == "POST":
            try:
                new = _new_password()
                user = _by_code(RESET, phone)
                self._change(user, new)
            except Refused as found:
                db.session.rollback()
                refused = found
            else:
                steps.forget(RESET)
                return _changed()
        return self._page("account/by_code.html", _("New password"), refused, phone=mask_phone(phone), purpose=RESET)

    @expose("/mail/", methods=["GET", "POST"])
    def by_mail(self) -> Any:
        """A one-time link to the reserved mail address; the answer is the same for every address."""
        mail, refused = request.form.get("mail", "").strip()[:120], None
        if request.method == "POST":
            try:
                if email_fault(mail):
                    raise Refused("email_form", field="mail")
                captcha.check()
                _send_link(mail)
            except Refused as found:
                db.session.rollback()
                refused = found
            else:
                flash(_("If the address is reserved for an account, a link is on its way there."), "info")
                return redirect(url_for("LoginView.login"))
        return self._page(
            "account/by_mail.html", _("Forgot the password"), refused, mail=mail, captcha_token=captcha.new()
        )

    @expose("/link/<token>", methods=["GET", "POST"])
    def link(self, token: str) -> Any:
        """What the link in the mail opens. Looking uses nothing up: some mail programs look at every link."""
        account_id, refused = links.look(db.session, RESET, token[:100]), None
        if request.method == "POST":
            try:
                new = _new_password()
                account_id = links.use(db.session, RESET, token[:100])
                self._change(db.session.get_one(User, account_id), new)
            except Refused as found:
                db.session.rollback()
                refused = found
            else:
                return _changed()
        return self._page("account/by_code.html", _("New password"), refused, phone="", purpose="link")

    def _ask(self, purpose: str, onwards: str, title: str) -> Any:
        target, phone = safe_next(request.args.get("next")), request.form.get("phone", "").strip()[:20]
        refused = None
        if request.method == "POST":
            try:
                if phone_fault(phone):
                    raise Refused("mobile_form", field="phone")
                refuse_address(phone)
                captcha.check()
                user = persons.by_phone(db.session, phone)
                known = user is not None and user.is_active
                codes.issue(db.session, purpose, phone, address(), template="code" if known else "no_account")
                steps.keep(purpose, phone)
            except Refused as found:
                db.session.rollback()
                refused = found
            else:
                return redirect(url_for(onwards, next=target or None))
        return self._page(
            "account/ask_phone.html", title, refused, phone=phone, purpose=purpose, target=target,
            captcha_token=captcha.new(),
        )  # fmt: skip

    def _change(self, user: User, new: str) -> None:
        """The new password; the trigger ends every login. Old channels are told."""
        staff = wardrobe(user.id).staff
        fault = (staff_password_fault if staff else password_fault)(new, user.username)
        if fault:
            raise Refused(fault, field="new")
        if staff and ageing.used_before(user.id, new):
            raise Refused("password_reused", field="new")
        db.session.execute(update(Person).where(Person.account_id == user.id).values(must_change=False))
        tell(user, "password_changed")
        links.expire(db.session, user.id)
        user.password = generate_password_hash(new)
        db.session.commit()
        note(user.username, "unlocked", user.id)

    def _page(self, template: str, title: str, refused: Refused | None, **more: Any) -> Response:
        page = self.render_template(
            template, title=title, fault=words.say(refused) if refused is not None else "",
            at=refused.field if refused is not None else "", wait=codes.BETWEEN, minutes=codes.MINUTES, **more,
        )  # fmt: skip
        answer = make_response(page, words.status_of(refused) if refused is not None else 200)
        answer.headers["Cache-Control"] = "no-store"
        return answer


def tell(user: User, template: str) -> None:
    """A warning over every channel the account has at this moment."""
    person = db.session.get(Person, user.id)
    facts = {"account": user.username, "phone": everywhere.value("service_phone") or "12333"}
    if person is not None and person.phone:
        dispatch.send(db.session, "sms", person.phone, template, facts, user.id)
    if person is not None and person.mail:
        dispatch.send(db.session, "mail", person.mail, template, facts, user.id)


def _phone(place: str) -> str | None:
    found = steps.kept(place)
    return found[0] if found else None


def _by_code(purpose: str, phone: str) -> User:
    """The account behind the phone, once its code is there. Raises Refused: too_many, code_refused."""
    refuse_address(phone)
    user, left = persons.by_phone(db.session, phone), lockout.minutes(phone, mask_phone(phone), address())
    try:
        codes.check(db.session, purpose, phone, request.form.get("code", "")[:12])
        if user is None or not user.is_active:
            raise Refused("code_refused", field="code")
    except Refused:
        note(phone, "locked" if left else "wrong_code", user.id if user is not None else None)
        raise
    if left:
        note(phone, "locked", user.id)
        raise Refused("too_many", minutes=left)
    return user


def _new_password() -> str:
    new, again = (request.form.get(name, "")[:200] for name in ("new", "again"))
    fault = password_fault(new)
    if fault:
        raise Refused(fault, field="new")
    if new != again:
        raise Refused("password_differs", field="again")
    return new


def _send_link(mail: str) -> None:
    codes.limit(db.session, RESET, mail, address())
    account_id = persons.by_mail(db.session, mail)
    here = site.address()
    if account_id is not None and here:
        token = links.make(db.session, RESET, account_id, LINK_MINUTES)
        opens = here + url_for("CodeLoginView.link", token=token)
        facts = {"link": opens, "minutes": str(LINK_MINUTES), "purpose": _("New password")}
        kept = db.session.get_one(Person, account_id).mail  # as it was proven, whatever else was read as the same
        dispatch.send(db.session, "mail", kept or mail, "link", facts, account_id, minutes=LINK_MINUTES)
    db.session.commit()


def _changed() -> Any:
    flash(
        _("The password was changed. Every login of this account has ended: please log in with the new one."), "success"
    )
    return redirect(url_for("LoginView.login"))
