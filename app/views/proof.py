"""Before what does most harm in wrong hands: who it is, once more, if the last proof is some minutes old.

Asked for before a list with personal data leaves as a file, before roles, passwords and second factors of others change.
Where the account has a second factor its code is asked for, else the password.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit

from flask import current_app, flash, g, make_response, redirect, request, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_appbuilder.security.sqla.models import User
from flask_babel import gettext as _
from sqlalchemy import func, select
from werkzeug.exceptions import HTTPException
from werkzeug.security import check_password_hash
from werkzeug.wrappers import Response

from app.extensions import db
from app.models.second_factor import SecondFactor
from app.rules.refused import Refused
from app.views import carried, done_words, second_factor, security_keys, sessions, words
from app.views.columns import describe
from app.views.identity import current
from app.views.page import Page, safe_next

_PLAIN = frozenset({"text", "long", "int", "decimal", "date"})  # kinds whose values are read as they were typed
_SHOWN = 200  # characters of each
# Models whose rows are persons, whichever of their columns are shown.
PERSONS = frozenset({"User", "Person", "Student", "LoginSession"})


def fresh() -> bool:
    """Whether the one at this browser has proven who it is within the last minutes. A program has its token for that."""
    login = g.get("login")
    return login is None or login.now - login.proved_at <= dt.timedelta(minutes=current_app.config["PROOF_MINUTES"])


def demand() -> None:
    """Raises Refused("proof_needed"), which leads to the page below, if the last proof is too old."""
    if not fresh():
        raise Refused("proof_needed")


def personal(view: Any, names: Sequence[str]) -> bool:
    """Whether these columns of a list tell who a person is or how to reach one."""
    infos = [describe(view.model, name) for name in names]
    marked = (one.kind == "sealed" or (one.column is not None and one.column.info.get("personal")) for one in infos)
    return view.model.__name__ in PERSONS or any(marked)


class ProofView(Page):
    """The page that asks."""

    route_base = "/proof"

    @expose("/", methods=["GET", "POST"])
    @has_access
    @permission_name("list")
    def index(self) -> Any:
        """The question, and its answer. The session goes on under a new number."""
        target = safe_next(request.args.get("next")) or url_for("HomeView.index")
        user, refused = db.session.get_one(User, current().account_id), None
        set_up = select(SecondFactor.confirmed_at).where(SecondFactor.account_id == user.id)
        by_code = db.session.scalar(set_up) is not None
        if request.method == "POST":
            try:
                if by_code and request.form.get("credential"):
                    security_keys.prove(user, request.form["credential"])
                else:
                    _check(user, request.form.get("proof", "")[:128], by_code=by_code)
            except Refused as found:
                db.session.rollback()
                refused = found
            else:
                sessions.renew(proved_at=func.now())
                waiting = carried.take(safe_next(request.args.get("next")))
                if waiting is not None:
                    return _kept_by_nobody(self._carry_on(waiting, target))
                flash(_("Thank you. Please go on with what you were about to do."), "success")
                return redirect(target)
        page = self.render_template(
            "account/proof.html", title=_("Please prove once more who you are"), by_code=by_code, target=target,
            minutes=current_app.config["PROOF_MINUTES"], fault=words.say(refused) if refused is not None else "",
            options=security_keys.asking(user.id) if by_code else "",
        )  # fmt: skip
        return _kept_by_nobody(page, words.status_of(refused) if refused is not None else 200)

    def _carry_on(self, waiting: carried.Carried, target: str) -> str:
        """What was refused for want of a proof, to be sent by one press, with its name and what was typed."""
        view, step, typed = _told(waiting)
        return self.render_template(
            "account/carried.html", title=_("One more press"), carried=waiting, target=target,
            screen=done_words.screen_words(view) if view else "", step=done_words.step_words(step) if view else "", typed=typed,
        )  # fmt: skip


def _told(waiting: carried.Carried) -> tuple[str, str, list[tuple[str, str]]]:
    """Screen, step, and the fields that a reader can read as they are: labels and values."""
    try:
        endpoint, named = current_app.url_map.bind("").match(urlsplit(waiting.path).path, method="POST")
    except HTTPException:
        return "", "", []
    screen, _dot, method = str(endpoint).partition(".")
    step = str(named.get("name") or named.get("move") or method)
    found = next((one for one in current_app.extensions["appbuilder"].baseviews if one.endpoint == screen), None)
    fields = {*getattr(found, "add_columns", ()), *getattr(found, "edit_columns", ())}  # none of what is no list
    shown = [(name, value) for name, value in waiting.fields if value and name in fields]
    plain = [(name, value) for name, value in shown if describe(found.model, name).kind in _PLAIN]
    return screen, step, [(str(found.label(name)), value[:_SHOWN]) for name, value in plain]


def _kept_by_nobody(page: str, status: int = 200) -> Response:
    answer: Response = make_response(page, status)
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _check(user: User, proof: str, *, by_code: bool) -> None:
    """Raises Refused: too_many, code_wrong, password_wrong. Failures count towards the lockout."""
    if by_code:
        second_factor.prove(user, proof[:40])
        return
    sessions.refuse_if_locked(user.username)
    if not check_password_hash(user.password or "", proof):
        sessions.note(user.username, "wrong", user.id)
        raise Refused("password_wrong", field="proof")
