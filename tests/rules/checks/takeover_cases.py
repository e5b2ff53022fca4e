"""Cases of T01..T07 (takeover of a unit)."""

from __future__ import annotations

from tests.rules.checks.makers import GONE, TAKEOVER, clean, hits

T = "unit_takeover"


def without(slot: str) -> dict[str, list[dict[str, str]]]:
    """The materials but for one."""
    return {"files": [file for file in TAKEOVER["files"] if file["slot"] != slot]}


CASES = [
    hits(T, "T01", "block", {}, {"handler": {"identity_level": 1}}),
    hits(T, "T01", "info", {}, {"handler": GONE}),
    clean(T, "T01"),
    hits(T, "T02", "high", {"name": "上海另一家商贸有限公司"}, field="name"),
    clean(T, "T02"),
    clean(T, "T02", {"name": " 上海新办商贸有限公司 "}),
    *(
        hits(T, "T03", "block", without(slot), field=f"files.{slot}")
        for slot in ("handler_id", "holder_photo", "licence", "letter")
    ),
    clean(T, "T03"),
    hits(T, "T04", "block", {"agreed": False}, field="agreed"),
    clean(T, "T04"),
    hits(T, "T05", "high", {}, {"owners": [{"days": 400}, {"days": 3}]}, says="3"),
    hits(T, "T05", "warn", {}, {"owners": [{"days": 400}, {"days": None}]}, says="2"),
    clean(T, "T05"),
    hits(T, "T06", "high", {}, {"rivals": 1}),
    clean(T, "T06"),
    hits(T, "T07", "high", {}, {"banned": True}),
    hits(T, "T07", "info", {}, {"banned": GONE}),
    clean(T, "T07"),
]
