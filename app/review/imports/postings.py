"""Rows of a list of postings read into postings and the units that offer them (ZX-08).

The columns are those of the job sites' exports, under their English or Chinese names. What the list does not say and
a posting must have is assumed, and `assumed` names it: the reviewer sees which values nobody wrote.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from flask_babel import lazy_gettext as _l

from app.review.imports.cells import as_day, as_whole, unfloated
from app.review.imports.columns import Column, Reader, check_cells
from app.review.imports.importer import Draft as BaseDraft
from app.review.imports.options import MOST_PEOPLE, Options
from app.review.imports.words import industry_code, plain_word, unit_name, unit_nature
from app.rules.pay import Pay, parse_pay
from app.rules.positions import VALID_DAYS_LIMIT
from app.rules.refused import Refused

ENTITY: Final = "posting"

COLUMNS: Final = (
    Column(
        "posting_no",
        ("职位编号", "编号", "岗位编号", "职位ID"),
        limit=40,
        label=_l("Posting number"),
        example="2026001",
    ),
    Column(
        "title",
        ("职位名称", "岗位名称", "职位", "岗位", "招聘岗位"),
        needed=True,
        filled=True,
        limit=80,
        label=_l("Position"),
        example="行政专员",
    ),
    Column(
        "unit_name",
        ("单位名称", "公司名称", "企业名称", "用人单位", "公司"),
        needed=True,
        filled=True,
        limit=120,
        label=_l("Unit name"),
        example="示例（上海）贸易有限公司",
    ),
    Column(
        "pay",
        ("薪资", "薪酬", "工资", "月薪", "薪资待遇", "工资待遇"),
        needed=True,
        limit=60,
        label=_l("Pay"),
        example="6-8千/月",
    ),
    Column(
        "description",
        ("职位描述", "岗位职责", "工作内容", "职位信息", "岗位描述"),
        needed=True,
        limit=10_000,
        label=_l("Duties"),
        example="负责公司档案、会务与日常采购，协助同事处理来访与来函。",
    ),
    Column("requirements", ("任职要求", "岗位要求", "招聘条件"), limit=10_000, label=_l("Conditions")),
    Column("benefits", ("福利", "福利待遇", "单位福利"), limit=300, label=_l("Benefits"), example="五险一金 周末双休"),
    Column("headcount", ("招聘人数", "人数", "需求人数"), label=_l("People wanted"), example="2"),
    Column("education", ("学历要求", "学历", "最低学历"), label=_l("Education"), words="education", example="大专"),
    Column("experience", ("工作经验", "经验要求", "工作年限"), label=_l("Experience"), words="experience"),
    Column(
        "place", ("工作地点", "工作地区", "地点", "工作区域"), limit=120, label=_l("Work place"), example="上海-奉贤区"
    ),
    Column(
        "ownership",
        ("单位性质", "公司性质", "企业性质", "所有制"),
        limit=60,
        label=_l("Ownership"),
        words="ownership",
        example="民营公司",
    ),
    Column(
        "size", ("单位规模", "公司规模", "企业规模", "规模"), limit=60, label=_l("Size of the unit"), example="50-150人"
    ),
    Column("industry", ("行业", "所属行业"), limit=200, label=_l("Industry"), example="贸易/进出口"),
    Column("valid_until", ("有效期至", "截止日期", "失效日期"), label=_l("Valid until"), example="+60"),
    Column("posted_on", ("发布日期", "发布时间"), label=_l("Posted on")),
)

_MOST_PAY: Final = 10_000_000  # yuan a month; above it somebody slipped in a scale
_PLACE_PARTS: Final = re.compile(r"[-—–·/,，、>\s]+")


@dataclass(frozen=True, slots=True)
class Known:
    """What the database knows and rows are read with.

    Words of the dictionaries (`ownership`, `education`, `experience`: word -> code) and the names of the divisions
    inside the region of the import, each with its code.
    """

    today: date
    words: Mapping[str, Mapping[str, str]]
    places: Mapping[str, str]
    industries: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft(BaseDraft):
    """A posting to be made: its key in the source, its content, the columns only a program may set, its unit if new."""

    unit_name: str
    unit: Mapping[str, Any]
    columns: Mapping[str, Any]


def read_row(reader: Reader, options: Options, known: Known, columns: tuple[Column, ...] = COLUMNS) -> Draft | None:
    """The posting a row describes, or None after the reader was told why not."""
    if not check_cells(reader, columns):
        return None
    assumed: list[str] = []
    content = {
        "title": reader["title"],
        "benefits": reader["benefits"],
        "description": reader["description"],
        "requirements": reader["requirements"],
        "address": reader["place"],
        "education": _word(reader, "education", known),
        "experience": _word(reader, "experience", known),
        "headcount": _headcount(reader, options, assumed),
        "valid_until": _valid_until(reader, options, known, assumed),
        "region_code": _region(reader, options, known, assumed),
        **_pay(reader, assumed),
    }
    set_columns = {"assumed": assumed, "industry_code": _industry(reader, known)}
    unit = _unit(reader, known, options)
    content |= _own_fields(reader, columns)
    if reader.wrong:
        return None
    line = reader.row.line
    return Draft(line, _key(reader, options), content, unit_name=unit["name"], unit=unit, columns=set_columns)


def _own_fields(reader: Reader, columns: tuple[Column, ...]) -> dict[str, Any]:
    """Values of custom fields, by x_<code>."""
    filled = (c for c in columns if c.custom is not None and c.read is not None and reader[c.key])
    found = {c.key: c.read(reader, c.key, None) for c in filled if c.read is not None}
    return {key: value for key, value in found.items() if value is not None}


def _key(reader: Reader, options: Options) -> str:
    """Entity, division and number: two bureaus may number alike. Without a number the content stands for it."""
    own = unfloated(reader["posting_no"])
    if not own:
        content = "\0".join(reader[k] for k in ("unit_name", "title", "description", "pay", "place"))
        own = hashlib.sha256(content.encode()).hexdigest()[:40]
    return f"{ENTITY}:{options.region_code}:{own}"


def _pay(reader: Reader, assumed: list[str]) -> dict[str, Any]:
    try:
        pay = parse_pay(reader["pay"])
        if max(pay.monthly_min or 0, pay.monthly_max or 0) > _MOST_PAY:
            raise Refused("pay_too_high", "pay", limit=_MOST_PAY)
    except Refused as refusal:
        reader.say(refusal.code, "pay", refusal.facts)
        pay = Pay(None, None, "negotiable", reader["pay"], None, None)
    if not reader["pay"]:
        assumed.append("pay_negotiable")
    return {
        "pay_min": pay.monthly_min,
        "pay_max": pay.monthly_max,
        "pay_negotiable": pay.unit == "negotiable",
        "pay_text": pay.text,
    }


def _headcount(reader: Reader, options: Options, assumed: list[str]) -> int:
    text = reader["headcount"].removesuffix("人").strip()
    if text in ("", "若干", "不限"):
        assumed.append("headcount")
        return options.headcount
    number = as_whole(text)
    if number is None or not 1 <= number <= MOST_PEOPLE:
        reader.say("cell_not_number", "headcount", {"low": 1, "high": MOST_PEOPLE})
        return options.headcount
    return number


def _valid_until(reader: Reader, options: Options, known: Known, assumed: list[str]) -> date:
    """The last day as written, or so many days from today. A day that has passed is an error (J02)."""
    usual = known.today + timedelta(days=options.valid_days)
    text = reader["valid_until"]
    if not text:
        assumed.append("valid_until")
        return usual
    day = as_day(text)
    if day is None:
        reader.say("cell_not_date", "valid_until")
    elif not known.today < day <= known.today + timedelta(days=VALID_DAYS_LIMIT):
        reader.say("date_out_of_range", "valid_until", {"days": VALID_DAYS_LIMIT})
    else:
        return day
    return usual


def _region(reader: Reader, options: Options, known: Known, assumed: list[str]) -> str:
    """The division the place names, if it lies in the region of the import, else that region itself.

    The place as written is kept as the work address either way.
    """
    for part in reversed(_PLACE_PARTS.split(reader["place"])):
        code = known.places.get(plain_word(part)) if part else None
        if code:
            return code
    assumed.append("region_code")
    return options.region_code


def _word(reader: Reader, key: str, known: Known) -> str | None:
    text = plain_word(reader[key])
    if not text:
        return None
    code = known.words.get(key, {}).get(text)
    if code is None:
        reader.say("cell_unknown", key, error=False)
    return code


def _industry(reader: Reader, known: Known) -> str | None:
    code = industry_code(reader["industry"])
    return code if code in known.industries else None


def _unit(reader: Reader, known: Known, options: Options) -> dict[str, Any]:
    """Columns of the unit. Its size and trade stay as written in the introduction, for the reviewer and for search."""
    ownership = _word(reader, "ownership", known)
    written = [reader[k] for k in ("ownership", "size", "industry") if reader[k]]
    return {
        "name": unit_name(reader["unit_name"]),
        "nature": unit_nature(ownership),
        "ownership": ownership,
        "industry_code": _industry(reader, known),
        "region_code": options.region_code,
        "intro": " · ".join(written) or None,
    }
