"""Lists of units: made as imported and unverified, through the desk; a registered unit is only told of."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from flask_babel import lazy_gettext as _l
from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from app.models.units import Unit
from app.review import desk, door, edits
from app.review.imports import cells
from app.review.imports.columns import Column, Reader
from app.review.imports.importer import REGION, ByColumn, Change, Draft
from app.review.imports.options import Options
from app.review.imports.plain import of
from app.review.imports.table import Row
from app.review.imports.units import IMPORTED
from app.review.imports.words import unit_name
from app.rules.actor import BUREAU, CLOCK, Actor, Role, covers
from app.rules.codes import contact_fault, email_fault, uscc_fault
from app.rules.refused import Refused
from app.rules.units import HOLDING

KIND: Final = "unit_registration"


def _uscc(reader: Reader, key: str, known: Any) -> str | None:
    """A credit code as it stands on the licence; small letters are mended, nothing else."""
    found = cells.code(reader, key, known)
    fault = uscc_fault(found.upper()) if found else None
    if fault:
        reader.say(f"uscc_{fault}", key)
    return found.upper() if found and not fault else None


def _name(reader: Reader, key: str, known: Any) -> str:
    return unit_name(reader[key])


def _phone(reader: Reader, key: str, known: Any) -> str | None:
    found = cells.code(reader, key, known)
    if found and contact_fault(found):
        reader.say("phone_form", key)
        return None
    return found


def _email(reader: Reader, key: str, known: Any) -> str | None:
    if email_fault(reader[key]):
        reader.say("email_form", key)
        return None
    return reader[key]


class UnitImport(ByColumn):
    """Units the bureau has a list of. A list proves nothing: the credit code stands as listed until the unit registers."""

    key, command, label = "unit", "units", _l("Units")
    about = _l(
        "Units come in as imported and unverified. A unit that has registered itself is never changed by a list."
    )
    roles = BUREAU | {Role.OPERATOR}
    place = REGION
    key_column = "name"
    lists = ("region", "industry")
    custom = Unit.CUSTOM
    personal = True
    columns: tuple[Column, ...] = (
        of(Unit, "name", ("单位名称", "企业名称", "公司名称", "用人单位", "名称"), read=_name, example="示例（上海）贸易有限公司"),
        of(Unit, "uscc", ("统一社会信用代码", "信用代码", "社会信用代码"), read=_uscc, limit=30, example="913101201234567887"),
        of(Unit, "nature", ("单位类型", "机构类型"), example="企业"),
        of(Unit, "ownership", ("单位性质", "所有制", "经济类型"), example="民营公司"),
        of(Unit, "industry_code", ("行业", "所属行业", "行业代码"), read=cells.one_of("industry"), limit=90, example="F"),
        of(Unit, "region_code", ("行政区划", "所在地", "区划代码"), read=cells.one_of("region"), limit=60,
           needed=False, filled=False, example="上海市奉贤区"),
        of(Unit, "address", ("地址", "单位地址", "注册地址", "经营地址"), example="解放路1号"),
        of(Unit, "legal_rep", ("法定代表人", "法人代表", "法人")),
        of(Unit, "founded_on", ("成立日期", "成立时间"), example="2015-03-01"),
        of(Unit, "registered_capital", ("注册资本（万元）", "注册资本", "注册资金"), read=cells.ten_thousands, example="500"),
        of(Unit, "staff_count", ("人数", "职工人数", "员工人数"), example="45"),
        of(Unit, "size_class", ("规模", "单位规模", "规模类型"), example="小型"),
        of(Unit, "contact_name", ("联系人",), example="李示例"),
        of(Unit, "contact_phone", ("联系电话", "电话", "手机"), read=_phone, limit=60, sealed=True, example="021-57190000"),
        of(Unit, "contact_email", ("邮箱", "电子邮箱"), read=_email),
        of(Unit, "website", ("网址", "官网")),
        of(Unit, "intro", ("简介", "单位简介"), limit=2000),
    )  # fmt: skip

    def draft(self, row: Row, reader: Reader, content: dict[str, Any], options: Options, known: Any) -> Draft | None:
        """Known again by its name as on the licence; it lies in the division of the import or below."""
        content.setdefault("region_code", options.region_code)
        if not covers(options.region_code, content["region_code"]):
            reader.say("outside_division", "region_code")
            return None
        code = content.pop("uscc", None)
        return Draft(row.line, str(content["name"]), content, {"listed_uscc": code} if code else {})

    def together(self, session: Session, drafts: Sequence[Draft], known: Any) -> Iterable[tuple[Draft, str, str]]:
        """One code for one name."""
        bearer: dict[str, Draft] = {}
        for draft in drafts:
            code = draft.extra.get("listed_uscc")
            if code and bearer.setdefault(code, draft) is not draft:
                yield draft, "uscc_twice", "uscc"

    def stored(self, session: Session, drafts: Sequence[Draft], known: Any) -> Mapping[str, Any]:
        """In one statement, imported and registered ones; what somebody only began to register stands in nobody's way."""
        names = {d.key for d in drafts}
        codes = {d.extra["listed_uscc"] for d in drafts if d.extra.get("listed_uscc")}
        counts = or_(Unit.status.in_(HOLDING), and_(Unit.source == "import", Unit.status != "deleted"))
        stmt = select(Unit).where(or_(Unit.name.in_(names), Unit.uscc.in_(codes), Unit.listed_uscc.in_(codes)), counts)
        rows: list[Any] = list(session.scalars(stmt.order_by(Unit.id)))
        return {d.key: row for d in drafts if (row := _same(d, rows)) is not None}

    def changes(self, draft: Draft, row: Any) -> list[Any]:
        """Its code as listed is a column beside the content."""
        found = super().changes(draft, row)
        listed = draft.extra.get("listed_uscc")
        if listed and not row.uscc and listed != row.listed_uscc:
            found.append(Change("uscc", row.listed_uscc, listed))
        return found

    def may_change(self, row: Any, known: Any) -> bool:
        """Only what came from a list, was never verified, and lies in the division of the import."""
        return _is_imported(row) and covers(known.more["options"].region_code, row.region_code)

    def remarks(self, session: Session, drafts: Sequence[Draft], known: Any) -> Iterable[tuple[Draft, str, str]]:
        """Units that have registered themselves: their own word counts."""
        for start in range(0, len(drafts), 1000):
            part = drafts[start : start + 1000]
            there = self.stored(session, part, known)
            yield from ((d, "unit_kept", "name") for d in part if d.key in there and not _is_imported(there[d.key]))

    def write(self, session: Session, actor: Actor, draft: Draft, row: Any, known: Any) -> None:
        """By the clock: the row has no sender, so that whoever imports a list may also decide on the unit later."""
        listed = draft.extra.get("listed_uscc")
        if row is None:
            columns = {"listed_uscc": listed} if listed else {}
            desk.create_in(session, CLOCK, KIND, draft.content, desk.Origin("import", columns))
            return
        found = door.locate(session, CLOCK, KIND, row.id)
        if found.subject.status != IMPORTED:
            raise Refused("wrong_state", "name")
        edits.edit_in(session, CLOCK, found, draft.content)
        if listed and not found.subject.uscc:
            found.subject.listed_uscc = listed


def _is_imported(row: Any) -> bool:
    return bool(row.source == "import" and row.status == IMPORTED)


def _same(draft: Draft, rows: Sequence[Any]) -> Any:
    """The unit a row speaks of: the registered one with its code, the imported one with its code or name, and without
    a code whoever has registered under that name."""
    code = draft.extra.get("listed_uscc")
    tests = (
        lambda row: code and row.uscc == code,
        lambda row: code and not row.uscc and row.listed_uscc == code,
        lambda row: not row.uscc and row.name == draft.key,
        lambda row: not code and row.name == draft.key,
    )
    return next((row for test in tests for row in rows if test(row)), None)


IMPORTERS = (UnitImport(),)
