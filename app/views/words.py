"""Words for every refusal, in one place, and the HTTP status each of them has."""

from __future__ import annotations

from typing import Any, Final

from flask import current_app, g, has_app_context
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.rules.refused import Refused
from app.views import account_codes, custom_codes, import_codes, org_codes

# code -> (HTTP status, words). Facts of the refusal are put into the words by name.
CODES: Final[dict[str, tuple[int, Any]]] = {
    # Not yours, not you, not now.
    "not_found": (404, _l("There is no such record, or it is outside your area.")),
    "not_allowed": (403, _l("Your role may not do this.")),
    "hat_not_yours": (403, _l("You do not hold this role.")),
    "stale": (409, _l("Somebody has changed this meanwhile. Look at the change, then save again.")),
    "lease_lost": (409, _l("Your claim on this item has run out and somebody else may hold it now.")),
    "wrong_state": (409, _l("This is not possible in the present state.")),
    "taken": (409, _l("Somebody else is already working on this.")),
    "not_reached": (409, _l("Not reached: the work ended before this row.")),
    "no_such_move": (404, _l("There is no such action.")),
    "too_many": (429, _l("Too many attempts. Please wait %(minutes)s minutes and try again.")),
    "comments_many": (
        429,
        _l("At most %(limit)s comments in %(minutes)s minutes. Please wait a little; what you wrote was not added."),
    ),
    "unmask_many": (
        429,
        _l("At most %(limit)s values an hour are shown in full. Please wait; this attempt showed nothing."),
    ),
    # Forms.
    "checks_block": (422, _l("The submission was not accepted. Please mend what is marked below.")),
    "reason_missing": (422, _l("Please give a reason.")),
    "unmask_words": (422, _l("Please say in at least %(least)s characters what it is needed for.")),
    "missing": (422, _l("Please fill this in.")),
    "not_a_choice": (422, _l("Please choose one of the offered values.")),
    "pay_order": (422, _l("The highest pay cannot be below the lowest, and neither below zero.")),
    "at_least_one": (422, _l("A whole number of at least 1.")),
    "more_than_nothing": (422, _l("An amount above zero.")),
    "bad_value": (422, _l("This value is not possible here.")),
    "immutable": (422, _l("This can never be changed once registered.")),
    "in_use": (409, _l("Other records still refer to this one.")),
    "duplicate": (422, _l("This value is already taken.")),
    "nothing_chosen": (422, _l("Please select at least one row.")),
    # What the kinds refuse.
    "picture_limit": (422, _l("At most %(limit)s of this kind. Delete one first.")),
    "appeal_no_account": (
        409,
        _l("No account fits this appeal: there is nothing to hand over. Please reject it, or return it for mending."),
    ),
    "appeal_of_staff": (
        409,
        _l(
            "Accounts of the staff are not handed over by documents: an administrator resets them after seeing the person."
        ),
    ),
    "login_try_over": (410, _l("This way to the provider is over, or it began in another browser. Please begin anew.")),
    "login_elsewhere_declined": (
        403,
        _l("The provider did not confirm the login. Please try again, or log in with your password."),
    ),
    "login_elsewhere_failed": (
        403,
        _l(
            "What the provider answered could not be verified, so nobody was logged in. Please try again, or use your password."
        ),
    ),
    "link_without_document": (
        422,
        _l("The provider names no valid document number: without it nothing can be linked."),
    ),
    "link_other_person": (
        422,
        _l("The document number at the provider is not the one of this account: they belong to different persons."),
    ),
    "link_taken": (409, _l("This account or this login is linked already. End that link first.")),
    "provider_code_form": (422, _l("2 to 20 small letters, digits and dashes, beginning with a letter.")),
    "issuer_form": (422, _l("An address that begins with https:// and has no slash at its end.")),
    "scope_openid": (422, _l("The scopes must hold openid.")),
    "code_unreadable": (422, _l("This is no personal code of ours.")),
    "code_expired": (422, _l("This code is over: it counts for a minute. Please let the person show a new one.")),
    "code_read": (409, _l("This code was read already, at %(at)s. Please let the person show a new one.")),
    "merge_not_same": (
        422,
        _l(
            "These accounts do not belong to one person: documents differ, or names differ and no document says otherwise."
        ),
    ),
    "merge_staff": (
        422,
        _l("Accounts of the staff are not merged: take the roles from one of them and give them to the other."),
    ),
    "merge_open": (422, _l("A merging of one of these accounts is asked for already.")),
    "appeal_staff_phone": (
        422,
        _l("Appeals with a telephone of the staff are not taken here: an administrator resets accounts of the staff."),
    ),
    "appeal_taken_over": (
        409,
        _l(
            "The link was followed: the account has been taken over. If that was wrong, have the system administrator switch "
            "the account off."
        ),
    ),
    "no_further_link": (
        409,
        _l("No further link: it was used, the account has changed since, or three were sent. Please call the bureau."),
    ),
    "site_missing": (409, _l("The address of this site is not set up: SITE_URL is missing. Please call the bureau.")),
    "appeal_unknown": (404, _l("There is no appeal with this receipt number for this telephone.")),
    "appeals_many": (429, _l("Too many appeals from here. Please call the bureau, or try again another day.")),
    "consent_needed": (422, _l("Without your consent the pictures of your identity cannot be used.")),
    "jpg_only": (422, _l("Only jpg pictures are accepted here.")),
    "school_closed": (422, _l("This school does not accept units at present.")),
    "name_locked": (422, _l("This can only be changed by a request for change.")),
    "was_published": (409, _l("What has been public is not deleted. Take it down instead.")),
    "review_needed": (409, _l("This division reviews before publishing. Please submit it for review.")),
    "unknown_placeholder": (422, _l("%(name)s is not known here. Possible are: %(offered)s")),
    "lone_brace": (422, _l("A brace stands alone near “%(near)s”. Braces enclose a placeholder, such as {title}.")),
    "reason_code_form": (422, _l("R and two to four digits, such as R21.")),
    "reason_other_stays": (422, _l("“Other” stays on offer for every kind: it is what words alone count as.")),
    "number_between": (422, _l("A whole number from %(low)s to %(high)s.")),
    "one_line": (422, _l("One line only.")),
    "list_most": (422, _l("At most %(limit)s entries.")),
    "entry_length": (422, _l("“%(entry)s”: each entry has %(low)s to %(high)s characters.")),
    "clock_form": (422, _l("A time of day such as 03:40.")),
    "job_running": (409, _l("This job is at work already.")),
    "no_further": (409, _l("It stands at the end already.")),
    "dict_code_form": (422, _l("1 to 20 small letters, digits and underscores, with a letter or digit at either end.")),
    "dict_fixed": (422, _l("The program needs this word; it can be renamed and moved, not switched off.")),
    "word_shipped": (409, _l("This word came with the system and would come back: switch it off instead.")),
    "word_in_use": (409, _l("%(count)s rows hold this word: switch it off instead.")),
    "check_fixed": (
        422,
        _l("“%(rule)s” stays as it is: it refuses what cannot be accepted, or the law demands it (%(law)s)."),
    ),
    "day_passed": (422, _l("Not before today, %(today)s: what was decided stays as it was.")),
    "nation_only": (422, _l("This counts everywhere; a division cannot differ.")),
    "nation_row": (409, _l("What counts everywhere cannot be deleted, only changed.")),
    "date_too_far": (422, _l("At most %(limit)s days from today.")),
    "calendar_missing": (
        409,
        _l("The working calendar has no entry for %(day)s. Please ask the administrator to complete it."),
    ),
    # Values, the desk, the API.
    "bad_json": (400, _l("The body is not valid JSON.")),
    "not_an_object": (422, _l("The body must be a JSON object.")),
    "too_large": (413, _l("The body may have at most %(limit)s bytes.")),
    "too_long": (422, _l("This is too long: at most %(limit)s characters.")),
    "bad_character": (422, _l("This holds characters that cannot be stored.")),
    "not_whole_number": (422, _l("Please enter a whole number.")),
    "not_number": (422, _l("Please enter a number.")),
    "not_date": (422, _l("Please enter a date (YYYY-MM-DD).")),
    "out_of_range": (422, _l("This number is out of range.")),
    "too_many_decimals": (422, _l("At most %(limit)s decimals.")),
    "required": (422, _l("Please fill this in.")),
    "not_accepted": (422, _l("Not accepted: %(said)s")),
    "unknown_field": (422, _l("There is no such field.")),
    "unknown_kind": (422, _l("There is no such kind.")),
    "already_used": (422, _l("This value is already used.")),
    "ends_before_it_begins": (422, _l("The last day cannot lie before the first.")),
    "english_whole": (422, _l("Please give title and text in English, or neither.")),
    "date_past": (422, _l("Please choose a day in the future.")),
    "own_matter": (403, _l("This concerns you or your own unit or school: a colleague decides it.")),
    "idempotency_conflict": (409, _l("This key was used for another request.")),
    "undo_too_late": (409, _l("The time for undoing has passed; the sender has been told.")),
    "seated": (409, _l("You have given your verdict on this item; somebody else must confirm it.")),
    "seats_lowered": (
        422,
        _l("Above this division %(seats)s people must agree. Only an administrator of the platform may ask for fewer."),
    ),
    "always_reviewed": (422, _l("An approval of this kind gives somebody a standing: it is always reviewed.")),
    "not_all_green": (409, _l("Not every check of this item is green: please decide it by itself.")),
    "not_eligible": (422, _l("This colleague may not decide this item.")),
    "unit_not_approved": (422, _l("The unit must be approved first.")),
    # Unit codes (app.rules.codes.unit).
    "uscc_blank": (422, _l("The code holds blanks. Please enter it without them.")),
    "uscc_length": (422, _l("A unified social credit code has 18 characters.")),
    "uscc_alphabet": (422, _l("The code holds digits and capital letters only, none of I, O, S, V and Z.")),
    "uscc_check_char": (422, _l("The last character does not fit the others: please look for a typing error.")),
    "not_logged_in": (401, _l("Please log in.")),
    # Keys of programs.
    "key_wrong": (401, _l("This key is not one of ours, has ended or was revoked.")),
    "key_scope": (403, _l("This key was not made for that: it lacks the scope %(scope)s.")),
    "key_pace": (429, _l("This key may send %(limit)s requests a minute.")),
    "starts_many": (429, _l("Too many tries from your network. Please wait %(seconds)s seconds.")),
    "key_many": (
        409,
        _l("This account has %(most)s keys in force, which is as many as there may be. Please revoke one first."),
    ),
    "key_days": (422, _l("From today on, at most a year.")),
    # Accounts and roles.
    "password_must_change": (
        403,
        _l("This password was set by somebody else, or is too old. Please log in on the pages and change it."),
    ),
    "code_wrong": (401, _l("This code is not right, or it was used before. Please wait for the next one.")),
    "code_refused": (422, _l("The code is not right, or it is no longer good. Please ask for a new one.")),
    "code_too_soon": (
        429,
        _l("A code was sent a moment ago. Please wait %(seconds)s seconds before you ask for another."),
    ),
    "code_day_phone": (429, _l("No more codes are sent to this number today. Please try again tomorrow.")),
    "code_day_address": (429, _l("Too many codes were asked for from your network today. Please try again tomorrow.")),
    "legacy_account": (
        422,
        _l("Please log in with the account that is registered under the unified social credit code."),
    ),
    "level_low": (
        403,
        _l("The level of your identity is too low: for units it is at least L%(level)s. Please raise it first."),
    ),
    "no_phone": (409, _l("No phone number is registered with this account.")),
    "same_phone": (422, _l("This is the present number.")),
    "close_staff": (403, _l("Accounts of the staff are closed by the system administrator.")),
    "close_owner": (409, _l("You are the only owner of a unit. Hand it over first, or come to the bureau.")),
    "close_pending": (409, _l("A registration of a unit that you submitted is under review. Withdraw it first.")),
    "close_name": (422, _l("This is not your user name.")),
    "captcha_wrong": (422, _l("These are not the digits. Here are new ones.")),
    "name_form": (422, _l("The name as on the document: Chinese characters, or Latin letters.")),
    "document_form": (422, _l("This is not a valid number of this kind of document.")),
    "too_young": (422, _l("One registers here from the age of %(age)s on.")),
    "agree_first": (422, _l("Please read the two texts and accept them.")),
    "user_name_taken": (422, _l("The user name is in use. Please choose another one.")),
    "id_taken": (409, _l("The document number of this natural person is in use. Please recover the account.")),
    "claim_differs": (409, _l("The number differs from the one given at registration.")),
    "link_gone": (410, _l("This link was used before, or its time is over. Please ask for a new one.")),
    "enrolment_wrong": (
        401,
        _l("This enrolment code is not right, was used or is too old. An administrator makes another one."),
    ),
    "security_key_wrong": (401, _l("This key was not accepted. Please try again, or use a code.")),
    "keys_most": (422, _l("At most %(limit)s keys. Please remove one first.")),
    "factor_there": (409, _l("This account has its second factor. If the device is lost, ask for a reset.")),
    "password_reused": (422, _l("This password was used before. Please choose another one than the last five.")),
    "code_first": (403, _l("Please begin with “Register a unit”: the code by SMS comes before the data.")),
    "proof_needed": (403, _l("Please prove once more who you are.")),
    "factor_set_up": (403, _l("This account needs a second factor first. Please log in on the pages and set it up.")),
    "reset_open": (422, _l("A reset is asked for already.")),
    "user_name_form": (422, _l("3 to 32 letters, digits, dots and dashes, beginning with a letter.")),
    "email_form": (422, _l("This is not an e-mail address.")),
    "own_account": (403, _l("A colleague does this for your own account.")),
    "place_missing": (422, _l("This role needs it: please choose one.")),
    "place_foreign": (422, _l("This role does not belong to such a place. Please leave it empty.")),
    "certified_once": (422, _l("You have a certification for this unit already: open that one and submit it again.")),
    "agency_incomplete": (409, _l("Please complete the data of the agency first.")),
    "agency_closed": (409, _l("The agency is closed on the platform.")),
    "agency_licence_over": (409, _l("The licence of the agency is missing or has ended.")),
    "agency_not_authorised": (409, _l("The unit has not authorised the agency to post for it.")),
    "unit_there": (
        422,
        _l(
            "The document number of this unit is in use already. Recover its account by documents; if its owner has left or is "
            "lost, take the unit over."
        ),
    ),
    "unit_unknown": (422, _l("No unit of this code is registered here: register it.")),
    "takeover_own": (409, _l("You own this unit already.")),
    "takeover_twice": (422, _l("You have a claim to this unit already: open that one.")),
    "level_too_low": (
        403,
        _l("The identity level of this account is too low. Please raise it to level 2 at least and try again."),
    ),
    "no_such_person": (
        422,
        _l("No such user was found. Please check the user's data and start the binding again."),
    ),
    "binding_misses": (429, _l("%(limit)s invitations found nobody today. Please try again tomorrow.")),
    "bound_already": (422, _l("This person is bound already, or an invitation still waits for an answer.")),
    "invitation_over": (409, _l("The time to answer is over. Ask the unit to invite you again.")),
    "grants_beyond": (422, _l("You can leave others only what you may do yourself.")),
    "hat_twice": (422, _l("This account already holds the role at this place.")),
    "outside_division": (422, _l("Only divisions inside your own; what counts everywhere is set by the platform.")),
    "mobile_form": (422, _l("A mobile number has 11 digits and begins with 13 to 19.")),
    "resident_id_form": (422, _l("This is not a valid number of a resident identity card.")),
    # Lists.
    "view_name_taken": (422, _l("You have a view of this name already.")),
    "too_many_views": (422, _l("At most %(most)s saved views of one list: please delete one first.")),
    # Files.
    "picture_too_big": (422, _l("The file is larger than the allowed size.")),
    "picture_type": (422, _l("This type of file is not accepted, or its name does not match its content.")),
    "picture_too_many_pixels": (422, _l("The picture has too many pixels.")),
    "picture_broken": (422, _l("The picture cannot be read.")),
    "file_not_yours": (422, _l("This file was not uploaded by you.")),
    "pdf_too_big": (422, _l("The PDF is larger than %(mb)s MB.")),
    "pdf_broken": (422, _l("The PDF cannot be read. Please save it anew, or take a picture of the paper.")),
    "pdf_locked": (422, _l("The PDF is protected by a password or by rights. Please save it without protection.")),
    "pdf_active": (
        422,
        _l("The PDF holds scripts, actions, interactive forms or further files. Please print it into a new PDF."),
    ),
    "pdf_twofold": (422, _l("The file is a PDF and something else besides. Please save it anew as a PDF.")),
    "pdf_heavy": (422, _l("The PDF is too complicated to be shown. Please print it into a new PDF, or send pictures.")),
    "pdf_many_pages": (422, _l("The PDF has %(pages)s pages; at most %(limit)s are taken.")),
    "pdf_page_size": (422, _l("Page %(page)s of the PDF is too small, too large or too narrow to be shown.")),
    "pdf_busy": (429, _l("Many papers are being read at the moment. Please try again in a minute.")),
    "pdf_place": (422, _l("Only pictures are taken here; a PDF is not.")),
    "malware_found": (422, _l("The virus scan refused this file.")),
    "file_missing": (422, _l("This file is not there, or it was uploaded by somebody else.")),
    # Videos.
    "video_too_big": (422, _l("The video is larger than the allowed size.")),
    "video_type": (422, _l("Only MP4 and WebM are accepted, and the name must match the content.")),
    "video_broken": (422, _l("The video cannot be read.")),
    "video_place": (422, _l("The video records where the camera went. Please save it anew without position data.")),
    "video_no_picture": (422, _l("The file holds no picture track.")),
    "video_codec": (422, _l("Browsers cannot play this kind of video. Please save it as H.264.")),
    "video_length_unknown": (422, _l("The length of the video cannot be read.")),
    "video_too_long": (422, _l("The video is longer than allowed.")),
    # Background tasks.
    "tasks_at_once": (
        429,
        _l("You have %(limit)s tasks of this kind under way. Wait for one of them, or cancel it under My tasks."),
    ),
    "task_failed": (409, _l("Something went wrong on our side. The fault has been recorded; please try again.")),
    "hat_gone": (403, _l("The role this was asked for under is no longer in force.")),
    "task_interrupted": (409, _l("The work was interrupted and could not be taken up again. Please start it anew.")),
    "task_ended": (409, _l("This task has ended already.")),
    "task_file_gone": (
        410,
        _l("The file was kept for a while only and has been removed. Please start the task anew if you need it."),
    ),
    "task_other_hat": (403, _l("This file was made under another of your roles. Switch to it to download.")),
    "scope_changed": (403, _l("What your role reaches has changed since this was asked for. Please start it anew.")),
    # Exports.
    "export_format": (422, _l("Lists are exported as csv or xlsx.")),
    "export_running": (429, _l("An export of yours is being made just now. Please wait until it has arrived.")),
    "export_too_many": (
        422,
        _l("More than %(most)s rows cannot be exported at once. Please narrow the list by its filters first."),
    ),
    "export_changed": (
        409,
        _l("The list has changed since this was asked for: a column or a condition is gone. Please export it anew."),
    ),
    # Passwords (app.rules.passwords).
    "password_wrong": (422, _l("The present password is not right.")),
    "password_short": (422, _l("At least 8 characters.")),
    "password_long": (422, _l("At most 128 characters.")),
    "password_letter_digit": (422, _l("Letters and digits, at least one of each.")),
    "password_common": (422, _l("This password is among the first that are guessed.")),
    "password_has_name": (422, _l("The password may not contain the user name.")),
    "password_staff_short": (422, _l("At least 10 characters for staff.")),
    "password_classes": (422, _l("Three of the four kinds: small letters, capitals, digits, signs.")),
    "password_same": (422, _l("The new password must differ from the present one.")),
    "password_differs": (422, _l("The two entries differ.")),
    **import_codes.FILE,
    **custom_codes.CUSTOM,
    **org_codes.ORGANISATIONS,
    **account_codes.ACCOUNTS,
}


def known(code: str) -> bool:
    """Whether there are words for the code."""
    return code in CODES


LIMITED: Final = 429
MINUTE: Final = 60  # seconds


def status_of(refused: Refused) -> int:
    """HTTP status of a refusal; a field always makes it 422 unless the code says otherwise.

    A limit also says when to come back: the answer that carries the status gets `Retry-After` (web.py).
    """
    status = CODES[refused.code][0] if refused.code in CODES else 422
    if status == LIMITED and has_app_context():
        g.retry_after = int(refused.facts.get("seconds") or MINUTE * int(refused.facts.get("minutes") or 1))
    return status


def named(what: Any, said: Any) -> str:
    """What is wrong after the name of its field or file, with the colon of the reader's language."""
    return _("%(what)s: %(said)s", what=what, said=said)


def say(refused: Refused) -> str:
    """The refusal in the reader's language. In tests a code without words is an error."""
    if refused.code not in CODES:
        if current_app.testing:
            raise LookupError(f"no words for the refusal {refused.code!r}")
        current_app.logger.error("no words for the refusal %s", refused.code)
        return _("This was refused (%(code)s).", code=refused.code)
    text = CODES[refused.code][1]
    try:
        return str(text) % refused.facts if refused.facts and "%(" in str(text) else str(text).replace("%%", "%")
    except (KeyError, TypeError, ValueError):
        return str(text)


def finding(found: Any) -> str:
    """The message of a check in the reader's language; findings carry both."""
    get = found.get if isinstance(found, dict) else lambda name: getattr(found, name)
    return str(get("message_en" if str(get_locale()).startswith("en") else "message_zh"))
