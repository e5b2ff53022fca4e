"""Cases of Z01..Z08 (entry of agencies) and E01..E03 (certification of employers)."""

from __future__ import annotations

from datetime import timedelta

from tests.rules.checks.makers import ENTRY, GONE, TODAY, UNIT, clean, hits

Z, E = "agency_entry", "employer_certification"


def without(slot: str) -> dict[str, list[dict[str, str]]]:
    """The entry's materials but for one."""
    return {"files": [file for file in ENTRY["files"] if file["slot"] != slot]}


CASES = [
    hits(Z, "Z01", "block", {}, {"handler": {"identity_level": 1}}),
    hits(Z, "Z01", "info", {}, {"handler": GONE}),
    clean(Z, "Z01"),
    *(
        hits(Z, "Z02", "block", without(slot), field=f"files.{slot}")
        for slot in ("holder_photo", "licence", "letter", "hr_licence")
    ),
    hits(Z, "Z02", "block", {"agency_kind": "public"}, field="files.approval"),
    clean(Z, "Z02"),
    hits(Z, "Z03", "block", {"licence_no": ""}, field="licence_no"),
    hits(
        Z,
        "Z03",
        "block",
        {"licence_valid_until": "2020-01-01", "licence_valid_from": "2018-01-01"},
        field="licence_valid_until",
    ),
    hits(Z, "Z03", "block", {"licence_valid_from": "2030-01-01"}, field="licence_valid_until"),
    hits(Z, "Z03", "warn", {"licence_no": "无!"}, field="licence_no"),
    clean(Z, "Z03"),
    clean(
        Z, "Z03", {"agency_kind": "public", "licence_no": "", "licence_valid_from": None, "licence_valid_until": None}
    ),
    hits(Z, "Z04", "high", {"service_scope": "职业中介活动"}, field="service_scope"),
    clean(Z, "Z04"),
    clean(Z, "Z04", {"agency_kind": "public", "service_scope": "公共就业服务"}),
    hits(Z, "Z05", "block", {"uscc": "91310000X"}, field="uscc"),
    hits(Z, "Z05", "block", {"uscc": None}, field="uscc"),
    hits(Z, "Z05", "block", {}, {"agency_taken": True}, field="name"),
    clean(Z, "Z05"),
    hits(Z, "Z06", "block", {"photo_consent": False}, field="photo_consent"),
    clean(Z, "Z06"),
    clean(Z, "Z06", {**without("holder_photo"), "photo_consent": False}),
    hits(Z, "Z07", "block", {"recommended": False}),
    clean(Z, "Z07"),
    hits(Z, "Z08", "high", {}, {"banned": True}),
    hits(Z, "Z08", "info", {}, {"banned": GONE}),
    clean(Z, "Z08"),
    clean(Z, "Z07", {"agency_kind": "public", "recommended": False}),
    hits(E, "E01", "block", {}, {"handler": {"identity_level": 0}}),
    hits(E, "E01", "info", {}, {"handler": GONE}),
    clean(E, "E01"),
    hits(E, "E02", "block", {}, {"unit": UNIT | {"status": "frozen"}}, field="unit"),
    hits(E, "E02", "warn", {}, {"unit": UNIT | {"reverify_due": "2020-01-01"}}, field="unit"),
    clean(E, "E02"),
    hits(E, "E03", "block", {"files": []}, field="files.employment_proof"),
    hits(E, "E03", "block", {"employed_since": None}, field="employed_since"),
    hits(E, "E03", "block", {"employed_since": "2099-01-01"}, field="employed_since"),
    hits(E, "E03", "block", {"employed_since": "2999-01-01"}, field="employed_since", says="2999"),
    hits(E, "E03", "block", {"proof_name": " "}, field="proof_name"),
    hits(E, "E03", "block", {"proof_name": "王建军"}, field="proof_name"),
    hits(E, "E03", "info", {"applicant": ""}, field="proof_name"),
    hits(E, "E03", "block", {"proof_date": None}, field="proof_date"),
    hits(E, "E03", "block", {"proof_date": "2999-01-01"}, field="proof_date"),
    hits(E, "E03", "block", {"proof_date": (TODAY - timedelta(days=90)).isoformat()}, field="proof_date", says="90"),
    clean(E, "E03", {"proof_name": "阿依古丽 • 买买提", "applicant": "阿依古丽·买买提"}),
    clean(E, "E03"),
]
