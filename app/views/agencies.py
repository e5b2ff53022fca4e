"""Screens of agencies and the units they post for (ZX-10, ZX-33..37)."""

from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, false

from app.models.agencies import Agency, AgencyUnit
from app.rules.actor import UNIT_SIDE, Actor, Role
from app.views.base import SafeView


def own_links(stmt: Select, actor: Actor) -> Select:
    """An agency sees its own associations, a unit those that name it, the operator all."""
    if actor.role is Role.OPERATOR:
        return stmt
    if actor.role is Role.AGENCY:
        return stmt.where(AgencyUnit.agency_id == actor.agency_id)
    if actor.role in UNIT_SIDE:
        return stmt.where(AgencyUnit.unit_id == actor.unit_id)
    return stmt.where(false())


class AgencyView(SafeView):
    """Agencies of the platform."""

    datamodel = SQLAInterface(Agency)
    open_to_all = True
    list_title, thing = _l("Agencies"), _l("Agency")
    related_names = ("AgencyUnitView",)
    list_columns = ["name", "kind", "region", "licence_no", "licence_valid_until"]
    search_columns = ["name", "kind", "region", "licence_valid_until"]
    order_columns = ["name", "licence_valid_until"]
    add_columns = ["name", "kind", "region", "licence_no", "licence_valid_until"]
    edit_columns = add_columns
    show_columns = add_columns


class AgencyUnitView(SafeView):
    """Associations between agencies and units."""

    datamodel = SQLAInterface(AgencyUnit)
    scope = staticmethod(own_links)
    list_title, thing = _l("Associated units"), _l("Association")
    hidden_for = {Role.AGENCY: ("agency",), **dict.fromkeys(UNIT_SIDE, ("unit",))}
    empty_words = _l("The operator of the platform enters which agency may post for which unit.")
    list_columns = ["agency", "unit", "authorised", "created_on"]
    search_columns = ["agency", "unit", "authorised"]
    order_columns = ["created_on"]
    add_columns = ["agency", "unit", "authorised"]
    edit_columns = ["authorised"]
    show_columns = ["agency", "unit", "authorised", "created_on"]
