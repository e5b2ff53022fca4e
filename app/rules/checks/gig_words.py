"""Checks of gig posts that rest on words: G07..G09, G11, G13, G14 (standards.md 3.3). None refuses."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from app.rules.checks import gigs, labels, reading
from app.rules.checks.gigs import OFFER_TEXTS, STATED_HOURS, WANTED_TEXTS
from app.rules.checks.saying import Family, Place, Voice
from app.rules.checks.wording import (
    CERTIFICATE,
    labelled,
    matches,
    mentions,
    merged,
    quote_en,
    quote_zh,
    topical,
)
from app.rules.findings import Evidence, Facts, Finding

REMOTE_HIGH_PAY: Final = Decimal(500)  # yuan a day for unskilled work at home

_TEXTS: Final = tuple(dict.fromkeys((*OFFER_TEXTS, *WANTED_TEXTS)))
_DISCRIMINATION: Final = {
    "GENDER": ("性别", "sex"),
    "MARITAL": ("婚育", "family status"),
    "ORIGIN": ("民族、户籍或地域", "ethnic group, household registration or origin"),
    "HEALTH": ("健康状况", "health"),
}
_SOFT: Final = {"AGE": ("年龄", "age"), "APPEARANCE": ("外貌", "appearance")}
# In 找活 a person speaks of themselves (女, 45岁); it limits others only where the words recruit.
_RECRUITS: Final = re.compile(r"招|聘|限|优先|勿扰|只要|要求")
_NIGHT: Final = re.compile(r"夜班|晚班|通宵|凌晨|夜间|大夜|倒班")

WORDS: Final = Family()


@WORDS.check(
    "G07",
    "收费与诈骗用语",
    "Fees and scams",
    fields="title requirements description",
    law="就业促进法第41条；劳动合同法第9条",
    reason="R09",
)
def fees(say: Voice, evidence: Evidence, _facts: Facts) -> Iterator[Finding]:
    """Deposits, training or clothing fees, paying first, order brushing, accounts for hire, pay abroad."""
    for place in merged(
        labelled(evidence, _TEXTS, "FEE"),
        topical(evidence, _TEXTS, "gig_fees", "training_loan", "forbidden_trade"),
    ):
        yield say.high(
            place.field,
            f"{quote_zh(place)}涉嫌收费或诈骗",
            f"{quote_en(place)} hints at fees or fraud.",
            at=place,
        )


@WORDS.check(
    "G08",
    "歧视性用语",
    "Discrimination",
    fields="title requirements description",
    law="就业促进法第3条；人力资源市场暂行条例第11条、第24条",
    reason="R08",
)
def discrimination(say: Voice, evidence: Evidence, _facts: Facts) -> Iterator[Finding]:
    """Limits by sex, family status, origin or health: HIGH; by age or looks: WARN (as J05 to J11)."""
    wanted = "expected_pay" in evidence and "pay_amount" not in evidence
    for place in labelled(evidence, _TEXTS, *_DISCRIMINATION, *_SOFT):
        zh, en = _DISCRIMINATION.get(place.label) or _SOFT[place.label]
        if wanted and not _recruits(evidence, place):
            yield say.info(
                place.field,
                f"{quote_zh(place)}提及本人{zh}，如为自我介绍可予通过",
                f"{quote_en(place)} speaks of the person's own {en}; as a self-description it is in order.",
                at=place,
            )
        elif place.label in _SOFT:
            yield say.warn(
                place.field,
                f"{quote_zh(place)}涉及{zh}限制",
                f"{quote_en(place)} looks like a limit by {en}.",
                at=place,
            )
        else:
            yield say.high(
                place.field,
                f"{quote_zh(place)}涉嫌{zh}歧视",
                f"{quote_en(place)} looks like a limit by {en}.",
                at=place,
            )


@WORDS.check(
    "G09",
    "文字中的联系方式",
    "Contact data in the text",
    fields="title requirements description address phone_public",
    law="TJ-31",
    reason="R13",
)
def contact(say: Voice, evidence: Evidence, _facts: Facts) -> Iterator[Finding]:
    """Phone, WeChat, QQ or links in public text although the phone is not public."""
    if reading.flag(evidence, "phone_public"):
        return
    for place in labelled(evidence, (*_TEXTS, "address"), "CONTACT"):
        yield say.warn(
            place.field,
            f"手机号未公开，但{quote_zh(place)}疑似联系方式",
            f"The phone is not public, but {quote_en(place)} looks like contact data.",
            at=place,
        )


@WORDS.check(
    "G11",
    "危险或须持证作业",
    "Dangerous or licensed work",
    fields="type_code title requirements description",
    law="安全生产法第30条",
    reason="R14",
)
def dangerous(say: Voice, evidence: Evidence, facts: Facts) -> Iterator[Finding]:
    """Work at height, electrical, welding, blasting, driving, under water: a certificate should be named."""
    if mentions(evidence, _TEXTS, CERTIFICATE):
        return
    places = topical(evidence, _TEXTS, "dangerous_work")
    for place in places:
        yield say.warn(
            place.field,
            f"{quote_zh(place)}属于危险或须持证的作业，但未提及证书",
            f"{quote_en(place)} is dangerous or licensed work, but no certificate is mentioned.",
            at=place,
        )
    if not places and gigs.risky_type(evidence, facts):
        shown = reading.cut(facts.get("type_name") or evidence.get("type_code"))
        yield say.warn(
            "type_code",
            f"{labels.zh('type_code')}“{shown}”须持证作业，但未提及证书",
            f"The {labels.en('type_code')} “{shown}” needs a certificate, but none is mentioned.",
        )


@WORDS.check(
    "G13",
    "远程高薪无门槛",
    "Remote, highly paid, unskilled",
    fields="mode pay_amount expected_pay title requirements description",
    law="人社厅发〔2025〕60号",
    reason="R09",
)
def easy_money(say: Voice, evidence: Evidence, _facts: Facts) -> Iterator[Finding]:
    """The pattern of brushing and data-entry scams: at home, well paid, nothing to know."""
    if reading.text(evidence, "mode") != "remote" or gigs.skilled(evidence):
        return
    field, pay = gigs.pay_of(evidence)
    if (gigs.day_pay(evidence) or 0) > REMOTE_HIGH_PAY:
        yield say.warn(
            field,
            f"远程工作、{labels.zh(field)}{pay}元且无技能要求，疑似诱导",
            f"Remote work, a {labels.en(field)} of {pay} yuan and no skill needed: it looks like bait.",
        )
    for place in merged(labelled(evidence, _TEXTS, "LURE"), topical(evidence, _TEXTS, "money_bait")):
        yield say.warn(
            place.field,
            f"远程工作且无技能要求，{quote_zh(place)}疑似诱导",
            f"Remote work without any skill, and {quote_en(place)} looks like bait.",
            at=place,
        )


@WORDS.check(
    "G14",
    "工时与夜班",
    "Working time and nights",
    fields="description requirements expected_time",
    law="劳动法第36条、第41条",
)
def working_time(say: Voice, evidence: Evidence, _facts: Facts) -> Iterator[Finding]:
    """More than eight hours a day, or night work named: context."""
    long_days = [p for p in matches(evidence, _TEXTS, STATED_HOURS) if _hours(p) > 8]
    for place in merged(long_days, labelled(evidence, _TEXTS, "OVERTIME")):
        yield say.info(
            place.field,
            f"{quote_zh(place)}表明每天工作超过8小时或休息不足",
            f"{quote_en(place)} means more than eight hours a day or too little rest.",
            at=place,
        )
    for place in matches(evidence, _TEXTS, _NIGHT):
        yield say.info(place.field, f"{quote_zh(place)}涉及夜间工作", f"{quote_en(place)} names night work.", at=place)


def _recruits(evidence: Evidence, place: Place) -> bool:
    start, end = place.span
    return bool(_RECRUITS.search(reading.text(evidence, place.field)[max(0, start - 6) : end + 6]))


def _hours(place: Place) -> Decimal:
    found = STATED_HOURS.search(place.text)
    return Decimal(found["hours"]) if found else Decimal(0)
