"""批量导入: upload a list, match its columns, try it without writing, import it, watch it, mend the rest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask import Response, redirect, request, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from sqlalchemy import select

from app.extensions import db
from app.models.reference import Region
from app.models.system import ImportRun
from app.review.imports.columns import match
from app.review.imports.plan import Result, dry_run
from app.review.imports.postings import COLUMNS, Options
from app.review.imports.table import Table
from app.rules.actor import Role, region_bounds
from app.rules.dates import today
from app.rules.positions import VALID_DAYS_USUAL
from app.rules.refused import Refused
from app.views import dictionary, identity, import_files, import_words, import_work
from app.views.fields import Fields, row_key
from app.views.page import Page

ROWS_SHOWN: Final = 100
RUNS_SHOWN: Final = 20
DIVISIONS_SHOWN: Final = 300
ENDED: Final = ("done", "failed")


@dataclass(slots=True)
class Form:
    """What was chosen for a run: which column is which field, and what is assumed where the list is silent."""

    chosen: dict[str, str]  # heading -> field, "" for a column to be passed over
    headcount: int = 1
    valid_days: int = VALID_DAYS_USUAL

    @classmethod
    def of(cls, table: Table, values: Any) -> Form:
        """From a query or a posted form; the column at position n is chosen by `col-n`."""
        fields = Fields.of_form(values)
        chosen = {head: values[f"col-{n}"] for n, head in enumerate(table.header) if head and f"col-{n}" in values}
        return cls(chosen, fields.whole("headcount", default=1), fields.whole("valid_days", default=VALID_DAYS_USUAL))

    def options(self, region_code: str) -> Options:
        """As the import takes it. Raises Refused import_out_of_range with the field."""
        return Options(region_code, self.headcount, self.valid_days, self.chosen)


class ImportView(Page):
    """Lists of postings, imported by the bureau of the division or by an operator."""

    route_base = "/imports"
    default_view = "list"

    @expose("/")
    @has_access
    def list(self) -> str:
        """The upload form and the latest runs of the division."""
        return self._start_page()

    @expose("/upload", methods=["POST"])
    @has_access
    @permission_name("run")
    def upload(self) -> Any:
        """Keeps the file and goes on to its dry run; a file that cannot be read is answered on the same page."""
        actor = identity.current()
        region = request.form.get("region", "").strip()
        file = request.files.get("file")
        try:
            if file is None or not file.filename:
                raise Refused("missing", "file")
            if db.session.get(Region, region) is None:
                raise Refused("import_unknown_region", "region", region=region[:6])
            run = import_work.keep(file, actor, region)
        except Refused as refused:
            db.session.rollback()
            return self._start_page(refused, region), 422
        return redirect(url_for("ImportView.show", id=run.id))

    @expose("/<int:id>")
    @has_access
    @permission_name("list")
    def show(self, id: int) -> str:
        """The dry run, the progress or the result, whichever it has come to."""
        run = self._run(id)
        if run.state == "dry_run":
            return self._dry_run_page(run)
        return self.render_template("imports/run.html", **self._state(run))

    @expose("/<int:id>/progress")
    @has_access
    @permission_name("list")
    def progress(self, id: int) -> Response | str:
        """The middle of the page while it runs; at the end htmx is told to load the page anew."""
        run = self._run(id)
        if run.state in ENDED:
            return Response(headers={"HX-Refresh": "true"})
        return self.render_template("imports/_progress.html", **self._state(run))

    @expose("/<int:id>/start", methods=["POST"])
    @has_access
    @permission_name("run")
    def start(self, id: int) -> Any:
        """Begins the import, or goes on with one that was interrupted."""
        run = self._run(id)
        try:
            form = Form.of(import_work.table_of(run), request.form)
            import_work.start(run, identity.current(), form.options(run.region_code))
        except Refused as refused:
            db.session.rollback()
            return self._dry_run_page(run, refused), 422
        return redirect(url_for("ImportView.show", id=id))

    @expose("/<int:id>/errors")
    @has_access
    @permission_name("list")
    def errors(self, id: int) -> Response:
        """The refused rows as a workbook, the cells at fault in red."""
        run = self._run(id)
        table = import_work.table_of(run)
        notes = run.errors
        if run.state == "dry_run":
            tried = dry_run(db.session, table, Form.of(table, request.args).options(run.region_code), today())
            notes = [n.as_dict() for n in tried.notes]
        return _download(import_files.refused_rows(table, notes), f"errors-{run.id}.xlsx")

    @expose("/template")
    @has_access
    @permission_name("list")
    def template(self) -> Response:
        """The empty list with its headings, an example and the words of the dictionaries."""
        known = ("ownership", "education", "experience")
        words = {key: [str(name) for _code, name in dictionary.choices(key)] for key in known}
        return _download(import_files.template(words), "postings.xlsx")

    def _run(self, id: int) -> ImportRun:
        run = db.session.get(ImportRun, row_key(id))
        if run is None or not import_work.sees(identity.current(), run):
            raise Refused("not_found")
        return run

    def _start_page(self, refused: Refused | None = None, region: str = "") -> str:
        actor = identity.current()
        runs = select(ImportRun).order_by(ImportRun.id.desc()).limit(RUNS_SHOWN)
        if actor.role is not Role.OPERATOR:
            runs = runs.where(ImportRun.region_code.between(*region_bounds(actor.region_code)))
        fault = {refused.field or "file": import_words.say(refused)} if refused else {}
        return self.render_template(
            "imports/index.html",
            runs=db.session.scalars(runs).all(),
            divisions=_divisions(actor.region_code),
            region=region or actor.region_code,
            fault=fault,
            limits=import_work.LIMITS,
        )

    def _dry_run_page(self, run: ImportRun, refused: Refused | None = None) -> str:
        table = import_work.table_of(run)
        values = request.form if request.method == "POST" else request.args
        form, places, result = Form({}), {}, None
        try:
            form = Form.of(table, values)
            places = match(COLUMNS, table.header, form.chosen)
            result = dry_run(db.session, table, form.options(run.region_code), today())
        except Refused as other:
            refused = refused or other
            form.chosen = form.chosen or _guess(table)
        by_place = {place: key for key, place in places.items()}
        return self.render_template(
            "imports/dry_run.html",
            run=run,
            table=table,
            form=form,
            columns=COLUMNS,
            field_at=[by_place.get(n) or form.chosen.get(head, "") for n, head in enumerate(table.header)],
            fault=import_words.say(refused) if refused else "",
            result=result,
            good=result.total - result.refused_rows if result else 0,
            shown=_shown(result) if result else [],
            show=request.args.get("show", "errors"),
            query={k: v for k, v in values.items() if k.startswith("col-") or k in ("headcount", "valid_days")},
            words=import_words,
            limit=ROWS_SHOWN,
        )

    def _state(self, run: ImportRun) -> dict[str, Any]:
        errors = [n for n in run.errors if n["error"]]
        return {
            "run": run,
            "interrupted": import_work.interrupted(run),
            "errors": errors[:ROWS_SHOWN],
            "remarks": [n for n in run.errors if not n["error"]][:ROWS_SHOWN],
            "error_count": len(errors),
            "refused": len({n["line"] for n in errors}),
            "remark_count": len(run.errors) - len(errors),
            "words": import_words,
        }


def _shown(result: Result) -> Sequence[Any]:
    chosen = result.remarks if request.args.get("show") == "remarks" else result.errors
    return chosen[:ROWS_SHOWN]


def _guess(table: Table) -> dict[str, str]:
    """The fields of the headings that are known, for a list that lacks others."""
    return {head: next((c.key for c in COLUMNS if c.is_called(head)), "") for head in table.header if head}


def _divisions(region_code: str) -> Sequence[Region]:
    """The divisions a bureau may import for: its own and those below it. An operator types the code instead."""
    if not region_code:
        return []
    inside = Region.code.between(*region_bounds(region_code))
    stmt = select(Region).where(inside, Region.pseudo.is_(False), Region.valid_to.is_(None)).order_by(Region.code)
    return db.session.scalars(stmt.limit(DIVISIONS_SHOWN)).all()


def _download(content: bytes, name: str) -> Response:
    answer = Response(content, content_type=import_files.XLSX)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
