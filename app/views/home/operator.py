"""The operator's start page: agencies, associations, imports, notices and settings of the platform."""

from __future__ import annotations

import datetime as dt
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import Integer, String, cast, func, literal, select, union_all

from app.extensions import db
from app.models.agencies import Agency, AgencyUnit
from app.models.announcements import Announcement
from app.models.review import ReviewPolicy, ReviewReason
from app.models.schools import School
from app.models.system import ImportRun
from app.review.statistics import midnight
from app.rules.actor import Actor
from app.rules.dates import today
from app.views import cells, dictionary, labels, scope
from app.views.announcements import in_force
from app.views.charts import Bar, Cell, Chart, Legend, Part, Row, Table, drawn
from app.views.home.parts import Action, Home, Listing, Tile, Todo, Visit, figure
from app.views.home.periods import Span, span
from app.views.home.screens import screen
from app.views.queries import capped

ENDS_IN = 30  # days before a licence ends
LISTED = 6
IMPORT_MARKS = {"done": "c2", "running": "c1", "dry_run": "c3", "failed": "c4"}


def operator(actor: Actor, _visit: Visit, args: Any) -> Home:
    """What the platform consists of, and what of it needs a hand."""
    asked, runs = span(args), scope.rows(screen("ImportRunView"), actor)
    counts, imports, kinds = _figures(asked, runs)
    home = Home(span=asked, todo_title=_("To do"), nothing=_("Nothing has to be done at the moment."))
    home.actions = [
        Action(_("Review desk"), url_for("DeskView.list"), "checklist"),
        Action(_("Write a notice"), url_for("AnnouncementView.add"), "speakerphone", True),
        Action(_("Import postings"), url_for("ImportView.list"), "upload"),
    ]
    home.tiles = _tiles(counts, imports, asked)
    home.todos = _todos()
    home.charts = [_agencies_chart(kinds), _imports_chart(imports, asked)]
    home.listings = [_newest_imports(runs)]
    return home


def _figures(asked: Span, runs: Any) -> tuple[dict[str, int], dict[str, int], dict[str, tuple[int, int]]]:
    """Counts; imports of the period by state; agencies by kind and whether their licence holds. One statement."""
    simple = {
        "units": select(AgencyUnit.id), "waiting": select(AgencyUnit.id).where(AgencyUnit.state == "applied"),
        "schools": select(School.id).where(School.open_for_residency), "notices": select(Announcement.id),
        "shown": select(Announcement.id).where(in_force()),
        "policies": select(ReviewPolicy.id), "reasons": select(ReviewReason.code).where(ReviewReason.active),
    }  # fmt: skip
    parts = [
        select(literal(name).label("part"), literal("").label("key"), capped(stmt).label("n"), literal(0).label("m"))
        for name, stmt in simple.items()
    ]
    since = midnight(asked.first)
    n, ends = func.count(), today() + dt.timedelta(days=ENDS_IN)
    parts.append(
        runs.where(ImportRun.started_at >= since)
        .with_only_columns(literal("import"), cast(ImportRun.state, String), n, literal(0), maintain_column_froms=True)
        .order_by(None)
        .group_by(ImportRun.state)
    )
    parts.append(
        select(literal("agency"), cast(Agency.kind, String), n, cast(n.filter(Agency.licence_valid_until <= ends), Integer))
        .group_by(Agency.kind)
    )  # fmt: skip
    counts, imports, kinds = {}, {}, {}
    for part, key, number, more in db.session.execute(union_all(*parts)):
        if part == "import":
            imports[key] = number
        elif part == "agency":
            kinds[key] = (number, more)
        else:
            counts[part] = number
    return counts, imports, kinds


def _tiles(counts: dict[str, int], imports: dict[str, int], asked: Span) -> list[Tile]:
    failed = imports.get("failed", 0)
    waiting = ngettext("%(num)d awaiting the agency", "%(num)d awaiting the agency", counts["waiting"])
    reasons = ngettext("%(num)d reason in use", "%(num)d reasons in use", counts["reasons"])
    ran = url_for("ImportRunView.list", f_started_at_from=asked.first.isoformat())
    return [
        Tile(_("Associated units"), figure(counts["units"]), url_for("AgencyUnitView.list"), waiting),
        Tile(_("Schools open for residency"), figure(counts["schools"]), url_for("SchoolView.list", f_open_for_residency="1")),
        Tile(
            _("Imports in %(n)s days", n=asked.days), figure(sum(imports.values())), ran,
            ngettext("%(num)d failed", "%(num)d failed", failed), sub_tone="bad" if failed else "",
        ),
        Tile(
            _("Official notices"), figure(counts["notices"]), url_for("AnnouncementView.list"),
            ngettext("%(num)d shown now", "%(num)d shown now", counts["shown"]),
        ),
        Tile(_("Review policies"), figure(counts["policies"]), url_for("ReviewPolicyView.list"), reasons),
    ]  # fmt: skip


def _todos() -> list[Todo]:
    """Licences that end, the earliest first; associations that wait for the agency, the oldest first."""
    ends = today() + dt.timedelta(days=ENDS_IN)
    papers = (
        select(literal("licence").label("what"), Agency.id, Agency.name, cast(Agency.licence_valid_until, String).label("day"))
        .where(Agency.licence_valid_until <= ends).order_by(Agency.licence_valid_until, Agency.id).limit(LISTED).subquery()
    )  # fmt: skip
    links = (
        select(literal("link"), AgencyUnit.id, Agency.name, cast(func.timezone("Asia/Shanghai", AgencyUnit.created_on), String))
        .join(Agency, Agency.id == AgencyUnit.agency_id).where(AgencyUnit.state == "applied")
        .order_by(AgencyUnit.id).limit(LISTED).subquery()
    )  # fmt: skip
    found = []
    for what, key, name, day in db.session.execute(union_all(select(papers), select(links))):
        if what == "licence":
            words = _("Licence ends %(day)s", day=day)
            found.append(Todo("certificate", name, url_for("AgencyView.show", pk=key), _("View"), words))
        else:
            words = _("Association asked for on %(day)s", day=day[:10])
            found.append(Todo("users", name, url_for("AgencyUnitView.show", pk=key), _("View"), words))
    return found


def _agencies_chart(kinds: dict[str, tuple[int, int]]) -> Chart:
    words = (_("Licence in order"), _("Licence ended or ending"))
    bars, rows = [], []
    for kind, (total, ending) in sorted(kinds.items()):
        label, url = dictionary.word("agency_kind", kind), url_for("AgencyView.list", f_kind=kind)
        soon = url_for(
            "AgencyView.list", f_kind=kind, f_licence_valid_until_to=(today() + dt.timedelta(days=ENDS_IN)).isoformat()
        )
        bars.append(Bar(label, [Part(total - ending, "c2"), Part(ending, "c4")], f"{total:,}", url))
        rows.append(
            Row(
                label,
                [Cell(f"{total - ending:,}"), Cell(f"{ending:,}", soon if ending else ""), Cell(f"{total:,}")],
                url,
            )
        )
    return Chart(
        "agencies", _("Agencies"), Table([_("Agency kind"), *words, _("In all")], rows), bars=drawn(bars),
        legend=[Legend(words[0], "c2"), Legend(words[1], "c4")], empty=_("No agency yet."), url=url_for("AgencyView.list"),
    )  # fmt: skip


def _imports_chart(imports: dict[str, int], asked: Span) -> Chart:
    bars, rows = [], []
    for state, mark in IMPORT_MARKS.items():
        n, word = imports.get(state, 0), labels.status(state)[1]
        url = url_for("ImportRunView.list", f_state=state, f_started_at_from=asked.first.isoformat())
        bars.append(Bar(word, [Part(n, mark)], f"{n:,}", url))
        rows.append(Row(word, [Cell(f"{n:,}")], url))
    return Chart(
        "imports", _("Imports by state"), Table([_("State"), _("Imports")], rows), bars=drawn(bars) if imports else (),
        note=_("%(n)s days", n=asked.days), empty=_("No import in these %(n)s days.", n=asked.days),
    )  # fmt: skip


def _newest_imports(runs: Any) -> Listing:
    columns = (
        ImportRun.id,
        ImportRun.file_name,
        ImportRun.state,
        ImportRun.total,
        ImportRun.created,
        ImportRun.started_at,
    )
    rows = [
        Row(
            row.file_name,
            [
                Cell(labels.status(row.state)[1]),
                Cell(f"{row.created:,} / {row.total:,}"),
                Cell(cells.brief(row.started_at)),
            ],
            url_for("ImportRunView.show", pk=row.id),
        )
        for row in db.session.execute(
            runs.with_only_columns(*columns, maintain_column_froms=True)
            .order_by(None)
            .order_by(ImportRun.id.desc())
            .limit(LISTED)
        )
    ]
    head = [_("File"), _("State"), _("Created / rows"), _("Started at")]
    return Listing("newest", _("Newest imports"), Table(head, rows), url_for("ImportRunView.list"))
