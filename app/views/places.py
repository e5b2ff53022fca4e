"""The roles by a letter, the groups of their menus, and the lines that many screens share (see app/registry.py)."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from app.rules.actor import Role
from app.views.entry import Entry, Place

R, L, S = Role.REVIEWER, Role.LEAD, Role.SCHOOL
O, H, A = Role.OWNER, Role.HANDLER, Role.AGENCY
P, T = Role.SEEKER, Role.STUDENT
OP, SYS, SEC, AUD = Role.OPERATOR, Role.SYSADMIN, Role.SECADMIN, Role.AUDITOR
EVERYONE = tuple(r for r in Role if r is not Role.CLOCK)

WORK, QUERY, DATA = _l("Workbench"), _l("Records"), _l("Settings")
UNIT, RECRUIT, CAMPUS, MINE = _l("Unit"), _l("Recruiting"), _l("Campus"), _l("My services")
PLATFORM, SYSTEM, AUDIT, ACCOUNT = _l("Platform"), _l("System"), _l("Audit"), _l("Account")
SEND_UNIT = "read write submit withdraw"
SEND_CHANGE = "read write submit withdraw delete"
TALK = " comment"
EXPORT = " export"


def own(view: type, words: str, label: Any, icon: str) -> Entry:
    """A screen that every role has for what belongs to the account itself."""
    return Entry(view, dict.fromkeys(EVERYONE, words), (Place(EVERYONE, ACCOUNT, label, icon),), api=False)


def log_of(view: type, label: Any, icon: str, words: str = "read export") -> Entry:
    """A log: the auditor's alone."""
    return Entry(view, {AUD: words}, (Place((AUD,), AUDIT, label, icon),), api=False)
