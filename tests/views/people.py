"""Makers for the tests of the screens: accounts with a hat, units, postings, and somebody at a browser."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Any

from sqlalchemy import func, update
from werkzeug.security import generate_password_hash

from app.models.accounts import Hat
from app.models.positions import Posting
from app.models.sessions import LoginSession
from app.models.units import Unit
from app.rules.hats import SCHOOL_FUNCTIONS

PASSWORD = "Gongjiu-2026-test"
CHEAP = generate_password_hash(
    PASSWORD, "pbkdf2:sha256:1"
)  # a real one takes a tenth of a second, twice for each person
_numbers = count(1)


@dataclass
class Browser:
    """One person's browser. Posts carry the token of the page they come from."""

    client: Any
    account_id: int
    hat_id: int
    kept: str = ""

    def get(self, path: str, **headers: str):
        return self.client.get(path, headers=headers)

    def token(self) -> str:
        """That of the session, as every page has it: asked for once."""
        self.kept = self.kept or re.search(r'name="csrf_token" value="([^"]+)"', self.get("/").text)[1]
        return self.kept

    def post(self, path: str, values: dict[str, Any] | None = None, **more: Any):
        answer = self.client.post(path, data={"csrf_token": self.token(), **(values or {})}, **more)
        if any(one.startswith("session=") for one in answer.headers.getlist("Set-Cookie")):
            self.kept = ""  # the session is another one, or has another token
        return answer

    def idled(self, session: Any, **ago: int) -> None:
        """As if nothing had come from here for that long (`minutes=16`)."""
        self._set(session, seen_at=func.now() - timedelta(**ago))

    def aged(self, session: Any) -> None:
        """As if the session had reached its longest duration."""
        self._set(session, ends_at=func.now() - timedelta(seconds=1))

    def unproven(self, session: Any, **ago: int) -> None:
        """As if the last proof of identity were that old."""
        self._set(session, proved_at=func.now() - timedelta(**ago))

    def _set(self, session: Any, **values: Any) -> None:
        stmt = update(LoginSession).where(LoginSession.account_id == self.account_id, LoginSession.ended_at.is_(None))
        session.execute(stmt.values(**values).execution_options(synchronize_session=False))
        session.commit()


def account(app, session, role: str, **place: Any) -> tuple[str, int, int]:
    """An account with one hat: user name, account id, hat id."""
    name = f"person{next(_numbers)}"
    if role == "school_admin":
        place.setdefault("grants", list(SCHOOL_FUNCTIONS))
    sm = app.extensions["appbuilder"].sm
    user = sm.add_user(name, "三", "张", f"{name}@example.cn", [], hashed_password=CHEAP)
    hat = Hat(account_id=user.id, role=role, is_default=True, **place)
    session.add(hat)
    session.commit()
    return name, user.id, hat.id


def signed_in(app, name: str) -> Any:
    """A client that has logged in."""
    client = app.test_client()
    token = re.search(r'name="csrf_token" value="([^"]+)"', client.get("/login/").text)[1]
    answer = client.post("/login/", data={"csrf_token": token, "username": name, "password": PASSWORD})
    assert answer.status_code == 302, answer.status_code
    return client


def browser(app, session, role: str, **place: Any) -> Browser:
    """A person with this hat, logged in."""
    name, account_id, hat_id = account(app, session, role, **place)
    return Browser(signed_in(app, name), account_id, hat_id)


def unit(session, region: str = "310120", **values: Any) -> Unit:
    """An approved unit."""
    number = next(_numbers)
    made = Unit(
        name=f"演示单位{number}号", uscc=f"91310120MA{number:08d}"[:18], region_code=region,
        nature="enterprise", status="approved", version=1, edit_state="", **values,
    )  # fmt: skip
    session.add(made)
    session.commit()
    return made


def posting(session, of: Unit, **values: Any) -> Posting:
    """A posting of the unit, live unless said otherwise."""
    defaults = {"title": "演示职位", "status": "live", "region_code": of.region_code, "headcount": 1}
    made = Posting(unit_id=of.id, unit_name=of.name, version=1, edit_state="", **(defaults | values))
    session.add(made)
    session.commit()
    return made


def handler(app, session, of: Unit) -> Browser:
    """A handler of the unit with every function granted."""
    return browser(app, session, "unit_handler", unit_id=of.id, grants=["postings", "gigs", "media", "residency"])
