"""Query screens of the desk: rounds and the ledger."""

from typing import Any, ClassVar

from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, false

from app.models.review import ReviewEvent, ReviewRound
from app.review import queue
from app.review.sight import CLAIMABLE
from app.rules.actor import Actor, Role
from app.views.base import SafeView
from app.views.export_log import hat_words


def visible_rounds(stmt: Select, actor: Actor) -> Select:
    """The rounds the desk would show this person."""
    return stmt.where(ReviewRound.id.in_(queue.visible(actor).with_only_columns(ReviewRound.id)))


def for_audit(stmt: Select, actor: Actor) -> Select:
    """The ledger is the auditor's."""
    return stmt if actor.role is Role.AUDITOR else stmt.where(false())


class ReviewRoundView(SafeView):
    """Everything that was sent in, open and decided, by state and kind."""

    datamodel = SQLAInterface(ReviewRound)
    scope = staticmethod(visible_rounds)
    list_title, thing = _l("Review records"), _l("Review record")
    list_columns = ["receipt_no", "title", "kind", "state", "region", "submitted_at", "due_at", "decided_at", "holder"]
    identity_columns = ("kind", "state", "region", "due_at")
    show_template = "round.html"
    search_columns = ["title", "kind", "state", "region", "submitted_at", "due_at", "receipt_no", "alone"]
    grouped: ClassVar[dict[str, Any]] = {"state": {"waiting": (_l("Waiting for a decision"), CLAIMABLE)}}
    order_columns = ["submitted_at", "due_at"]
    show_columns = [
        "receipt_no", "title", "kind", "state", "round_no", "region", "submitted_at", "due_at", "decided_at",
        "seats_needed", "alone", "evidence_digest", "version",
    ]  # fmt: skip


class ReviewEventView(SafeView):
    """The ledger as the auditor reads it: every step, who, when, chained."""

    datamodel = SQLAInterface(ReviewEvent)
    scope = staticmethod(for_audit)
    list_title, thing = _l("Operation ledger"), _l("Ledger entry")
    list_columns = ["at", "action", "kind", "round", "actor", "actor_role", "said_place", "chain", "seq"]
    label_columns = {"said_place": _l("Place of the role")}
    column_needs = {"said_place": ("body",)}
    formatters_columns = {"said_place": hat_words}
    search_columns = ["action", "kind", "at", "chain", "round_id", "actor_id"]
    order_columns = ["at"]
    show_columns = [
        "at", "action", "kind", "subject_id", "round", "actor", "actor_role", "said_place", "chain", "seq", "body", "prev_digest", "digest",
    ]  # fmt: skip
