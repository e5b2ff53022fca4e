"""Query screens of the desk: rounds, policies, reasons, the ledger."""

from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, false

from app.models.review import ReviewEvent, ReviewPolicy, ReviewReason, ReviewRound
from app.review import queue
from app.rules.actor import Actor, Role
from app.rules.refused import Refused
from app.views import settings_words
from app.views.base import SafeView
from app.views.divisions import DivisionView, counting


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
    search_columns = ["title", "kind", "state", "region", "submitted_at", "due_at", "receipt_no"]
    order_columns = ["submitted_at", "due_at"]
    show_columns = [
        "receipt_no", "title", "kind", "state", "round_no", "region", "submitted_at", "due_at", "decided_at", "evidence_digest", "version",
    ]  # fmt: skip


class ReviewPolicyView(DivisionView):
    """Whether and how fast each kind is reviewed, for all or one division (table (b) row 4)."""

    datamodel = SQLAInterface(ReviewPolicy)
    scope = staticmethod(counting(ReviewPolicy.region_code))
    list_title, thing = _l("Review policies"), _l("Review setting")
    list_columns = ["kind", "region", "needs_review", "working_days", "tier", "lease_minutes", "seats_needed"]
    title_columns = ("kind",)
    formatters_columns = {"region": settings_words.place}
    search_columns = ["kind", "region", "needs_review"]
    order_columns = ["kind"]
    add_columns = list_columns
    edit_columns = ["needs_review", "working_days", "tier", "lease_minutes", "seats_needed"]
    show_columns = [*list_columns, "changed_on"]

    def before_save(self, row: ReviewPolicy, actor: Actor, *, created: bool) -> None:
        """A second seat would be asked for and never taken: nobody may set it before there is one."""
        super().before_save(row, actor, created=created)
        if row.seats_needed != 1:
            raise Refused("one_seat_only", field="seats_needed")


class ReviewReasonView(SafeView):
    """Reasons of return and their canned texts (退回原因)."""

    datamodel = SQLAInterface(ReviewReason)
    open_to_all = True
    list_title, thing = _l("Return reasons"), _l("Return reason")
    list_columns = ["code", "name_zh", "name_en", "field", "kinds", "active"]
    formatters_columns = {"kinds": settings_words.kinds, "field": settings_words.field}
    search_columns = ["code", "name_zh", "active"]
    order_columns = ["code"]
    base_order = ("code", "asc")
    add_columns = ["code", "name_zh", "name_en", "text_zh", "text_en", "field", "kinds", "active"]
    edit_columns = ["name_zh", "name_en", "text_zh", "text_en", "field", "kinds", "active"]
    inline_columns = ["name_zh", "name_en", "active"]
    show_columns = add_columns


class ReviewEventView(SafeView):
    """The ledger as the auditor reads it: every step, who, when, chained."""

    datamodel = SQLAInterface(ReviewEvent)
    scope = staticmethod(for_audit)
    list_title, thing = _l("Operation ledger"), _l("Ledger entry")
    list_columns = ["at", "action", "kind", "round", "actor", "actor_role", "chain", "seq"]
    search_columns = ["action", "kind", "at", "chain", "round_id", "actor_id"]
    order_columns = ["at"]
    show_columns = [
        "at", "action", "kind", "subject_id", "round", "actor", "actor_role", "chain", "seq", "body", "prev_digest", "digest",
    ]  # fmt: skip
