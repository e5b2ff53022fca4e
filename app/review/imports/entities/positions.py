"""Lists of postings: the bureau's of units nobody verified, and those of units and agencies of their own (ZX-08)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models.agencies import Agency, AgencyUnit
from app.models.positions import Posting
from app.models.units import Unit
from app.review import desk, door, edits
from app.review.imports import units
from app.review.imports.columns import Reader
from app.review.imports.importer import OWN, REGION, Change, Draft, Importer, differing, value_of
from app.review.imports.known import known_for
from app.review.imports.options import Options
from app.review.imports.postings import COLUMNS, ENTITY, Known, read_row
from app.review.imports.postings import Draft as PostingDraft
from app.review.imports.table import Row
from app.review.imports.words import plain_word, unit_name
from app.review.kinds import KINDS
from app.review.kinds.standing import approved_unit
from app.rules.actor import BUREAU, CLOCK, Actor, Role
from app.rules.custom import is_custom
from app.rules.refused import Refused

CHANGED: Final = ("draft", "returned", "rejected")  # what a list of the sender changes
COMPARED: Final = (("title", "title"), ("pay", "pay_text"), ("description", "description"))  # field, column


@dataclass(slots=True)
class _Read:
    """What rows are read with, and the units of the batch being written."""

    words: Known
    options: Options
    units: dict[str, int] = field(default_factory=dict)
    clients: dict[str, int] = field(default_factory=dict)  # name or credit code -> unit
    owner: str = ""  # whose postings: prefix of their keys


class PostingImport(Importer):
    """Postings from job sites: submitted, their units imported and unverified; never changed by a later list."""

    key, command, label = ENTITY, "postings", _l("Postings")
    about = _l("Postings go to the review queue; their units come in as imported and unverified.")
    roles = BUREAU | {Role.OPERATOR}
    place = REGION
    columns = COLUMNS
    key_column = "posting_no"
    asks = ("headcount", "valid_days")
    custom = ENTITY

    def known(self, session: Session, actor: Actor, options: Options, today: date) -> Any:
        """The words and places of the division."""
        return _Read(known_for(session, options.region_code, today), options)

    def row(self, row: Row, reader: Reader, options: Options, known: Any) -> Draft | None:
        """The pure reading of postings."""
        return read_row(reader, options, known.words, self.columns)

    def remarks(self, session: Session, drafts: Sequence[Any], known: Any) -> Iterable[tuple[Draft, str, str]]:
        """A registered unit of the same name is told of once and left alone."""
        registered = units.named(session, (d.unit_name for d in drafts)).registered
        told: set[str] = set()
        for draft in drafts:
            if draft.unit_name in registered - told:
                told.add(draft.unit_name)
                yield draft, "unit_registered", "unit_name"

    def stored(self, session: Session, drafts: Sequence[Draft], known: Any) -> Mapping[str, Any]:
        """By the key in the source."""
        stmt = select(Posting.source_key, Posting.title, Posting.pay_text, Posting.description)
        rows = session.execute(stmt.where(Posting.source_key.in_(d.key for d in drafts)))
        return {str(row.source_key): row for row in rows}

    def changes(self, draft: Draft, row: Any) -> list[Change]:
        """What a reader would notice."""
        found = (Change(column, getattr(row, name), draft.content[name]) for column, name in COMPARED)
        return [change for change in found if change.old != change.new]

    def may_change(self, row: Any, known: Any) -> bool:
        """What was reviewed is not changed by a list."""
        return False

    def needed_units(self, session: Session, drafts: Sequence[Any], known: Any) -> set[str]:
        """Units that no list has named yet."""
        return {d.unit_name for d in drafts} - units.named(session, (d.unit_name for d in drafts)).imported.keys()

    def prepare(self, session: Session, drafts: Sequence[Any], known: Any) -> int:
        """The units of the batch."""
        known.units = dict(units.named(session, (d.unit_name for d in drafts)).imported)
        made = units.make_missing(session, drafts, known.units)
        known.units |= made
        return len(made)

    def write(self, session: Session, actor: Actor, draft: Any, row: Any, known: Any) -> None:
        """By the clock: the rows have no sender, so that whoever imports a list may also decide on it."""
        unit_id = known.units[draft.unit_name]
        origin = desk.Origin("import", {**draft.columns, "unit_id": unit_id, "source_key": draft.key})
        posting = desk.create_in(session, CLOCK, ENTITY, draft.content, origin)
        desk.submit_in(session, CLOCK, ENTITY, posting.id)


_LEFT_OUT: Final = frozenset({"unit_name", "ownership", "size", "industry", "posted_on"})
# Field of the list -> columns of the posting it fills.
_FILLS: Final = {
    "title": ("title",), "pay": ("pay_min", "pay_max", "pay_negotiable", "pay_text"), "description": ("description",),
    "requirements": ("requirements",), "benefits": ("benefits",), "headcount": ("headcount",),
    "education": ("education",), "experience": ("experience",), "place": ("address", "region_code"),
    "valid_until": ("valid_until",),
}  # fmt: skip


def _filled_by(column: str) -> tuple[str, ...]:
    return _FILLS.get(column, (column,))


class OwnPostingImport(Importer):
    """Postings of the unit whose handler sends the list: drafts, or sent in at once."""

    key, command, label = "own_posting", "own-postings", _l("Own postings")
    about = _l("Postings of your unit, as drafts or sent in for review at once. Drafts are changed by a newer list.")
    roles = frozenset({Role.HANDLER})
    place = OWN
    columns = tuple(c for c in COLUMNS if c.key not in _LEFT_OUT)
    key_column = "posting_no"
    asks = ("headcount", "valid_days", "submit")
    custom = ENTITY

    def _covers(self, actor: Actor, options: Options) -> bool:
        return KINDS[ENTITY].granted(actor)

    def known(self, session: Session, actor: Actor, options: Options, today: date) -> Any:
        """Raises Refused unit_not_approved: an unapproved unit posts nothing."""
        unit = approved_unit(session, actor.unit_id)
        return self._read_with(session, str(unit.region_code), f"u{unit.id}", options, today)

    @staticmethod
    def _read_with(session: Session, region_code: str, owner: str, options: Options, today: date) -> _Read:
        """Places are those of the province; where the list is silent, the division itself."""
        words = known_for(session, f"{region_code[:2]}0000", today)
        return _Read(words, replace(options, region_code=region_code), owner=owner)

    def row(self, row: Row, reader: Reader, options: Options, known: Any) -> Draft | None:
        """The pure reading, with the key of whose posting it is."""
        draft = read_row(reader, known.options, known.words, self.columns)
        if draft is None:
            return None
        said = frozenset(key for key in (*_FILLS, *filter(is_custom, draft.content)) if reader[key])
        return self._owned(draft, reader, said, known)

    def _owned(self, draft: PostingDraft, reader: Reader, said: frozenset[str], known: Any) -> Draft | None:
        number = draft.key.split(":", 2)[2]
        extra = {"assumed": draft.columns["assumed"], "said": said}
        return Draft(draft.line, f"{known.owner}:{number}", draft.content, extra)

    def stored(self, session: Session, drafts: Sequence[Draft], known: Any) -> Mapping[str, Any]:
        """By the key in the source."""
        rows: Any = session.scalars(select(Posting).where(Posting.source_key.in_(d.key for d in drafts)))
        return {row.source_key: row for row in rows}

    def changes(self, draft: Draft, row: Any) -> list[Change]:
        """Only what the list says."""
        found: list[Change] = []
        for column in (c.key for c in self.columns if c.key in draft.extra["said"]):
            if differing(draft, row, _filled_by(column)):
                name = "pay_text" if column == "pay" else _filled_by(column)[0]
                found.append(Change(column, value_of(row, name), draft.content[name]))
        return found

    def may_change(self, row: Any, known: Any) -> bool:
        """What is under review or public is edited on its own page. Raises Refused row_deleted for what was deleted."""
        if row.status == "deleted":
            raise Refused("row_deleted", self.key_column)
        return row.status in CHANGED

    def write(self, session: Session, actor: Actor, draft: Draft, row: Any, known: Any) -> None:
        """By the sender, as on the form."""
        if row is None:
            columns = {"source_key": draft.key, "assumed": draft.extra["assumed"]}
            subject = desk.create_in(session, actor, ENTITY, draft.content, desk.Origin("", columns))
        else:
            names = {name for change in self.changes(draft, row) for name in _filled_by(change.column)}
            found = door.locate(session, actor, ENTITY, row.id)
            subject = edits.edit_in(session, actor, found, {name: draft.content[name] for name in names}).subject
        if known.options.submit:
            desk.submit_in(session, actor, ENTITY, subject.id)


class AgencyPostingImport(OwnPostingImport):
    """Postings of an agency for units that authorised it, each row naming its unit (ZX-08, ZX-10)."""

    key, command, label = "agency_posting", "agency-postings", _l("Postings for units")
    about = _l("Postings for units that authorised your agency, as drafts or sent in for review at once.")
    roles = frozenset({Role.AGENCY})
    columns = tuple(c for c in COLUMNS if c.key not in _LEFT_OUT - {"unit_name"})

    def known(self, session: Session, actor: Actor, options: Options, today: date) -> Any:
        """With the linked units by name and code."""
        agency: Any = session.get(Agency, actor.agency_id) if actor.agency_id else None
        if agency is None:
            raise Refused("not_allowed")
        found = self._read_with(session, str(agency.region_code), f"a{agency.id}", options, today)
        linked = select(Unit.id, Unit.name, Unit.uscc).join(AgencyUnit, AgencyUnit.unit_id == Unit.id)
        linked = linked.where(AgencyUnit.agency_id == agency.id, AgencyUnit.authorised, Unit.status == "approved")
        for unit_id, name, uscc in session.execute(linked):
            found.clients |= {plain_word(spelled): unit_id for spelled in (name, uscc) if spelled}
        return found

    def _owned(self, draft: PostingDraft, reader: Reader, said: frozenset[str], known: Any) -> Draft | None:
        written = reader["unit_name"]
        client = known.clients.get(plain_word(unit_name(written))) or known.clients.get(plain_word(written))
        if client is None:
            reader.say("cell_no_client", "unit_name")
            return None
        found = super()._owned(draft, reader, said, known)
        if found is None:
            return None
        number = found.key.partition(":")[2]
        content = {**found.content, "unit_id": client}
        return replace(found, key=f"{known.owner}:{client}:{number}", content=content)


IMPORTERS = (PostingImport(), OwnPostingImport(), AgencyPostingImport())
