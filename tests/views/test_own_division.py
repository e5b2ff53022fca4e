"""A lead sets what counts at home: nothing above the own division, nothing beside it, nothing nation-wide."""

from __future__ import annotations

import re
from typing import Any

import pytest
from sqlalchemy import select

from app.models.reference import MinimumWage, Parameter
from app.models.review import CheckSwitch, ReviewPolicy
from app.rules.dates import today
from tests.views.people import browser

FENGXIAN, SHANGHAI, SHAOGUAN = "310120", "310000", "440200"


def make(session, view: str, region: str | None) -> Any:
    row: Any = {
        "minimumwageview": lambda: MinimumWage(region_code=region, monthly=2690, hourly=2400, valid_from=today()),
        "reviewpolicyview": lambda: ReviewPolicy(kind="posting", region_code=region, working_days=3),
        "checkswitchview": lambda: CheckSwitch(
            rule="D04", effect="off", region_code=region, valid_from=today(), reason="另行抽查"
        ),
        "parameterview": lambda: Parameter(key="probe", region_code=region, value="1"),
    }[view]()
    session.add(row)
    session.commit()
    return row


def sent(view: str, **more: str) -> dict[str, str]:
    return {
        "minimumwageview": {"monthly": "2700", "hourly": "2500", "valid_from": "2026-01-01", "source": "通知"},
        "reviewpolicyview": {
            "kind": "posting",
            "needs_review": "y",
            "working_days": "5",
            "seats_needed": "1",
            "seats_grave": "2",
            "tier": "5",
            "lease_minutes": "15",
        },
        "checkswitchview": {"rule": "J21", "effect": "off", "valid_from": today().isoformat(), "reason": "另行抽查"},
    }[view] | more


def version(who, address: str) -> str:
    return re.search(r'name="version" value="([^"]*)"', who.get(address).text)[1]


@pytest.mark.parametrize("view", ["minimumwageview", "reviewpolicyview", "checkswitchview", "parameterview"])
def test_what_counts_at_home_is_read_and_the_rest_is_not(app, session, view):
    lead = browser(app, session, "lead", region_code=FENGXIAN)
    own, above, beside = (make(session, view, region) for region in (FENGXIAN, SHANGHAI, SHAOGUAN))
    assert lead.get(f"/{view}/show/{own.id}").status_code == 200
    assert lead.get(f"/{view}/show/{above.id}").status_code == 200
    assert lead.get(f"/{view}/show/{beside.id}").status_code == 404


@pytest.mark.parametrize("view", ["minimumwageview", "reviewpolicyview", "checkswitchview"])
def test_only_rows_inside_the_own_division_are_changed(app, session, view):
    lead = browser(app, session, "lead", region_code=FENGXIAN)
    own, above = make(session, view, FENGXIAN), make(session, view, SHANGHAI)
    assert lead.get(f"/{view}/edit/{above.id}").status_code == 403
    assert lead.post(f"/{view}/edit/{above.id}", sent(view, version="x")).status_code == 403
    number = version(lead, f"/{view}/edit/{own.id}")
    assert lead.post(f"/{view}/edit/{own.id}", sent(view, version=number)).status_code == 302


def test_the_nation_wide_policy_is_the_operators(app, session):
    everywhere = session.scalars(
        select(ReviewPolicy).where(ReviewPolicy.region_code.is_(None), ReviewPolicy.kind == "posting")
    ).one()
    lead, operator = browser(app, session, "lead", region_code=SHANGHAI), browser(app, session, "operator")
    page = f"/reviewpolicyview/edit/{everywhere.id}"
    assert lead.get(f"/reviewpolicyview/show/{everywhere.id}").status_code == 200
    assert lead.get(page).status_code == 403
    answer = operator.post(page, sent("reviewpolicyview", version=version(operator, page), working_days="4"))
    assert answer.status_code == 302
    session.refresh(everywhere)
    assert everywhere.working_days == 4


@pytest.mark.parametrize(
    ("view", "region"),
    [("minimumwageview", SHAOGUAN), ("reviewpolicyview", SHAOGUAN), ("reviewpolicyview", ""), ("checkswitchview", "")],
)
def test_nothing_is_added_outside(app, session, view, region):
    lead = browser(app, session, "lead", region_code=SHANGHAI)
    answer = lead.post(f"/{view}/add", sent(view, region=region))
    assert answer.status_code == 422
    assert '<a href="#region">' in answer.text


@pytest.mark.parametrize("view", ["minimumwageview", "reviewpolicyview", "checkswitchview"])
def test_inside_it_may_be_added_and_the_picker_offers_nothing_else(app, session, view):
    lead = browser(app, session, "lead", region_code=SHANGHAI)
    assert lead.post(f"/{view}/add", sent(view, region=FENGXIAN)).status_code == 302
    offered = lead.get(f"/{view}/related/region?q=").json
    assert offered
    assert {one["id"][:2] for one in offered} == {"31"}


def test_a_wage_of_the_province_is_not_deleted_from_a_district(app, session):
    lead = browser(app, session, "lead", region_code=FENGXIAN)
    above, own = make(session, "minimumwageview", SHANGHAI), make(session, "minimumwageview", FENGXIAN)
    assert lead.post(f"/minimumwageview/delete/{above.id}").status_code == 403
    assert "/delete/" not in lead.get(f"/minimumwageview/show/{above.id}").text
    assert lead.post(f"/minimumwageview/delete/{own.id}").status_code == 302
    assert list(session.scalars(select(MinimumWage.region_code))) == [SHANGHAI]


def test_calendar_reasons_and_switches_are_read_by_a_lead_and_written_by_others(app, session):
    lead = browser(app, session, "lead", region_code=SHANGHAI)
    for view in ("workdayview", "reviewreasonview", "parameterview"):
        assert lead.get(f"/{view}/list/").status_code == 200
        assert lead.get(f"/{view}/add").status_code == 403
    assert browser(app, session, "operator").get("/reviewreasonview/add").status_code == 200
    sysadmin = browser(app, session, "sysadmin")
    assert sysadmin.get("/workdayview/add").status_code == 200
    assert sysadmin.get("/parameterview/add").status_code == 200
