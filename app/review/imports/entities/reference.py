"""Lists of reference data: the dictionary, divisions, industries, occupations, majors, working days, minimum wages."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models.reference import DictItem, Industry, Major, MinimumWage, Occupation, Region, WorkDay
from app.review.imports import cells
from app.review.imports.columns import Reader
from app.review.imports.importer import REGION, Draft
from app.review.imports.options import Options
from app.review.imports.plain import Plain, Tree, of
from app.rules import reference as rules
from app.rules.actor import Actor, Role, covers
from app.rules.names import pinyin, text_initials
from app.rules.refused import Refused

ADMIN: Final = frozenset({Role.SYSADMIN})
_LEVEL: Final = ("级别", "层级", "等级")


class DictionaryImport(Plain):
    """Words of the data dictionary (字典管理)."""

    on_ledger = True
    key, command, label = "dictionary", "dictionary", _l("Data dictionary")
    about = _l(
        "Words offered by the select fields. A word that is there keeps its code; names, order and state follow."
    )
    model, roles = DictItem, ADMIN
    identity, key_column = ("dict_code", "code"), "code"
    rule = staticmethod(rules.word_fault)
    columns = (
        of(DictItem, "dict_code", ("字典", "字典编码", "字典类型"), read=cells.code, example="gig_type"),
        of(DictItem, "code", ("编码", "代码", "值", "字典值"), read=cells.code, example="gardening"),
        of(DictItem, "name_zh", ("中文名称", "名称", "字典标签"), example="园艺绿化"),
        of(DictItem, "name_en", ("英文名称", "英文"), example="Gardening"),
        of(DictItem, "sort", ("排序", "顺序", "序号"), example="290"),
        of(DictItem, "active", ("启用", "状态", "是否启用"), example="是"),
    )

    def check(self, session: Session, draft: Draft, row: Any, known: Any) -> None:
        """As on the screen: what the program needs is neither extended nor switched off."""
        super().check(session, draft, row, known)
        rules.closed_fault(self._would_be(draft, row), created=row is None)


class RegionImport(Tree):
    """Divisions of GB/T 2260 as the ministry publishes them each year."""

    on_ledger = True
    key, command, label = "region", "regions", _l("Divisions")
    about = _l("Codes of GB/T 2260. Level and parent follow from the code; an abolished division gets its last day.")
    model, roles = Region, ADMIN
    identity, key_column, derived = ("code",), "code", ("parent_code", "level")
    rule = staticmethod(rules.region_fault)
    columns = (
        of(Region, "code", ("行政区划代码", "区划代码", "代码"), read=cells.code, example="310120"),
        of(Region, "name", ("行政区划名称", "单位名称", "名称"), example="奉贤区"),
        of(Region, "parent_code", ("上级区划代码", "上级代码"), read=cells.code, example="310100"),
        of(Region, "level", _LEVEL, needed=False, filled=False, example="3"),
        of(Region, "full_name", ("全称", "完整名称"), needed=False, filled=False, example="上海市奉贤区"),
        of(Region, "pseudo", ("虚拟层级", "伪层级"), example="否"),
        of(Region, "valid_from", ("生效日期", "启用日期", "设立日期"), example="2001-08-24"),
        of(Region, "valid_to", ("失效日期", "撤销日期", "停用日期")),
    )

    def complete(self, content: dict[str, Any], options: Options, known: Any) -> None:
        """Level by the digits."""
        if len(content.get("code", "")) == 6:
            content.setdefault("level", rules.level_of_region(content["code"]))

    def code_above(self, code: str) -> str:
        """By the digits."""
        return rules.parent_of_region(code)

    def known(self, session: Session, actor: Actor, options: Options, today: date) -> Any:
        """With the full names, which those below begin with."""
        found = super().known(session, actor, options, today)
        rows = session.execute(select(Region.code, Region.full_name, Region.pseudo))
        found.more["full"] = {code: "" if pseudo else name for code, name, pseudo in rows}
        return found

    def finish(self, subject: Any, known: Any) -> None:
        """Pinyin for the search; a name in full where the list has none."""
        subject.pinyin, subject.initials = pinyin(subject.name).replace(" ", "")[:160], text_initials(subject.name)[:60]
        if not subject.full_name:
            subject.full_name = self._prefix(subject.code, known) + subject.name
        known.more["full"][subject.code] = "" if subject.pseudo else subject.full_name

    @staticmethod
    def _prefix(code: str, known: Any) -> str:
        """The full name of the nearest real division above."""
        above = rules.parent_of_region(code)
        while above and not known.more["full"].get(above):
            above = rules.parent_of_region(above)
        return str(known.more["full"].get(above, ""))


class IndustryImport(Tree):
    """Industries of GB/T 4754, down to the four digits."""

    on_ledger = True
    key, command, label = "industry", "industries", _l("Industries")
    about = _l("Classes of GB/T 4754. Sections and divisions are shipped, groups and classes come with the full table.")
    model, roles = Industry, ADMIN
    identity, key_column = ("code",), "code"
    rule = staticmethod(rules.industry_fault)
    columns = (
        of(Industry, "code", ("行业代码", "代码"), read=cells.code, example="651"),
        of(Industry, "name", ("行业名称", "类别名称", "名称"), example="软件开发"),
        of(Industry, "parent_code", ("上级代码", "上级行业代码"), read=cells.code, example="65"),
        of(Industry, "level", _LEVEL, needed=False, filled=False, example="3"),
        of(Industry, "edition", ("版本", "标准版本"), example="GB/T 4754-2017"),
    )

    def complete(self, content: dict[str, Any], options: Options, known: Any) -> None:
        """Level by the digits; spreadsheets drop the zero in front of 01."""
        code = content.get("code", "")
        if code.isdigit() and len(code) == 1:
            code = content["code"] = f"0{code}"
        if code:
            content.setdefault("level", len(code))

    def code_above(self, code: str) -> str:
        """By the digits; a section is named by the list."""
        return rules.parent_of_industry(code)


class OccupationImport(Tree):
    """Occupations of the national classification."""

    on_ledger = True
    key, command, label = "occupation", "occupations", _l("Occupations")
    about = _l("Occupations of the national classification with their groups.")
    model, roles = Occupation, ADMIN
    identity, key_column = ("code",), "code"
    rule = staticmethod(rules.occupation_fault)
    columns = (
        of(Occupation, "code", ("职业编码", "职业代码", "代码", "编码"), read=cells.code, example="4-04-05-05"),
        of(Occupation, "name", ("职业名称", "名称"), example="人工智能训练师"),
        of(Occupation, "parent_code", ("上级代码", "上级编码"), read=cells.code, example="4-04"),
        of(Occupation, "level", _LEVEL, needed=False, filled=False, example="4"),
        of(Occupation, "edition", ("版本", "大典版本"), example="2022"),
    )

    def complete(self, content: dict[str, Any], options: Options, known: Any) -> None:
        """Level by the groups of digits."""
        if content.get("code"):
            content.setdefault("level", rules.level_of_occupation(content["code"]))

    def code_above(self, code: str) -> str:
        """By the groups of digits."""
        return rules.parent_of_occupation(code)


class MajorImport(Tree):
    """Majors of the three national catalogues."""

    on_ledger = True
    key, command, label = "major", "majors", _l("Majors")
    about = _l("Catalogues of majors: undergraduate, vocational, graduate. Upper levels are shipped.")
    model, roles = Major, ADMIN
    identity, key_column = ("catalogue", "code"), "code"
    rule = staticmethod(rules.major_fault)
    columns = (
        of(Major, "catalogue", ("专业目录", "目录", "类别"), example="本科专业目录"),
        of(Major, "code", ("专业代码", "代码"), read=cells.code, example="0809"),
        of(Major, "name", ("专业名称", "名称"), example="计算机类"),
        of(Major, "parent_code", ("上级代码", "专业类代码"), read=cells.code, example="08"),
        of(Major, "level", _LEVEL, needed=False, filled=False, example="2"),
        of(Major, "edition", ("版本", "目录版本"), example="2025"),
        of(Major, "valid_from", ("生效日期", "启用日期"), example="2025-04-01"),
        of(Major, "valid_to", ("失效日期", "停用日期", "撤销日期")),
    )

    def complete(self, content: dict[str, Any], options: Options, known: Any) -> None:
        """Level by the digits."""
        if content.get("code"):
            content["code"] = str(content["code"]).upper()
            content.setdefault("level", len(rules.major_digits(content["code"])) // 2)

    def code_above(self, code: str) -> str:
        """By the digits."""
        return rules.parent_of_major(code)

    def key_above(self, content: Mapping[str, Any], code: str) -> str:
        """In the same catalogue."""
        return self.key_of({"catalogue": content["catalogue"], "code": code})


class WorkDayImport(Plain):
    """Days worked and days off, with 调休, after the yearly notice."""

    on_ledger = True
    key, command, label = "work_day", "work-days", _l("Working calendar")
    about = _l("Days of the calendar that due dates are counted by, after the yearly notice of the State Council.")
    model, roles = WorkDay, ADMIN
    identity, key_column = ("day",), "day"
    rule = staticmethod(rules.work_day_fault)
    columns = (
        of(WorkDay, "day", ("日期",), example="2026-10-10"),
        of(WorkDay, "is_work", ("是否工作日", "工作日", "类型"), example="是"),
        of(WorkDay, "note", ("说明", "备注", "节日"), example="国庆节调休上班"),
        of(WorkDay, "provisional", ("暂定", "是否暂定"), example="否"),
    )

    def complete(self, content: dict[str, Any], options: Options, known: Any) -> None:
        """What is imported is the notice, unless the list says otherwise."""
        content.setdefault("provisional", False)


def _fen(reader: Reader, key: str, known: Any) -> int | None:
    """Fen as the form takes them; 24.00 and 24元 are yuan."""
    written = cells.plain(reader[key]).replace(",", "")
    whole = cells.as_whole(written) if not written.endswith("元") and "." not in written else None
    if whole is not None:
        return whole
    try:
        fen = Decimal(written.removesuffix("元")) * 100
    except InvalidOperation:
        fen = Decimal("NaN")
    if not fen.is_finite() or abs(fen - round(fen)) > Decimal("0.0001"):
        reader.say("cell_not_fen", key)
        return None
    return round(fen)


class MinimumWageImport(Plain):
    """Local minimum pay, entered by the bureau of the division."""

    on_ledger = True
    key, command, label = "minimum_wage", "minimum-wages", _l("Minimum wages")
    about = _l("Local minimum pay by division and first day; postings and gigs below it are marked.")
    model, roles, place = MinimumWage, frozenset({Role.LEAD}), REGION
    identity, key_column = ("region_code", "valid_from"), "region_code"
    lists = ("region",)
    rule = staticmethod(rules.wage_fault)
    columns = (
        of(MinimumWage, "region_code", ("行政区划", "地区", "区划代码"), read=cells.one_of("region"), limit=60,
           example="上海市"),
        of(MinimumWage, "monthly", ("月最低工资", "月最低工资标准", "月最低工资标准（元）"), example="2740"),
        of(MinimumWage, "hourly", ("小时最低工资", "小时最低工资标准"), read=_fen, example="25.00元",
           help=_l("2500 is fen, 25.00 is yuan")),
        of(MinimumWage, "valid_from", ("生效日期", "执行日期"), example="2025-07-01"),
        of(MinimumWage, "source", ("依据", "文件依据", "来源"), example="沪人社规〔2025〕8号"),
    )  # fmt: skip

    def check(self, session: Any, draft: Any, row: Any, known: Any) -> None:
        """Inside the division of the import only, as on the form."""
        if not covers(known.more["options"].region_code, draft.content["region_code"]):
            raise Refused("outside_division", "region_code")
        super().check(session, draft, row, known)


IMPORTERS = (
    DictionaryImport(),
    RegionImport(),
    IndustryImport(),
    OccupationImport(),
    MajorImport(),
    WorkDayImport(),
    MinimumWageImport(),
)
