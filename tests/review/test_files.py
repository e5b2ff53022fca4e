"""What is taken in: pictures re-encoded, videos as they came, names harmless, scanners believed."""

from __future__ import annotations

import hashlib
from io import BytesIO

import pytest
from PIL import Image

from app.gateways.malware import NotScanned, Verdict
from app.gateways.storage import LocalStorage
from app.review import files
from app.rules.media import APPEAL_BYTES
from app.rules.refused import Refused
from tests.gateways.test_videos import box, mp4, track


class Up:
    """An upload as a form hands it over."""

    def __init__(self, data: bytes, filename: str) -> None:
        self.stream, self.filename = BytesIO(data), filename


class Infected:
    def scan(self, source):
        return Verdict("infected", "Demo.Virus")


def jpeg(size=(640, 480), tail=b"") -> bytes:
    out = BytesIO()
    image = Image.effect_noise(size, 60).convert("RGB")
    image.save(out, "JPEG", quality=90)
    return out.getvalue() + tail


@pytest.fixture
def storage(tmp_path):
    return LocalStorage(tmp_path)


def test_a_picture_is_stored_without_what_was_hidden_behind_it(session, storage):
    row = files.store(session, storage, NotScanned(), Up(jpeg(tail=b"<?php system($_GET[0]); ?>"), "a.jpg"), None)
    with storage.open(row.key) as kept:
        data = kept.read()
    assert b"<?php" not in data
    assert row.sha256 == hashlib.sha256(data).hexdigest()
    assert (row.width, row.height, row.mime, row.malware) == (640, 480, "image/jpeg", "not_scanned")


def test_a_video_is_stored_as_it_came(session, storage):
    data = mp4(10, track())
    row = files.store(session, storage, NotScanned(), Up(data, "b.mp4"), None)
    assert (row.seconds, row.size, row.sha256) == (10, len(data), hashlib.sha256(data).hexdigest())
    with storage.open(row.key) as kept:
        assert kept.read() == data


def test_where_a_video_was_taken_is_not_stored(session, storage):
    data = mp4(10, track(), box(b"udta", box(b"\xa9xyz", b"+31.2304+121.4737/")))
    row = files.store(session, storage, NotScanned(), Up(data, "b.mp4"), None)
    with storage.open(row.key) as kept:
        stored = kept.read()
    assert b"+31.2304" in data and b"+31.2304" not in stored and len(stored) == len(data)
    assert row.had_gps and row.sha256 == hashlib.sha256(stored).hexdigest()


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../etc/passwd.jpg", "passwd.jpg"),
        ("C:\\x\\执照.jpg", "执照.jpg"),
        ("a\x00<b>.jpg", "ab.jpg"),
        ("执照\u202egpj.exe.jpg", "执照gpj.exe.jpg"),
        ("a\u200b\u2028b\ud800\x85.jpg", "ab.jpg"),
        ("", "file"),
        ("...", "file"),
    ],
)
def test_a_name_is_only_for_show(name, shown):
    assert files.shown_name(name) == shown


def test_three_megabytes_are_too_much_where_two_are_the_limit(session, storage):
    data = jpeg((2600, 2000))
    assert len(data) > 3 * 1024 * 1024
    with pytest.raises(Refused) as refused:
        files.store(session, storage, NotScanned(), Up(data, "appeal.jpg"), None, limit=APPEAL_BYTES)
    assert (refused.value.code, refused.value.field) == ("picture_too_big", "file")


def test_an_infected_file_is_refused(session, storage):
    with pytest.raises(Refused) as refused:
        files.store(session, storage, Infected(), Up(jpeg(), "a.jpg"), None)
    assert refused.value.code == "malware_found"
    assert not list(storage._root.rglob("*.jpg"))
