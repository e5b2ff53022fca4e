"""Screens of agencies and the units they post for (ZX-10, ZX-33..37)."""

from collections.abc import Sequence
from typing import Any

from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, false

from app.extensions import db
from app.models.agencies import Agency, AgencyUnit
from app.review import agency_postings, associations
from app.review.kinds.standing import approved_unit
from app.rules import agencies as rules
from app.rules import unfit
from app.rules.actor import UNIT_SIDE, Actor, Role
from app.rules.agencies import COMPLETED
from app.rules.codes import uscc_fault
from app.rules.dates import today
from app.rules.refused import Refused
from app.views.acting import AgreedView
from app.views.base import SafeView

# What the operator decided on: an agency completes the rest.
DECIDED = ("name", "kind", "uscc", "region", "stage", "licence_no", "licence_valid_from", "licence_valid_until")


def own_links(stmt: Select, actor: Actor) -> Select:
    """An agency sees its own associations, a unit those that name it, the operator all."""
    if actor.role is Role.OPERATOR:
        return stmt
    if actor.role is Role.AGENCY:
        return stmt.where(AgencyUnit.agency_id == actor.agency_id)
    if actor.role in UNIT_SIDE:
        return stmt.where(AgencyUnit.unit_id == actor.unit_id)
    return stmt.where(false())


def answering(stmt: Select, _actor: Actor) -> Select:
    """Agencies at work where somebody answers."""
    return stmt.where(associations.answering(today()))


class AgencyView(SafeView):
    """Agencies of the platform."""

    datamodel = SQLAInterface(Agency)
    open_to_all = True
    list_title, thing = _l("Agencies"), _l("Agency")
    label_columns = {"intro": _l("About the agency")}
    related_names = ("AgencyUnitView",)
    list_columns = ["name", "kind", "stage", "region", "licence_no", "licence_valid_until"]
    search_columns = ["name", "kind", "stage", "region", "licence_valid_until"]
    order_columns = ["name", "licence_valid_until"]
    add_fieldsets = [
        (_l("Agency"), {"fields": ["name", "kind", "uscc", "region"]}),
        (_l("Licence"), {"fields": ["licence_no", "licence_valid_from", "licence_valid_until"]}),
        (_l("For people who come"), {"fields": [*COMPLETED, "staff_count", "team", "leaders", "services"]}),
    ]
    edit_fieldsets = [
        (_l("Agency"), {"fields": ["name", "kind", "uscc", "region", "stage"]}),
        *add_fieldsets[1:],
    ]
    show_fieldsets = [edit_fieldsets[0], *add_fieldsets[1:]]

    def may_edit(self, row: Any, actor: Actor) -> bool:
        """The operator every agency; an agency itself."""
        return actor.role is Role.OPERATOR or row.id == actor.agency_id

    def left_out(self, row: Any, actor: Actor) -> Sequence[str]:
        """What was decided on is not the agency's to change."""
        return DECIDED if actor.role is Role.AGENCY else ()

    def before_save(self, row: Any, actor: Actor, *, created: bool) -> None:
        """Completed data open the functions to an agency that was approved (ZX-29)."""
        if row.uscc and uscc_fault(row.uscc):
            raise Refused(f"uscc_{uscc_fault(row.uscc)}", field="uscc")
        if row.licence_valid_from and row.licence_valid_until and row.licence_valid_from >= row.licence_valid_until:
            raise Refused("bad_value", field="licence_valid_until")
        if actor.role is not Role.AGENCY:
            _end_postings(row.id, created=created)
            return
        for name in rules.TEXTS:
            unfit.refuse(name, getattr(row, name) or "", but=("CONTACT",))
        missing = next((name for name in COMPLETED if not (getattr(row, name) or "").strip()), None)
        if missing:
            raise Refused("missing", field=missing)
        if row.stage == "incomplete":
            row.stage = "open"


class AgencyUnitView(AgreedView):
    """关联职介: the unit asks, the agency agrees or declines, either side ends it."""

    datamodel = SQLAInterface(AgencyUnit)
    scope = staticmethod(own_links)
    acts = rules.ASSOCIATION
    list_title, thing, add_words = _l("Associations"), _l("Association"), _l("Ask an agency")
    send_words = _l("Ask for it")
    hidden_for = {Role.AGENCY: ("agency",), **dict.fromkeys(UNIT_SIDE, ("unit",))}
    empty_words = _l("A unit asks an agency for association; once the agency agrees, it may post for the unit.")
    title_columns = ("agency", "unit")
    list_columns = ["agency", "unit", "state", "created_on", "moved_at"]
    search_columns = ["agency", "unit", "state", "created_on"]
    order_columns = ["created_on", "moved_at"]
    row_needs = ("state",)
    choices = {"agency": answering}
    add_columns = ["agency", "statement"]
    show_columns = ["agency", "unit", "unit_facts", "state", "statement", "reason", "created_on", "moved_at"]
    label_columns = {
        "created_on": _l("Asked on"),
        "unit_facts": _l("Code and division of the unit"),
        "moved_at": _l("Last step at"),
    }
    reason_words = {"refuse": _l("Reason"), "dissolve": _l("Reason")}
    move_words = {
        "agree": _l("The agency may then post for the unit, until either side ends the association."),
        "dissolve": _l("What the agency has posted for the unit leaves the public at once."),
    }

    def opening(self, actor: Actor) -> None:
        """Only an approved unit asks (GD-27)."""
        approved_unit(db.session, actor.unit_id)

    def before_save(self, row: Any, actor: Actor, *, created: bool) -> None:
        """A wish for association; the rules are those of app.review.associations."""
        with db.session.no_autoflush:
            associations.ask(db.session, actor, row, today())

    def act(self, row: Any, name: str, actor: Actor, reason: str) -> None:
        """Asked again, taken back, agreed to, declined, ended."""
        associations.act(db.session, actor, row, name, reason, today())


def _end_postings(agency_id: int, *, created: bool) -> None:
    """What the change leaves without a right to be public is taken down with it (J17)."""
    if not created:
        agency_postings.withhold_of(db.session, agency_id, today())
