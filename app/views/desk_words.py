"""What the desk says of each kind: the review policy in words, the verdict in the past tense."""

from __future__ import annotations

from typing import Any, Final

from flask_babel import lazy_gettext as _l

POLICY: Final[dict[str, Any]] = {
    "unit_registration": _l(
        "Name, credit code and legal representative must be those of the licence; the letter of authority must carry "
        "the seal and name the handler. Name everything that is missing at once."
    ),
    "unit_change": _l(
        "A change of name or legal representative needs the registration notice that states it. What is approved stays "
        "in force until the change is approved. Name everything that is missing at once."
    ),
    "unit_media": _l(
        "The picture must show this unit or its work place, be clear, and hold no QR code, no telephone number and "
        "nobody's documents."
    ),
    "personal_media": _l("The picture must show the person or the person's own work, and nobody's documents."),
    "gig_offer": _l(
        "No fees or deposits, no limits by sex, age, origin or health without a lawful ground, pay not below the local "
        "minimum, no way of contact in the public text."
    ),
    "gig_wanted": _l(
        "No way of contact in the public text unless the number is public, and nothing unlawful to offer."
    ),
    "posting": _l(
        "A posting states unit, headcount, conditions, duties, place and base pay. No limits by sex, marriage, origin "
        "or health without a lawful ground, no fees, no deposits, no way of contact in the text."
    ),
    "agency_entry": _l(
        "Materials are those of the kind of agency; name and code are those of the licence, which is in force and covers "
        "what is offered. A commercial agency is recommended by the bureau of its place. Name everything missing at once."
    ),
    "employer_certification": _l(
        "Person, enterprise and employment belong together: the proof names this person and this unit, bears the seal and "
        "says since when."
    ),
    "residency": _l("The unit must be approved; the statement must say what it offers the school's students."),
    "account_appeal": _l(
        "Name and number must be those of the document, the face that of its picture; the unit in the seal must be that of the "
        "licence. In doubt refuse: whoever is approved holds the account."
    ),
    "unit_takeover": _l(
        "Document and face are those of the applicant, licence and letter bear the unit's seal and name this person. Ask the present "
        "owner or the unit by telephone before you decide: approval takes the unit from whoever owns it now."
    ),
    "identity_proof": _l(
        "Name and number must be those of the document, which is valid and fully legible; where the holder is in the picture, the "
        "face must be that of the document. In doubt return it: whoever is approved may act for units."
    ),
}

DONE: Final[dict[str, Any]] = {
    "approve": _l("Approved: %(title)s"),
    "endorse": _l("Approved by you; a second person must confirm: %(title)s"),
    "return": _l("Returned: %(title)s"),
    "reject": _l("Rejected: %(title)s"),
    "skip": _l("Skipped for you: %(title)s"),
    "ask": _l("Asked the sender: %(title)s"),
    "hold": _l("On hold: %(title)s"),
    "transfer": _l("Transferred: %(title)s"),
    "undo": _l("Taken back: %(title)s"),
}

# Step of a case -> its word, and its mark in the timeline.
ACTIONS: Final[dict[str, Any]] = {
    "submit": _l("submitted"),
    "approve": _l("approved"),
    "endorse": _l("approved, a second person must confirm"),
    "recount": _l("people who can decide counted anew"),
    "escalate": _l("told to those above"),
    "return": _l("returned for mending"),
    "reject": _l("rejected"),
    "ask": _l("sender asked"),
    "answer": _l("sender answered"),
    "hold": _l("put on hold"),
    "resume": _l("taken up again"),
    "transfer": _l("transferred"),
    "undo": _l("verdict taken back"),
    "withdraw": _l("withdrawn"),
    "supersede": _l("superseded by an edit"),
}
MARKS: Final[dict[str, str]] = {
    "approve": "ok",
    "endorse": "ok",
    "return": "back",
    "reject": "bad",
    "ask": "back",
    "undo": "back",
}
