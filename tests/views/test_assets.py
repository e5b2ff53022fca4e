"""Static files are asked for once per version; pages and files go over the line compressed, and say the same."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

from app.views import assets, compression
from tests.views.people import browser

ADDRESS = re.compile(r'(?:href|src)="(/static/[^"?#]+)(\?v=[0-9a-f]{10})?[^"]*"')


@pytest.fixture
def lead(app, session):
    return browser(app, session, "lead", region_code="310120")


def test_every_address_of_a_static_file_carries_its_version(lead):
    found = ADDRESS.findall(lead.get("/postingview/list/").text)
    assert {path for path, version in found if not version} == set()
    assert len({path for path, _version in found}) > 8


def test_a_version_is_kept_for_a_year_and_any_other_address_is_asked_again(app, lead):
    good = next(path + version for path, version in ADDRESS.findall(lead.get("/").text) if path.endswith("kit.css"))
    assert lead.client.get(good, buffered=True).headers["Cache-Control"] == assets.FOREVER
    for other in (good.partition("?")[0], good[:-1] + ("0" if good[-1] != "0" else "1"), "/static/app/app.css?v="):
        assert lead.client.get(other, buffered=True).headers["Cache-Control"] == "no-cache"
    assert lead.get("/static/app/nothing.css?v=").status_code == 404
    assert "immutable" not in lead.get("/").headers["Cache-Control"]


def test_the_version_is_that_of_the_content(tmp_path: Path):
    (tmp_path / "a.css").write_text("a{}")
    (tmp_path / "b.css").write_text("b{}")
    assert assets.version(str(tmp_path), "a.css") != assets.version(str(tmp_path), "b.css")
    assert assets.version(str(tmp_path), "../a.css") == assets.version(str(tmp_path), "c.css") == ""


@pytest.mark.parametrize("path", ["/static/kit/kit.css", "/static/app/icons.svg", "/static/app/app.js"])
def test_a_file_is_compressed_for_those_who_accept_it(app, path):
    client = app.test_client()
    plain = client.get(path, buffered=True)
    small = client.get(path, headers={"Accept-Encoding": "gzip, br"}, buffered=True)
    assert "Content-Encoding" not in plain.headers
    assert small.headers["Content-Encoding"] == "gzip" and "Accept-Encoding" in small.headers["Vary"]
    assert gzip.decompress(small.data) == plain.data and int(small.headers["Content-Length"]) == len(small.data)
    known = {"Accept-Encoding": "gzip", "If-None-Match": small.headers["ETag"]}
    again = client.get(path, headers=known, buffered=True)
    assert again.status_code == 304 and again.data == b""


def test_a_picture_stays_as_it_is_and_a_part_of_a_file_too(app):
    client = app.test_client()
    picture = client.get("/static/favicon.ico", headers={"Accept-Encoding": "gzip"}, buffered=True)
    assert "Content-Encoding" not in picture.headers
    asked = {"Accept-Encoding": "gzip", "Range": "bytes=0-99"}
    part = client.get("/static/kit/kit.css", headers=asked, buffered=True)
    assert (part.status_code, len(part.data)) == (206, 100)


def test_a_page_says_the_same_compressed_and_its_length_tells_little(lead):
    plain = lead.get("/postingview/list/")
    answers = [lead.get("/postingview/list/", **{"Accept-Encoding": "gzip"}) for _ in range(8)]
    text = gzip.decompress(answers[0].data).decode()
    token = re.compile(r'value="[^"]{40,}"')
    assert token.sub("", text) == token.sub("", plain.text)
    assert {one.headers["Content-Encoding"] for one in answers} == {"gzip"}
    assert len({len(one.headers["X-Noise"]) for one in answers}) > 1
    assert len(answers[0].data) * 3 < len(plain.data)


def test_what_is_refused_or_small_is_not_compressed(lead):
    for path in ("/healthz", "/postingview/show/999999999"):
        assert "Content-Encoding" not in lead.get(path, **{"Accept-Encoding": "gzip"}).headers


def test_what_does_not_accept_gzip_does_not_get_it(lead):
    assert "Content-Encoding" not in lead.get("/", **{"Accept-Encoding": "gzip;q=0, identity"}).headers


def test_a_changed_file_is_compressed_anew(tmp_path: Path):
    file = tmp_path / "a.css"
    file.write_text("a{}")
    first = compression._file(str(file), 1)
    file.write_text("b{}")
    assert gzip.decompress(first) == b"a{}" and gzip.decompress(compression._file(str(file), 2)) == b"b{}"
