"""Words and shapes for values that the code itself knows: statuses, moves, roles, kinds of review."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from flask_babel import get_locale
from flask_babel import lazy_gettext as _l

from app.models.custom import ENTITIES
from app.review import dispatch_words
from app.review.consent_words import CONSENTS
from app.review.imports.entities import IMPORTERS
from app.rules import checks
from app.rules.actor import Role
from app.rules.checks import switching
from app.views import login_words, org_words, role_words
from app.views.dictionary_names import DICTIONARIES
from app.views.parameter_names import PARAMETERS


@dataclass(frozen=True, slots=True)
class Named:
    """A rule of the checks in the reader's language; its names stand with the rules, not with the translations."""

    code: str
    zh: str
    en: str

    def __str__(self) -> str:
        return f"{self.code} {self.en if str(get_locale()) == 'en' else self.zh}"


# Status code -> (shape of the visual kit, word). A shape never stands alone: the word is always beside it.
STATUSES: Final[dict[str, tuple[str, Any]]] = {
    "draft": ("draft", _l("Draft")),
    "imported": ("draft", _l("Imported")),
    "pending": ("pending", _l("Awaiting review")),
    "queued": ("pending", _l("Queued")),
    "second": ("second", _l("Awaiting second opinion")),
    "need_info": ("hold", _l("Awaiting the sender's answer")),
    "held": ("hold", _l("On hold")),
    "returned": ("back", _l("Returned for mending")),
    "approved": ("ok", _l("Approved")),
    "active": ("ok", _l("Resident")),
    "live": ("live", _l("Live")),
    "rejected": ("bad", _l("Rejected")),
    "revoked": ("bad", _l("Revoked")),
    "frozen": ("hold", _l("Frozen")),
    "paused": ("hold", _l("Paused")),
    "off": ("off", _l("Taken down")),
    "expired": ("off", _l("Expired")),
    "removed": ("off", _l("Removed")),
    "withdrawn": ("off", _l("Withdrawn")),
    "superseded": ("off", _l("Superseded")),
    "lapsed": ("late", _l("Lapsed")),
    "deleted": ("off", _l("Deleted")),
    "waiting": ("pending", _l("Waiting")),
    "sent": ("ok", _l("Sent")),
    "cancelled": ("off", _l("Cancelled")),
    "dead": ("bad", _l("Given up")),
    "dry_run": ("draft", _l("Dry run")),
    "running": ("pending", _l("Running")),
    "done": ("ok", _l("Done")),
    "failed": ("bad", _l("Failed")),
    "invited": ("pending", _l("Answer awaited")),
    "bound": ("ok", _l("Bound")),
    "asked": ("pending", _l("Recommendation awaited")),
    "recommended": ("ok", _l("Recommended")),
    "refused": ("bad", _l("Declined")),
    "ended": ("off", _l("Ended")),
    "unread": ("pending", _l("Unread")),
    "read": ("off", _l("Read")),
    **org_words.STATUSES,
}

# Move -> (word on the button, icon, needs emphasis as dangerous).
MOVES: Final[dict[str, tuple[Any, str, bool]]] = {
    "submit": (_l("Submit for review"), "send", False),
    "withdraw": (_l("Withdraw"), "arrow-back-up", False),
    "withdraw_edit": (_l("Withdraw the change"), "arrow-back-up", False),
    "approve": (_l("Approve"), "check", False),
    "return": (_l("Return for mending"), "arrow-back-up", False),
    "reject": (_l("Reject"), "x", True),
    "freeze": (_l("Freeze"), "player-pause", True),
    "thaw": (_l("Lift the freeze"), "player-play", False),
    "pause": (_l("Pause"), "player-pause", False),
    "resume": (_l("Resume"), "player-play", False),
    "close": (_l("Close"), "circle-x", False),
    "remove": (_l("Remove"), "ban", True),
    "publish": (_l("Publish"), "speakerphone", False),
    "take_down": (_l("Take down"), "download", True),
    "set_validity": (_l("Set validity"), "calendar-due", False),
    "delete": (_l("Delete"), "trash", True),
    "revoke": (_l("Revoke"), "ban", True),
    "revoke_key": (_l("Revoke the key"), "ban", True),
    "expire": (_l("Expire"), "clock", False),
    "cease": (_l("Taken down: the agency may post no longer"), "ban", False),
    "activate": (_l("Activate"), "circle-check", False),
    "unlock": (_l("Lift the lockout"), "shield", False),
    "enrolment": (_l("Enrolment code"), "key", False),
    "deactivate": (_l("Deactivate"), "ban", True),
    "identity_seen": (_l("Document seen: level L2"), "user-check", False),
    "reset_password": (_l("Reset password"), "key", True),
    "reset": (_l("Back to the original words"), "rotate", True),
    "default": (_l("Back to the default"), "rotate", True),
    "revert": (_l("Back to the value before"), "rotate", True),
    "up": (_l("Move up"), "chevron-up", False),
    "down": (_l("Move down"), "chevron-down", False),
    "cancel": (_l("Cancel"), "x", False),
    "send_again": (_l("Send again"), "send", False),
    "merge": (_l("Merge"), "users", True),
    "take_off": (_l("Take the second factor off"), "shield", True),
    "decline": (_l("Decline"), "x", True),
    "ask": (_l("Ask the bureau for its recommendation"), "send", False),
    "recommend": (_l("Recommend"), "check", False),
    "not_recommend": (_l("Do not recommend"), "x", True),
    "accept": (_l("Accept"), "check", False),
    "refuse": (_l("Decline"), "x", True),
    "unbind": (_l("Unbind at once"), "ban", True),
    "leave": (_l("End the binding"), "logout", True),
    "end": (_l("End this login"), "logout", True),
    "revoke_session": (_l("End this login"), "logout", True),
    "revoke_account": (_l("End all logins of the account"), "ban", True),
    **role_words.MOVES,
    **org_words.MOVES,
}

# Step of a case -> (word, mark of the timeline).
STEPS: Final[dict[str, tuple[Any, str]]] = {
    "create": (_l("Created"), ""),
    "submit": (_l("Submitted"), ""),
    "resubmit": (_l("Changed and submitted again"), ""),
    "propose": (_l("Change submitted"), ""),
    "edit": (_l("Edited"), ""),
    "claim": (_l("Claimed"), "now"),
    "release": (_l("Released"), ""),
    "skip": (_l("Skipped"), ""),
    "transfer": (_l("Transferred"), ""),
    "ask": (_l("Question to the sender"), "back"),
    "answer": (_l("Answer of the sender"), ""),
    "hold": (_l("Put on hold"), ""),
    "resume": (_l("Resumed"), ""),
    "approve": (_l("Approved"), "ok"),
    "endorse": (_l("Approved, a second person must confirm"), "ok"),
    "recount": (_l("Seats counted anew"), "now"),
    "escalate": (_l("Told to those above"), "now"),
    "return": (_l("Returned for mending"), "back"),
    "reject": (_l("Rejected"), "bad"),
    "undo": (_l("Verdict taken back"), "back"),
    "withdraw": (_l("Withdrawn"), ""),
    "withdraw_edit": (_l("Change withdrawn"), ""),
    "supersede": (_l("Superseded by a newer submission"), ""),
    "lapse": (_l("Lapsed"), "bad"),
    "publish": (_l("Published"), "ok"),
    "own_data": (_l("Copy of own data taken"), ""),
    "account_closed": (_l("Account closed by its owner"), ""),
    "unit_taken_over": (_l("Unit handed over to a successor"), "ok"),
    "unit_not_taken_over": (_l("Unit not handed over: the unit or the successor no longer stands"), "bad"),
    "account_added": (_l("Account added"), ""),
    "account_changed": (_l("Account changed"), ""),
    **role_words.STEPS,
    "setting_added": (_l("Setting added"), ""),
    "setting_changed": (_l("Setting changed"), ""),
    "setting_deleted": (_l("Setting deleted"), ""),
    "bind_invite": (_l("Handler invited"), ""),
    "bind_accept": (_l("Invitation accepted"), "ok"),
    "bind_refuse": (_l("Invitation declined"), "bad"),
    "bind_withdraw": (_l("Invitation withdrawn"), ""),
    "bind_expire": (_l("Invitation expired"), ""),
    "bind_grants": (_l("Functions of a handler changed"), ""),
    "bind_unbind": (_l("Handler unbound"), ""),
    "bind_leave": (_l("Handler left"), ""),
    "export": (_l("List exported"), ""),
    "unmask": (_l("Value shown in full"), ""),
    "reset_asked": (_l("Reset of the second factor asked for"), ""),
    "key_made": (_l("API key made"), ""),
    "key_revoked": (_l("API key revoked"), ""),
    "keys_rotated": (_l("Keys of the encrypted columns rotated"), ""),
    "account_recovered": (_l("Account recovered by documents"), "ok"),
    "password_chosen": (_l("New password chosen by a one-time link"), ""),
    "account_not_recovered": (_l("Not recovered: the account has changed since the verdict"), "bad"),
    "identity_linked": (_l("Login of another provider linked"), ""),
    "identity_unlinked": (_l("Link with another provider ended"), ""),
    "level_raised": (_l("Identity level raised"), "ok"),
    "name_proven": (_l("Name replaced by the proven one"), ""),
    "level_taken_back": (_l("Identity level taken back"), "warn"),
    "merge_asked": (_l("Merging of accounts asked for"), ""),
    "code_read": (_l("Personal code read"), ""),
    "seal_logins": (_l("Login log sealed"), ""),
    "seal_requests": (_l("Request log sealed"), ""),
    "purge_logins": (_l("Old logins purged"), ""),
    "purge_requests": (_l("Old requests purged"), ""),
    **org_words.STEPS,
}

ROLES: Final[dict[str, Any]] = {
    Role.REVIEWER: _l("Reviewer"),
    Role.LEAD: _l("Review lead"),
    Role.SCHOOL: _l("School administrator"),
    Role.OWNER: _l("Unit owner"),
    Role.HANDLER: _l("Unit handler"),
    Role.AGENCY: _l("Agency"),
    Role.SEEKER: _l("Job seeker"),
    Role.STUDENT: _l("Student"),
    Role.OPERATOR: _l("Operator"),
    Role.SYSADMIN: _l("System administrator"),
    Role.SECADMIN: _l("Security administrator"),
    Role.AUDITOR: _l("Auditor"),
    Role.CLOCK: _l("Clock"),
}

KINDS: Final[dict[str, Any]] = {
    "unit_registration": _l("Unit registration"),
    "unit_change": _l("Unit change"),
    "unit_media": _l("Unit picture"),
    "personal_media": _l("Personal picture"),
    "gig_offer": _l("Gig: hiring"),
    "gig_wanted": _l("Gig: looking for work"),
    "posting": _l("Job posting"),
    "residency": _l("Residency at a school"),
    "agency_entry": _l("Entry of an agency"),
    "employer_certification": _l("Certification of an employer"),
    "account_appeal": _l("Appeal for an account"),
    "identity_proof": _l("Real-name by documents"),
    "unit_takeover": _l("Takeover of a unit"),
}

# Which notice it is, as the outbox names it (words of the notices themselves: notices.py).
NOTICES: Final[dict[str, Any]] = {
    "round_approved": _l("Approved"),
    "round_returned": _l("Returned for mending"),
    "round_rejected": _l("Not approved"),
    "round_asked": _l("Question to the sender"),
    "round_transferred": _l("Transferred"),
    "second_wanted": _l("Second person wanted"),
    "rounds_waiting": _l("Items due or overdue"),
    "submission_received": _l("Received"),
    "registered": _l("Registered"),
    "resume_sent": _l("Résumé received (opens later)"),
    "posting_expired": _l("Posting expired"),
    "posting_ceased": _l("Posting of an agency taken down"),
    "gig_expired": _l("Gig post expired"),
    "gig_prepared": _l("Draft prepared by the bureau"),
    "residency_revoked": _l("Residency revoked"),
    "account_recovered": _l("Account recovered by documents"),
    "account_merged": _l("Two accounts became one"),
    "name_proven": _l("Name proven by another provider"),
    "removed": _l("Taken down by the bureau"),
    "frozen": _l("Unit frozen"),
    "thawed": _l("Unit active again"),
    "mentioned": _l("Mentioned by a colleague"),
    "factor_set": _l("Second factor set up"),
    "factor_removed": _l("Second factor taken off"),
    "factor_removed_key": _l("Security key removed"),
    "api_key_made": _l("API key made"),
    "binding_invited": _l("Invitation of a unit"),
    "binding_withdrawn": _l("Invitation withdrawn"),
    "binding_expired": _l("Invitation expired"),
    "binding_accepted": _l("Invitation accepted"),
    "binding_refused": _l("Invitation declined"),
    "binding_grants": _l("Functions changed"),
    "binding_ended": _l("Unbound by the unit"),
    "binding_left": _l("Handler left"),
    "school_unbound": _l("Unbound by the school"),
    "school_grants": _l("Functions at the school changed"),
    "takeover_asked": _l("Somebody claims the unit"),
    "takeover_lost": _l("Unit handed over"),
    "takeover_done": _l("Unit taken over"),
    "takeover_failed": _l("Unit not taken over"),
    "agency_recommended": _l("Recommended by the bureau"),
    "agency_not_recommended": _l("Not recommended"),
    "certification_revoked": _l("Certification revoked"),
    "appeal_revoked": _l("Approval of an appeal called back"),
    "certification_expired": _l("Certification expired"),
    "certification_ends": _l("Certification ends"),
    "licence_ends": _l("Licence ends"),
    "verification_due": _l("Re-verification due"),
    "task_done": _l("Task done"),
    "task_failed": _l("Task failed"),
    **org_words.NOTICES,
}

LOGINS: Final = login_words.LOGINS

RESULTS: Final[dict[str, Any]] = {"done": _l("Done"), "refused": _l("Refused"), "failed": _l("Failed")}
FACTOR_RESETS: Final[dict[str, Any]] = {
    "open": _l("Second person awaited"),
    "done": _l("Done"),
    "declined": _l("Declined"),
}
DEVICES: Final[dict[str, Any]] = {
    "computer": _l("Computer"),
    "phone": _l("Mobile phone"),
    "tablet": _l("Tablet"),
    "program": _l("Program"),
}

# What a unit's owner may leave to a handler (GD-33).
GRANTS: Final[dict[str, Any]] = {
    "postings": _l("Postings"),
    "gigs": _l("Gigs: hiring"),
    "media": _l("Unit pictures"),
    "residency": _l("Residency"),
    "handlers": _l("Managing handlers"),
    "roster": _l("Roster of students"),
    "staff": _l("Managing staff"),
}

# What runs in the background for somebody.
TASKS: Final[dict[str, Any]] = {
    "export": _l("Export of a list"),
    "import": _l("Import of a list"),
    "reindex": _l("Search words of a custom field"),
    "moves": _l("Move over many rows"),
    "job": _l("Run of a scheduled job"),
}

IMPORTANCE: Final[dict[str, Any]] = {"normal": _l("Ordinary"), "important": _l("Important")}

# What a custom field holds.
FIELD_TYPES: Final[dict[str, Any]] = {
    "text": _l("A line of text"),
    "long": _l("A text of several lines"),
    "int": _l("A whole number"),
    "decimal": _l("A number with decimals"),
    "bool": _l("Yes or no"),
    "date": _l("A day"),
    "choice": _l("One of the options"),
    "choices": _l("Several of the options"),
}

# Grades a division may give to what a check finds, and rules it may set: checks by their code, then labels of words.
EFFECTS: Final[dict[str, Any]] = {
    "off": _l("Not checked"),
    "info": _l("For information"),
    "warn": _l("Warning"),
    "high": _l("Grave"),
    "usual": _l("As shipped"),
}
RULES: Final[dict[str, Any]] = {
    **{code: Named(code, check.name_zh, check.name_en) for code, check in sorted(checks.named().items())},
    **{label: Named(label, zh, en) for label, (zh, en, _settable) in switching.LABELS.items()},
}

# Dictionaries that the code owns; every other one is a table people may edit (字典管理).
OWNED: Final[dict[str, dict[str, Any]]] = {
    "role": ROLES,
    "consent": CONSENTS,
    "channel": dispatch_words.CHANNELS,
    "gateway": dispatch_words.GATEWAYS,
    "dispatch_state": {"queued": _l("To be sent")} | {code: STATUSES[code][1] for code in ("sent", "failed", "dead")},
    "dispatch_template": {name: words[0] for name, words in dispatch_words.WORDS.items()},
    "review_kind": KINDS,
    "review_step": {code: words[0] for code, words in (MOVES | STEPS).items()},
    "notice": NOTICES,
    "login_outcome": LOGINS,
    "device_kind": DEVICES,
    "factor_reset_state": FACTOR_RESETS,
    "hat_standing": role_words.STATES,
    "request_result": RESULTS,
    "api_scope": {},  # made from the interfaces themselves: api_keys.py
    "key_state": {
        "active": _l("In force"),
        "revoked": _l("Revoked"),
        "expired": _l("Last day over"),
        "ended": _l("Ended with password, account or role"),
    },
    "grant": GRANTS,
    "importance": IMPORTANCE,
    "audience": {role: words for role, words in ROLES.items() if role is not Role.CLOCK},
    "parameter": PARAMETERS,
    "dictionary": DICTIONARIES,
    "task_kind": TASKS,
    "import_entity": {key: importer.label for key, importer in IMPORTERS.items()},
    "check_rule": RULES,
    "check_effect": EFFECTS,
    "custom_type": FIELD_TYPES,
    "custom_entity": {key: models[0].CUSTOM_LABEL for key, models in ENTITIES.items()},
}


def status(code: str) -> tuple[str, str]:
    """Shape and word of a status; an unknown code shows itself."""
    shape, word = STATUSES.get(code, ("draft", code))
    return shape, str(word)


def step(action: str) -> tuple[str, str]:
    """Word and mark of a step in the timeline."""
    word, mark = STEPS.get(action, (MOVES.get(action, (action,))[0], ""))
    return str(word), mark


def move_words(name: str) -> tuple[str, str, bool]:
    """Button word, icon and whether it is dangerous."""
    word, icon, danger = MOVES.get(name, (name, "dots", False))
    return str(word), icon, danger
