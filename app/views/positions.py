"""Screens of job postings 职位 (GD-38..49, SG-08..20, HL-16..24)."""

from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _l

from app.models.positions import Posting
from app.views.base import SafeView


class PostingView(SafeView):
    """The unit's postings and the bureau's query; lists by status, batch take-down and validity, copy, preview."""

    datamodel = SQLAInterface(Posting)
    kind = "posting"
    list_title = _l("Postings")
    list_columns = [
        "title", "status", "unit_name", "headcount", "pay_min", "pay_max", "region", "education", "schools", "valid_until", "changed_on",
    ]  # fmt: skip
    search_columns = [
        "title", "status", "unit_name", "region", "education", "valid_until", "pay_min", "board_lodging", "occupation", "source", "schools",
    ]  # fmt: skip
    order_columns = ["title", "headcount", "pay_min", "valid_until", "changed_on"]
    add_fieldsets = [
        (_l("Position"), {"fields": ["title", "occupation", "headcount", "education", "experience"]}),
        (_l("Place and pay"), {"fields": ["region", "address", "pay_min", "pay_max", "pay_negotiable", "benefits", "board_lodging"]}),
        (_l("Duties and conditions"), {"fields": ["description", "requirements", "gender_ground", "gender_ground_note"]}),
        (_l("Publication"), {"fields": ["schools", "valid_until"]}),
    ]
    edit_fieldsets = add_fieldsets
    show_fieldsets = [
        (_l("Position"), {"fields": ["title", "unit", "occupation", "headcount", "education", "experience", "status"]}),
        (
            _l("Place and pay"),
            {"fields": ["region", "address", "pay_min", "pay_max", "pay_negotiable", "pay_text", "benefits", "board_lodging"]},
        ),
        *add_fieldsets[2:3],
        (_l("Publication"), {"fields": ["schools", "valid_until", "source", "published_at", "decided_at"]}),
    ]
    can_copy = True
    preview_endpoint = "portal"
