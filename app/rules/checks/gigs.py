"""Checks of gig posts that rest on numbers, dates and facts: G01..G06, G10, G12 (standards.md 3.3).

OFFER is 招工, WANTED is 找活; SHARED is what both have, together with the words in gig_words.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from app.rules.checks import labels, reading
from app.rules.checks.saying import Family, Voice
from app.rules.checks.wording import CLOSED_TO_MINORS, MINOR, mentions, topical
from app.rules.findings import Evidence, Facts, Finding
from app.rules.gigs import DESCRIPTION_LIMIT, VALID_DAYS_LIMIT
from app.rules.pay import hourly_equivalent

MANY_PEOPLE: Final = 100
POSTS_A_DAY: Final = 10
OFFERS_OF_A_PERSON: Final = 5  # within 30 days; more hints at placing workers without a licence
HIGH_DAY_PAY: Final = Decimal(1000)  # yuan
PAY_UNITS: Final = ("day", "time", "piece", "hour")
OFFER_TEXTS: Final = ("title", "requirements", "description")
WANTED_TEXTS: Final = ("title", "expected_time", "description")

_COMMON: Final = (
    "type_code",
    "title",
    "start_at",
    "headcount",
    "region_code",
    "address",
    "mode",
    "valid_until",
)
_OFFER_NEEDS: Final = (*_COMMON, "pay_amount", "pay_unit")
_WANTED_NEEDS: Final = (*_COMMON, "settlement", "expected_pay", "expected_time")
_UNIT_WORDS: Final = {"day": "元/天", "time": "元/次", "piece": "元/件", "hour": "元/时"}
STATED_HOURS: Final = re.compile(r"每[天日][^，。；,;0-9]{0,6}(?P<hours>[0-9]{1,2}(?:\.5)?)\s*个?(?:小时|钟头)")
SKILL: Final = re.compile(
    r"证|资格|技师|技工|工程师|师傅|熟练|精通|专业|经验|擅长|会使用|设计|开发|编程|翻译|摄影|摄像|剪辑|教师|老师|辅导|家教|焊|电工|木工|瓦工|驾"
)
SKILLED_TYPES: Final = frozenset(
    ("driving", "plumbing", "appliance", "decoration", "masonry", "carpentry", "welding", "high_work",
     "design", "writing", "programming", "photography", "tutoring")
)  # fmt: skip
# Dictionary gig_type_risky, for where the fact is not given.
_RISKY_TYPES: Final = frozenset(("driving", "plumbing", "masonry", "welding", "high_work", "security"))

OFFER: Final = Family()
WANTED: Final = Family()
SHARED: Final = Family()  # of both


def _required(say: Voice, evidence: Evidence, fields: tuple[str, ...]) -> Iterator[Finding]:
    for field in fields:
        if not reading.filled(evidence, field):
            yield say.block(field, f"未填写{labels.zh(field)}", f"The {labels.en(field)} is missing.")
    if reading.flag(evidence, "agreed") is not True:
        yield say.block("agreed", "未勾选同意《零工平台协议》", "The platform agreement is not accepted.")


@OFFER.check(
    "G01",
    "必填项齐全",
    "Mandatory fields",
    fields=" ".join((*_OFFER_NEEDS, "agreed")),
    law="TJ-20至TJ-33",
    reason="R15",
)
def offer_complete(say: Voice, evidence: Evidence, _facts: Facts) -> Iterator[Finding]:
    """The starred fields of 招工 and the agreement."""
    yield from _required(say, evidence, _OFFER_NEEDS)


@WANTED.check(
    "G01",
    "必填项齐全",
    "Mandatory fields",
    fields=" ".join((*_WANTED_NEEDS, "agreed")),
    law="TJ-35至TJ-47",
    reason="R15",
)
def wanted_complete(say: Voice, evidence: Evidence, _facts: Facts) -> Iterator[Finding]:
    """The starred fields of 找活 and the agreement."""
    yield from _required(say, evidence, _WANTED_NEEDS)


@SHARED.check(
    "G02",
    "人数与金额",
    "Headcount and amount",
    fields="headcount pay_amount expected_pay pay_unit quantity",
    law="TJ-23；TJ-26",
    reason="R15",
)
def numbers(say: Voice, evidence: Evidence, _facts: Facts) -> Iterator[Finding]:
    """Headcount from 1 (above 100 shown), amount above 0, unit one of four; missing ones are G01's."""
    people = reading.whole(evidence, "headcount")
    if reading.filled(evidence, "headcount") and (people is None or people < 1):
        yield say.block(
            "headcount",
            f"人数“{reading.cut(evidence['headcount'])}”应为不小于1的整数",
            f"The headcount “{reading.cut(evidence['headcount'])}” must be a whole number of at least 1.",
        )
    elif people is not None and people > MANY_PEOPLE:
        yield say.warn(
            "headcount",
            f"人数{people}人，超过{MANY_PEOPLE}人",
            f"The headcount is {people}, more than {MANY_PEOPLE}.",
        )
    for field in ("pay_amount", "expected_pay"):
        pay = reading.amount(evidence, field)
        if reading.filled(evidence, field) and (pay is None or pay <= 0):
            shown = reading.cut(evidence[field])
            yield say.block(
                field,
                f"{labels.zh(field)}“{shown}”应为大于0的金额",
                f"The {labels.en(field)} “{shown}” must be an amount above 0.",
                reason="R10",
            )
    unit = evidence.get("pay_unit")
    if reading.filled(evidence, "pay_unit") and unit not in PAY_UNITS:
        yield say.block(
            "pay_unit",
            f"工钱单位“{reading.cut(unit)}”应为元/天、元/次、元/件、元/时之一",
            f"The pay unit “{reading.cut(unit)}” must be yuan per day, job, piece or hour.",
            reason="R10",
        )
    quantity = reading.whole(evidence, "quantity")
    if reading.filled(evidence, "quantity") and (quantity is None or quantity < 1):
        yield say.block(
            "quantity",
            f"总量“{reading.cut(evidence['quantity'])}”应为不小于1的整数",
            f"The total quantity “{reading.cut(evidence['quantity'])}” must be a whole number of at least 1.",
        )


@SHARED.check(
    "G03",
    "开工时间与有效期",
    "Start and validity",
    fields="start_at valid_until quantity quantity_unit",
    law="TJ-22；TJ-32",
    reason="R11",
)
def dates(say: Voice, evidence: Evidence, facts: Facts) -> Iterator[Finding]:
    """Start not past, validity from today to as many days as the division allows, and not after the end of the work.

    A start already approved may pass: an edit of a running post keeps it.
    """
    limit = reading.whole(facts, "valid_days") or VALID_DAYS_LIMIT
    today, start, until = (
        reading.day(facts, "today"),
        reading.day(evidence, "start_at"),
        reading.day(evidence, "valid_until"),
    )
    for field, value in (("start_at", start), ("valid_until", until)):
        if value is None and reading.filled(evidence, field):
            yield say.block(
                field,
                f"{labels.zh(field)}“{reading.cut(evidence[field])}”不是有效日期",
                f"The {labels.en(field)} “{reading.cut(evidence[field])}” is no date.",
            )
    if today is None:
        return
    approved_start = reading.day(reading.part(facts, "approved"), "start_at")
    if start and start < today and start != approved_start:
        yield say.block("start_at", f"开工时间（{start}）早于今天", f"The start of work ({start}) lies in the past.")
    if until and until < today:
        yield say.block(
            "valid_until", f"信息有效期（{until}）早于今天", f"The validity date ({until}) lies in the past."
        )
    elif until and until > today + timedelta(days=limit):
        yield say.block(
            "valid_until",
            f"信息有效期（{until}）超过{limit}天",
            f"The validity date ({until}) is more than {limit} days away.",
        )
    end = _end_of_work(evidence, start)
    if until and end and until > end:
        yield say.warn(
            "valid_until",
            f"信息有效期（{until}）晚于用工结束日期（{end}）",
            f"The validity date ({until}) is after the end of the work ({end}).",
        )


@SHARED.check("G04", "描述字数", "Length of the description", fields="description", law="TJ-29；TJ-45", reason="R15")
def length(say: Voice, evidence: Evidence, _facts: Facts) -> Iterator[Finding]:
    """At most 500 characters."""
    count = len(reading.text(evidence, "description"))
    if count > DESCRIPTION_LIMIT:
        yield say.block(
            "description",
            f"描述为{count}字，超过{DESCRIPTION_LIMIT}字",
            f"The description has {count} characters, more than {DESCRIPTION_LIMIT}.",
        )


@SHARED.check(
    "G05",
    "最低小时工资",
    "Minimum hourly wage",
    fields="pay_amount expected_pay pay_unit description",
    law="最低工资规定；劳动合同法第72条",
    reason="R10",
)
def minimum_wage(say: Voice, evidence: Evidence, facts: Facts) -> Iterator[Finding]:
    """Hourly equivalent (stated hours or 8 a day) against the local table; what a worker asks for is INFO."""
    field, pay = pay_of(evidence)
    unit = reading.text(evidence, "pay_unit") or "day"
    if pay is None or pay <= 0 or unit not in ("day", "hour"):
        return
    wage = reading.part(facts, "minimum_wage")
    fen = reading.whole(wage, "hourly")
    if fen is None:
        yield say.not_checked(
            field, "本地区未维护最低小时工资标准", "the minimum hourly wage of this division is not kept."
        )
        return
    hours = stated_hours(evidence)
    hourly = hourly_equivalent(pay, unit, hours)
    if hourly is not None and hourly < Decimal(fen) / 100:
        tell = say.high if field == "pay_amount" else say.info
        yield tell(
            field,
            f"{labels.zh(field)}{pay}{_UNIT_WORDS[unit]}折合每小时{hourly:.2f}元（每天按{hours}小时），"
            f"低于最低小时工资{Decimal(fen) / 100:.2f}元",
            f"The {labels.en(field)} of {pay} yuan per {unit} is {hourly:.2f} yuan an hour "
            f"(at {hours} hours a day), below the minimum of {Decimal(fen) / 100:.2f}.",
        )


@SHARED.check(
    "G06",
    "工钱异常偏高",
    "Unusually high pay",
    fields="pay_amount expected_pay pay_unit type_code",
    law="人社厅发〔2025〕60号",
    reason="R10",
)
def high_pay(say: Voice, evidence: Evidence, facts: Facts) -> Iterator[Finding]:
    """More than three times the type's 95th percentile, or above 1000 yuan a day without any skill."""
    field, pay = pay_of(evidence)
    if pay is None:
        return
    usual = reading.part(facts, "type_pay")
    p95 = reading.amount(usual, "p95")
    unit = reading.text(evidence, "pay_unit")
    if p95 and p95 > 0 and reading.text(usual, "pay_unit") == unit and pay > 3 * p95:
        yield say.warn(
            field,
            f"{labels.zh(field)}{pay}{_UNIT_WORDS.get(unit, '元')}，超过同类零工高位数（{p95}）的3倍",
            f"The {labels.en(field)} of {pay} yuan is more than three times what this type of gig pays at "
            f"the top ({p95}).",
        )
    elif (day_pay(evidence) or 0) > HIGH_DAY_PAY and not skilled(evidence):
        yield say.warn(
            field,
            f"{labels.zh(field)}{pay}{_UNIT_WORDS.get(unit, '元')}超过{HIGH_DAY_PAY}元/天，且无技能要求",
            f"The {labels.en(field)} of {pay} yuan is above {HIGH_DAY_PAY} a day and no skill is asked for.",
        )


@SHARED.check(
    "G10",
    "发布人实名与年龄",
    "Poster's identity and age",
    fields="type_code requirements description",
    law="劳动法第15条；未成年人保护法第61条",
    reason="R14",
)
def poster(say: Voice, evidence: Evidence, facts: Facts) -> Iterator[Finding]:
    """Real-named and at least 16; nobody of 16 or 17 in dangerous work, poster or whom the post admits."""
    who = reading.part(facts, "poster")
    level, age = reading.whole(who, "identity_level"), reading.whole(who, "age")
    if level is None or age is None:
        yield say.not_checked("", "发布人实名等级或年龄未知", "the poster's identity level or age is unknown.")
    if level is not None and level < 1:
        yield say.high("", "发布人未实名认证", "The poster is not real-named.")
    if age is not None and age < 16:
        yield say.block("", f"发布人年龄为{age}周岁，未满16周岁", f"The poster is {age} years old, below 16.")
    closed = risky_type(evidence, facts) or mentions(evidence, OFFER_TEXTS, CLOSED_TO_MINORS)
    if not closed and not topical(evidence, OFFER_TEXTS, "dangerous_work"):
        return
    wanted = "expected_pay" in evidence
    if age is not None and 16 <= age < 18 and wanted:
        yield say.high(
            "type_code",
            f"发布人年龄为{age}周岁，不得从事危险作业",
            f"The poster is {age} years old and may not do dangerous work.",
        )
    if not wanted and mentions(evidence, OFFER_TEXTS, MINOR):
        yield say.high("requirements", "危险作业允许未满18周岁人员参加", "Dangerous work is open to people below 18.")


@SHARED.check(
    "G12",
    "重复发布",
    "Repeated posts",
    fields="title description",
    law="人力资源市场暂行条例第18条",
    reason="R07",
)
def repeated(say: Voice, evidence: Evidence, facts: Facts) -> Iterator[Finding]:
    """Near-duplicates within 30 days, more than ten posts a day, a person who hires again and again."""
    for other in reading.rows(facts, "own_duplicates")[:5]:
        yield say.warn(
            "title",
            f"与本人30天内发布的“{same(other)}”内容相近",
            f"It is nearly the same as the poster's own “{same(other)}” of the last 30 days.",
        )
    for other in reading.rows(facts, "other_duplicates")[:5]:
        yield say.high(
            "description",
            f"与他人30天内发布的“{same(other)}”内容相近",
            f"It is nearly the same as somebody else's “{same(other)}” of the last 30 days.",
        )
    today, offers = reading.whole(facts, "posts_today"), reading.whole(facts, "offers_30_days")
    if today is not None and today > POSTS_A_DAY:
        yield say.warn("", f"发布人今天已发布{today}条", f"The poster has posted {today} times today.")
    if (
        offers is not None
        and offers > OFFERS_OF_A_PERSON
        and "pay_amount" in evidence
        and not reading.part(evidence, "unit")
    ):
        yield say.high(
            "",
            f"个人30天内发布招工{offers}条，可能无证从事职业中介",
            f"A person has posted {offers} offers in 30 days, possibly placing workers without a licence.",
            reason="R14",
        )


def pay_of(evidence: Evidence) -> tuple[str, Decimal | None]:
    """The field that holds the pay, offered or asked for, and its amount."""
    field = "expected_pay" if "expected_pay" in evidence and "pay_amount" not in evidence else "pay_amount"
    return field, reading.amount(evidence, field)


def stated_hours(evidence: Evidence) -> Decimal:
    """Hours a day as the text states them (每天10小时), else 8."""
    for field in ("description", "requirements", "expected_time"):
        found = STATED_HOURS.search(reading.text(evidence, field))
        if found and 0 < Decimal(found["hours"]) <= 24:
            return Decimal(found["hours"])
    return Decimal(8)


def day_pay(evidence: Evidence) -> Decimal | None:
    """Yuan a day, None where it is paid by job or piece."""
    pay, unit = pay_of(evidence)[1], reading.text(evidence, "pay_unit")
    if pay is None or unit not in ("day", "hour"):
        return None
    return pay if unit == "day" else pay * stated_hours(evidence)


def skilled(evidence: Evidence) -> bool:
    """Whether the type or the words name a skill, a certificate or experience."""
    return reading.text(evidence, "type_code") in SKILLED_TYPES or mentions(evidence, OFFER_TEXTS, SKILL)


def risky_type(evidence: Evidence, facts: Facts) -> bool:
    """Whether the type is one of dangerous or licensed work."""
    known = reading.flag(facts, "risky_type")
    return reading.text(evidence, "type_code") in _RISKY_TYPES if known is None else known


def same(other: reading.Values) -> str:
    """A duplicate as a message names it."""
    return reading.cut(" ".join(str(other.get(key) or "") for key in ("unit_name", "title")))


def _end_of_work(evidence: Evidence, start: date | None) -> date | None:
    """The last day of the work, for offers that count days or hours; a quantity of years is left alone."""
    quantity, unit = reading.whole(evidence, "quantity"), reading.text(evidence, "quantity_unit")
    if start is None or quantity is None or not 1 <= quantity <= 3660 or unit not in ("day", "hour"):
        return None
    days = quantity if unit == "day" else -(-quantity // 8)
    return start + timedelta(days=days - 1)
