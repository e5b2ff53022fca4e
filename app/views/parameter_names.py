"""What each parameter is called (what it does: settings_words.py)."""

from __future__ import annotations

from typing import Any, Final

from flask_babel import lazy_gettext as _l

PARAMETERS: Final[dict[str, Any]] = {
    "allow_name_change": _l("Units may change their name"),
    "edit_keeps_public": _l("Approved text stays public during a change"),
    "overdue_verification_stops_posting": _l("Overdue verification stops posting"),
    "appeal_asks_photos": _l("Appeals: identity pictures and stamped papers"),
    "appeal_asks_statement": _l("Appeals: stamped written statement"),
    "appeal_days": _l("Appeals: days their papers are kept"),
    "identity_asks_holder": _l("Real-name: photo of the person with the document"),
    "identity_days": _l("Real-name: days the pictures are kept"),
    "posting_valid_days": _l("Longest validity of a posting"),
    "gig_valid_days": _l("Longest validity of a gig post"),
    "watch_words": _l("Watched words"),
    "service_phone": _l("Telephone for questions"),
    "export_rows_at_once": _l("Export: rows at once"),
    "export_rows_most": _l("Export: most rows"),
    "export_tasks_each": _l("Export: at a time"),
    "export_file_hours": _l("Export: hours a file is kept"),
    "password_days": _l("Passwords of staff: days they last"),
    "unused_days": _l("Accounts of staff: days unused"),
    "log_days": _l("Logs: days they are kept"),
    "unit_user_level": _l("Level of identity for units"),
    "codes_each_phone": _l("One-time codes: a day to one phone"),
    "codes_each_address": _l("One-time codes: a day from one address"),
    "quiet_from": _l("Quiet hours: from"),
    "quiet_until": _l("Quiet hours: until"),
}
