"""One item of the desk, ready for the page: heading, content against the approved version, files, checks, history."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup
from sqlalchemy import inspect
from sqlalchemy.orm import Session, joinedload

from app.models.review import OPEN_STATES, ReviewRound
from app.review import queue
from app.review.history import of_case
from app.review.kinds import KINDS
from app.review.sight import CLAIMABLE
from app.rules.actor import Actor, Role
from app.rules.calendar import SHANGHAI
from app.rules.findings import is_grave
from app.rules.masks import mask_name
from app.rules.refused import Refused
from app.views import cells, words
from app.views.desk_clock import Sla
from app.views.desk_fields import Field, fields_of, names_of
from app.views.desk_pictures import Picture, pictures_of
from app.views.desk_queue import PICTURES, Lamps, heading, lamps_of
from app.views.desk_reasons import Reason, quick, reasons_of
from app.views.desk_words import ACTIONS, MARKS, POLICY
from app.views.fields import row_key
from app.views.labels import move_words

# Checks that compare with other rows: shown once more in a place of their own.
SIMILAR = frozenset({"U07", "U09", "U11", "U14", "I07", "G12", "J19", "D03", "D04"})
RENEWALS = 3  # times a lease is renewed before it would run out
SHORTEST = 30  # seconds between renewals at least
_COLLEAGUES = frozenset(
    {Role.REVIEWER.value, Role.LEAD.value, Role.SCHOOL.value, Role.OPERATOR.value}
)  # named in full to each other


@dataclass(frozen=True, slots=True)
class Check:
    """What one check found, as the page shows it; `more` are its further findings, verified with the same tick."""

    code: str
    sev: str
    message: str
    why: str
    law: str
    law_words: str
    reason: str
    more: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Checks:
    """Findings that want a look, and those that passed."""

    open: list[Check]
    passed: list[Check]


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the history."""

    title: str
    when: str
    who: str
    text: str
    k: str


@dataclass(frozen=True, slots=True)
class Part:
    """One tab of the content."""

    id: str
    label: str
    count: int | None


@dataclass(frozen=True, slots=True)
class Similar:
    """One similar or conflicting thing."""

    code: str
    message: str
    law: str
    icon: str
    cls: str


@dataclass(slots=True)
class Item:
    """Everything the middle and the right side show."""

    id: int
    title: str
    kind: str
    kind_word: str
    receipt_no: str
    round_no: int
    is_change: bool
    status: Markup
    facts: list[str]
    version: int
    epoch: int
    digest: str
    mine: bool
    taken_by: str
    lease_time: str
    renew_every: int
    closed: str
    has_base: bool
    base_words: str
    base_public: bool
    fields: list[Field]
    pictures: list[Picture]
    checks: Checks
    similar: list[Similar]
    lamps: Lamps
    policy: str
    seats: str
    ground: str
    history: list[Entry]
    reasons: list[Reason]
    sla: Sla = field(default_factory=lambda: Sla("", "", ""))

    @property
    def changed_count(self) -> int:
        """Lines that differ from the approved version."""
        return sum(line.changed for line in self.fields)

    @property
    def pictures_first(self) -> bool:
        """Where the picture is the matter itself."""
        return self.kind in PICTURES

    @property
    def quick_reasons(self) -> list[Reason]:
        """The reasons beside the digit keys."""
        return quick(self.reasons)

    @property
    def advise_return(self) -> bool:
        """Where faults are confirmed, returning is the main button."""
        return self.lamps.bad > 0

    @property
    def parts(self) -> list[Part]:
        """The tabs above the content."""
        label, count = (_("Changes"), self.changed_count) if self.has_base else (_("Content"), len(self.fields))
        found = [Part("content", label, count)] if self.fields else []
        files = (
            [Part("pictures", _("Pictures") if self.pictures_first else _("Materials"), len(self.pictures))]
            if self.pictures
            else []
        )
        found = files + found if self.pictures_first else found + files
        if self.similar:
            found.append(Part("similar", _("Similar and conflicting"), len(self.similar)))
        return [*found, Part("policy", _("Review policy"), None)]


def key_of(row: Any) -> int:
    """The key of a row without loading it again after a commit."""
    return int(inspect(row).identity[0])


def fetch(session: Session, actor: Actor, round_id: int) -> ReviewRound:
    """The round with its evidence, inside the actor's area. Raises Refused("not_found")."""
    stmt = queue.visible(actor).where(ReviewRound.id == row_key(round_id))
    stmt = stmt.options(joinedload(ReviewRound.evidence), joinedload(ReviewRound.base), joinedload(ReviewRound.holder))
    row = session.scalars(stmt.execution_options(populate_existing=True)).unique().one_or_none()
    if row is None:
        raise Refused("not_found")
    return row


def content_of(evidence: Any) -> dict[str, Any]:
    """The evidence's content; empty once it was erased."""
    return dict(evidence.content or {}) if evidence is not None else {}


def build(session: Session, actor: Actor, row: ReviewRound, now: dt.datetime) -> Item:
    """The item. At most four statements: names, near pictures, reasons, history."""
    new, old = content_of(row.evidence), content_of(row.base) or None
    names = names_of(session, row.kind, [new, old or {}])
    held = row.holder_id is not None and row.lease_until is not None and row.lease_until > now
    mine = held and row.holder_id == actor.account_id and row.state in CLAIMABLE
    checks = _checks(row.checks)
    return Item(
        id=row.id,
        title=heading(row),
        kind=row.kind,
        kind_word=str(KINDS[row.kind].label),
        receipt_no=row.receipt_no,
        round_no=row.round_no,
        is_change=row.is_change,
        status=cells.status(row.state, filled=True),
        facts=_facts(row, new),
        version=row.version,
        epoch=row.epoch,
        digest=row.evidence_digest,
        mine=mine,
        taken_by=cells.name_of(row.holder) if held and not mine and row.holder else "",
        lease_time=_clock(row.lease_until) if held else "",
        renew_every=max(SHORTEST, int((row.lease_until - now).total_seconds() / RENEWALS)) if mine else 0,
        closed="" if row.state in OPEN_STATES else _("This item is closed: %(state)s", state=_state_word(row.state)),
        has_base=old is not None,
        base_words=_("since %(day)s", day=_day(row)) if old is not None and row.base is not None else "",
        base_public=bool(KINDS[row.kind].lifecycle.revisable) or row.kind == "unit_change",
        fields=fields_of(row.kind, new, old, row.checks, names),
        pictures=pictures_of(session, row, new, old, row.checks),
        checks=checks,
        similar=_similar(checks),
        lamps=lamps_of(row.checks),
        policy=str(POLICY.get(row.kind, "")),
        seats=_seats(row),
        ground=_ground(row, checks),
        history=_history(session, actor, row, now),
        reasons=reasons_of(session, row.kind, row.checks),
    )


def _day(row: ReviewRound) -> str:
    return row.base.created_on.astimezone(SHANGHAI).date().isoformat()


def _seats(row: ReviewRound) -> str:
    """What one's own approval means where two must agree."""
    if row.alone:
        return _(
            "Two should agree to this, and nobody else can decide it, neither here nor above: you decide it alone. "
            "That stands on record with your ground, and the lead sees it."
        )
    if row.seats_needed == 1:
        return ""
    if row.state == "second":
        return _("A colleague has approved this. Look for yourself: with your approval it takes effect.")
    return _("Two must agree: after your approval a second person looks at it, and only then does it take effect.")


def _ground(row: ReviewRound, checks: Checks) -> str:
    """What an approval must be explained for, as the label of the field; nothing where it needs no words."""
    if row.alone:
        return _("Why it is right to decide this alone")
    return _("Why the grave findings may pass") if any(is_grave(c.code, c.sev) for c in checks.open) else ""


def _state_word(state: str) -> str:
    return str(cells.labels.status(state)[1])


def _clock(moment: dt.datetime | None) -> str:
    return "" if moment is None else f"{moment.astimezone(SHANGHAI):%H:%M}"


def _facts(row: ReviewRound, evidence: dict[str, Any]) -> list[str]:
    """What stands under the heading: code, unit, sender, time."""
    unit = evidence.get("unit") or {}
    code = evidence.get("uscc") or unit.get("uscc") or ""
    named = row.title if row.kind in PICTURES else unit.get("name")
    named = "" if named == heading(row) else named
    sent = _("submitted %(when)s", when=f"{row.submitted_at.astimezone(SHANGHAI):%m-%d %H:%M}")
    source = _("imported by the bureau") if evidence.get("source") == "import" else ""
    return [str(part) for part in (named, code, sent, source) if part]


def _check(entry: dict[str, Any]) -> Check:
    severity = "high" if entry["severity"] == "block" else entry["severity"]
    law = str(entry.get("law") or "")
    version = _("rule v%(n)s", n=entry.get("version", 1))
    excerpt = str(entry.get("evidence") or "")
    why = _("Found: “%(text)s”", text=excerpt) if excerpt else ""
    return Check(
        entry["code"],
        severity,
        words.finding(entry),
        why,
        law,
        f"{law} · {version}" if law else version,
        entry.get("reason") or "",
    )


def _checks(entries: list[dict[str, Any]]) -> Checks:
    found: dict[tuple[str, str], Check] = {}
    for entry in entries:
        one = _check(entry)
        first = found.setdefault((one.code, one.sev), one)
        if first is not one and one.message not in (first.message, *first.more):
            first.more.append(one.message)
    return Checks([c for c in found.values() if c.sev != "ok"], [c for c in found.values() if c.sev == "ok"])


def _similar(checks: Checks) -> list[Similar]:
    icons = {"I": "photo", "U": "building", "G": "tool", "J": "briefcase", "D": "school"}
    colours = {"high": "bad", "warn": "warn"}
    return [
        Similar(check.code, message, check.law, icons.get(check.code[:1], "info-circle"), colours.get(check.sev, ""))
        for check in checks.open
        if check.code in SIMILAR
        for message in (check.message, *check.more)
    ]


def _history(session: Session, actor: Actor, row: ReviewRound, now: dt.datetime) -> list[Entry]:
    """Newest first; on top who holds the item now."""
    found = [entry(step, now) for step in reversed(of_case(session, row, internal=True))]
    if row.holder_id is None or row.lease_until is None or row.lease_until <= now:
        return found
    other = cells.name_of(row.holder) if row.holder else ""
    holder = _("You") if row.holder_id == actor.account_id else other
    until = _("claim until %(time)s", time=_clock(row.lease_until))
    return [Entry(_("Claimed"), until, holder, "", "now"), *found]


def entry(step: Any, now: dt.datetime) -> Entry:
    """A step of the case as a line; senders' names are masked."""
    at = step.at.astimezone(SHANGHAI)
    when = (
        _("today %(time)s", time=f"{at:%H:%M}") if at.date() == now.astimezone(SHANGHAI).date() else f"{at:%m-%d %H:%M}"
    )
    text = " · ".join(part for part in (" ".join(step.reason_codes), step.text) if part)
    word = _("approved by one, where two should agree") if step.alone and step.action == "approve" else ""
    title = (
        _("Round %(n)s: %(step)s", n=step.round_no, step=word or ACTIONS.get(step.action, step.action))
        if step.round_no
        else move_words(step.action)[0]
    )
    who = step.actor if step.role in _COLLEAGUES or not step.actor else mask_name(step.actor)
    return Entry(title, when, who, text, MARKS.get(step.action, ""))
