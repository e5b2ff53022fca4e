"""Words for what acting for a unit, a school or an agency is refused with; part of words.CODES."""

from __future__ import annotations

from typing import Any, Final

from flask_babel import lazy_gettext as _l

# code -> (HTTP status, words). Facts are put into the words by name.
ORGANISATIONS: Final[dict[str, tuple[int, Any]]] = {
    "function_missing": (
        403,
        _l(
            "You were not granted the function for this (%(functions)s). Whoever manages the people of your unit or school "
            "can grant it; it counts from the next page on."
        ),
    ),
    "papers_purged": (
        409,
        _l(
            "The papers of this entry were removed when their time was over, and what was personal in it with them. Choose "
            "“Edit”, fill it in, upload the papers again, then submit."
        ),
    ),
    "residency_there": (
        422,
        _l(
            "The unit has a record for this school already: open it in the list, mend it if need be and submit it again."
        ),
    ),
    "change_open": (
        422,
        _l("The unit has a request for change that is not decided yet: open that one, mend it or withdraw it."),
    ),
    "contact_form": (422, _l("A mobile number, or a land line with its area code.")),
    "too_short": (422, _l("Please write at least %(least)s characters.")),
    "day_out_of_range": (422, _l("A day from %(first)s to %(last)s.")),
    "unfit_words": (
        422,
        _l(
            "“%(words)s” may not stand here: no limits by sex, marriage or origin, no fees, no contact data, no forbidden trades."
        ),
    ),
    "nobody_resident": (409, _l("Nobody is resident with you yet: residency comes first.")),
    "answer_full": (422, _l("The answer with all that was added has at most %(limit)s characters.")),
    "association_there": (422, _l("You have asked this agency before: open that association.")),
    "verification_overdue": (
        409,
        _l(
            "The re-verification of the unit is %(days)s days overdue. After %(limit)s days nothing is posted or extended: please "
            "send in a request for change, also one that changes nothing."
        ),
    ),
    "agency_there": (409, _l("An agency of this name or credit code is on the platform already.")),
    "recommended_otherwise": (
        409,
        _l(
            "The bureau recommended this entry as it was sent in. To change it, withdraw it first; then ask for the recommendation "
            "again."
        ),
    ),
    "agency_not_at_work": (409, _l("This agency takes nobody at present: it is closed or without a licence.")),
}
