"""What changed between two pieces of evidence, field by field, with what the checks say of each (review.md 9)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from app.review.kinds import KINDS, custom
from app.review.kinds.base import Kind
from app.rules.findings import Severity

_FILES = _l("Files")


@dataclass(frozen=True, slots=True)
class FieldDiff:
    """One field: its label, the value approved before, the value to be decided on, and the findings that concern it."""

    name: str
    label: Any
    old: Any
    new: Any
    changed: bool
    findings: tuple[Mapping[str, Any], ...]


def label_of(kind: Kind, name: str) -> Any:
    """The label beside the column or relation."""
    if name == "files":
        return _FILES
    attribute = getattr(kind.model, name)
    return attribute.info.get("label", name) if hasattr(attribute, "info") else name


def fields(
    kind_key: str,
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    findings: Sequence[Mapping[str, Any]],
    session: Session | None = None,
) -> list[FieldDiff]:
    """All content fields in the kind's order, custom ones last; without an old version nothing counts as changed."""
    kind = KINDS[kind_key]
    changed = kind.changed(old, new) if old else frozenset()
    found: list[FieldDiff] = []
    labels = [(name, label_of(kind, name)) for name in (*kind.columns, *sorted(kind.relations))]
    for name, label in [*labels, *custom.ordered(session, kind.model, custom.names_in(old, new))]:
        about = tuple(f for f in findings if _concerns(f, name))
        found.append(FieldDiff(name, label, old.get(name), new.get(name), name in changed, about))
    return found


def _concerns(finding: Mapping[str, Any], name: str) -> bool:
    """A finding about the field, or about one of its files ("files.licence")."""
    said = finding["field"] == name or str(finding["field"]).startswith(f"{name}.")
    return said and finding["severity"] != Severity.OK.value
