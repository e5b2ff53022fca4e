"""接管单位: a successor claims a unit whose owner has left or is lost (GD-18, GD-22)."""

from __future__ import annotations

from typing import Any

from flask import request
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _l

from app.models.takeovers import UnitTakeover
from app.rules.actor import PEOPLE, Actor
from app.rules.takeovers import SLOTS
from app.views.base import SafeView


class UnitTakeoverView(SafeView):
    """Claims: the person's own, and those of the bureau's division."""

    datamodel = SQLAInterface(UnitTakeover)
    kind = "unit_takeover"
    list_title, thing, add_words = _l("Takeovers of units"), _l("Takeover of a unit"), _l("Take a unit over")
    empty_words = _l(
        "For a unit that is registered already and whose owner has left or is lost: identity document, a photo with it in hand, "
        "the stamped licence and the stamped letter of authority."
    )
    needed_columns = ("agreed", *SLOTS)
    hidden_for = dict.fromkeys(PEOPLE, ("created_by",))
    list_columns = ["name", "uscc", "status", "region", "submitted_at", "decided_at", "settled_at"]
    search_columns = ["name", "uscc", "status", "region", "submitted_at"]
    order_columns = ["submitted_at", "decided_at"]
    title_columns = ("name",)
    add_fieldsets = [
        (_l("The unit"), {"fields": ["uscc", "name", "reason"]}),
        (_l("Materials"), {"fields": ["files", "agreed"]}),
    ]
    edit_fieldsets = [(_l("The unit"), {"fields": ["name", "reason"]}), add_fieldsets[1]]
    show_columns = [
        "name", "uscc", "reason", "region", "status", "submitted_at", "decided_at", "settled_at", "purged_at",
    ]  # fmt: skip
    file_slots = SLOTS

    def defaults(self, actor: Actor) -> dict[str, Any]:
        """What was typed when the unit turned out to be registered (app/views/unit_start.py)."""
        given = {name: request.args.get(name, "").strip()[:120] for name in ("name", "uscc")}
        return {name: value for name, value in given.items() if value}
