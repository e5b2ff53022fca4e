"""Pictures and videos of units and of persons (TJ-51..53, GD-50/51, HL-25)."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from datetime import date
from typing import Any, ClassVar

from flask_appbuilder.security.sqla.models import User
from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement, Select, and_, func, select
from sqlalchemy.orm import Session

from app.models.media import Medium
from app.models.units import Unit
from app.review.kinds import files
from app.review.kinds.base import BY_HAND, Kind, Origin, Subject, Values
from app.review.kinds.lookalikes import Owner, lookalikes
from app.review.kinds.standing import approved_unit, unit_part
from app.review.ledger import account_of
from app.rules.actor import PEOPLE, UNIT_SIDE, Actor
from app.rules.lifecycle import Move
from app.rules.media import COUNTED, PICTURE, SLOT_LIMITS
from app.rules.refused import Refused


class _Media(Kind):
    """A picture or video; at most three pictures an owner (TJ-52)."""

    model = Medium
    lifecycle = PICTURE
    may_go_unseen = True
    relations: ClassVar[frozenset[str]] = frozenset({"files"})
    slot_words = "media_slot"
    move_notices: ClassVar[Mapping[str, str]] = {"remove": "removed"}
    unseen = frozenset({"I07"})
    slots: ClassVar[frozenset[str]] = frozenset()  # what this kind of owner may show

    @abstractmethod
    def mine(self) -> ColumnElement[bool]:
        """Rows of this kind among all media."""

    @abstractmethod
    def theirs(self, subject: Subject) -> ColumnElement[bool]:
        """The condition for the owner's media."""

    @abstractmethod
    def lock_owner(self, session: Session, subject: Subject) -> None:
        """Locks the owner's row, so that pictures are counted one at a time."""

    def scope(self, stmt: Select[Any], actor: Actor) -> Select[Any]:
        """Units' and persons' media share a table."""
        return super().scope(stmt, actor).where(self.mine())

    def picture(self, session: Session, actor: Actor, sent: Mapping[str, Any]) -> Any:
        """The one file a new medium needs."""
        slots = files.wanted(sent)
        if not slots:
            raise Refused("missing", field="file")
        if len(slots) > 1:
            raise Refused("bad_value", field="file")
        file_id = slots[0][1]
        return files.placed([("", file_id)], files.fetch(session, actor, [file_id], ()))[0][1]

    @abstractmethod
    def place(self, session: Session, actor: Actor, sent: Mapping[str, Any], origin: Origin) -> Values:
        """Owner and division of a new medium."""

    def for_whom(self, session: Session, actor: Actor, sent: Mapping[str, Any]) -> Values:
        """Without the file, which is stored with the form."""
        self.require_sender(actor, BY_HAND)
        return {**self.place(session, actor, sent, BY_HAND), "created_by_id": account_of(actor)}

    def owner(self, session: Session, actor: Actor, sent: Mapping[str, Any], origin: Origin) -> Values:
        """Whose it is, and the one file."""
        self.require_sender(actor, origin)
        found = self.place(session, actor, sent, origin)
        file = self.picture(session, actor, sent)
        return {**found, "created_by_id": account_of(actor), "file": file, **origin.columns}

    def created(self, session: Session, actor: Actor, subject: Subject) -> None:
        """The count includes the new row: the transaction is taken back where it is one too many."""
        if subject.slot not in self.slots:
            raise Refused("not_a_choice", field="slot")
        self.count(session, subject)

    def guard_edit(self, session: Session, subject: Subject, values: Mapping[str, Any]) -> None:
        """A picture does not become a fourth one by changing its kind."""
        if "slot" in values and values["slot"] != subject.slot:
            raise Refused("bad_value", field="slot")

    def count(self, session: Session, subject: Subject) -> int:
        """Media of this owner in this slot that count. Raises Refused("picture_limit").

        Where there is one only (a logo), the approved one does not count: a new one may be sent in beside it, and
        once approved is shown in its place (HL-25).
        """
        self.lock_owner(session, subject)
        used, limit = self._used(session, subject), SLOT_LIMITS[subject.slot]
        if used > limit:
            raise Refused("picture_limit", field="file", limit=limit)
        return used

    def _used(self, session: Session, subject: Subject) -> int:
        counted = COUNTED if SLOT_LIMITS[subject.slot] > 1 else tuple(s for s in COUNTED if s != "approved")
        here = (self.theirs(subject), Medium.slot == subject.slot, Medium.status.in_(counted))
        return session.scalar(select(func.count()).where(*here)) or 0

    def attached(self, session: Session, subject: Subject) -> list[tuple[str, Any]]:
        """The one file."""
        return [(subject.slot, subject.file)]

    def attach(self, session: Session, subject: Subject, slots: list[tuple[str, Any]]) -> None:
        """Exchanges the file of a draft or returned medium."""
        if len(slots) != 1:
            raise Refused("bad_value", field="file")
        if subject.file_id != slots[0][1].id:
            subject.file = slots[0][1]

    def facts(self, session: Session, subject: Subject, evidence: Mapping[str, Any], today: date) -> Values:
        """I01..I11."""
        owner = Owner(subject.unit_id, subject.person_id, medium_id=subject.id)
        return {
            "today": today,
            "slot_count": self.count(session, subject),
            "lookalikes": lookalikes(session, evidence, owner, subject.region_code),
        }

    def sender_facts(self, session: Session, subject: Subject, evidence: Mapping[str, Any], today: date) -> Values:
        """Counted without a lock, a row that is not stored yet included: who types must hold up nobody."""
        if subject.slot not in self.slots:
            return {"today": today}
        return {"today": today, "slot_count": self._used(session, subject) + (subject.id is None)}

    def guard_undo(self, session: Session, subject: Subject) -> None:
        """A rejected picture that counts again must still find its place."""
        session.flush()
        self.count(session, subject)


class UnitMedia(_Media):
    """Logo, pictures and video of a unit (GD-50)."""

    key = "unit_media"
    label = _l("Unit picture or video")
    sender_roles = UNIT_SIDE
    for_unit = True
    grant = "media"
    slots = frozenset({"logo", "image", "video"})
    link = "/unitmediumview/show/{id}"

    def mine(self) -> ColumnElement[bool]:
        """Media that belong to a unit."""
        return Medium.unit_id.is_not(None)

    def theirs(self, subject: Subject) -> ColumnElement[bool]:
        """The unit's media."""
        return and_(Medium.unit_id == subject.unit_id)

    def lock_owner(self, session: Session, subject: Subject) -> None:
        """The unit's row."""
        session.execute(select(Unit.id).where(Unit.id == subject.unit_id).with_for_update(key_share=True))

    def place(self, session: Session, actor: Actor, sent: Mapping[str, Any], origin: Origin) -> Values:
        """The unit of the hat, which must be approved."""
        unit = approved_unit(session, origin.columns.get("unit_id", actor.unit_id))
        return {"unit_id": unit.id, "region_code": unit.region_code}

    def guard(self, session: Session, subject: Subject, move: Move, today: date) -> None:
        """Only an approved unit shows itself."""
        if move.opens_round:
            approved_unit(session, subject.unit_id)

    def around(self, session: Session, subject: Subject) -> Values:
        """The unit the picture is of."""
        return {"unit": unit_part(subject.unit)}


class PersonalMedia(_Media):
    """Portrait, pictures and video of a person (TJ-51)."""

    key = "personal_media"
    label = _l("Personal picture or video")
    sender_roles = PEOPLE
    extra = frozenset({"region_code"})
    slots = frozenset({"avatar", "image", "video"})
    link = "/personalmediumview/show/{id}"

    def mine(self) -> ColumnElement[bool]:
        """Media that belong to a person."""
        return Medium.person_id.is_not(None)

    def own(self, actor: Actor) -> ColumnElement[bool]:
        """The person's own."""
        return and_(Medium.person_id == account_of(actor))

    def is_own(self, actor: Actor, subject: Subject) -> bool:
        """The person's own."""
        return bool(subject.person_id == actor.account_id)

    def concerns(self, actor: Actor, subject: Subject) -> bool:
        """Nobody decides on a picture of themselves."""
        return bool(subject.person_id == actor.account_id)

    def recipients(self, subject: Subject) -> set[int | None]:
        """The person."""
        return {subject.person_id}

    def theirs(self, subject: Subject) -> ColumnElement[bool]:
        """The person's media."""
        return and_(Medium.person_id == subject.person_id)

    def lock_owner(self, session: Session, subject: Subject) -> None:
        """The account's row."""
        session.execute(select(User.id).where(User.id == subject.person_id).with_for_update(key_share=True))

    def place(self, session: Session, actor: Actor, sent: Mapping[str, Any], origin: Origin) -> Values:
        """The person; the division is the one of the hat, or named."""
        region = actor.region_code or str(sent.get("region_code") or "") or origin.columns.get("region_code")
        if not region:
            raise Refused("missing", field="region_code")
        return {"person_id": account_of(actor), "region_code": region}


KINDS = (UnitMedia(), PersonalMedia())
