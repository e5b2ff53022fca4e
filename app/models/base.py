"""What every table shares: labels beside columns, stamps, review state, sealed personal data, Chinese search."""

from __future__ import annotations

from typing import Any

from flask_appbuilder import Model
from flask_babel import lazy_gettext
from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    DateTime,
    ForeignKey,
    Identity,
    Integer,
    String,
    event,
    func,
    inspect,
)
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR
from sqlalchemy.orm import declared_attr, mapped_column, validates
from sqlalchemy.types import TypeDecorator

from app.gateways.vault import Vault
from app.rules.names import spelled
from app.rules.search import row_tokens

Model.metadata.naming_convention = {
    "ix": "ix_%(column_0_N_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
}


# info of a column that tells who a person is or where to reach one, and is not sealed.
PERSONAL = {"personal": True}


# info of a keyed digest whose value is stored nowhere: it stays under the key it was made with.
ONE_WAY = {"one_way": True}


def index_of(column: str, purpose: str = "") -> dict[str, tuple[str, str]]:
    """info of a blind index: the sealed column it is made of, and its purpose, the same name as a rule."""
    return {"index_of": (column, purpose or column)}


def col(label: str, *args: Any, help: object = None, words: str = "", **kw: Any) -> Any:
    """A column with its one label (English source, extracted for translation) which is also its database comment.

    `words` names the data dictionary its values come from; `help` stands under the form field.
    """
    info = kw.pop("info", {}) | {"label": lazy_gettext(label)}
    if help is not None:
        info["help"] = help
    if words:
        info["dict"] = words
    return mapped_column(*args, comment=label, info=info, **kw)


def pk() -> Any:
    """Surrogate key."""
    return mapped_column(BigInteger, Identity(), primary_key=True, comment="ID", info={"label": "ID"})


class _Vaults:
    """The process's vault; set once by the factory, before the first row with personal data is read."""

    current: Vault | None = None


def use_vault(vault: Vault) -> None:
    """Makes `vault` the one that sealed columns use."""
    _Vaults.current = vault


def vault() -> Vault:
    """The vault in use."""
    if _Vaults.current is None:
        raise RuntimeError("no vault: personal data cannot be read or written before the factory ran")
    return _Vaults.current


class Sealed(TypeDecorator[str]):
    """Text that is encrypted at rest (design 7); `place` (table.column) is bound into the ciphertext."""

    impl = String
    cache_ok = True

    def __init__(self, place: str, length: int = 600) -> None:
        super().__init__(length)
        self.place = place

    def process_bind_param(self, value: str | None, dialect: object) -> str | None:
        return None if value in (None, "") else vault().seal(value, self.place)

    def process_result_value(self, value: str | None, dialect: object) -> str | None:
        return None if value is None else vault().open(value, self.place)


class Stamped:
    """When a row came into being and when it last changed; database time."""

    created_on = mapped_column(
        DateTime(timezone=True),
        server_default=func.now(),
        nullable=False,
        comment="Created on",
        info={"label": lazy_gettext("Created on")},
    )
    changed_on = mapped_column(
        DateTime(timezone=True),
        server_default=func.now(),
        onupdate=func.now(),
        nullable=False,
        comment="Changed on",
        info={"label": lazy_gettext("Changed on")},
    )


class Traced:
    """Rows whose every change of a field is on record: who, when, from what to what (see models/changes.py)."""


class Reviewable(Traced, Stamped):
    """A thing with a status. Only the desk writes `status`; `version` guards against lost updates.

    `edit_state`/`edit_content` hold an edit of approved content that waits for its own verdict
    while the approved columns stay public (table (b) row 2). `CONTENT` names the columns a reviewer decides on.
    """

    CONTENT = ()
    SEALED = ()

    status = mapped_column(
        String(20), nullable=False, comment="Status", info={"label": lazy_gettext("Status")}, index=True
    )
    version = mapped_column(
        Integer, nullable=False, default=1, comment="Version", info={"label": lazy_gettext("Version")}
    )
    edit_state = mapped_column(
        String(20),
        nullable=False,
        server_default="",
        default="",
        comment="State of a waiting edit",
        info={"label": lazy_gettext("State of a waiting edit")},
    )
    edit_content = mapped_column(
        JSONB, comment="Content of a waiting edit", info={"label": lazy_gettext("Content of a waiting edit")}
    )
    submitted_at = mapped_column(
        DateTime(timezone=True), comment="Submitted at", info={"label": lazy_gettext("Submitted at")}
    )
    decided_at = mapped_column(
        DateTime(timezone=True), comment="Decided at", info={"label": lazy_gettext("Decided at")}
    )
    published_at = mapped_column(
        DateTime(timezone=True), comment="First public at", info={"label": lazy_gettext("First public at")}
    )

    @declared_attr
    def created_by_id(cls):
        return mapped_column(
            Integer,
            ForeignKey("ab_user.id"),
            index=True,
            comment="Created by",
            info={"label": lazy_gettext("Created by")},
        )

    @declared_attr.directive
    def __mapper_args__(cls) -> dict[str, Any]:
        return {"version_id_col": cls.version, "eager_defaults": False}

    @validates("uscc")
    def _uscc_is_immutable(self, key: str, value: str) -> str:
        """A registered credit code never changes (GD-31, HL-14); a new code is a new unit."""
        old = self.__dict__.get(key)
        if old is not None and old != value:
            raise ValueError("a registered credit code cannot be changed")
        return value


class Searchable:
    """Rows found by Chinese words: bigrams made by the application, kept in a GIN-indexed tsvector."""

    SEARCHED = ()
    SPELLED = ()  # columns that are also found by the initials of their pinyin

    @declared_attr
    def search(cls):
        return mapped_column(
            TSVECTOR, deferred=True, comment="Search tokens", info={"label": lazy_gettext("Search tokens")}
        )

    def more_words(self) -> tuple[str, str]:
        """Words besides those of the columns: public ones, and ones that only the back-office searches by."""
        return "", ""

    def words_changed(self) -> bool:
        """Whether `more_words` may say something else than before."""
        return False

    def search_tokens(self) -> list[str]:
        """What the index holds of the row."""
        words = " ".join(
            [
                *(str(getattr(self, name) or "") for name in self.SEARCHED),
                *(spelled(getattr(self, name) or "") for name in self.SPELLED),
            ]
        )
        return row_tokens(words, *self.more_words())


@event.listens_for(Searchable, "before_insert", propagate=True)
@event.listens_for(Searchable, "before_update", propagate=True)
def _index_words(mapper: object, connection: object, row: Any) -> None:
    state = inspect(row)
    changed = any(state.attrs[name].history.has_changes() for name in (*row.SEARCHED, *row.SPELLED))
    if state.persistent and not changed and not row.words_changed():
        return
    row.search = func.array_to_tsvector(row.search_tokens())


def one_of(column: str, values: tuple[str, ...], name: str) -> CheckConstraint:
    """A check constraint that a column holds one of the given words."""
    listed = ", ".join(f"'{v}'" for v in values)
    return CheckConstraint(f"{column} IN ({listed})", name=name)
