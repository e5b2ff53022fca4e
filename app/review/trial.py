"""What the checks would say of content nobody has saved: read as a submission would be, written nowhere, locking nothing.

The row that is checked exists in memory only. It is told of the sender's own standing and of reference data; what
compares with other people's records is looked at when the content is sent in (`Kind.sender_facts`, `Kind.unseen`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import inspect, literal, select
from sqlalchemy.orm import Session, aliased
from sqlalchemy.orm.attributes import set_committed_value
from sqlalchemy.orm.util import identity_key

from app.models.accounts import Person
from app.models.agencies import Agency
from app.models.files import StoredFile
from app.models.units import Unit
from app.review import rounds, switches
from app.review.evidence import shown
from app.review.kinds import content as column
from app.review.kinds import custom, files, kind_of
from app.review.kinds.base import Kind, Subject, Values
from app.review.ledger import account_of
from app.rules import checks
from app.rules.actor import Actor
from app.rules.dates import today
from app.rules.findings import Finding
from app.rules.refused import Refused

_RAW = 200  # characters of something unreadable that the checks are shown


@dataclass(slots=True)
class Typed:
    """Content as a form understood it. `raw` is the text of fields it could not read.

    `kept` are slots with files that are stored already, `chosen` files that wait in the browser: slot, name, size, mime.
    """

    content: Mapping[str, Any]
    raw: dict[str, str] = field(default_factory=dict)
    kept: list[tuple[str, UUID]] = field(default_factory=list)
    chosen: list[Values] = field(default_factory=list)


@dataclass(slots=True)
class Trial:
    """What was found: by the checks, and what would be refused before any check. `subject` is the imagined row."""

    subject: Subject | None
    findings: list[Finding]
    faults: list[Refused]
    held: list[Any] = field(default_factory=list)  # rows that must not leave the session's memory before the answer


def of(session: Session, actor: Actor, kind_key: str, typed: Typed, row: Any = None) -> Trial:
    """Tries content for a new row, or over an existing one. Raises Refused("not_allowed") for whoever may not send."""
    kind = kind_of(kind_key)
    with session.no_autoflush:
        held = loaded(session, _wanted(kind, actor, typed, row))
        values, faults = _read(kind, typed, creating=row is None)
        try:
            origin = _stored(kind, row) if row is not None else kind.for_whom(session, actor, typed.content)
        except Refused as refused:
            if refused.code == "not_allowed":
                raise
            return Trial(None, [], [*faults, refused], held)
        subject = _imagined(session, kind, origin | values)
        _relate(session, kind, subject, typed)
        faults += _own_fields(session, kind, subject, typed) + _guarded(session, kind, subject, row, values)
        evidence = _evidence(session, actor, kind, subject, typed, row)
        facts = kind.sender_facts(session, subject, evidence, today())
        approved = _approved(session, kind, subject, row)
        if approved:
            facts["approved"] = shown(approved)
        set_here = switches.in_force(session, kind.region(session, subject), today())
        found = [one for one in checks.run(kind.key, evidence, facts, set_here) if one.code not in kind.unseen]
        found = [*custom.missing(session, subject, evidence), *found]
    return Trial(subject, found, faults, held)


def loaded(session: Session, wanted: Iterable[tuple[Any, Any]]) -> list[Any]:
    """Brings rows of several tables into the session's memory by their keys, in one statement at most."""
    keys = {identity_key(model, key): (model, key) for model, key in wanted if key not in (None, "")}
    there = [session.identity_map.get(name) for name in keys]
    missing = [pair for pair, row in zip(keys.values(), there, strict=True) if row is None]
    if not missing:
        return there
    one = select(literal(1).label("one")).subquery()
    stmt = select(one.c.one).select_from(one)
    for model, key in missing:
        other, mapper = aliased(model), inspect(model)
        name = mapper.get_property_by_column(mapper.primary_key[0]).key
        stmt = stmt.outerjoin(other, getattr(other, name) == key).add_columns(other)
    return [*there, *session.execute(stmt).one()[1:]]


def _wanted(kind: Kind, actor: Actor, typed: Typed, row: Any) -> list[tuple[Any, Any]]:
    """The rows that content, sender and stored row point to."""
    person = getattr(row, "poster_id", None) or getattr(row, "created_by_id", None) or account_of(actor)
    found = [(Unit, getattr(row, "unit_id", None) or actor.unit_id), (Agency, actor.agency_id), (Person, person)]
    for relation in inspect(kind.model).relationships:
        if relation.direction.name == "MANYTOONE":
            key = next(iter(relation.local_columns)).key
            found.append((relation.mapper.class_, typed.content.get(key, getattr(row, key, None))))
    return [*found, *((StoredFile, file_id) for _slot, file_id in typed.kept)]


def _read(kind: Kind, typed: Typed, *, creating: bool) -> tuple[Values, list[Refused]]:
    """Every value that can be read, and one refusal for each that cannot; the checks see such a value as it was typed."""
    values: Values = {}
    faults: list[Refused] = []
    for name, value in typed.content.items():
        if name not in kind.columns or name in typed.raw:
            continue
        try:
            values |= kind.clean({name: value}, creating=creating)
        except Refused as refused:
            faults.append(refused)
            typed.raw[name] = "" if value is None else str(value)
    return values, faults


def _stored(kind: Kind, row: Any) -> Values:
    return {p.key: getattr(row, p.key) for p in inspect(kind.model).column_attrs if not p.deferred}


def _imagined(session: Session, kind: Kind, values: Values) -> Subject:
    """A row that belongs to no session, with the relations that are in memory."""
    mapper = inspect(kind.model)
    subject = kind.model(**{name: value for name, value in values.items() if name in mapper.attrs})
    for relation in mapper.relationships:
        if relation.direction.name == "MANYTOONE":
            key = values.get(next(iter(relation.local_columns)).key)
            other = session.identity_map.get(identity_key(relation.mapper.class_, key)) if key is not None else None
            set_committed_value(subject, relation.key, other)
    return subject


def _relate(session: Session, kind: Kind, subject: Subject, typed: Typed) -> None:
    """Content that lies in other tables, files apart: chosen rows by their keys."""
    for name in kind.relations - {"files"}:
        target = inspect(kind.model).relationships[name].mapper
        keys = typed.content.get(name) or ()
        key = target.primary_key[0]
        rows = session.scalars(select(target.class_).where(key.in_(keys)).order_by(key)).all() if keys else []
        set_committed_value(subject, name, list(rows))


def _own_fields(session: Session, kind: Kind, subject: Subject, typed: Typed) -> list[Refused]:
    """Custom fields, each by itself, so that one that is wrong hides no other."""
    faults = []
    for name in custom.names_in(typed.content) if custom.has_fields(kind.model) else ():
        try:
            custom.write(session, subject, {name: typed.content[name]})
        except Refused as refused:
            faults.append(refused)
    return faults


def _guarded(session: Session, kind: Kind, subject: Subject, row: Any, values: Values) -> list[Refused]:
    """What the kind refuses whatever the checks say."""
    submit = kind.lifecycle.find("submit")
    faults = [
        Refused("missing", field=name)
        for name in kind.columns
        if column.required_missing(kind.model, name, getattr(subject, name))
    ]
    try:
        if row is not None:
            kind.guard_edit(session, row, values)
        if row is None or row.status in kind.lifecycle.editable:
            kind.guard(session, subject, submit, today())
    except Refused as refused:
        faults.append(refused)
    return faults


def _evidence(session: Session, actor: Actor, kind: Kind, subject: Subject, typed: Typed, row: Any) -> Values:
    """As `Kind.snapshot` of a stored row; what could not be read stands there as it was typed."""
    found = kind.text(subject) | custom.evidence(session, subject)
    for name, text in typed.raw.items():
        if name in kind.columns and name not in kind.model.SEALED:
            found[name] = text.replace("\x00", "")[:_RAW]
    if "files" in kind.relations:
        found["files"] = [*_kept(session, actor, kind, typed, row), *typed.chosen]
    return {**found, **kind.around(session, subject)}


def _kept(session: Session, actor: Actor, kind: Kind, typed: Typed, row: Any) -> list[Values]:
    """Stored files as evidence: the sender's own, and those that hang on the row already."""
    there = {file.id: file for _slot, file in kind.attached(session, row)} if row is not None and typed.kept else {}
    mine, found = account_of(actor), []
    for slot, file_id in typed.kept:
        file = there.get(file_id) or session.identity_map.get(identity_key(StoredFile, file_id))
        if file is not None and (file_id in there or mine is None or file.uploaded_by_id == mine):
            found.append(files.evidence_of(file, slot))
    return found


def _approved(session: Session, kind: Kind, subject: Subject, row: Any) -> Mapping[str, Any] | None:
    """What the content is compared with: what is in force, what is live now, or what was approved before."""
    if row is not None and row.status in kind.lifecycle.revisable:
        return kind.text(row)
    base = kind.base(session, subject)
    if base or row is None or row.published_at is None or not kind.relies_on_approved:
        return base
    return rounds.approved_before(session, kind, row)
