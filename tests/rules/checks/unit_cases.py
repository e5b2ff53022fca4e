"""Cases of U01..U19 (standards.md 3.1)."""

from __future__ import annotations

from datetime import date, timedelta

from tests.rules.checks.makers import GONE, REGISTRATION, TODAY, clean, hits, scan, uscc

R, C = "unit_registration", "unit_change"
PAPERS = REGISTRATION["files"]
APPROVED = {"name": "上海明达精密机械有限公司", "legal_rep": "王建国", "uscc": uscc()}
WRONG_CHECK = uscc()[:-1] + ("0" if uscc()[-1] != "0" else "1")


def _with(slot: str, **other: object) -> list[dict[str, object]]:
    return [scan(slot, **other) if paper["slot"] == slot else paper for paper in PAPERS]


def _bad_organisation() -> str:
    from app.rules.codes import uscc_check_char

    good = uscc()
    digit = "1" if good[16] != "1" else "2"
    return good[:16] + digit + uscc_check_char(good[:16] + digit)


CASES = [
    hits(R, "U01", "block", {"uscc": WRONG_CHECK}, field="uscc", says=WRONG_CHECK),
    hits(R, "U01", "block", {"uscc": uscc() + " "}, field="uscc"),
    hits(R, "U01", "block", {"uscc": "123"}, field="uscc", says="123"),
    hits(R, "U01", "block", {"uscc": ""}, field="uscc"),
    hits(R, "U01", "warn", {"uscc": None, "source": "import"}, field="uscc"),
    hits(R, "U01", "block", {"uscc": "123", "source": "import"}, field="uscc"),
    clean(R, "U01"),
    clean(C, "U01"),
    clean(C, "U01", {"unit": GONE}),
    hits(R, "U02", "block", {}, {"uscc_taken": True}, field="uscc", says=uscc()),
    clean(R, "U02"),
    clean(R, "U02", {}, {"uscc_taken": GONE}),
    hits(C, "U03", "block", {"uscc": uscc(org="MA1FPX13")}, field="uscc", says=uscc(org="MA1FPX13")),
    clean(C, "U03"),
    clean(R, "U03"),
    hits(R, "U04", "warn", {"nature": "institution"}, field="nature"),
    hits(R, "U04", "warn", {"nature": "other"}, field="nature"),
    hits(R, "U04", "warn", {"uscc": uscc("12")}, field="nature"),
    clean(R, "U04"),
    clean(R, "U04", {"uscc": uscc("N1"), "nature": "collective"}),
    clean(R, "U04", {"uscc": uscc("Y1"), "nature": "other"}),
    hits(R, "U05", "warn", {"uscc": _bad_organisation()}, field="uscc"),
    clean(R, "U05"),
    hits(R, "U06", "info", {"region_code": "440106"}, field="region_code", says="440106"),
    hits(R, "U06", "info", {"uscc": uscc(region="440106"), "region_code": "440203"}, field="region_code"),
    clean(R, "U06", {"region_code": "310120"}),
    clean(R, "U06", {"uscc": uscc(region="440106"), "region_code": "440000"}),
    hits(R, "U07", "warn", {"name": " 上海明达精密机械有限公司"}, field="name"),
    hits(R, "U07", "warn", {"name": "明达(上海）机械有限公司"}, field="name"),
    hits(R, "U07", "warn", {"name": "上海明达"}, field="name", says="上海明达"),
    hits(R, "U07", "warn", {"name": "上海明达，机械有限公司"}, field="name"),
    hits(R, "U07", "warn", {"name": "上海明达有限公司13812345678"}, field="name"),
    hits(
        R,
        "U07",
        "high",
        {},
        {"same_name_units": [{"id": 9, "title": "上海明达精密机械有限公司"}]},
        field="name",
        says="9",
    ),
    *[
        clean(R, "U07", {"name": name})
        for name in (
            "上海明达精密机械有限公司",
            "珍柱（中国）有限公司",
            "徐汇区张记面馆",
            "明达股权投资合伙企业（有限合伙）",
            "上海市徐汇区人民政府",
            "华东师范大学附属小学",
            "阿凡提·买买提烧烤店",
        )
    ],
    hits(R, "U08", "block", {}, {"handler": {"identity_level": 1, "age": 30}}, says="L1"),
    hits(R, "U08", "block", {}, {"handler": {"identity_level": 2, "age": 30, "document_fault": "check_char"}}),
    hits(R, "U08", "block", {}, {"handler": {"identity_level": 2, "age": 15}}, says="15"),
    hits(R, "U08", "high", {}, {"handler": {"identity_level": 2, "age": 17}}, says="17"),
    hits(R, "U08", "info", {}, {"handler": GONE}),
    clean(R, "U08", {}, {"handler": {"identity_level": 2, "age": 18, "document_fault": ""}}),
    hits(R, "U09", "block", {"contact_phone": "12345"}, field="contact_phone", says="12345"),
    hits(R, "U09", "block", {}, {"phone_fault": "mobile"}, field="contact_phone"),
    hits(R, "U09", "warn", {}, {"phone_proven": False}, field="contact_phone"),
    hits(R, "U09", "block", {"contact_email": "no mail"}, field="contact_email", says="no mail"),
    hits(R, "U09", "warn", {}, {"email_proven": False}, field="contact_email"),
    hits(R, "U09", "warn", {}, {"phone_units": 6}, says="6"),
    hits(R, "U09", "warn", {}, {"handler_units": 6}, says="6"),
    clean(R, "U09", {}, {"phone_units": 5, "handler_units": 5}),
    clean(
        R,
        "U09",
        {"contact_phone": "13812345678", "contact_email": ""},
        {"phone_fault": GONE, "phone_proven": GONE},
    ),
    *[
        hits(R, "U10", "block", {"files": [p for p in PAPERS if p["slot"] != slot]}, field=f"files.{slot}")
        for slot in ("licence", "handler_id", "letter")
    ],
    clean(R, "U10"),
    clean(R, "U10", {"files": [scan("approval"), scan("handler_id"), scan("letter")]}),
    clean(C, "U10"),
    hits(
        R,
        "U11",
        "warn",
        {"files": _with("licence", width=500, height=900)},
        field="files.licence",
        says="500",
    ),
    hits(R, "U11", "warn", {"files": _with("letter", blank=True)}, field="files.letter"),
    hits(R, "U11", "warn", {"files": _with("letter", blurred=True)}, field="files.letter"),
    hits(R, "U11", "high", {"files": _with("letter", sha256="digest of licence")}, field="files.letter"),
    hits(
        R,
        "U11",
        "high",
        {},
        {"lookalikes": [{"file_id": "file-licence", "relation": "other_owner", "title": "另一单位"}]},
        field="files.licence",
        says="另一单位",
    ),
    hits(R, "U11", "warn", {"files": _with("letter", sha256="digest of licence", blank=True)}, field="files.letter"),
    clean(R, "U11"),
    clean(
        R,
        "U11",
        {},
        {
            "lookalikes": [
                {"file_id": "file-licence", "relation": "own"},
                {"file_id": "x", "relation": "document"},
            ]
        },
    ),
    clean(R, "U11", {"files": _with("licence", width=None, height=None, mime="application/pdf")}),
    hits(
        R,
        "U12",
        "high",
        {"licence_valid_until": "2026-11-15"},
        field="licence_valid_until",
        says="2026-11-15",
    ),
    hits(R, "U12", "high", {"letter_valid_until": "2026-01-01"}, field="letter_valid_until", says="2026-01-01"),
    hits(R, "U12", "warn", {"letter_valid_until": "2026-12-01"}, field="letter_valid_until", says="2026-12-01"),
    clean(R, "U12", {"letter_valid_until": (TODAY + timedelta(days=30)).isoformat()}),
    hits(R, "U13", "high", {"name": "上海明达人力资源有限公司"}, field="account_kind", says="人力资源"),
    hits(
        R,
        "U13",
        "high",
        {"intro": "主营劳务派遣", "account_kind": "operating"},
        field="files.hr_licence",
        says="劳务派遣",
    ),
    hits(R, "U13", "high", {"industry_code": "L7263"}, field="account_kind", says="L7263"),
    hits(R, "U13", "high", {}, {"industry_name": "家政服务"}, field="account_kind"),
    clean(R, "U13"),
    clean(
        R,
        "U13",
        {"name": "明达人力资源有限公司", "account_kind": "operating", "files": [*PAPERS, scan("hr_licence")]},
    ),
    clean(R, "U13", {"name": "徐汇区人力资源和社会保障局", "account_kind": "public"}),
    hits(
        R,
        "U14",
        "block",
        {},
        {"bans": [{"subject": "phone", "shown": "138****5678", "reason": "虚假招聘"}]},
        says="138****5678",
    ),
    hits(
        R,
        "U14",
        "high",
        {},
        {"external_lists": [{"list_zh": "经营异常名录", "list_en": "the 经营异常名录", "detail": "2026"}]},
        says="2026",
    ),
    hits(R, "U14", "info", {}, {"external_lists": GONE}),
    clean(R, "U14"),
    hits(R, "U15", "info", {"founded_on": "2026-10-01"}, field="founded_on", says="2026-10-01"),
    hits(R, "U15", "info", {"registered_capital": 0}, field="registered_capital"),
    hits(R, "U15", "info", {"size_class": "large", "staff_count": 20}, field="staff_count", says="20"),
    hits(R, "U15", "info", {"size_class": "micro", "staff_count": 3000}, field="staff_count", says="3000"),
    clean(R, "U15"),
    hits(R, "U16", "warn", {"intro": "欢迎致电13812345678咨询。"}, field="intro", says="13812345678"),
    hits(R, "U16", "warn", {"intro": "详见 https://example.com/a 。"}, field="intro", says="example.com"),
    hits(R, "U16", "warn", {"intro": "我们是国内顶级的机械企业。"}, field="intro", says="顶级"),
    hits(R, "U16", "warn", {"intro": "提供缅北高薪岗位"}, field="intro", says="缅北"),
    clean(R, "U16"),
    hits(R, "U17", "high", {}, {"reverify_due": date(2026, 11, 1)}, says="2026-11-01"),
    hits(R, "U17", "warn", {}, {"reverify_due": date(2026, 12, 1)}, says="2026-12-01"),
    clean(R, "U17"),
    clean(R, "U17", {}, {"reverify_due": None}),
    hits(
        C,
        "U18",
        "high",
        {"name": "上海明德精密机械有限公司"},
        {"approved": APPROVED},
        field="name",
        says="上海明德精密机械有限公司",
    ),
    hits(C, "U18", "high", {"legal_rep": "赵敏"}, {"approved": APPROVED}, field="legal_rep", says="赵敏"),
    clean(
        C,
        "U18",
        {"name": "上海明德精密机械有限公司", "files": [scan("change_proof")]},
        {"approved": APPROVED},
    ),
    clean(C, "U18"),
    clean(R, "U18"),
    hits(R, "U19", "block", {"account_kind": ""}, field="account_kind"),
    hits(R, "U19", "warn", {"account_kind": None, "source": "import"}, field="account_kind"),
    hits(R, "U19", "warn", {"account_kind": "public"}, field="account_kind"),
    clean(R, "U19"),
]
