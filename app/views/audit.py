"""The auditor's page: walk every chain of the ledger and say whether it is whole."""

import json
from typing import Any

from flask import make_response
from flask_appbuilder import expose
from flask_appbuilder.security.decorators import has_access, permission_name
from sqlalchemy import select
from werkzeug.wrappers import Response

from app.extensions import db
from app.models.reference import Region
from app.models.system import JobRun
from app.review import exported, ledger
from app.rules.dates import now
from app.views.page import Page

VERIFY = "verify_ledger"  # the job that does the same at night: both are runs of one kind


class LedgerView(Page):
    """Verification of the append-only ledger and export of its heads."""

    route_base = "/ledger"
    default_view = "list"

    @expose("/")
    @has_access
    def list(self) -> str:
        """The heads of all chains, and the button that verifies."""
        return self._page(None)

    @expose("/verify", methods=["POST"])
    @has_access
    def verify(self) -> str:
        """Walks the chains, and compares the log of exports with them; the first fault is named."""
        begun = now()
        report = exported.verify(db.session)
        fault = "" if report.ok else "LedgerBroken"
        db.session.add(JobRun(job=VERIFY, started_at=begun, ended_at=now(), rows=report.events, error=fault))
        db.session.commit()
        return self._page(report)

    def _page(self, report: Any) -> str:
        """Heads with the names of their provinces, and what the walk found."""
        heads = ledger.export_heads(db.session)
        found = db.session.execute(select(Region.code, Region.name).where(Region.code.in_(heads)))
        names = {row.code: row.name for row in found}
        return self.render_template("system/ledger.html", heads=heads, names=names, report=report)

    @expose("/heads.json")
    @has_access
    @permission_name("list")
    def heads(self) -> Response:
        """The heads as a file to be kept elsewhere: truncation shows against them."""
        answer = make_response(json.dumps(ledger.export_heads(db.session), ensure_ascii=False, indent=1))
        answer.headers["Content-Type"] = "application/json"
        answer.headers["Content-Disposition"] = "attachment; filename=ledger-heads.json"
        return answer
