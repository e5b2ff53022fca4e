"""Files that are not what they say, or more than that: each is refused in its own words, and nothing of it is left."""

from __future__ import annotations

import zlib
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from flask_babel import force_locale
from PIL import Image
from sqlalchemy import func, select

from app.extensions import db
from app.models.files import StoredFile
from app.rules.actor import Role
from app.rules.refused import Refused
from app.views import uploads, words
from tests.gateways.test_pdfs import packed, pdf
from tests.gateways.test_pictures import png_head
from tests.gateways.test_videos import box, mp4, track
from tests.views import world as made

MEDIA = ("/unitmediumview/add", "file_file", {"slot": "image", "title": "车间"})
FILMS = ("/unitmediumview/add", "file_file", {"slot": "video", "title": "车间"})
PAPERS = ("/employercertificationview/add", "file_employment_proof", {"title": "人事主管"})


@pytest.fixture(scope="module")
def world(request, server_url, template_url, data_dir):
    return made.shared(request.session, server_url, template_url, data_dir)


def jpg(size: tuple[int, int] = (400, 300)) -> bytes:
    out = BytesIO()
    Image.effect_noise(size, 60).convert("RGB").save(out, "JPEG")
    return out.getvalue()


SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>'
SCRIPT = b"/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>"
TEN_THOUSAND = pdf().replace(b"/Count 1 /Kids [ 10 0 R ]", b"/Count 10000 /Kids [ " + b"10 0 R " * 10_000 + b"]")
HOSTILE: dict[str, tuple[Any, str, bytes, str]] = {
    "an svg named jpg": (MEDIA, "a.jpg", SVG, "picture_type"),
    "a page named png": (MEDIA, "a.png", b"<!DOCTYPE html><script>alert(1)</script>", "picture_type"),
    "a gif that is a script": (MEDIA, "a.jpg", b"GIF89a/*" + b"\0" * 50 + b"*/=1;alert(1)", "picture_type"),
    "a jpg named exe": (MEDIA, "a.jpg.exe", jpg(), "picture_type"),
    "a picture turned by its name": (MEDIA, "a\u202egpj.exe", jpg(), "picture_type"),
    "a bomb by its head": (MEDIA, "a.png", png_head(60_000, 60_000), "picture_too_many_pixels"),
    "a picture cut short": (MEDIA, "a.jpg", jpg()[:900], "picture_broken"),
    "a picture too large": (MEDIA, "a.jpg", jpg() + b"\0" * 350_000, "picture_too_big"),
    "a paper where pictures are": (MEDIA, "a.pdf", pdf(), "pdf_place"),
    "a paper named jpg": (MEDIA, "a.jpg", pdf(), "picture_type"),
    "a page named mp4": (FILMS, "a.mp4", b"<html><script>alert(1)</script>", "video_type"),
    "a video of another kind": (FILMS, "a.mp4", mp4(brand=b"heic"), "video_type"),
    "a video that says its way": (FILMS, "a.mp4", mp4(9, track(), track(b"meta", b"gpmd")), "video_place"),
    "a video with an archive behind": (FILMS, "a.mp4", mp4(9) + b"PK\3\4" * 9, "video_broken"),
    "an endless box": (FILMS, "a.mp4", mp4(9, more=box(b"free") + b"\0\0\0\1free" + b"\xff" * 8), "video_broken"),
    "a script in a paper": (PAPERS, "a.pdf", pdf(catalog=SCRIPT), "pdf_active"),
    "a script packed away": (PAPERS, "a.pdf", pdf(packed(b"<< /S /JavaScript /JS (1) >>")), "pdf_active"),
    "a locked paper": (PAPERS, "a.pdf", pdf(trailer=b"/Encrypt 100 0 R"), "pdf_locked"),
    "ten thousand pages": (PAPERS, "a.pdf", TEN_THOUSAND, "pdf_many_pages"),
    "a paper of a hundred metres": (PAPERS, "a.pdf", pdf(box="0 0 200000 200000"), "pdf_page_size"),
    "a paper whose table lies": (PAPERS, "a.pdf", pdf()[:120] + b"\nstartxref\n99999999\n%%EOF", "pdf_broken"),
    "a paper and an archive": (PAPERS, "a.pdf", pdf() + b"PK\3\4 and more", "pdf_twofold"),
    "a paper that is a page": (PAPERS, "a.pdf", b"%PDF-1.7\n%<html><script>\n" + pdf()[9:], "pdf_twofold"),
    "a program named pdf": (PAPERS, "a.pdf", b"MZ\x90\0" + b"\0" * 90, "picture_type"),
    "a paper unpacked without end": (PAPERS, "a.pdf", pdf(packed(b" " * 40_000_000)), "pdf_heavy"),
    "bytes of a paper": (PAPERS, "a.pdf", b"%PDF-1.7\n" + zlib.compress(b"x" * 999) + b"\n%%EOF", "pdf_broken"),
}
FACTS = {"pdf_many_pages": {"pages": 10_000, "limit": 20}, "pdf_page_size": {"page": 1}}


def lying(folder: Path) -> set[str]:
    return {str(one) for one in folder.rglob("*") if one.is_file()}


@pytest.mark.parametrize("case", HOSTILE)
def test_it_is_refused_in_its_words_and_nothing_is_left(world, case, monkeypatch):
    monkeypatch.setattr(uploads, "IMAGE_BYTES", 300_000)  # what the test's own client holds in memory
    (way, field, typed), name, data, code = HOSTILE[case]
    role = Role.OWNER if way == PAPERS[0] else Role.HANDLER
    with made.undone(world):
        folder = Path(world.app.config["DATA_DIR"]) / "files"
        before, rows = lying(folder), db.session.scalar(select(func.count()).select_from(StoredFile))
        answer = world.post(role, way, {**typed, field: (BytesIO(data), name)}, content_type="multipart/form-data")
        assert answer.status_code == 422
        with world.app.test_request_context(), force_locale("zh"):
            assert words.say(Refused(code, **FACTS.get(code, {}))) in answer.text
        assert lying(folder) == before
        assert db.session.scalar(select(func.count()).select_from(StoredFile)) == rows
        assert typed["title"] in answer.text, "what was typed is kept"
