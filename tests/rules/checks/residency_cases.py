"""Cases of D01..D04 (standards.md 3.7, row 入驻)."""

from __future__ import annotations

from tests.rules.checks.makers import GONE, UNIT, clean, hits

D = "residency"

CASES = [
    hits(D, "D01", "block", {}, {"unit": UNIT | {"status": "frozen"}}, field="unit"),
    hits(D, "D01", "block", {"unit": UNIT | {"status": "imported"}}, {"unit": GONE}, field="unit"),
    clean(D, "D01"),
    hits(D, "D02", "block", {}, {"school_open": False}, says="上海工程技术大学"),
    hits(D, "D02", "info", {}, {"school_open": GONE}),
    clean(D, "D02"),
    hits(D, "D03", "warn", {}, {"earlier_refusals": 2}, says="2"),
    hits(D, "D03", "info", {}, {"earlier_refusals": GONE}),
    clean(D, "D03"),
    hits(D, "D04", "info", {"statement": "  "}, field="statement"),
    clean(D, "D04"),
]
