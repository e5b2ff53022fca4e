"""Custom fields: their definitions, the column that holds their values, and what each process keeps of them in memory.

An entity opts in by inheriting `Extensible`. Definitions are read once per process and change of them: whoever changes
one gives the set a new stamp (a trigger does), and a request compares stamps. See docs/custom-fields.md.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask_appbuilder import Model
from flask_babel import get_locale
from flask_babel import lazy_gettext as _l
from sqlalchemy import Boolean, ForeignKey, Index, Integer, String, UniqueConstraint, Uuid, event, inspect, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Session, declared_attr, object_session, relationship

from app.models.base import Stamped, Traced, col, one_of, pk
from app.models.reference import Region
from app.rules.custom import TYPES, Definition, Option, search_text

STAMP = "custom_field"  # the name of the definitions' stamp
ENTITIES: dict[str, list[Any]] = {}  # entity -> models that have its fields, the thing itself first


class Extensible:
    """A model whose rows have custom fields. `CUSTOM` is the entity's key, `CUSTOM_LABEL` what it is called.

    Two models may share the fields of one entity: a request for change has those of the thing that changes.
    Stands before `Searchable` among the bases, so that values join the words a row is found by.
    """

    CUSTOM = ""
    CUSTOM_LABEL: Any = ""
    CUSTOM_FREE = True  # fields that nobody reviews are written here; not where a row is a request about another

    def __init_subclass__(cls, **more: Any) -> None:
        super().__init_subclass__(**more)
        if cls.CUSTOM:
            ENTITIES.setdefault(cls.CUSTOM, []).append(cls)

    @declared_attr
    def extra(cls):
        column = col("Values of custom fields", JSONB, nullable=False, server_default="{}", default=dict)
        place = f"ix_{cls.__tablename__}_extra"
        event.listen(column.column, "after_parent_attach", lambda c, _t: Index(place, c, postgresql_using="gin"))
        return column

    def more_words(self) -> tuple[str, str]:
        """What custom fields add to the search: words that everybody may search by, and those of the back-office."""
        if not self.extra:
            return "", ""
        return words_of(object_session(self), self.CUSTOM, self.extra, getattr(self, "region_code", "") or "")

    def words_changed(self) -> bool:
        """Whether what `more_words` says may be another than before."""
        state = inspect(self)
        return any(state.attrs[n].history.has_changes() for n in ("extra", "region_code") if n in state.attrs)


class CustomField(Traced, Stamped, Model):
    """The definition of a custom field. Code and entity never change, the type not once a value is stored."""

    __tablename__ = "custom_field"
    __table_args__ = (UniqueConstraint("entity", "code"), one_of("type", TYPES, "type"))
    id = pk()
    entity = col("Belongs to", String(30), nullable=False, words="custom_entity")
    code = col(
        "Code", String(30), nullable=False, default="",
        help=_l(
            "What programs and files call the field. 2 to 30 small letters, digits and single underscores, beginning with a "
            "letter; can never be changed. Empty: made from the English label"
        ),
    )  # fmt: skip
    type = col(
        "Type", String(10), nullable=False, words="custom_type", help=_l("Cannot be changed once a value is stored")
    )
    label_zh = col("Label (Chinese)", String(40), nullable=False)
    label_en = col("Label (English)", String(60), nullable=False)
    help_zh = col("Help (Chinese)", String(200), nullable=False, default="")
    help_en = col("Help (English)", String(200), nullable=False, default="")
    region_code = col(
        "Division", String(6), ForeignKey("region.code"),
        help=_l("Only rows of this division and below have the field; empty: everywhere"),
    )  # fmt: skip
    required = col("Required", Boolean, nullable=False, default=False, help=_l("Nothing is sent in without it"))
    options = col("Options", JSONB, nullable=False, server_default="[]", default=list)
    max_length = col("Most characters", Integer, help=_l("Empty: 100 for a line, 1,000 for a text"))
    at_least = col("At least", String(20), nullable=False, default="", help=_l("Number or day; empty: no bound"))
    at_most = col("At most", String(20), nullable=False, default="", help=_l("Number or day; empty: no bound"))
    position = col("Order", Integer, nullable=False, default=100, help=_l("Fields with smaller numbers come first"))
    section_zh = col("Section (Chinese)", String(40), nullable=False, default="")
    section_en = col(
        "Section (English)", String(60), nullable=False, default="",
        help=_l("The heading of a part of the form, or a new one; empty: “More data”"),
    )  # fmt: skip
    in_form = col("In the form", Boolean, nullable=False, default=True)
    in_list = col("In the list", Boolean, nullable=False, default=False)
    in_filter = col("As a filter", Boolean, nullable=False, default=False)
    in_search = col("Found by the search box", Boolean, nullable=False, default=False)
    reviewed = col(
        "Reviewed", Boolean, nullable=False, default=True,
        help=_l("Part of what the reviewer decides on; a change of approved content waits for review"),
    )  # fmt: skip
    public = col("Public", Boolean, nullable=False, default=False, help=_l("Shown on the portal; only if reviewed"))
    active = col("Active", Boolean, nullable=False, default=True, help=_l("Switched off: hidden, values are kept"))
    search_stale = col("Search index is behind", Boolean, nullable=False, server_default="false", default=False)
    region = relationship(Region, info={"label": _l("Division")})

    def __str__(self) -> str:
        return self.label_en if str(get_locale()) == "en" else self.label_zh

    @property
    def label(self) -> str:
        """In the reader's language."""
        return str(self)

    @property
    def uses(self) -> tuple[str, str]:
        """By which the screen counts the rows that have a value."""
        return self.entity, self.code


class SettingsStamp(Model):
    """Which state a set of settings is in that processes keep in memory: a change gives it a stamp never used before."""

    __tablename__ = "settings_stamp"
    name = col("Settings", String(40), primary_key=True)
    stamp = col("State", Uuid, nullable=False)


@dataclass(frozen=True, slots=True)
class Book:
    """All definitions of one state, by entity, in their order."""

    entities: Mapping[str, tuple[Definition, ...]] = field(default_factory=dict)

    def of(self, entity: str) -> tuple[Definition, ...]:
        """The entity's definitions, those switched off too."""
        return self.entities.get(entity, ())


@dataclass(slots=True)
class _Kept:
    """The newest state this process has read."""

    stamp: Any = None
    book: Book = field(default_factory=Book)


_kept = _Kept()
_BOOK, _STAMP, _REQUEST = "custom.book", "custom.stamp", "custom.request"
_COLUMNS = (
    "id", "entity", "code", "type", "label_zh", "label_en", "help_zh", "help_en", "section_zh", "section_en", "required",
    "max_length", "at_least", "at_most", "in_list", "in_filter", "in_form", "in_search", "public", "reviewed", "active",
)  # fmt: skip


def definition_of(row: Any) -> Definition:
    """The definition in a row of the table."""
    plain = {name: getattr(row, name) for name in _COLUMNS}
    texts = {name: value or "" for name, value in plain.items() if name not in _NOT_TEXT}
    others = {name: plain[name] for name in _NOT_TEXT}
    flags = {name: bool(others[name]) for name in _FLAGS}
    options = tuple(
        Option(str(o.get("code", "")), str(o.get("zh", "")), str(o.get("en", "")), bool(o.get("off")))
        for o in row.options or ()
    )
    rest = {"id": others["id"] or 0, "max_length": others["max_length"]}
    return Definition(**texts, **flags, **rest, region=row.region_code or "", options=options)


_FLAGS = ("required", "in_list", "in_filter", "in_form", "in_search", "public", "reviewed", "active")
_NOT_TEXT = ("id", "max_length", *_FLAGS)


def stamp_now() -> Any:
    """The stamp as part of another statement, so that a request pays nothing for it."""
    return select(SettingsStamp.stamp).where(SettingsStamp.name == STAMP).scalar_subquery()


def begin(session: Any, stamp: Any = None) -> None:
    """A request begins: what it knows of definitions lasts until its end. `stamp`: what a statement of it has read."""
    info = session.info
    info.pop(_BOOK, None)
    info[_STAMP], info[_REQUEST] = stamp, True


def stamp(session: Any) -> Any:
    """Which state of the definitions is in force."""
    return session.info.get(_STAMP) or session.scalar(select(stamp_now()))


def book(session: Any) -> Book:
    """The definitions: for a request those at its beginning, else those of the transaction."""
    info = session.info
    known: Book | None = info.get(_BOOK)
    if known is None:
        now = stamp(session)
        known = info[_BOOK] = _kept.book if now is not None and now == _kept.stamp else _read(session, now)
    return known


def _read(session: Any, stamp: Any) -> Book:
    columns = [getattr(CustomField, name) for name in (*_COLUMNS, "options", "region_code")]
    entities: dict[str, tuple[Definition, ...]] = {}
    for row in session.execute(select(*columns).order_by(CustomField.position, CustomField.id)):
        entities[row.entity] = (*entities.get(row.entity, ()), definition_of(row))
    found = Book(entities)
    _kept.book, _kept.stamp = found, stamp
    return found


@event.listens_for(Session, "after_transaction_end")
def _forget(session: Any, transaction: Any) -> None:
    """Outside of requests nothing is kept longer than a transaction."""
    if transaction.parent is None and not session.info.get(_REQUEST):
        session.info.pop(_BOOK, None)


@event.listens_for(CustomField, "after_insert")
@event.listens_for(CustomField, "after_update")
@event.listens_for(CustomField, "after_delete")
def _changed(_mapper: object, _connection: object, row: Any) -> None:
    """Whoever changes a definition reads it anew."""
    session = object_session(row)
    if session is not None:
        session.info.pop(_BOOK, None)
        session.info[_STAMP] = None


def fields_of(session: Any, entity: str, region: str | None = None) -> tuple[Definition, ...]:
    """The active fields of an entity in their order; with a division only those its rows have."""
    found = (one for one in book(session).of(entity) if one.active)
    return tuple(one for one in found if region is None or one.counts_in(region))


def field_named(session: Any, entity: str, name: str) -> Definition | None:
    """The field called x_<code>, switched off or not."""
    return next((one for one in book(session).of(entity) if one.name == name), None)


def words_of(session: Any, entity: str, extra: Mapping[str, Any], region: str) -> tuple[str, str]:
    """What the values add to the search: words for everybody, and words for the back-office alone."""
    if session is None or not extra:
        return "", ""
    found = [one for one in fields_of(session, entity, region) if one.in_search and one.code in extra]

    def words(fields: Iterable[Definition]) -> str:
        return " ".join(search_text(one, extra[one.code]) for one in fields)

    return words(one for one in found if one.public), words(one for one in found if not one.public)
