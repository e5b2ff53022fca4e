"""Imports of plain tables: rows known by a natural key, read by the type of their columns, checked by the forms' rules."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any, ClassVar

from sqlalchemy import Boolean, Date, Integer, SmallInteger, select, tuple_
from sqlalchemy.orm import Session

from app.review import setting_log
from app.review.imports import cells
from app.review.imports.columns import Column, Reader
from app.review.imports.importer import ByColumn, Change, Draft, differing
from app.review.imports.options import Options
from app.review.imports.table import Row
from app.review.kinds import custom
from app.rules.actor import Actor
from app.rules.custom import lacking
from app.rules.refused import Refused

_WHOLE = cells.whole(0, 2_147_483_647)


def of(model: Any, name: str, names: tuple[str, ...] = (), **more: Any) -> Column:
    """A column of an import that is a column of the model: label, help, length and dictionary come from there."""
    column = model.__table__.c[name]
    required = not column.nullable and column.default is None and column.server_default is None
    words = column.info.get("dict", "")
    return Column(
        name,
        names,
        needed=more.pop("needed", required),
        filled=more.pop("filled", required),
        limit=more.pop("limit", getattr(column.type, "length", 0) or 0),
        label=more.pop("label", column.info["label"]),
        help=more.pop("help", column.info.get("help", "")),
        words=words,
        read=more.pop("read", cells.one_of(words) if words else _reader(column)),
        **more,
    )


def _reader(column: Any) -> cells.Cell:
    if isinstance(column.type, Boolean):
        return cells.yes_no
    if isinstance(column.type, Date):
        return cells.day
    return _WHOLE if isinstance(column.type, Integer | SmallInteger) else cells.text


class Plain(ByColumn):
    """Rows of one table, made or changed; an empty cell leaves what is stored."""

    model: ClassVar[Any]
    identity: ClassVar[tuple[str, ...]]  # columns by which a row is known again
    derived: ClassVar[tuple[str, ...]] = ()  # columns that only a new row takes from its code
    rule: ClassVar[Any] = None  # staticmethod(values): what the form refuses
    on_ledger: ClassVar[bool] = False  # settings: what becomes of each row stands on the ledger, as from the screen
    batch_rows = 100
    tried_at_once = 10_000

    def draft(self, row: Row, reader: Reader, content: dict[str, Any], options: Options, known: Any) -> Draft | None:
        """Completed by what follows from the code, and known by its natural key."""
        said = frozenset(content)
        self.complete(content, options, known)
        if any(content.get(name) is None for name in self.identity):
            return None
        return Draft(row.line, self.key_of(content), content, {"said": said})

    def complete(self, content: dict[str, Any], options: Options, known: Any) -> None:
        """Adds what the file need not say because it follows from the rest."""

    def key_of(self, values: Mapping[str, Any]) -> str:
        """The natural key as one text."""
        return "\x1f".join(str(values[name]) for name in self.identity)

    def stored(self, session: Session, drafts: Sequence[Draft], known: Any) -> Mapping[str, Any]:
        """By the natural key."""
        columns = [getattr(self.model, name) for name in self.identity]
        keys = [tuple(d.content[name] for name in self.identity) for d in drafts]
        rows = session.scalars(select(self.model).where(tuple_(*columns).in_(keys)))
        return {self.key_of({n: getattr(row, n) for n in self.identity}): row for row in rows}

    def changes(self, draft: Draft, row: Any) -> list[Change]:
        """All that is said otherwise; what only follows from the code is no change of a row that is there."""
        said = draft.extra["said"]
        names = [n for n in draft.content if n not in self.identity and (n in said or n not in self.derived)]
        return differing(draft, row, names)

    def check(self, session: Session, draft: Draft, row: Any, known: Any) -> None:
        """What the form refuses, on the row as it would be."""
        if self.rule is not None:
            type(self).rule(self._would_be(draft, row))
        self._require_fields(draft, row)

    def _require_fields(self, draft: Draft, row: Any) -> None:
        """What nobody reviews is not stored without its required custom fields."""
        own = [c.custom for c in self.columns if c.custom is not None]
        if not own:
            return
        region = str(draft.content.get("region_code") or getattr(row, "region_code", "") or "")
        values = dict(getattr(row, "extra", None) or {})
        values |= {one.code: draft.content[one.name] for one in own if one.name in draft.content}
        for finding in lacking((one for one in own if one.counts_in(region)), values):
            raise Refused("missing", finding.field)

    def _would_be(self, draft: Draft, row: Any) -> dict[str, Any]:
        stored = {c.key: getattr(row, c.key) for c in self.model.__table__.c} if row is not None else self.defaults()
        names = draft.content if row is None else {change.column for change in self.changes(draft, row)}
        return {**stored, **{name: draft.content[name] for name in names}}

    def defaults(self) -> dict[str, Any]:
        """What a new row has where the file is silent."""
        columns = [c for c in self.model.__table__.c if c.default is not None and c.default.is_scalar]
        return {c.key: c.default.arg for c in columns}

    def write(self, session: Session, actor: Actor, draft: Draft, row: Any, known: Any) -> None:
        """A new row, or the stored one with what the list says."""
        subject = row if row is not None else self.model()
        before = setting_log.values_of(row) if row is not None else {}
        names = draft.content if row is None else {change.column for change in self.changes(draft, row)}
        values, own = custom.parted({name: draft.content[name] for name in names})
        for name, value in values.items():
            setattr(subject, name, value)
        custom.write(session, subject, own)
        self.finish(subject, known)
        session.add(subject)
        if self.on_ledger:
            action = setting_log.ADDED if row is None else setting_log.CHANGED
            setting_log.note(session, actor, subject, action, before)

    def finish(self, subject: Any, known: Any) -> None:
        """Columns that are made of others."""


class Tree(Plain):
    """A classification: rows stand under others, which must be there or in the same file."""

    parent: ClassVar[str] = "parent_code"

    def order(self, draft: Draft) -> Any:
        """The upper levels first."""
        return draft.content.get("level") or 0

    def together(self, session: Session, drafts: Sequence[Draft], known: Any) -> list[tuple[Draft, str, str]]:
        """Rows whose parent is neither stored nor a good row of this file; where none is named, the nearest that is."""
        there = set(known.more["stored"])
        wrong: list[tuple[Draft, str, str]] = []
        for draft in sorted(drafts, key=self.order):
            content: Any = draft.content
            if self.parent not in draft.extra["said"]:
                self._nearest(content, there)
            elif self.key_above(content, content[self.parent]) not in there:
                wrong.append((draft, "cell_no_parent", self.parent))
                continue
            there.add(draft.key)
        return wrong

    def _nearest(self, content: dict[str, Any], there: set[str]) -> None:
        """The parent by the digits of the code; levels that nobody has stored are passed over."""
        above = self.code_above(content["code"])
        while above and self.key_above(content, above) not in there:
            above = self.code_above(above)
        if above:
            content[self.parent] = above

    @abstractmethod
    def code_above(self, code: str) -> str:
        """The code of the row above, as the digits say; empty where they do not."""

    def key_above(self, content: Mapping[str, Any], code: str) -> str:
        """The key of a row above."""
        return code

    def known(self, session: Session, actor: Actor, options: Options, today: Any) -> Any:
        """With the keys of all stored rows."""
        found = super().known(session, actor, options, today)
        columns = [getattr(self.model, name) for name in self.identity]
        keys = {self.key_of(dict(zip(self.identity, row, strict=True))) for row in session.execute(select(*columns))}
        found.more["stored"] = keys
        return found
