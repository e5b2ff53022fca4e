"""Key rotation: what older keys sealed is sealed anew with the current one, and its blind indexes are made anew.

Made while others read and write. A value is exchanged only if it still is the one that was read, so a writer who comes in
between wins; whatever is left over is taken by the next pass. Nothing is remembered between runs: what is still to do
is what names an older key, so a run that was killed is simply begun again.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from flask_appbuilder import Model
from sqlalchemy import Text, and_, cast, column, func, literal_column, or_, select, table, true, tuple_, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from app.gateways.storage import ObjectMissing, Storage
from app.gateways.vault import Vault, VaultError, key_id
from app.models.base import Sealed
from app.models.system import LIST_PLACE, ImportRun

BATCH: Final = 200
PASSES: Final = 20  # a writer with an old configuration would keep us busy for ever
_TOKEN: Final = re.compile(r"v1:[A-Za-z0-9_.-]{1,32}:[A-Za-z0-9_-]{16}:[A-Za-z0-9_-]{22,}")


@dataclass(frozen=True, slots=True)
class Place:
    """A table with sealed columns: column -> what is bound into its values, index column -> (column, purpose)."""

    name: str
    keys: tuple[str, ...]
    sealed: dict[str, str]
    indexes: dict[str, tuple[str, str]]

    @property
    def plain(self) -> Any:
        """The table without types: values as they are stored."""
        return table(self.name, *(column(n) for n in (*self.keys, *self.sealed, *self.indexes)))


@dataclass(slots=True)
class Done:
    """What a run did: values sealed anew by place, blind indexes made anew, values that could not be opened.

    `twins`: place and key of rows whose new index another row has: one person stored twice. Their index stays as it is.
    """

    sealed: Counter[str] = field(default_factory=Counter)
    indexed: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    twins: set[tuple[str, str]] = field(default_factory=set)


def places() -> list[Place]:
    """Every table of the model with sealed columns."""
    found = []
    for one in Model.metadata.sorted_tables:
        sealed = {c.name: c.type.place for c in one.columns if isinstance(c.type, Sealed)}
        if sealed:
            indexes = {c.name: c.info["index_of"] for c in one.columns if "index_of" in c.info}
            found.append(Place(one.name, tuple(c.name for c in one.primary_key), sealed, indexes))
    return found


def documents() -> list[tuple[str, tuple[str, ...], str]]:
    """Every JSON column: tokens stand in evidence, in waiting edits, in what is needed to take a verdict back."""
    return [
        (one.name, tuple(c.name for c in one.primary_key), c.name)
        for one in Model.metadata.sorted_tables
        for c in one.columns
        if isinstance(c.type, JSONB)
    ]


def status(session: Session, storage: Storage) -> dict[str, Counter[str]]:
    """How many values each key sealed: place -> key id -> count."""
    found: dict[str, Counter[str]] = {}
    for place in places():
        plain = place.plain
        for name in place.sealed:
            one = plain.c[name]
            kid = func.split_part(one, literal_column("':'"), 2)
            rows = session.execute(select(kid, func.count()).select_from(plain).where(one.is_not(None)).group_by(kid))
            found[f"{place.name}.{name}"] = Counter({row[0]: row[1] for row in rows})
    for name, _keys, one in documents():
        counted: Counter[str] = Counter()
        for said in _texts(session, name, one, '"v1:'):
            counted.update(key_id(token) for token in _TOKEN.findall(said))
        found[f"{name}.{one}"] = counted
    found[LIST_PLACE] = Counter(key_id(_read(storage, key)) for key in _lists(session) if _read(storage, key))
    return {place: count for place, count in found.items() if count}


def rotate(
    session: Session, vault: Vault, storage: Storage, *, batch: int = BATCH, indexes: bool = False,
    after_batch: Callable[[int], None] = lambda _done: None,
) -> Done:  # fmt: skip
    """Seals anew whatever an older key sealed; `indexes`: looks at every blind index too. Commits batch by batch."""
    done = Done()
    for place in places():
        _repeat(lambda p=place: _columns(session, vault, p, batch, done, after_batch, every=False))  # type: ignore[misc]
        if indexes and place.indexes:
            _columns(session, vault, place, batch, done, after_batch, every=True)
    for name, keys, one in documents():
        _repeat(lambda t=name, k=keys, c=one: _json(session, vault, t, k, c, batch, done, after_batch))  # type: ignore[misc]
    _stored(session, vault, storage, done)
    return done


def _repeat(walk: Callable[[], int]) -> None:
    """Until a pass finds nothing to do: others write meanwhile."""
    for _pass in range(PASSES):
        if not walk():
            return


def _old(one: Any, vault: Vault) -> Any:
    return and_(one.is_not(None), func.split_part(one, literal_column("':'"), 2) != vault.current)


def _columns(
    session: Session, vault: Vault, place: Place, batch: int, done: Done, after_batch: Callable[[int], None], *, every: bool
) -> int:  # fmt: skip
    """One walk over a table in the order of its key; how many rows were changed."""
    plain, changed = place.plain, 0
    key = tuple_(*(plain.c[name] for name in place.keys))
    wanted = true() if every else or_(*(_old(plain.c[name], vault) for name in place.sealed))
    stmt = select(plain).where(wanted).order_by(*(plain.c[name] for name in place.keys)).limit(batch)
    last: tuple[Any, ...] | None = None
    while rows := session.execute(stmt if last is None else stmt.where(key > last)).mappings().all():
        for row in rows:
            changed += _exchange(session, vault, place, dict(row), done)
        last = tuple(rows[-1][name] for name in place.keys)
        session.commit()
        after_batch(changed)
    return changed


def _exchange(session: Session, vault: Vault, place: Place, row: dict[str, Any], done: Done) -> int:
    """One row: new tokens for those it still holds; 0 where somebody has written meanwhile, or nothing was to do."""
    plain, new, opened = place.plain, {}, {}
    for name, bound in place.sealed.items():
        token = row[name]
        if token is None:
            continue
        try:
            opened[name] = vault.open(token, bound)
        except VaultError:
            done.failed[f"{place.name}.{name}"] += 1
            continue
        if vault.needs_reseal(token):
            new[name] = vault.seal(opened[name], bound)
    marks = {
        index: mark
        for index, (source, purpose) in place.indexes.items()
        if source in opened and row[index] is not None and (mark := vault.blind(opened[source], purpose)) != row[index]
    }
    if not new and not marks:
        return 0
    same = [plain.c[name] == row[name] for name in place.keys]
    same += [plain.c[name].is_not_distinct_from(row[name]) for name in (*place.sealed, *marks)]
    try:
        with session.begin_nested():
            result: Any = session.execute(update(plain).where(*same).values(new | marks))
    except IntegrityError:  # one person stored twice must not stop the others of the table at every run
        key = ",".join(str(row[name]) for name in place.keys)
        done.twins.update((f"{place.name}.{name}", key) for name in marks)
        result, marks = session.execute(update(plain).where(*same).values(new)) if new else None, {}
    if result is None or result.rowcount != 1:
        return 0
    done.sealed.update(f"{place.name}.{name}" for name in new)
    done.indexed += len(marks)
    return 1


def _json(
    session: Session, vault: Vault, name: str, keys: tuple[str, ...], one: str, batch: int, done: Done,
    after_batch: Callable[[int], None],
) -> int:  # fmt: skip
    """One walk over a JSON column: each old token in its text is replaced where it still stands."""
    plain = table(name, *(column(n) for n in (*keys, one)))
    said, changed = cast(plain.c[one], Text), 0
    key = tuple_(*(plain.c[n] for n in keys))
    stmt = select(*(plain.c[n] for n in keys), said.label("said")).where(said.like('%"v1:%'))
    stmt = stmt.order_by(*(plain.c[n] for n in keys)).limit(batch)
    last: tuple[Any, ...] | None = None
    while rows := session.execute(stmt if last is None else stmt.where(key > last)).mappings().all():
        for row in rows:
            where = [plain.c[n] == row[n] for n in keys]
            for token in {t for t in _TOKEN.findall(row["said"]) if vault.needs_reseal(t)}:
                fresh = _again(vault, token)
                if fresh is None:
                    done.failed[f"{name}.{one}"] += 1
                    continue
                other = cast(func.replace(said, token, fresh), JSONB)
                there = func.strpos(said, token) > 0
                result: Any = session.execute(update(plain).where(*where, there).values({one: other}))
                changed += result.rowcount
                done.sealed[f"{name}.{one}"] += result.rowcount
        last = tuple(rows[-1][n] for n in keys)
        session.commit()
        after_batch(changed)
    return changed


def _again(vault: Vault, token: str) -> str | None:
    """The same value under the current key. Which column a token of a document belongs to is told by opening it."""
    for place in places():
        for bound in place.sealed.values():
            try:
                return vault.seal(vault.open(token, bound), bound)
            except VaultError:
                continue
    return None


def _texts(session: Session, name: str, one: str, part: str) -> Iterator[str]:
    said = cast(table(name, column(one)).c[one], Text)
    yield from session.scalars(select(said).where(said.like(f"%{part}%")).execution_options(yield_per=BATCH))


def _lists(session: Session) -> list[str]:
    return list(session.scalars(select(ImportRun.file_id).where(ImportRun.file_id.is_not(None)).order_by(ImportRun.id)))


def _read(storage: Storage, key: str) -> str:
    """A sealed list as it lies there; "" where it is gone or was never sealed."""
    try:
        with storage.open(key) as stream:
            text = stream.read()
    except (LookupError, ObjectMissing):
        return ""
    return text.decode("ascii") if text.startswith(b"v1:") else ""


def _stored(session: Session, vault: Vault, storage: Storage, done: Done) -> None:
    """Uploaded lists lie sealed in the storage: each becomes a new object, and the old one goes."""
    for key in _lists(session):
        token = _read(storage, key)
        if not token or not vault.needs_reseal(token):
            continue
        try:
            fresh = vault.seal(vault.open(token, LIST_PLACE), LIST_PLACE)
        except VaultError:
            done.failed[LIST_PLACE] += 1
            continue
        other = storage.put(fresh.encode(), key.rpartition(".")[2])
        result: Any = session.execute(
            update(ImportRun)
            .where(ImportRun.file_id == key)
            .values(file_id=other)
            .execution_options(synchronize_session=False)
        )
        session.commit()
        storage.delete(key if result.rowcount else other)
        done.sealed[LIST_PLACE] += int(bool(result.rowcount))
