"""实名认证: a registered person shows the identity document; the bureau of the division decides (GD-09, GD-12, GD-13)."""

from __future__ import annotations

from typing import Any

from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _l

from app.extensions import db
from app.models.accounts import Person
from app.models.identity_proofs import IdentityProof
from app.rules.actor import PEOPLE, Actor
from app.rules.identity import SLOTS
from app.rules.media import APPEAL_BYTES
from app.views.base import SafeView


class IdentityProofView(SafeView):
    """The person's own proofs, and those of the bureau's division."""

    datamodel = SQLAInterface(IdentityProof)
    kind = "identity_proof"
    list_title, thing = _l("Real-name by documents"), _l("Real-name by documents")
    add_words = _l("Prove my identity")
    empty_words = _l(
        "Have the document at hand: a picture of each side, jpg, at most 2 MB. Once the bureau has compared them the account is "
        "of level 2 and may register a unit."
    )
    needed_columns = ("id_number", "agreed", "id_front")
    label_columns = {"name_masked": _l("Name"), "id_number_masked": _l("Document number")}
    column_needs = {"name_masked": ("real_name",), "id_number_masked": ("id_number",)}
    list_columns = ["name_masked", "status", "document_kind", "region", "submitted_at", "decided_at"]
    search_columns = ["document_kind", "status", "region", "submitted_at"]
    order_columns = ["submitted_at", "decided_at"]
    title_columns = ("name_masked",)
    hidden_for = dict.fromkeys(PEOPLE, ("created_by",))
    add_fieldsets = [
        (_l("Document"), {"fields": ["real_name", "document_kind", "id_number", "region"]}),
        (_l("Pictures"), {"fields": ["files", "agreed"]}),
    ]
    edit_fieldsets = add_fieldsets
    show_columns = [
        "name_masked", "document_kind", "id_number_masked", "region", "status", "submitted_at", "decided_at", "purged_at",
    ]  # fmt: skip
    file_slots = SLOTS
    jpg_bytes = APPEAL_BYTES

    def defaults(self, actor: Actor) -> dict[str, Any]:
        """The name as it was registered."""
        person = db.session.get(Person, actor.account_id)
        return {"real_name": person.real_name} if person is not None else {}
