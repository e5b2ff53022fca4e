"""Lists of gig posts, 招工 and 找活: of whoever posts them, and of a bureau in the name of registered persons.

A post stands on its poster: the agreement is the poster's to accept (TJ-33), name and age are the poster's (G10). So a
bureau's list becomes drafts in the accounts of those it names; they read them, accept and send them in themselves.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from app.models.accounts import Hat, Person
from app.models.base import vault
from app.models.gigs import GigOffer, GigWanted
from app.models.units import Unit
from app.review import desk, door, edits
from app.review.imports import cells
from app.review.imports.columns import Column, Reader
from app.review.imports.importer import OWN, REGION, ByColumn, Draft
from app.review.imports.options import Options
from app.review.imports.plain import of
from app.review.imports.table import Row
from app.review.kinds import KINDS
from app.review.kinds.standing import approved_unit
from app.review.outbox import Notice, enqueue
from app.rules.actor import BUREAU, CLOCK, PEOPLE, UNIT_SIDE, Actor, Role, covers
from app.rules.codes import contact_fault, phone_fault
from app.rules.gigs import DESCRIPTION_LIMIT, VALID_DAYS_LIMIT
from app.rules.refused import Refused

CHANGED: Final = ("draft", "returned", "rejected")
_PAY: Final = cells.money(0, 1_000_000)
_HEADS: Final = cells.whole(1, 10_000)
_NUMBER: Final = Column("gig_no", ("编号", "零工编号", "序号"), limit=40, label=_l("Gig number"), example="001")


def _phone(reader: Reader, key: str, known: Any) -> str | None:
    found = cells.code(reader, key, known)
    if found and contact_fault(found):
        reader.say("phone_form", key)
        return None
    return found


def _mobile(reader: Reader, key: str, known: Any) -> str | None:
    found = cells.code(reader, key, known)
    if found and phone_fault(found):
        reader.say("mobile_form", key)
        return None
    return found


def _columns(model: Any, *own: Column) -> tuple[Column, ...]:
    """What both kinds of post have, with what is the kind's own in between."""
    return (
        _NUMBER,
        of(model, "type_code", ("零工类型", "工种", "类型"), example="搬运装卸"),
        of(model, "title", ("零工名称", "标题", "名称"), example="仓库卸货工"),
        of(model, "headcount", ("需要人数", "人数", "可来人数"), read=_HEADS, example="3"),
        of(model, "start_at", ("开工时间", "上工时间", "工作开始时间"), read=cells.moment, example="+10 08:00"),
        of(model, "region_code", ("行政区划", "工作区域", "地区"), read=cells.one_of("region"), limit=60,
           example="上海市奉贤区"),
        of(model, "address", ("工作地址", "地址", "工作地点"), example="望园路1号"),
        of(model, "mode", ("工作方式",), example="驻地"),
        *own,
        of(model, "own_tools", ("自带工具",), example="否"),
        of(model, "description", ("零工描述", "描述", "自我介绍", "说明"), limit=DESCRIPTION_LIMIT, example="搬运家具和纸箱，楼层有电梯。"),
        of(model, "phone", ("联系电话", "手机号", "电话"), read=_phone, limit=60, sealed=True, needed=False, filled=False,
           example="13800000000", help=_l("Left empty: the phone of the account")),
        of(model, "phone_public", ("公开手机号", "手机号是否公开"), example="否"),
        of(model, "valid_until", ("信息有效期", "有效期至", "截止日期"), needed=False, filled=False, example="+30"),
    )  # fmt: skip


OFFERED: Final = _columns(
    GigOffer,
    of(GigOffer, "pay_amount", ("报酬", "薪酬", "工价", "报酬（元）"), read=_PAY, example="200"),
    of(GigOffer, "pay_unit", ("计酬单位", "报酬单位", "单位"), example="元/天"),
    of(GigOffer, "quantity", ("总量", "工作量"), read=_HEADS, example="5"),
    of(GigOffer, "quantity_unit", ("总量单位",), example="天"),
    of(GigOffer, "requirements", ("用工要求", "要求"), example="能搬运轻中型物品"),
)
WANTED: Final = _columns(
    GigWanted,
    of(GigWanted, "expected_pay", ("期望报酬", "期望薪酬", "期望工价"), read=_PAY, example="220"),
    of(GigWanted, "pay_unit", ("计酬单位", "报酬单位", "单位"), example="元/天"),
    of(GigWanted, "settlement", ("结算方式",), example="日结"),
    of(GigWanted, "expected_time", ("期望工作时间", "可工作时间"), example="周末 8:00-18:00"),
)
_POSTER: Final = Column(
    "poster_phone", ("发布人手机号", "本人手机号", "注册手机号"), needed=True, filled=True, limit=30, sealed=True, read=_mobile,
    label=_l("Phone of the poster's account"), example="13800000000",
    help=_l("Who is registered with this phone gets the draft"),
)  # fmt: skip
_EMPLOYER: Final = Column(
    "uscc", ("统一社会信用代码", "用工单位信用代码"), limit=30, read=cells.code, label=_l("Unified social credit code"),
    help=_l("Only where a unit hires; the poster must act for it"),
)  # fmt: skip


class GigImport(ByColumn):
    """Posts of who sends the list: drafts, or agreed to and sent in at once."""

    roles = PEOPLE | {Role.HANDLER}
    place = OWN
    key_column = "gig_no"
    lists = ("region",)
    asks: tuple[str, ...] = ("valid_days", "submit", "agreed")
    about = _l("Your own gig posts, as drafts or sent in for review at once. Drafts are changed by a newer list.")

    def __init__(self, key: str, command: str, label: Any, kind: str, columns: tuple[Column, ...]) -> None:
        """`kind` is the reviewable kind the rows become."""
        self.key, self.command, self.label, self.kind = key, command, label, kind
        self.columns = columns
        self.model = KINDS[kind].model
        self.custom = self.model.CUSTOM
        if self.place == OWN:
            self.roles = KINDS[kind].sender_roles & type(self).roles

    def _covers(self, actor: Actor, options: Options) -> bool:
        kind = KINDS[self.kind]
        return actor.role in kind.sender_roles and kind.granted(actor)

    def require_reach(self, actor: Actor, options: Options) -> None:
        """Nothing is sent in that was not agreed to."""
        super().require_reach(actor, options)
        if options.submit and not options.agreed:
            raise Refused("import_agree", "agreed")

    def known(self, session: Session, actor: Actor, options: Options, today: date) -> Any:
        """Whose posts they are, and the phone they are reached at."""
        found = super().known(session, actor, options, today)
        if actor.role in UNIT_SIDE:
            approved_unit(session, actor.unit_id)
        person: Any = session.get(Person, actor.account_id)
        found.more["phone"] = person.phone if person is not None else None
        found.more["owner"] = f"u{actor.unit_id}" if actor.role in UNIT_SIDE else f"p{actor.account_id}"
        return found

    def draft(self, row: Row, reader: Reader, content: dict[str, Any], options: Options, known: Any) -> Draft | None:
        """Known again by its number, else by what it is, when and where."""
        said = frozenset(content)
        content.setdefault("valid_until", known.today + timedelta(days=min(options.valid_days, VALID_DAYS_LIMIT)))
        self._reach_by_phone(reader, content, known)
        if not known.today < content["valid_until"] <= known.today + timedelta(days=VALID_DAYS_LIMIT):
            reader.say("date_out_of_range", "valid_until", {"days": VALID_DAYS_LIMIT})
        if reader.wrong:
            return None
        number = content.pop("gig_no", "") or _digest(content)
        return Draft(row.line, f"{self._owner(content, known)}:{number}", content, {"said": said - {"gig_no"}})

    def _reach_by_phone(self, reader: Reader, content: dict[str, Any], known: Any) -> None:
        if not content.get("phone") and known.more["phone"]:
            content["phone"] = known.more["phone"]
        if not content.get("phone"):
            reader.say("cell_empty", "phone")

    def _owner(self, content: Mapping[str, Any], known: Any) -> str:
        return str(known.more["owner"])

    def stored(self, session: Session, drafts: Sequence[Draft], known: Any) -> Mapping[str, Any]:
        """By the key in the source."""
        rows: Any = session.scalars(select(self.model).where(self.model.source_key.in_(d.key for d in drafts)))
        return {row.source_key: row for row in rows}

    def changes(self, draft: Draft, row: Any) -> list[Any]:
        """Only what the list says."""
        return [change for change in super().changes(draft, row) if change.column in draft.extra["said"]]

    def may_change(self, row: Any, known: Any) -> bool:
        """What is under review or public is edited on its own page. Raises Refused row_deleted for what was deleted."""
        if row.status == "deleted":
            raise Refused("row_deleted", self.key_column)
        return row.status in CHANGED

    def write(self, session: Session, actor: Actor, draft: Draft, row: Any, known: Any) -> None:
        """By the sender, as on the form."""
        options: Options = known.more["options"]
        agreed = {"agreed": True} if options.agreed else {}
        if row is None:
            origin = desk.Origin("", {"source_key": draft.key})
            subject = desk.create_in(session, actor, self.kind, {**draft.content, **agreed}, origin)
        else:
            said = {change.column: change.new for change in self.changes(draft, row)}
            found = door.locate(session, actor, self.kind, row.id)
            subject = edits.edit_in(session, actor, found, {**said, **agreed}).subject
        if options.submit:
            desk.submit_in(session, actor, self.kind, subject.id)


class GigForImport(GigImport):
    """Drafts that a bureau prepares in the name of persons who are registered with their phone."""

    roles = BUREAU
    place = REGION
    asks = ("valid_days",)
    personal = True
    about = _l(
        "Drafts in the accounts of those whose phones the list names; they read them, accept the agreement and submit."
    )

    def _covers(self, actor: Actor, options: Options) -> bool:
        return covers(actor.region_code, options.region_code)

    def known(self, session: Session, actor: Actor, options: Options, today: date) -> Any:
        """The posters are looked up once the list is read."""
        found = ByColumn.known(self, session, actor, options, today)
        found.more["phone"] = None
        return found

    def _reach_by_phone(self, reader: Reader, content: dict[str, Any], known: Any) -> None:
        content.setdefault("phone", content["poster_phone"])
        if not covers(known.more["options"].region_code, content["region_code"]):
            reader.say("outside_division", "region_code")

    def _owner(self, content: Mapping[str, Any], known: Any) -> str:
        return f"f{vault().mark(content['poster_phone'], 'phone')[:24]}"

    def together(self, session: Session, drafts: Sequence[Draft], known: Any) -> Iterable[tuple[Draft, str, str]]:
        """Whose phones they are, and for which units these persons may post. Three statements."""
        marks = {mark for d in drafts for mark in _marks(d)}
        people = session.execute(select(Person.phone_hash, Person.account_id).where(Person.phone_hash.in_(marks)))
        known.more["posters"] = {row.phone_hash: row.account_id for row in people}
        codes = {d.content["uscc"] for d in drafts if d.content.get("uscc")}
        units = session.execute(select(Unit.uscc, Unit.id).where(Unit.uscc.in_(codes), Unit.status == "approved"))
        known.more["units"] = {row.uscc: row.id for row in units}
        known.more["acting"] = _acting(session, known.more["units"].values())
        for draft in drafts:
            fault = self._stranger(draft, known)
            if fault:
                yield draft, *fault

    @staticmethod
    def _stranger(draft: Draft, known: Any) -> tuple[str, str] | None:
        account = _poster(draft, known)
        if account is None:
            return "cell_no_person", "poster_phone"
        code = draft.content.get("uscc")
        if code and code not in known.more["units"]:
            return "cell_no_unit", "uscc"
        if code and (account, known.more["units"][code]) not in known.more["acting"]:
            return "cell_not_acting", "uscc"
        return None

    def changes(self, draft: Draft, row: Any) -> list[Any]:
        """Beside who posts, which is what makes it the same row."""
        said = set(draft.extra["said"]) - {"poster_phone", "uscc"}
        names = [c.key for c in self.columns if c.key in said]
        kept = Draft(draft.line, draft.key, {name: draft.content[name] for name in names}, {"said": said})
        return super().changes(kept, row)

    def may_change(self, row: Any, known: Any) -> bool:
        """From the moment it is in the account the draft is the poster's."""
        return False

    def write(self, session: Session, actor: Actor, draft: Draft, row: Any, known: Any) -> None:
        """A draft of the poster's, who is told of it."""
        content = {k: v for k, v in draft.content.items() if k not in ("poster_phone", "uscc")}
        poster = _poster(draft, known)
        columns = {"poster_id": poster, "created_by_id": poster, "source_key": draft.key}
        if draft.content.get("uscc"):
            columns["unit_id"] = known.more["units"][draft.content["uscc"]]
        subject = desk.create_in(session, CLOCK, self.kind, content, desk.Origin("import", columns))
        kind = KINDS[self.kind]
        notice = Notice(
            template="gig_prepared",
            message_kind=kind.message_kind,
            facts={"kind": kind.key, "title": kind.title(subject)},
            link=kind.link.format(id=subject.id),
            dedupe=f"{kind.key}:{subject.id}:prepared",
        )
        enqueue(session, notice, {poster})


def _digest(content: Mapping[str, Any]) -> str:
    parts = (str(content.get(name, "")) for name in ("type_code", "title", "start_at", "address"))
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:32]


def _marks(draft: Draft) -> tuple[str, ...]:
    """The blind indexes of the poster's phone, under every index key."""
    return vault().blinds(draft.content["poster_phone"], "phone")


def _poster(draft: Draft, known: Any) -> int | None:
    return next((posters[mark] for mark in _marks(draft) if mark in (posters := known.more["posters"])), None)


def _acting(session: Session, units: Iterable[int]) -> set[tuple[int, int]]:
    """Who may post gigs for these units: (account, unit)."""
    hats = select(Hat.account_id, Hat.unit_id, Hat.role, Hat.grants).where(Hat.unit_id.in_(set(units)), Hat.active)
    return {
        (int(account), int(unit or 0))
        for account, unit, role, grants in session.execute(hats)
        if role == Role.OWNER or "gigs" in grants
    }


IMPORTERS = (
    GigImport("gig_offer", "gig-offers", _l("Gigs: hiring"), "gig_offer", OFFERED),
    GigImport("gig_wanted", "gigs-wanted", _l("Gigs: looking for work"), "gig_wanted", WANTED),
    GigForImport(
        "gig_offer_for", "gig-offers-for", _l("Gigs: hiring, for others"), "gig_offer", (_POSTER, _EMPLOYER, *OFFERED)
    ),
    GigForImport(
        "gig_wanted_for", "gigs-wanted-for", _l("Gigs: looking for work, for others"), "gig_wanted", (_POSTER, *WANTED)
    ),
)
