"""Screens of job postings 职位 (GD-38..49, SG-08..20, HL-16..24)."""

from typing import Any

from flask import flash, redirect, url_for
from flask_appbuilder import expose
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, select
from werkzeug.wrappers import Response

from app.extensions import db
from app.models.agencies import AgencyUnit
from app.models.positions import Posting
from app.models.schools import Residency, School
from app.models.units import Unit
from app.review import desk
from app.review.kinds import KINDS
from app.review.kinds.base import Origin
from app.rules.actor import UNIT_SIDE, Actor, Role
from app.rules.dates import today
from app.views import custom, dictionary, portal, public_content, scope
from app.views.base import SafeView
from app.views.identity import current


def pay_words(made_of: tuple[int | None, int | None, bool, str]) -> str:
    """Monthly pay in one cell: a range in yuan, else as it was written."""
    low, high, negotiable, text = made_of
    if low and high:
        return f"{low:,}–{high:,}" if low != high else f"{low:,}"
    if low or high:
        return f"≥ {low:,}" if low else f"≤ {high:,}"
    return text or (_("Negotiable") if negotiable else "—")


def clients(stmt: Select[Any], actor: Actor) -> Select[Any]:
    """An agency posts for units that authorised it; a unit for itself."""
    if actor.role is Role.AGENCY:
        mine = select(AgencyUnit.unit_id).where(AgencyUnit.agency_id == actor.agency_id, AgencyUnit.authorised)
        return stmt.where(Unit.id.in_(mine))
    return stmt.where(Unit.id == actor.unit_id)


def home_schools(stmt: Select[Any], actor: Actor) -> Select[Any]:
    """Only schools where the unit is resident can be chosen (HL-21)."""
    resident = select(Residency.school_id).where(Residency.unit_id == actor.unit_id, Residency.status == "active")
    return stmt.where(School.id.in_(resident)) if actor.unit_id else stmt


class PostingView(SafeView):
    """The unit's postings and the bureau's query; lists by status, batch take-down and validity, copy, preview."""

    imports = ("posting", "own_posting")
    datamodel = SQLAInterface(Posting)
    kind = "posting"
    public_face = "postings"
    list_title, thing, add_words = _l("Postings"), _l("Posting"), _l("Write a posting")
    empty_words = _l("A posting is written, submitted, reviewed, and then public. Start with the button on top.")
    hidden_for = {
        **dict.fromkeys(UNIT_SIDE, ("unit_name", "source")),
        **dict.fromkeys((Role.REVIEWER, Role.LEAD, Role.OPERATOR, Role.AGENCY, Role.SCHOOL), ("schools", "changed_on")),
    }
    needed_columns = ("valid_until",)
    list_columns = [
        "title", "status", "unit_name", "headcount", "pay", "region", "education", "schools", "valid_until", "changed_on",
    ]  # fmt: skip
    column_needs = {"pay": ("pay_min", "pay_max", "pay_negotiable", "pay_text")}
    formatters_columns = {"pay": pay_words}
    label_columns = {"pay": _l("Monthly pay (yuan)")}
    identity_columns = ["unit_name", "pay", "region", "valid_until"]
    search_columns = [
        "title", "status", "region", "valid_until", "unit_name", "education", "pay_min", "board_lodging", "occupation", "source", "schools",
    ]  # fmt: skip
    order_columns = ["title", "headcount", "pay_min", "valid_until", "changed_on"]
    inline_columns = ["headcount", "education", "valid_until"]
    add_fieldsets = [
        (_l("Basic data"), {"fields": ["title", "occupation", "headcount", "education", "experience"]}),
        (
            _l("Place and pay"),
            {"fields": ["region", "address", "pay_min", "pay_max", "pay_negotiable", "benefits", "board_lodging"]},
        ),
        (
            _l("Duties and conditions"),
            {"fields": ["description", "requirements", "gender_ground", "gender_ground_note"]},
        ),
        (_l("Publication"), {"fields": ["schools", "valid_until"]}),
    ]
    edit_fieldsets = add_fieldsets
    show_fieldsets = [
        (
            _l("Basic data"),
            {"fields": ["title", "unit", "occupation", "headcount", "education", "experience", "status"]},
        ),
        (_l("Place and pay"), {"fields": ["region", "address", "pay", "pay_text", "benefits", "board_lodging"]}),
        *add_fieldsets[2:3],
        (_l("Publication"), {"fields": ["schools", "valid_until", "source", "published_at", "decided_at"]}),
    ]
    choices = {"schools": home_schools, "unit": clients}
    show_template = "posting.html"

    @expose("/copy/<pk>", methods=["POST"])
    @has_access
    def copy(self, pk: str) -> Response:
        """A copy lands among the drafts, to be changed and sent in (GD-43). A day that is over is not copied."""
        row, kind = scope.fetch(self, current(), pk), KINDS["posting"]
        content = {name: getattr(row, name) for name in kind.columns}
        content["schools"] = [school.id for school in row.schools]
        content |= custom.carried(row)
        if row.valid_until and row.valid_until <= today():
            content["valid_until"] = None
        if row.agency_id:
            content["unit_id"] = row.unit_id
        made = desk.create(db.session, current(), "posting", content, Origin("copy"))
        flash(_("Copied. Change what differs, then submit."), "success")
        return redirect(url_for(f"{self.endpoint}.edit", pk=made.id))

    @expose("/preview/<pk>", methods=["GET"])
    @has_access
    @permission_name("show")
    def preview(self, pk: str) -> str:
        """The posting as the public would see it (GD-42); nothing becomes public by looking."""
        row = scope.fetch(self, current(), pk)
        return self.render_template(
            "portal/posting.html",
            row=row,
            preview=True,
            pictures=public_content.unit_pictures(db.session, row.unit_id),
            near=[],
            above=public_content.regions_above(db.session, row.region_code),
            paragraphs=portal.paragraphs,
            place=portal.place,
            dictionary=dictionary,
            pay_words=portal.pay_words,
            amount_words=portal.amount_words,
        )


class AgencyPostingView(PostingView):
    """The same for an agency, which names the unit it posts for (ZX-08, ZX-10, ZX-41)."""

    resource = "agency-posting"

    imports = ("agency_posting",)
    list_title = _l("Postings for units")
    add_fieldsets = [(_l("Posted for"), {"fields": ["unit"]}), *PostingView.add_fieldsets]
