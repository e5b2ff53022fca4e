"""The registry's lines of units, handlers, schools and agencies (app/registry.py puts them into the menus)."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.rules.bindings import MANAGES
from app.rules.hats import RESIDENCY, ROSTER
from app.views import agencies, agency_entries, bindings, certifications, cooperation, schools, units
from app.views.entry import Entry, Place
from app.views.places import (
    ACCOUNT,
    CAMPUS,
    EXPORT,
    OP,
    PLATFORM,
    QUERY,
    RECRUIT,
    SEND_CHANGE,
    SEND_UNIT,
    TALK,
    UNIT,
    A,
    H,
    L,
    O,
    P,
    R,
    S,
    T,
)
from app.views.school_staff import SchoolStaffView
from app.views.takeovers import UnitTakeoverView
from app.views.unit_start import UnitStartView

# Units, their changes and handlers.
UNITS: tuple[Entry, ...] = (
    Entry(
        UnitStartView,
        dict.fromkeys((P, T, O), "list"),
        (Place((P, T), UNIT, _l("Register a unit"), "building"),),
        api=False,
    ),
    Entry(
        units.UnitView,
        {
            R: "read freeze thaw comment import export unmask",
            L: "read freeze thaw comment import export unmask",
            S: "read export",
            OP: "read import export",
            O: SEND_CHANGE + TALK,
            H: "read comment",
            A: "read comment",
            P: SEND_CHANGE,
            T: SEND_CHANGE,
        },
        (
            Place((R, L, OP), QUERY, _l("Units"), "building"),
            Place((S,), CAMPUS, _l("Resident units"), "building"),
            Place((O, H), UNIT, _l("Unit data"), "building"),
            Place((A,), RECRUIT, _l("Units I post for"), "building"),
            Place((P, T), UNIT, _l("Units I have registered"), "building"),
        ),
        functions={S: (RESIDENCY,)},
    ),
    Entry(
        units.UnitChangeView,
        {R: "read comment export unmask", L: "read comment export unmask", O: SEND_CHANGE + TALK},
        (
            Place((R, L), QUERY, _l("Unit changes"), "file-text"),
            Place((O,), UNIT, _l("Requests for change"), "file-text"),
        ),
    ),
    Entry(
        UnitTakeoverView,
        {R: "read comment export", L: "read comment export", **dict.fromkeys((P, T), SEND_CHANGE)},
        (
            Place((R, L), QUERY, _l("Takeovers of units"), "user-check"),
            Place((P, T), UNIT, _l("Take a unit over"), "user-check"),
        ),
    ),
    Entry(
        bindings.BindingView,
        dict.fromkeys((O, H), "read write withdraw unbind"),
        (Place((O, H), UNIT, _l("Handlers and their functions"), "users"),),
        api=False,
        functions={H: (MANAGES,)},
    ),
)
# Residency at schools, agencies.
PARTNERS: tuple[Entry, ...] = (
    Entry(
        schools.ResidencyView,
        {
            R: "read comment export",
            L: "read comment export",
            S: "read revoke comment export",
            O: SEND_UNIT + TALK + EXPORT,
            H: SEND_UNIT + TALK + EXPORT,
        },
        (
            Place((R, L), QUERY, _l("Residency"), "school"),
            Place((S,), CAMPUS, _l("Residency records"), "school"),
            Place((O, H), CAMPUS, _l("Residency at schools"), "school"),
        ),
    ),
    Entry(
        agencies.AgencyUnitView,
        {
            A: "read agree refuse dissolve export",
            **dict.fromkeys((O, H), "read add ask_again withdraw dissolve"),
            OP: "read dissolve export",
        },
        (
            Place((A,), RECRUIT, _l("Associations"), "users"),
            Place((O, H), UNIT, _l("Agencies that post for us"), "users"),
            Place((OP,), PLATFORM, _l("Associations"), "users"),
        ),
        functions={H: ("postings",)},
    ),
    Entry(
        agencies.AgencyView,
        {OP: "read write export", A: "read edit", R: "read", L: "read export"},
        (
            Place((OP,), PLATFORM, _l("Agencies"), "building-store"),
            Place((A,), RECRUIT, _l("Data of the agency"), "building-store"),
        ),
    ),
)
# Cooperation of schools and units (校企合作).
_GRANTED = {H: (RESIDENCY,), S: (RESIDENCY,)}
COOPERATION: tuple[Entry, ...] = (
    Entry(
        cooperation.CooperationNeedView,
        dict.fromkeys((O, H, S), "read write withdraw export"),
        (Place((O, H, S), CAMPUS, _l("Cooperation needs we posted"), "speakerphone"),),
        functions=_GRANTED,
    ),
    Entry(
        cooperation.CooperationCallView,
        dict.fromkeys((O, H, S), "read respond dismiss supplement export"),
        (Place((O, H, S), CAMPUS, _l("Cooperation needs to answer"), "messages"),),
        functions=_GRANTED,
    ),
    Entry(cooperation.CooperationAnswerView, dict.fromkeys((O, H, S), "read"), functions=_GRANTED),
)
# Entry of agencies, certification of employers.
CERTIFIED: tuple[Entry, ...] = (
    Entry(
        agency_entries.AgencyEntryView,
        {
            R: "read recommend not_recommend comment export unmask",
            L: "read recommend not_recommend comment export unmask",
            OP: "read export unmask",
            **dict.fromkeys((P, T), "read write ask submit withdraw delete"),
        },
        (
            Place((R, L), QUERY, _l("Entry of agencies"), "building-store"),
            Place((OP,), PLATFORM, _l("Entry of agencies"), "building-store"),
            Place((P, T), UNIT, _l("Entry of an agency"), "building-store"),
        ),
    ),
    Entry(
        certifications.EmployerCertificationView,
        {
            R: "read revoke comment export",
            L: "read revoke comment export",
            OP: "read revoke export",
            O: SEND_CHANGE + TALK,
        },
        (
            Place((R, L), QUERY, _l("Certification of employers"), "shield-check"),
            Place((OP,), PLATFORM, _l("Certification of employers"), "shield-check"),
            Place((O,), UNIT, _l("Certification of the employer"), "shield-check"),
        ),
    ),
)
# Schools and their rosters.
SCHOOLS: tuple[Entry, ...] = (
    Entry(
        schools.SchoolView,
        {OP: "read write import export", S: "read", O: "read", H: "read", R: "read", L: "read"},
        (Place((OP,), PLATFORM, _l("Schools"), "school"), Place((S,), CAMPUS, _l("Schools"), "school")),
    ),
    Entry(
        SchoolStaffView,
        {S: "read unbind edit"},
        (Place((S,), CAMPUS, _l("Staff of the school"), "user-check"),),
        api=False,
    ),
    Entry(
        schools.StudentView,
        {S: "read write delete import export unmask"},
        (Place((S,), CAMPUS, _l("Students"), "users"),),
        api=False,
        functions={S: (ROSTER,)},
    ),
)
# What is addressed to a person.
OWN: tuple[Entry, ...] = (
    Entry(
        bindings.InvitationView,
        dict.fromkeys((O, H, A, P, T), "read accept refuse leave"),
        (Place((O, H, A, P, T), ACCOUNT, _l("My invitations"), "users-group"),),
        api=False,
    ),
)
