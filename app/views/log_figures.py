"""The logs in figures, month by month (审计统计): for the auditor, drawn, as a table, and as a file."""

from __future__ import annotations

import csv
import io
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask import make_response, request, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_babel import gettext as _
from werkzeug.wrappers import Response

from app.extensions import db
from app.review import exported, log_figures, unmasked
from app.rules.dates import today
from app.rules.spreadsheet import harmless
from app.views import labels
from app.views.charts import Cell, Legend, Point, Row, Series, Table, columns
from app.views.page import Page

Counts = dict[tuple[str, str], Counter[date]]


@dataclass(frozen=True, slots=True)
class Line:
    """One thing that is counted: its name, its figures, and the list that holds what was counted."""

    label: str
    figures: Counter[date]
    view: str = ""
    conditions: tuple[tuple[str, str], ...] = ()

    def url(self, month: date) -> str:
        """The list narrowed to it and the month."""
        if not self.view or not self.figures[month]:
            return ""
        last = log_figures.after(month) - timedelta(days=1)
        span = {"f_at_from": month.isoformat(), "f_at_to": last.isoformat()}
        return url_for(f"{self.view}.list", **dict(self.conditions), **span)


def _whole(counts: Counts) -> list[Line]:
    """What an auditor asks for first."""

    def of(log: str, *whats: str) -> Counter[date]:
        return sum((counts.get((log, what), Counter()) for what in whats), Counter())

    return [
        Line(_("Logins"), of("logins", "ok"), "LoginEventView", (("f_outcome", "ok"),)),
        Line(_("Refused logins"), of("logins", "refused")),
        Line(_("Requests carried out"), of("requests", "done"), "RequestEventView", (("f_result", "done"),)),
        Line(_("Requests refused"), of("requests", "refused"), "RequestEventView", (("f_result", "refused"),)),
        Line(_("Requests that failed"), of("requests", "failed"), "RequestEventView", (("f_result", "failed"),)),
        Line(_("Values shown in full"), of("steps", unmasked.ACTION), "UnmaskEventView"),
        Line(_("Lists exported"), of("steps", exported.ACTION), "ExportEventView"),
        Line(_("Roles given or changed"), of("steps", *log_figures.ROLE_STEPS)),
    ]


def _steps(counts: Counts) -> list[Line]:
    """Every kind of step on the ledger that happened, the most frequent first."""
    found = [
        Line(labels.step(what)[0], figures, "ReviewEventView", (("f_action", what),))
        for (log, what), figures in counts.items()
        if log == "steps"
    ]
    return sorted(found, key=lambda line: (-line.figures.total(), line.label))


def _table(first: str, months: list[date], lines: list[Line]) -> Table:
    head = [first, *(f"{month:%Y-%m}" for month in months), _("Together")]
    rows = [
        Row(
            line.label,
            [
                *(Cell(f"{line.figures[month]:,}", line.url(month)) for month in months),
                Cell(f"{line.figures.total():,}"),
            ],
        )
        for line in lines
    ]
    return Table(head, rows)


def _drawing(key: str, title: str, months: list[date], lines: list[tuple[Line, str]]) -> Any:
    points = [
        Point(
            f"{month:%m}", f"{month:%Y-%m}: " + ", ".join(f"{line.label} {line.figures[month]:,}" for line, _m in lines)
        )
        for month in months
    ]
    series = [Series(line.label, [line.figures[month] for month in months], mark) for line, mark in lines]
    return columns(key, title, points, series)


class LogFiguresView(Page):
    """Logins, operations, values shown, exports, refusals and role changes of twelve months."""

    route_base = "/log-figures"
    default_view = "list"

    @expose("/")
    @has_access
    def list(self) -> str:
        """The twelve months until the one asked for, this one at first."""
        months, counts = self._asked()
        whole = _whole(counts)
        drawn = [
            ("logins", _("Logins by month"), [(whole[0], "c2"), (whole[1], "c3")]),
            ("requests", _("Requests by month"), [(whole[2], "c2"), (whole[3], "c3"), (whole[4], "c4")]),
        ]
        charts = [
            (title, [Legend(line.label, mark) for line, mark in lines], _drawing(key, title, months, lines))
            for key, title, lines in drawn
        ]
        earlier, later = months[0] - timedelta(days=1), log_figures.after(months[-1])
        return self.render_template(
            "system/log_figures.html", title=_("Logs by month"), charts=charts, until=f"{months[-1]:%Y-%m}",
            whole=_table(_("What is counted"), months, whole), steps=_table(_("Operation"), months, _steps(counts)),
            earlier=f"{earlier:%Y-%m}", later=f"{min(later, today().replace(day=1)):%Y-%m}" if later <= today() else "",
        )  # fmt: skip

    @expose("/file.csv")
    @has_access
    @permission_name("export")
    def file(self) -> Response:
        """Both tables as one list."""
        months, counts = self._asked()
        text = io.StringIO()
        writer = csv.writer(text)
        for table in (
            _table(_("What is counted"), months, _whole(counts)),
            _table(_("Operation"), months, _steps(counts)),
        ):
            writer.writerow(table.head)
            names = harmless(row.label for row in table.rows)
            figures = ([cell.text.replace(",", "") for cell in row.cells] for row in table.rows)
            writer.writerows([name, *cells] for name, cells in zip(names, figures, strict=True))
            writer.writerow([])
        answer = make_response(text.getvalue().encode("utf-8-sig"))
        answer.headers["Content-Type"] = "text/csv; charset=utf-8"
        answer.headers["Content-Disposition"] = f"attachment; filename=logs-{months[-1]:%Y-%m}.csv"
        answer.headers["Cache-Control"] = "no-store"
        return answer

    @staticmethod
    def _asked() -> tuple[list[date], Counts]:
        """The months, and what was counted in them; what makes no sense is this month."""
        last = today()
        with suppress(ValueError):
            last = min(last, date.fromisoformat(f"{request.args.get('until', '')[:7]}-01"))
        months = log_figures.months_until(max(last, date(2000, 1, 1)))
        return months, log_figures.counted(db.session, months)
