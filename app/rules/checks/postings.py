"""Checks of job postings on numbers, dates and facts: J01..J04, J17..J21, J24 (standards.md 3.4)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from app.rules.agencies import SHUT
from app.rules.checks import labels, reading
from app.rules.checks.saying import Family, Voice, imported
from app.rules.checks.wording import labelled, merged, quote_en, quote_zh, topical
from app.rules.findings import Evidence, Facts, Finding
from app.rules.positions import VALID_DAYS_LIMIT, VALID_DAYS_USUAL
from app.rules.search import query_tokens

DUTIES_LENGTH: Final = 20  # characters without blanks
SPREAD: Final = 3  # highest pay over lowest
HEADCOUNT_OVER_STAFF: Final = 3
NEW_UNIT_DAYS: Final = 30
MANY_POSTINGS: Final = 20
OVERDUE_DAYS: Final = 30  # of the re-verification, after which posting stops

TEXTS: Final = ("title", "requirements", "description", "benefits")
# Imported rows have one text for all; these words show that there are conditions in it.
_CONDITIONS: Final = re.compile(r"要求|任职|资格|条件|学历|经验|专业|能力|优先|不限")
# The part of LURE that speaks of pay; the rest is bait (J14).
PAY_LURE: Final = re.compile(r"封顶|[月年日周]入|过万|上万|百万|[月年日时]薪|底薪")

POSTINGS: Final = Family()


@POSTINGS.check(
    "J01", "法定要素齐全", "Statutory elements", law="人力资源市场暂行条例第24条", reason="R15",
    fields="unit headcount requirements education experience description region_code pay_min pay_text",
)  # fmt: skip
def elements(say: Voice, evidence: Evidence, facts: Facts) -> Iterator[Finding]:
    """Unit basics, headcount, conditions, duties, place and base pay: one finding for each that lacks."""
    for field, zh, en, reason in _lacking(evidence, unit_of(evidence, facts)):
        yield say.missing(evidence, field, zh, en, reason=reason)
    for place in labelled(evidence, TEXTS, "PLACEHOLDER"):
        yield say.high(
            place.field,
            f"{quote_zh(place)}为占位或遮掩内容，未写明实际情况",
            f"{quote_en(place)} is filler where a real statement should stand.",
            at=place,
        )
    assumed = [str(key) for key in reading.listed(evidence, "assumed")]
    if assumed:
        zh, en = "、".join(map(labels.zh, assumed)), ", ".join(map(labels.en, assumed))
        yield say.info("assumed", f"导入时按默认值补充：{zh}", f"Assumed on import: {en}.")


@POSTINGS.check("J02", "信息有效期", "Validity date", fields="valid_until", law="人社厅发〔2025〕60号", reason="R11")
def validity(say: Voice, evidence: Evidence, facts: Facts) -> Iterator[Finding]:
    """Set, after today, within the days the division allows; usually within 90."""
    limit = reading.whole(facts, "valid_days") or VALID_DAYS_LIMIT
    until, today = reading.day(evidence, "valid_until"), reading.day(facts, "today")
    if until is None:
        if reading.filled(evidence, "valid_until"):
            shown = reading.cut(evidence["valid_until"])
            yield say.block(
                "valid_until", f"信息有效期“{shown}”不是有效日期", f"The validity date “{shown}” is no date."
            )
        else:
            yield say.missing(evidence, "valid_until", "未填写信息有效期", "The validity date is missing.")
        return
    if today is None:
        return
    if until <= today:
        yield say.block(
            "valid_until",
            f"信息有效期（{until}）应晚于今天",
            f"The validity date ({until}) must be after today.",
        )
    elif until > today + timedelta(days=limit):
        yield say.block(
            "valid_until",
            f"信息有效期（{until}）超过{limit}天",
            f"The validity date ({until}) is more than {limit} days away.",
        )
    elif until > today + timedelta(days=VALID_DAYS_USUAL):
        yield say.warn(
            "valid_until",
            f"信息有效期（{until}）超过{VALID_DAYS_USUAL}天",
            f"The validity date ({until}) is more than {VALID_DAYS_USUAL} days away.",
        )


@POSTINGS.check("J03", "月薪数值", "Pay figures", fields="pay_min pay_max", law="最低工资规定", reason="R10")
def pay(say: Voice, evidence: Evidence, facts: Facts) -> Iterator[Finding]:
    """Whole yuan, the lower not above the higher, not below the local monthly minimum."""
    low, high = reading.whole(evidence, "pay_min"), reading.whole(evidence, "pay_max")
    for field, value in (("pay_min", low), ("pay_max", high)):
        if reading.filled(evidence, field) and (value is None or value < 0):
            shown = reading.cut(evidence[field])
            yield say.block(
                field,
                f"{labels.zh(field)}“{shown}”应为不小于0的整数（元/月）",
                f"The {labels.en(field)} “{shown}” must be whole yuan a month.",
            )
    if low is not None and high is not None and low > high:
        yield say.block(
            "pay_min",
            f"最低月薪{low}元高于最高月薪{high}元",
            f"The lowest monthly pay of {low} yuan is above the highest of {high}.",
        )
    if low is None:
        return
    minimum = reading.whole(reading.part(facts, "minimum_wage"), "monthly")
    if minimum is None:
        yield say.not_checked("pay_min", "本地区未维护最低工资标准", "the minimum wage of this division is not kept.")
    elif low < minimum:
        yield say.high(
            "pay_min",
            f"最低月薪{low}元低于当地最低工资{minimum}元",
            f"The lowest monthly pay of {low} yuan is below the local minimum of {minimum}.",
        )


@POSTINGS.check(
    "J04",
    "薪酬明确",
    "Pay stated plainly",
    fields="pay_negotiable pay_min pay_max pay_text title description benefits",
    law="人力资源市场暂行条例第24条；人社厅发〔2025〕60号",
    reason="R10",
)
def plain_pay(say: Voice, evidence: Evidence, _facts: Facts) -> Iterator[Finding]:
    """Negotiable or no base pay, a span of more than three times, boasts about pay."""
    low, high = reading.whole(evidence, "pay_min"), reading.whole(evidence, "pay_max")
    if reading.flag(evidence, "pay_negotiable"):
        yield say.high(
            "pay_negotiable",
            "薪酬为“面议”，未公布基本劳动报酬",
            "The pay is negotiable; the base pay is not stated.",
        )
    elif not low:
        shown = reading.cut(reading.text(evidence, "pay_text") or "—")
        yield say.high(
            "pay_min",
            f"未写明基本劳动报酬（薪酬说明：{shown}）",
            f"The base pay is not stated (pay as written: {shown}).",
        )
    if low and high and high > SPREAD * low:
        yield say.warn(
            "pay_max",
            f"最高月薪{high}元超过最低月薪{low}元的{SPREAD}倍",
            f"The highest pay of {high} yuan is more than {SPREAD} times the lowest of {low}.",
        )
    texts = (*TEXTS, "pay_text")
    for place in merged(labelled(evidence, texts, "LURE"), topical(evidence, texts, "money_bait")):
        if PAY_LURE.search(place.text):
            yield say.high(
                place.field,
                f"{quote_zh(place)}涉嫌夸大薪酬",
                f"{quote_en(place)} exaggerates the pay.",
                at=place,
            )


@POSTINGS.check(
    "J17",
    "职业中介代招",
    "Posting by an agency",
    fields="unit",
    law="人力资源市场暂行条例第18条、第26条",
    reason="R14",
)
def agency(say: Voice, evidence: Evidence, facts: Facts) -> Iterator[Finding]:
    """Agency at work, client named, association authorised, licence valid (public bodies need none), marked as 代招."""
    posts = reading.part(facts, "agency")
    if not posts:
        return
    name, until, today = (
        reading.cut(posts.get("name") or "—"),
        reading.day(posts, "licence_valid_until"),
        reading.day(facts, "today"),
    )
    if not reading.filled(unit_of(evidence, facts), "name"):
        yield say.block(
            "unit",
            f"职介机构“{name}”代招未写明用人单位",
            f"The agency “{name}” does not name the employer it posts for.",
            reason="R01",
        )
    if reading.text(posts, "stage") in SHUT:
        yield say.block(
            "agency",
            f"职介机构“{name}”已关闭或尚未完善资料，不能代招",
            f"The agency “{name}” is closed, or its data are incomplete.",
        )
    if reading.flag(posts, "authorised") is not True:
        yield say.block(
            "agency",
            f"职介机构“{name}”未获得该单位的代招授权",
            f"The agency “{name}” is not authorised by this unit.",
        )
    if reading.text(posts, "kind") != "public":
        if not reading.filled(posts, "licence_no"):
            yield say.block(
                "agency",
                f"职介机构“{name}”没有人力资源服务许可证",
                f"The agency “{name}” has no licence for human resources services.",
            )
        elif until and today and until < today:
            yield say.block(
                "agency",
                f"职介机构“{name}”的许可证已于{until}到期",
                f"The licence of the agency “{name}” ended on {until}.",
                reason="R04",
            )
    if reading.flag(posts, "labelled") is False:
        yield say.block(
            "agency",
            f"职介机构“{name}”的职位未标明“代招”",
            f"The posting of the agency “{name}” is not marked as posted for another unit.",
        )


@POSTINGS.check(
    "J18",
    "单位资格与院校入驻",
    "Standing of the unit, residency",
    fields="unit schools",
    law="人社厅发〔2025〕60号；HL-21",
    reason="R14",
)
def standing(say: Voice, evidence: Evidence, facts: Facts) -> Iterator[Finding]:
    """Approved, not frozen, re-verification not long overdue; resident at every target school."""
    unit, today = unit_of(evidence, facts), reading.day(facts, "today")
    status, due = reading.text(unit, "status"), reading.day(unit, "reverify_due")
    shown = reading.cut(unit.get("name") or "—")
    if status == "frozen":
        yield say.block("unit", f"单位“{shown}”已被冻结", f"The unit “{shown}” is frozen.")
    elif imported(evidence) and status != "approved":
        yield say.warn(
            "unit",
            f"单位“{shown}”由导入产生，尚未核验",
            f"The unit “{shown}” came in by import and is not verified.",
        )
    elif status != "approved":
        yield say.block("unit", f"单位“{shown}”尚未通过审核", f"The unit “{shown}” is not approved.")
    if due and today and due < today:
        days = (today - due).days
        say_it = say.block if days > OVERDUE_DAYS else say.warn
        yield say_it(
            "unit",
            f"单位“{shown}”的六个月复核已逾期{days}天",
            f"The re-verification of “{shown}” is {days} days overdue.",
            reason="R04",
        )
    yield from _not_resident(say, evidence, facts)


@POSTINGS.check("J19", "重复职位", "Duplicates", fields="title description", law="人社厅发〔2025〕60号", reason="R07")
def duplicates(say: Voice, _evidence: Evidence, facts: Facts) -> Iterator[Finding]:
    """The unit's own open posting, or the text of another unit."""
    for other in reading.rows(facts, "own_duplicates")[:5]:
        title = reading.cut(other.get("title") or "—")
        yield say.warn("title", f"与本单位在招职位“{title}”重复", f"It repeats the unit's own open posting “{title}”.")
    for other in reading.rows(facts, "other_duplicates")[:5]:
        title, unit = reading.cut(other.get("title") or "—"), reading.cut(other.get("unit_name") or "—")
        yield say.high(
            "description",
            f"与“{unit}”的职位“{title}”文字雷同",
            f"Its text is that of “{title}” posted by “{unit}”.",
        )


@POSTINGS.check("J20", "招聘规模", "Scale of recruiting", fields="headcount", law="人社厅发〔2025〕60号", reason="R15")
def scale(say: Voice, evidence: Evidence, facts: Facts) -> Iterator[Finding]:
    """Many more people than the unit has; many postings by a new unit."""
    unit, people = unit_of(evidence, facts), reading.whole(evidence, "headcount")
    staff, postings = reading.whole(unit, "staff_count"), reading.whole(unit, "open_postings")
    approved, today = reading.day(unit, "approved_on"), reading.day(facts, "today")
    if people and staff and people > HEADCOUNT_OVER_STAFF * staff:
        yield say.warn(
            "headcount",
            f"招聘{people}人，超过单位职工人数{staff}人的{HEADCOUNT_OVER_STAFF}倍",
            f"The headcount of {people} is more than {HEADCOUNT_OVER_STAFF} times the staff of {staff}.",
        )
    if postings and approved and today and postings > MANY_POSTINGS and (today - approved).days < NEW_UNIT_DAYS:
        yield say.warn(
            "unit",
            f"单位通过审核不足{NEW_UNIT_DAYS}天，已有在招职位{postings}个",
            f"The unit was approved less than {NEW_UNIT_DAYS} days ago and has {postings} open postings.",
        )


@POSTINGS.check(
    "J21",
    "职业与行业一致",
    "Occupation and industry",
    fields="title occupation_code",
    law="职业分类大典（2022年版）；GB/T 4754-2017",
)
def classification(say: Voice, evidence: Evidence, facts: Facts) -> Iterator[Finding]:
    """The occupation's name shares no pair of characters with the title; the industry is not the unit's."""
    occupation, title = reading.text(facts, "occupation_name"), reading.text(evidence, "title")
    if not reading.filled(evidence, "occupation_code"):
        yield say.not_checked("occupation_code", "未选择职业分类", "no occupation is chosen.")
    elif occupation and title and set(query_tokens(occupation)).isdisjoint(query_tokens(title)):
        yield say.info(
            "occupation_code",
            f"职业分类“{reading.cut(occupation)}”与职位名称“{reading.cut(title)}”不同",
            f"The occupation “{reading.cut(occupation)}” does not resemble the title “{reading.cut(title)}”.",
        )
    ours = reading.text(facts, "industry_code") or reading.text(evidence, "industry_code")
    theirs = reading.text(unit_of(evidence, facts), "industry_code")
    if ours and theirs and not (ours.startswith(theirs) or theirs.startswith(ours)):
        yield say.info(
            "industry_code",
            f"职位行业（{reading.cut(ours)}）与单位行业（{reading.cut(theirs)}）不同",
            f"The industry of the posting ({reading.cut(ours)}) is not the unit's ({reading.cut(theirs)}).",
        )


@POSTINGS.check("J24", "相对已通过内容的改动", "Changes since approval", fields="", law="HL-18")
def changes(say: Voice, evidence: Evidence, facts: Facts) -> Iterator[Finding]:
    """Names the fields that differ from the approved content; the desk shows the differences themselves."""
    approved = reading.part(facts, "approved")
    changed = [key for key in approved if key in evidence and approved[key] != evidence[key]]
    if changed:
        zh, en = "、".join(map(labels.zh, changed)), ", ".join(map(labels.en, changed))
        yield say.info(changed[0], f"通过审核后修改了：{zh}", f"Changed since approval: {en}.")


def unit_of(evidence: Evidence, facts: Facts) -> dict[str, object]:
    """What is known of the unit: what the evidence pinned, then what the database adds."""
    return {**reading.part(evidence, "unit"), **reading.part(facts, "unit")}


def _lacking(evidence: Evidence, unit: dict[str, object]) -> Iterator[tuple[str, str, str, str | None]]:
    """Field, words and reason of every statutory element that lacks; no reason means the usual one."""
    # A unit collected together with its postings may have no code yet: J18 says that it is not verified.
    if not reading.filled(unit, "name") or not (reading.filled(unit, "uscc") or imported(evidence)):
        en = "The unit's name or unified social credit code is missing."
        yield "unit", "缺少单位基本情况（名称、统一社会信用代码）", en, "R01"
    people = reading.whole(evidence, "headcount")
    if people is None or people < 1:
        shown = reading.cut(evidence.get("headcount") or "—")
        en = f"The headcount is missing or not valid ({shown})."
        yield "headcount", f"缺少招聘人数或人数无效（{shown}）", en, None
    if not _has_conditions(evidence):
        yield "requirements", "缺少招聘条件", "The conditions are missing.", None
    duties = len("".join(reading.text(evidence, "description").split()))
    if duties < DUTIES_LENGTH:
        en = f"The duties have {duties} characters; at least {DUTIES_LENGTH} are needed."
        yield "description", f"工作内容为{duties}字，不足{DUTIES_LENGTH}字", en, None
    if not re.fullmatch(r"[0-9]{6}", reading.text(evidence, "region_code")):
        yield "region_code", "缺少工作地点（行政区划）", "The work place (division) is missing.", "R18"
    stated = any(reading.filled(evidence, key) for key in ("pay_min", "pay_max", "pay_text"))
    if not stated and not reading.flag(evidence, "pay_negotiable"):
        yield "pay_min", "缺少基本劳动报酬", "The base pay is missing.", "R10"


def _has_conditions(evidence: Evidence) -> bool:
    if any(reading.filled(evidence, key) for key in ("requirements", "education", "experience")):
        return True
    return imported(evidence) and bool(_CONDITIONS.search(reading.text(evidence, "description")))


def _not_resident(say: Voice, evidence: Evidence, facts: Facts) -> Iterator[Finding]:
    schools = reading.rows(evidence, "schools")
    if schools and "resident_schools" not in facts:
        yield say.not_checked("schools", "院校入驻状态未知", "the unit's residency at the target schools is unknown.")
        return
    resident = reading.listed(facts, "resident_schools")
    for school in schools:
        if school.get("id") not in resident:
            name = reading.cut(school.get("name") or school.get("code") or "—")
            yield say.block("schools", f"单位尚未入驻“{name}”", f"The unit is not resident at “{name}”.")
