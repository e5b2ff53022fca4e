"""Cases of I01..I11 (standards.md 3.2)."""

from __future__ import annotations

from datetime import date

from tests.rules.checks.makers import GONE, VIDEO, clean, hits, scan

M = "unit_media"


def _one(**other: object) -> dict[str, object]:
    return {"files": [scan("image", **other)]}


def _video(**other: object) -> dict[str, object]:
    return {"slot": "video", "files": [VIDEO | other]}


def _near(relation: str) -> dict[str, object]:
    return {"lookalikes": [{"file_id": "file-image", "relation": relation, "distance": 3, "title": "旧图"}]}


CASES = [
    hits(M, "I01", "block", {"files": []}, field="files"),
    hits(M, "I01", "block", _one(mime="image/gif", name="a.gif"), says="image/gif"),
    hits(M, "I01", "block", _one(mime="video/mp4", name="a.mp4"), says="video/mp4"),
    hits(M, "I01", "block", _one(mime="image/png", name="a.jpg"), says="image/png"),
    hits("gig_offer", "I01", "block", _one(mime="application/pdf", name="a.pdf")),
    clean(M, "I01"),
    clean(M, "I01", _one(name="A.JPEG")),
    clean(M, "I01", _video()),
    clean("gig_offer", "I01"),
    hits(M, "I02", "block", _one(size=5 * 1024 * 1024 + 1), says="5"),
    hits(M, "I02", "block", _video(size=201 * 1024 * 1024), says="201.0"),
    clean(M, "I02", _one(size=5 * 1024 * 1024)),
    hits(M, "I03", "block", {}, {"slot_count": 4}, field="slot", says="4"),
    hits("personal_media", "I03", "block", {"slot": "avatar"}, {"slot_count": 2}, field="slot"),
    clean(M, "I03", {}, {"slot_count": 3}),
    clean(M, "I03", {}, {"slot_count": GONE}),
    hits(M, "I04", "block", _one(width=10_000, height=10_000), says="10000"),
    hits(M, "I04", "block", _one(width=0, height=0)),
    clean(M, "I04", _one(width=8000, height=5000)),
    hits(M, "I05", "block", _one(malware="infected")),
    hits(M, "I05", "info", _one(malware="not_scanned")),
    hits(M, "I05", "info", _one(malware="failed")),
    clean(M, "I05"),
    hits(M, "I06", "warn", _one(width=300, height=500), says="300"),
    hits(M, "I06", "warn", _one(width=4000, height=500), says="8.0:1"),
    hits(M, "I06", "warn", {"slot": "logo", **_one(width=900, height=600)}, says="1.5:1"),
    hits(M, "I06", "warn", _one(blank=True)),
    hits(M, "I06", "warn", _one(blurred=True)),
    clean(M, "I06"),
    clean(M, "I06", {"slot": "logo", **_one(width=600, height=600)}),
    hits(M, "I07", "high", {}, _near("rejected"), says="旧图"),
    hits(M, "I07", "high", {}, _near("document")),
    hits(M, "I07", "warn", {}, _near("other_owner")),
    hits(M, "I07", "info", {}, _near("own")),
    clean(M, "I07"),
    hits(M, "I08", "high", _one(codes=["https://example.com/join"]), says="example.com/join"),
    hits("gig_offer", "I08", "high", _one(codes=["weixin://x"])),
    clean(M, "I08"),
    hits(M, "I09", "info", {}, {"picture_texts": GONE}),
    hits(
        M,
        "I09",
        "warn",
        {},
        {"picture_texts": {"file-image": "招聘热线 13812345678"}},
        field="files",
        says="13812345678",
    ),
    hits(M, "I09", "warn", {"title": "加微信 zhaopin2026 了解"}, field="title"),
    clean(M, "I09"),
    clean("gig_offer", "I09"),
    hits(M, "I10", "info", _one(had_gps=True)),
    hits(M, "I10", "info", {}, {"taken_on": {"file-image": date(2027, 1, 1)}}, says="2027-01-01"),
    clean(M, "I10", {}, {"taken_on": {"file-image": "2026-11-16"}}),
    hits(M, "I11", "block", _video(mime="video/x-msvideo", name="a.avi"), says="video/x-msvideo"),
    hits(M, "I11", "block", _video(seconds=181), says="181"),
    hits(M, "I11", "block", _video(width=0, height=0)),
    hits(M, "I11", "info", _video(seconds=None)),
    hits(M, "I06", "warn", _video(blank=True)),
    clean(M, "I11", _video(seconds=180)),
    clean(M, "I11"),
]
