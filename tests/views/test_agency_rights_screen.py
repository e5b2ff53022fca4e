"""What the operator ends on the screen leaves the public with the same click (ZX-10, J17)."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import select

from app.models.agencies import Agency, AgencyUnit
from app.views.due import cease_postings
from tests.views.people import browser, posting, unit


@pytest.mark.parametrize("end", ["agency", "association"])
def test_closing_takes_the_postings_down_at_once(app, session, end):
    client = unit(session)
    agency = Agency(name=f"测试职介{end}", kind="public", region_code="310120")
    session.add(agency)
    session.flush()
    link = AgencyUnit(agency_id=agency.id, unit_id=client.id, state="linked")
    session.add(link)
    session.commit()
    of_agency, of_unit = posting(session, client, agency_id=agency.id), posting(session, client)
    operator = browser(app, session, "operator")
    if end == "agency":
        path = f"/agencyview/edit/{agency.id}"
        version = re.search(r'name="version" value="([^"]*)"', operator.get(path).text)[1]
        sent = {"name": agency.name, "kind": "public", "region": "310120", "stage": "closed", "version": version}
    else:
        path, sent = f"/agencyunitview/move/dissolve/{link.id}", {"reason_text": "单位停业"}
    answer = operator.post(path, sent)
    assert answer.status_code == 302, re.findall(r'class="g-sum".*?</ul>', answer.text, re.S)
    outside = app.test_client()
    assert outside.get(f"/portal/postings/{of_agency.id}").status_code == 404
    assert outside.get(f"/portal/postings/{of_unit.id}").status_code == 200
    assert cease_postings(session) == 1
    session.expire_all()
    assert (of_agency.status, of_unit.status) == ("off", "live")
    assert session.scalar(select(AgencyUnit.authorised)) is (end == "agency")
