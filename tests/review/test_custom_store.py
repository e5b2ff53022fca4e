"""Definitions in memory: read once, anew after any change, whoever made it, and never from a change taken back."""

from __future__ import annotations

import psycopg
import pytest
from sqlalchemy import select

from app.models import custom
from app.models.custom import CustomField
from app.models.positions import Posting
from app.models.units import Unit, UnitChange
from tests.conftest import raw


def define(session, entity: str = "posting", code: str = "probe", **more) -> CustomField:
    values = {"type": "text", "label_zh": "试", "label_en": "Probe"} | more
    row = CustomField(entity=entity, code=code, **values)
    session.add(row)
    session.flush()
    return row


def codes(session, entity: str = "posting", region: str | None = None) -> list[str]:
    return [one.code for one in custom.fields_of(session, entity, region)]


def test_a_request_keeps_what_it_began_with_and_pays_nothing(session, statements):
    define(session)
    session.commit()
    stamp = session.scalar(select(custom.stamp_now()))
    custom.begin(session, stamp)
    assert codes(session) == ["probe"]
    del statements[:]
    custom.begin(session, stamp)
    assert codes(session) == ["probe"]
    assert statements == []


def test_without_a_request_one_small_statement_for_each_transaction(session, statements):
    define(session)
    session.commit()
    session.info.pop("custom.request", None)
    codes(session)
    session.commit()
    del statements[:]
    assert codes(session) == codes(session) == ["probe"]
    assert len(statements) == 1


def test_a_change_counts_at_once_and_a_change_taken_back_never(session):
    session.info.pop("custom.request", None)
    row = define(session)
    assert codes(session) == ["probe"]
    session.commit()
    row.active = False
    session.flush()
    assert codes(session) == []
    session.rollback()
    assert codes(session) == ["probe"]
    session.delete(row)
    session.commit()
    assert codes(session) == []


@pytest.mark.slow
def test_what_another_process_changes_is_seen_with_the_next_request(fresh_app, fresh_db):
    """Slow: a database of its own, because the other process commits."""
    from app.extensions import db

    insert = (
        "INSERT INTO custom_field (entity, code, type, label_zh, label_en, help_zh, help_en, required, at_least, at_most,"
        " position, section_zh, section_en, in_form, in_list, in_filter, in_search, reviewed, public, active)"
        " VALUES ('posting', %s, 'int', '试', 'Probe', '', '', false, '', '', %s, '', '', true, true, false, false, true,"
        " false, true)"
    )
    with fresh_app.app_context(), psycopg.connect(raw(fresh_db), autocommit=True) as elsewhere:
        custom.begin(db.session)
        assert codes(db.session) == []
        elsewhere.execute(insert, ("second", 2))
        elsewhere.execute(insert, ("first", 1))
        assert codes(db.session) == []
        custom.begin(db.session)
        assert codes(db.session) == ["first", "second"]
        elsewhere.execute("UPDATE custom_field SET active = false WHERE code = 'first'")
        custom.begin(db.session)
        assert codes(db.session) == ["second"]
        elsewhere.execute("DELETE FROM custom_field")
        custom.begin(db.session)
        assert custom.book(db.session).of("posting") == ()


def test_divisions_and_what_is_switched_off(session):
    define(session, code="everywhere")
    define(session, code="here", region_code="310000")
    define(session, code="gone", active=False)
    assert codes(session) == ["everywhere", "here"]
    assert codes(session, region="310120") == ["everywhere", "here"]
    assert codes(session, region="440203") == ["everywhere"]
    assert custom.field_named(session, "posting", "x_gone").active is False


def test_the_entities_that_opted_in():
    assert custom.ENTITIES["unit"] == [Unit, UnitChange]
    assert custom.ENTITIES["posting"] == [Posting]
    assert set(custom.ENTITIES) == {"unit", "posting", "gig_offer", "gig_wanted", "school"}
