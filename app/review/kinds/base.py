"""What the engine asks of a kind (review.md 6). The engine has no branch on a kind: what differs is said here."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, Select, and_, false, true
from sqlalchemy.orm import Session

from app.review.kinds import content as column
from app.review.kinds import custom, files
from app.review.kinds.standing import approved_unit
from app.rules.actor import BUREAU, UNIT_SIDE, Actor, Role, region_bounds
from app.rules.custom import is_custom
from app.rules.hats import GRANTED
from app.rules.lifecycle import CLOCK, KEEPER, SENDER, Lifecycle, Move
from app.rules.refused import Refused

Subject = Any  # a row of the kind's model: the columns are declared there
# Facts that tell of other people's records: for whoever decides, not for somebody who is still typing.
OF_OTHERS = frozenset({"bans", "lookalikes", "same_name_units", "phone_units", "handler_units", "other_duplicates"})
Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Origin:
    """How a row came in when it was not typed by its sender. `columns` are set by the program and never by a person."""

    source: str = ""
    columns: Mapping[str, Any] = field(default_factory=dict)


BY_HAND = Origin()
BROUGHT_IN = ("import", "demo")  # sources that no person can claim


@dataclass(frozen=True, slots=True)
class Approved:
    """What was approved. Evidence and base are read only for an edit that waited, and for kinds that need them."""

    is_change: bool
    today: date
    evidence: Mapping[str, Any] = field(default_factory=dict)
    base: Mapping[str, Any] = field(default_factory=dict)


class Kind(ABC):
    """One reviewable kind of thing. Stateless: one instance serves all."""

    key: ClassVar[str]
    label: ClassVar[Any]  # lazy text, English source
    model: ClassVar[Any]
    lifecycle: ClassVar[Lifecycle]
    sender_roles: ClassVar[frozenset[Role]]  # who creates and moves such rows; the registry grants forms to these only
    reader_roles: ClassVar[frozenset[Role]] = frozenset()  # of the sender's side, and only to read
    decider_roles: ClassVar[frozenset[Role]] = BUREAU
    keeper_roles: ClassVar[frozenset[Role]] = BUREAU
    for_unit: ClassVar[bool] = False  # under a unit's hat such rows are the unit's: it must be approved (GD-27)
    grant: ClassVar[str] = ""  # the function a unit's handler must have been granted
    message_kind: ClassVar[str] = "system"
    link: ClassVar[str] = ""  # path of the sender's screen
    relations: ClassVar[frozenset[str]] = frozenset()  # content that lies in other tables: files, schools
    extra: ClassVar[frozenset[str]] = frozenset()  # further keys a sender may give at creation
    limits: ClassVar[Mapping[str, int]] = {}  # longest text, where the column's type does not say it
    private_slots: ClassVar[frozenset[str]] = frozenset()  # papers for the sender and the deciders (private_papers)
    files_limit: ClassVar[int] = 0  # how many files a row may have; 0: as many as it has slots
    slot_words: ClassVar[str] = ""  # dictionary in which the places of its files have their words
    told: ClassVar[tuple[str, ...]] = ()  # columns that `around` puts into the evidence: shown at the desk, never sent
    exact: ClassVar[frozenset[str]] = frozenset()  # fields whose blanks are reported, never removed
    constraint_fields: ClassVar[Mapping[str, str]] = {}  # database constraint -> field to name
    constraint_codes: ClassVar[Mapping[str, str]] = {}  # database constraint -> refusal that says more than "bad_value"
    move_notices: ClassVar[Mapping[str, str]] = {}  # move -> template of the notice to the sender
    locked_with: ClassVar[tuple[str, ...]] = ()  # relations that a verdict writes to, locked with the row
    replaces: ClassVar[bool] = False  # `apply` needs the evidence of every round, not only of edits
    unseen: ClassVar[frozenset[str]] = frozenset()  # checks that rest on facts of others alone, see `sender_facts`
    relies_on_approved: ClassVar[bool] = True  # a check the sender sees compares with what was approved before
    may_go_unseen: ClassVar[bool] = False  # content alone; any other verdict gives a standing: no policy spares it
    by_owners: ClassVar[bool] = False  # who sent it in is told of it while owning the unit only, else its owners are
    offline_move: ClassVar[str] = ""  # how live content leaves the public when an edit may not wait beside it

    # -- whose rows -------------------------------------------------------------------------------

    def scope(self, stmt: Select[Any], actor: Actor) -> Select[Any]:
        """The statement over the model narrowed to the rows this actor may see."""
        return stmt.where(self.model.status != "deleted", self.sight(actor))

    def sight(self, actor: Actor) -> ColumnElement[bool]:
        """The condition behind `scope`: own rows for senders, sent-in rows of the division for the bureau."""
        if actor.role in (Role.CLOCK, Role.OPERATOR):
            return true()
        if actor.role in BUREAU:
            return and_(self.model.status != self.lifecycle.initial, self.territory(actor))
        if actor.role in self.sender_roles | self.reader_roles and self.granted(actor):
            return self.own(actor)
        return self.beside(actor)

    def territory(self, actor: Actor) -> ColumnElement[bool]:
        """Rows of the actor's division and everything below it."""
        here = actor.region_code
        return and_(self.model.region_code.between(*region_bounds(here))) if here else false()

    def own(self, actor: Actor) -> ColumnElement[bool]:
        """Rows of the side the actor stands on: the unit under a unit's hat."""
        return and_(self.model.unit_id == actor.unit_id) if actor.unit_id else false()

    def beside(self, actor: Actor) -> ColumnElement[bool]:
        """Rows seen by others than senders and the bureau."""
        return false()

    def granted(self, actor: Actor) -> bool:
        """A unit's handler and a school's administrator may do only what was granted to them (GD-33)."""
        return actor.role not in GRANTED or not self.grant or self.grant in actor.grants

    # -- who may do what --------------------------------------------------------------------------

    def may_send(self, actor: Actor, subject: Subject) -> bool:
        """Whether the actor stands on the sender's side of this row."""
        if actor.role is Role.CLOCK:
            return self.source(subject) == "import"
        return actor.role in self.sender_roles and self.granted(actor) and self.is_own(actor, subject)

    def is_own(self, actor: Actor, subject: Subject) -> bool:
        """The row form of `own`."""
        return actor.unit_id is not None and subject.unit_id == actor.unit_id

    def parties(self, actor: Actor, subject: Subject) -> frozenset[str]:
        """In which capacities the actor may move this row; a verdict is only given by deciding a round."""
        found = {SENDER} if self.may_send(actor, subject) else set()
        found |= {CLOCK} if actor.role is Role.CLOCK else set()
        if actor.role in self.keeper_roles and self.granted(actor) and not self.concerns(actor, subject):
            found.add(KEEPER)
        return frozenset(found)

    def concerns(self, actor: Actor, subject: Subject) -> bool:
        """A conflict of interest: the actor belongs to the unit, or made the row."""
        unit = self.unit_id(subject)
        return unit in actor.affiliated_units or subject.created_by_id == actor.account_id

    def interest(self, actor: Actor) -> Select[Any] | None:
        """Ids of rows that concern the actor though neither unit nor submission says so: a colleague decides on them."""
        return None

    # -- where it belongs -------------------------------------------------------------------------

    def title(self, subject: Subject) -> str:
        """What the row is called in lists and messages."""
        return str(subject)[:160]

    def region(self, session: Session, subject: Subject) -> str:
        """The division whose bureau decides."""
        return str(subject.region_code)

    def unit_id(self, subject: Subject) -> int | None:
        """The unit concerned, if any."""
        return getattr(subject, "unit_id", None)

    def school_id(self, subject: Subject) -> int | None:
        """The school whose administrator decides, if one does."""
        return None

    def source(self, subject: Subject) -> str:
        """form, copy, import or demo."""
        return str(getattr(subject, "source", "form"))

    def acting_for(self, subject: Subject) -> str:
        """Whom the sender acts for: the unit's name."""
        unit = getattr(subject, "unit", None)
        return str(unit.name) if unit is not None else ""

    def recipients(self, subject: Subject) -> set[int | None]:
        """Accounts of the sender's side that are told."""
        return {subject.created_by_id}

    # -- creation ---------------------------------------------------------------------------------

    def initial(self, origin: Origin) -> str:
        """The first status."""
        return self.lifecycle.initial

    @abstractmethod
    def owner(self, session: Session, actor: Actor, sent: Mapping[str, Any], origin: Origin) -> Values:
        """Columns that follow from who creates the row. Raises Refused("not_allowed") for whoever may not."""

    def for_whom(self, session: Session, actor: Actor, sent: Mapping[str, Any]) -> Values:
        """The same for a row that is only tried out: without what would have to be stored first."""
        return self.owner(session, actor, sent, BY_HAND)

    def require_sender(self, actor: Actor, origin: Origin) -> None:
        """Raises Refused("not_allowed") unless the actor may create such rows; only the clock brings rows in."""
        by_hand = actor.role in self.sender_roles and self.granted(actor)
        if not (actor.role is Role.CLOCK if origin.source in BROUGHT_IN else by_hand):
            raise Refused("not_allowed")

    def opening(self, session: Session, actor: Actor) -> None:
        """Raises Refused for whatever `owner` would refuse any row of this actor for: no form that could not be saved."""
        self.require_sender(actor, BY_HAND)
        if self.for_unit and actor.role in UNIT_SIDE:
            approved_unit(session, actor.unit_id)

    def created(self, session: Session, actor: Actor, subject: Subject) -> None:  # noqa: B027 - a hook
        """What else comes into being with the row."""

    # -- content ----------------------------------------------------------------------------------

    @property
    def columns(self) -> tuple[str, ...]:
        """Content that lies in the row itself."""
        return tuple(name for name in self.model.CONTENT if name not in self.relations)

    def clean(self, sent: Mapping[str, Any], *, creating: bool = False) -> Values:
        """The sent values of content columns, read and checked one by one. Unknown keys are refused by name."""
        known = {*self.columns, *self.relations, *(self.extra if creating else ())}
        for name in custom.parted(sent)[0] if custom.has_fields(self.model) else sent:
            if name not in known:
                raise Refused("unknown_field", field=str(name))
        return {
            name: column.read(self.model, name, sent[name], limit=self.limits.get(name), strip=name not in self.exact)
            for name in self.columns
            if name in sent
        }

    def require(self, values: Mapping[str, Any], subject: Subject | None = None) -> None:
        """Raises Refused("missing") for a column that would stay empty though it cannot be."""
        for name in self.columns:
            value = values[name] if name in values else getattr(subject, name, None)
            if column.required_missing(self.model, name, value):
                raise Refused("missing", field=name)

    def write(self, session: Session, subject: Subject, values: Mapping[str, Any]) -> None:
        """Writes content columns, and values of custom fields as they stand in evidence."""
        plain_values, own = custom.parted(values)
        for name, value in plain_values.items():
            if getattr(subject, name) != value:
                setattr(subject, name, value)
        if own:
            custom.install(session, subject, own)

    def relate(self, session: Session, actor: Actor, subject: Subject, sent: Mapping[str, Any]) -> None:
        """Writes content that lies in other tables, if the sender said anything about it."""
        slots = self.slots_of(sent)
        if slots is not None:
            there = {file.id for _, file in self.attached(session, subject)}
            found = files.fetch(session, actor, [file_id for _, file_id in slots], there)
            self.attach(session, subject, files.placed(slots, found))

    def slots_of(self, sent: Mapping[str, Any]) -> list[tuple[str, Any]] | None:
        """Slots and file ids that were sent; None where nothing was said. Raises Refused("picture_limit")."""
        slots = files.wanted(sent) if "files" in self.relations else None
        if slots is not None and self.files_limit and len(slots) > self.files_limit:
            raise Refused("picture_limit", field="files", limit=self.files_limit)
        return slots

    def attached(self, session: Session, subject: Subject) -> list[tuple[str, Any]]:
        """Slots and stored files of the row."""
        return []

    def attach(self, session: Session, subject: Subject, slots: list[tuple[str, Any]]) -> None:
        """Replaces the row's files; said by the kinds that have some (`relations`)."""
        raise TypeError(f"{self.key} has no files")

    def guard_edit(self, session: Session, subject: Subject, values: Mapping[str, Any]) -> None:  # noqa: B027 - a hook
        """Refuses an edit that the values of columns alone do not forbid."""

    def trivial(self, changed: frozenset[str], before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
        """Whether an edit of live content needs no second look (table (b) rows 2 and 29)."""
        return False

    # -- evidence ---------------------------------------------------------------------------------

    def snapshot(self, session: Session, subject: Subject) -> Values:
        """Evidence: content columns and relations as they stand, and what a reviewer must know around them."""
        return {**self.content(session, subject), **self.around(session, subject)}

    def content(self, session: Session, subject: Subject) -> Values:
        """The content part of the evidence; sealed columns masked, with token and mark beside."""
        found = self.text(subject)
        if "files" in self.relations:
            found["files"] = [files.evidence_of(file, slot) for slot, file in self.attached(session, subject)]
        return found | custom.evidence(session, subject)

    def text(self, subject: Subject) -> Values:
        """The content part without the files."""
        return self.written({name: getattr(subject, name) for name in self.columns})

    def written(self, values: Mapping[str, Any]) -> Values:
        """Column values as evidence holds them."""
        found: Values = {}
        for name, value in values.items():
            if name in self.model.SEALED:
                found[name], token, mark = column.seal(self.model, name, value)
                found.setdefault("_sealed", {})[name] = token
                found.setdefault("_marks", {})[name] = mark
            else:
                found[name] = column.written(self.model, name, value)
        return found

    def around(self, session: Session, subject: Subject) -> Values:
        """Context in the evidence: the unit, the source."""
        return {}

    def propose(
        self, session: Session, actor: Actor, subject: Subject, current: Mapping[str, Any], sent: Mapping[str, Any]
    ) -> Values:
        """The evidence of an edit that waits: the current evidence with what was sent laid over it."""
        values = self.clean(sent)
        self.require(values, subject)
        over = self.written(values)
        proposed = {**current, **over}
        for part in ("_sealed", "_marks"):
            if part in current:
                proposed[part] = {**current[part], **over.get(part, {})}
        slots = self.slots_of(sent)
        if slots is not None:
            there = {file.id for _, file in self.attached(session, subject)}
            found = files.fetch(session, actor, [file_id for _, file_id in slots], there)
            proposed["files"] = [files.evidence_of(file, slot) for slot, file in files.placed(slots, found)]
        custom.propose(session, subject, current, proposed, sent)
        return proposed

    def base(self, session: Session, subject: Subject) -> Values | None:
        """What is approved elsewhere and would be replaced; None: the kind has nothing of the sort."""
        return None

    def changed(self, before: Mapping[str, Any], after: Mapping[str, Any]) -> frozenset[str]:
        """Names of content that differs between two pieces of evidence."""
        return frozenset(
            name
            for name in (*self.columns, *sorted(self.relations), *custom.names_in(before, after))
            if column.comparable(self.model, name, before) != column.comparable(self.model, name, after)
        )

    def facts(self, session: Session, subject: Subject, evidence: Mapping[str, Any], today: date) -> Values:
        """What the database knows beside the evidence (app.rules.checks.facts)."""
        return {"today": today}

    def sender_facts(self, session: Session, subject: Subject, evidence: Mapping[str, Any], today: date) -> Values:
        """The facts a sender may be told while typing: own standing and reference data, nobody else's records."""
        found = self.facts(session, subject, evidence, today)
        return {name: value for name, value in found.items() if name not in OF_OTHERS}

    # -- moves ------------------------------------------------------------------------------------

    def guard(self, session: Session, subject: Subject, move: Move, today: date) -> None:  # noqa: B027 - a hook
        """Refuses a move for reasons the table of moves does not know."""

    def move_values(
        self, session: Session, subject: Subject, move: Move, values: Mapping[str, Any], today: date
    ) -> Values:
        """Columns a move writes from what was given with it. Raises Refused naming the field."""
        if values:
            raise Refused("unknown_field", field=next(iter(values)))
        return {}

    def moved(self, session: Session, subject: Subject, move: Move, reason: str) -> None:  # noqa: B027 - a hook
        """What else changes with a move."""

    # -- verdicts ---------------------------------------------------------------------------------

    def before(self, session: Session, subject: Subject, *, is_change: bool) -> Values:
        """What `revert` needs, as JSON: taken right before `apply`."""
        return {"content": self.content(session, subject)} if is_change else {}

    def apply(self, session: Session, subject: Subject, verdict: Approved) -> None:
        """Makes approved content valid: of an edit that waited, what differs from its base is written to the row.

        So a last day changed meanwhile by a move of its own is not undone by an edit that never touched it.
        """
        if verdict.is_change:
            self.install(session, subject, verdict.evidence, self.changed(verdict.base, verdict.evidence))

    def guard_undo(self, session: Session, subject: Subject) -> None:  # noqa: B027 - a hook
        """Refuses to take a verdict back, right after the status was."""

    def revert(self, session: Session, subject: Subject, memory: Mapping[str, Any]) -> None:
        """Takes `apply` back."""
        before = memory.get("content")
        if before is not None:
            self.install(session, subject, before, self.changed(self.content(session, subject), before))

    def install(self, session: Session, subject: Subject, evidence: Mapping[str, Any], names: frozenset[str]) -> None:
        """Writes the named content of some evidence to the row."""
        self.write(session, subject, self.restored(evidence, names))
        if "files" in names:
            self.attach(session, subject, files.pinned(session, evidence["files"]))

    def restored(self, evidence: Mapping[str, Any], names: frozenset[str]) -> Values:
        """Column values out of evidence, sealed ones opened, and values of custom fields."""
        found: Values = {name: evidence.get(name) for name in names if is_custom(name)}
        for name in (name for name in self.columns if name in names):
            if name in self.model.SEALED:
                found[name] = column.unseal(self.model, name, column.sealed_part(evidence, name)[0])
            else:
                found[name] = column.read(self.model, name, evidence.get(name), strip=False)
        return found
