"""The words of every SMS and mail. None has room for a password: secrets are one-time codes and links (table (b) row 6)."""

from __future__ import annotations

import re
from typing import Any, Final

from flask_babel import lazy_gettext as _l

SECRETS: Final = frozenset({"code", "link"})  # facts that are blanked once they have left
# What somebody waits for, or must learn at once, does not wait for the morning.
URGENT: Final = frozenset(
    {
        "code",
        "no_account",
        "known_already",
        "mail_taken",
        "link",
        "password_changed",
        "phone_changed",
        "mail_changed",
        "new_phone",
        "account_closed",
        "account_merged",
        "api_key_made",
        "appeal_received",
        "appeal_warning",
        "appeal_approved",
        "account_recovered",
        "appeal_revoked",
        "account_given_back",
        "takeover_asked",
        "takeover_lost",
    }
)
HOME: Final = "zh"
# What whoever is at the screen asks for at that moment speaks the language of the page. Every other text tells somebody
# of what another one did, or may have done with the account in hand, who must not choose words that cannot be read.
ASKED_FOR: Final = frozenset(
    {"code", "no_account", "link", "registered", "new_phone", "account_name", "appeal_received", "message"}
)
# template -> (subject, text)
WORDS: Final[dict[str, tuple[Any, Any]]] = {
    "code": (
        _l("Your one-time code"),
        _l("[Gongjiu] Code %(code)s, good for %(minutes)s minutes. None of us will ever ask you for it: tell nobody."),
    ),
    "no_account": (
        _l("No account with this number"),
        _l(
            "[Gongjiu] Somebody asked for a code with this number. It belongs to no account here; you may register one."
        ),
    ),
    "known_already": (
        _l("You are registered already"),
        _l(
            "[Gongjiu] Somebody tried to register with this number or your document. You have an account already: log in, "
            "or use “Forgot the password”. If it was not you, there is nothing to do."
        ),
    ),
    "registered": (
        _l("Welcome: your account is ready"),
        _l("[Gongjiu] Registration is complete. Account: %(account)s. Site: %(site)s. Time: %(time)s."),
    ),
    "link": (
        _l("Your one-time link"),
        _l("[Gongjiu] %(purpose)s: %(link)s. The link can be followed once within %(minutes)s minutes. Tell nobody."),
    ),
    "password_changed": (
        _l("Your password was changed"),
        _l(
            "[Gongjiu] The password of account %(account)s was changed; all its logins have ended. Not you? Call %(phone)s."
        ),
    ),
    "phone_changed": (
        _l("Your phone number was changed"),
        _l("[Gongjiu] Account %(account)s now uses another phone. Not you? Call %(phone)s at once."),
    ),
    "new_phone": (
        _l("This number belongs to your account now"),
        _l("[Gongjiu] This number now belongs to account %(account)s: log in with it and receive codes."),
    ),
    "mail_changed": (
        _l("Your reserved mail address was changed"),
        _l("[Gongjiu] The reserved mail address of account %(account)s was changed. Not you? Call %(phone)s at once."),
    ),
    "mail_taken": (
        _l("This address is reserved for another account"),
        _l(
            "[Gongjiu] Somebody asked to reserve this address for an account, but it is reserved for another one. If it was you, log "
            "in there and take it out first, or call the service line. If it was not you, there is nothing to do."
        ),
    ),
    "api_key_made": (
        _l("A key for programs was made"),
        _l(
            "[Gongjiu] A key for programs was made for account %(account)s. Not you? Change the password, which ends it, and "
            "call %(phone)s."
        ),
    ),
    "account_closed": (
        _l("Your account is closed"),
        _l("[Gongjiu] Your account %(account)s is closed and your data were made anonymous. Not you? Call %(phone)s."),
    ),
    "account_merged": (
        _l("Your two accounts became one"),
        _l(
            "[Gongjiu] Two accounts were found to be one person's: all is under %(kept)s now, %(closed)s is closed. Not you, or only one "
            "of them yours? Call %(phone)s at once."
        ),
    ),
    "account_name": (
        _l("The name of your account"),
        _l("[Gongjiu] The name of your account is %(account)s."),
    ),
    "appeal_received": (
        _l("Your appeal was received"),
        _l(
            "[Gongjiu] The appeal was received as no. %(receipt_no)s. With this number and telephone you can ask how it stands."
        ),
    ),
    "appeal_warning": (
        _l("Somebody asks for your account"),
        _l("[Gongjiu] Somebody appeals by documents for your account. If it was not you, call %(phone)s at once."),
    ),
    "appeal_approved": (
        _l("Your appeal was approved"),
        _l(
            "[Gongjiu] The appeal for account %(account)s was approved. Choose a new password: %(link)s . It can be followed "
            "once within %(minutes)s minutes. Tell nobody."
        ),
    ),
    "appeal_returned": (
        _l("Your appeal must be mended"),
        _l("[Gongjiu] Appeal %(receipt_no)s must be mended: %(why)s"),
    ),
    "appeal_rejected": (
        _l("Your appeal was not approved"),
        _l("[Gongjiu] Appeal %(receipt_no)s was not approved: %(why)s"),
    ),
    "account_recovered": (
        _l("Your account was recovered by documents"),
        _l(
            "[Gongjiu] Your account was recovered by documents; all logins ended. If it was not you, call %(phone)s at once."
        ),
    ),
    "appeal_revoked": (
        _l("The approval of your appeal was called back"),
        _l(
            "[Gongjiu] The approval of the appeal was called back, its links open nothing any more. Questions: %(phone)s. "
            "Reason: %(why)s"
        ),
    ),
    "account_given_back": (
        _l("Your account is yours again"),
        _l(
            "[Gongjiu] The hand-over of account %(account)s was called back; this contact counts again. Please choose a new "
            "password under Password forgotten. Questions: %(phone)s."
        ),
    ),
    "takeover_asked": (
        _l("Somebody claims your unit"),
        _l(
            "[Gongjiu] Somebody asks the bureau to be made the owner of %(unit)s in your place. Not agreed with you? Log in, so "
            "that the bureau sees the unit has its owner, and call %(phone)s at once."
        ),
    ),
    "takeover_lost": (
        _l("Your unit was handed over"),
        _l(
            "[Gongjiu] The bureau has handed %(unit)s over to another owner; your role there has ended. Not right? Call "
            "%(phone)s at once."
        ),
    ),
    "message": (
        _l("A new message"),
        _l("[Gongjiu] New in your messages: %(kind)s. Log in and read it under Messages."),
    ),
}

CHANNELS: Final[dict[str, Any]] = {"sms": _l("SMS"), "mail": _l("Mail")}
GATEWAYS: Final[dict[str, Any]] = {
    "outbox": _l("Kept here, nothing leaves"),
    "smtp": _l("Mail server"),
    "http_sms": _l("SMS provider"),
    "tencent_sms": _l("Tencent Cloud SMS"),
}
KIND_WORDS: Final[dict[str, Any]] = {
    "system": _l("system message"),
    "job": _l("message about looking for work"),
    "gig": _l("message about gigs"),
    "recruit": _l("message about recruiting"),
    "fair": _l("message about a job fair"),
    "guidance": _l("message about career guidance"),
}

_BLANK: Final = re.compile(r"%\((\w+)\)s")
_SIGNED: Final = re.compile(r"^(?:\[[^\]]*\]|【[^】]*】)\s*")


def blanks(template: str) -> list[str]:
    """The facts that a text names, in the order in which it first names them, in the language of the moment."""
    return list(dict.fromkeys(_BLANK.findall(str(WORDS[template][1]))))


def registered(template: str) -> str:
    """The text as it is registered with a provider: blanks numbered {1}, {2} …, without the name it signs with."""
    numbers = {name: number for number, name in enumerate(blanks(template), 1)}
    return _BLANK.sub(lambda found: f"{{{numbers[found[1]]}}}", _SIGNED.sub("", str(WORDS[template][1])))
