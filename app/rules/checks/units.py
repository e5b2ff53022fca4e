"""Checks of a unit's registration and of a change to it (standards.md 3.1): codes, people, standing.

Both kinds share the family; what only a change can do wrong (U03, U18) rests on facts["approved"].
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from app.rules.checks import reading
from app.rules.checks.saying import Family, Voice
from app.rules.checks.wording import labelled, matches, overlap, quote_en, quote_zh, topical
from app.rules.codes import contact_fault, email_fault, organisation_fault, uscc_fault, uscc_kind, uscc_region
from app.rules.findings import Evidence, Facts, Finding

REGISTRATION_LEVEL: Final = 2  # GD-13: a person registers a unit from real-name level 2
UNITS_OF_ONE: Final = 5
YOUNG_DAYS: Final = 90
SOON_DAYS: Final = 30

_USCC_WORDS: Final = {
    "blank": ("含有空格", "holds a blank"),
    "length": ("不是18位", "does not have 18 characters"),
    "alphabet": ("含有不允许的字符", "holds a character that is not allowed"),
    "check_char": ("校验码不正确", "has a wrong check character"),
}
_NATURES: Final = {
    "enterprise": ("企业", "enterprise"),
    "individual": ("个体工商户", "individual business"),
    "cooperative": ("农民专业合作社", "farmers' cooperative"),
    "government": ("机关", "government body"),
    "institution": ("事业单位", "public institution"),
    "law_firm": ("律师事务所", "law firm"),
    "association": ("社会团体", "social association"),
    "private_nonenterprise": ("民办非企业单位", "private non-enterprise unit"),
    "foundation": ("基金会", "foundation"),
    "union": ("工会", "trade union"),
    "collective": ("农村集体经济组织", "rural collective economic organisation"),
}
_MUNICIPALITIES: Final = frozenset({"11", "12", "31", "50"})
_LINK: Final = re.compile(r"(?:https?://|www\.)[^\s，。；、]+", re.IGNORECASE)

UNITS: Final = Family()


@UNITS.check(
    "U01",
    "统一社会信用代码校验",
    "Unified social credit code",
    fields="uscc",
    law="GB 32100-2015",
    reason="R03",
)
def credit_code(say: Voice, evidence: Evidence, facts: Facts) -> Iterator[Finding]:
    """Length, alphabet and check character. A change carries no code of its own."""
    code = code_of(evidence)
    if not code.strip():
        if not reading.part(facts, "approved"):
            yield say.missing(
                evidence,
                "uscc",
                "未填写统一社会信用代码",
                "The unified social credit code is missing.",
                reason="R01",
            )
        return
    fault = uscc_fault(code)
    if fault:
        zh, en = _USCC_WORDS.get(fault, ("不正确", "is wrong"))
        shown = reading.cut(code)
        yield say.block("uscc", f"统一社会信用代码“{shown}”{zh}", f"The unified social credit code “{shown}” {en}.")


@UNITS.check("U02", "统一社会信用代码未被注册", "Code not yet registered", fields="uscc", law="GD-22", reason="R07")
def code_taken(say: Voice, evidence: Evidence, facts: Facts) -> Iterator[Finding]:
    """The words of GD-22; the page links to recovery."""
    if reading.flag(facts, "uscc_taken"):
        yield say.block(
            "uscc",
            f"单位证件号码已经被使用（{reading.cut(code_of(evidence))}），可通过“单位找回密码”找回账号",
            f"The unit code {reading.cut(code_of(evidence))} is already in use. The account can be recovered instead.",
        )


@UNITS.check("U03", "统一社会信用代码未变更", "Code unchanged", fields="uscc", law="GD-31；HL-14", reason="R03")
def code_changed(say: Voice, evidence: Evidence, facts: Facts) -> Iterator[Finding]:
    """A registered code never changes; a new code is a new unit."""
    before, after = reading.text(reading.part(facts, "approved"), "uscc"), code_of(evidence)
    if before and after and before != after:
        yield say.block(
            "uscc",
            f"统一社会信用代码不得变更（原为{reading.cut(before)}，现为{reading.cut(after)}）；新代码请注册新单位",
            f"The unified social credit code may not be changed (it was {reading.cut(before)}, now "
            f"{reading.cut(after)}). "
            "A new code needs a new registration.",
        )


@UNITS.check(
    "U04",
    "代码与单位类型相符",
    "Code fits unit type",
    fields="uscc nature",
    law="GB 32100-2015",
    reason="R03",
)
def code_kind(say: Voice, evidence: Evidence, _facts: Facts) -> Iterator[Finding]:
    """The first two characters name the registering authority and the class of body."""
    code, nature = code_of(evidence), reading.text(evidence, "nature")
    if uscc_fault(code) or not nature:
        return
    kind = uscc_kind(code)
    if kind != nature and not (kind == "other" and nature not in _NATURES):
        zh, en = _NATURES.get(kind or "", ("其他类型", "another type of body"))
        said_zh, said_en = _NATURES.get(nature, ("其他", "other"))
        yield say.warn(
            "nature",
            f"代码前两位“{code[:2]}”对应“{zh}”，与填写的单位类型“{said_zh}”不一致",
            f"The first two characters {code[:2]} of the code stand for “{en}”, but the unit type says “{said_en}”.",
        )


@UNITS.check("U05", "组织机构代码段校验", "Organisation code part", fields="uscc", law="GB 11714-1997", reason="R03")
def organisation_part(say: Voice, evidence: Evidence, _facts: Facts) -> Iterator[Finding]:
    """Characters 9 to 17 carry a check digit of their own."""
    code = code_of(evidence)
    if not uscc_fault(code) and organisation_fault(code[8:17]):
        yield say.warn(
            "uscc",
            f"代码第9至17位（{code[8:17]}）的组织机构代码校验不通过，请与营业执照核对",
            f"The organisation code {code[8:17]} inside the unit code fails its own check digit; compare "
            "it with the licence.",
        )


@UNITS.check("U06", "登记机关地区与地址", "Registering office and address", fields="uscc region_code", law="GB/T 2260")
def code_region(say: Voice, evidence: Evidence, _facts: Facts) -> Iterator[Finding]:
    """Units move, so this is context only. Compared down to the city, in municipalities to the province."""
    code, region = code_of(evidence), reading.text(evidence, "region_code")
    if uscc_fault(code) or len(region) != 6:
        return
    issued = uscc_region(code)
    provincial = region.endswith("0000") or issued.endswith("0000") or region[:2] in _MUNICIPALITIES
    digits = 2 if provincial else 4
    if issued[:digits] != region[:digits] and not issued.startswith("10"):  # 10: the national registry
        yield say.info(
            "region_code",
            f"登记机关所在地区（{issued}）与单位所在地区（{region}）不同，单位可能已迁址",
            f"The code was issued in division {issued}, the unit is in {region}; it may have moved.",
        )


@UNITS.check(
    "U08",
    "经办人实名与年龄",
    "Handler's identity and age",
    fields="",
    law="GD-13；人力资源市场暂行条例第26条",
    reason="R03",
)
def handler(say: Voice, _evidence: Evidence, facts: Facts) -> Iterator[Finding]:
    """Identity level at least 2, a document number in order, 18 years of age; 16 and 17 is HIGH."""
    who = reading.part(facts, "handler")
    if not who:
        yield say.not_checked("", "没有经办人实名信息", "nothing is known of the handler.")
        return
    level, age, fault = (
        reading.whole(who, "identity_level"),
        reading.whole(who, "age"),
        reading.text(who, "document_fault"),
    )
    if level is not None and level < REGISTRATION_LEVEL:
        yield say.block(
            "",
            f"经办人实名等级为L{level}，须达到L2",
            f"The handler's identity level is L{level}; L2 is needed.",
        )
    if fault:
        yield say.block("", f"经办人证件号码有误（{fault}）", f"The handler's document number is wrong ({fault}).")
    if age is not None and age < 16:
        yield say.block("", f"经办人年龄为{age}周岁，未满16周岁", f"The handler is {age} years old, below 16.")
    elif age is not None and age < 18:
        yield say.high("", f"经办人年龄为{age}周岁，未满18周岁", f"The handler is {age} years old, below 18.")


@UNITS.check(
    "U09",
    "联系电话与邮箱",
    "Phone and e-mail",
    fields="contact_phone contact_email",
    law="人社厅发〔2025〕60号",
    reason="R03",
)
def contact(say: Voice, evidence: Evidence, facts: Facts) -> Iterator[Finding]:
    """Well-formed, and the sender's own as proven by a code; one phone or handler for many units hints at a mill."""
    phone, email = reading.text(evidence, "contact_phone"), reading.text(evidence, "contact_email")
    wrong = reading.text(facts, "phone_fault") or ("" if "*" in phone or not phone else contact_fault(phone))
    if wrong:
        yield say.block(
            "contact_phone",
            f"联系电话“{reading.cut(phone)}”格式不正确",
            f"The contact phone “{reading.cut(phone)}” is not valid.",
        )
    elif reading.flag(facts, "phone_proven") is False:
        # No number but the own one can be proven here, a landline not at all: the reviewer rings up.
        yield say.warn(
            "contact_phone",
            f"联系电话“{reading.cut(phone)}”未通过验证码验证",
            f"The contact phone “{reading.cut(phone)}” was not proven by a code.",
        )
    if email and email_fault(email):
        yield say.block(
            "contact_email",
            f"电子邮箱“{reading.cut(email)}”格式不正确",
            f"The e-mail address “{reading.cut(email)}” is not valid.",
        )
    elif email and reading.flag(facts, "email_proven") is False:
        yield say.warn(
            "contact_email",
            f"电子邮箱“{reading.cut(email)}”未经验证",
            f"The e-mail address “{reading.cut(email)}” is not proven.",
        )
    for key, zh, en in (("phone_units", "联系电话", "contact phone"), ("handler_units", "经办人", "handler")):
        count = reading.whole(facts, key)
        if count is not None and count > UNITS_OF_ONE:
            yield say.warn(
                "contact_phone",
                f"同一{zh}已关联{count}个其他单位",
                f"The same {en} belongs to {count} other units.",
            )


@UNITS.check(
    "U15",
    "成立时间、资本与规模",
    "Age, capital and size",
    fields="founded_on registered_capital staff_count size_class",
    law="国统字〔2017〕213号",
)
def context(say: Voice, evidence: Evidence, facts: Facts) -> Iterator[Finding]:
    """Context for the reviewer: a very young unit, no capital, staff that does not fit the size class."""
    founded, today = reading.day(evidence, "founded_on"), reading.day(facts, "today")
    if founded and today and founded > today - timedelta(days=YOUNG_DAYS):
        yield say.info(
            "founded_on",
            f"单位成立于{founded.isoformat()}，不满{YOUNG_DAYS}天",
            f"The unit was founded on {founded.isoformat()}, less than {YOUNG_DAYS} days ago.",
        )
    if reading.whole(evidence, "registered_capital") == 0:
        yield say.info("registered_capital", "注册资本为0万元", "The registered capital is 0.")
    staff, size = reading.whole(evidence, "staff_count"), reading.text(evidence, "size_class")
    # The widest limits over industries that count staff; turnover and assets count too: context only.
    if staff is not None and ((size == "large" and staff < 200) or (size in ("micro", "small") and staff >= 1000)):
        yield say.info(
            "staff_count",
            f"职工人数{staff}人与单位规模“{size}”不相称",
            f"A staff of {staff} does not fit the size class “{size}”.",
        )


@UNITS.check("U16", "单位简介用语", "Words of the introduction", fields="intro", law="广告法第9条", reason="R13")
def introduction(say: Voice, evidence: Evidence, _facts: Facts) -> Iterator[Finding]:
    """The introduction is public: no contact data, links, slogans or forbidden trades."""
    contacts = labelled(evidence, ("intro",), "CONTACT")
    for place in contacts:
        yield say.warn(
            "intro", f"{quote_zh(place)}疑似联系方式", f"{quote_en(place)} looks like contact data.", at=place
        )
    for place in matches(evidence, ("intro",), _LINK):
        if not any(overlap(place, other) for other in contacts):
            yield say.warn("intro", f"{quote_zh(place)}为外部链接", f"{quote_en(place)} is an outside link.", at=place)
    for place in topical(evidence, ("intro",), "superlatives"):
        yield say.warn(
            "intro",
            f"{quote_zh(place)}为绝对化用语",
            f"{quote_en(place)} is a superlative that advertising law forbids.",
            reason="R99",
            at=place,
        )
    for place in topical(evidence, ("intro",), "forbidden_trade", "money_bait", "training_loan"):
        yield say.warn(
            "intro",
            f"{quote_zh(place)}涉嫌违法业务或诱导",
            f"{quote_en(place)} hints at unlawful business or bait.",
            reason="R09",
            at=place,
        )


@UNITS.check("U17", "六个月复核", "Half-yearly re-verification", fields="", law="人社厅发〔2025〕60号", reason="R04")
def reverification(say: Voice, _evidence: Evidence, facts: Facts) -> Iterator[Finding]:
    """Due within 30 days, or overdue; more than 30 days overdue stops posting (J18)."""
    due, today = reading.day(facts, "reverify_due"), reading.day(facts, "today")
    if due is None or today is None or due > today + timedelta(days=SOON_DAYS):
        return
    if due < today:
        yield say.high(
            "",
            f"六个月复核已逾期{(today - due).days}天（应于{due}前完成）",
            f"Re-verification was due on {due} and is {(today - due).days} days overdue.",
        )
    else:
        yield say.warn("", f"六个月复核将于{due}到期", f"Re-verification is due on {due}.")


@UNITS.check(
    "U19",
    "招聘账号类型",
    "Account kind",
    fields="account_kind nature",
    law="人社厅发〔2025〕60号",
    reason="R01",
)
def account_kind(say: Voice, evidence: Evidence, _facts: Facts) -> Iterator[Finding]:
    """Accounts are classed: commercial, public or the employer's own; public ones are for public bodies."""
    kind, nature = reading.text(evidence, "account_kind"), reading.text(evidence, "nature")
    if not kind.strip():
        yield say.missing(evidence, "account_kind", "未选择招聘账号类型", "The account kind is not chosen.")
    elif kind == "public" and nature in ("enterprise", "individual", "cooperative", "law_firm"):
        zh, en = _NATURES[nature]
        yield say.warn(
            "account_kind",
            f"账号类型为公共招聘服务，但单位类型为“{zh}”",
            f"The account is classed as a public recruitment service, but the unit is of type “{en}”.",
            reason="R03",
        )


def code_of(evidence: Evidence) -> str:
    """The unit's code: of the registration itself, or of the unit that a change belongs to."""
    return reading.text(evidence, "uscc") or reading.text(reading.part(evidence, "unit"), "uscc")
