"""批量导入: choose what, upload a list, match its columns, try it without writing, import it, watch it, mend the rest."""

from __future__ import annotations

from typing import Any, Final

from flask import Response, redirect, request, url_for
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name

from app.extensions import db
from app.models.system import ImportRun
from app.review.imports.columns import match
from app.review.imports.custom import fitted
from app.review.imports.delimited import SEPARATORS
from app.review.imports.entities import importer_of
from app.review.imports.importer import Importer
from app.review.imports.plan import dry_run
from app.review.imports.table import Table
from app.rules.dates import today
from app.rules.refused import Refused
from app.views import identity, import_files, import_pages, import_tried, import_words, import_work
from app.views.fields import row_key
from app.views.import_pages import Offer
from app.views.import_tried import Tried
from app.views.page import Page

ROWS_SHOWN: Final = 100
ENDED: Final = ("done", "failed", "cancelled")
TEMPLATES: Final = {
    "xlsx": (import_files.template, import_files.XLSX),
    "csv": (import_files.text_template, import_files.CSV),
}


class ImportView(Page):
    """Lists of everything that people have lists of, for whom the registry lets import it."""

    route_base = "/imports"
    default_view = "list"

    @expose("/")
    @has_access
    def list(self) -> str:
        """What may be imported, and the latest runs."""
        runs = import_pages.latest(identity.current())
        return self.render_template("imports/index.html", offers=import_pages.offers(), runs=runs)

    @expose("/new/<string:entity>", methods=["GET", "POST"])
    @has_access
    @permission_name("run")
    def new(self, entity: str) -> Any:
        """Template and upload; a file that cannot be read is answered on the same page."""
        offer = import_pages.offer_of(entity)
        if request.method == "GET":
            return self._upload_page(offer)
        try:
            run = self._received(offer.importer)
        except Refused as refused:
            db.session.rollback()
            return self._upload_page(offer, refused), 422
        try:
            match(offer.importer.columns, import_work.header_of(run), import_work.options_of(run).chosen)
        except Refused:
            return redirect(url_for("ImportView.columns", id=run.id))
        if import_work.untried(run):
            import_work.try_aside(run, identity.current())
        return redirect(url_for("ImportView.show", id=run.id))

    @staticmethod
    def _received(importer: Importer) -> ImportRun:
        actor, file = identity.current(), request.files.get("file")
        options = import_pages.sent_options(importer, actor, request.form)
        if file is None or not file.filename:
            raise Refused("missing", "file")
        separator = request.form.get("separator", "").replace("tab", "\t")
        return import_work.keep(file, actor, importer, options, separator if separator in SEPARATORS else "")

    @expose("/template/<string:entity>/<string:form>")
    @has_access
    @permission_name("run")
    def template(self, entity: str, form: str) -> Response:
        """The empty list: a workbook with example, explanations and words, or its headings as CSV."""
        importer = import_pages.offer_of(entity).importer
        if form not in TEMPLATES:
            raise Refused("not_found")
        make, mime = TEMPLATES[form]
        return _download(make(importer), f"{importer.command}.{form}", mime)

    @expose("/<int:id>")
    @has_access
    @permission_name("list")
    def show(self, id: int) -> str:
        """The dry run, the progress or the result, whichever it has come to."""
        run = self._run(id)
        if run.state == "dry_run":
            return self._dry_run_page(run)
        return self.render_template("imports/run.html", **self._state(run))

    @expose("/<int:id>/columns", methods=["GET", "POST"])
    @has_access
    @permission_name("run")
    def columns(self, id: int) -> Any:
        """Which column of the file is which field; the choice is kept for the next file with these headings."""
        run = self._run(id)
        offer, table = import_pages.offer_of(run.entity), self._table(run)
        if run.state not in ("dry_run", "failed", "cancelled"):
            return redirect(url_for("ImportView.show", id=id))
        if request.method == "GET":
            return self._columns_page(run, offer, table, dict(run.options.get("chosen", {})))
        chosen = import_pages.sent_columns(table, request.form)
        try:
            asked = import_pages.assumptions(offer.importer, request.form)
            options = import_work.options_of(run, chosen=chosen, **asked)
            match(offer.importer.columns, table.header, options.chosen)
        except Refused as refused:
            return self._columns_page(run, offer, table, chosen, refused), 422
        import_work.remember(identity.current(), offer.importer, table, chosen)
        import_work.arrange(run, options)
        db.session.refresh(run)
        if import_work.untried(run):
            import_work.try_aside(run, identity.current())
        return redirect(url_for("ImportView.show", id=id))

    @expose("/<int:id>/progress")
    @has_access
    @permission_name("list")
    def progress(self, id: int) -> Response | str:
        """The middle of the page while it runs; at the end htmx is told to load the page anew."""
        run = self._run(id)
        if run.state in ENDED or (run.state == "dry_run" and not import_work.untried(run)):
            return Response(headers={"HX-Refresh": "true"})
        if run.state == "dry_run":
            return self.render_template("imports/_trying.html", **self._trying(run))
        return self.render_template("imports/_progress.html", **self._state(run))

    @expose("/<int:id>/start", methods=["POST"])
    @has_access
    @permission_name("run")
    def start(self, id: int) -> Any:
        """Begins the import, or goes on with one that was interrupted or cancelled; a long list is tried first."""
        run = self._run(id)
        offer = import_pages.offer_of(run.entity)
        try:
            match(offer.importer.columns, import_work.header_of(run), import_work.options_of(run).chosen)
            begin = import_work.try_aside if import_work.untried(run) else import_work.start
            begin(run, identity.current())
        except Refused as refused:
            db.session.rollback()
            return self._dry_run_page(self._run(id), refused), 422
        return redirect(url_for("ImportView.show", id=id))

    @expose("/<int:id>/cancel", methods=["POST"])
    @has_access
    @permission_name("run")
    def cancel(self, id: int) -> Any:
        """Stops the import after the rows at hand, or gives up a list that was only tried."""
        run = self._run(id)
        import_pages.offer_of(run.entity)
        tried = run.state == "dry_run"
        import_work.cancel(run, identity.current())
        return redirect(url_for("ImportView.list") if tried else url_for("ImportView.show", id=id))

    @expose("/<int:id>/errors")
    @has_access
    @permission_name("run")
    def errors(self, id: int) -> Response:
        """The refused rows as a workbook, the cells at fault in red, or as CSV. About persons: only for who sent the list."""
        run, actor = self._run(id), identity.current()
        if importer_of(run.entity).personal and run.account_id != actor.account_id:
            raise Refused("not_allowed")
        table, notes = self._table(run), run.errors
        if run.state == "dry_run" and not import_work.long(run):
            tried = dry_run(db.session(), table, import_work.options_of(run), today(), actor)
            notes = [n.as_dict() for n in tried.notes]
        if request.args.get("form") == "csv":
            return _download(import_files.refused_text(table, notes), f"errors-{run.id}.csv", import_files.CSV)
        return _download(import_files.refused_rows(table, notes), f"errors-{run.id}.xlsx", import_files.XLSX)

    # -- the pages ------------------------------------------------------------------------------------

    def _run(self, id: int) -> ImportRun:
        return import_pages.run_of(identity.current(), row_key(id))

    @staticmethod
    def _table(run: ImportRun) -> Table:
        return import_work.table_of(run)

    def _upload_page(self, offer: Offer, refused: Refused | None = None) -> str:
        actor = identity.current()
        fault = {refused.field or "file": import_words.say(refused, offer.importer)} if refused else {}
        return self.render_template(
            "imports/upload.html",
            offer=offer,
            runs=import_pages.latest(actor, offer.importer.key),
            divisions=import_pages.divisions(actor) if offer.importer.place == "region" else [],
            region=request.form.get("region", actor.region_code),
            sent=request.form,
            fault=fault,
            limits=import_work.limits_of(offer.importer),
            explain=import_files.explain,
            today=today(),
        )

    def _columns_page(
        self, run: ImportRun, offer: Offer, table: Table, chosen: dict[str, str], refused: Refused | None = None
    ) -> str:
        found = import_pages.headings(offer.importer, table, chosen)
        return self.render_template(
            "imports/columns.html",
            run=run,
            offer=offer,
            table=table,
            headings=found,
            missing=import_pages.missing(offer.importer, found),
            fault=import_words.say(refused, offer.importer) if refused else "",
            kept=bool(import_work.remembered(identity.current(), offer.importer, table)),
            options=request.form if request.method == "POST" else run.options,
        )

    def _dry_run_page(self, run: ImportRun, refused: Refused | None = None) -> Any:
        importer, tried = fitted(db.session(), importer_of(run.entity)), None
        mine = self.may("can_run") and any(o.importer.key == importer.key for o in import_pages.offers())
        if import_work.untried(run):
            found = self._trying(run) | ({"fault": import_words.say(refused, importer)} if refused else {})
            return self.render_template("imports/trying.html", **found, mine=mine)
        try:
            tried = import_tried.kept(run) or self._tried(run)
        except Refused as other:
            refused = refused or other
        return self.render_template(
            "imports/dry_run.html",
            run=run,
            importer=importer,
            fault=import_words.say(refused, importer) if refused else "",
            result=tried,
            show=import_pages.tab_of(tried) if tried is not None else "errors",
            counts=_counts(tried) if tried is not None else {},
            words=import_words,
            limit=ROWS_SHOWN,
            mine=mine,
        )

    def _tried(self, run: ImportRun) -> Tried:
        """The dry run of a short list, made now."""
        table, options = self._table(run), import_work.options_of(run)
        return import_tried.of(
            dry_run(db.session(), table, options, today(), identity.current()), table, options.chosen
        )

    def _trying(self, run: ImportRun) -> dict[str, Any]:
        """How far the dry run of a long list is, or why it ended."""
        task, importer = import_work.task_of(run), importer_of(run.entity)
        failed = task is not None and task.state == "failed"
        return {
            "run": run,
            "importer": importer,
            "task": task,
            "fault": import_words.say(Refused(task.error_code, **task.error_facts), importer) if failed else "",
            "going": task is not None and task.state in ("waiting", "running"),
        }

    def _state(self, run: ImportRun) -> dict[str, Any]:
        errors = [n for n in run.errors if n["error"]]
        task = import_work.task_of(run)
        offer = next((o for o in import_pages.offers() if o.importer.key == run.entity), None)
        importer = importer_of(run.entity)
        return {
            "run": run,
            "importer": importer,
            "offer": offer,
            "waiting": task is not None and task.state == "waiting",
            "interrupted": import_work.interrupted(run, task),
            "mending": bool(run.file_id)
            and not (importer.personal and run.account_id != identity.current().account_id),
            "queue": import_pages.has_queue(identity.current(), importer),
            "errors": errors[:ROWS_SHOWN],
            "remarks": [n for n in run.errors if not n["error"]][:ROWS_SHOWN],
            "error_count": len(errors),
            "refused": len({n["line"] for n in errors}),
            "earlier": min(int(run.options.get("earlier", 0)), run.unchanged),
            "remark_count": len(run.errors) - len(errors),
            "words": import_words,
        }


def _counts(result: Tried) -> dict[str, int]:
    """How much each tab of the dry run holds."""
    counts = (len(result.errors), len(result.remarks), result.changed, result.created)
    return dict(zip(import_pages.TABS, counts, strict=True))


def _download(content: bytes, name: str, mime: str) -> Response:
    answer = Response(content, content_type=mime)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
