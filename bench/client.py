"""A client that keeps its connection and its cookie, and takes the time of every answer."""

from __future__ import annotations

import http.client
import re
import time
from urllib.parse import urlencode

TOKEN = re.compile(r'name="csrf_token" value="([^"]+)"')


class Client:
    """One browser, as far as the server can tell. Compressed answers are accepted, as browsers do."""

    def __init__(self, port: int, **headers: str) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self._cookies: dict[str, str] = {}
        self._headers = {"Accept-Encoding": "gzip", **headers}
        self.answer_headers: dict[str, str] = {}

    def send(self, method: str, path: str, body: str = "", **headers: str) -> tuple[int, bytes]:
        """Status and body as they came over the wire."""
        sent = {**self._headers, **headers, "Cookie": "; ".join(f"{k}={v}" for k, v in self._cookies.items())}
        self._connection.request(method, path, body.encode() or None, sent)
        answer = self._connection.getresponse()
        data = answer.read()
        self.answer_headers = {name.lower(): value for name, value in answer.getheaders()}
        for cookie in answer.msg.get_all("Set-Cookie") or []:
            name, _equals, value = cookie.partition(";")[0].partition("=")
            self._cookies[name] = value
        return answer.status, data

    def text(self, path: str) -> str:
        """A page, uncompressed. Raises RuntimeError for any other answer than 200."""
        status, data = self.send("GET", path, **{"Accept-Encoding": "identity"})
        if status != 200:
            raise RuntimeError(f"{path} answered {status}")
        return data.decode()

    def post(self, path: str, fields: list[tuple[str, str]], **headers: str) -> tuple[int, bytes]:
        """A form."""
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        return self.send("POST", path, urlencode(fields), **form, **headers)

    def log_in(self, name: str, password: str) -> None:
        """Our login page."""
        token = self.token("/login/")
        status, _data = self.post("/login/", [("csrf_token", token), ("username", name), ("password", password)])
        if status != 302:
            raise RuntimeError(f"{name} was not let in: {status}")

    def token(self, path: str) -> str:
        """The token against forged requests that a page carries."""
        found = TOKEN.search(self.text(path))
        if found is None:
            raise RuntimeError(f"{path} carries no token")
        return found[1]

    def times(self, path: str, count: int) -> list[float]:
        """Milliseconds of each of `count` answers; every one must be 200."""
        taken = []
        for _ in range(count):
            began = time.perf_counter()
            status, _data = self.send("GET", path)
            taken.append((time.perf_counter() - began) * 1000)
            if status != 200:
                raise RuntimeError(f"{path} answered {status}")
        return taken
