"""What a start page consists of, whoever reads it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _

from app.views.charts import Chart, Table
from app.views.desk_clock import Sla
from app.views.queries import CAP


@dataclass(frozen=True, slots=True)
class Tile:
    """A figure that leads to the rows it counts; `sub` says compared with what, or what is urgent about it."""

    label: str
    figure: str
    url: str
    sub: str = ""
    unit: str = ""
    tone: str = ""  # of the figure: "bad" or nothing
    sub_tone: str = ""


@dataclass(frozen=True, slots=True)
class Todo:
    """Something that waits: what it is, why, how long there is, and the button that leads there."""

    icon: str
    text: str
    url: str
    action: str
    sub: str = ""
    sla: Sla | None = None


@dataclass(frozen=True, slots=True)
class News:
    """Something that happened since the last visit."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class Action:
    """A button of the head."""

    text: str
    url: str
    icon: str
    primary: bool = False


@dataclass(frozen=True, slots=True)
class Listing:
    """A card with a table that is no chart."""

    key: str
    title: str
    table: Table
    url: str = ""
    note: str = ""


@dataclass(slots=True)
class Home:
    """The page of one role."""

    tiles: Sequence[Tile] = ()
    todos: Sequence[Todo] = ()
    todo_title: str = ""
    todo_url: str = ""
    nothing: str = ""  # said where nothing waits
    news: Sequence[News] = ()
    actions: Sequence[Action] = ()
    charts: Sequence[Chart] = ()
    listings: Sequence[Listing] = ()
    span: Any = None
    regions: Sequence[tuple[str, str]] = ()
    region: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Visit:
    """This look at the start page. `since` is when the visit before ended; None at the first one."""

    now: dt.datetime
    since: dt.datetime | None = None


def figure(number: int) -> str:
    """A count, honest about where counting stopped."""
    return f"{CAP:,}+" if number > CAP else f"{number:,}"


def share(part: int, whole: int) -> str:
    """A share in percent; a dash of nothing."""
    return f"{100 * part / whole:.1f}%" if whole else "—"


def length(seconds: float | None) -> tuple[str, str]:
    """A length of time as figure and unit, in the unit people would use."""
    if seconds is None:
        return "—", ""
    if seconds < 100:
        return f"{seconds:.0f}", _("s")
    if seconds < 100 * 60:
        return f"{seconds / 60:.0f}", _("min")
    if seconds < 48 * 3600:
        return f"{seconds / 3600:.1f}", _("h")
    return f"{seconds / 86400:.1f}", _("days")


def spoken(seconds: float | None) -> str:
    """The same in one piece."""
    return " ".join(part for part in length(seconds) if part)
