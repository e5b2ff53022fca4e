"""Which sealed values were shown in full, to whom and why, as the auditor reads it (脱敏查看记录). The lines are the ledger's."""

from __future__ import annotations

from typing import Any

from flask import current_app
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select

from app.models.review import ReviewEvent
from app.review.unmasked import ACTION
from app.rules.actor import Actor
from app.views import dictionary
from app.views.accounts import account_words, for_auditor
from app.views.base import SafeView
from app.views.columns import describe
from app.views.export_log import everybody, hat_words, list_words
from app.views.unmasking import REASONS


def shown_values(stmt: Select[Any], actor: Actor) -> Select[Any]:
    """Of the ledger, what was shown in full; for the auditor."""
    return for_auditor(stmt, actor).where(ReviewEvent.action == ACTION)


def _model(table: str) -> Any:
    views = current_app.extensions["appbuilder"].baseviews
    return next((v.model for v in views if isinstance(v, SafeView) and v.model.__tablename__ == table), None)


def column_words(facts: dict[str, Any]) -> str:
    """What the value is called."""
    model, name = _model(facts.get("table", "")), str(facts.get("column", ""))
    return str(describe(model, name).label) if model is not None else name


class UnmaskEventView(SafeView):
    """Sealed values shown in full."""

    datamodel = SQLAInterface(ReviewEvent)
    scope = staticmethod(shown_values)
    choices = {"actor": everybody}
    list_title, thing = _l("Values shown in full"), _l("Value shown in full")
    empty_words = _l("Whenever somebody has a masked number shown in full, it stands here with the reason.")
    list_columns = [
        "at",
        "actor",
        "actor_role",
        "said_place",
        "said_screen",
        "said_column",
        "said_row",
        "said_reason",
        "said_words",
    ]
    title_columns = ("at", "said_column")
    label_columns = {
        "said_screen": _l("List"), "said_column": _l("Value"), "said_row": _l("Row"), "said_reason": _l("Reason"),
        "said_words": _l("In words"), "said_place": _l("Place of the role"), "actor": _l("Account"),
    }  # fmt: skip
    column_needs = dict.fromkeys(
        ("said_place", "said_screen", "said_column", "said_row", "said_reason", "said_words"), ("body",)
    )
    formatters_columns = {
        "actor": account_words, "said_place": hat_words, "said_screen": list_words, "said_column": column_words,
        "said_reason": lambda code: dictionary.word(REASONS, code),
    }  # fmt: skip
    search_columns = ["actor", "actor_role", "at", "kind", "subject_id"]
    order_columns = ["at"]
    show_columns = [*list_columns, "kind", "round", "chain", "seq", "digest"]
