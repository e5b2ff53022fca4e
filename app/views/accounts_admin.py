"""Accounts as the system administrator keeps them: add, switch off and on, hand out a new password once.

A password made here is random, shown on one page, kept only as its hash, and changed by its owner at the next login.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from flask import flash, g, make_response
from flask_appbuilder.baseviews import expose
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.sqla.models import User
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.security import generate_password_hash
from werkzeug.wrappers import Response

from app.extensions import db
from app.models.accounts import Hat, Person
from app.review import administrators, confirming, ledger, persons
from app.review.policy import DEFAULT, Policy
from app.rules.actor import Actor
from app.rules.codes import email_fault
from app.rules.identity import SEEN
from app.rules.lifecycle import Move, move
from app.rules.passwords import one_time_password
from app.rules.refused import Refused
from app.rules.registering import USER_NAME
from app.views import enrolment, labels, proof, scope
from app.views.accounts import for_administrators
from app.views.acting import ProvenView
from app.views.base import SafeView
from app.views.identity import current
from app.views.role_words import NOT_YET
from app.views.sessions import note

MOVES = {
    one.name: one
    for one in (
        move("reset_password", "active inactive", "", "keeper"),
        move("enrolment", "active", "", "keeper"),
        move("unlock", "active", "", "keeper"),
        move("identity_seen", "active", "", "keeper", needs_reason=True),
        move("activate", "inactive", "active", "keeper"),
        move("deactivate", "active", "inactive", "keeper"),
    )
}


def role_words(hats: Sequence[Hat]) -> str:
    """The roles of an account, each once."""
    return _("; ").join(dict.fromkeys(str(labels.ROLES[hat.role]) for hat in hats))


class AccountView(ProvenView):
    """Accounts (账号管理); what each of them may do stands in its roles."""

    datamodel = SQLAInterface(User)
    acts = MOVES
    scope = staticmethod(for_administrators)
    list_title, thing, add_words = _l("Accounts"), _l("Account"), _l("Add an account")
    label_columns = {
        "username": _l("User name"),
        "first_name": _l("Name"),
        "email": _l("E-mail"),
        "active": _l("Active"),
        "last_login": _l("Last login"),
        "login_count": _l("Logins"),
        "created_on": _l("Created on"),
    }
    description_columns = {
        "username": _l("3 to 32 letters, digits, dots and dashes, beginning with a letter"),
        "first_name": _l("Full name of the person who will use it"),
    }
    formatters_columns = {"hats": role_words}
    title_columns = ("username",)
    list_columns = ["username", "first_name", "hats", "active", "last_login"]
    row_needs = ("last_name", "active")
    identity_columns = ("first_name", "active", "last_login")
    search_columns = ["active"]
    search_text = ("username", "first_name", "last_name", "email")
    order_columns = ["username", "last_login"]
    add_columns = ["username", "first_name", "email"]
    edit_columns = ["first_name", "email"]
    show_columns = ["username", "first_name", "email", "active", "hats", "last_login", "login_count", "created_on"]
    related_names = ("HatView",)

    def before_save(self, row: Any, actor: Actor, *, created: bool) -> None:
        """Refuses what cannot be a user name or address; a new account starts with a password to be changed."""
        if created and not USER_NAME.fullmatch(row.username):
            raise Refused("user_name_form", field="username")
        if created and persons.user_name_taken(db.session, row.username):
            raise Refused("user_name_taken", field="username")
        if email_fault(row.email):
            raise Refused("email_form", field="email")
        if created:
            row.last_name, row.active = "", True
            db.session.add(row)
            _new_password(row, actor)
        else:
            _rename(row)
        db.session.flush()
        ledger.append(db.session, "account_added" if created else "account_changed", actor, "", subject_id=row.id)

    def offered(self, row: Any, policy: Policy = DEFAULT) -> list[Move]:
        """What may be done with an account; one's own is left to a colleague."""
        if row.id == current().account_id:
            return []
        state = "active" if row.active else "inactive"
        return [m for m in MOVES.values() if state in m.sources and self.may(f"can_{m.name}")]

    def perform(self, row_id: Any, name: str, version: int | None, reason: str, values: dict[str, Any]) -> Any:
        """Makes the move and writes it into the ledger. Open sessions end with the next request."""
        row, actor = scope.fetch(self, current(), row_id, lock=True), current()
        if row.id == actor.account_id:
            raise Refused("own_account")
        if MOVES[name] not in self.offered(row):
            raise Refused("wrong_state")
        if name == "reset_password":
            _new_password(row, actor)
        elif name == "enrolment":
            if enrolment.enrolled(row.id):
                raise Refused("factor_there")
            g.one_time = (row, "", enrolment.issue(row.id, actor.account_id))
        elif name == "identity_seen":
            _seen(row.id)
        elif name != "unlock":
            if name == "deactivate":
                administrators.keep(db.session, row.id)
            if name == "activate" and confirming.ask_again(db.session, actor, row.id):
                flash(NOT_YET, "warning")
            row.active = name == "activate"
            row.changed_on = dt.datetime.now()  # noqa: DTZ005 - as the framework writes it; unused accounts are told by it
        facts = {"reason": reason} if reason else None
        ledger.append(db.session, name, actor, "", subject_id=row.id, facts=facts)
        if name in ("unlock", "reset_password"):
            note(row.username, "unlocked", row.id)
        db.session.commit()

    @expose("/move/<string:name>/<pk>", methods=["GET", "POST"])
    def move(self, name: str, pk: str) -> Any:
        """As everywhere; a new password is answered with the one page that shows it."""
        return shown_once(self, super().move(name, pk))

    def _form(self, row: Any) -> Any:
        """A new account comes with a password and a code, a changed one with another mail: both after a fresh proof."""
        proof.demand()
        return shown_once(self, super()._form(row))


def _new_password(user: User, actor: Actor) -> None:
    """A random password for the account, and a code to set up its device with; what they are stays in this request."""
    word = one_time_password()
    user.password = generate_password_hash(word)
    person = db.session.get(Person, user.id) if user.id else None
    if person is None:
        person = Person(account=user, real_name=f"{user.last_name}{user.first_name}"[:60])
        db.session.add(person)
    person.must_change = True
    db.session.flush()
    code = "" if enrolment.enrolled(user.id) else enrolment.issue(user.id, actor.account_id)
    g.one_time = (user, word, code)


def _seen(account_id: int) -> None:
    """The document was shown to an administrator: level 2. Raises Refused: wrong_state, id_taken."""
    person = db.session.get(Person, account_id)
    if person is None or person.identity_level >= persons.BY_DOCUMENT:
        raise Refused("wrong_state")
    persons.prove(db.session, account_id, persons.BY_DOCUMENT, SEEN)


def _rename(user: User) -> None:
    """The name of the person follows, unless it was verified against a document."""
    user.last_name = ""
    person = db.session.get(Person, user.id)
    if person is not None and not person.identity_level:
        person.real_name = user.first_name[:60]


def shown_once(view: SafeView, done: Any) -> Any:
    """Instead of the redirect after success: user name, password and code, on a page that nothing keeps."""
    made = g.pop("one_time", None)
    if made is None or getattr(done, "status_code", 200) != 302:
        return done
    user, word, code = made
    title = _("One-time password") if word else _("Enrolment code")
    page = view.render_template("system/one_time.html", user=user, word=word, code=code, title=title, account=True)
    response: Response = make_response(page)
    response.headers["Cache-Control"] = "no-store"
    return response
