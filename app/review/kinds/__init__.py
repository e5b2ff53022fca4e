"""The registry of reviewable kinds. To add one: a small class in this package, its instance here."""

from __future__ import annotations

from typing import Final

from app.review.kinds import (
    agencies,
    appeals,
    certification,
    gigs,
    identity,
    media,
    positions,
    schools,
    takeovers,
    units,
)
from app.review.kinds.base import Kind
from app.rules.refused import Refused

KINDS: Final[dict[str, Kind]] = {
    kind.key: kind
    for kind in (
        *units.KINDS,
        *media.KINDS,
        *gigs.KINDS,
        *positions.KINDS,
        *schools.KINDS,
        *agencies.KINDS,
        *certification.KINDS,
        *appeals.KINDS,
        *identity.KINDS,
        *takeovers.KINDS,
    )
}


def kind_of(key: str) -> Kind:
    """The kind of that key. Raises Refused("unknown_kind")."""
    try:
        return KINDS[key]
    except KeyError:
        raise Refused("unknown_kind", field="kind") from None
