"""What the database tells a family of checks beside the evidence. Every key is optional.

An absent key means "nobody looked": the part of a check that needs it is left out, and a check that rests
on it alone answers INFO "not checked" instead of a green lamp. Dates may be `date` or ISO text.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, TypedDict


class Same(TypedDict, total=False):
    """Another entry with the same or nearly the same content (U07, G12, J19)."""

    id: int
    title: str
    unit_name: str


class Lookalike(TypedDict, total=False):
    """A stored picture near to one of the evidence's files by perceptual hash (U11, I07).

    `relation`: rejected (once refused), document (a licence or identity card slot), other_owner, own.
    """

    file_id: str
    relation: str
    distance: int
    title: str


class Ban(TypedDict, total=False):
    """An active row of the internal blacklist that hit; `shown` is the masked value (U14)."""

    subject: str
    shown: str
    reason: str


class ExternalEntry(TypedDict, total=False):
    """An entry in a public register of abnormal or dishonest enterprises (U14)."""

    list_zh: str
    list_en: str
    detail: str


class Handler(TypedDict, total=False):
    """The person who registers the unit (U08). `document_fault`: as app.rules.codes, "" when in order."""

    identity_level: int
    document_fault: str
    age: int


class Poster(TypedDict, total=False):
    """The person who posts a gig (G10)."""

    identity_level: int
    age: int


class Wage(TypedDict, total=False):
    """Local minimum pay in force today: whole yuan a month, fen an hour (as models.reference.MinimumWage)."""

    monthly: int
    hourly: int
    region_name: str


class TypePay(TypedDict, total=False):
    """Pay of the live posts of one gig type in one unit of pay, over `count` posts (G06)."""

    p95: Decimal
    pay_unit: str
    count: int


class UnitStanding(TypedDict, total=False):
    """The unit's standing, over and above evidence["unit"] (J01, J12, J17, J18, J20, J21, D01)."""

    id: int
    name: str
    uscc: str
    nature: str
    ownership: str
    status: str
    source: str
    reverify_due: date
    approved_on: date
    staff_count: int
    industry_code: str
    open_postings: int


class AgencyStanding(TypedDict, total=False):
    """The agency that posts for the unit (J17). `kind`: public (needs no licence) or commercial."""

    name: str
    kind: str
    authorised: bool
    licence_no: str
    licence_valid_until: date
    labelled: bool
    stage: str


class UnitFacts(TypedDict, total=False):
    """Read by U01..U19 (unit_registration, unit_change)."""

    today: date
    approved: Mapping[str, Any]  # approved content of the unit; its presence makes the evidence a change
    uscc_taken: bool
    same_name_units: Sequence[Same]
    handler: Handler
    phone_fault: str  # of the unmasked contact phone; "" when it is in order
    phone_proven: bool  # the contact phone is that of the sender's account; absent: no phone, or one approved before
    email_proven: bool  # the same of the mail address
    phone_units: int  # units with this contact phone, this one not counted
    handler_units: int  # units of this handler, this one not counted
    lookalikes: Sequence[Lookalike]
    bans: Sequence[Ban]
    external_lists: Sequence[ExternalEntry]  # absent: no adapter configured
    industry_name: str
    reverify_due: date  # of the unit as it stands; absent before its first approval


class MediaFacts(TypedDict, total=False):
    """Read by I01..I11 (unit_media, personal_media, pictures of gig posts)."""

    today: date
    slot_count: int  # pictures of this owner in this slot that count, this one included (models: COUNTED)
    lookalikes: Sequence[Lookalike]
    picture_texts: Mapping[str, str]  # file_id -> text read from the picture; absent: no text recognition installed
    taken_on: Mapping[str, date]  # file_id -> day the camera wrote


class GigFacts(MediaFacts, total=False):
    """Read by G01..G14 and L01 (gig_offer, gig_wanted), and by the picture checks of a gig's pictures."""

    approved: Mapping[str, Any]
    poster: Poster
    minimum_wage: Wage
    type_pay: TypePay
    type_name: str
    risky_type: bool  # dictionary gig_type_risky; without it the words decide
    own_duplicates: Sequence[Same]
    other_duplicates: Sequence[Same]
    posts_today: int  # this poster's, this one included
    offers_30_days: int  # 招工 posts of this poster, this one included
    valid_days: int  # parameter gig_valid_days
    watch_words: Sequence[str]  # parameter


class PostingFacts(TypedDict, total=False):
    """Read by J01..J24 and L01 (posting)."""

    today: date
    approved: Mapping[str, Any]
    unit: UnitStanding
    agency: AgencyStanding  # present only when an agency posts
    resident_schools: Sequence[int]  # ids of the schools where the unit's residency is active
    minimum_wage: Wage
    occupation_name: str
    industry_code: str
    valid_days: int  # parameter posting_valid_days
    watch_words: Sequence[str]  # parameter
    own_duplicates: Sequence[Same]
    other_duplicates: Sequence[Same]


class ResidencyFacts(TypedDict, total=False):
    """Read by D01..D04 (residency)."""

    unit: UnitStanding
    school_name: str
    school_open: bool
    earlier_refusals: int


class AgencyEntryFacts(TypedDict, total=False):
    """Read by Z01..Z08 (entry of agencies)."""

    today: date
    handler: Handler
    agency_taken: bool  # an agency of this name or code is on the platform already
    banned: bool  # applicant, phone or code is on the list of bans


class CertificationFacts(TypedDict, total=False):
    """Read by E01..E03 (certification of employers)."""

    today: date
    handler: Handler
    unit: UnitStanding


class OwnerSeen(TypedDict, total=False):
    """A present owner of a claimed unit, and how many days ago the last login was (T05)."""

    days: int | None


class TakeoverFacts(TypedDict, total=False):
    """Read by T01..T07 (unit_takeover)."""

    today: date
    handler: Handler
    owners: Sequence[OwnerSeen]
    rivals: int  # other claims that wait
    banned: bool  # applicant, phone or code is on the list of bans


class AppealMatch(TypedDict, total=False):
    """What was entered against what is registered (A04). `found` false: no account is meant."""

    found: bool
    staff: bool
    claimed: bool  # the document was named at registration and never proven
    region: bool  # the division is that of the unit, or of the roles
    name: bool
    id_number: bool
    unit_name: bool
    uscc: bool


class AppealAccount(TypedDict, total=False):
    """State of the account that is asked for (A08)."""

    active: bool
    banned: bool
    rivals: int  # other open appeals for it


class EarlierAppeal(TypedDict, total=False):
    """An appeal of the same document before (A07)."""

    status: str
    days: int


class IdentityClaim(TypedDict, total=False):
    """What was given at registration, compared (P04); without a number there was none."""

    name: bool
    number: bool


class IdentityFacts(TypedDict, total=False):
    """Read by P01..P08 (identity_proof)."""

    today: date
    required: Sequence[str]  # pictures that the document and the division ask for
    identity_level: int
    claim: IdentityClaim
    document_fault: str  # empty: the number is right in itself
    age: int
    document_taken: bool  # another account has proven it
    document_banned: bool
    compared_by_hand: bool  # at the desk: nothing is approved without a look at the document
    pictures_elsewhere: Sequence[str]  # files that came with another account's proof, or nearly the same picture did


class AppealFacts(TypedDict, total=False):
    """Read by A01..A10 (account_appeal)."""

    today: date
    required: Sequence[str]  # places that must be filled in the division
    match: AppealMatch
    seen_elsewhere: Sequence[str]  # file ids that came with another appeal or belong to another unit
    earlier: Sequence[EarlierAppeal]
    account: AppealAccount
    phone_elsewhere: bool
    phone_staff: bool
    address_staff: bool  # staff worked from the same address within a day
    phone_appeals: int  # of this telephone in 30 days, this one included
    address_appeals: int
    working_days: int
    hands_over: bool
