"""Appeals for a lost account as the bureau lists them, and as somebody logged in sees the own ones (GD-17..22)."""

from __future__ import annotations

from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _l

from app.models.appeals import Appeal
from app.rules.actor import PEOPLE
from app.views.base import SafeView


class AppealView(SafeView):
    """申诉记录: who asked for which account; decided on the desk, filled in on the public page."""

    datamodel = SQLAInterface(Appeal)
    kind = "account_appeal"
    list_title, thing = _l("Appeals for accounts"), _l("Appeal for an account")
    empty_words = _l("Whoever has lost account or password appeals on the public page; the desk decides.")
    label_columns = {"name_masked": _l("Name"), "id_masked": _l("Document number"), "phone_masked": _l("New phone")}
    column_needs = {"name_masked": ("real_name",), "id_masked": ("id_number",), "phone_masked": ("phone",)}
    hidden_for = dict.fromkeys(PEOPLE, ("region",))
    list_columns = ["name_masked", "unit_name", "party", "wish", "status", "region", "submitted_at", "decided_at"]
    search_columns = ["party", "wish", "status", "region", "submitted_at"]
    search_text = ("unit_name", "uscc")
    order_columns = ["submitted_at", "decided_at"]
    title_columns = ("name_masked", "unit_name")
    show_columns = [
        "party", "wish", "name_masked", "document_kind", "id_masked", "unit_name", "uscc", "phone_masked", "reason",
        "region", "status", "submitted_at", "decided_at", "told_at", "taken_at", "purged_at",
    ]  # fmt: skip
