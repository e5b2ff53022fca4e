"""The floor: a minimal Flask application with the best plain SQL. What a page costs when nobody helps to write it.

A pool of connections, a signed session, one query for the user, one template with sixty links and twenty-five rows.
No menu by role, no checks, no words in two languages: nothing one could leave out.
"""

from __future__ import annotations

import os
from typing import Any

from flask import Flask, g, redirect, render_template, request, session
from psycopg.rows import namedtuple_row
from psycopg_pool import ConnectionPool

from app.rules.search import tsquery
from bench import floor_desk, people

ROWS = 25
HOME = "region_code BETWEEN '440000' AND '449999'"

GIGS = f"""SELECT g.id, g.title, g.status, g.type_code, g.headcount, g.pay_amount, g.pay_unit, r.full_name, g.start_at, g.valid_until
FROM (SELECT id FROM gig_offer WHERE status NOT IN ('draft', 'deleted') AND {HOME} {{more}} ORDER BY id DESC LIMIT {ROWS}) k
JOIN gig_offer g USING (id) JOIN region r ON r.code = g.region_code ORDER BY g.id DESC"""
STATED = GIGS.format(more="AND status = %(status)s AND region_code = %(region)s")
BEFORE = GIGS.format(more="AND id < %(after)s")
# Words in many titles along the list, words in few by the index: the floor is told which, no product can be.
WALKED = GIGS.format(more="AND coalesce(search, '') @@ %(query)s::tsquery")
INDEXED = f"""WITH hits AS MATERIALIZED (SELECT id FROM gig_offer WHERE search @@ %(query)s::tsquery
AND status NOT IN ('draft', 'deleted') AND {HOME}) {GIGS.format(more="AND id IN (SELECT id FROM hits)")}"""
ROUNDS = f"""SELECT o.id, o.title, o.state, o.kind, o.receipt_no, o.submitted_at, o.due_at, r.full_name, o.decided_at, o.holder_id
FROM (SELECT id FROM review_round WHERE state = 'queued' AND region_code = %(region)s ORDER BY id DESC LIMIT {ROWS}) k
JOIN review_round o USING (id) JOIN region r ON r.code = o.region_code ORDER BY o.id DESC"""
REASONS = "SELECT code AS id, name_zh AS title, name_en, field, kinds, active FROM review_reason ORDER BY code LIMIT 25"
HAT = """SELECT h.id, h.role, h.grants, h.is_default, h.active, u.id AS unit_id, u.name AS unit, r.code, r.full_name AS region
FROM unit u LEFT JOIN hat h ON h.account_id = %(account)s LEFT JOIN region r ON r.code = h.region_code WHERE u.id = %(unit)s"""
UNITS = """SELECT id, name FROM unit WHERE search @@ %(query)s::tsquery AND status IN ('approved', 'imported') ORDER BY id LIMIT 20"""


def made() -> Flask:
    """What gunicorn serves."""
    app = Flask("floor", template_folder=os.path.join(os.path.dirname(__file__), "templates"))
    app.secret_key = "floor"
    pools: list[ConnectionPool] = []  # opened by the worker, after the fork

    def pool() -> ConnectionPool:
        if not pools:
            pools.append(
                ConnectionPool(os.environ["BENCH_URL"], min_size=8, max_size=8, kwargs={"row_factory": namedtuple_row})
            )
        return pools[0]

    def rows(sql: str, **values: Any) -> list[Any]:
        with pool().connection() as connection:
            return connection.execute(sql, values).fetchall()

    def user() -> Any:
        return rows("SELECT id, username FROM ab_user WHERE id = %(id)s AND active", id=session["user"])[0]

    def page(title: str, found: list[Any]) -> str:
        return render_template("floor_list.html", title=title, rows=found, user=g.user)

    @app.before_request
    def identify() -> None:
        g.user = user() if "user" in session else None

    @app.get("/readyz")
    def ready() -> str:
        return str(rows("SELECT 1 AS one")[0].one)

    @app.get("/login/<int:key>")
    def login(key: int) -> Any:
        session["user"] = key
        return redirect("/gigs")

    @app.get("/gigs")
    def gigs() -> str:
        asked = request.args
        if "status" in asked:
            return page("Gigs", rows(STATED, status=asked["status"], region=asked["region"]))
        if "after" in asked:
            return page("Gigs", rows(BEFORE, after=int(asked["after"])))
        if "q" in asked:
            return page("Gigs", rows(INDEXED if "few" in asked else WALKED, query=tsquery(asked["q"])))
        return page("Gigs", rows(GIGS.format(more="")))

    @app.get("/rounds")
    def rounds() -> str:
        return page("Rounds", rows(ROUNDS, region=request.args["region"]))

    @app.get("/reasons")
    def reasons() -> str:
        return page("Reasons", rows(REASONS))

    @app.get("/hat/<int:account>/<int:unit>")
    def hat(account: int, unit: int) -> str:
        return render_template(
            "floor_form.html", title="Hat", row=rows(HAT, account=account, unit=unit)[0], user=g.user
        )

    @app.get("/units")
    def units() -> Any:
        return [{"id": str(r.id), "text": r.name} for r in rows(UNITS, query=tsquery(request.args["q"]))]

    @app.get("/export")
    def export() -> Any:
        return app.response_class(floor_desk.export(pool(), int(request.args["rows"])), mimetype="text/csv")

    @app.post("/approve")
    def approve() -> Any:
        with pool().connection() as connection:
            done = [floor_desk.approve(connection, int(key), people.LEAD.key) for key in request.form.getlist("item")]
        return {"done": len(done)}

    return app
