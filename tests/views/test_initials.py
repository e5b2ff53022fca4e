"""Lists are searched by the initials of pinyin too: units, schools, postings of a unit, people; always within scope."""

from __future__ import annotations

import importlib
import re

import pytest
from sqlalchemy import select, text, update

from app.models.accounts import Person
from app.models.units import Unit
from tests.views.people import account, browser, posting, unit


@pytest.fixture
def named(session):
    """A unit with a well-known name and a posting; another one in another city."""
    own = unit(session, region="440303")
    far = unit(session, region="310120")
    for one in (own, far):
        one.name = "深圳市华为技术有限公司"
    session.commit()
    return posting(session, own, title="测试员"), far


def shown(page: str) -> list[str]:
    return re.findall(r'<a class="clip" href="[^"]*/show/(\d+)"', page)


@pytest.mark.parametrize("words", ["hwjs", "HWJS", "szshw", "华为", "华为 hwjs"])
def test_units_by_initials_from_any_letter_on(app, session, named, words):
    reviewer = browser(app, session, "reviewer", region_code="440300")
    first, _far = named
    assert shown(reviewer.get(f"/unitview/list/?q={words}").text) == [str(first.unit_id)], "not the one of another city"


@pytest.mark.parametrize("words", ["wjhs", "hw", "xhwjs"])
def test_other_letters_find_nothing(app, session, named, words):
    reviewer = browser(app, session, "reviewer", region_code="440300")
    assert shown(reviewer.get(f"/unitview/list/?q={words}").text) == []


def test_postings_by_the_initials_of_their_unit(app, session, named):
    reviewer = browser(app, session, "reviewer", region_code="440300")
    assert shown(reviewer.get("/postingview/list/?q=hwjs").text) == [str(named[0].id)]


def test_people_by_the_initials_of_their_name(app, session):
    _name, account_id, _hat = account(app, session, "seeker")
    session.add(Person(account_id=account_id, real_name="单雄信"))
    session.commit()
    clerk = browser(app, session, "sysadmin")
    assert shown(clerk.get("/accountview/list/?q=sxx").text) == [str(account_id)]
    assert str(account_id) not in shown(clerk.get("/accountview/list/?q=dxx").text), "a surname has its own reading"
    person = session.get(Person, account_id)
    person.real_name = "曾小贤"
    session.commit()
    assert shown(clerk.get("/accountview/list/?q=zxx").text) == [str(account_id)]


def test_sealed_columns_are_not_searched(app, session, named):
    clerk = browser(app, session, "sysadmin")
    _name, account_id, _hat = account(app, session, "seeker")
    made = Person(account_id=account_id, real_name="张三")
    made.set_phone("13912345678")
    session.add(made)
    session.commit()
    assert shown(clerk.get("/accountview/list/?q=13912345678").text) == []


def test_the_migration_brings_rows_from_before(session, named):
    """What was stored without initials is found after what the migration runs, in however small batches, once or twice."""
    step = importlib.import_module("app.migrations.versions.0013_spelled")
    session.execute(update(Unit).values(search=None, version=Unit.version, initials="szshwjsyxgs"))
    found = select(Unit.id).where(text("search @@ 'hwjs:*'::tsquery"))
    for _again in range(2):
        step.rewrite(session.connection(), 1)
        assert len(session.scalars(found).all()) == 2


def test_the_migration_never_holds_more_rows_than_a_batch(session, named, statements):
    """Every statement that writes is bounded by keys, and together they reach every row."""
    step = importlib.import_module("app.migrations.versions.0013_spelled")
    keys = session.scalars(select(Unit.id).order_by(Unit.id)).all()
    reached = list(step.spans(session.connection(), "unit", 1))
    assert [span["upto"] for span in reached] == keys
    assert [span["after"] for span in reached] == [0, *keys[:-1]]
    statements.clear()
    step.rewrite(session.connection(), 1)
    writes = [one for one in statements if str(one).startswith("UPDATE")]
    assert len(writes) >= len(keys)
    assert all(".id >" in one or "WHERE id >" in one for one in map(str, writes))
