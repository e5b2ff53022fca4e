"""Programs at the desk: a client with a bearer token and no cookie."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.views.people import PASSWORD, account


@dataclass
class Program:
    """A client of the API under one account."""

    client: Any
    token: str
    account_id: int

    @property
    def headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}

    def get(self, path: str):
        return self.client.get(path, headers=self.headers)

    def post(self, path: str, body: Any = None, **headers: str):
        return self.client.post(path, json=body if body is not None else {}, headers=self.headers | headers)

    def raw(self, path: str, data: bytes, mime: str = "application/json"):
        return self.client.post(path, data=data, headers=self.headers, content_type=mime)

    def claim(self, round_id: int) -> dict[str, Any]:
        """The round, claimed."""
        answer = self.post(f"/api/v1/desk/rounds/{round_id}/claim")
        assert answer.status_code == 200, answer.text
        return answer.json["round"]


def program(app, session, role: str = "reviewer", **place: Any) -> Program:
    """Logs an account with this hat in at the token endpoint."""
    name, account_id, _hat = account(app, session, role, **place)
    client = app.test_client(use_cookies=False)
    answer = client.post("/api/v1/security/login", json={"username": name, "password": PASSWORD, "provider": "db"})
    assert answer.status_code == 200, answer.text
    return Program(client, answer.json["access_token"], account_id)


def seen(found: dict[str, Any], verdict: str = "approve", **more: Any) -> dict[str, Any]:
    """A decision on what was just read; red findings are ticked."""
    high = [check["code"] for check in found["checks"] if check["severity"] == "high"]
    shown = {"version": found["version"], "epoch": found["epoch"], "digest": found["digest"]}
    ground = {"reason_text": "已核实"} if verdict == "approve" and high else {}
    return {"verdict": verdict, "acknowledged": high, **ground, **shown} | more
