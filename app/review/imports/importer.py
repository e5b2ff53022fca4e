"""What the engine of imports asks of an entity: one declaration per list that people have.

The engine (plan.py, run.py) reads, maps, checks, tries and writes; an importer says which columns there are, what makes
a row the same as one that is there, who may import, and how one row is written.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from app.review.imports.cells import text as as_text
from app.review.imports.columns import Column, Note, Reader, check_cells
from app.review.imports.lookup import Lookup, load
from app.review.imports.options import Options
from app.review.imports.table import Row, Table
from app.rules.actor import Actor, Role, covers
from app.rules.custom import PREFIX, is_custom
from app.rules.hats import ROSTER
from app.rules.refused import Refused

# What an import belongs to: a division (its bureau), a school, the whole country, or the account that sends it.
REGION, SCHOOL, NATION, OWN = "region", "school", "nation", "own"


@dataclass(frozen=True, slots=True)
class Draft:
    """One good row: `key` is what makes it the same row again, `content` what the file says, by column of the model."""

    line: int
    key: str
    content: Mapping[str, Any]
    extra: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """A value that the list would replace; `column` is the field of the import."""

    column: str
    old: Any
    new: Any


class Importer(ABC):
    """One importable entity. Stateless: one instance serves all."""

    key: str  # in URLs, runs and grants
    command: str  # name on the command line
    label: Any  # lazy text, English source
    about: Any = ""  # what becomes of the rows
    columns: tuple[Column, ...]
    roles: frozenset[Role]
    place: str = NATION
    lists: tuple[str, ...] = ()  # what cells are looked up in, see lookup.py
    unique: tuple[str, ...] = ()  # fields no two rows of a file may share, beside the key
    key_column: str = ""  # field named where a row stands twice in the file
    asks: tuple[str, ...] = ()  # options a person may set: headcount, valid_days, submit, agreed
    batch_rows: int = 25  # the ledger's chain is locked for one batch: less than a second
    most_rows: int = 20_000  # of a list sent from a screen
    tried_at_once: int = 2_000  # rows that are tried while the page is waited for; longer lists in the background
    custom: str = ""  # the entity whose custom fields are columns too
    personal: bool = False  # rows are about persons: the refused rows go to who sent them only

    # -- who and where ----------------------------------------------------------------------------

    def require_reach(self, actor: Actor, options: Options) -> None:
        """Raises Refused not_allowed unless the actor may import this here; the command line may everywhere."""
        if self.place == REGION and not options.region_code:
            raise Refused("import_unknown_region", "region", region="")
        if self.place == SCHOOL and options.school_id is None:
            raise Refused("missing", "school")
        if actor.role is Role.CLOCK and self.place != OWN:
            return
        if actor.role not in self.roles or not self._covers(actor, options):
            raise Refused("not_allowed")

    def _covers(self, actor: Actor, options: Options) -> bool:
        if self.place == REGION:
            return actor.role is Role.OPERATOR or covers(actor.region_code, options.region_code)
        if self.place == SCHOOL:
            return options.school_id == actor.school_id and ROSTER in actor.grants
        return True

    def lock_place(self, actor: Actor, options: Options) -> str:
        """What must not be imported twice at once: the same file for the same place."""
        if self.place == REGION:
            return options.region_code
        own = actor.account_id if self.place == OWN else ""
        return f"{self.key}:{options.school_id or ''}:{own}"

    # -- reading ----------------------------------------------------------------------------------

    def known(self, session: Session, actor: Actor, options: Options, today: date) -> Any:
        """What rows are read with. Raises Refused where the import as a whole cannot be."""
        lists = {*self.lists, *(c.words for c in self.columns if c.words)}
        return load(session, today, lists, actor=actor, options=options)

    def rows(
        self, table: Table, places: Mapping[str, int], options: Options, known: Any
    ) -> Iterator[tuple[Draft | None, list[Note]]]:
        """Each row in order: what it becomes, or None where its notes hold an error. None is passed over in silence."""
        seen: dict[tuple[str, str], int] = {}
        sealed = frozenset(c.key for c in self.columns if c.sealed)
        for row in table:
            reader = Reader(row, places, table.header, sealed)
            draft = self.row(row, reader, options, known)
            if draft is not None:
                self._repeated(reader, draft, seen)
            yield (None if reader.wrong else draft), reader.notes

    @abstractmethod
    def row(self, row: Row, reader: Reader, options: Options, known: Any) -> Draft | None:
        """One row; None after saying on the reader why not."""

    def _repeated(self, reader: Reader, draft: Draft, seen: dict[tuple[str, str], int]) -> None:
        """A row that stands twice, by its key or by a field that must be its own."""
        marks = [("", draft.key, self.key_column)]
        marks += [(name, str(draft.content[name]), name) for name in self.unique if draft.content.get(name)]
        for kind, value, column in marks:
            first = seen.setdefault((kind, value), draft.line)
            if first != draft.line:
                reader.say("row_repeated", column, {"first_line": first})
                return

    # -- against the database ---------------------------------------------------------------------

    def order(self, draft: Draft) -> Any:
        """Rows that others stand on come first; else the order of the file."""
        return 0

    def together(self, session: Session, drafts: Sequence[Draft], known: Any) -> Iterable[tuple[Draft, str, str]]:
        """What is wrong with rows only beside the others: (draft, code, field)."""
        return ()

    def remarks(self, session: Session, drafts: Sequence[Draft], known: Any) -> Iterable[tuple[Draft, str, str]]:
        """What is worth a look once the database is asked: (draft, code, field)."""
        return ()

    @abstractmethod
    def stored(self, session: Session, drafts: Sequence[Draft], known: Any) -> Mapping[str, Any]:
        """Rows that are there already, by key of the draft. One or two statements for the batch."""

    def changes(self, draft: Draft, row: Any) -> list[Change]:
        """What the list says otherwise than the row that is there."""
        return differing(draft, row, (c.key for c in self.columns if c.key in draft.content))

    def may_change(self, row: Any, known: Any) -> bool:
        """Whether a list may change this row; else what differs is only remarked."""
        return True

    def check(self, session: Session, draft: Draft, row: Any, known: Any) -> None:  # noqa: B027 - a hook
        """Raises Refused with the field for what the forms refuse as well; reads only."""

    # -- writing ----------------------------------------------------------------------------------

    def prepare(self, session: Session, drafts: Sequence[Draft], known: Any) -> int:
        """Before a batch is written: what its new rows stand on. Answers how many units were made."""
        return 0

    def needed_units(self, session: Session, drafts: Sequence[Draft], known: Any) -> set[str]:
        """Names of units that new rows would make; for the dry run."""
        return set()

    @abstractmethod
    def write(self, session: Session, actor: Actor, draft: Draft, row: Any, known: Any) -> None:
        """Makes the row, or changes the one that is there. Without committing; raises Refused."""

    # -- for people -------------------------------------------------------------------------------

    def column(self, key: str) -> Column | None:
        """The column of a field."""
        return next((c for c in self.columns if c.key == key), None)


class ByColumn(Importer):
    """Rows read cell by cell, each as its column says."""

    def row(self, row: Row, reader: Reader, options: Options, known: Any) -> Draft | None:
        """All values of a row, then the draft they make."""
        if not check_cells(reader, self.columns):
            return None
        content: dict[str, Any] = {}
        for column in self.columns:
            if reader[column.key] and not _too_long(column, reader):
                value = (column.read or as_text)(reader, column.key, known)
                if value is not None:
                    content[column.key] = value
        if reader.wrong:
            return None
        return self.draft(row, reader, content, options, known)

    @abstractmethod
    def draft(self, row: Row, reader: Reader, content: dict[str, Any], options: Options, known: Any) -> Draft | None:
        """The draft of the values read; what depends on several cells is said here."""


def value_of(row: Any, name: str) -> Any:
    """What is stored of a column or of a custom field."""
    return (row.extra or {}).get(name.removeprefix(PREFIX)) if is_custom(name) else getattr(row, name)


def differing(draft: Draft, row: Any, names: Iterable[str]) -> list[Change]:
    """Of these the values that are not as stored."""
    pairs = ((name, value_of(row, name)) for name in names)
    return [Change(name, old, draft.content[name]) for name, old in pairs if old != draft.content[name]]


def _too_long(column: Column, reader: Reader) -> bool:
    return bool(column.limit) and len(reader[column.key]) > column.limit


__all__ = ["NATION", "OWN", "REGION", "SCHOOL", "ByColumn", "Change", "Draft", "Importer", "Lookup"]
