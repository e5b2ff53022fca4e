"""Cases of P01..P08 (real-name by documents; GD-12, GD-13, GD-15)."""

from __future__ import annotations

from tests.rules.checks.makers import GONE, clean, hits, scan

P = "identity_proof"
FRONT, BACK, HELD = scan("id_front"), scan("id_back", phash=2**40 - 1), scan("holder_photo", phash=-5)

CASES = [
    hits(P, "P01", "block", {"files": [FRONT]}, field="files.id_back"),
    hits(P, "P01", "block", {}, {"required": ["id_front", "id_back", "holder_photo"]}, field="files.holder_photo"),
    hits(P, "P01", "info", {}, {"required": GONE}),
    clean(P, "P01"),
    hits(P, "P02", "block", {"files": [scan("id_front", mime="image/png"), BACK]}, says="jpg"),
    hits(P, "P02", "block", {"files": [scan("id_front", size=2 * 1024 * 1024 + 1), BACK]}, says="2"),
    hits(P, "P02", "warn", {"files": [scan("id_front", blank=True), BACK]}),
    hits(P, "P02", "warn", {"files": [scan("id_front", blurred=True), BACK]}),
    clean(P, "P02", {"files": [scan("id_front", size=2 * 1024 * 1024), BACK]}),
    hits(P, "P03", "block", {}, {"document_fault": "check_char"}, field="id_number"),
    hits(P, "P03", "block", {}, {"age": 15}, says="15"),
    hits(P, "P03", "info", {}, {"document_fault": GONE}),
    clean(P, "P03", {}, {"age": 16}),
    hits(P, "P04", "block", {}, {"claim": {"name": True, "number": False}}, field="id_number"),
    hits(P, "P04", "high", {}, {"claim": {"name": False, "number": True}}, field="real_name"),
    hits(P, "P04", "info", {}, {"claim": GONE}),
    clean(P, "P04", {}, {"claim": {"name": True}}),
    hits(P, "P05", "high", {}, {"document_taken": True}),
    hits(P, "P05", "high", {}, {"document_banned": True}),
    hits(P, "P05", "info", {}, {"document_taken": GONE}),
    clean(P, "P05"),
    hits(P, "P06", "high", {"files": [FRONT, BACK, HELD]}),
    hits(P, "P06", "high", {}, {"compared_by_hand": True}, field="files"),
    clean(P, "P06"),
    hits(P, "P07", "high", {"files": [FRONT, scan("id_back", sha256=FRONT["sha256"])]}),
    hits(P, "P07", "high", {"files": [FRONT, scan("id_back", phash=6)]}),
    hits(P, "P07", "high", {}, {"pictures_elsewhere": [FRONT["file_id"]]}),
    clean(P, "P07", {"files": [FRONT, BACK, HELD]}),
    hits(P, "P08", "block", {}, {"identity_level": 2}),
    hits(P, "P08", "info", {}, {"identity_level": GONE}),
    clean(P, "P08", {}, {"identity_level": 0}),
]
