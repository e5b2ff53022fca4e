"""Appeals for a lost account as the bureau lists them, and as somebody logged in sees the own ones (GD-17..22)."""

from __future__ import annotations

from typing import Any

from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _l

from app.models.appeals import Appeal
from app.review.policy import DEFAULT, Policy
from app.rules.actor import PEOPLE
from app.rules.lifecycle import Move
from app.views.base import SafeView


class AppealView(SafeView):
    """申诉记录: who asked for which account; decided on the desk, filled in on the public page."""

    datamodel = SQLAInterface(Appeal)
    kind = "account_appeal"
    list_title, thing = _l("Appeals for accounts"), _l("Appeal for an account")
    empty_words = _l("Whoever has lost account or password appeals on the public page; the desk decides.")
    label_columns = {"name_masked": _l("Name"), "id_masked": _l("Document number"), "phone_masked": _l("New phone")}
    row_needs = ("taken_at",)
    move_words = {
        "revoke": _l(
            "The link sent to the applicant opens nothing any more; the former telephone and mail of the account count again, "
            "and both sides are told. Possible as long as nobody has followed the link."
        )
    }
    column_needs = {"name_masked": ("real_name",), "id_masked": ("id_number",), "phone_masked": ("phone",)}
    hidden_for = dict.fromkeys(PEOPLE, ("region",))
    list_columns = ["name_masked", "unit_name", "party", "wish", "status", "region", "submitted_at", "decided_at"]
    search_columns = ["party", "wish", "status", "region", "submitted_at"]
    search_text = ("unit_name", "uscc")
    order_columns = ["submitted_at", "decided_at"]
    show_columns = [
        "party", "wish", "name_masked", "document_kind", "id_masked", "unit_name", "uscc", "phone_masked", "reason",
        "region", "status", "submitted_at", "decided_at", "told_at", "taken_at", "purged_at",
    ]  # fmt: skip

    def offered(self, row: Any, policy: Policy = DEFAULT) -> list[Move]:
        """Once the account was taken over there is nothing left to call back."""
        return [one for one in super().offered(row, policy) if one.name != "revoke" or row.taken_at is None]
