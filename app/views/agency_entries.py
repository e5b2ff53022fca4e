"""职介入驻: an agency applies with its materials, the bureau recommends, the operator decides (ZX-26..30)."""

from __future__ import annotations

from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _l

from app.models.agencies import AgencyEntry
from app.rules.actor import PEOPLE
from app.rules.agencies import ENTRY_SLOTS
from app.views.base import SafeView


class AgencyEntryView(SafeView):
    """Entries of agencies: the applicant's own, the bureau's of its division, all for the operator."""

    datamodel = SQLAInterface(AgencyEntry)
    kind = "agency_entry"
    list_title, thing, add_words = _l("Entry of agencies"), _l("Entry of an agency"), _l("Apply for an agency")
    empty_words = _l(
        "A public agency shows its approval, letter and identity card; a commercial one photo, licence, letter and service "
        "licence, and is recommended by the local bureau first."
    )
    reason_words = {"recommend": _l("Recommendation of the bureau"), "not_recommend": _l("Reason")}
    needed_columns = ("contact_name", "contact_phone")
    hidden_for = dict.fromkeys(PEOPLE, ("created_by",))
    list_columns = ["name", "agency_kind", "status", "region", "licence_valid_until", "submitted_at", "changed_on"]
    search_columns = ["name", "agency_kind", "status", "region", "licence_valid_until", "submitted_at"]
    order_columns = ["name", "submitted_at", "licence_valid_until", "changed_on"]
    add_fieldsets = [
        (_l("Agency"), {"fields": ["name", "agency_kind", "uscc", "region", "service_scope"]}),
        (_l("Licence"), {"fields": ["licence_no", "licence_valid_from", "licence_valid_until"]}),
        (_l("Contact"), {"fields": ["contact_name", "contact_phone"]}),
        (_l("Materials"), {"fields": ["files", "photo_consent"]}),
    ]
    edit_fieldsets = add_fieldsets
    show_fieldsets = [
        (_l("Agency"), {"fields": ["name", "agency_kind", "uscc", "status", "region", "service_scope", "agency"]}),
        (_l("Licence"), {"fields": ["licence_no", "licence_valid_from", "licence_valid_until"]}),
        (_l("Recommendation of the bureau"), {"fields": ["recommendation", "recommended_at"]}),
        (_l("Contact"), {"fields": ["contact_name", "contact_phone_masked", "photo_consent"]}),
    ]
    label_columns = {"contact_phone_masked": _l("Contact phone")}
    file_slots = ENTRY_SLOTS
