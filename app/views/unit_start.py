"""单位注册 step by step: who registers, which unit, the code by SMS; then the form with its data (GD-23..25, GD-13, HL-12)."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any, Final

from flask import make_response, redirect, request, session, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from werkzeug.wrappers import Response

from app.extensions import db
from app.gateways.vault import VaultError
from app.models.accounts import Person
from app.models.base import vault
from app.models.identity_proofs import IdentityProof
from app.review import codes
from app.review.kinds.standing import holders
from app.rules.actor import PEOPLE
from app.rules.bindings import LEVEL
from app.rules.codes import uscc_fault
from app.rules.dates import ZONE
from app.rules.refused import Refused
from app.views import proven_code, words
from app.views.identity import current
from app.views.page import Page
from app.views.sessions import address

PURPOSE: Final = "unit_register"
KEPT: Final = "registering_unit"  # where the cookie keeps, sealed, what the first step has settled
MINUTES: Final = 30
# The whole way of a unit (GD-24, GD-25, GD-28, GD-29); the form of the unit is its third and fourth step.
STEPS: Final = (
    _l("Who registers, and which unit"), _l("Code by SMS"), _l("Basic data"), _l("Detailed data and materials"), _l("Review"),
)  # fmt: skip


class UnitStartView(Page):
    """The way to a unit's account: its first two steps. The next two are the parts of the unit's form."""

    route_base = "/unitstart"
    default_view = "index"

    @expose("/", methods=["GET", "POST"])
    @has_access
    @permission_name("list")
    def index(self) -> Any:
        """Who registers, and which unit. Whether a unit is registered already is public; of persons nothing is said."""
        person = db.session.get(Person, current().account_id)
        given = {name: request.form.get(name, "").strip()[:120] for name in ("name", "uscc")}
        refused = None
        if request.method == "POST":
            try:
                return self._first(person, given)
            except Refused as found:
                db.session.rollback()
                person, refused = db.session.get(Person, current().account_id), found
        return self._page(1, refused, person=person, given=given, proven=_proven(person))

    def _first(self, person: Any, given: dict[str, str]) -> Response:
        if not _proven(person):
            raise Refused("level_too_low")
        if not given["name"]:
            raise Refused("missing", field="name")
        fault = uscc_fault(given["uscc"])
        if fault:
            raise Refused(f"uscc_{fault}", field="uscc")
        if db.session.scalar(holders(given["uscc"]).limit(1)) is not None:
            raise Refused("unit_there", field="uscc")
        session[KEPT] = vault().seal(json.dumps([given["name"], given["uscc"], _now(), current().account_id]), KEPT)
        if not person.phone:
            return _on(given["name"], given["uscc"])
        codes.issue(db.session, PURPOSE, person.phone, address())
        return redirect(url_for("UnitStartView.code"))

    @expose("/code", methods=["GET", "POST"])
    @has_access
    @permission_name("list")
    def code(self) -> Any:
        """The code that went to the person's own phone."""
        kept, person = _kept(), db.session.get(Person, current().account_id)
        if kept is None or person is None or not person.phone:
            return redirect(url_for("UnitStartView.index"))
        refused = None
        if request.method == "POST":
            try:
                codes.check(db.session, PURPOSE, person.phone, request.form.get("code", "")[:12])
                db.session.commit()
            except Refused as found:
                db.session.rollback()
                person, refused = db.session.get(Person, current().account_id), found
            else:
                session.pop(KEPT, None)
                return _on(*kept)
        return self._page(2, refused, person=person, given={"name": kept[0], "uscc": kept[1]}, minutes=codes.MINUTES)

    def _page(self, step: int, refused: Refused | None, **more: Any) -> Response:
        page = self.render_template(
            "unit_start.html", title=_("Register a unit"), step=step, steps=STEPS,
            there=refused is not None and refused.code == "unit_there", at=refused.field if refused is not None else "",
            fault=words.say(refused) if refused is not None else "", may_prove=current().role in PEOPLE,
            proof=None if more.get("proven", True) else _open_proof(), **more,
        )  # fmt: skip
        answer = make_response(page, words.status_of(refused) if refused is not None else 200)
        answer.headers["Cache-Control"] = "no-store"
        return answer


def _proven(person: Any) -> bool:
    return person is not None and person.identity_level >= LEVEL


def _open_proof() -> IdentityProof | None:
    """The own proof by documents that is on its way, or has to be mended."""
    mine = select(IdentityProof).where(IdentityProof.created_by_id == current().account_id)
    return db.session.scalar(
        mine.where(IdentityProof.status.in_(("pending", "returned"))).order_by(IdentityProof.id.desc())
    )


def _now() -> int:
    return int(datetime.now(ZONE).timestamp())


def _kept() -> tuple[str, str] | None:
    """Name and code of the first step, by this person, for half an hour."""
    try:
        name, uscc, at, account = json.loads(vault().open(str(session.get(KEPT, "")), KEPT))
    except (VaultError, ValueError):
        return None
    fresh = _now() - at < MINUTES * 60 and account == current().account_id
    return (name, uscc) if fresh else None


def _on(name: str, uscc: str) -> Response:
    """To the form, with what is known already; the form is taken from whoever comes this way only."""
    proven_code.keep(current(), uscc)
    return redirect(url_for("UnitView.add", name=name, uscc=uscc))
