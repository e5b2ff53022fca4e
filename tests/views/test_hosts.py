"""Requests under a name that is not ours are refused where names are set."""

from __future__ import annotations


def test_a_name_that_is_not_ours_is_refused_calmly(app, monkeypatch):
    monkeypatch.setitem(app.config, "TRUSTED_HOSTS", ["jobs.example.cn"])
    client = app.test_client()
    assert client.get("/login/", headers={"Host": "jobs.example.cn"}).status_code == 200
    refused = client.get("/login/", headers={"Host": "evil.example"})
    assert (refused.status_code, refused.mimetype) == (400, "text/plain")
    assert "evil" not in refused.text
