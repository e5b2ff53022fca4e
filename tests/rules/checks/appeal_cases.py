"""Cases of A01..A10 (standards.md 3.5)."""

from __future__ import annotations

from tests.rules.checks.makers import APPEAL_FACTS, GONE, clean, hits, scan

A = "account_appeal"
FRONT, HAND = scan("id_front"), scan("id_hand", phash=2**40 - 1)
FOUR = [FRONT, HAND, scan("seal_licence", phash=-5), scan("seal_letter", phash=2**60 - 1)]

CASES = [
    hits(A, "A01", "block", {}, {"required": ["id_front", "id_hand"]}, field="files"),
    hits(A, "A01", "block", {"party": "unit", "uscc": "9"}, {}, field="unit_name"),
    hits(A, "A01", "block", {"party": "unit", "unit_name": "甲"}, {}, field="uscc"),
    hits(A, "A01", "info", {}, {"required": GONE}),
    clean(A, "A01"),
    hits(A, "A02", "block", {"files": [scan("id_front", mime="image/png")]}, says="jpg"),
    hits(A, "A02", "block", {"files": [scan("id_front", size=2 * 1024 * 1024 + 1)]}),
    hits(A, "A02", "warn", {"files": [scan("id_front", blank=True)]}),
    hits(A, "A02", "warn", {"files": [scan("id_front", blurred=True)]}),
    clean(A, "A02", {"files": [scan("id_front", size=2 * 1024 * 1024)]}),
    hits(A, "A03", "high", {"files": [FRONT, scan("id_hand", sha256=FRONT["sha256"])]}),
    hits(A, "A03", "high", {"files": [scan("id_front", phash=-1), scan("id_hand", phash=-2)]}),
    hits(A, "A03", "high", {}, {"seen_elsewhere": ["file-id_front"]}),
    clean(A, "A03", {"files": [FRONT, HAND]}),
    hits(A, "A04", "high", {}, {"match": {"found": False}}),
    hits(A, "A04", "high", {}, {"match": {"found": True, "name": False}}),
    hits(A, "A04", "high", {}, {"match": {"found": True, "name": True, "unit_name": False}}),
    hits(A, "A04", "high", {}, {"match": {"found": True, "name": True, "staff": True}}),
    hits(A, "A04", "high", {}, {"match": {"found": True, "claimed": True}}, field="id_number"),
    hits(A, "A04", "high", {}, {"match": {"found": True, "region": False}}, field="region_code"),
    hits(A, "A04", "info", {}, {"match": GONE}),
    clean(A, "A04"),
    hits(A, "A05", "block", {"reason": "丢了"}, field="reason"),
    hits(A, "A05", "high", {"files": FOUR}, field="files"),
    hits(A, "A05", "high", {"files": [FRONT, scan("statement")]}, field="reason"),
    clean(A, "A05"),
    hits(A, "A06", "warn", {}, {"phone_elsewhere": True}, field="phone"),
    hits(A, "A06", "high", {}, {"phone_appeals": 3}, says="3"),
    hits(A, "A06", "high", {}, {"address_appeals": 4}, says="4"),
    hits(A, "A06", "high", {}, {"phone_staff": True}, field="phone"),
    hits(A, "A06", "high", {}, {"address_staff": True}, field=""),
    hits(A, "A06", "info", {}, {"phone_elsewhere": GONE}),
    clean(A, "A06", {}, {"phone_appeals": 2}),
    hits(A, "A07", "info", {}, {"earlier": [{"status": "rejected", "days": 9}]}, says="9"),
    hits(A, "A07", "info", {}, {"earlier": [{"status": "revoked", "days": 2}]}, says="2"),
    hits(A, "A07", "info", {}, {"earlier": [{"status": "rejected", "days": 0}]}),
    hits(A, "A07", "info", {}, {"earlier": GONE}),
    clean(A, "A07"),
    hits(A, "A08", "high", {}, {"account": {"active": False}}),
    hits(A, "A08", "high", {}, {"account": {"active": True, "banned": True}}),
    hits(A, "A08", "high", {}, {"account": dict(APPEAL_FACTS["account"], rivals=2)}, says="2"),
    hits(A, "A08", "info", {}, {"account": GONE}),
    clean(A, "A08"),
    hits(A, "A09", "info", {}, {"working_days": 2}, says="2"),
    clean(A, "A09"),
    hits(A, "A10", "info", {}, {"hands_over": True}),
    clean(A, "A10"),
]
