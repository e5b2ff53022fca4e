"""Custom fields in what is sent in and decided on: values beside the columns of a kind, by the name x_<code>.

Reviewed ones are evidence like any column. The others are written at once and open no round.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from flask_babel import get_locale
from sqlalchemy.orm import Session

from app.models.custom import Extensible, field_named, fields_of
from app.rules.custom import PREFIX, Definition, is_custom, lacking, read, read_all
from app.rules.findings import Finding
from app.rules.refused import Refused

Values = dict[str, Any]


def has_fields(model: Any) -> bool:
    """Whether the kind's rows have custom fields."""
    return issubclass(model, Extensible)


def parted(sent: Mapping[str, Any]) -> tuple[Values, Values]:
    """What was sent: columns and relations, and custom fields."""
    own = {name: value for name, value in sent.items() if is_custom(name)}
    return {name: value for name, value in sent.items() if name not in own}, own


def fields(session: Session, subject: Any, region: str | None = None) -> tuple[Definition, ...]:
    """The fields this row has. Of a request about another row those that nobody reviews belong to that row alone."""
    found = fields_of(session, subject.CUSTOM, region or str(subject.region_code or ""))
    return found if subject.CUSTOM_FREE else tuple(one for one in found if one.reviewed)


def evidence(session: Session, subject: Any) -> Values:
    """The reviewed values as evidence holds them; without a value there is no entry."""
    if not has_fields(type(subject)) or not subject.extra:
        return {}
    return {one.name: subject.extra[one.code] for one in fields(session, subject) if _shown(one, subject.extra)}


def _shown(one: Definition, values: Mapping[str, Any]) -> bool:
    return one.reviewed and values.get(one.code) is not None


def write(session: Session, subject: Any, sent: Mapping[str, Any]) -> frozenset[str]:
    """Reads and writes what was sent of custom fields; the names of what changed by it.

    Raises Refused, the field named: unknown_field for one this row has not, and what is wrong with a value.
    """
    _, own = parted(sent)
    if not own:
        return frozenset()
    if not has_fields(type(subject)):
        raise Refused("unknown_field", field=next(iter(own))[:60])
    before = subject.extra or {}
    kept = read_all(fields(session, subject), own, before)
    if kept != before:
        subject.extra = kept
    return frozenset(name for name in own if kept.get(_code(name)) != before.get(_code(name)))


def install(session: Session, subject: Any, values: Mapping[str, Any]) -> None:
    """Writes values out of evidence, as they were decided on; a field its new division has not keeps what it had."""
    kept = dict(subject.extra or {})
    for name, value in values.items():
        if value is not None:
            kept[_code(name)] = value
        elif _counts(session, subject, name):
            kept.pop(_code(name), None)
    if kept != subject.extra:
        subject.extra = kept


def _counts(session: Session, subject: Any, name: str) -> bool:
    one = field_named(session, subject.CUSTOM, name)
    return one is None or (one.active and one.counts_in(str(subject.region_code or "")))


def propose(
    session: Session, subject: Any, current: Mapping[str, Any], proposed: Values, sent: Mapping[str, Any]
) -> None:
    """Lays reviewed values that were sent over the evidence of an edit that waits."""
    known = {one.name: one for one in fields(session, subject, proposed.get("region_code")) if one.reviewed}
    for name, value in parted(sent)[1].items():
        if name not in known:
            raise Refused("unknown_field", field=name[:60])
        good = read(known[name], value, current.get(name))
        proposed.pop(name, None)
        if good is not None:
            proposed[name] = good


def free(session: Session, subject: Any, sent: Mapping[str, Any]) -> Values:
    """Of what was sent the fields that nobody reviews."""
    own = parted(sent)[1]
    if not own or not has_fields(type(subject)):
        return {}
    known = {one.name for one in fields(session, subject) if not one.reviewed}
    return {name: value for name, value in own.items() if name in known}


def missing(session: Session, subject: Any, proposed: Mapping[str, Any]) -> list[Finding]:
    """A refusing finding for each required field that what is sent in leaves empty."""
    if not has_fields(type(subject)):
        return []
    here = fields(session, subject, str(proposed.get("region_code") or ""))
    values = {one.code: proposed.get(one.name) if one.reviewed else (subject.extra or {}).get(one.code) for one in here}
    return lacking(here, values)


def require(session: Session, subject: Any, sent: Mapping[str, Any], *, created: bool) -> None:
    """For rows that nobody sends in: raises Refused missing for a required field that stays empty.

    A row from before the field became required may be changed elsewhere as long as the field is not spoken of.
    """
    if has_fields(type(subject)):
        lack = lacking(fields(session, subject), subject.extra or {})
        named = next((one.field for one in lack if created or one.field in sent), None)
        if named:
            raise Refused("missing", field=named)


def names_in(*evidences: Mapping[str, Any]) -> list[str]:
    """The custom fields that evidence speaks of."""
    return sorted({name for one in evidences for name in one if is_custom(name)})


def ordered(session: Session | None, model: Any, names: Iterable[str]) -> list[tuple[str, str]]:
    """Names of fields in their order, each with its label; one whose definition is gone is called by its code."""
    here = list(names)
    if not here or session is None:
        return [(name, _code(name)) for name in here]
    known = {one.name: one for name in here if (one := field_named(session, model.CUSTOM, name))}
    places = {one.name: place for place, one in enumerate(fields_of(session, model.CUSTOM))}
    english = str(get_locale()) == "en"
    here.sort(key=lambda name: (places.get(name, len(places)), name))
    return [(name, known[name].label(english) if name in known else _code(name)) for name in here]


def _code(name: str) -> str:
    return name.removeprefix(PREFIX)
