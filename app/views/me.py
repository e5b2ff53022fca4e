"""我的账号: all that is one's own in one place (HL-11), and the ways one is reached (TJ-15, TJ-16)."""

from __future__ import annotations

from typing import Any, Final

from flask import flash, g, redirect, request, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_appbuilder.security.sqla.models import User
from flask_babel import gettext as _
from sqlalchemy.exc import IntegrityError

from app.extensions import db
from app.models.accounts import Person
from app.review import codes, dispatch, links, persons
from app.rules.actor import PEOPLE
from app.rules.codes import email_fault, phone_fault
from app.rules.masks import mask_email, mask_phone
from app.rules.refused import Refused
from app.views import dictionary, everywhere, levels, me_parts, proof, steps, words
from app.views.identity import current
from app.views.page import Page
from app.views.sessions import address, begin, shut_out
from app.views.signing_by_code import tell

OLD, NEW, MAIL = "phone_old", "phone_new", "mail"
PROVEN: Final = "phone_proven"  # where the cookie keeps that the old phone was proven
SOUGHT: Final = "phone_sought"  # and which new one is being proven


class MeView(Page):
    """The account's own page, and the change of phone and mail."""

    route_base = "/me"

    @expose("/", methods=["GET"])
    @has_access
    @permission_name("list")
    def index(self) -> Any:
        """What is known of the one who is logged in, masked, each with the way to mend it."""
        actor = current()
        person, found = db.session.get(Person, actor.account_id), me_parts.counted(actor.account_id)
        level = person.identity_level if person is not None else 0
        return self.render_template(
            "account/me.html", title=_("My account"), person=person, user=db.session.get_one(User, actor.account_id),
            level=levels.WORDS[level], enough=level >= levels.needed(), needed=levels.needed(), may_prove=actor.role in PEOPLE,
            kind=dictionary.word("document_kind", person.document_kind) if person is not None else "",
            reached=me_parts.reached(person, found), safety=me_parts.safety(found), data=me_parts.data(found),
            roles_of=me_parts.roles(), own_name=any(hat.role in PEOPLE for hat in g.hats), invited=found.invited,
        )  # fmt: skip

    @expose("/phone", methods=["GET", "POST"])
    @has_access
    @permission_name("list")
    def phone(self) -> Any:
        """After a fresh proof the old phone is proven, then the new one; every other login ends, and both phones are told."""
        person, refused = _person(), None
        if request.method == "POST":
            proof.demand()  # an SMS alone must not be worth what password or device are
            try:
                done = _phone_step(person, request.form.get("do", ""))
            except Refused as found:
                db.session.rollback()
                refused = found
            else:
                return done
        db.session.refresh(person)
        proven, sought = steps.kept(PROVEN), steps.kept(SOUGHT)
        page = self.render_template(
            "account/phone.html", title=_("Change the phone number"), fault=words.say(refused) if refused else "",
            at=refused.field if refused else "", old=person.phone_masked, proven=proven == [str(person.account_id)],
            sought=mask_phone(sought[0]) if sought else "", wait=codes.BETWEEN,
        )  # fmt: skip
        return page, words.status_of(refused) if refused else 200

    @expose("/mail", methods=["GET", "POST"])
    @has_access
    @permission_name("list")
    def mail(self) -> Any:
        """A reserved mail address, by which a forgotten password is renewed; proven by a code sent there."""
        person, refused = _person(), None
        if request.method == "POST":
            proof.demand()
            try:
                done = _mail_step(person, request.form.get("do", ""))
            except Refused as found:
                db.session.rollback()
                refused = found
            else:
                return done
        sought = steps.kept(MAIL)
        page = self.render_template(
            "account/mail.html", title=_("Reserved mail address"), fault=words.say(refused) if refused else "",
            at=refused.field if refused else "", old=person.mail_masked, sought=mask_email(sought[0]) if sought else "",
        )  # fmt: skip
        return page, words.status_of(refused) if refused else 200


def _person() -> Person:
    person = db.session.get(Person, current().account_id)
    if person is None:
        raise Refused("not_found")
    return person


def _code() -> str:
    return request.form.get("code", "")[:12]


def _phone_step(person: Person, do: str) -> Any:
    here = redirect(url_for("MeView.phone"))
    if do == "old_code" and person.phone:
        codes.issue(db.session, OLD, person.phone, address())
        flash(_("A code is on its way to %(phone)s.", phone=person.phone_masked), "success")
        return here
    if do == "old":
        if person.phone:
            codes.check(db.session, OLD, person.phone, _code())
        db.session.commit()
        steps.keep(PROVEN, str(person.account_id))
        return here
    if steps.kept(PROVEN) != [str(person.account_id)]:
        raise Refused("wrong_state")
    if do == "new_code":
        _seek(person, request.form.get("phone", "").strip()[:20])
        return here
    sought = steps.kept(SOUGHT)
    if do != "new" or sought is None:
        raise Refused("wrong_state")
    return _change_phone(person, sought[0])


def _seek(person: Person, phone: str) -> None:
    """A code to the new phone. One that belongs to another account is answered alike; its owner is told."""
    if phone_fault(phone):
        raise Refused("mobile_form", field="phone")
    if phone == person.phone:
        raise Refused("same_phone", field="phone")
    known = persons.by_phone(db.session, phone) is not None
    codes.issue(db.session, NEW, phone, address(), template="known_already" if known else "code")
    steps.keep(SOUGHT, phone)
    flash(_("A code is on its way to %(phone)s.", phone=mask_phone(phone)), "success")


def _change_phone(person: Person, phone: str) -> Any:
    codes.check(db.session, NEW, phone, _code())
    user = db.session.get_one(User, person.account_id)
    tell(user, "phone_changed")
    links.expire(db.session, user.id)
    person.set_phone(phone)
    facts = {"account": user.username, "phone": everywhere.value("service_phone") or "12333"}
    dispatch.send(db.session, "sms", phone, "new_phone", facts, user.id)
    try:
        db.session.flush()
    except IntegrityError:  # registered by somebody else a moment ago
        raise Refused("code_refused", field="code") from None
    before = g.login
    shut_out(user.id, "phone")
    begin(user, proved_at=before.proved_at, worn=before.hat_id)
    flash(_("The phone number was changed. Other logins of this account have ended."), "success")
    return redirect(url_for("MeView.index"))


def _mail_step(person: Person, do: str) -> Any:
    if do == "code":
        mail = request.form.get("mail", "").strip()[:120]
        if email_fault(mail):
            raise Refused("email_form", field="mail")
        held = persons.mail_held(db.session, mail, person.account_id)  # answered alike; whoever reads the mail is told
        codes.issue(db.session, MAIL, mail, address(), template="mail_taken" if held else "code")
        steps.keep(MAIL, mail)
        return redirect(url_for("MeView.mail"))
    user = db.session.get_one(User, person.account_id)
    if do == "drop":
        tell(user, "mail_changed")
        links.expire(db.session, person.account_id)
        person.mail = person.mail_hash = None
        db.session.commit()
        flash(_("The mail address was taken out."), "success")
        return redirect(url_for("MeView.index"))
    sought = steps.kept(MAIL)
    if do != "save" or sought is None:
        raise Refused("wrong_state")
    codes.check(db.session, MAIL, sought[0], _code())
    tell(user, "mail_changed")
    links.expire(db.session, person.account_id)
    person.set_mail(sought[0])
    try:
        db.session.commit()
    except IntegrityError:  # reserved for another account: said no differently from a wrong code
        raise Refused("code_refused", field="code") from None
    steps.forget(MAIL)
    flash(_("The mail address is reserved for your account."), "success")
    return redirect(url_for("MeView.index"))
