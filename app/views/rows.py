"""The rows of a list as text: what a column needs is worked out once per view, what a request adds once per request.

Equal to `cells.listed` for every column (tests/views/test_rows.py compares them); only quicker, because a row costs no
template, no address builder, no look at what its columns are. Everything that comes out of a row is escaped here.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from flask import g, url_for
from flask_babel import get_locale
from flask_babel import gettext as _
from markupsafe import Markup, escape

from app.extensions import db
from app.models import custom
from app.models.reference import Region
from app.rules.custom import is_custom
from app.views import cells, dictionary, labels, saving, scope
from app.views.columns import Info, describe
from app.views.icons import icon
from app.views.identity import current
from app.views.moves import Button, button

Cell = tuple[str, str]  # markup, and the words in it without markup
Maker = Callable[[Any, "Reader"], Cell]
NOTHING: Cell = (f'<span class="m3">{cells.NOTHING}</span>', cells.NOTHING)
OPTIONAL_FROM = 6  # columns from here on may be left out where there is little room
SHORT = 12  # characters that fit any cell: no need to say them again in a title
_UNSAFE = re.compile("[&<>\"']")
_WIDE = re.compile("[\u2e80-\U0010ffff]")
_PK, _CALLED, _VERSION = "\x00p\x00", "\x00c\x00", "\x00v\x00"  # places in markup that is made once for many rows


class Reader:
    """What belongs to one request: words in its language, today, the place everybody in the list lies in."""

    def __init__(self) -> None:
        self.today = dt.datetime.now(cells.SHANGHAI).date()
        self.ordinal = self.today.toordinal()
        self.place = g.hat.place if g.get("hat") is not None else ""
        self.yes, self.no = _("Yes"), _("No")
        self.regions: dict[str, Cell] = {}
        self._statuses: dict[str, Cell] = {}
        self._words: dict[tuple[str, Any], Cell] = {}

    def status(self, code: str) -> Cell:
        """A status."""
        found = self._statuses.get(code)
        if found is None:
            found = self._statuses[code] = (str(cells.status(code)), labels.status(code)[1] if code else cells.NOTHING)
        return found

    def word(self, dict_code: str, code: Any) -> Cell:
        """A word of the dictionary."""
        found = self._words.get((dict_code, code))
        if found is None:
            found = self._words[dict_code, code] = plain(dictionary.word(dict_code, code))
        return found


def safe(text: str) -> str:
    """A text as markup; most hold nothing that has to be escaped."""
    return text if _UNSAFE.search(text) is None else str(escape(text))


def plain(text: str) -> Cell:
    """A text as a cell."""
    return (safe(text), text) if text else NOTHING


def _moment(value: dt.datetime, reader: Reader) -> Cell:
    there = value.astimezone(cells.SHANGHAI)
    day, clock = there.date(), f"{there.hour:02}:{there.minute:02}"
    days = reader.ordinal - day.toordinal()
    if days == 0:
        brief = _("today %(clock)s", clock=clock)
    elif days == 1:
        brief = _("yesterday %(clock)s", clock=clock)
    else:
        brief = f"{day.month:02}-{day.day:02} {clock}" if day.year == reader.today.year else day.isoformat()
    return f'<time datetime="{value.isoformat()}" title="{day.isoformat()} {clock}">{safe(brief)}</time>', brief


def _date(value: dt.date, _reader: Reader) -> Cell:
    text = value.isoformat()
    return f"<time>{text}</time>", text


def _number(value: Any, _reader: Reader) -> Cell:
    text = f"{value:,.2f}".removesuffix(".00") if isinstance(value, Decimal) else f"{value:,}"
    return text, text


def _named(value: Any, _reader: Reader) -> Cell:
    return plain(cells.name_of(value))


def _region(value: Region, reader: Reader) -> Cell:
    found = reader.regions.get(value.code)
    if found is None:
        name = str(value)
        found = reader.regions[value.code] = plain((name.removeprefix(reader.place) if reader.place else name) or name)
    return found


def _text(value: Any, _reader: Reader) -> Cell:
    return plain(str(value))


def _line(value: Any, _reader: Reader) -> Cell:
    return plain(" ".join(str(value).split()))


def _yes_no(value: bool, reader: Reader) -> Cell:
    return plain(reader.yes if value else reader.no)


# Kind of a column -> its cell, where the value is neither missing nor empty. What is not here goes the long way.
_QUICK: dict[str, tuple[type | tuple[type, ...], Callable[[Any, Reader], Cell]]] = {
    "text": (str, _text),
    "long": (str, _line),
    "int": (int, _number),
    "decimal": ((int, Decimal), _number),
    "bool": (bool, _yes_no),
    "date": (dt.date, _date),
    "datetime": (dt.datetime, _moment),
}


def _slow(view: Any, name: str) -> Maker:
    """Formatters, properties, lists, sealed values: as everywhere else."""

    def make(row: Any, _reader: Reader) -> Cell:
        shown = cells.listed(view, row, name)
        return str(shown), shown.striptags()

    return make


def _quick(info: Info) -> Maker | None:
    if info.kind == "status":
        return lambda row, reader: reader.status(str(getattr(row, info.name) or ""))
    if info.kind == "dict":
        return lambda row, reader: reader.word(info.dict_code, getattr(row, info.name))
    if info.kind == "relation" and info.relation is not None:
        key, show = info.relation.key, _region if info.target is Region else _named
        return lambda row, reader: NOTHING if (value := getattr(row, key)) is None else show(value, reader)
    if info.kind not in _QUICK:
        return None
    kind, render = _QUICK[info.kind]

    def make(row: Any, reader: Reader) -> Cell:
        value = getattr(row, info.name)
        if value is None or value == "":
            return NOTHING
        return render(value, reader) if isinstance(value, kind) else _text(value, reader)

    return make


def maker(view: Any, name: str) -> Maker:
    """What makes the cell of a column; custom fields are what their definition says in this request."""
    return _slow(view, name) if is_custom(name) else _declared(view, name)


@lru_cache(maxsize=4096)
def _declared(view: Any, name: str) -> Maker:
    """Worked out once for each view and column."""
    if name in view.formatters_columns:
        return _slow(view, name)
    return _quick(describe(view.model, name)) or _slow(view, name)


def _width(text: str) -> int:
    """Narrow letters a text takes; a Chinese one counts twice."""
    return len(text) if text.isascii() else len(text) + len(_WIDE.findall(text))


def _in_address(pk: str) -> str:
    """A key as it stands in an address in markup; nearly all keys are numbers."""
    return pk if pk.isdecimal() and pk.isascii() else str(escape(quote(pk, safe="!$&'()*+,/:;=@")))


@lru_cache(maxsize=512)
def _heads(view: Any, columns: tuple[str, ...], _language: str, _stamp: Any) -> tuple[list[str], list[int]]:
    """Of each column the opening of a cell's tag up to what depends on the row, and the letters that fit beside its label."""
    heads, rooms = [], []
    for place, name in enumerate(columns):
        label = str(view.label(name))
        css = cells.css(view, name) + (" opt" if place >= OPTIONAL_FROM else "")
        heads.append(f'role="cell" data-l="{escape(label)}" data-c="{escape(name)}" class="{css.strip()}')
        rooms.append(cells.CARD_HALF - _width(label))
    return heads, rooms


class Painter:
    """The rows of one page of one view."""

    def __init__(self, view: Any, columns: Sequence[str], *, ticks: bool, acts: bool) -> None:
        self.view, self.columns, self.ticks, self.acts = view, columns, ticks, acts
        self.reader, self.actor = Reader(), current()
        self.makers = [maker(view, name) for name in columns]
        self.shows, self.edits = view.may("can_show"), bool(view.edit_columns)
        self.addresses = {
            name: url_for(f"{view.endpoint}.{name}", pk=_PK).replace(quote(_PK), _PK) for name in ("show", "edit")
        }
        self._words = {"select": _("Select %(name)s", name=_CALLED), "edit": _("Edit"), "view": _("View")}
        stamp = custom.stamp(db.session) if any(is_custom(name) for name in columns) else None
        self._cells = list(zip(self.makers, *_heads(view, tuple(columns), str(get_locale()), stamp), strict=True))[1:]
        self._said = str(escape(self._words["select"])) if ticks else ""
        self._made_acts: dict[tuple[Any, ...], str] = {}

    def rows(self, rows: Sequence[Any]) -> Markup:
        """All rows."""
        return Markup("".join([self.row(row) for row in rows]))  # noqa: S704 - escaped below

    def row(self, row: Any) -> str:
        """One row."""
        pk, called, reader = str(scope.key_of(row)), safe(self.view.called(row)), self.reader
        out = ['<tr role="row" aria-selected="false">']
        if self.ticks:
            out.append(
                '<td class="stick" role="cell"><label class="g-tick"><input class="form-check-input" type="checkbox" name="row"'
                f' form="bulk" value="{safe(pk)}:{row.version}" aria-label="{self._said.replace(_CALLED, called)}"></label></td>'
            )
        out.append(self._first(row, pk, called))
        for make, head, room in self._cells:
            html, words = make(row, reader)
            size = len(words)
            full = " full" if size > room or (2 * size > room and _width(words) > room) else ""
            title = f' title="{safe(words)}"' if size > SHORT else ""
            out.append(f'<td {head}{full}"><span class="clip"{title}>{html}</span></td>')
        if self.acts:
            out.append(f'<td class="stickr" role="cell"><span class="g-acts">{self._acts(row, pk, called)}</span></td>')
        out.append("</tr>\n")
        return "".join(out)

    def _first(self, row: Any, pk: str, called: str) -> str:
        name = self.columns[0]
        html, _words = self.makers[0](row, self.reader)
        thumb = f'<span class="g-mini">{_thumb(row.file)}</span>' if name == "file" and row.file is not None else ""
        tag, to = ("a", f' href="{self._to("show", pk)}"') if self.shows else ("span", "")
        return (
            f'<th class="{"stick2" if self.ticks else ""}" role="rowheader" scope="row">{thumb}'
            f'<{tag} class="clip"{to} title="{called}">{html}</{tag}></th>'
        )

    def _to(self, name: str, pk: str) -> str:
        return self.addresses[name].replace(_PK, _in_address(pk))

    # -- what may be done with a row -------------------------------------------------------------------

    def _acts(self, row: Any, pk: str, called: str) -> str:
        view = self.view
        editable = self.edits and saving.editable(view, self.actor, row)
        offered = view.offered(row)
        here = editable and view.in_place(row)
        key = (editable, here, *(move.name for move in offered))
        made = self._made_acts.get(key)
        if made is None:
            made = self._made_acts[key] = self._act_markup([button(move) for move in offered], editable, here)
        made = made.replace(_PK, _in_address(pk)).replace(_CALLED, called)
        return made.replace(_VERSION, str(getattr(row, "version", "")))

    def _act_markup(self, buttons: list[Button], editable: bool, here: bool) -> str:
        """Edit, the first move, the others in a menu; only a look where nothing can be done."""
        out = []
        if editable:
            mark = ' data-edit="here"' if here else " data-edit"
            out.append(self._link("edit", self._words["edit"], _("Edit %(name)s", name=_CALLED), mark))
        out += [self._act(one, "btn btn-text btn-sm") for one in buttons[:1]]
        if len(buttons) > 1:
            more = "".join(self._act(one, "g-line") for one in buttons[1:])
            said = escape(_("More actions: %(name)s", name=_CALLED))
            out.append(
                f'<details class="g-menu"><summary class="btn btn-text btn-sm" aria-label="{said}">{icon("dots")}</summary>'
                f'<div class="g-pop">{more}</div></details>'
            )
        if not out and self.shows:
            out.append(self._link("show", self._words["view"], _("View %(name)s", name=_CALLED)))
        return "".join(out)

    def _link(self, name: str, word: str, said: str, mark: str = "") -> str:
        """`mark`: that the row can be edited, and whether in its cells too."""
        to = self.addresses[name]
        return f'<a class="btn btn-text btn-sm"{mark} href="{to}" aria-label="{escape(said)}">{escape(word)}</a>'

    def _act(self, one: Button, css: str) -> str:
        to = url_for(f"{self.view.endpoint}.move", name=one.name, pk=_PK).replace(quote(_PK), _PK)
        word = escape(one.word)
        if one.asks:
            return f'<a class="{css}" href="{to}" aria-label="{word} {_CALLED}">{word}</a>'
        return (
            f'<button class="{css}" type="submit" form="act" formaction="{to}" name="version" value="{_VERSION}"'
            f' aria-label="{word} {_CALLED}">{word}</button>'
        )


def _thumb(file: Any) -> str:
    if not file.thumb_key:
        return f'<p class="pt-4 text-center">{icon("video" if file.mime.startswith("video/") else "file", "lg")}</p>'
    return f'<img src="{url_for("FileView.thumb", file_id=file.id)}" alt="" loading="lazy">'


def painted(view: Any, rows: Sequence[Any], columns: Sequence[str], ticks: bool = False, acts: bool = True) -> Markup:
    """The rows of a page, for the template."""
    return Painter(view, columns, ticks=ticks, acts=acts).rows(rows)
