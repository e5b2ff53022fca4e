"""The release's words of every notice (TJ-66..68). No template has room for a password."""

from __future__ import annotations

from typing import Any, Final

from flask_babel import lazy_gettext as _l

# template -> (subject, text). Facts are put in by name; a fact that is missing reads as a dash.
WORDS: Final[dict[str, tuple[Any, Any]]] = {
    "round_approved": (
        _l("Approved: %(title)s"),
        _l("%(kind)s “%(title)s” (no. %(receipt_no)s) has been approved."),
    ),
    "round_returned": (
        _l("To be mended: %(title)s"),
        _l("%(kind)s “%(title)s” (no. %(receipt_no)s) was returned. Please mend what is listed and submit again."),
    ),
    "round_rejected": (
        _l("Not approved: %(title)s"),
        _l("%(kind)s “%(title)s” (no. %(receipt_no)s) was not approved."),
    ),
    "round_asked": (
        _l("A question about: %(title)s"),
        _l(
            "The reviewer has a question about %(kind)s “%(title)s” (no. %(receipt_no)s). The clock stops until you answer."
        ),
    ),
    "round_transferred": (
        _l("Passed on to you: %(title)s"),
        _l("%(kind)s “%(title)s” (no. %(receipt_no)s) was passed on to you."),
    ),
    "second_wanted": (
        _l("A second person is wanted: %(title)s"),
        _l(
            "%(kind)s “%(title)s” (no. %(receipt_no)s) has been approved by one person. In its own division nobody else can decide it: "
            "please look at it."
        ),
    ),
    "rounds_waiting": (
        _l("Waiting at the desk: %(late)s overdue, %(near)s due within four hours"),
        _l(
            "Newly overdue: %(late)s. Due within four hours: %(near)s. Of these waiting for a second person: %(second)s. "
            "Please see to it that they are decided."
        ),
    ),
    "submission_received": (
        _l("Received: %(title)s"),
        _l("%(kind)s “%(title)s” was received as no. %(receipt_no)s and waits for review."),
    ),
    "posting_expired": (_l("Expired: %(title)s"), _l("The posting “%(title)s” was taken down after its last day.")),
    "posting_ceased": (
        _l("Taken down: %(title)s"),
        _l(
            "The posting “%(title)s” was taken down: the agency is closed, its licence has ended, or the unit has withdrawn "
            "the authorisation. It may be submitted again once the agency may post for the unit."
        ),
    ),
    "gig_expired": (_l("Expired: %(title)s"), _l("The gig post “%(title)s” has ended after its last day.")),
    "gig_prepared": (
        _l("This was prepared for you: %(title)s"),
        _l(
            "The bureau has prepared %(kind)s “%(title)s” in your name. Read it, accept the agreement and submit it, or delete it."
        ),
    ),
    "residency_revoked": (
        _l("Residency revoked: %(title)s"),
        _l("The school has revoked the residency “%(title)s”. Postings are no longer shown to its students."),
    ),
    "removed": (_l("Taken down by the bureau: %(title)s"), _l("“%(title)s” was taken down by the bureau.")),
    "frozen": (_l("Unit frozen: %(title)s"), _l("The unit “%(title)s” was frozen by the bureau.")),
    "thawed": (_l("Unit active again: %(title)s"), _l("The unit “%(title)s” is active again.")),
    "association_asked": (
        _l("%(unit)s asks for association"),
        _l("The unit “%(unit)s” wishes that %(agency)s posts for it. Agree or decline under Associations."),
    ),
    "association_withdrawn": (
        _l("%(unit)s no longer asks for association"),
        _l("The unit “%(unit)s” has taken its wish for association with %(agency)s back."),
    ),
    "association_agreed": (
        _l("%(agency)s has agreed to the association"),
        _l("%(agency)s may now post for “%(unit)s”, until either side ends the association."),
    ),
    "association_refused": (
        _l("%(agency)s has declined the association"),
        _l("%(agency)s has declined the association with “%(unit)s”."),
    ),
    "association_ended": (
        _l("Association ended: %(agency)s, %(unit)s"),
        _l("The association of “%(unit)s” with %(agency)s has ended. Postings of the agency for it leave the public."),
    ),
    "cooperation_posted": (
        _l("Cooperation need: %(title)s"),
        _l("%(unit)s has sent you the cooperation need “%(title)s”. It stands under Cooperation needs to answer."),
    ),
    "cooperation_answered": (
        _l("%(by)s has answered: %(title)s"),
        _l("%(by)s has answered your cooperation need “%(title)s”. The answer stands under the need."),
    ),
    "binding_invited": (
        _l("%(title)s invites you to act for it"),
        _l(
            "The unit “%(title)s” wants you as its handler. Accept or decline within %(days)s days under My invitations."
        ),
    ),
    "binding_withdrawn": (
        _l("Invitation withdrawn: %(title)s"),
        _l("The unit “%(title)s” has withdrawn its invitation."),
    ),
    "binding_expired": (
        _l("Invitation not answered: %(title)s"),
        _l("%(title)s did not answer the invitation within %(days)s days. It may be sent again."),
    ),
    "binding_accepted": (
        _l("%(title)s has accepted the invitation"),
        _l("%(title)s may now do for the unit what was granted. Functions can be changed at any time."),
    ),
    "binding_refused": (
        _l("%(title)s has declined the invitation"),
        _l("%(title)s has declined to act for the unit."),
    ),
    "binding_grants": (
        _l("Other functions for you: %(title)s"),
        _l("The unit “%(title)s” has changed what you may do for it. It counts at once."),
    ),
    "binding_ended": (
        _l("No longer a handler of %(title)s"),
        _l("The unit “%(title)s” has ended your binding. You can no longer act for it."),
    ),
    "binding_left": (
        _l("%(title)s no longer acts for the unit"),
        _l("%(title)s has ended the binding and can no longer act for the unit."),
    ),
    "school_unbound": (
        _l("You no longer act for %(title)s"),
        _l("A colleague has ended your role at “%(title)s”. Your logins under it are over."),
    ),
    "school_grants": (
        _l("Other functions for you: %(title)s"),
        _l("A colleague has changed what you may do at “%(title)s”. It counts at once."),
    ),
    "account_merged": (
        _l("The account %(title)s became part of this one"),
        _l(
            "Two administrators found that the account “%(title)s” is yours too: what belonged to it is under this account now, and it is "
            "closed. If that is not right, call the service line at once."
        ),
    ),
    "name_proven": (
        _l("Your account goes by your proven name now"),
        _l(
            "“%(title)s” has proven your document under another name than your account had. The account goes by the proven name from now "
            "on. If that is not right, call the service line."
        ),
    ),
    "takeover_asked": (
        _l("Somebody claims to own %(title)s"),
        _l(
            "A person asks the bureau to be made the owner of “%(title)s” in your place. If that is not right, call the bureau of "
            "the unit's division at once."
        ),
    ),
    "takeover_lost": (
        _l("%(title)s was handed over"),
        _l(
            "The bureau has handed “%(title)s” over to another owner: your role there and its logins have ended. If that is not "
            "right, call the bureau of the unit's division at once."
        ),
    ),
    "takeover_failed": (
        _l("%(title)s was not handed over"),
        _l(
            "Your claim to “%(title)s” was approved, but the unit is no longer in force or your name is no longer proven. Please call "
            "the bureau of the unit's division."
        ),
    ),
    "takeover_done": (
        _l("You own %(title)s now"),
        _l(
            "“%(title)s” was handed over to you: choose the role in the head of the page, then look through its handlers."
        ),
    ),
    "agency_recommended": (
        _l("Recommended by the bureau: %(title)s"),
        _l("The bureau recommends “%(title)s”. The entry may now be submitted for review."),
    ),
    "agency_not_recommended": (
        _l("Not recommended: %(title)s"),
        _l("The bureau does not recommend “%(title)s” as it stands."),
    ),
    "certification_revoked": (
        _l("Certification revoked: %(title)s"),
        _l("The certification “%(title)s” was revoked; the unit no longer bears the label."),
    ),
    "appeal_revoked": (
        _l("Approval called back: %(title)s"),
        _l("The bureau has called back the approval of your appeal; its links open nothing any more."),
    ),
    "certification_expired": (
        _l("Certification expired: %(title)s"),
        _l("The certification “%(title)s” has expired. It may be submitted again."),
    ),
    "certification_ends": (
        _l("Certification of %(title)s ends on %(day)s"),
        _l(
            "The certification of “%(title)s” ends on %(day)s. Apply for the next one now: the present one stays in force until "
            "its last day."
        ),
    ),
    "licence_ends": (
        _l("Licence of %(title)s ends on %(day)s"),
        _l(
            "The licence of “%(title)s” ends on %(day)s. Renew it in time: without a licence in force nothing can be posted."
        ),
    ),
    "verification_due": (
        _l("Re-verification of %(title)s due on %(day)s"),
        _l(
            "“%(title)s” is to be verified again by %(day)s: send in a request for change, with new papers where old ones ended."
        ),
    ),
    "task_done": (_l("Ready: %(title)s"), _l("“%(title)s” is done. What came of it stands under My tasks.")),
    "task_failed": (_l("Failed: %(title)s"), _l("“%(title)s” could not be completed. Why stands under My tasks.")),
    "resume_sent": (
        _l("A résumé arrived: %(title)s"),
        _l("%(by)s has sent a résumé for the position “%(title)s”."),
    ),
    "registered": (
        _l("Welcome: your account is ready"),
        _l("Registration is complete. Account: %(account)s. Site: %(site)s. Time: %(time)s."),
    ),
    "account_recovered": (
        _l("Your account was recovered by documents"),
        _l(
            "The bureau approved an appeal for your account: all logins ended, and a link for a new password went to the new "
            "telephone. If it was not you, call the bureau at once."
        ),
    ),
    "factor_set": (
        _l("A second factor was set up for your account"),
        _l(
            "A device was set up for the codes of your account. If that was not you: end all logins, and tell an administrator at once."
        ),
    ),
    "factor_removed_key": (
        _l("A security key of your account was removed"),
        _l("A security key counts for nothing any more. If that was not you, tell an administrator."),
    ),
    "api_key_made": (
        _l("A key for programs was made for your account: %(title)s"),
        _l(
            "With the key “%(title)s” a program uses the interface in your name. If it was not you who made it: change your "
            "password, which ends every key, and tell an administrator at once."
        ),
    ),
    "factor_removed": (
        _l("The second factor of your account was taken off"),
        _l(
            "Device and recovery codes count for nothing any more, and all logins were ended. If that was not you, tell an administrator."
        ),
    ),
    "mentioned": (
        _l("%(by)s mentions you: %(title)s"),
        _l("%(by)s mentions you in a comment on %(kind)s “%(title)s”."),
    ),
}
