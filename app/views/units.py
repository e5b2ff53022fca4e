"""Screens of units: registration and data, change requests, materials, the list of the banned."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from flask import g, request, url_for
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.sqla.models import User
from flask_babel import lazy_gettext as _l

from app.extensions import db
from app.models.base import vault
from app.models.units import Blacklisted, Unit, UnitChange
from app.review.kinds import KINDS
from app.review.kinds.standing import holders
from app.rules.actor import UNIT_SIDE, Actor
from app.rules.codes import phone_fault, resident_id_fault, uscc_fault
from app.rules.custom import is_custom
from app.rules.dates import today
from app.rules.masks import mask_id, mask_phone
from app.rules.refused import Refused
from app.views import forms, proven_code
from app.views.base import SafeView
from app.views.form_parts import Part
from app.views.sessions import begin
from app.views.unit_start import STEPS

BASIC = ["name", "uscc", "nature", "account_kind", "legal_rep", "founded_on", "registered_capital", "region"]
DETAIL = ["industry", "ownership", "size_class", "staff_count", "address", "website", "intro"]
CONTACT = ["contact_name", "contact_phone", "contact_email"]
PAPERS = ["licence_valid_until", "letter_valid_until"]


class UnitView(SafeView):
    """Units: the owner's own data and the bureau's query (GD-24..31, HL-12..15, SG-07)."""

    imports = ("unit",)
    datamodel = SQLAInterface(Unit)
    kind = "unit_registration"
    public_face = "unit"
    list_title, thing, add_words = _l("Units"), _l("Unit"), _l("Register a unit")
    empty_words = _l("Have the licence at hand: after registration and review the unit may publish postings and gigs.")
    needed_columns = ("uscc", "account_kind", "licence")
    hidden_for = dict.fromkeys(UNIT_SIDE, ("account_kind", "source"))
    related_names = (
        "PostingView", "GigOfferView", "UnitMediumView", "UnitChangeView", "ResidencyView", "AgencyUnitView",
    )  # fmt: skip
    list_columns = [
        "name",
        "status",
        "uscc",
        "nature",
        "region",
        "staff_count",
        "reverify_due",
        "certified_until",
        "changed_on",
    ]
    search_columns = [
        "name",
        "uscc",
        "status",
        "nature",
        "region",
        "industry",
        "account_kind",
        "reverify_due",
        "certified_until",
        "source",
    ]
    order_columns = ["name", "staff_count", "reverify_due", "changed_on"]
    add_fieldsets = [
        (_l("Basic data"), {"fields": BASIC}),
        (_l("Detailed data"), {"fields": DETAIL}),
        (_l("Contact"), {"fields": CONTACT}),
        (_l("Materials"), {"fields": PAPERS}),
    ]
    edit_fieldsets = [
        (_l("Basic data"), {"fields": [c for c in BASIC if c != "uscc"]}),
        *add_fieldsets[1:],
    ]
    show_fieldsets = [
        (
            _l("Basic data"),
            {"fields": [*BASIC, "status", "verified_on", "reverify_due", "certified_until", "source", "listed_uscc"]},
        ),
        (_l("Detailed data"), {"fields": DETAIL}),
        (_l("Contact"), {"fields": ["contact_name", "contact_phone_masked", "contact_email"]}),
        (_l("Materials"), {"fields": PAPERS}),
    ]
    label_columns = {"contact_phone_masked": _l("Contact phone")}
    file_slots = ("licence", "handler_id", "letter", "hr_licence", "approval")

    def form_part(self, row: Any) -> Part | None:
        """Basic data first, then the rest with the materials, until the unit was sent in once (GD-28, GD-29)."""
        said = request.args.get("part", "")
        if row is not None and (row.status != "draft" or row.submitted_at is not None):
            return None
        if said not in ("1", "2"):
            if request.method != "GET":
                return None  # somebody sends the whole form
            said = "1"
        if said == "1" or row is None:
            sets = self.add_fieldsets if row is None else self.edit_fieldsets
            return Part(1, sets[:1], STEPS, 3, more=_l("Next: detailed data and materials"))
        back = url_for("UnitView.edit", pk=row.id, part=1)
        return Part(2, self.edit_fieldsets[1:], STEPS, 4, back=back)

    def add_address(self) -> str:
        """The code by SMS comes before the form (GD-25)."""
        return str(url_for("UnitStartView.index"))

    def defaults(self, actor: Actor) -> dict[str, Any]:
        """Name and code as they were given in the first step (app/views/unit_start.py)."""
        given = {name: request.args.get(name, "").strip()[:120] for name in ("name", "uscc")}
        return {name: value for name, value in given.items() if value}

    def opening(self, actor: Actor) -> None:
        """The first two steps come before the form, whoever types its address (GD-25)."""
        super().opening(actor)
        proven_code.begun(actor)

    def perform(self, row_id: Any, name: str, version: int | None, reason: str, values: dict[str, Any]) -> Any:
        """With a unit end the roles for it, and with a role the logins: whoever deleted the own draft goes on in a new one."""
        login = g.get("login")  # a program has none
        done = super().perform(row_id, name, version, reason, values)
        if name == "delete" and login is not None:
            begin(db.session.get_one(User, login.account_id), proved_at=login.proved_at, worn=login.hat_id)
        return done

    def before_create(self, actor: Actor, content: Mapping[str, Any]) -> None:
        """What is wrong with the credit code comes first; then the code by SMS must have come back for it (GD-25)."""
        KINDS[self.kind].clean(content, creating=True)
        proven_code.demand(actor, content.get("uscc"))
        if db.session.scalar(holders(content.get("uscc")).limit(1)) is not None:
            raise Refused("unit_there", field="uscc")  # somebody was quicker: told at once, not when all is filled in


class UnitChangeView(SafeView):
    """Requests to change an approved unit; what is public stays until approval (HL-15, GD-30)."""

    datamodel = SQLAInterface(UnitChange)
    kind = "unit_change"
    list_title, thing, add_words = _l("Unit changes"), _l("Unit change"), _l("Apply for a change")
    empty_words = _l("Name, legal representative, address and the rest of an approved unit are changed by a request.")
    hidden_for = dict.fromkeys(UNIT_SIDE, ("unit",))
    list_columns = ["name", "unit", "status", "legal_rep", "region", "submitted_at", "changed_on"]
    search_columns = ["name", "status", "region", "submitted_at"]
    order_columns = ["name", "submitted_at", "changed_on"]
    add_fieldsets = [
        (_l("Basic data"), {"fields": [c for c in BASIC if c != "uscc"]}),
        (_l("Detailed data"), {"fields": DETAIL}),
        (_l("Contact"), {"fields": CONTACT}),
        (_l("Materials"), {"fields": [*PAPERS, "note"]}),
    ]
    edit_fieldsets = add_fieldsets
    show_fieldsets = [
        (_l("Unit"), {"fields": ["unit", "status", "note"]}),
        (_l("Basic data"), {"fields": [c for c in BASIC if c != "uscc"]}),
        (_l("Detailed data"), {"fields": DETAIL}),
        (_l("Contact"), {"fields": ["contact_name", "contact_phone_masked", "contact_email"]}),
        (_l("Materials"), {"fields": PAPERS}),
    ]
    label_columns = {"contact_phone_masked": _l("Contact phone")}
    file_slots = ("licence", "change_proof", "letter", "hr_licence")

    def defaults(self, actor: Actor) -> dict[str, Any]:
        """A change starts from what is in force."""
        unit = db.session.get(Unit, actor.unit_id) if actor.unit_id else None
        return (
            {}
            if unit is None
            else forms.initial(
                self, unit, [name for name in self.add_columns if hasattr(unit, name) or is_custom(name)]
            )
        )


def _uscc_code(value: str) -> str:
    fault = uscc_fault(value)
    return f"uscc_{fault}" if fault else ""


# What is banned -> code of what is wrong with the typed value, or "". The name is also the purpose of the blind index.
BANNED: dict[str, Callable[[str], str]] = {
    "uscc": _uscc_code,
    "phone": lambda value: "mobile_form" if phone_fault(value) else "",
    "id_number": lambda value: "resident_id_form" if resident_id_fault(value, today()) else "",
}


class BlacklistedView(SafeView):
    """Who may not register again (U14). The value is stored as its blind index only, and shown masked."""

    datamodel = SQLAInterface(Blacklisted)
    open_to_all = True
    list_title, thing = _l("Banned from registering"), _l("Ban")
    list_columns = ["subject", "shown", "reason", "active", "created_on"]
    search_columns = ["subject", "shown", "active"]
    order_columns = ["created_on"]
    label_columns = {"shown": _l("Value")}
    description_columns = {
        "shown": _l("Credit code, document number or phone in full; it is stored unreadably and shown masked")
    }
    add_columns = ["subject", "shown", "reason", "active"]
    edit_columns = ["reason", "active"]
    show_columns = ["subject", "shown", "reason", "active", "created_on"]

    def before_save(self, row: Any, actor: Actor, *, created: bool) -> None:
        """What was typed leaves only its blind index, by which U14 finds it, and its mask."""
        if not created:
            return
        value = row.shown.strip().upper()
        fault = BANNED[row.subject](value)
        if fault:
            raise Refused(fault, field="shown")
        row.value_hash = vault().blind(value, row.subject)
        row.shown = mask_phone(value) if row.subject == "phone" else mask_id(value)
