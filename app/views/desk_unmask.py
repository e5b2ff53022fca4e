"""A sealed value of what lies on the desk, in full: taken from the evidence that is decided on, not from the row of today."""

from __future__ import annotations

from flask import url_for
from werkzeug.wrappers import Response

from app.extensions import db
from app.review.kinds import KINDS, content
from app.review.unmasked import What
from app.rules.actor import Actor
from app.rules.refused import Refused
from app.views import desk_item, unmasking
from app.views.columns import describe
from app.views.desk_queue import heading
from app.views.page import Page


def answer(page: Page, actor: Actor, round_id: int, column: str) -> Response:
    """The question, or the value. Raises Refused("not_found") outside the area and for what the item does not hold."""
    row = desk_item.fetch(db.session, actor, round_id)
    model, evidence = KINDS[row.kind].model, desk_item.content_of(row.evidence)
    token, _mark = content.sealed_part(evidence, column) if column in model.SEALED else ("", "")
    if not token:
        raise Refused("not_found")
    what = What(
        screen="ReviewRoundView", table=model.__tablename__, row=row.subject_id, column=column, region_code=row.region_code,
        kind=row.kind, subject_id=row.subject_id, round_id=row.id,
    )  # fmt: skip
    back = url_for("DeskView.item", round_id=round_id)
    label = describe(model, column).label
    return unmasking.ask(page, what, label, heading(row), lambda: content.unseal(model, column, token), back)
