"""校企合作: the needs one has posted, the needs of the other side, and the answers (HL-57, HL-89..98)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from app.extensions import db
from app.models.cooperation import CooperationCall, CooperationNeed
from app.models.schools import School
from app.models.units import Unit
from app.review import cooperation
from app.review.kinds.standing import approved_unit
from app.rules import cooperation as rules
from app.rules.actor import UNIT_SIDE, Actor, Role
from app.rules.dates import today
from app.rules.refused import Refused
from app.views.acting import AgreedView

OURS = {**dict.fromkeys(UNIT_SIDE, ("unit",)), Role.SCHOOL: ("school",)}


def of_mine(stmt: Select[Any], actor: Actor) -> Select[Any]:
    """What the own unit or school has posted."""
    return stmt.where(cooperation.mine(actor))


def to_me(stmt: Select[Any], actor: Actor) -> Select[Any]:
    """What was sent to it by those it is resident with."""
    return stmt.where(cooperation.to_me(actor, today()))


def answers(stmt: Select[Any], actor: Actor) -> Select[Any]:
    """What became of the own needs."""
    return stmt.where(cooperation.answers_to(actor))


def schools(stmt: Select[Any], actor: Actor) -> Select[Any]:
    """Schools where the own unit is resident."""
    return stmt.where(cooperation.resident_with(actor, School))


def units(stmt: Select[Any], actor: Actor) -> Select[Any]:
    """Units resident at the own school."""
    return stmt.where(cooperation.resident_with(actor, Unit))


class CooperationNeedView(AgreedView):
    """我发布的需求: posted to all one is resident with, or to some of them."""

    datamodel = SQLAInterface(CooperationNeed)
    scope = staticmethod(of_mine)
    acts = rules.FOR_AUTHOR
    list_title, thing, add_words = _l("Cooperation needs we posted"), _l("Cooperation need"), _l("Post a need")
    empty_words = _l("A need goes to those you are resident with: units ask schools, schools ask units.")
    related_names = ("CooperationAnswerView",)
    send_words = _l("Post the need")
    list_columns = ["title", "topic", "state", "responses", "valid_until", "created_on"]
    column_needs = {"responses": ("answered", "reached"), "contact_phone_masked": ("contact_phone",)}
    label_columns = {
        "responses": _l("Responses / sent to"), "created_on": _l("Posted on"), "contact_phone_masked": _l("Contact phone"),
    }  # fmt: skip
    search_columns = ["state", "topic", "valid_until"]
    search_text = ("title",)
    order_columns = ["created_on", "valid_until"]
    row_needs = ("state", "answered")
    choices = {"schools": schools, "units": units}
    needed_columns = ("contact_phone",)
    add_fieldsets = [
        (_l("What is wanted"), {"fields": ["topic", "title", "body", "valid_until"]}),
        (_l("To whom"), {"fields": ["schools", "units"]}),
        (_l("Contact"), {"fields": ["contact_name", "contact_phone"]}),
    ]
    edit_fieldsets = [add_fieldsets[0], add_fieldsets[2]]
    show_fieldsets = [
        (_l("What is wanted"), {"fields": ["topic", "body", "valid_until", "state", "responses"]}),
        (_l("Contact"), {"fields": ["contact_name", "contact_phone_masked", "created_on", "ended_at"]}),
    ]

    def left_out_new(self, actor: Actor) -> Sequence[str]:
        """Units choose schools, schools choose units."""
        return ("units",) if rules.side(actor) == rules.UNIT else ("schools",)

    def opening(self, actor: Actor) -> None:
        """Only an approved unit posts."""
        super().opening(actor)
        if rules.side(actor) == rules.UNIT:
            approved_unit(db.session, actor.unit_id)

    def may_edit(self, row: Any, actor: Actor) -> bool:
        """Until somebody has responded to what was said."""
        return row.state == "open" and not row.answered

    def before_save(self, row: Any, actor: Actor, *, created: bool) -> None:
        """Posted at once; the rules are those of app.review.cooperation."""
        if created:
            cooperation.publish(db.session, actor, row, today())
            return
        with db.session.no_autoflush:
            cooperation.change(db.session, actor, row, today())

    def act(self, row: Any, name: str, actor: Actor, reason: str) -> None:
        """Takes it back."""
        cooperation.withdraw(db.session, actor, row)


class CooperationCallView(AgreedView):
    """我回应的需求: needs of the other side, and what one has answered."""

    datamodel = SQLAInterface(CooperationCall)
    scope = staticmethod(to_me)
    acts = rules.FOR_ADDRESSED
    list_title, thing = _l("Cooperation needs to answer"), _l("Cooperation need")
    empty_words = _l("What units and schools you are resident with need stands here, the newest first.")
    title_columns = ("need",)
    list_columns = ["need", "author_name", "topic", "state", "sent_at", "answered_at"]
    column_needs = dict.fromkeys(("valid_until", "body", "contact"), ("need_id", "state"))
    label_columns = {
        "body": _l("What is wanted"),
        "valid_until": _l("Answers wanted until"),
        "contact": _l("Contact person"),
        "state": _l("State of the answer"),
    }
    search_columns = ["state", "topic", "sent_at"]
    search_text = ("author_name",)
    order_columns = ["sent_at", "answered_at"]
    row_needs = ("state",)
    show_fieldsets = [
        (_l("What is wanted"), {"fields": ["author_name", "topic", "body", "valid_until", "contact"]}),
        (_l("Our answer"), {"fields": ["state", "words", "answered_at"]}),
    ]
    reason_words = {"respond": _l("Words with the answer"), "supplement": _l("What is to be added")}
    move_words = {
        "respond": _l("The other side reads the answer at once and gets in touch. It cannot be changed afterwards, only added to."),
        "supplement": _l("It is put below the answer with the day; nothing of the answer is changed."),
    }  # fmt: skip

    def act(self, row: Any, name: str, actor: Actor, reason: str) -> None:
        """Responds, declines or adds."""
        cooperation.answer(db.session, actor, row, name, reason, today())


class CooperationAnswerView(AgreedView):
    """The answers to the own needs: read only (HL-94)."""

    datamodel = SQLAInterface(CooperationCall)
    scope = staticmethod(answers)
    list_title, thing = _l("Answers to our needs"), _l("Answer")
    empty_words = _l("Who has answered a need of yours stands here.")
    title_columns = ("need",)
    label_columns = {"state": _l("State of the answer")}
    hidden_for = OURS
    list_columns = ["need", "school", "unit", "state", "answered_at"]
    search_columns = ["state", "answered_at"]
    order_columns = ["answered_at"]
    show_columns = ["need", "school", "unit", "state", "words", "answered_at", "sent_at"]

    def act(self, row: Any, name: str, actor: Actor, reason: str) -> None:
        """Nothing is done to an answer of others. Raises Refused."""
        raise Refused("no_such_move", move=name)
