"""Screens of gig posts: hiring 招工 (TJ-17..33, TJ-48..50) and looking for work 找活 (TJ-34..47)."""

from typing import Any

from flask import url_for
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from app.models.gigs import GigOffer, GigWanted
from app.views.base import SafeView


class GigScreen(SafeView):
    """What both kinds of gig post share on the screen."""

    def help(self, name: str) -> Any:
        """Under the tick stands what is agreed to (TJ-33)."""
        if name != "agreed":
            return super().help(name)
        link = Markup('<a href="{}" target="_blank" rel="noopener">{}</a>')
        return link.format(url_for("PortalView.agreement"), _("Read the gig platform agreement"))


class GigOfferView(GigScreen):
    """招工: what is to be done, when, where, for how much."""

    imports = ("gig_offer", "gig_offer_for")
    datamodel = SQLAInterface(GigOffer)
    kind = "gig_offer"
    public_face = "offer"
    list_title, thing, add_words = _l("Gigs: hiring"), _l("Gig: hiring"), _l("Offer a gig")
    needed_columns = ("agreed",)
    list_columns = [
        "title",
        "status",
        "type_code",
        "headcount",
        "pay_amount",
        "pay_unit",
        "region",
        "start_at",
        "valid_until",
    ]
    search_columns = [
        "title",
        "status",
        "type_code",
        "region",
        "mode",
        "pay_unit",
        "start_at",
        "valid_until",
        "own_tools",
    ]
    order_columns = ["title", "pay_amount", "start_at", "valid_until", "headcount"]
    add_fieldsets = [
        (_l("Basic data"), {"fields": ["type_code", "title", "headcount", "mode"]}),
        (_l("Time and place"), {"fields": ["start_at", "region", "address"]}),
        (_l("Pay"), {"fields": ["pay_amount", "pay_unit", "quantity", "quantity_unit"]}),
        (_l("Details"), {"fields": ["own_tools", "requirements", "description", "files"]}),
        (_l("Publication"), {"fields": ["phone", "phone_public", "valid_until", "agreed"]}),
    ]
    edit_fieldsets = add_fieldsets
    show_fieldsets = [
        (_l("Basic data"), {"fields": ["type_code", "title", "headcount", "mode", "status", "unit"]}),
        (_l("Time and place"), {"fields": ["start_at", "region", "address"]}),
        (_l("Pay"), {"fields": ["pay_amount", "pay_unit", "quantity", "quantity_unit"]}),
        (_l("Details"), {"fields": ["own_tools", "requirements", "description"]}),
        (
            _l("Publication"),
            {"fields": ["phone_masked", "phone_public", "valid_until", "agreement_version", "agreed_at"]},
        ),
    ]
    label_columns = {"phone_masked": _l("Phone"), "files": _l("Work environment")}
    file_slots = ("environment",)


class GigWantedView(GigScreen):
    """找活: who can do what, when, for how much."""

    imports = ("gig_wanted", "gig_wanted_for")
    datamodel = SQLAInterface(GigWanted)
    kind = "gig_wanted"
    public_face = "wanted"
    list_title, thing, add_words = _l("Gigs: looking for work"), _l("Gig: looking for work"), _l("Look for a gig")
    needed_columns = ("agreed", "expected_pay", "expected_time", "settlement")
    list_columns = [
        "title",
        "status",
        "type_code",
        "headcount",
        "expected_pay",
        "pay_unit",
        "region",
        "start_at",
        "valid_until",
    ]
    search_columns = [
        "title",
        "status",
        "type_code",
        "region",
        "mode",
        "settlement",
        "start_at",
        "valid_until",
        "own_tools",
    ]
    order_columns = ["title", "expected_pay", "start_at", "valid_until"]
    add_fieldsets = [
        (_l("Basic data"), {"fields": ["type_code", "title", "headcount", "mode"]}),
        (_l("Time and place"), {"fields": ["start_at", "expected_time", "region", "address"]}),
        (_l("Pay"), {"fields": ["expected_pay", "pay_unit", "settlement"]}),
        (_l("Details"), {"fields": ["own_tools", "description"]}),
        (_l("Publication"), {"fields": ["phone", "phone_public", "valid_until", "agreed"]}),
    ]
    edit_fieldsets = add_fieldsets
    show_fieldsets = [
        (_l("Basic data"), {"fields": ["type_code", "title", "headcount", "mode", "status"]}),
        *add_fieldsets[1:4],
        (
            _l("Publication"),
            {"fields": ["phone_masked", "phone_public", "valid_until", "agreement_version", "agreed_at"]},
        ),
    ]
    label_columns = {"phone_masked": _l("Phone")}
