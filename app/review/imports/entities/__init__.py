"""Every entity that can be imported, by its key; one capability keeps one file name in every layer."""

from __future__ import annotations

from typing import Final

from app.review.imports.entities import gigs, positions, reference, schools, units
from app.review.imports.importer import Importer
from app.rules.refused import Refused

IMPORTERS: Final[dict[str, Importer]] = {
    importer.key: importer for module in (units, positions, gigs, schools, reference) for importer in module.IMPORTERS
}


def importer_of(key: str) -> Importer:
    """The importer of an entity. Raises Refused import_unknown_entity."""
    if key not in IMPORTERS:
        raise Refused("import_unknown_entity", "entity", entity=key[:30])
    return IMPORTERS[key]
