"""The logs month by month: what is counted, to which month it belongs, where a figure leads, and who may see it."""

from __future__ import annotations

import csv
import io
import re
from datetime import date, datetime, timedelta
from html import unescape

import pytest

from app.models.accounts import LoginEvent
from app.models.logs import RequestEvent
from app.review import ledger, log_figures
from app.rules.actor import CLOCK
from app.rules.dates import ZONE
from tests.views.people import browser

# The last minute of May in China is still the 31st in London.
MAY = datetime(2026, 5, 31, 23, 59, tzinfo=ZONE)
JUNE = MAY + timedelta(minutes=2)


@pytest.fixture
def auditor(app, session):
    return browser(app, session, "auditor")


@pytest.fixture
def logged(session, auditor):
    """Two months apart by two minutes."""
    for at in (MAY, MAY, JUNE):
        session.add(LoginEvent(at=at, user_name="a", outcome="ok"))
    for outcome in ("wrong", "wrong_code", "locked", "out"):
        session.add(LoginEvent(at=JUNE, user_name="a", outcome=outcome))
    for result in ("done", "refused", "refused", "failed"):
        session.add(
            RequestEvent(at=JUNE, account_id=auditor.account_id, screen="X", step="add", result=result, status=200)
        )
    session.commit()
    for action in ("hat_given", "hat_changed", "unmask"):
        ledger.append(session, action, CLOCK, "310000")
    session.commit()
    return session


def file(auditor, until: str) -> dict[str, list[str]]:
    answer = auditor.get(f"/log-figures/file.csv?until={until}&lang=en")
    assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
    rows = [row for row in csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))) if row]
    return {row[0]: row[1:] for row in rows}


def test_every_line_counts_in_its_month_by_the_clock_in_shanghai(auditor, logged):
    found = file(auditor, "2026-06")
    assert found["What is counted"][:1] + found["What is counted"][-3:] == ["2025-07", "2026-05", "2026-06", "Together"]
    assert [found[name][-3:] for name in ("Logins", "Refused logins")] == [["2", "1", "3"], ["0", "3", "3"]]
    assert [found[name][-2] for name in ("Requests carried out", "Requests refused", "Requests that failed")] == [
        "1", "2", "1",
    ]  # fmt: skip
    now = file(auditor, "")
    assert int(now["Roles given or changed"][-2]) == 2 and int(now["Values shown in full"][-2]) == 1
    assert (now["Role given"][-1], now["Role changed"][-1]) == ("1", "1"), "operations by kind"


def test_a_figure_leads_to_its_lines(auditor, logged):
    page = auditor.get("/log-figures/?until=2026-06&lang=en").text
    links = [unescape(one) for one in re.findall(r'<td class="num"><a href="([^"]+)">2</a>', page)]
    assert links == [
        "/logineventview/list/?f_outcome=ok&f_at_from=2026-05-01&f_at_to=2026-05-31",
        "/requesteventview/list/?f_result=refused&f_at_from=2026-06-01&f_at_to=2026-06-30",
    ]
    assert ">2 " in auditor.get(links[0] + "&lang=en").text
    assert page.count('<svg class="g-ch"') == 2


@pytest.mark.parametrize("until", ["", "nonsense", "2026-13", "9999-12", "0001-01", "2026-06'--"])
def test_whatever_month_is_asked_for_there_is_a_page(auditor, until):
    assert auditor.get("/log-figures/", query_string={"until": until}).status_code == 200


def test_months_follow_each_other():
    found = log_figures.months_until(date(2026, 3, 31))
    assert (found[0], found[-1], len(found)) == (date(2025, 4, 1), date(2026, 3, 1), 12)
    assert [log_figures.after(month) for month in found[:-1]] == found[1:]


def test_nobody_else_sees_it(app, session):
    for role in ("sysadmin", "secadmin"):
        assert browser(app, session, role).get("/log-figures/").status_code == 403
