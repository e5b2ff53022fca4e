"""企业认证: person, enterprise and proof of employment; approved, the unit bears the label (ZX-06)."""

from __future__ import annotations

from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _l

from app.models.agencies import EmployerCertification
from app.rules.actor import UNIT_SIDE
from app.rules.agencies import PROOF_SLOTS
from app.views.base import SafeView


class EmployerCertificationView(SafeView):
    """Certifications of employers: the unit's own, those of the division, all for the operator."""

    datamodel = SQLAInterface(EmployerCertification)
    kind = "employer_certification"
    list_title, thing, add_words = (
        _l("Certification of employers"),
        _l("Certification of an employer"),
        _l("Apply for certification"),
    )
    empty_words = _l("Your name and your unit are proven already; a proof of employment is all that is asked for.")
    needed_columns = ("employed_since", "proof_name", "proof_date", "employment_proof")
    hidden_for = dict.fromkeys(UNIT_SIDE, ("unit", "region"))
    list_columns = ["title", "unit", "status", "region", "valid_until", "submitted_at", "changed_on"]
    search_columns = ["unit", "status", "region", "valid_until", "submitted_at"]
    order_columns = ["valid_until", "submitted_at", "changed_on"]
    add_columns = ["title", "employed_since", "proof_name", "proof_date", "note", "files"]
    edit_columns = add_columns
    show_columns = [
        "unit",
        "status",
        "applicant",
        "title",
        "employed_since",
        "proof_name",
        "proof_date",
        "note",
        "valid_until",
        "submitted_at",
        "decided_at",
    ]
    file_slots = PROOF_SLOTS
