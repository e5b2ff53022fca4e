"""X-Forwarded-For is anybody's claim unless a proxy of ours wrote it (TRUSTED_PROXIES)."""

from __future__ import annotations

import pytest
from flask import jsonify, request

from tests.conftest import make_app

CLAIM = {"X-Forwarded-For": "198.51.100.7, 203.0.113.9", "X-Forwarded-Proto": "https"}


@pytest.mark.parametrize(
    ("hops", "address", "scheme"), [(0, "127.0.0.1", "http"), (1, "203.0.113.9", "https"), (2, "198.51.100.7", "http")]
)
def test_as_many_entries_are_believed_as_there_are_proxies(template_url, data_dir, hops, address, scheme):
    app = make_app(template_url, data_dir, TRUSTED_PROXIES=hops)
    app.add_url_rule("/healthz/seen", "seen", lambda: jsonify(address=request.remote_addr, scheme=request.scheme))
    seen = app.test_client().get("/healthz/seen", headers=CLAIM).json
    assert (seen["address"], seen["scheme"]) == (address, scheme)


def test_nobody_is_believed_by_default(app):
    assert app.config["TRUSTED_PROXIES"] == 0
