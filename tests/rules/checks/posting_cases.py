"""Cases of J01..J24 (standards.md 3.4)."""

from __future__ import annotations

from datetime import date

from tests.rules.checks.makers import GONE, POSTING, UNIT, clean, hits

P = "posting"
AGENCY = {
    "name": "汇才职介",
    "kind": "commercial",
    "authorised": True,
    "licence_no": "310104123456",
    "licence_valid_until": "2027-12-31",
}
SCHOOLS = [
    {"id": 11, "code": "10856", "name": "上海工程技术大学"},
    {"id": 12, "code": "10254", "name": "上海海事大学"},
]
OTHER = [{"id": 5, "title": "机械设计工程师", "unit_name": "另一单位"}]
NO_CONDITIONS = {"requirements": "", "education": None, "experience": None}


def _unit(**other: object) -> dict[str, object]:
    return {"unit": {**UNIT, **other}}


def _says(text: str) -> dict[str, object]:
    return {"requirements": text}


CASES = [
    hits(P, "J01", "block", {"unit": {}}, {"unit": {"status": "approved"}}, field="unit"),
    hits(P, "J01", "block", {"headcount": 0}, field="headcount"),
    hits(P, "J01", "block", {"headcount": None}, field="headcount"),
    hits(P, "J01", "block", NO_CONDITIONS, field="requirements"),
    hits(P, "J01", "block", {"description": "负责设计"}, field="description", says="4"),
    hits(P, "J01", "block", {"region_code": None}, field="region_code"),
    hits(P, "J01", "block", {"pay_min": None, "pay_max": None, "pay_text": ""}, field="pay_min"),
    *[
        hits(P, "J01", "warn", {"source": "import", **lacking}, field=key)
        for key, lacking in {
            "headcount": {"headcount": None},
            "requirements": NO_CONDITIONS,
            "description": {"description": ""},
            "region_code": {"region_code": ""},
            "pay_min": {"pay_min": None, "pay_max": None, "pay_text": ""},
        }.items()
    ],
    hits(P, "J01", "info", {"source": "import", "assumed": ["headcount", "valid_until"]}, field="assumed"),
    hits(P, "J01", "high", {"description": POSTING["description"] + "仅限***，***优先。"}, field="description"),
    clean(P, "J01"),
    clean(P, "J01", {"requirements": "", "education": "none"}),
    clean(
        P,
        "J01",
        {"source": "import", **NO_CONDITIONS, "description": "任职要求：机械专业。" + POSTING["description"]},
    ),
    clean(P, "J01", {"pay_min": None, "pay_max": None, "pay_text": "", "pay_negotiable": True}),
    hits(P, "J02", "block", {"valid_until": None}, field="valid_until"),
    hits(P, "J02", "warn", {"valid_until": None, "source": "import"}, field="valid_until"),
    hits(P, "J02", "block", {"valid_until": "2026-11-16"}, field="valid_until", says="2026-11-16"),
    hits(P, "J02", "block", {"valid_until": "2027-05-16"}, field="valid_until", says="2027-05-16"),
    hits(P, "J02", "block", {"valid_until": "next year"}, field="valid_until", says="next year"),
    hits(P, "J02", "warn", {"valid_until": "2027-02-15"}, field="valid_until", says="2027-02-15"),
    hits(P, "J02", "warn", {"valid_until": "2027-05-15"}, field="valid_until"),
    clean(P, "J02", {"valid_until": "2027-02-14"}),
    hits(P, "J03", "block", {"pay_min": 15000}, field="pay_min", says="15000"),
    hits(P, "J03", "block", {"pay_min": "8000.50"}, field="pay_min", says="8000.50"),
    hits(P, "J03", "block", {"pay_max": -1}, field="pay_max", says="-1"),
    hits(P, "J03", "high", {"pay_min": 2739}, field="pay_min", says="2740"),
    hits(P, "J03", "info", {}, {"minimum_wage": GONE}, field="pay_min"),
    clean(P, "J03", {"pay_min": 14000}),
    clean(P, "J03", {"pay_min": 2740, "pay_max": 8000}),
    hits(P, "J04", "high", {"pay_negotiable": True}, field="pay_negotiable"),
    hits(P, "J04", "high", {"pay_min": None, "pay_max": None}, field="pay_min", says="9000-14000"),
    hits(P, "J04", "warn", {"pay_min": 4000, "pay_max": 12001}, field="pay_max", says="12001"),
    hits(P, "J04", "high", {"benefits": "提成上不封顶"}, field="benefits"),
    hits(P, "J04", "high", {"title": "销售轻松月入过万"}, field="title"),
    clean(P, "J04", {"pay_min": 4000, "pay_max": 12000}),
    hits(P, "J05", "high", _says("限男性"), field="requirements"),
    hits(P, "J05", "high", {"title": "客服（女士优先）"}, field="title"),
    hits(P, "J05", "high", {**_says("限男性"), "gender_ground": "mine"}, field="requirements"),
    hits(
        P,
        "J05",
        "warn",
        {**_says("限男性"), "gender_ground": "mine", "gender_ground_note": "矿山井下采掘"},
        says="矿山井下采掘",
    ),
    hits(
        P,
        "J05",
        "warn",
        {"gender_ground": "load", "gender_ground_note": "每次负重30公斤"},
        field="gender_ground",
    ),
    clean(P, "J05", _says("男女不限")),
    hits(P, "J06", "high", _says("已婚已育优先"), field="requirements"),
    clean(P, "J06", {"title": "婚礼策划"}),
    hits(P, "J07", "high", _says("限汉族"), field="requirements"),
    clean(P, "J07", _says("上海户籍优先")),
    hits(P, "J08", "high", _says("无乙肝等传染病"), field="requirements"),
    clean(P, "J08", _says("身体健康")),
    hits(P, "J09", "high", _says("上海户籍优先"), field="requirements"),
    clean(P, "J09", _says("不限户籍")),
    hits(P, "J10", "warn", _says("35周岁以下"), field="requirements"),
    hits(P, "J10", "high", _says("年龄14-30岁"), field="requirements"),
    clean(P, "J10", _says("年满18周岁")),
    hits(P, "J11", "warn", _says("形象气质佳"), field="requirements"),
    hits(P, "J11", "warn", _says("处女座勿扰"), field="requirements"),
    clean(P, "J11", {"description": "维护企业形象和品牌形象，负责对外宣传资料的编写和发布工作。"}),
    hits(P, "J12", "warn", _says("985、211院校毕业"), _unit(nature="institution"), field="requirements"),
    hits(P, "J12", "warn", _says("全日制本科"), _unit(ownership="state"), field="requirements"),
    clean(P, "J12", _says("985、211院校毕业")),
    hits(P, "J13", "high", {"benefits": "入职须交押金500元"}, field="benefits"),
    clean(P, "J13", {"benefits": "入职不收押金"}),
    hits(
        P,
        "J14",
        "high",
        {"description": POSTING["description"] + "可办理培训贷，内部名额。"},
        field="description",
    ),
    clean(P, "J14"),
    hits(P, "J15", "high", {"benefits": "自愿放弃社保"}, field="benefits"),
    hits(P, "J15", "high", {"benefits": "996工作制"}, field="benefits"),
    hits(P, "J15", "high", {"benefits": "12小时两班倒，月休2天"}, field="benefits"),
    clean(P, "J15", {"benefits": "双休，加班有加班费"}),
    hits(
        P,
        "J16",
        "warn",
        {"description": POSTING["description"] + "联系电话13812345678"},
        field="description",
        says="13812345678",
    ),
    clean(P, "J16", {"description": POSTING["description"] + "负责微信公众号运营。"}),
    hits(P, "J17", "block", {}, {"agency": AGENCY | {"authorised": False}}, field="agency", says="汇才职介"),
    hits(P, "J17", "block", {}, {"agency": AGENCY | {"licence_no": ""}}, field="agency"),
    hits(
        P,
        "J17",
        "block",
        {},
        {"agency": AGENCY | {"licence_valid_until": "2026-01-01"}},
        field="agency",
        says="2026-01-01",
    ),
    hits(P, "J17", "block", {}, {"agency": AGENCY | {"labelled": False}}, field="agency"),
    hits(P, "J17", "block", {"unit": None}, {"agency": AGENCY, "unit": None}, field="unit"),
    clean(P, "J17", {}, {"agency": AGENCY}),
    clean(P, "J17", {}, {"agency": {"name": "区人才中心", "kind": "public", "authorised": True}}),
    clean(P, "J17"),
    hits(P, "J18", "block", {}, _unit(status="frozen"), field="unit"),
    hits(P, "J18", "block", {}, _unit(status="pending"), field="unit"),
    hits(P, "J18", "block", {}, _unit(status="imported"), field="unit"),
    hits(P, "J18", "warn", {"source": "import"}, _unit(status="imported"), field="unit"),
    hits(P, "J18", "block", {}, _unit(reverify_due=date(2026, 10, 16)), field="unit", says="31"),
    hits(P, "J18", "warn", {}, _unit(reverify_due=date(2026, 10, 17)), field="unit", says="30"),
    hits(P, "J18", "block", {"schools": SCHOOLS}, field="schools", says="上海海事大学"),
    hits(P, "J18", "info", {"schools": SCHOOLS}, {"resident_schools": GONE}, field="schools"),
    clean(P, "J18", {"schools": SCHOOLS[:1]}),
    hits(P, "J19", "warn", {}, {"own_duplicates": OTHER}, field="title", says="机械设计工程师"),
    hits(P, "J19", "high", {}, {"other_duplicates": OTHER}, field="description", says="另一单位"),
    clean(P, "J19"),
    hits(P, "J20", "warn", {"headcount": 361}, field="headcount", says="361"),
    hits(P, "J20", "warn", {}, _unit(approved_on=date(2026, 11, 1), open_postings=21), field="unit", says="21"),
    clean(P, "J20", {"headcount": 360}),
    hits(P, "J21", "info", {}, {"occupation_name": "餐厅服务员"}, field="occupation_code", says="餐厅服务员"),
    hits(P, "J21", "info", {}, {"industry_code": "H62"}, field="industry_code", says="H62"),
    hits(P, "J21", "info", {"occupation_code": None}, field="occupation_code"),
    clean(P, "J21"),
    hits(P, "J22", "high", {"title": "棋牌推广"}, field="title"),
    hits(P, "J22", "high", {"address": "缅北"}, field="address", says="缅北"),
    clean(P, "J22", {"title": "反诈骗宣传员"}),
    hits(P, "J23", "warn", {"title": "电焊工"}, field="title"),
    hits(P, "J23", "high", {"title": "酒吧服务员", "requirements": "16周岁以上"}, field="requirements"),
    hits(P, "J23", "high", {"title": "电焊工", "requirements": "持焊工证，16-45周岁"}, field="requirements"),
    clean(P, "J23", {"title": "电焊工", "requirements": "持焊工证，年满18周岁"}),
    hits(P, "J24", "info", {}, {"approved": {"title": "工程师", "headcount": 2}}, field="title"),
    clean(P, "J24", {}, {"approved": {"title": "机械工程师", "headcount": 2}}),
    clean(P, "J24"),
]
