"""Words for codes that administrators see: parameters, dictionaries, kinds, clock times of jobs."""

from __future__ import annotations

from typing import Any, Final

from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup

from app.rules import job_times, settings
from app.rules.checks import labels as fields
from app.rules.settings import SETTINGS
from app.views import dictionary, labels

# Parameter -> (what it does, the unit of a number).
ABOUT: Final[dict[str, tuple[Any, Any]]] = {
    "allow_name_change": (
        _l("Whether a unit may ask for a change of its name. Off: the name stays as registered."),
        "",
    ),
    "edit_keeps_public": (
        _l(
            "Whether the approved text stays public while a change waits for review. Off: it leaves the public until then."
        ),
        "",
    ),
    "overdue_verification_stops_posting": (
        _l("Whether a unit may no longer post 30 days after its re-verification was due."),
        "",
    ),
    "appeal_asks_photos": (
        _l(
            "Whether an appeal for an account asks for the identity card and its holder and, of units, for licence and letter with the seal."
        ),
        "",
    ),
    "appeal_asks_statement": (
        _l(
            "Whether an appeal for an account asks for a written statement with the seal. With both off it is asked for all the same."
        ),
        "",
    ),
    "appeal_days": (_l("After how many days from the decision the papers of an appeal are deleted."), _l("days")),
    "identity_asks_holder": (
        _l("Whether real-name by documents also asks for a photo of the person with the document."),
        "",
    ),
    "identity_days": (
        _l("After how many days from the decision the pictures of a proof of identity are deleted."),
        _l("days"),
    ),
    "posting_valid_days": (_l("How far ahead the last day of a posting may lie."), _l("days")),
    "gig_valid_days": (_l("How far ahead the last day of a gig post may lie."), _l("days")),
    "watch_words": (
        _l("Words in postings and gig posts that are marked for the reviewer (check L01). They refuse nothing."),
        "",
    ),
    "service_phone": (
        _l("The number for questions on the login page and the public portal. Empty: none is shown."),
        "",
    ),
    "export_rows_at_once": (
        _l("Up to so many rows an export comes at once; longer lists are exported by a background task."),
        _l("rows"),
    ),
    "export_rows_most": (_l("A list with more rows must be narrowed before it is exported."), _l("rows")),
    "export_tasks_each": (_l("How many exports of long lists one person may have under way."), _l("exports")),
    "password_days": (_l("After how long staff must change their password."), _l("days")),
    "unused_days": (_l("After how long without a login an account of the staff is switched off."), _l("days")),
    "log_days": (_l("How long the logs of logins and requests are kept; the law asks for six months."), _l("days")),
    "unit_user_level": (_l("From which level of identity on somebody may act for a unit (L0 to L3)."), ""),
    "codes_each_phone": (_l("How many one-time codes a day are sent to one phone or mail address."), _l("codes")),
    "codes_each_address": (
        _l("How many one-time codes a day are asked for from one network address: a service hall sits behind one."),
        _l("codes"),
    ),
    "quiet_from": (
        _l(
            "From this hour on SMS and mail wait for the morning; codes and warnings do not. Same hour: no quiet hours."
        ),
        _l("o’clock"),
    ),
    "quiet_until": (_l("Until this hour SMS and mail wait."), _l("o’clock")),
    "export_file_hours": (_l("How long the file of an export made in the background is kept."), _l("hours")),
}


def about(key: str) -> str:
    """What a parameter does; nothing for one that the code does not know."""
    return str(ABOUT[key][0]) if key in ABOUT else ""


def bounds(key: str) -> str:
    """What may be entered, in words."""
    setting = SETTINGS[key]
    if setting.type == settings.NUMBER:
        unit = str(ABOUT[key][1])
        return _("A whole number from %(low)s to %(high)s (%(unit)s)", low=setting.low, high=setting.high, unit=unit)
    if setting.type == settings.LIST:
        return _(
            "One entry a line, at most %(most)s, each of %(low)s to %(high)s characters",
            most=setting.most, low=setting.low, high=setting.high,
        )  # fmt: skip
    return _("At most %(limit)s characters", limit=setting.high) if setting.type == settings.TEXT else ""


def value(made_of: tuple[str, str]) -> str:
    """A value in words: on or off, a number with its unit, the entries of a list."""
    key, stored = made_of
    setting = SETTINGS.get(key)
    if setting is None:
        return stored
    if setting.type == settings.SWITCH:
        return _("On") if stored == settings.ON else _("Off")
    if setting.type == settings.NUMBER:
        return f"{stored} {ABOUT[key][1]}"
    return (_("; ").join(settings.entries(stored)) if setting.type == settings.LIST else stored) or _("empty")


def usual(made_of: tuple[str, str]) -> Markup:
    """The shipped value, marked where the one in force differs."""
    key, stored = made_of
    if key not in SETTINGS:
        return Markup("")
    shipped = value((key, SETTINGS[key].default))
    if stored == SETTINGS[key].default:
        return Markup('<span class="m3">{}</span>').format(shipped)
    return Markup('<span class="g-st" data-st="wait">{}</span>').format(_("differs from: %(value)s", value=shipped))


def dictionary_name(code: str) -> str:
    """What a dictionary is called."""
    return str(labels.DICTIONARIES.get(code, code))


def kinds(codes: str) -> str:
    """Kinds of review, written code|code, in words; kinds that are not reviewed here yet are left out."""
    return _("; ").join(str(labels.KINDS[code]) for code in (codes or "").split("|") if code in labels.KINDS)


# What a reason may speak of besides single fields.
_PARTS: Final[dict[str, Any]] = {
    "materials": _l("Materials"),
    "reason": _l("Reason"),
    "pay": _l("Pay"),
    "picture": _l("Picture"),
    "probation_pay": _l("Probation and its pay"),
    "student": _l("Student data"),
    "region": _l("Division"),
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


def fields_offered() -> list[tuple[str, str]]:
    """Everything a reason may speak of: parts of a submission, fields, materials."""
    known = [*_PARTS, *fields.keys(), *(code for code, _word in dictionary.choices("material_slot"))]
    return [(code, field(code)) for code in dict.fromkeys(known)]


def place(region: Any) -> str:
    """The division a setting is for; without one it counts everywhere."""
    return str(region) if region is not None else _("Everywhere")


def schedule(when: dict[str, Any]) -> str:
    """When a job runs: every so many seconds or minutes, every hour, or once a day."""
    if "seconds" in when:
        return ngettext("every second", "every %(num)d seconds", when["seconds"])
    if "hour" in when:
        return _("daily at %(clock)s", clock=f"{int(when['hour']):02d}:{int(when['minute']):02d}")
    step = job_times.step(when)
    return _("every hour") if step == 60 else ngettext("every minute", "every %(num)d minutes", step)
