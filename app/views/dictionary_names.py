"""What each data dictionary is called."""

from __future__ import annotations

from typing import Any, Final

from flask_babel import lazy_gettext as _l

DICTIONARIES: Final[dict[str, Any]] = {
    "account_kind": _l("Kind of account"),
    "agency_kind": _l("Kind of agency"),
    "appeal_party": _l("For whom an appeal is"),
    "appeal_slot": _l("Paper of an appeal"),
    "appeal_wish": _l("What an appeal asks for"),
    "agency_stage": _l("Stage of an agency"),
    "banned": _l("Subject of a ban"),
    "benefit": _l("Benefit"),
    "cooperation_topic": _l("Kind of cooperation"),
    "board_lodging": _l("Board and lodging"),
    "degree": _l("Degree"),
    "document_kind": _l("Kind of document"),
    "education": _l("Education"),
    "employment_status": _l("Employment status"),
    "experience": _l("Experience"),
    "gender": _l("Gender"),
    "gender_ground": _l("Ground for asking one sex"),
    "gig_type": _l("Kind of gig"),
    "gig_type_risky": _l("Gigs that need a certificate"),
    "import_state": _l("State of an import"),
    "interview_mode": _l("Kind of interview"),
    "job_type": _l("Kind of job"),
    "material_slot": _l("Material"),
    "media_slot": _l("Kind of picture"),
    "message_kind": _l("Kind of message"),
    "outbox_state": _l("State of a notice"),
    "ownership": _l("Ownership"),
    "pay_unit": _l("Unit of pay"),
    "quantity_unit": _l("Unit of quantity"),
    "review_kind": _l("Kind of review"),
    "role": _l("Role"),
    "round_state": _l("State of a review"),
    "school_level": _l("Level of a school"),
    "settlement": _l("Settlement"),
    "size_band": _l("Band of staff numbers"),
    "source": _l("Source"),
    "unit_nature": _l("Kind of unit"),
    "unit_size": _l("Size of a unit"),
    "work_mode": _l("Way of working"),
    "major_catalogue": _l("Catalogue of majors"),
    "unmask_reason": _l("Reason for showing in full"),
}
