"""Evidence and facts of every kind that are in order: each case of the tables changes what it is about."""

from __future__ import annotations

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from app.rules.checks import run
from app.rules.codes import organisation_check_char, uscc_check_char
from app.rules.findings import Finding, Severity

TODAY = date(2026, 11, 16)
GONE = object()  # as a changed value: the key is taken out


def uscc(prefix: str = "91", region: str = "310104", org: str = "MA1FPX12") -> str:
    """A code with all its check characters right."""
    body = prefix + region + org + organisation_check_char(org)
    return body + uscc_check_char(body)


def scan(slot: str, **other: Any) -> dict[str, Any]:
    """A scanned document or picture as the evidence lists it."""
    return {
        "slot": slot,
        "file_id": f"file-{slot}",
        "name": f"{slot}.jpg",
        "mime": "image/jpeg",
        "size": 300_000,
        "width": 1600,
        "height": 1200,
        "sha256": f"digest of {slot}",
        "phash": 7,
        "blank": False,
        "blurred": False,
        "codes": [],
        "had_gps": False,
        "malware": "clean",
    } | other


UNIT = {
    "id": 7,
    "name": "上海明达精密机械有限公司",
    "uscc": uscc(),
    "nature": "enterprise",
    "status": "approved",
    "source": "form",
}
REGISTRATION = {
    "uscc": uscc(),
    "name": "上海明达精密机械有限公司",
    "nature": "enterprise",
    "account_kind": "own",
    "legal_rep": "王建国",
    "founded_on": "2015-03-02",
    "registered_capital": 500,
    "industry_code": "C34",
    "region_code": "310104",
    "address": "徐汇区漕溪北路88号",
    "staff_count": 120,
    "size_class": "small",
    "ownership": "private",
    "contact_name": "李敏",
    "contact_phone": "138****5678",
    "contact_email": "hr@example.com",
    "website": "",
    "intro": "公司从事精密零部件的设计与加工，产品用于轨道交通。",
    "licence_valid_until": None,
    "letter_valid_until": "2027-06-30",
    "source": "form",
    "files": [scan("licence"), scan("handler_id"), scan("letter")],
}
UNIT_FACTS = {
    "today": TODAY,
    "uscc_taken": False,
    "same_name_units": [],
    "handler": {"identity_level": 3, "document_fault": "", "age": 35},
    "phone_fault": "",
    "phone_proven": True,
    "email_proven": True,
    "phone_units": 0,
    "handler_units": 1,
    "lookalikes": [],
    "bans": [],
    "external_lists": [],
    "industry_name": "通用设备制造业",
    "reverify_due": date(2027, 4, 1),
}
CHANGE = {k: v for k, v in REGISTRATION.items() if k not in ("uscc", "source")} | {"unit": UNIT, "files": []}
CHANGE_FACTS = UNIT_FACTS | {"approved": {k: v for k, v in REGISTRATION.items() if k not in ("source", "files")}}

MEDIUM = {"slot": "image", "title": "厂区外景", "files": [scan("image")], "unit": UNIT}
MEDIA_FACTS = {"today": TODAY, "slot_count": 2, "lookalikes": [], "picture_texts": {}, "taken_on": {}}
VIDEO = scan("video", name="intro.mp4", mime="video/mp4", size=9_000_000, seconds=60, width=1280, height=720)

_GIG = {
    "type_code": "packing",
    "start_at": "2026-11-20T08:00:00+08:00",
    "headcount": 5,
    "region_code": "310120",
    "address": "奉贤区金海公路仓库",
    "mode": "onsite",
    "own_tools": False,
    "phone": "138****5678",
    "phone_public": False,
    "valid_until": "2026-11-25",
    "agreed": True,
}
OFFER = _GIG | {
    "title": "仓库打包",
    "pay_amount": "260.00",
    "pay_unit": "day",
    "quantity": 10,
    "quantity_unit": "day",
    "requirements": "工作认真细致",
    "description": "负责商品打包、贴标和码放，提供工作餐。",
    "files": [],
    "unit": UNIT,
}
WANTED = _GIG | {
    "title": "周末打包分拣",
    "settlement": "daily",
    "expected_pay": "240.00",
    "pay_unit": "day",
    "expected_time": "每周日 8:00-12:00",
    "headcount": 1,
    "description": "做事认真，有两年仓库工作经历。",
}
GIG_FACTS = {
    "today": TODAY,
    "poster": {"identity_level": 2, "age": 40},
    "minimum_wage": {"monthly": 2740, "hourly": 2500},
    "type_pay": {"p95": "400", "pay_unit": "day", "count": 60},
    "type_name": "包装打包",
    "risky_type": False,
    "own_duplicates": [],
    "other_duplicates": [],
    "posts_today": 1,
    "offers_30_days": 2,
    "lookalikes": [],
    "picture_texts": {},
}

POSTING = {
    "title": "机械工程师",
    "occupation_code": "2-02-07-01",
    "headcount": 2,
    "education": "bachelor",
    "experience": "1to3",
    "region_code": "310104",
    "address": "漕溪北路88号",
    "pay_min": 9000,
    "pay_max": 14000,
    "pay_negotiable": False,
    "pay_text": "9000-14000元/月",
    "benefits": "五险一金，带薪年假",
    "board_lodging": "none",
    "requirements": "机械类专业，熟悉三维设计软件，能看懂图纸。",
    "description": "负责精密零部件的结构设计与图纸绘制，跟踪试制和检验，解决生产中的技术问题。",
    "gender_ground": None,
    "gender_ground_note": "",
    "valid_until": "2027-01-10",
    "schools": [],
    "unit": UNIT,
    "source": "form",
    "assumed": [],
}
POSTING_FACTS = {
    "today": TODAY,
    "unit": {
        **UNIT,
        "ownership": "private",
        "reverify_due": date(2027, 4, 1),
        "approved_on": date(2025, 10, 1),
        "staff_count": 120,
        "industry_code": "C34",
        "open_postings": 3,
    },
    "resident_schools": [11],
    "minimum_wage": {"monthly": 2740},
    "occupation_name": "机械设计工程技术人员",
    "industry_code": "C34",
    "own_duplicates": [],
    "other_duplicates": [],
}

RESIDENCY = {"statement": "我单位每年招聘机械类毕业生20人，希望与贵校合作。", "unit": UNIT}
RESIDENCY_FACTS = {
    "unit": UNIT,
    "school_name": "上海工程技术大学",
    "school_open": True,
    "earlier_refusals": 0,
}

ENTRY = {
    "name": "上海市演示人力资源有限公司",
    "agency_kind": "commercial",
    "uscc": UNIT["uscc"],
    "region_code": "310120",
    "service_scope": "职业中介活动，网络招聘服务",
    "licence_no": "（沪）人服证字〔2024〕第0100001号",
    "licence_valid_from": "2024-01-01",
    "licence_valid_until": "2029-01-01",
    "photo_consent": True,
    "recommended": True,
    "files": [{"slot": slot} for slot in ("holder_photo", "licence", "letter", "hr_licence")],
}
ENTRY_FACTS = {"today": TODAY, "handler": {"identity_level": 2}, "agency_taken": False, "banned": False}
CERTIFICATION = {
    "title": "人事主管",
    "employed_since": "2020-03-01",
    "proof_name": "王建国",
    "proof_date": (TODAY - timedelta(days=89)).isoformat(),
    "applicant": "王建国",
    "unit": UNIT,
    "files": [{"slot": "employment_proof"}],
}
CERTIFICATION_FACTS = {
    "today": TODAY,
    "handler": {"identity_level": 3},
    "unit": {**UNIT, "reverify_due": date(2027, 4, 1)},
}
APPEAL = {
    "party": "person",
    "wish": "password",
    "real_name": "王建国",
    "id_number": "110***********002X",
    "unit_name": "",
    "uscc": "",
    "phone": "153****7422",
    "reason": "手机丢失，号码已注销。",
    "files": [scan("id_front")],
}
APPEAL_FACTS = {
    "today": TODAY,
    "required": ["id_front"],
    "match": {"found": True, "staff": False, "name": True},
    "seen_elsewhere": [],
    "earlier": [],
    "account": {"active": True, "banned": False, "rivals": 0},
    "phone_elsewhere": False,
    "phone_appeals": 1,
    "address_appeals": 1,
}

IDENTITY = {
    "real_name": "王建国",
    "document_kind": "resident_id",
    "id_number": "110***********002X",
    "region_code": "310120",
    "agreed": True,
    "files": [scan("id_front"), scan("id_back", phash=2**40 - 1)],
}
IDENTITY_FACTS = {
    "today": TODAY,
    "required": ["id_front", "id_back"],
    "identity_level": 1,
    "claim": {"name": True, "number": True},
    "document_fault": "",
    "age": 35,
    "document_taken": False,
    "document_banned": False,
    "pictures_elsewhere": [],
}

TAKEOVER = {
    "uscc": "91310120MA1HP0PQ5X",
    "name": "上海新办商贸有限公司",
    "reason": "原经办人离职，无法联系。",
    "agreed": True,
    "unit": {"id": 1, "name": "上海新办商贸有限公司", "status": "approved"},
    "files": [{"slot": slot, "file_id": slot} for slot in ("handler_id", "holder_photo", "licence", "letter")],
}
TAKEOVER_FACTS = {"today": TODAY, "handler": {"identity_level": 2}, "owners": [], "rivals": 0, "banned": False}

GOOD: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "unit_registration": (REGISTRATION, UNIT_FACTS),
    "unit_change": (CHANGE, CHANGE_FACTS),
    "unit_media": (MEDIUM, MEDIA_FACTS),
    "personal_media": (MEDIUM, MEDIA_FACTS),
    "gig_offer": (OFFER, GIG_FACTS),
    "gig_wanted": (WANTED, GIG_FACTS),
    "posting": (POSTING, POSTING_FACTS),
    "residency": (RESIDENCY, RESIDENCY_FACTS),
    "agency_entry": (ENTRY, ENTRY_FACTS),
    "employer_certification": (CERTIFICATION, CERTIFICATION_FACTS),
    "account_appeal": (APPEAL, APPEAL_FACTS),
    "identity_proof": (IDENTITY, IDENTITY_FACTS),
    "unit_takeover": (TAKEOVER, TAKEOVER_FACTS),
}


@dataclass(frozen=True)
class Case:
    """What the check `code` says of good evidence with these changes; `severity` OK: it finds nothing."""

    kind: str
    code: str
    severity: Severity
    evidence: Mapping[str, Any] = field(default_factory=dict)
    facts: Mapping[str, Any] = field(default_factory=dict)
    field: str | None = None
    says: str = ""  # must stand in both messages

    def __str__(self) -> str:
        changed = ",".join([*self.evidence, *self.facts])
        return f"{self.kind}-{self.code}-{self.severity}-{changed}"

    def said(self) -> list[Finding]:
        """All that the check says."""
        return [f for f in self.found() if f.code == self.code]

    def found(self) -> list[Finding]:
        """All that the family says."""
        return run(self.kind, changed(self.kind, self.evidence, 0), changed(self.kind, self.facts, 1))


def changed(kind: str, values: Mapping[str, Any], which: int) -> dict[str, Any]:
    """The kind's good evidence (0) or facts (1) with these values in place of its own."""
    mixed = deepcopy(GOOD[kind][which]) | dict(values)
    return {key: value for key, value in mixed.items() if value is not GONE}


def hits(
    kind: str,
    code: str,
    severity: str,
    evidence: Mapping[str, Any] | None = None,
    facts: Mapping[str, Any] | None = None,
    field: str | None = None,
    says: str = "",
) -> Case:
    """A line of a table: the check finds something of this severity."""
    return Case(kind, code, Severity(severity), evidence or {}, facts or {}, field, says)


def clean(
    kind: str, code: str, evidence: Mapping[str, Any] | None = None, facts: Mapping[str, Any] | None = None
) -> Case:
    """A line of a table: the check finds nothing."""
    return Case(kind, code, Severity.OK, evidence or {}, facts or {})


def holds(case: Case) -> None:
    """Asserts what a line of a table says."""
    said = case.said()
    if case.severity is Severity.OK:
        assert [f.severity for f in said] == [Severity.OK], [f.message_zh for f in said]
        return
    matching = [f for f in said if f.severity is case.severity and case.field in (None, f.field)]
    assert matching, [(f.severity.value, f.field, f.message_zh) for f in said]
    assert any(case.says in f.message_zh and case.says in f.message_en for f in matching), [
        f.message_zh for f in matching
    ]
