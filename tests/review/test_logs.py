"""The logs of logins and requests: written once, sealed on the ledger, kept for their time, purged in whole seals."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from sqlalchemy import delete, func, select, text, update
from sqlalchemy.exc import IntegrityError

from app.models.accounts import LoginEvent
from app.models.logs import RequestEvent
from app.models.review import ReviewEvent
from app.review import exported, logs


def logins(session, n: int, days: float = 1) -> list[LoginEvent]:
    at = dt.datetime.now(dt.UTC) - dt.timedelta(days=days)
    made = [LoginEvent(at=at, user_name=f"somebody{i}", outcome="wrong", address="10.0.0.1") for i in range(n)]
    session.add_all(made)
    session.commit()
    return made


def request(session, days: float = 1, **values) -> RequestEvent:
    at = dt.datetime.now(dt.UTC) - dt.timedelta(days=days)
    defaults = {"account_id": 1, "role": "lead", "screen": "UnitView", "step": "edit", "result": "done", "status": 302}
    made = RequestEvent(at=at, **(defaults | values))
    session.add(made)
    session.commit()
    return made


def seals(session, action: str) -> list[int]:
    return list(session.scalars(select(ReviewEvent.subject_id).where(ReviewEvent.action == action)))


def unguarded(session, stmt) -> None:
    """What somebody does who may switch triggers off."""
    session.execute(text("SET LOCAL session_replication_role = replica"))
    session.execute(stmt)
    session.execute(text("SET LOCAL session_replication_role = origin"))
    session.commit()


def test_lines_are_sealed_once_and_hold(session):
    made, other = logins(session, 3), request(session)
    assert logs.seal(session) == 4
    assert (seals(session, "seal_logins"), seals(session, "seal_requests")) == ([made[-1].id], [other.id])
    assert logs.seal(session) == 0
    logins(session, 2)
    assert logs.seal(session) == 2
    assert len(seals(session, "seal_logins")) == 2
    assert exported.verify(session).ok


def test_a_seal_of_before_the_place_holds_and_one_of_now_is_over_it(session, monkeypatch):
    request(session)
    before = tuple(replace(log, later=()) for log in logs.LOGS)
    with monkeypatch.context() as then:
        then.setattr(logs, "LOGS", before)
        logs.seal(session)
    made = request(session, place="上海市 (310000)")
    logs.seal(session)
    assert exported.verify(session).ok
    unguarded(session, update(RequestEvent).where(RequestEvent.id == made.id).values(place="北京市 (110000)"))
    assert not exported.verify(session).ok


def test_what_has_not_settled_waits(session):
    logins(session, 1, days=0)
    assert logs.seal(session) == 0


@pytest.mark.parametrize("model", [LoginEvent, RequestEvent])
@pytest.mark.parametrize("harm", ["change", "take", "add"])
def test_whoever_changes_takes_or_adds_a_line_is_found_out(session, model, harm):
    made = logins(session, 3) if model is LoginEvent else [request(session) for _ in range(3)]
    logs.seal(session)
    key = made[1].id
    if harm == "change":
        unguarded(session, update(model).where(model.id == key).values(address="10.9.9.9"))
    elif harm == "take":
        unguarded(session, delete(model).where(model.id == key))
    else:
        unguarded(session, update(model).where(model.id == key).values(id=key + 10**6))
    report = exported.verify(session)
    assert (report.ok, report.first_bad.why) == (False, "log")


@pytest.mark.parametrize("model", [LoginEvent, RequestEvent])
def test_the_database_lets_nobody_change_or_lose_a_line(session, model):
    made = logins(session, 1)[0] if model is LoginEvent else request(session)
    for stmt in (
        update(model).where(model.id == made.id).values(address="10.9.9.9"),
        delete(model).where(model.id == made.id),
        text(f"TRUNCATE {model.__tablename__}"),
    ):
        with pytest.raises(IntegrityError), session.begin_nested():
            session.execute(stmt)


def test_an_account_that_goes_takes_only_its_number_along(app, session):
    from tests.views.people import account

    _name, account_id, _hat = account(app, session, "seeker")
    line = LoginEvent(user_name="gone", outcome="ok", account_id=account_id)
    session.add(line)
    session.commit()
    session.execute(update(LoginEvent).where(LoginEvent.id == line.id).values(account_id=None))
    with pytest.raises(IntegrityError), session.begin_nested():
        session.execute(update(LoginEvent).where(LoginEvent.id == line.id).values(account_id=None, user_name="other"))


def test_old_lines_go_in_whole_seals_and_the_rest_still_holds(session):
    logins(session, 2, days=1200)
    logs.seal(session)
    old = logins(session, 1, days=1200)  # shares its seal with younger ones: it waits for them
    young = logins(session, 2, days=3)
    logs.seal(session)
    assert logs.purge(session, 1095) == 2
    left = set(session.scalars(select(LoginEvent.id)))
    assert left == {line.id for line in (*old, *young)}
    assert exported.verify(session).ok
    assert logs.purge(session, 1095) == 0


def test_a_shorter_time_than_the_law_asks_for_is_not_obeyed(session):
    logins(session, 2, days=100)
    logs.seal(session)
    assert logs.purge(session, 1) == 0
    assert session.scalar(select(func.count()).select_from(LoginEvent)) == 2
