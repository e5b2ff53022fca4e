"""Start pages of the three administrators: what runs, who tried to come in, whether the ledger is whole."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Any

from flask import current_app, url_for
from flask_appbuilder.security.sqla.models import User
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import ARRAY, Date, String, cast, func, literal, select, true, union_all
from sqlalchemy.orm import joinedload

from app.extensions import db
from app.models.accounts import REFUSED_LOGINS, Hat, LoginEvent
from app.models.messages import Outbox
from app.models.review import LedgerHead, ReviewEvent
from app.models.system import JobRun
from app.models.units import Blacklisted
from app.review import confirming
from app.review.statistics import midnight
from app.rules.actor import Actor
from app.rules.dates import today
from app.views import cells, labels
from app.views.accounts import account_words
from app.views.audit import VERIFY
from app.views.charts import Bar, Cell, Chart, Legend, Part, Point, Row, Series, Table, columns, drawn
from app.views.home.parts import Home, Listing, Tile, Todo, Visit, figure
from app.views.home.periods import Span, span
from app.views.queries import capped

DEAD, REFUSED = 6, 10
OUTCOMES = (("ok", "c2"), ("wrong", "c3"), ("wrong_code", "c1"), ("locked", "c4"))


def _counts(**asked: Any) -> dict[str, int]:
    """Several capped counts in one statement."""
    row = db.session.execute(select(*(capped(stmt).label(name) for name, stmt in asked.items()))).one()
    return dict(zip(asked, row, strict=True))


# -- the system administrator -------------------------------------------------------------------------------------------


def sysadmin(_actor: Actor, _visit: Visit, _args: Any) -> Home:
    """Jobs with their last result, what could not leave, accounts and roles."""
    counts = _counts(
        dead=select(Outbox.id).where(Outbox.state == "dead"), waiting=select(Outbox.id).where(Outbox.state == "waiting"),
        active=select(User.id).where(User.active), off=select(User.id).where(~User.active),
        never=select(User.id).where(User.active, User.last_login.is_(None)),
    )  # fmt: skip
    runs = _last_runs()
    failed = [run for run in runs.values() if run.error]
    home = Home(todo_title=_("To do"), nothing=_("Every job went well and every notice has left."))
    home.tiles = [
        Tile(
            _("Scheduled jobs"), figure(len(runs)), url_for("JobView.list"),
            ngettext("%(num)d failed last time", "%(num)d failed last time", len(failed)), sub_tone="bad" if failed else "ok",
        ),
        Tile(_("Dead letters"), figure(counts["dead"]), url_for("OutboxView.list", f_state="dead"), tone="bad" if counts["dead"] else ""),
        Tile(_("Notices on their way"), figure(counts["waiting"]), url_for("OutboxView.list", f_state="waiting")),
        Tile(
            _("Active accounts"), figure(counts["active"]), url_for("AccountView.list", f_active="1"),
            _("never logged in: %(n)s", n=figure(counts["never"])),
        ),
        Tile(_("Accounts switched off"), figure(counts["off"]), url_for("AccountView.list", f_active="0")),
    ]  # fmt: skip
    home.todos = [_failed_job(run) for run in failed] + _dead_letters()
    home.charts = [_roles_chart()]
    home.listings = [_jobs_listing(runs)]
    return home


def _last_runs() -> dict[str, Any]:
    """The last run of each job, by name; a look-up in the index for each."""
    names = func.unnest(cast(list(current_app.extensions["jobs"]), ARRAY(String))).table_valued("name", name="known")
    last = select(JobRun).where(JobRun.job == names.c.name).order_by(JobRun.id.desc()).limit(1).lateral("last")
    found = dict.fromkeys(current_app.extensions["jobs"])
    for row in db.session.execute(select(names.c.name, last).select_from(names.join(last, true(), isouter=True))):
        found[row.name] = row
    return found


def _title(name: str) -> str:
    return str(current_app.extensions["jobs"][name].title)


def _failed_job(run: Any) -> Todo:
    words = _("failed %(when)s: %(error)s", when=cells.brief(run.started_at), error=run.error)
    return Todo("clock", _title(run.name), url_for("JobRunView.show", pk=run.id), _("View"), words)


def _dead_letters() -> list[Todo]:
    stmt = select(Outbox.id, Outbox.template, Outbox.error, Outbox.tries).where(Outbox.state == "dead")
    return [
        Todo(
            "mail", str(labels.NOTICES.get(row.template, row.template)), url_for("OutboxView.show", pk=row.id), _("View"),
            _("given up after %(n)s tries: %(error)s", n=row.tries, error=row.error or "—"),
        )
        for row in db.session.execute(stmt.order_by(Outbox.id.desc()).limit(DEAD))
    ]  # fmt: skip


def _result(run: Any) -> str:
    if run is None or run.id is None:
        return _("not run yet")
    if run.error:
        return _("failed: %(error)s", error=run.error)
    return _("running") if run.ended_at is None else ngettext("%(num)d row", "%(num)d rows", run.rows)


def _jobs_listing(runs: dict[str, Any]) -> Listing:
    rows = [
        Row(
            _title(name),
            [Cell(cells.brief(run.started_at) if run is not None and run.id else "—"), Cell(_result(run))],
            url_for("JobRunView.list", f_job=name),
        )
        for name, run in runs.items()
    ]
    return Listing(
        "jobs", _("Scheduled jobs"), Table([_("Job"), _("Last run"), _("Result")], rows), url_for("JobView.list")
    )


def _roles_chart() -> Chart:
    stmt = select(Hat.role, func.count()).where(Hat.active).group_by(Hat.role).order_by(func.count().desc(), Hat.role)
    bars, rows = [], []
    for role, n in db.session.execute(stmt):
        word, url = str(labels.ROLES[role]), url_for("HatView.list", f_role=role, f_standing="active")
        bars.append(Bar(word, [Part(n)], f"{n:,}", url))
        rows.append(Row(word, [Cell(f"{n:,}")], url))
    return Chart(
        "roles", _("Roles given"), Table([_("Role"), _("Accounts")], rows), bars=drawn(bars), empty=_("Nothing yet."),
        url=url_for("HatView.list"),
    )  # fmt: skip


def _roles_to_confirm(actor: Actor) -> list[Todo]:
    """Roles of administrators that somebody else gave, and that this person confirms or declines."""
    stmt = confirming.waiting_for(actor).options(joinedload(Hat.account)).limit(DEAD)
    return [
        Todo(
            "user-check", account_words(hat.account), url_for("HatView.show", pk=hat.id), _("View"),
            _("%(role)s: waiting for your confirmation", role=str(labels.ROLES[hat.role])),
        )
        for hat in db.session.scalars(stmt)
    ]  # fmt: skip


# -- the security administrator -----------------------------------------------------------------------------------------


def secadmin(actor: Actor, _visit: Visit, args: Any) -> Home:
    """Refused logins and whom they hit, bans, accounts switched off."""
    asked = span(args)
    days, names = _logins(asked, refused_only=True)
    bans = _counts(
        active=select(Blacklisted.id).where(Blacklisted.active), lifted=select(Blacklisted.id).where(~Blacklisted.active),
        off=select(User.id).where(~User.active),
    )  # fmt: skip
    total, last = sum(days.values(), Counter()), days.get(today(), Counter())
    home = Home(span=asked, nothing=_("Nothing has to be done at the moment."))
    home.tiles = [
        Tile(
            _("Locked out today"), figure(last["locked"]), "#logins", _("%(n)s days: %(all)s", n=asked.days, all=f"{total['locked']:,}"),
            tone="bad" if last["locked"] else "",
        ),
        Tile(_("Wrong passwords today"), figure(last["wrong"]), "#logins", _("%(n)s days: %(all)s", n=asked.days, all=f"{total['wrong']:,}")),
        Tile(
            _("Wrong codes today"), figure(last["wrong_code"]), "#logins",
            _("%(n)s days: %(all)s", n=asked.days, all=f"{total['wrong_code']:,}"), tone="bad" if last["wrong_code"] > 4 else "",
        ),
        Tile(
            _("Bans in force"), figure(bans["active"]), url_for("BlacklistedView.list", f_active="1"),
            _("lifted: %(n)s", n=figure(bans["lifted"])),
        ),
        Tile(_("Accounts switched off"), figure(bans["off"]), url_for("AccountView.list", f_active="0")),
    ]  # fmt: skip
    home.todos = _roles_to_confirm(actor)
    home.todo_title = _("To do") if home.todos else ""
    home.charts = [_logins_chart(days, asked, OUTCOMES[1:]), _names_chart(names, asked)]
    return home


def _logins(asked: Span, *, refused_only: bool) -> tuple[dict[dt.date, Counter[str]], list[tuple[str, int]]]:
    """Logins by day and outcome; the user names most often refused. One statement."""
    day = cast(func.timezone("Asia/Shanghai", LoginEvent.at), Date)
    since, n = LoginEvent.at >= midnight(asked.first), func.count()
    shown = LoginEvent.outcome.in_(REFUSED_LOGINS if refused_only else ("ok", *REFUSED_LOGINS))
    by_day = select(cast(day, String), LoginEvent.outcome, n).where(since, shown).group_by(day, LoginEvent.outcome)
    names = (
        select(literal(""), LoginEvent.user_name, n).where(since, LoginEvent.outcome.in_(REFUSED_LOGINS))
        .group_by(LoginEvent.user_name).order_by(n.desc(), LoginEvent.user_name).limit(REFUSED).subquery()
    )  # fmt: skip
    days: dict[dt.date, Counter[str]] = {}
    most: list[tuple[str, int]] = []
    for at, key, count in db.session.execute(union_all(by_day, select(names))):
        if at:
            days.setdefault(dt.date.fromisoformat(at), Counter())[key] = count
        else:
            most.append((key, count))
    return days, sorted(most, key=lambda one: -one[1])


def _logins_chart(days: dict[dt.date, Counter[str]], asked: Span, shown: Any, linked: bool = False) -> Chart:
    slots = asked.slots()
    values = {code: asked.summed(lambda day, c=code: days.get(day, Counter())[c]) for code, _mark in shown}
    words = {code: str(labels.LOGINS[code]) for code, _mark in shown}
    points, rows = [], []
    for place, slot in enumerate(slots):
        figures = [int(values[code][place]) for code, _mark in shown]
        span_of = {"f_at_from": slot.first.isoformat(), "f_at_to": slot.last.isoformat()}
        url = url_for("LoginEventView.list", **span_of) if linked else ""
        said = ", ".join(f"{word} {n}" for word, n in zip(words.values(), figures, strict=True))
        points.append(Point(slot.label, f"{slot.name}: {said}", url))
        to = [
            url_for("LoginEventView.list", f_outcome=code, **span_of) if linked and n else ""
            for (code, _m), n in zip(shown, figures, strict=True)
        ]
        rows.append(Row(slot.name, [Cell(f"{n:,}", where) for n, where in zip(figures, to, strict=True)], url))
    series = [Series(words[code], values[code], mark) for code, mark in shown]
    sums = ", ".join(f"{words[code]} {int(sum(values[code])):,}" for code, _mark in shown)
    title = _("%(n)s days: %(figures)s", n=asked.days, figures=sums)
    return Chart(
        "logins", _("Logins by day") if linked else _("Refused logins by day"),
        Table([_("Week") if asked.weekly else _("Day"), *words.values()], rows), columns("logins", title, points, series),
        legend=[Legend(words[code], mark) for code, mark in shown], note=_("by week") if asked.weekly else _("by day"),
        url=url_for("LoginEventView.list") if linked else "",
    )  # fmt: skip


def _names_chart(names: list[tuple[str, int]], asked: Span) -> Chart:
    bars, rows = [], []
    for name, n in names:
        url = url_for("AccountView.list", q=name)
        bars.append(Bar(name or "—", [Part(n)], f"{n:,}", url))
        rows.append(Row(name or "—", [Cell(f"{n:,}")], url))
    return Chart(
        "names", _("User names refused most often"), Table([_("User name"), _("Refused")], rows), bars=drawn(bars), thin=True,
        empty=_("Nobody was refused in these %(n)s days.", n=asked.days),
    )  # fmt: skip


# -- the auditor --------------------------------------------------------------------------------------------------------


def auditor(actor: Actor, _visit: Visit, args: Any) -> Home:
    """Logins and failures, steps on record, when the ledger was walked last and what was found."""
    asked = span(args)
    days, _names = _logins(asked, refused_only=False)
    verified = db.session.scalars(
        select(JobRun).where(JobRun.job == VERIFY).order_by(JobRun.id.desc()).limit(1)
    ).first()
    steps = _counts(
        today=select(ReviewEvent.id).where(ReviewEvent.at >= midnight(today())), chains=select(LedgerHead.chain)
    )  # fmt: skip
    done, total = days.get(today(), Counter()), sum(days.values(), Counter())
    home = Home(span=asked, nothing=_("Nothing has to be done at the moment."))
    home.tiles = [
        _verified_tile(verified),
        Tile(
            _("Steps on record today"), figure(steps["today"]), url_for("ReviewEventView.list", f_at_from=today().isoformat()),
            ngettext("%(num)d chain", "%(num)d chains", steps["chains"]),
        ),
        Tile(
            _("Logins today"), figure(done["ok"]), url_for("LoginEventView.list", f_outcome="ok", f_at_from=today().isoformat()),
            _("%(n)s days: %(all)s", n=asked.days, all=f"{total['ok']:,}"),
        ),
        Tile(
            _("Wrong passwords today"), figure(done["wrong"]),
            url_for("LoginEventView.list", f_outcome="wrong", f_at_from=today().isoformat()),
            _("%(n)s days: %(all)s", n=asked.days, all=f"{total['wrong']:,}"),
        ),
        Tile(
            _("Locked out today"), figure(done["locked"]),
            url_for("LoginEventView.list", f_outcome="locked", f_at_from=today().isoformat()),
            _("%(n)s days: %(all)s", n=asked.days, all=f"{total['locked']:,}"), tone="bad" if done["locked"] else "",
        ),
    ]  # fmt: skip
    if verified is None or verified.error:
        words = (
            _("The ledger did not hold when it was walked last.") if verified else _("The ledger was never verified.")
        )
        home.todos = [Todo("shield-check", words, url_for("LedgerView.list"), _("Verify"))]
    home.todos = [*home.todos, *_roles_to_confirm(actor)]
    home.todo_title = _("To do") if home.todos else ""
    home.charts = [_logins_chart(days, asked, OUTCOMES, linked=True)]
    return home


def _verified_tile(run: Any) -> Tile:
    url = url_for("LedgerView.list")
    if run is None:
        return Tile(_("Ledger verified"), "—", url, _("never"), tone="bad")
    steps = ngettext("%(num)d step", "%(num)d steps", run.rows)
    if run.error:
        return Tile(_("Ledger verified"), _("broken"), url, cells.brief(run.started_at), tone="bad")
    return Tile(
        _("Ledger verified"), cells.brief(run.started_at), url, _("whole: %(steps)s", steps=steps), sub_tone="ok"
    )
