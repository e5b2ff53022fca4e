"""Checks of job postings that rest on words: J05..J16, J22, J23 (standards.md 3.4). None of them refuses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from app.rules.checks import reading
from app.rules.checks.postings import PAY_LURE, TEXTS, unit_of
from app.rules.checks.saying import Family, Voice
from app.rules.checks.wording import (
    CERTIFICATE,
    CLOSED_TO_MINORS,
    MINOR,
    labelled,
    matches,
    mentions,
    merged,
    quote_en,
    quote_zh,
    topical,
)
from app.rules.findings import Evidence, Facts, Finding

_NATION_OR_FAITH: Final = re.compile(
    r"民族|种族|[汉回藏满壮苗彝瑶侗]族|维吾尔|蒙古|少数民族|宗教|信仰|信教|教徒|佛教|道教|基督|天主|伊斯兰|穆斯林|清真"
)
_NUMBER: Final = re.compile(r"(?<![0-9])([0-9]{1,2})(?![0-9])")
_PROBATION_OR_PAY: Final = re.compile(r"试用|社保|五险|公积金|保险|工资|薪")
_PUBLIC_NATURES: Final = frozenset({"government", "institution"})
_PUBLIC_OWNERSHIPS: Final = frozenset({"state", "government", "public_institution"})

POSTING_WORDS: Final = Family()


@POSTING_WORDS.check(
    "J05", "性别限制", "Limit by sex", law="妇女权益保障法第43条；就业促进法第27条", reason="R08",
    fields="title requirements description benefits gender_ground gender_ground_note",
)  # fmt: skip
def sex(say: Voice, evidence: Evidence, _facts: Facts) -> Iterator[Finding]:
    """HIGH without a lawful ground; WARN where one of the annex is chosen and explained, to be recorded."""
    ground, note = (
        reading.text(evidence, "gender_ground").strip(),
        reading.text(evidence, "gender_ground_note").strip(),
    )
    places = labelled(evidence, TEXTS, "GENDER")
    for place in places:
        if ground and note:
            yield say.warn(
                place.field,
                f"{quote_zh(place)}限制性别，已选择法定依据并说明：{reading.cut(note)}",
                f"{quote_en(place)} is a limit by sex; a lawful ground is chosen and explained: {reading.cut(note)}",
                at=place,
            )
        else:
            lacks_zh, lacks_en = (
                ("未说明法定依据", "the lawful ground is not explained")
                if ground
                else ("没有法定依据", "there is no lawful ground")
            )
            yield say.high(
                place.field,
                f"{quote_zh(place)}涉嫌性别歧视，{lacks_zh}",
                f"{quote_en(place)} is a limit by sex and {lacks_en}.",
                at=place,
            )
    if ground and not places:
        yield say.warn(
            "gender_ground",
            "选择了性别限制的法定依据，请核对岗位是否确属女职工禁忌劳动",
            "A lawful ground for a sex limit is chosen; compare the work with the annex of the rules for "
            "women workers.",
        )


@POSTING_WORDS.check(
    "J06",
    "婚育限制",
    "Limit by family status",
    fields="title requirements description benefits",
    law="妇女权益保障法第43条",
    reason="R08",
)
def family_status(say: Voice, evidence: Evidence, _facts: Facts) -> Iterator[Finding]:
    """Marriage, childbirth, pregnancy tests."""
    for place in labelled(evidence, TEXTS, "MARITAL"):
        yield say.high(
            place.field,
            f"{quote_zh(place)}涉嫌婚育歧视",
            f"{quote_en(place)} is a condition on marriage or childbirth.",
            at=place,
        )


@POSTING_WORDS.check(
    "J07",
    "民族与宗教限制",
    "Limit by ethnic group or faith",
    fields="title requirements description benefits",
    law="人力资源市场暂行条例第24条；就业促进法第28条",
    reason="R08",
)
def ethnic(say: Voice, evidence: Evidence, _facts: Facts) -> Iterator[Finding]:
    """The part of ORIGIN that speaks of ethnic group, race or religion."""
    for place in labelled(evidence, TEXTS, "ORIGIN"):
        if _NATION_OR_FAITH.search(place.text):
            yield say.high(
                place.field,
                f"{quote_zh(place)}涉嫌民族、种族或宗教信仰歧视",
                f"{quote_en(place)} is a limit by ethnic group, race or religion.",
                at=place,
            )


@POSTING_WORDS.check(
    "J08",
    "健康与残疾限制",
    "Limit by health or disability",
    fields="title requirements description benefits",
    law="就业促进法第29条、第30条",
    reason="R08",
)
def health(say: Voice, evidence: Evidence, _facts: Facts) -> Iterator[Finding]:
    """Hepatitis B, carriers, mental illness, disability; health law closes a few jobs."""
    for place in labelled(evidence, TEXTS, "HEALTH"):
        yield say.high(
            place.field,
            f"{quote_zh(place)}涉嫌健康或残疾歧视（法律禁止从事的岗位除外）",
            f"{quote_en(place)} is a limit by health or disability, lawful only in jobs that health law closes.",
            at=place,
        )


@POSTING_WORDS.check(
    "J09",
    "户籍与地域限制",
    "Limit by registration or origin",
    fields="title requirements description benefits",
    law="人力资源市场暂行条例第11条",
    reason="R08",
)
def origin(say: Voice, evidence: Evidence, _facts: Facts) -> Iterator[Finding]:
    """The rest of ORIGIN: household registration and native place."""
    for place in labelled(evidence, TEXTS, "ORIGIN"):
        if not _NATION_OR_FAITH.search(place.text):
            yield say.high(
                place.field,
                f"{quote_zh(place)}涉嫌户籍或地域歧视",
                f"{quote_en(place)} is a limit by household registration or origin.",
                at=place,
            )


@POSTING_WORDS.check(
    "J10",
    "年龄限制",
    "Limit by age",
    fields="title requirements description benefits",
    law="就业促进法第3条；劳动法第15条",
    reason="R08",
)
def age(say: Voice, evidence: Evidence, _facts: Facts) -> Iterator[Finding]:
    """Shown; an age below 16 is HIGH, for child labour (words never refuse by themselves)."""
    for place in labelled(evidence, TEXTS, "AGE"):
        child = any(10 <= int(n) < 16 for n in _NUMBER.findall(place.text))
        if child:
            yield say.high(
                place.field,
                f"{quote_zh(place)}涉及未满16周岁人员，涉嫌使用童工",
                f"{quote_en(place)} admits people below 16: child labour.",
                at=place,
            )
        else:
            yield say.warn(place.field, f"{quote_zh(place)}限制年龄", f"{quote_en(place)} is a limit by age.", at=place)


@POSTING_WORDS.check(
    "J11",
    "外貌与属相等限制",
    "Limit by looks or zodiac",
    fields="title requirements description benefits",
    law="就业促进法第3条",
    reason="R08",
)
def looks(say: Voice, evidence: Evidence, _facts: Facts) -> Iterator[Finding]:
    """Looks, height, zodiac, blood group without need."""
    for place in merged(labelled(evidence, TEXTS, "APPEARANCE"), topical(evidence, TEXTS, "zodiac")):
        yield say.warn(
            place.field,
            f"{quote_zh(place)}限制外貌、身高、属相、星座或血型",
            f"{quote_en(place)} is a limit by looks, height, zodiac or blood group.",
            at=place,
        )


@POSTING_WORDS.check(
    "J12",
    "院校与学习形式限制",
    "Limit by kind of school",
    fields="title requirements description",
    law="深化新时代教育评价改革总体方案",
    reason="R08",
)
def schooling(say: Voice, evidence: Evidence, facts: Facts) -> Iterator[Finding]:
    """985/211, full-time study, first degree, asked for by a public body, institution or state firm."""
    unit = unit_of(evidence, facts)
    if unit.get("nature") not in _PUBLIC_NATURES and unit.get("ownership") not in _PUBLIC_OWNERSHIPS:
        return
    for place in topical(evidence, TEXTS, "elite_schools"):
        yield say.warn(
            place.field,
            f"{quote_zh(place)}以毕业院校或学习形式为限制，机关、事业单位和国有企业不应如此",
            f"{quote_en(place)} limits by school or form of study, which public bodies and state firms should not do.",
            at=place,
        )


@POSTING_WORDS.check(
    "J13",
    "向求职者收费",
    "Money from applicants",
    fields="title requirements description benefits",
    law="劳动合同法第9条；就业促进法第41条",
    reason="R09",
)
def fees(say: Voice, evidence: Evidence, _facts: Facts) -> Iterator[Finding]:
    """Deposits, application, training or clothing fees, keeping documents."""
    for place in labelled(evidence, TEXTS, "FEE"):
        yield say.high(
            place.field,
            f"{quote_zh(place)}涉嫌向求职者收费或扣押证件",
            f"{quote_en(place)} asks the applicant for money or papers.",
            at=place,
        )


@POSTING_WORDS.check(
    "J14",
    "招转培与高薪诱导",
    "Training loans and bait",
    fields="title requirements description benefits",
    law="人社厅发〔2025〕60号；人力资源服务机构管理规定",
    reason="R09",
)
def bait(say: Voice, evidence: Evidence, _facts: Facts) -> Iterator[Finding]:
    """Recruiting that turns into training, loans, guaranteed places, bait other than about pay (J04)."""
    lures = [p for p in labelled(evidence, TEXTS, "LURE") if not PAY_LURE.search(p.text)]
    offers = [
        p
        for p in topical(evidence, TEXTS, "training_loan", "money_bait")
        if p.label == "training_loan" or not PAY_LURE.search(p.text)
    ]
    for place in merged(lures, offers):
        yield say.high(
            place.field,
            f"{quote_zh(place)}涉嫌招转培、培训贷或虚假诱导",
            f"{quote_en(place)} hints at training for money, a training loan or bait.",
            at=place,
        )


@POSTING_WORDS.check(
    "J15",
    "社保、工时与试用期",
    "Insurance, hours, probation",
    fields="title requirements description benefits",
    law="劳动法第36条、第72条；劳动合同法第19条、第20条",
    reason="R16",
)
def labour_terms(say: Voice, evidence: Evidence, _facts: Facts) -> Iterator[Finding]:
    """Giving up insurance, 996, probation too long or unpaid, hours beyond the limits."""
    for place in merged(topical(evidence, TEXTS, "labour_abuse"), labelled(evidence, TEXTS, "OVERTIME")):
        reason = "R16" if _PROBATION_OR_PAY.search(place.text) else "R99"
        yield say.high(
            place.field,
            f"{quote_zh(place)}涉嫌违反工时、社会保险或试用期规定",
            f"{quote_en(place)} breaks the rules on hours, insurance or probation.",
            reason=reason,
            at=place,
        )


@POSTING_WORDS.check(
    "J16",
    "文字中的联系方式",
    "Contact data in the text",
    fields="title requirements description benefits address pay_text",
    law="人社厅发〔2025〕60号",
    reason="R13",
)
def contact(say: Voice, evidence: Evidence, _facts: Facts) -> Iterator[Finding]:
    """Phone, WeChat, QQ, e-mail, links in public text."""
    for place in labelled(evidence, (*TEXTS, "address", "pay_text"), "CONTACT"):
        yield say.warn(
            place.field,
            f"{quote_zh(place)}疑似联系方式",
            f"{quote_en(place)} looks like contact data.",
            at=place,
        )


@POSTING_WORDS.check(
    "J22",
    "违法业务",
    "Forbidden business",
    fields="title requirements description benefits",
    law="人力资源市场暂行条例第24条；反电信网络诈骗法",
    reason="R18",
)
def forbidden(say: Voice, evidence: Evidence, _facts: Facts) -> Iterator[Finding]:
    """Gambling, pornography, pyramid selling, fraud abroad: the lead is to be told."""
    for place in topical(evidence, (*TEXTS, "address"), "forbidden_trade"):
        yield say.high(
            place.field,
            f"{quote_zh(place)}涉嫌违法业务，请报告主管",
            f"{quote_en(place)} hints at forbidden business; report it to the lead.",
            at=place,
        )


@POSTING_WORDS.check(
    "J23",
    "危险作业与未成年人",
    "Dangerous work and minors",
    fields="title requirements description",
    law="安全生产法第30条；未成年人保护法第61条",
    reason="R14",
)
def dangerous(say: Voice, evidence: Evidence, _facts: Facts) -> Iterator[Finding]:
    """Licensed work without a certificate; under 18 in bars, internet cafés, mines or among poison."""
    places = topical(evidence, TEXTS, "dangerous_work")
    if not mentions(evidence, TEXTS, CERTIFICATE):
        for place in places:
            yield say.warn(
                place.field,
                f"{quote_zh(place)}属于危险或须持证的作业，但未要求证书",
                f"{quote_en(place)} is dangerous or licensed work, but no certificate is asked for.",
                at=place,
            )
    if places or mentions(evidence, (*TEXTS, "address"), CLOSED_TO_MINORS):
        for place in matches(evidence, TEXTS, MINOR):
            yield say.high(
                place.field,
                f"{quote_zh(place)}允许未满18周岁人员从事其禁止从事的工作",
                f"{quote_en(place)} admits people below 18 to work that is closed to them.",
                at=place,
            )
