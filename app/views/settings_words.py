"""Words for codes that administrators see: switches, dictionaries, kinds, clock times of jobs."""

from __future__ import annotations

from typing import Any, Final

from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.rules.checks import labels as fields
from app.views import dictionary, labels

# Switch of the system -> (name, what it does). Its note is the second of them until somebody edits it.
SWITCHES: Final[dict[str, tuple[Any, Any]]] = {
    "allow_name_change": (
        _l("Units may change their name"),
        _l("A unit may ask for a change of its name (GD-30; 0: HL-14)"),
    ),
    "edit_keeps_public": (
        _l("Approved text stays public during a change"),
        _l("The approved text stays public while an edit waits"),
    ),
    "overdue_verification_stops_posting": (
        _l("Overdue verification stops posting"),
        _l("Posting stops 30 days after re-verification was due (U17)"),
    ),
}
_NOTES: Final[dict[str, str]] = {
    "A unit may ask for a change of its name (GD-30; 0: HL-14)": "allow_name_change",
    "The approved text stays public while an edit waits": "edit_keeps_public",
    "Posting stops 30 days after re-verification was due (U17)": "overdue_verification_stops_posting",
}

DICTIONARIES: Final[dict[str, Any]] = {
    "account_kind": _l("Kind of account"),
    "agency_kind": _l("Kind of agency"),
    "banned": _l("Subject of a ban"),
    "benefit": _l("Benefit"),
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
}


def switch_name(key: str) -> str:
    """A switch in words; one without words shows its key."""
    return str(SWITCHES[key][0]) if key in SWITCHES else key


def switch_note(note: str) -> str:
    """A shipped note in the reader's language; what an administrator wrote, as it was written."""
    return str(SWITCHES[_NOTES[note]][1]) if note in _NOTES else note


def dictionary_name(code: str) -> str:
    """What a dictionary is called."""
    return str(DICTIONARIES.get(code, code))


def kinds(codes: str) -> str:
    """Kinds of review, written code|code, in words; kinds that are not reviewed here yet are left out."""
    return _("; ").join(str(labels.KINDS[code]) for code in (codes or "").split("|") if code in labels.KINDS)


# What a reason may speak of besides single fields.
_PARTS: Final[dict[str, Any]] = {
    "materials": _l("Materials"),
    "reason": _l("Reason"),
    "pay": _l("Pay"),
    "picture": _l("Picture"),
}


def field(code: str) -> str:
    """A field a reason speaks of."""
    if code in _PARTS:
        return str(_PARTS[code])
    material = dictionary.word("material_slot", code)
    if material != code:
        return material
    english = str(get_locale()) == "en"
    return (fields.en(code) if english else fields.zh(code)) if code else ""


def place(region: Any) -> str:
    """The division a setting is for; without one it counts everywhere."""
    return str(region) if region is not None else _("Everywhere")


def schedule(when: dict[str, Any]) -> str:
    """When a job runs: every so many seconds or minutes, or once a day."""
    minute = str(when.get("minute", ""))
    if "seconds" in when:
        return ngettext("every second", "every %(num)d seconds", when["seconds"])
    if "/" in minute:
        return ngettext("every minute", "every %(num)d minutes", int(minute.partition("/")[2]))
    return _("daily at %(clock)s", clock=f"{int(when.get('hour', 0)):02d}:{int(minute or 0):02d}")
