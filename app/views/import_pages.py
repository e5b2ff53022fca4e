"""What the pages of an import show: which entities are offered, headings with their fields, what a dry run found."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from flask import current_app, request, url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import defer

from app.extensions import db
from app.models.reference import Region
from app.models.system import ImportRun
from app.review.imports.columns import Column, guess
from app.review.imports.custom import fitted
from app.review.imports.entities import IMPORTERS
from app.review.imports.importer import REGION, SCHOOL, Change, Draft, Importer
from app.review.imports.options import Options
from app.review.imports.plan import Plan
from app.review.imports.table import Table
from app.rules.actor import Actor, Role, region_bounds
from app.rules.masks import mask_id
from app.rules.positions import VALID_DAYS_USUAL
from app.rules.refused import Refused
from app.views import cells, dictionary, import_words
from app.views.base import SafeView
from app.views.fields import Fields
from app.views.system import imports_in_reach

RUNS_SHOWN: Final = 20
DIVISIONS_SHOWN: Final = 300
SAMPLES_SHOWN: Final = 3  # cells of each column on the page of columns
CELLS_SHOWN: Final = 6  # fields of each new row on the page of the dry run


@dataclass(frozen=True, slots=True)
class Offer:
    """An importer and the list it belongs to."""

    importer: Importer
    view: Any

    @property
    def list_url(self) -> str:
        """Where the imported rows stand."""
        return url_for(f"{self.view.endpoint}.list")


def offers() -> list[Offer]:
    """What the role in use may import, in the order of the registry."""
    found = [
        Offer(fitted(db.session(), importer), view)
        for view in current_app.extensions["appbuilder"].baseviews
        if isinstance(view, SafeView)
        for importer in view.offered_imports()
    ]
    order = list(IMPORTERS)
    return sorted(found, key=lambda offer: order.index(offer.importer.key))


def offer_of(entity: str) -> Offer:
    """One of them. Raises Refused not_found for no entity, not_allowed for one of somebody else's."""
    found = next((offer for offer in offers() if offer.importer.key == entity), None)
    if found is None:
        raise Refused("not_allowed" if entity in IMPORTERS else "not_found")
    return found


def run_of(actor: Actor, run_id: int) -> ImportRun:
    """A run in the actor's reach. Raises Refused not_found."""
    run = db.session.scalars(imports_in_reach(select(ImportRun).where(ImportRun.id == run_id), actor)).one_or_none()
    if run is None:
        raise Refused("not_found")
    return run


def latest(actor: Actor, entity: str = "") -> Sequence[ImportRun]:
    """The latest runs in reach."""
    stmt = imports_in_reach(
        select(ImportRun).options(defer(ImportRun.errors)).order_by(ImportRun.id.desc()).limit(RUNS_SHOWN), actor
    )
    return db.session.scalars(stmt.where(ImportRun.entity == entity) if entity else stmt).all()


# -- what is asked for with the file ---------------------------------------------------------------------------------


def divisions(actor: Actor) -> Sequence[Region]:
    """The divisions a bureau may import for: its own and those below it. An operator types the code instead."""
    if not actor.region_code:
        return []
    inside = Region.code.between(*region_bounds(actor.region_code))
    stmt = select(Region).where(inside, Region.pseudo.is_(False), Region.valid_to.is_(None)).order_by(Region.code)
    return db.session.scalars(stmt.limit(DIVISIONS_SHOWN)).all()


def sent_options(importer: Importer, actor: Actor, form: Any) -> Options:
    """The options of a posted form: only what this importer asks for. Raises Refused with the field named."""
    place: dict[str, Any] = {"entity": importer.key}
    if importer.place == REGION:
        place["region_code"] = sent_region(form.get("region", "").strip())
    if importer.place == SCHOOL:
        place["school_id"] = actor.school_id
    return Options(**place, **assumptions(importer, form))


def sent_region(code: str) -> str:
    """A division of today. Raises Refused import_unknown_region."""
    if db.session.get(Region, code) is None:
        raise Refused("import_unknown_region", "region", region=code[:6])
    return code


def assumptions(importer: Importer, form: Any) -> dict[str, Any]:
    """What is taken where the list is silent, and what happens to its rows."""
    fields = Fields.of_form(form)
    readers: dict[str, Any] = {
        "headcount": lambda: fields.whole("headcount", default=1),
        "valid_days": lambda: fields.whole("valid_days", default=VALID_DAYS_USUAL),
        "submit": lambda: bool(fields.text("submit", limit=5)),
        "agreed": lambda: bool(fields.text("agreed", limit=5)),
    }
    return {name: readers[name]() for name in importer.asks}


# -- columns ---------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Heading:
    """A column of the file: its place, what stands there, the field it is, and how that was found."""

    place: int
    name: str
    samples: tuple[str, ...]
    field: str
    how: str  # name, chosen or ""


def headings(importer: Importer, table: Table, chosen: Mapping[str, str]) -> list[Heading]:
    """The columns of the file with what each is taken for."""
    by_place = {place: key for key, place in guess(importer.columns, table.header, passed=chosen).items()}
    sealed = {c.key for c in importer.columns if c.sealed}
    found = []
    for place, name in enumerate(table.header):
        if not name:
            continue
        key = chosen[name] if name in chosen else by_place.get(place, "")
        how = "chosen" if name in chosen else "name" if key else ""
        found.append(Heading(place, name, tuple(_samples(table, place, key in sealed)), key, how))
    return found


def _samples(table: Table, place: int, sealed: bool) -> Iterator[str]:
    shown = (row.cells[place] for row in table if place < len(row.cells) and row.cells[place])
    for text, _number in zip(shown, range(SAMPLES_SHOWN), strict=False):
        yield mask_id(text) if sealed else text[:60]


def sent_columns(table: Table, form: Any) -> dict[str, str]:
    """Heading -> field as chosen on the page; the column at position n is `col-n`."""
    return {head: form[f"col-{n}"][:60] for n, head in enumerate(table.header) if head and f"col-{n}" in form}


def missing(importer: Importer, columns: Sequence[Heading]) -> list[Column]:
    """Needed fields that no column of the file is."""
    there = {heading.field for heading in columns}
    return [c for c in importer.columns if c.needed and c.key not in there]


# -- the dry run -----------------------------------------------------------------------------------------------------


class Shown:
    """Values of drafts as people write them: words of dictionaries, names for keys, personal data masked."""

    def __init__(self, plan: Plan) -> None:
        """Reads the plan's lists once, from value to its fullest spelling."""
        self.plan, self.importer = plan, plan.importer
        self.names: dict[str, dict[Any, str]] = {}
        codes = getattr(plan.known, "codes", {})
        for name in ("region", "industry", "occupation", "major", "school"):
            spelled = codes.get(name, {}).items()
            self.names[name] = {value: word for word, value in sorted(spelled, key=lambda item: len(item[0]))}

    def value(self, key: str, value: Any) -> str:
        """One value of a field."""
        column = self.importer.column(key)
        if value is None or value == "":
            return "—"
        if column is not None and column.sealed:
            return mask_id(str(value))
        if column is not None and column.custom is not None:
            return import_words.custom_value(column.custom, value)
        if column is not None and column.words:
            return dictionary.word(column.words, value)
        named = self.names.get(key.removesuffix("_code").removesuffix("_id"), {}).get(value)
        return named or _written(value)[:120]

    def label(self, key: str) -> str:
        """What a field is called."""
        column = self.importer.column(key)
        return str(column.label) if column is not None else key

    def columns(self) -> list[str]:
        """The fields of new rows that are shown: the first the file has."""
        return [c.key for c in self.importer.columns if c.key in self.plan.places][:CELLS_SHOWN]

    def cells(self, draft: Draft) -> list[str]:
        """What the file says in those fields, personal data masked."""
        return [self.plan.cell(draft, key)[:120] or "—" for key in self.columns()]

    def change(self, change: Change) -> tuple[str, str, str]:
        """Field, what is stored, what the list says."""
        return self.label(change.column), self.value(change.column, change.old), self.value(change.column, change.new)


def _written(value: Any) -> str:
    """A value without a column of a screen."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    return cells.moment(value) if isinstance(value, datetime) else str(value)


TABS: Final = ("errors", "remarks", "changed", "new")


def tab_of(result: Any) -> str:
    """Which part of the dry run is open: what was asked for, else the first that has something to say."""
    asked = request.args.get("show", "")
    if asked in TABS:
        return asked
    counts = {"errors": result.errors, "remarks": result.remarks, "changed": result.changed_rows}
    return next((name for name, found in counts.items() if found), "new")


def has_queue(actor: Actor, importer: Importer) -> bool:
    """Whether what was imported waits in a queue this role decides from."""
    return importer.key == "posting" and actor.role in (Role.REVIEWER, Role.LEAD)
