"""One line per screen: the view, its place in each role's menu, and which role may do what there.

Roles, menus, permissions and FAB's role table are all compiled from these lines (`app/compiled.py`); nothing else
grants anything.
Words in `grants`: `read` (list, show), `write` (add, edit), any other word is the name of a move or of a permission.
"""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.rules.actor import Role
from app.rules.hats import ROSTER
from app.views import (
    accounts,
    accounts_admin,
    announcements,
    check_switches,
    dict_admin,
    gigs,
    imports,
    media,
    messages,
    notice_admin,
    org_entries,
    parameters,
    people_entries,
    policies,
    positions,
    reason_admin,
    recovery_entries,
    reference,
    review,
    system,
    units,
)
from app.views.api import desk as desk_api
from app.views.api import openapi, public
from app.views.api_keys import ApiKeyView
from app.views.audit import LedgerView
from app.views.custom_fields import CustomFieldView
from app.views.desk import DeskView
from app.views.entry import Entry, Place
from app.views.export_log import ExportEventView
from app.views.factor_resets import FactorResetView
from app.views.files import FileView
from app.views.finding import FindView
from app.views.jobs import JobView
from app.views.lists import ListsView
from app.views.log_figures import LogFiguresView
from app.views.logs import RequestEventView
from app.views.online import OnlineView
from app.views.places import (
    ACCOUNT,
    AUD,
    AUDIT,
    CAMPUS,
    DATA,
    EVERYONE,
    EXPORT,
    MINE,
    OP,
    PLATFORM,
    QUERY,
    RECRUIT,
    SEC,
    SYS,
    SYSTEM,
    TALK,
    UNIT,
    WORK,
    A,
    H,
    L,
    O,
    P,
    R,
    S,
    T,
)
from app.views.places import log_of as _log
from app.views.places import own as _own
from app.views.portal import PortalView
from app.views.proof import ProofView
from app.views.tasks import TaskView
from app.views.unmasked import UnmaskEventView

SWITCHES, POLICIES = _l("Switches of checks"), _l("Review policies")
REASONS, CALENDAR = _l("Return reasons"), _l("Working calendar")

SEND_MEDIA = "read write submit withdraw delete"
SEND_GIG = "read write submit withdraw pause resume close delete"
TAKE = " import"
SEND_POSTING = "read write submit publish withdraw take_down set_validity delete copy"


MENU: tuple[Entry, ...] = (
    Entry(
        DeskView,
        {
            R: "list decide batch transfer unmask",
            L: "list decide batch transfer unmask",
            S: "list decide batch",
            OP: "list decide batch transfer",
        },
        (
            Place((R, L, OP), WORK, _l("Review desk"), "checklist"),
            Place((S,), WORK, _l("Residency review"), "checklist"),
        ),
        api=False,
        functions={S: ("residency",)},
    ),
    Entry(
        review.ReviewRoundView,
        {R: "read export", L: "read export", S: "read export", OP: "read export"},
        (Place((R, L, S, OP), WORK, _l("Review records"), "history"),),
        functions={S: ("residency",)},
    ),
    *org_entries.UNITS,
    Entry(
        media.UnitMediumView,
        {R: "read remove comment export", L: "read remove comment export", O: SEND_MEDIA + TALK, H: SEND_MEDIA + TALK},
        (Place((R, L), QUERY, _l("Unit pictures"), "photo"), Place((O, H), UNIT, _l("Unit image"), "photo")),
    ),
    Entry(
        media.PersonalMediumView,
        {R: "read remove comment", L: "read remove comment export", P: SEND_MEDIA, T: SEND_MEDIA},
        (
            Place((R, L), QUERY, _l("Personal pictures"), "user-circle"),
            Place((P, T), MINE, _l("My pictures and videos"), "photo"),
        ),
    ),
    Entry(
        positions.PostingView,
        {
            R: "read remove comment import export",
            L: "read remove comment import export",
            S: "read export",
            OP: "read import export",
            O: "read comment export",
            H: SEND_POSTING + TALK + TAKE + EXPORT,
            A: "read comment",
        },
        (
            Place((R, L, OP), QUERY, _l("Postings"), "briefcase"),
            Place((S,), CAMPUS, _l("Postings for my school"), "briefcase"),
            Place((H, O), RECRUIT, _l("Postings"), "briefcase"),
        ),
    ),
    Entry(
        positions.AgencyPostingView,
        {A: SEND_POSTING + TALK + TAKE + EXPORT},
        (Place((A,), RECRUIT, _l("Postings"), "briefcase"),),
    ),
    Entry(
        gigs.GigOfferView,
        {
            R: "read remove comment import export unmask",
            L: "read remove comment import export unmask",
            H: SEND_GIG + TALK + TAKE + EXPORT,
            P: SEND_GIG + TAKE,
            T: SEND_GIG + TAKE,
            O: "read comment export",
        },
        (
            Place((R, L), QUERY, _l("Gigs: hiring"), "tool"),
            Place((H, O), RECRUIT, _l("Gigs: hiring"), "tool"),
            Place((P, T), MINE, _l("My gigs: hiring"), "tool"),
        ),
    ),
    Entry(
        gigs.GigWantedView,
        {
            R: "read remove comment import export unmask",
            L: "read remove comment import export unmask",
            P: SEND_GIG + TAKE,
            T: SEND_GIG + TAKE,
        },
        (
            Place((R, L), QUERY, _l("Gigs: looking for work"), "users"),
            Place((P, T), MINE, _l("My gigs: looking for work"), "users"),
        ),
    ),
    *org_entries.PARTNERS,
    *org_entries.COOPERATION,
    *org_entries.CERTIFIED,
    *recovery_entries.ENTRIES,
    Entry(
        imports.ImportView,
        dict.fromkeys((R, L, S, H, A, P, T, OP, SYS), "list run"),
        (
            Place((R, L, SYS), DATA, _l("Batch import"), "upload"),
            Place((OP,), PLATFORM, _l("Batch import"), "upload"),
            Place((S,), CAMPUS, _l("Batch import"), "upload"),
            Place((H, A), RECRUIT, _l("Batch import"), "upload"),
            Place((P, T), MINE, _l("Batch import"), "upload"),
        ),
        api=False,
        functions={S: (ROSTER,), H: ("postings", "gigs")},
    ),
    Entry(
        system.ImportRunView,
        dict.fromkeys((R, L, S, OP, SYS, AUD), "read export"),
        (
            Place((R, L, SYS), DATA, _l("Import records"), "file-spreadsheet"),
            Place((S,), CAMPUS, _l("Import records"), "file-spreadsheet"),
            Place((OP,), PLATFORM, _l("Import records"), "file-spreadsheet"),
            Place((AUD,), AUDIT, _l("Import records"), "file-spreadsheet"),
        ),
        functions={S: (ROSTER,)},
    ),
    Entry(
        reason_admin.ReviewReasonView,
        {R: "read", L: "read export", S: "read", OP: "read write export", SYS: "read write export"},
        (Place((R, L, S, SYS), DATA, REASONS, "messages"), Place((OP,), PLATFORM, REASONS, "messages")),
    ),
    Entry(
        notice_admin.NoticeTextView,
        {OP: "read edit reset export", SYS: "read edit reset export"},
        (Place((OP,), PLATFORM, _l("Message texts"), "mail"), Place((SYS,), DATA, _l("Message texts"), "mail")),
    ),
    Entry(
        policies.ReviewPolicyView,
        {R: "read", L: "read write delete export", OP: "read write delete export", SYS: "read write delete export"},
        (Place((R, L, SYS), DATA, POLICIES, "settings"), Place((OP,), PLATFORM, POLICIES, "settings")),
    ),
    Entry(
        check_switches.CheckSwitchView,
        {R: "read", L: "read write delete export", OP: "read write delete export", SYS: "read write delete export"},
        (Place((R, L, SYS), DATA, SWITCHES, "list-check"), Place((OP,), PLATFORM, SWITCHES, "list-check")),
    ),
    Entry(
        reference.WorkDayView,
        {R: "read", L: "read export", SYS: "read write import export"},
        (Place((L,), DATA, CALENDAR, "calendar"), Place((SYS,), DATA, CALENDAR, "calendar")),
    ),
    Entry(
        reference.MinimumWageView,
        {R: "read export", L: "read write delete import export"},
        (Place((R, L), DATA, _l("Minimum wages"), "chart-bar"),),
    ),
    *org_entries.SCHOOLS,
    Entry(
        accounts_admin.AccountView,
        {
            SYS: "read write activate deactivate unlock reset_password identity_seen enrolment export",
            SEC: "read unlock enrolment export",
        },
        (Place((SYS, SEC), SYSTEM, _l("Accounts"), "user-circle"),),
        api=False,
    ),
    Entry(
        accounts.HatView,
        {SYS: "read write export", **dict.fromkeys((SEC, AUD), "read confirm decline export")},
        tuple(Place(r, g, _l("Roles of the accounts"), "users") for r, g in (((SYS, SEC), SYSTEM), ((AUD,), AUDIT))),
        api=False,
    ),
    Entry(
        CustomFieldView,
        {SYS: "read write delete export"},
        (Place((SYS,), DATA, _l("Custom fields"), "list-details"),),
        api=False,
    ),
    Entry(
        reference.RegionView,
        {SYS: "read write import export", OP: "read export"},
        (Place((SYS,), DATA, _l("Divisions"), "map-pin"),),
    ),
    Entry(
        reference.IndustryView,
        {SYS: "read write import export", OP: "read export"},
        (Place((SYS,), DATA, _l("Industries"), "building-store"),),
    ),
    Entry(
        reference.MajorView,
        {SYS: "read write import export", S: "read"},
        (Place((SYS,), DATA, _l("Majors"), "school"), Place((S,), CAMPUS, _l("Majors"), "list-details")),
    ),
    Entry(
        reference.OccupationView,
        {SYS: "read write import export", OP: "read export"},
        (Place((SYS,), DATA, _l("Occupations"), "briefcase"),),
    ),
    Entry(
        dict_admin.DictItemView,
        {SYS: "read write delete up down import export", OP: "read export"},
        (Place((SYS,), DATA, _l("Data dictionary"), "database"),),
    ),
    Entry(
        parameters.ParameterView,
        {SYS: "read write delete default revert export", L: "read"},
        (Place((SYS,), SYSTEM, _l("Parameters"), "settings"), Place((L,), DATA, _l("Parameters"), "settings")),
    ),
    Entry(JobView, {SYS: "list run edit"}, (Place((SYS,), SYSTEM, _l("Scheduled jobs"), "clock"),), api=False),
    Entry(system.JobRunView, {SYS: "read export"}, (Place((SYS,), SYSTEM, _l("Job runs"), "history"),)),
    *people_entries.OUTGOING,
    Entry(
        units.BlacklistedView,
        {SEC: "read write export", L: "read export", R: "read"},
        (
            Place((SEC,), SYSTEM, _l("Banned from registering"), "ban"),
            Place((L,), QUERY, _l("Banned from registering"), "ban"),
        ),
        api=False,
    ),
    Entry(
        FactorResetView,
        {**dict.fromkeys((SYS, SEC), "read add take_off decline"), AUD: "read export"},
        tuple(
            Place(r, g, _l("Resets of the second factor"), "shield") for r, g in (((SYS, SEC), SYSTEM), ((AUD,), AUDIT))
        ),
        api=False,
    ),
    Entry(
        OnlineView,
        {SEC: "read revoke_session revoke_account"},
        (Place((SEC,), SYSTEM, _l("Online users"), "users-group"),),
        api=False,
    ),
    _log(accounts.LoginEventView, _l("Login log"), "login"),
    _log(review.ReviewEventView, _l("Operation ledger"), "list-check"),
    _log(ExportEventView, _l("Export log"), "file-export"),
    _log(RequestEventView, _l("Request log"), "list-details"),
    _log(UnmaskEventView, _l("Values shown in full"), "eye"),
    _log(LogFiguresView, _l("Logs by month"), "chart-bar", "list export"),
    _log(LedgerView, _l("Verify the ledger"), "shield-check", "list verify"),
    Entry(
        PortalView,
        {},
        (Place((P, T, O, H, A, S, OP), MINE, _l("Public portal"), "world"),),
        api=False,
    ),
    _own(messages.MessageView, "read", _l("Messages"), "bell"),
    Entry(
        announcements.AnnouncementView,
        {**dict.fromkeys(EVERYONE, "read acknowledge"), OP: "read write delete export"},
        (
            Place((OP,), PLATFORM, _l("Notices"), "speakerphone"),
            Place(tuple(r for r in EVERYONE if r is not OP), ACCOUNT, _l("Notices"), "speakerphone"),
        ),
    ),
    *org_entries.OWN,
    *people_entries.ENTRANCE,
    *people_entries.ACCOUNTS,
    *recovery_entries.OWN,
    Entry(
        ListsView,
        dict.fromkeys(EVERYONE, "list") | dict.fromkeys((L, S, O, A, OP, SYS), "list share"),
        (Place(EVERYONE, ACCOUNT, _l("My saved views"), "star"),),
        api=False,
    ),
    Entry(
        ApiKeyView,
        {**dict.fromkeys((A, OP, SYS), "read add revoke_key"), SEC: "read revoke_key", AUD: "read export"},
        (
            Place((SYS, SEC), SYSTEM, _l("API keys"), "key"),
            Place((A, OP), ACCOUNT, _l("API keys"), "key"),
            Place((AUD,), AUDIT, _l("API keys"), "key"),
        ),
        api=False,
    ),
    _own(TaskView, "read cancel", _l("My tasks"), "hourglass"),
    *(Entry(view, dict.fromkeys(EVERYONE, "list"), api=False) for view in (FileView, FindView, ProofView)),
)

APIS: tuple[type, ...] = (desk_api.DeskApi, public.PublicApi, openapi.OpenApi)
API_GRANTS: dict[str, dict[Role, str]] = {
    "DeskApi": {R: "list decide transfer", L: "list decide transfer", S: "list decide"}
}
API_FUNCTIONS: dict[str, dict[Role, tuple[str, ...]]] = {"DeskApi": {S: ("residency",)}}
