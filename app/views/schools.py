"""Screens of schools and residency (HL-54..57)."""

from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _l

from app.models.schools import Residency, School
from app.rules.actor import UNIT_SIDE, Role
from app.views.base import SafeView


class SchoolView(SafeView):
    """Schools that units can ask for residency."""

    datamodel = SQLAInterface(School)
    open_to_all = True
    list_title, thing = _l("Schools"), _l("School")
    related_names = ("ResidencyView",)
    list_columns = ["name", "code", "region", "open_for_residency", "website"]
    search_columns = ["name", "code", "region", "open_for_residency"]
    order_columns = ["name", "code"]
    add_columns = ["code", "name", "region", "website", "open_for_residency"]
    edit_columns = ["name", "region", "website", "open_for_residency"]
    show_columns = ["name", "code", "region", "website", "open_for_residency"]


class ResidencyView(SafeView):
    """入驻: the unit applies, the school's admin decides, revokes with a reason."""

    datamodel = SQLAInterface(Residency)
    kind = "residency"
    list_title, thing, add_words = _l("Residency at schools"), _l("Residency"), _l("Apply for residency")
    empty_words = _l("Units resident at a school may name it in their postings.")
    hidden_for = {**dict.fromkeys(UNIT_SIDE, ("unit",)), Role.SCHOOL: ("school", "region")}
    list_columns = ["school", "unit", "status", "region", "submitted_at", "decided_at"]
    search_columns = ["school", "unit", "status", "region", "submitted_at"]
    order_columns = ["submitted_at", "decided_at"]
    add_columns = ["school", "statement"]
    edit_columns = ["statement"]
    show_columns = ["school", "unit", "status", "statement", "revoked_reason", "submitted_at", "decided_at"]
