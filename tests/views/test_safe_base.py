"""What holds for all screens: every view on the safe base, every refusal with words, filters per request."""

from __future__ import annotations

import re
import threading
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask_appbuilder import ModelView
from flask_appbuilder.baseviews import BaseView
from flask_appbuilder.models.sqla.interface import SQLAInterface
from sqlalchemy import update

from app.models.reference import DictItem
from app.rules.actor import Actor, Role
from app.rules.refused import Refused
from app.views import scope, words
from app.views.base import ALLOWED, SafeView, assert_safe, unsafe
from app.views.wardrobe import wardrobe
from tests.views.people import account, handler, signed_in, unit

APP = Path(__file__).resolve().parents[2] / "app"
SOMEBODY = Actor(1, Role.SYSADMIN)


class Forgetful(SafeView):
    """Declares nothing about whose rows it shows."""

    datamodel = SQLAInterface(DictItem)
    list_columns = ["code"]


class Stock(ModelView):
    """FAB's own, with all its traps."""

    datamodel = SQLAInterface(DictItem)


def test_every_registered_view_stands_on_the_safe_base(app):
    views = app.extensions["appbuilder"].baseviews
    assert len(views) > 30
    assert [fault for view in views if (fault := unsafe(view))] == []
    assert all(ALLOWED.values())


@pytest.mark.parametrize("view", [Stock, Forgetful, BaseView])
def test_the_application_does_not_start_with_another_one(app, view):
    with app.app_context(), pytest.raises(RuntimeError, match=view.__name__):
        assert_safe(SimpleNamespace(baseviews=[view()]))


def test_a_view_without_declaration_shows_nothing(app, session):
    assert session.scalars(scope.rows(Forgetful(), SOMEBODY)).all() == []
    with pytest.raises(Refused, match="not_found"):
        scope.fetch(Forgetful(), SOMEBODY, session.query(DictItem).first().id)


def test_nobody_sees_nothing_even_where_all_is_open(app, session):
    view = type("Open", (Forgetful,), {"open_to_all": True})()
    assert session.scalars(scope.rows(view, None)).all() == []
    assert session.scalars(scope.rows(view, SOMEBODY)).first() is not None


def test_a_locked_row_is_read_as_it_is_now(app, session):
    """What two people decide at once is decided on what the first has left, not on what the second had read before."""
    view = type("Open", (Forgetful,), {"open_to_all": True})()
    row = session.scalars(scope.rows(view, SOMEBODY)).first()
    table = DictItem.__table__
    session.connection().execute(update(table).where(table.c.id == row.id).values(name_en="changed meanwhile"))
    assert scope.fetch(view, SOMEBODY, row.id).name_en != "changed meanwhile", "as read before somebody else's commit"
    assert scope.fetch(view, SOMEBODY, row.id, lock=True).name_en == "changed meanwhile"


@pytest.mark.parametrize("key", ["", "abc", "1.5", "9" * 40, "0x1", "1\x00", "-1", "１"])
def test_a_key_that_is_none_finds_nothing(app, session, key):
    view = type("Open", (Forgetful,), {"open_to_all": True})()
    if key != "１":  # a full-width digit is a digit to Python, and names the row 1 like any other
        with pytest.raises(Refused, match="not_found"):
            scope.fetch(view, SOMEBODY, key)


def test_every_code_of_a_refusal_has_words():
    used = {
        code
        for path in APP.rglob("*.py")
        for code in re.findall(r'Refused\(\s*"([a-z_]+)"', path.read_text(encoding="utf-8"))
    }
    assert len(used) > 40
    assert sorted(used - set(words.CODES)) == []


def test_facts_are_put_into_the_words(app):
    with app.test_request_context("/?lang=en"):
        assert "at most 5" in words.say(Refused("too_long", limit=5, length=9))
        assert words.say(Refused("too_many"))  # a missing fact is no error
        with pytest.raises(LookupError):
            words.say(Refused("a_code_nobody_wrote_words_for"))


def test_kinds_of_refusal_are_told_apart():
    found = {
        code: words.status_of(Refused(code))
        for code in ("not_found", "not_allowed", "stale", "wrong_state", "too_many")
    }
    assert found == {"not_found": 404, "not_allowed": 403, "stale": 409, "wrong_state": 409, "too_many": 429}


@pytest.mark.slow
def test_filters_of_one_person_never_show_for_another(fresh_app):
    """FAB keeps the filters on the view: 332 of 480 pages showed another's (screens.md 2, trap 2).

    Slow: a database of its own.
    """
    from app.extensions import db

    with fresh_app.app_context():
        names = [account(fresh_app, db.session, "sysadmin")[0] for _ in range(4)]
        db.session.remove()
    leaks: list[str] = []

    def look(number: int) -> None:
        client, own = signed_in(fresh_app, names[number]), f"only-for-{number}-"
        for turn in range(12):
            page = client.get(f"/dictitemview/list/?f_name_en={own}{turn}").text
            shown = set(re.findall(r"only-for-\d+-\d+", page))
            leaks.extend(shown - {f"{own}{turn}"})
            if f"{own}{turn}" not in shown:
                leaks.append(f"own filter lost: {own}{turn}")

    threads = [threading.Thread(target=look, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert leaks == []


def test_one_client_never_wears_anothers_hat_in_one_process(app, session):
    own, other = unit(session), unit(session)
    first, second = handler(app, session, own), handler(app, session, other)
    for _ in range(3):
        assert own.name in first.get("/").text
        assert other.name in second.get("/").text
        assert own.name not in second.get("/").text
    assert app.test_client().get("/").status_code == 302


def test_the_wardrobe_is_one_statement(app, session, statements):
    who = handler(app, session, unit(session))
    statements.clear()
    hats, name, unread, must_change, *_stamps = wardrobe(who.account_id)
    assert (len(statements), len(hats), name, unread, must_change) == (1, 1, "", 0, False)
