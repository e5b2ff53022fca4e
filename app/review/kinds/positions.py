"""Job postings 职位 of units and of agencies for linked units (GD-38..49, SG-08..20, HL-16..24, ZX-10)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any, ClassVar

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, and_, cast, false, func, select
from sqlalchemy.dialects.postgresql import TSQUERY
from sqlalchemy.orm import Session

from app.models.agencies import Agency, AgencyUnit
from app.models.positions import Posting
from app.models.reference import Occupation
from app.models.schools import Residency, School
from app.review.kinds import content as column
from app.review.kinds.base import BROUGHT_IN, Approved, Kind, Origin, Subject, Values
from app.review.kinds.standing import (
    DUPLICATES_SHOWN,
    OPEN_POSTINGS,
    approved_unit,
    known,
    unit_part,
    unit_standing,
    wage_asked,
)
from app.review.ledger import account_of
from app.review.policy import entries, number, switch
from app.rules.actor import Actor, Role
from app.rules.agencies import PUBLIC, SHUT
from app.rules.checks.postings import OVERDUE_DAYS
from app.rules.lifecycle import Move
from app.rules.positions import POSTING
from app.rules.refused import Refused
from app.rules.search import tsquery

_TEXT_MEANS = 20  # characters below which two equal descriptions mean nothing
_STOP_OVERDUE = "overdue_verification_stops_posting"
_HAND_SOURCES = ("form", "copy")


class PostingKind(Kind):
    """A posting; what is live stays public while an edit waits."""

    key = "posting"
    label = _l("Posting")
    model = Posting
    lifecycle = POSTING
    may_go_unseen = True
    sender_roles = frozenset({Role.HANDLER, Role.AGENCY})
    reader_roles = frozenset({Role.OWNER})  # who keeps the unit's account leaves posting to handlers (GD-33)
    grant = "postings"
    for_unit = True
    message_kind = "recruit"
    link = "/postingview/show/{id}"
    relations = frozenset({"schools"})
    extra = frozenset({"unit_id"})
    constraint_fields: ClassVar[Mapping[str, str]] = {"pay": "pay_max"}
    constraint_codes: ClassVar[Mapping[str, str]] = {"pay": "pay_order", "headcount": "at_least_one"}
    move_notices: ClassVar[Mapping[str, str]] = {
        "expire": "posting_expired",
        "remove": "removed",
        "cease": "posting_ceased",
    }
    offline_move = "take_down"
    unseen, relies_on_approved = frozenset({"J24"}), False  # what was changed is no news to whoever changes it

    def own(self, actor: Actor) -> ColumnElement[bool]:
        """The unit's, or the agency's."""
        if actor.role is Role.AGENCY:
            return and_(Posting.agency_id == actor.agency_id) if actor.agency_id else false()
        return super().own(actor)

    def is_own(self, actor: Actor, subject: Subject) -> bool:
        """The row form of `own`."""
        if actor.role is Role.AGENCY:
            return actor.agency_id is not None and subject.agency_id == actor.agency_id
        return super().is_own(actor, subject)

    def beside(self, actor: Actor) -> ColumnElement[bool]:
        """A school sees live postings sent to it."""
        if actor.role is Role.SCHOOL and actor.school_id:
            return and_(Posting.status == "live", ~Posting.withheld, Posting.schools.any(School.id == actor.school_id))
        return false()

    def opening(self, session: Session, actor: Actor) -> None:
        """An agency must be open besides."""
        super().opening(session, actor)
        if actor.role is Role.AGENCY:
            _open_agency(session, actor)

    def owner(self, session: Session, actor: Actor, sent: Mapping[str, Any], origin: Origin) -> Values:
        """The unit of the hat; an agency names a unit that authorised it."""
        self.require_sender(actor, origin)
        imported = origin.source in BROUGHT_IN
        unit_id = origin.columns.get("unit_id") or (
            self._client(session, actor, sent) if actor.agency_id else actor.unit_id
        )
        unit = approved_unit(session, unit_id, imported=imported)
        if not imported and origin.source not in ("", *_HAND_SOURCES):
            raise Refused("bad_value", field="source")
        return {
            "unit_id": unit.id,
            "unit_name": unit.name,
            "industry_code": unit.industry_code,
            "agency_id": actor.agency_id,
            "created_by_id": account_of(actor),
            "source": origin.source or "form",
            **origin.columns,
        }

    @staticmethod
    def _client(session: Session, actor: Actor, sent: Mapping[str, Any]) -> int:
        try:
            unit_id = int(sent.get("unit_id") or 0)
        except (TypeError, ValueError):
            raise Refused("bad_value", field="unit_id") from None
        _open_agency(session, actor)
        linked = select(AgencyUnit.id).where(
            AgencyUnit.agency_id == actor.agency_id, AgencyUnit.unit_id == unit_id, AgencyUnit.authorised
        )
        if not unit_id:
            raise Refused("missing", field="unit_id")
        if session.scalar(linked) is None:
            raise Refused("not_found", field="unit_id")
        return unit_id

    def relate(self, session: Session, actor: Actor, subject: Subject, sent: Mapping[str, Any]) -> None:
        """Target schools by id (HL-21)."""
        if "schools" in sent:
            subject.schools = self._schools(session, sent["schools"])

    @staticmethod
    def _schools(session: Session, sent: Any) -> list[Any]:
        try:
            ids = sorted({int(entry["id"] if isinstance(entry, Mapping) else entry) for entry in sent or ()})
        except (KeyError, TypeError, ValueError):
            raise Refused("bad_value", field="schools") from None
        if not ids:
            return []
        found = list(session.scalars(select(School).where(School.id.in_(ids)).order_by(School.code)))
        if len(found) != len(ids):
            raise Refused("bad_value", field="schools")
        return found

    def text(self, subject: Subject) -> Values:
        """With the target schools."""
        return {**super().text(subject), "schools": _written(subject.schools)}

    def around(self, session: Session, subject: Subject) -> Values:
        """The unit, where the posting came from and what an import assumed."""
        return {"unit": unit_part(subject.unit), "source": subject.source, "assumed": list(subject.assumed or ())}

    def propose(
        self, session: Session, actor: Actor, subject: Subject, current: Mapping[str, Any], sent: Mapping[str, Any]
    ) -> Values:
        """With the schools as sent."""
        proposed = super().propose(session, actor, subject, current, sent)
        if "schools" in sent:
            proposed["schools"] = _written(self._schools(session, sent["schools"]))
        return proposed

    def install(self, session: Session, subject: Subject, evidence: Mapping[str, Any], names: frozenset[str]) -> None:
        """With the schools."""
        super().install(session, subject, evidence, names)
        if "schools" in names:
            subject.schools = self._resident(session, subject, self._schools(session, evidence["schools"]))

    @staticmethod
    def _resident(session: Session, subject: Subject, schools: list[Any]) -> list[Any]:
        """Without schools that have revoked the residency since the edit was sent in (HL-24)."""
        if not schools:
            return schools
        here = set(
            session.scalars(
                select(Residency.school_id).where(Residency.unit_id == subject.unit_id, Residency.status == "active")
            )
        )
        return [school for school in schools if school.id in here]

    def trivial(self, changed: frozenset[str], before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
        """Fewer people, another last day, further schools need no second look (table (b) rows 2 and 29)."""
        return changed <= {"valid_until", "headcount", "schools"} and int(after["headcount"]) <= int(
            before["headcount"]
        )

    def guard(self, session: Session, subject: Subject, move: Move, today: date) -> None:
        """Only for an approved unit; what was once public is kept (table (b) row 3)."""
        if move.opens_round or move.name == "publish":
            approved_unit(session, subject.unit_id, imported=subject.source == "import")
        if subject.agency_id is not None and (move.opens_round or move.name in ("publish", "set_validity")):
            self._agency_at_work(session, subject, today, longer=move.name == "set_validity")
        if move.name == "delete" and subject.published_at is not None:
            raise Refused("was_published")

    def apply(self, session: Session, subject: Subject, verdict: Approved) -> None:
        """What was sent in while the agency might post is not approved once it may no longer (J17)."""
        if subject.agency_id is not None:
            self._agency_at_work(session, subject, verdict.today, longer=True)
        super().apply(session, subject, verdict)

    @staticmethod
    def _agency_at_work(session: Session, subject: Subject, today: date, *, longer: bool) -> None:
        """What J17 asks; a new last day and a verdict run no checks: licence and association are asked here (`longer`)."""
        agency: Any = session.get_one(Agency, subject.agency_id)
        if agency.stage in SHUT:
            raise Refused(f"agency_{agency.stage}")
        if not longer:
            return
        until = agency.licence_valid_until
        if agency.kind != PUBLIC and (not agency.licence_no or (until is not None and until < today)):
            raise Refused("agency_licence_over")
        linked = select(AgencyUnit.id).where(
            AgencyUnit.agency_id == agency.id, AgencyUnit.unit_id == subject.unit_id, AgencyUnit.authorised
        )
        if session.scalar(linked) is None:
            raise Refused("agency_not_authorised")

    def move_values(
        self, session: Session, subject: Subject, move: Move, values: Mapping[str, Any], today: date
    ) -> Values:
        """The new last day of "set_validity": after today, within the days the division allows (GD-45, J02).

        A later one than before needs a unit that might post it anew (J18).
        """
        if move.name != "set_validity":
            return super().move_values(session, subject, move, values, today)
        if set(values) != {"valid_until"} or values["valid_until"] in (None, ""):
            raise Refused("missing", field="valid_until")
        day = column.read(Posting, "valid_until", values["valid_until"])
        if day <= today:
            raise Refused("date_past", field="valid_until")
        limit = number(session, "posting_valid_days", str(subject.region_code))
        if day > today + timedelta(days=limit):
            raise Refused("date_too_far", field="valid_until", limit=limit)
        if day > subject.valid_until:
            self._prolongs(session, subject, today)
        return {"valid_until": day}

    @staticmethod
    def _prolongs(session: Session, subject: Subject, today: date) -> None:
        """A new last day runs no checks: what J18 asks of the unit is asked here. Raises Refused (U17)."""
        unit = approved_unit(session, subject.unit_id, imported=subject.source == "import")
        over = (today - unit.reverify_due).days if unit.reverify_due else 0
        if over > OVERDUE_DAYS and not _posts_however_late(session, subject):
            raise Refused("verification_overdue", days=over, limit=OVERDUE_DAYS)

    def facts(self, session: Session, subject: Subject, evidence: Mapping[str, Any], today: date) -> Values:
        """J01..J24, L01."""
        others = self._duplicates(session, subject, evidence)
        return {**self._own_facts(session, subject, evidence, today), **others}

    def sender_facts(self, session: Session, subject: Subject, evidence: Mapping[str, Any], today: date) -> Values:
        """Without the texts of other units."""
        mine = self._duplicates(session, subject, evidence, mine_only=True)
        return {**self._own_facts(session, subject, evidence, today), **mine}

    def _own_facts(self, session: Session, subject: Subject, evidence: Mapping[str, Any], today: date) -> Values:
        occupation: Any = (
            session.get(Occupation, evidence["occupation_code"]) if evidence.get("occupation_code") else None
        )
        standing = self._standing(session, subject, evidence, today)
        resident, authorised, wage = (standing.pop(name, None) for name in ("resident", "authorised", "wage"))
        return known(
            {
                "today": today,
                "unit": standing,
                "agency": self._agency(session, subject, authorised=bool(authorised)),
                "resident_schools": list(resident or ()) if evidence.get("schools") else [],
                "minimum_wage": wage or {},
                "valid_days": number(session, "posting_valid_days", str(evidence["region_code"])),
                "watch_words": entries(session, "watch_words", str(evidence["region_code"])) or None,
                "occupation_name": occupation.name if occupation is not None else None,
                "industry_code": subject.industry_code,
            }
        )

    @staticmethod
    def _standing(session: Session, subject: Subject, evidence: Mapping[str, Any], today: date) -> Values:
        """Where the division lets units post however long their re-verification is due, the date is no matter (U17)."""
        resident = select(func.array_agg(Residency.school_id)).where(
            Residency.unit_id == subject.unit_id, Residency.status == "active"
        )
        authorised = select(func.bool_or(AgencyUnit.authorised)).where(
            AgencyUnit.agency_id == subject.agency_id, AgencyUnit.unit_id == subject.unit_id
        )
        standing = unit_standing(
            session,
            subject.unit_id,
            without_posting=subject.id,
            resident=resident.scalar_subquery(),
            authorised=authorised.scalar_subquery(),
            wage=wage_asked(str(evidence["region_code"]), today),
        )
        overdue = standing.get("reverify_due", today) < today
        if overdue and _posts_however_late(session, subject):
            del standing["reverify_due"]
        return standing

    @staticmethod
    def _agency(session: Session, subject: Subject, *, authorised: bool) -> Values:
        if subject.agency_id is None:
            return {}
        agency: Any = session.get(Agency, subject.agency_id)
        return known(
            {
                "name": agency.name,
                "kind": agency.kind,
                "authorised": authorised,
                "licence_no": agency.licence_no or "",
                "licence_valid_until": agency.licence_valid_until,
                "labelled": True,
                "stage": agency.stage,
            }
        )

    @staticmethod
    def _duplicates(
        session: Session, subject: Subject, evidence: Mapping[str, Any], *, mine_only: bool = False
    ) -> Values:
        """Own open postings with the same title, and others' with the same text (J19); the search index finds them."""
        title, text = str(evidence.get("title") or ""), str(evidence.get("description") or "")
        query = tsquery(title)
        if not query:
            return {"own_duplicates": [], "other_duplicates": []}
        mine = Posting.unit_id == subject.unit_id
        rows = session.execute(
            select(Posting.id, Posting.title, Posting.unit_name, mine.label("mine"))
            .where(
                Posting.search.op("@@")(cast(query, TSQUERY)),
                Posting.title == title,
                mine if mine_only else mine | (Posting.description == text),
                Posting.id != subject.id,
                Posting.status.in_(OPEN_POSTINGS),
            )
            .order_by(mine.desc(), Posting.id.desc())
            .limit(2 * DUPLICATES_SHOWN)
        ).all()
        others = rows if len(text) >= _TEXT_MEANS else []
        return {
            "own_duplicates": [_same(row) for row in rows if row.mine][:DUPLICATES_SHOWN],
            "other_duplicates": [_same(row) for row in others if not row.mine][:DUPLICATES_SHOWN],
        }


def _posts_however_late(session: Session, subject: Subject) -> bool:
    return switch(session, _STOP_OVERDUE, str(subject.region_code), "1") == "0"


def _same(row: Any) -> Values:
    return {"id": row.id, "title": row.title, "unit_name": row.unit_name}


def _written(schools: Any) -> list[Values]:
    return [{"id": s.id, "code": s.code, "name": s.name} for s in sorted(schools, key=lambda s: s.code)]


KINDS = (PostingKind(),)


def _open_agency(session: Session, actor: Actor) -> None:
    """Raises Refused for an agency that is closed or whose data lack something."""
    stage = session.scalar(select(Agency.stage).where(Agency.id == actor.agency_id))
    if stage in SHUT:
        raise Refused(f"agency_{stage}")
