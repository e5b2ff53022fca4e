"""One process, several threads: nobody gets another's rows, filter, language or menu; a right taken away is gone at once."""

from __future__ import annotations

import re
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import update

from app.extensions import db
from app.models.accounts import Hat
from tests.views.people import account, posting, signed_in, unit

HOMES = {"310120": "甲地", "440203": "乙地"}
TURNS = 12
NUMBERS = "一二三四五六"
TITLES = re.compile(r'<a class="clip" href="/postingview/show/\d+" title="([^"]*)"')


@pytest.fixture
def leads(fresh_app):
    """Two clients for each of two leads, whose divisions have rows of their own."""
    with fresh_app.app_context():
        found = []
        for region, mark in HOMES.items():
            own = unit(db.session, region)
            for n in range(6):
                posting(db.session, own, title=f"{mark}岗位{NUMBERS[n]}", headcount=n + 1)
            name, _account, _hat = account(fresh_app, db.session, "lead", region_code=region)
            found += [(region, name), (region, name)]
        db.session.remove()
    return [(region, signed_in(fresh_app, name)) for region, name in found]


def wrong(region: str, client: object, gate: threading.Barrier, turn: int) -> list[str]:
    """What one answer after the other shows that it should not."""
    mark, faults = HOMES[region], []
    gate.wait()
    for n in range(TURNS):
        up, lang = (n + turn) % 3 == 0, ("zh", "en")[(n + turn) % 2]
        asked = f"岗位{NUMBERS[(n + turn) % 6]}" if n % 4 == 3 else "岗位"
        page = client.get(f"/postingview/list/?sort={'' if up else '-'}headcount&q={asked}&lang={lang}").text
        expected = [f"{mark}岗位{k}" for k in NUMBERS][:: 1 if up else -1]
        if TITLES.findall(page) != [title for title in expected if asked in title]:
            faults.append(f"{mark} {asked} {up}: {TITLES.findall(page)}")
        if (">Home<" in page) != (lang == "en"):
            faults.append(f"{mark}: not {lang}")
        if f'name="q" value="{asked}"' not in page:
            faults.append(f"{mark}: another's filter")
        faults += [f"{mark}: {other}" for other in HOMES.values() if other != mark and other in page]
    return faults


@pytest.mark.slow
def test_two_people_hammering_one_process_get_their_own_answers(leads):
    """Slow: forty-eight pages, four at a time."""
    gate = threading.Barrier(len(leads))
    with ThreadPoolExecutor(len(leads)) as pool:
        faults = list(pool.map(lambda one: wrong(*one[1], gate, one[0]), enumerate(leads)))
    assert faults == [[]] * len(leads)


def test_a_right_taken_away_is_gone_at_the_next_request(fresh_app, leads):
    client = leads[0][1]
    assert client.get("/postingview/list/").status_code == 200
    with fresh_app.app_context():
        db.session.execute(update(Hat).where(Hat.region_code == "310120").values(active=False))
        db.session.commit()
        db.session.remove()
    assert client.get("/postingview/list/").status_code == 302
    assert leads[2][1].get("/postingview/list/").status_code == 200
