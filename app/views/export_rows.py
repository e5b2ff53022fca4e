"""The rows of a list as values of a file: what the screen shows, whole columns at a time, a batch after the other.

The rows come as columns through a server-side cursor; rows of other tables are looked up once a batch and forgotten
with it. Nothing grows with the length of the list.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from inspect import getattr_static
from types import SimpleNamespace
from typing import Any, Final

from markupsafe import Markup
from sqlalchemy import Connection, Select, inspect, select
from sqlalchemy.orm import QueryableAttribute, Session

from app.gateways.spreadsheets import Form, Head
from app.rules.custom import is_custom
from app.views import cells, custom, listing, scope
from app.views.columns import Info, describe, key_column, key_name

BATCH: Final = 1000
_REMEMBERED: Final = 5000  # texts of values that come again and again
_SCALARS: Final = frozenset({"text", "long", "int", "decimal", "bool", "date", "datetime", "dict", "status"})
_WORDS: Final = frozenset({"bool", "dict", "status"})


class _Texts(dict[Any, str]):
    """The text of each value, made once; forgotten before there are too many."""

    def __init__(self, make: Callable[[Any], str]) -> None:
        super().__init__()
        self._make = make

    def __missing__(self, value: Any) -> str:
        if len(self) >= _REMEMBERED:
            self.clear()
        text = self[value] = self._make(value)
        return text


@dataclass(slots=True)
class Batch:
    """Some rows: the values of each selected attribute, in the order of the rows."""

    values: dict[str, Sequence[Any]]
    keys: Sequence[Any]
    session: Session


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the file: what it reads of the row, and how a batch of it is made."""

    head: Head
    needs: tuple[str, ...]
    fill: Callable[[Batch], Sequence[Any]]


def plain_text(shown: Any) -> str:
    """What a formatter made, as text; the dash for nothing is nothing in a file."""
    text = shown.striptags() if isinstance(shown, Markup) else str(shown)
    return "" if text == cells.NOTHING else text


def _writer(view: Any, info: Info, name: str) -> Callable[[Any], str]:
    """Value -> text, as lists and records show it."""
    formatter = view.formatters_columns.get(name)
    if formatter is not None:
        return lambda value: plain_text(formatter(value))
    return lambda value: cells.text_of(value, info)


def _is_code(view: Any, name: str) -> bool:
    """A number that only names something: nobody adds it up."""
    return name == key_name(view.model) or name.endswith("_id")


def column(view: Any, name: str) -> Column:
    """How this column of the list is exported."""
    info, label = describe(view.model, name), str(view.label(name))
    if is_custom(name):
        return _custom(view, info, label)
    if info.kind == "relation":
        return _related(view, info, name, label)
    if info.kind == "many":
        return _many(view, info, name, label)
    if info.kind == "sealed":
        return _masked(view, name, label)
    if name in view.formatters_columns or info.kind in _WORDS or info.kind not in _SCALARS:
        return _worded(view, info, name, label)
    if info.kind in ("int", "decimal"):
        if _is_code(view, name):
            return Column(Head(label), (name,), lambda b: ["" if v is None else str(v) for v in b.values[name]])
        return Column(Head(label, "number"), (name,), lambda b: b.values[name])
    if info.kind == "date":
        return Column(Head(label, "date"), (name,), lambda b: b.values[name])
    if info.kind == "datetime":
        return Column(Head(label, "moment"), (name,), lambda b: [_local(v) for v in b.values[name]])
    return Column(Head(label), (name,), lambda b: b.values[name])


_CUSTOM_FORMS: Final[dict[str, Form]] = {"int": "number", "decimal": "number", "date": "date"}


def _custom(view: Any, info: Info, label: str) -> Column:
    """A custom field; nothing where the row's division does not have it, or nobody has it any more."""
    one = info.custom
    if one is None:
        return Column(Head(label), (), lambda b: [""] * len(b.keys))
    form = _CUSTOM_FORMS.get(info.kind, "text")
    write = (lambda value: value) if form != "text" else lambda value: cells.text_of(value, info)
    needs = tuple(name for name in ("extra", "region_code") if name in inspect(view.model).column_attrs)

    def fill(batch: Batch) -> list[Any]:
        rows = zip(*(batch.values[need] for need in needs), strict=True)
        return [write(custom.value_of(SimpleNamespace(**dict(zip(needs, row, strict=True))), one)) for row in rows]

    return Column(Head(label, form), needs, fill)


def _local(moment: dt.datetime | None) -> dt.datetime | None:
    return None if moment is None else moment.astimezone(cells.SHANGHAI).replace(tzinfo=None)


def _worded(view: Any, info: Info, name: str, label: str) -> Column:
    """Words for a value: of a dictionary, a status, a formatter; or of a property that says what it reads."""
    write = _writer(view, info, name)
    if info.kind != "property":
        texts = _Texts(write)
        return Column(Head(label), (name,), lambda b: _each(texts, write, b.values[name]))
    needs = tuple(view.column_needs.get(name, ()))
    if not needs:
        return _whole(view, info, write, label)
    return Column(Head(label), needs, _read_by(view.model, name, needs, write))


def _each(texts: _Texts, write: Callable[[Any], str], values: Sequence[Any]) -> list[str]:
    """The text of each value; lists and documents cannot be remembered."""
    try:
        return [texts[value] for value in values]
    except TypeError:
        return [write(value) for value in values]


def _stand_in(model: Any) -> type[Any]:
    """What a property of the model takes for a row: it has the columns it was given, and the model's own methods."""

    class Row(SimpleNamespace):
        __str__ = model.__str__

        def __getattr__(self, name: str) -> Any:
            found = getattr_static(model, name)
            if isinstance(found, QueryableAttribute):
                raise AttributeError(f"{name} is not among the column_needs")
            return found.__get__(self, type(self))

    return Row


def _read_by(model: Any, name: str, needs: tuple[str, ...], write: Callable[[Any], str]) -> Any:
    """A property reads a stand-in for the row, which has just the columns it needs; equal rows are read once."""
    read, stand_in = getattr(model, name).fget, _stand_in(model)

    def text(row: tuple[Any, ...]) -> str:
        return write(read(stand_in(**dict(zip(needs, row, strict=True)))))

    texts = _Texts(text)
    return lambda batch: _each(texts, text, list(zip(*(batch.values[need] for need in needs), strict=True)))


def _masked(view: Any, name: str, label: str) -> Column:
    """A sealed value never leaves but masked, in the very words of the screen; without a mask: nothing."""
    mask = f"{name}_masked"
    if not isinstance(getattr(view.model, mask, None), property):
        return Column(Head(label), (name,), lambda b: [""] * len(b.keys))
    return Column(Head(label), (name,), _read_by(view.model, mask, (name,), lambda value: value or ""))


def _whole(view: Any, info: Info, write: Callable[[Any], str], label: str) -> Column:
    """A property that does not say what it reads: the rows themselves, a batch at a time."""
    key = key_column(view.model)

    def fill(batch: Batch) -> list[str]:
        stmt = select(view.model).where(key.in_(batch.keys)).options(*listing.relations(view, [info.name]))
        texts = {scope.key_of(row): write(cells.value_of(row, info)) for row in batch.session.scalars(stmt).unique()}
        return [texts[one] for one in batch.keys]

    return Column(Head(label), (), fill)


def _related(view: Any, info: Info, name: str, label: str) -> Column:
    """The name of the row a key points to, looked up once."""
    write = _writer(view, info, name)
    local, remote = next(iter(info.relation.local_remote_pairs))
    mine = inspect(view.model).get_property_by_column(local).key
    theirs = getattr(info.target, inspect(info.target).get_property_by_column(remote).key)
    known: dict[Any, str] = {}

    def fill(batch: Batch) -> list[str]:
        values = batch.values[mine]
        if len(known) > _REMEMBERED:
            known.clear()
        new = set(values) - known.keys()
        known.update(dict.fromkeys(new, ""))
        known[None] = plain_text(write(None))
        stmt = select(theirs, info.target).options(*listing.naming(info.target)).where(theirs.in_(new - {None}))
        if new - {None}:
            known.update((key, write(row)) for key, row in batch.session.execute(stmt).unique())
        return [known[value] for value in values]

    return Column(Head(label), (mine,), fill)


def _many(view: Any, info: Info, name: str, label: str) -> Column:
    """The names of the rows of a to-many relation, in its own order."""
    write, relation, key = _writer(view, info, name), getattr(view.model, info.relation.key), key_column(view.model)
    order = info.relation.order_by or (key_column(info.target),)

    def fill(batch: Batch) -> list[str]:
        stmt = select(key, info.target).select_from(view.model).join(relation).where(key.in_(batch.keys))
        stmt = stmt.options(*listing.naming(info.target)).order_by(key, *order)
        found: dict[Any, list[Any]] = {}
        for one, row in batch.session.execute(stmt).unique():
            found.setdefault(one, []).append(row)
        return [write(found.get(one, [])) for one in batch.keys]

    return Column(Head(label), (), fill)


@dataclass(slots=True)
class Rows:
    """All rows of a list in its order, from one view of the database that stays as it was at the beginning."""

    view: Any
    stmt: Select[Any]
    order: Any
    columns: list[Column]
    connection: Connection
    most: int
    heads: list[Head] = field(init=False)

    def __post_init__(self) -> None:
        self.heads = [one.head for one in self.columns]

    def batches(self) -> Generator[list[Sequence[Any]]]:
        """The values column by column, some rows at a time."""
        model = self.view.model
        key = key_name(model)
        names = sorted({key, *(need for one in self.columns for need in one.needs)})
        stmt = self.stmt.order_by(None).order_by(*self.order.clauses()).limit(self.most)
        stmt = stmt.with_only_columns(*(getattr(model, name) for name in names), maintain_column_froms=True)
        streamed = {"stream_results": True, "yield_per": BATCH}
        with (
            Session(self.connection, autoflush=False) as session,
            self.connection.execute(stmt, execution_options=streamed) as found,
        ):
            for part in found.partitions():
                values = dict(zip(names, zip(*part, strict=True), strict=True))
                batch = Batch(values, values[key], session)
                yield [one.fill(batch) for one in self.columns]
                session.expunge_all()


@contextmanager
def reading(session: Any) -> Iterator[Connection]:
    """A connection that can only read, and sees the database as it is now."""
    engine = session.get_bind().engine
    options = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
    with engine.connect().execution_options(**options) as connection:
        yield connection
