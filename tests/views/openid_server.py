"""A provider of OpenID Connect for the tests: a real server on the loopback with real keys, which can be told to lie."""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

SECRET = "s3cret:of/ours"


class Provider:
    """Keys, codes handed out, and the person who is logged in there."""

    def __init__(self, url: str) -> None:
        self.url, self.codes = url, {}
        self.person: dict[str, Any] = {"sub": "p-1", "name": "张测试"}
        self.lies: dict[str, Any] = {}  # claims of the next token that are not true
        self.key_fetches = 0
        self.calls: list[str] = []
        self.new_keys()

    def new_keys(self) -> None:
        self.key, self.kid = rsa.generate_private_key(public_exponent=65537, key_size=2048), secrets.token_hex(4)

    def jwks(self) -> dict[str, Any]:
        self.key_fetches += 1
        public = json.loads(RSAAlgorithm.to_jwk(self.key.public_key()))
        return {"keys": [public | {"kid": self.kid, "use": "sig", "alg": "RS256"}]}

    def metadata(self) -> dict[str, Any]:
        return {
            "issuer": self.lies.get("metadata_issuer", self.url), "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token", "jwks_uri": f"{self.url}/keys",
        }  # fmt: skip

    def authorize(self, asked: dict[str, str]) -> str:
        code = secrets.token_urlsafe(8)
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state'], 'iss': self.url})}"

    def token(self, sent: dict[str, str], authorization: str) -> tuple[int, dict[str, Any]]:
        asked = self.codes.pop(sent.get("code", ""), None)
        pair = base64.b64decode(authorization.removeprefix("Basic ")).decode()
        digest = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        proven = asked and base64.urlsafe_b64encode(digest).rstrip(b"=").decode() == asked["code_challenge"]
        if not proven or pair != "gongjiu:s3cret%3Aof/ours" or sent["redirect_uri"] != asked["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {"iss": self.url, "aud": "gongjiu", "iat": now, "exp": now + 300, "nonce": asked["nonce"]}
        claims |= self.person | {k: v for k, v in self.lies.items() if k not in ("metadata_issuer", "algorithm", "key")}
        algorithm = self.lies.get("algorithm", "RS256")
        key = self.lies.get("key", self.key) if algorithm == "RS256" else None if algorithm == "none" else "x" * 40
        return 200, {"id_token": jwt.encode(claims, key, algorithm, {"kid": self.kid}), "token_type": "Bearer"}


@contextmanager
def running() -> Iterator[Provider]:
    """The server, until the tests have done with it."""

    class Handler(BaseHTTPRequestHandler):
        def _answer(self, code: int, body: dict[str, Any]) -> None:
            self.send_response(code)
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            provider.calls.append(parts.path)
            if parts.path == "/authorize":
                self.send_response(302)
                self.send_header("Location", provider.authorize({k: v[0] for k, v in parse_qs(parts.query).items()}))
                self.end_headers()
                return
            found = {"/.well-known/openid-configuration": provider.metadata, "/keys": provider.jwks}.get(parts.path)
            self._answer(200 if found else 404, found() if found else {})

        def do_POST(self) -> None:
            provider.calls.append(self.path)
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            sent = {k: v[0] for k, v in parse_qs(body).items()}
            self._answer(*provider.token(sent, self.headers.get("Authorization", "")))

        def log_message(self, *_args: Any) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    provider = Provider(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
