"""Videos by their containers, built here box by box (I01, I02, I11)."""

import struct
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.gateways.containers import facts
from app.gateways.videos import cleaned, inspect
from app.rules.refused import Refused


def box(kind: bytes, *bodies: bytes) -> bytes:
    body = b"".join(bodies)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def ints(*values: int) -> bytes:
    return struct.pack(f">{len(values)}I", *values)


def track(handler=b"vide", codec=b"avc1", seconds=0, samples=()) -> bytes:
    """A track of 1000 ticks a second; `samples` are (count, ticks each)."""
    stts = ints(0, len(samples), *(value for pair in samples for value in pair))
    table = box(b"stbl", box(b"stsd", ints(0, 1), box(codec, b"\0" * 8)), box(b"stts", stts))
    media = box(b"mdhd", ints(0, 0, 0, 1000, seconds * 1000)) + box(b"hdlr", ints(0, 0), handler, b"\0" * 13)
    return box(b"trak", box(b"tkhd", ints(0, 0, 0, 1, 0, 0)), box(b"mdia", media, box(b"minf", table)))


def mp4(seconds=10, *tracks: bytes, brand=b"isom", more=b"", scale=1000) -> bytes:
    movie = box(b"mvhd", ints(0, 0, 0, scale, seconds * scale))
    return (
        box(b"ftyp", brand, ints(0), brand)
        + box(b"moov", movie, *(tracks or (track(),)))
        + box(b"mdat", b"\0" * 64)
        + more
    )


def element(name: str, body: bytes, unknown=False) -> bytes:
    size = b"\x01" + b"\xff" * 7 if unknown else struct.pack(">Q", len(body) | 1 << 56)
    return bytes.fromhex(name) + size + body


def webm(seconds=None, codec=b"V_VP9", blocks=(0,), doc=b"webm", kind=1, live=False) -> bytes:
    """A recording; `blocks` are seconds of its pictures, one cluster each, `live` leaves sizes open as browsers do."""
    info = element("2AD7B1", (1_000_000).to_bytes(4, "big"))
    if seconds is not None:
        info += element("4489", struct.pack(">d", seconds * 1000.0))
    entry = element("AE", element("83", bytes([kind])) + element("86", codec))
    clusters = b"".join(
        element("1F43B675", element("E7", (at * 1000).to_bytes(4, "big")) + element("A3", b"\x81\x00\x28\x80xx"), live)
        for at in blocks
    )
    segment = element("18538067", element("1549A966", info) + element("1654AE6B", entry) + clusters, live)
    return element("1A45DFA3", element("4282", doc)) + segment


def looked(data: bytes, name: str, **limits):
    return inspect(BytesIO(data), name, **limits)


def refusal(data: bytes, name: str, **limits) -> Refused:
    with pytest.raises(Refused) as caught:
        looked(data, name, **limits)
    assert caught.value.field == "file"
    return caught.value


def fragment(base: int, *ticks: int, default=0, count=0) -> bytes:
    """A movie fragment whose samples have durations of their own, or `count` of a default one."""
    head = box(b"tfhd", ints(0x08, 1, default)) + box(b"tfdt", ints(0, base))
    run = box(b"trun", ints(0x100, len(ticks), *ticks)) if ticks else box(b"trun", ints(0, count))
    return box(b"moof", box(b"traf", head, run))


@pytest.mark.parametrize(
    ("data", "name", "mime", "seconds", "codec"),
    [
        (mp4(12), "a.mp4", "video/mp4", 12, "avc1"),
        (mp4(12), "A.M4V", "video/mp4", 12, "avc1"),
        (mp4(0, track(codec=b"vp09", samples=[(30, 500)])), "a.mp4", "video/mp4", 15, "vp09"),
        (mp4(0, track(), more=fragment(0, 400, 600) + fragment(1000, 500)), "a.mp4", "video/mp4", 1.5, "avc1"),
        (mp4(0, track(), more=fragment(0, default=40, count=50)), "a.mp4", "video/mp4", 2, "avc1"),
        (webm(12), "a.webm", "video/webm", 12, "V_VP9"),
        (webm(None, blocks=(0, 5, 9)), "a.webm", "video/webm", 9.04, "V_VP9"),
        (webm(None, blocks=(0, 5, 9), live=True), "a.webm", "video/webm", 9.04, "V_VP9"),
    ],
)
def test_ordinary_videos(data, name, mime, seconds, codec):
    video = looked(data, name)
    assert (video.mime, video.size, video.codec) == (mime, len(data), codec)
    assert video.seconds == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("data", "name", "code"),
    [
        (b"", "a.mp4", "video_type"),
        (b"<?php ?>", "a.mp4", "video_type"),
        (b"<html>" * 9, "a.webm", "video_type"),
        (mp4(), "a.webm", "video_type"),
        (mp4(), "a.mp4.php", "video_type"),
        (mp4(brand=b"qt  "), "a.mov", "video_type"),
        (mp4(brand=b"heic"), "a.mp4", "video_type"),
        (webm(5, doc=b"matroska"), "a.webm", "video_type"),
        (mp4(200), "a.mp4", "video_too_long"),
        (mp4(1, track(seconds=200)), "a.mp4", "video_too_long"),
        (mp4(1, track(samples=[(100_000, 40)])), "a.mp4", "video_too_long"),
        (mp4(1, track(), more=fragment(200_000, 40)), "a.mp4", "video_too_long"),
        (webm(200), "a.webm", "video_too_long"),
        (webm(1, blocks=(0, 200)), "a.webm", "video_too_long"),
        (mp4(5, track(handler=b"soun", codec=b"mp4a")), "a.mp4", "video_no_picture"),
        (webm(5, kind=2, codec=b"A_OPUS"), "a.webm", "video_no_picture"),
        (mp4(5, track(codec=b"hvc1")), "a.mp4", "video_codec"),
        (webm(5, codec=b"V_MPEGH/ISO/HEVC"), "a.webm", "video_codec"),
        (mp4(0), "a.mp4", "video_length_unknown"),
        (mp4(5, scale=0), "a.mp4", "video_broken"),
        (mp4(5)[:60], "a.mp4", "video_broken"),
        (webm(5)[:-3], "a.webm", "video_broken"),
        (webm(5) + b"\0", "a.webm", "video_broken"),
    ],
)
def test_each_fault_has_its_own_code(data, name, code):
    assert refusal(data, name).code == code


def test_too_many_bytes_are_refused_before_anything_is_read():
    refused = refusal(mp4(), "a.mp4", limit_bytes=50)
    assert (refused.code, refused.facts["limit"]) == ("video_too_big", 50)


def test_limits_are_the_callers_to_set():
    assert looked(mp4(200), "a.mp4", limit_seconds=300).seconds == 200
    assert refusal(mp4(11), "a.mp4", limit_seconds=10).facts == {"limit": 10, "seconds": 11}


def test_a_file_of_empty_boxes_does_not_hold_the_reader(monkeypatch):
    monkeypatch.setattr("app.gateways.containers.mp4.MAX_ELEMENTS", 1000)
    assert refusal(mp4(5, more=box(b"free") * 2000), "a.mp4").code == "video_broken"
    assert facts.MAX_ELEMENTS >= 100_000


PLACE = b"+31.2304+121.4737/"
NOTES = box(b"\xa9xyz", b"\0\x12\x15\xc7", PLACE)
TAGS = element("1254C367", element("7373", element("67C8", element("45A3", b"LOCATION") + element("4487", PLACE))))


def noted(*beside: bytes) -> bytes:
    """A video whose movie says more than it needs to."""
    movie = box(b"mvhd", ints(0, 0, 0, 1000, 10_000))
    return box(b"ftyp", b"isom", ints(0), b"isom") + box(b"moov", movie, track(), *beside) + box(b"mdat", b"\1" * 64)


LARGE = struct.pack(">I4sQ", 1, b"udta", 16 + len(NOTES)) + NOTES  # its length written in eight bytes


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (noted(box(b"udta", NOTES)), "a.mp4"),
        (noted(LARGE), "a.mp4"),
        (noted(box(b"meta", ints(0), b"com.apple.quicktime.location.ISO6709", PLACE)), "a.mp4"),
        (mp4(more=box(b"uuid", b"\0" * 16, b"exif:GPSLatitude", PLACE)), "a.mp4"),
        (mp4(more=box(b"free", b"ISO6709", PLACE, b"PK\5\6")), "a.mp4"),
        (webm(12)[:-1] + b"x" + TAGS, "a.webm"),
        (webm(12) + element("1941A469", b"LOCATION" + PLACE + b"x" * 200), "a.webm"),
        (webm(12) + bytes.fromhex("EC") + bytes([0x80 | 30]) + b"LOCATION" + PLACE + b"1234", "a.webm"),
    ],
    ids=["a camera's", "in eight bytes", "a telephone's", "an editor's", "free room", "tags", "attachments", "void"],
)
def test_where_it_was_taken_is_emptied_and_nothing_moves(data, name):
    video = looked(data, name)
    assert video.had_place
    with cleaned(BytesIO(data), video) as stream:
        out = stream.read()
    assert len(out) == len(data) and PLACE not in out and b"PK" not in out
    again = looked(out, name)
    assert (again.seconds, again.codec, again.had_place) == (video.seconds, video.codec, False)
    assert data.find(b"mdat") == out.find(b"mdat")
    with cleaned(BytesIO(out), again) as stream:
        assert stream.read() == out, "once is enough"


def test_an_ordinary_video_is_stored_as_it_came():
    stream = BytesIO(mp4())
    with cleaned(stream, looked(mp4(), "a.mp4")) as clean:
        assert clean is stream
    assert not looked(noted(box(b"udta", box(b"name", b"Holiday"))), "a.mp4").had_place


@pytest.mark.parametrize("codec", [b"gpmd", b"camm"])
def test_a_track_of_the_way_is_refused(codec):
    assert refusal(mp4(10, track(), track(handler=b"meta", codec=codec)), "a.mp4").code == "video_place"


def test_the_stream_is_left_at_its_beginning():
    stream = BytesIO(mp4())
    inspect(stream, "a.mp4")
    assert stream.tell() == 0


@settings(max_examples=150)
@given(
    st.sampled_from(
        [("a.mp4", mp4(0, track(samples=[(3, 40)]), more=fragment(0, 40))), ("a.webm", webm(5, live=True))]
    ),
    st.data(),
)
def test_damage_ends_in_a_video_or_a_refusal_and_in_nothing_else(sample, data):
    name, whole = sample
    spoilt = bytearray(whole)
    for _ in range(data.draw(st.integers(1, 5))):
        spoilt[data.draw(st.integers(0, len(spoilt) - 1))] = data.draw(st.integers(0, 255))
    try:
        assert looked(bytes(spoilt), name).seconds <= 180
    except Refused as refused:
        assert refused.code.startswith("video_")
