"""Postings of a test's own, made through the API as a unit's program would; and their rounds, as a reviewer's would."""

from __future__ import annotations

import json
import urllib.request
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

from app.rules.dates import today
from app.rules.demo import PASSWORD

DUTIES = "负责仓库货物的收发、登记与盘点，保持库区整洁有序，配合配送人员装卸。"


@dataclass(frozen=True)
class Sent:
    """A posting that waits: its key, its title, the round it waits in, and that round's address."""

    id: int
    title: str
    round_id: int

    @property
    def desk(self) -> str:
        return f"/desk/{self.round_id}?kind=posting"


@dataclass
class Postings:
    """A program with the demo handler's token, and one with a reviewer's."""

    url: str
    tokens: dict[str, str] = field(default_factory=dict)
    made: list[int] = field(default_factory=list)

    def ask(self, user: str, method: str, path: str, body: object = None) -> Any:
        """One request under a user's token; the answer's JSON. Raises HTTPError."""
        if user not in self.tokens:
            said = {"username": user, "password": PASSWORD, "provider": "db"}
            self.tokens[user] = self._call("POST", "/api/v1/security/login", said)["access_token"]
        return self._call(method, path, body, Authorization=f"Bearer {self.tokens[user]}")

    def _call(self, method: str, path: str, body: object, **headers: str) -> Any:
        data = None if body is None else json.dumps(body).encode()
        headers["Content-Type"] = "application/json"
        request = urllib.request.Request(self.url + path, data, headers, method=method)
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def draft(self, title: str = "浏览器测试 库管员", **content: object) -> dict[str, Any]:
        """A draft of the demo unit; the title is made its own by some letters at its end."""
        values = {
            "title": f"{title} {uuid4().hex[:6]}",
            "headcount": 2,
            "education": "senior",
            "region_code": "310120",
            "address": "演示路 8 号",
            "pay_min": 5000,
            "pay_max": 6500,
            "description": DUTIES,
            "requirements": "能吃苦耐劳，有仓储经验者优先。",
            "valid_until": (today() + timedelta(days=30)).isoformat(),
        }
        return self.ask("handler", "POST", "/api/v1/posting/", values | content)["result"]

    def sent(self, title: str = "浏览器测试 库管员", **content: object) -> Sent:
        """A posting that waits for review."""
        made = self.draft(title, **content)
        self.ask("handler", "POST", f"/api/v1/posting/{made['id']}/submit", {"version": made["version"]})
        self.made.append(made["id"])
        return Sent(made["id"], made["title"], self.round_of(made["id"]))

    def live(self, title: str = "浏览器测试 库管员", **content: object) -> Sent:
        """A posting that is public."""
        made = self.sent(title, **content)
        self.approve(made)
        return made

    def approve(self, made: Sent) -> None:
        """The bureau's yes, whatever the checks found."""
        path = f"/api/v1/desk/rounds/{made.round_id}"
        seen = self.ask("lead", "POST", f"{path}/claim")["round"]
        red = [c["code"] for c in seen["checks"] if c["severity"] in ("high", "block")]
        verdict = {name: seen[name] for name in ("version", "epoch", "digest")}
        self.ask(
            "lead",
            "POST",
            f"{path}/decide",
            verdict | {"verdict": "approve", "acknowledged": red, "reason_text": "已核实"},
        )

    def round_of(self, posting_id: int) -> int:
        """The newest round of a posting."""
        found = self.ask("lead", "GET", "/api/v1/desk/rounds?kind=posting&limit=100")["rounds"]
        return next(r["id"] for r in found if r["subject_id"] == posting_id)

    def state(self, made: Sent) -> str:
        """The state of the round."""
        return self.ask("lead", "GET", f"/api/v1/desk/rounds/{made.round_id}")["round"]["state"]

    def clear(self) -> None:
        """Takes back what was made here and still waits or is public."""
        while self.made:
            found = self.ask("handler", "GET", f"/api/v1/posting/{self.made.pop()}")
            path, row = f"/api/v1/posting/{found['result']['id']}", found["result"]
            for move in {"withdraw", "take_down"} & set(found["moves"]):
                said = {"version": row["version"], "reason": "测试结束"}
                self.ask("handler", "POST", f"{path}/{move}", said)
