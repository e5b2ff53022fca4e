"""Agencies in public: the list with its search, the page with its sections (ZX-31, ZX-32)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest

from app.models.agencies import Agency, AgencyUnit
from app.rules.dates import today
from tests.views.people import browser, posting, unit


def agency(session, name: str, **more) -> Agency:
    row = Agency(**{"name": name, "kind": "public", "region_code": "310120"} | more)
    session.add(row)
    session.commit()
    return row


def test_agencies_at_work_are_found_by_name_and_division(app, session):
    here, there = agency(session, "奉贤甲职介"), agency(session, "韶关乙职介", region_code="440203")
    agency(session, "已关丙职介", stage="closed")
    agency(session, "待补丁职介", stage="incomplete")
    agency(session, "过期戊职介", kind="commercial", licence_no="1", licence_valid_until=today() - timedelta(days=1))
    outside = app.test_client()
    page = outside.get("/portal/agencies").text
    assert [name for name in ("甲", "乙", "丙", "丁", "戊") if f"{name}职介" in page] == ["甲", "乙"]
    assert f'href="/portal/agencies/{here.id}"' in page
    by_name, by_place = outside.get("/portal/agencies?q=乙职").text, outside.get("/portal/agencies?region=310000").text
    assert (here.name in by_name, there.name in by_name) == (False, True)
    assert (here.name in by_place, there.name in by_place) == (True, False)
    assert here.name not in outside.get("/portal/agencies?q=%25").text, "no sign of the search is a wildcard"
    assert "/portal/agencies" in outside.get("/portal/").text


def test_the_page_shows_the_sections_and_the_postings_of_now(app, session):
    row = agency(
        session, "奉贤甲职介", intro="公共机构<b>", team="指导师六名", leaders="主任一名", services="每月两场招聘会",
        address="解放路1号", phone="021-12345678", service_hours="工作日",
    )  # fmt: skip
    client = unit(session)
    session.add(AgencyUnit(agency_id=row.id, unit_id=client.id, state="linked"))
    live = posting(session, client, agency_id=row.id, title="代招普工")
    posting(session, client, agency_id=row.id, title="已撤职位", withheld=True)
    page = app.test_client().get(f"/portal/agencies/{row.id}").text
    for words in ("公共机构&lt;b&gt;", "指导师六名", "主任一名", "每月两场招聘会", "021-12345678", "代招普工"):
        assert words in page
    assert f"/portal/postings/{live.id}" in page
    assert "已撤职位" not in page
    row.stage = "closed"
    session.commit()
    assert app.test_client().get(f"/portal/agencies/{row.id}").status_code == 404


@pytest.mark.parametrize(("words", "status"), [("职业指导师六名，免费服务", 302), ("入职先交押金五百元", 422)])
def test_the_agency_writes_its_sections_and_nothing_unfit(app, session, words, status):
    row = agency(session, "奉贤甲职介")
    agent = browser(app, session, "agency", agency_id=row.id)
    path = f"/agencyview/edit/{row.id}"
    version = re.search(r'name="version" value="([^"]*)"', agent.get(path).text)[1]
    sent = {
        "address": "解放路1号",
        "phone": "021-12345678",
        "service_hours": "工作日",
        "intro": "公共机构",
        "team": words,
    }
    assert agent.post(path, sent | {"version": version}).status_code == status
    session.expire_all()
    assert row.team == (words if status == 302 else "")
