"""Ctrl-K: screens of the role and records in the scope, found by a few characters. One statement for all records.

Every record is asked for through the screen's own `scope.rows`: what the list would not show is not found here.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from flask import current_app, request, url_for
from flask_appbuilder.baseviews import expose
from flask_appbuilder.security.decorators import has_access
from flask_appbuilder.security.sqla.models import User
from flask_babel import force_locale, get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import String, cast, func, inspect, literal, or_, select, union_all
from sqlalchemy.dialects.postgresql import TSVECTOR

from app.extensions import db
from app.models.base import Reviewable, Searchable
from app.models.review import ReviewRound
from app.rules.actor import Actor
from app.rules.names import common_initials
from app.rules.search import tsquery
from app.views import filters, labels, scope
from app.views.columns import key_column
from app.views.identity import current, may
from app.views.listing import LONGEST_SEARCH
from app.views.menu import lines
from app.views.page import Page
from app.views.queries import tsquery_type

MOST = 5  # of each kind
_CODES = ("uscc", "code", "receipt_no", "username")  # columns that name exactly one row
_NAMES = ("name", "title", "full_name", "label", "subject")  # as they are, or in both languages
_NOTES = ("unit_name", "full_name", "first_name")  # what tells two rows of one name apart
_RECEIPT_TAIL = 6  # digits of a receipt number that are typed alone


@dataclass(frozen=True, slots=True)
class Hit:
    """Something to go to."""

    label: str
    note: str
    icon: str
    url: str
    mark: str = ""  # a status, shown as everywhere


@dataclass(slots=True)
class Found:
    """Hits of one kind."""

    label: str
    hits: list[Hit] = field(default_factory=list)


def plain(text: str) -> str:
    """What was typed, as it is compared: no blanks at the ends, one width, small letters."""
    return unicodedata.normalize("NFKC", text.replace("\x00", "")).strip().lower()[:LONGEST_SEARCH]


# -- screens ----------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=512)
def _initials(words: str) -> str:
    return common_initials(words)


def _spellings(line: dict[str, Any]) -> list[str]:
    """A line of the menu as somebody may type it: in both languages, and by the initials of its pinyin."""
    found = []
    for language in ("zh", "en"):
        with force_locale(language):
            found += [str(line["label"]), str(line["group"])]
    return [word.lower() for word in [*found[::2], _initials(found[0]), *found[1::2]]]


def screens(actor: Actor, words: str) -> list[Hit]:
    """Lines of the menu that fit, those whose name begins so first; all of them for no words."""
    ranked = []
    for place, line in enumerate(lines(actor)):
        rank = _rank(_spellings(line), words)
        if rank is not None:
            view = line["view"]
            url = url_for(f"{view.__name__}.{view.default_view}") + line.get("query", "")
            ranked.append((rank, place, Hit(str(line["label"]), str(line["group"]), line["icon"], url)))
    return [hit for _rank_, _place, hit in sorted(ranked, key=lambda found: found[:2])]


def _rank(spellings: list[str], words: str) -> int | None:
    """0: begins so, 1: contains it, 2: its group does; None: not at all."""
    names, group = spellings[:3], spellings[3:]
    if any(name.startswith(words) for name in names):
        return 0
    if any(words in name for name in names):
        return 1
    return 2 if any(name.startswith(words) for name in group) else None


# -- records ----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Source:
    """A screen whose records can be found."""

    view: Any
    label: str
    icon: str

    @property
    def model(self) -> Any:
        return self.view.model

    def column(self, names: tuple[str, ...], but: Any = None) -> Any:
        """The first of these columns that the model has."""
        there = inspect(self.model).columns
        return next((there[name] for name in names if name in there and there[name] is not but), None)

    def called(self) -> Any:
        """What its rows are called, in the reader's language where it was written in it."""
        there = inspect(self.model).columns
        for name in _NAMES:
            if name in there:
                return there[name]
            if f"{name}_zh" in there:
                chinese, english = there[f"{name}_zh"], there[f"{name}_en"]
                return func.coalesce(func.nullif(english, ""), chinese) if str(get_locale()) == "en" else chinese
        return self.column(_CODES)


def sources(actor: Actor) -> list[Source]:
    """The searchable screens of the role, each once, in the order of its menu."""
    known = {type(view): view for view in current_app.extensions["appbuilder"].baseviews}
    found: dict[Any, Source] = {}
    for line in lines(actor):
        view = known.get(line["view"])
        searchable = getattr(view, "model", None) is not None and (filters.has_box(view) or view.model is ReviewRound)
        if searchable and may("can_show", type(view).__name__):
            found.setdefault(view, Source(view, str(line["label"]), line["icon"]))
    return list(found.values())


def records(actor: Actor, words: str) -> list[Found]:
    """At most five records of each kind, exact codes first; one statement for all of them."""
    asked = sources(actor)
    parts = [part for number, source in enumerate(asked) for part in _parts(actor, source, number, words)]
    if not words or not parts:
        return []
    groups: dict[int, dict[str, Hit]] = {}
    for row in sorted(db.session.execute(union_all(*parts)), key=lambda row: (row.source, row.rank)):
        hits = groups.setdefault(row.source, {})
        if len(hits) < MOST:
            hits.setdefault(row.key, _hit(asked[row.source], row))
    return [Found(asked[number].label, list(hits.values())) for number, hits in sorted(groups.items())]


def _parts(actor: Actor, source: Source, number: int, words: str) -> Iterator[Any]:
    """The two questions to one screen: whose code is this, and who is called so."""
    for rank, condition in enumerate((_exact(source, words), _similar(source, words))):
        if condition is None:
            continue
        key = key_column(source.model)
        stmt = scope.rows(source.view, actor).where(condition).order_by(None).order_by(key.desc()).limit(MOST)
        stmt = stmt.with_only_columns(*_columns(source, number, rank), maintain_column_froms=True)
        yield select(stmt.subquery())


def _columns(source: Source, number: int, rank: int) -> list[Any]:
    model, code = source.model, source.column(_CODES)
    name = source.called()
    note = source.column(_NOTES, but=name)
    mark = model.status if issubclass(model, Reviewable) else getattr(model, "state", None)
    wanted = {"key": key_column(model), "name": name, "code": code, "note": note, "mark": mark}
    texts = [(literal("") if column is None else cast(column, String)).label(label) for label, column in wanted.items()]
    return [literal(number).label("source"), literal(rank).label("rank"), *texts]


def _exact(source: Source, words: str) -> Any:
    """The code as it was typed, in capitals, without blanks; of a receipt number its end is enough."""
    code = source.column(_CODES)
    if code is None:
        return None
    close = words.replace(" ", "")
    spelt = code.in_(sorted({words, close, close.upper()}))
    if source.model is ReviewRound and close.isascii() and close.isdigit() and len(close) <= _RECEIPT_TAIL + 4:
        return or_(spelt, ReviewRound.id == int(close))  # the number of a round stands at the end of its receipt
    return spelt


def _similar(source: Source, words: str) -> Any:
    if not issubclass(source.model, Searchable):
        return filters.search(select(source.model), source.view, words).whereclause if source.view.search_text else None
    query = tsquery(words, unfinished=True)
    if not query:
        return None
    return cast(source.model.search, TSVECTOR).op("@@")(cast(query, tsquery_type))


def _hit(source: Source, row: Any) -> Hit:
    note = " · ".join(dict.fromkeys(text for text in (row.code, row.note) if text and text != row.name))
    url = url_for(f"{source.view.endpoint}.show", pk=row.key)
    name = row.code if source.model is User else row.name or row.code
    if source.model is User:
        note = row.note or ""
    return Hit(name, note, source.icon, url, labels.status(row.mark)[1] if row.mark else "")


# -- the page ---------------------------------------------------------------------------------------------------------


class FindView(Page):
    """What the palette asks; without scripts a page of its own."""

    route_base = "/find"
    default_view = "list"

    @expose("/")
    @has_access
    def list(self) -> Any:
        """Screens and records for some words; as a fragment for the palette."""
        actor, words = current(), plain(request.args.get("q", ""))
        found = [Found(_("Screens"), screens(actor, words)[: MOST if words else None]), *records(actor, words)]
        found = [group for group in found if group.hits]
        fragment = request.headers.get("X-Palette") == "fragment"
        template = "palette/found.html" if fragment else "palette/page.html"
        return self.render_template(template, title=_l("Search"), words=words, found=found)
