"""Gig posts: hiring 招工 by persons and units, looking for work 找活 by persons (TJ-17..50)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Subquery, and_, cast, delete, func, select, true
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session

from app.models.gigs import GigOffer, GigPicture, GigWanted
from app.models.reference import DictItem
from app.review.kinds.base import Kind, Origin, Subject, Values
from app.review.kinds.lookalikes import Owner, lookalikes
from app.review.kinds.standing import (
    DUPLICATES_SHOWN,
    approved_unit,
    known,
    person_standing,
    unit_part,
    wage_in,
    wage_part,
)
from app.review.ledger import account_of
from app.review.policy import entries, number
from app.rules.actor import PEOPLE, UNIT_SIDE, Actor, Role
from app.rules.dates import ZONE
from app.rules.gigs import AGREEMENT_VERSION, GIG
from app.rules.lifecycle import Move
from app.rules.media import SLOT_LIMITS
from app.rules.refused import Refused
from app.rules.search import tsquery

_TEXT_MEANS = 10  # characters below which two equal descriptions mean nothing
_WINDOW_DAYS = 30
_ENOUGH_PAYS = 20  # live posts of a type before their pay says anything


class _Gig(Kind):
    """What both kinds of gig post share."""

    lifecycle = GIG
    may_go_unseen = True
    message_kind = "gig"
    grant = "gigs"
    constraint_fields: ClassVar[Mapping[str, str]] = {"agreed": "agreed", "description_length": "description"}
    constraint_codes: ClassVar[Mapping[str, str]] = {
        "headcount": "at_least_one",
        "quantity": "at_least_one",
        "pay_amount": "more_than_nothing",
        "expected_pay": "more_than_nothing",
    }
    move_notices: ClassVar[Mapping[str, str]] = {"expire": "gig_expired", "remove": "removed"}
    offline_move = "close"

    def recipients(self, subject: Subject) -> set[int | None]:
        """Who posted."""
        return {subject.poster_id, subject.created_by_id}

    def concerns(self, actor: Actor, subject: Subject) -> bool:
        """Nobody keeps watch over an own post."""
        return subject.poster_id == actor.account_id or super().concerns(actor, subject)

    def write(self, session: Session, subject: Subject, values: Mapping[str, Any]) -> None:
        """Ticking the agreement is recorded with its version and time."""
        super().write(session, subject, values)
        if values.get("agreed") and subject.agreement_version != AGREEMENT_VERSION:
            subject.agreement_version, subject.agreed_at = AGREEMENT_VERSION, func.now()

    def guard(self, session: Session, subject: Subject, move: Move, today: date) -> None:
        """A unit must be approved to post; a post past its last day is not resumed."""
        unit_id = self.unit_id(subject)
        if unit_id and (move.opens_round or move.name == "resume"):
            approved_unit(session, unit_id)
        if move.name == "resume" and subject.valid_until < today:
            raise Refused("date_past", field="valid_until")

    def trivial(self, changed: frozenset[str], before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
        """Fewer people or another last day need no second look (table (b) row 2)."""
        return changed <= {"valid_until", "headcount"} and int(after["headcount"]) <= int(before["headcount"])

    def facts(self, session: Session, subject: Subject, evidence: Mapping[str, Any], today: date) -> Values:
        """G01..G14, L01."""
        others = self._duplicates(session, subject, evidence, today)
        return {**self._own_facts(session, subject, evidence, today), **others}

    def sender_facts(self, session: Session, subject: Subject, evidence: Mapping[str, Any], today: date) -> Values:
        """Without the posts of others."""
        mine = self._duplicates(session, subject, evidence, today, mine_only=True)
        return {**self._own_facts(session, subject, evidence, today), **mine}

    def _own_facts(self, session: Session, subject: Subject, evidence: Mapping[str, Any], today: date) -> Values:
        """The poster, and in one statement: the type's words and pay, how much was posted, the minimum wage."""
        pay, posts, words = self._type_pay(evidence), self._counts(subject, today), self._words(evidence)
        wage = wage_in(str(evidence["region_code"]), today).subquery()
        together = pay.join(posts, true()).join(words, true()).outerjoin(wage, true())
        row = session.execute(select(pay, posts, words, wage).select_from(together)).one()
        named = row.words or {}
        usual = {"p95": row.p95, "pay_unit": evidence.get("pay_unit"), "count": row.n}
        return known(
            {
                "today": today,
                "poster": person_standing(session, subject.poster_id, today),
                "minimum_wage": wage_part(row),
                "type_pay": usual if row.n >= _ENOUGH_PAYS else {},
                "type_name": named.get("gig_type"),
                "risky_type": "gig_type_risky" in named,
                "posts_today": row.posts_today + 1,
                "offers_30_days": row.posts_30_days + 1,
                "valid_days": number(session, "gig_valid_days", str(evidence["region_code"])),
                "watch_words": entries(session, "watch_words", str(evidence["region_code"])) or None,
            }
        )

    @staticmethod
    def _words(evidence: Mapping[str, Any]) -> Subquery:
        """The type's words by dictionary: its name, and whether it is among the risky ones."""
        words = func.json_object_agg(DictItem.dict_code, DictItem.name_zh).label("words")
        dictionaries = ("gig_type", "gig_type_risky")
        code = str(evidence.get("type_code") or "")
        return select(words).where(DictItem.dict_code.in_(dictionaries), DictItem.code == code).subquery()

    def _type_pay(self, evidence: Mapping[str, Any]) -> Subquery:
        """The 95th percentile of what live posts of this type offer in the same unit of pay (G06)."""
        pay = getattr(self.model, "pay_amount", None) or self.model.expected_pay
        p95 = func.percentile_disc(0.95).within_group(pay).label("p95")
        same = (self.model.type_code == evidence.get("type_code"), self.model.pay_unit == evidence.get("pay_unit"))
        return select(p95, func.count().label("n")).where(*same, self.model.status == "live").subquery()

    def _counts(self, subject: Subject, today: date) -> Subquery:
        """Other posts of this poster: today, and in 30 days (G12)."""
        sent = func.coalesce(self.model.submitted_at, self.model.created_on)
        return (
            select(
                func.count().filter(sent >= _start(today)).label("posts_today"),
                func.count().label("posts_30_days"),
            )
            .where(
                self.model.poster_id == subject.poster_id,
                self.model.status != "draft",
                self.model.id != subject.id,
                sent >= _start(today - timedelta(days=_WINDOW_DAYS)),
            )
            .subquery()
        )

    def _duplicates(
        self,
        session: Session,
        subject: Subject,
        evidence: Mapping[str, Any],
        today: date,
        *,
        mine_only: bool = False,
    ) -> Values:
        """Posts of the last 30 days with the same words: own and others' (G12)."""
        title, text = str(evidence.get("title") or ""), str(evidence.get("description") or "")
        query = tsquery(title)
        if not query:
            return {"own_duplicates": [], "other_duplicates": []}
        mine = self.model.poster_id == subject.poster_id
        rows = session.execute(
            select(self.model.id, self.model.title, mine.label("mine"))
            .where(
                self.model.search.op("@@")(cast(query, TSQUERY)),
                self.model.title == title,
                self.model.description == text,
                mine if mine_only else true(),
                self.model.id != subject.id,
                self.model.status.in_(("pending", "live", "paused")),
                self.model.created_on >= _start(today - timedelta(days=_WINDOW_DAYS)),
            )
            .order_by(mine.desc(), self.model.id.desc())
            .limit(2 * DUPLICATES_SHOWN)
        ).all()
        others = rows if len(text) >= _TEXT_MEANS else []
        return {
            "own_duplicates": [{"id": r.id, "title": r.title} for r in rows if r.mine][:DUPLICATES_SHOWN],
            "other_duplicates": [{"id": r.id, "title": r.title} for r in others if not r.mine][:DUPLICATES_SHOWN],
        }


def _start(day: date) -> datetime:
    return datetime.combine(day, time(), ZONE)


class Offer(_Gig):
    """招工."""

    key = "gig_offer"
    label = _l("Gig: hiring")
    model = GigOffer
    sender_roles = PEOPLE | {Role.HANDLER}
    reader_roles = frozenset({Role.OWNER})
    for_unit = True
    relations = frozenset({"files"})
    files_limit = SLOT_LIMITS["image"]
    unseen = frozenset({"I07"})
    link = "/gigofferview/show/{id}"

    def own(self, actor: Actor) -> ColumnElement[bool]:
        """The unit's posts under a unit's hat, else the person's own."""
        if actor.role in UNIT_SIDE:
            return super().own(actor)
        return and_(GigOffer.poster_id == account_of(actor), GigOffer.unit_id.is_(None))

    def is_own(self, actor: Actor, subject: Subject) -> bool:
        """The row form of `own`."""
        if actor.role in UNIT_SIDE:
            return super().is_own(actor, subject)
        return bool(subject.poster_id == actor.account_id and subject.unit_id is None)

    def owner(self, session: Session, actor: Actor, sent: Mapping[str, Any], origin: Origin) -> Values:
        """A person, or a handler for the unit."""
        self.require_sender(actor, origin)
        unit_id = origin.columns.get("unit_id", actor.unit_id if actor.role in UNIT_SIDE else None)
        if unit_id is not None or actor.role in UNIT_SIDE:
            approved_unit(session, unit_id)
        account = account_of(actor)
        return {"poster_id": account, "created_by_id": account, "unit_id": unit_id, **origin.columns}

    def attached(self, session: Session, subject: Subject) -> list[tuple[str, Any]]:
        """Pictures of the work place."""
        rows: Any = session.scalars(select(GigPicture).where(GigPicture.gig_id == subject.id).order_by(GigPicture.id))
        return [("environment", row.file) for row in rows]

    def attach(self, session: Session, subject: Subject, slots: list[tuple[str, Any]]) -> None:
        """Replaces the pictures."""
        theirs = GigPicture.gig_id == subject.id
        session.execute(delete(GigPicture).where(theirs).execution_options(synchronize_session="fetch"))
        session.add_all([GigPicture(gig_id=subject.id, file=file) for _, file in slots])
        session.flush()

    def around(self, session: Session, subject: Subject) -> Values:
        """The unit, if one posts."""
        return {"unit": unit_part(subject.unit)}

    def facts(self, session: Session, subject: Subject, evidence: Mapping[str, Any], today: date) -> Values:
        """With the pictures' lookalikes."""
        owner = Owner(subject.unit_id, subject.poster_id, gig_id=subject.id)
        near = lookalikes(session, evidence, owner, str(evidence["region_code"]))
        return {**super().facts(session, subject, evidence, today), "lookalikes": near}


class Wanted(_Gig):
    """找活."""

    key = "gig_wanted"
    label = _l("Gig: looking for work")
    model = GigWanted
    sender_roles = PEOPLE
    link = "/gigwantedview/show/{id}"

    def own(self, actor: Actor) -> ColumnElement[bool]:
        """The person's own."""
        return and_(GigWanted.poster_id == account_of(actor))

    def is_own(self, actor: Actor, subject: Subject) -> bool:
        """The person's own."""
        return bool(subject.poster_id == actor.account_id)

    def owner(self, session: Session, actor: Actor, sent: Mapping[str, Any], origin: Origin) -> Values:
        """A person."""
        self.require_sender(actor, origin)
        account = account_of(actor)
        return {"poster_id": account, "created_by_id": account, **origin.columns}

    def facts(self, session: Session, subject: Subject, evidence: Mapping[str, Any], today: date) -> Values:
        """Without what concerns those who hire."""
        found = super().facts(session, subject, evidence, today)
        found.pop("offers_30_days", None)
        return found

    def sender_facts(self, session: Session, subject: Subject, evidence: Mapping[str, Any], today: date) -> Values:
        """Likewise."""
        found = super().sender_facts(session, subject, evidence, today)
        found.pop("offers_30_days", None)
        return found


KINDS = (Offer(), Wanted())
