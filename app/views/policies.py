"""How each kind is reviewed, everywhere or in one division, and which of these settings counts where."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask import request
from flask_appbuilder import expose
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_babel import lazy_gettext as _l
from sqlalchemy import or_, select

from app.extensions import db
from app.models.reference import Region
from app.models.review import ReviewPolicy
from app.review.kinds import KINDS
from app.review.policy import upwards
from app.rules.actor import Actor
from app.rules.refused import Refused
from app.views import labels, settings_words
from app.views.divisions import DivisionView, counting, offered
from app.views.identity import current

BOUNDS: Final = {
    "working_days": (1, 60),
    "tier": (1, 9),
    "lease_minutes": (1, 240),
    "seats_needed": (1, 2),
    "seats_grave": (1, 2),
}
SEATS: Final = ("seats_needed", "seats_grave")


@dataclass(frozen=True, slots=True)
class Level:
    """One division on the way up, with its setting if it has one; `counts`: the first that has one."""

    place: str
    row: Any
    counts: bool


def levels(kind: str, region_code: str) -> list[Level]:
    """The division, those above it and the whole country, nearest first."""
    codes = upwards(region_code) if region_code else []
    here = or_(ReviewPolicy.region_code.is_(None), ReviewPolicy.region_code.in_(codes))
    rows = {r.region_code: r for r in db.session.scalars(select(ReviewPolicy).where(ReviewPolicy.kind == kind, here))}
    real = or_(~Region.pseudo, Region.code.in_([code for code in rows if code]))
    names = {r.code: r.full_name for r in db.session.scalars(select(Region).where(Region.code.in_(codes), real))}
    found: list[Level] = []
    for code in [*(code for code in codes if code in names), None]:
        row, place = rows.get(code), settings_words.place(names.get(code) if code else None)
        found.append(Level(place, row, row is not None and not any(one.counts for one in found)))
    return found


def _above(row: ReviewPolicy) -> dict[str, int]:
    """How many people must agree by the setting nearest above this division, by column."""
    codes = [code for code in upwards(row.region_code or "") if code != row.region_code]
    wider = or_(ReviewPolicy.region_code.is_(None), ReviewPolicy.region_code.in_(codes))
    nearest = ReviewPolicy.region_code.desc().nulls_last()
    columns = [getattr(ReviewPolicy, name) for name in SEATS]
    stmt = select(*columns).where(ReviewPolicy.kind == row.kind, wider).order_by(nearest).limit(1)
    with db.session.no_autoflush:
        found = db.session.execute(stmt).one_or_none()
    return dict(zip(SEATS, found, strict=True)) if found is not None else dict.fromkeys(SEATS, 1)


class ReviewPolicyView(DivisionView):
    """Whether and how fast each kind is reviewed, for all or one division (table (b) row 4)."""

    datamodel = SQLAInterface(ReviewPolicy)
    scope = staticmethod(counting(ReviewPolicy.region_code))
    on_ledger = True
    list_title, thing = _l("Review policies"), _l("Review setting")
    list_columns = [
        "kind",
        "region",
        "needs_review",
        "working_days",
        "tier",
        "lease_minutes",
        "seats_needed",
        "seats_grave",
    ]
    list_template = "system/policies.html"
    title_columns = ("kind", "region")
    formatters_columns = {"region": settings_words.place}
    description_columns = {
        "region": _l("Empty: everywhere. The nearest division upwards counts"),
        "needs_review": _l(
            "Postings, gigs and pictures only. Off: what has no grave finding goes public unseen; grave findings, and whatever "
            "gives somebody a standing, are always reviewed"
        ),
        "working_days": _l("From 1 to 60; counts for what is submitted from now on"),
        "tier": _l("From 1 to 9; lower is served first"),
        "lease_minutes": _l("From 1 to 240; so long an item stays with who opened it"),
        "seats_needed": _l("1 or 2: with two, an approval takes effect once a second person has confirmed it"),
        "seats_grave": _l("1 or 2: the same for what a check found something grave in, which wants a ground besides"),
    }
    search_columns = ["kind", "region", "needs_review"]
    order_columns = ["kind"]
    base_order = ("kind", "asc")
    add_columns = list_columns
    edit_columns = ["needs_review", "working_days", "tier", "lease_minutes", "seats_needed", "seats_grave"]
    show_columns = [*list_columns, "changed_on"]

    def left_out(self, row: Any, actor: Actor) -> Sequence[str]:
        """Whether it is reviewed is no question where it always is."""
        return () if row.kind in KINDS and KINDS[row.kind].may_go_unseen else ("needs_review",)

    def before_save(self, row: ReviewPolicy, actor: Actor, *, created: bool) -> None:
        """Within bounds. What gives somebody a standing is always reviewed; a lead asks for no fewer people than above."""
        super().before_save(row, actor, created=created)
        if created and row.kind not in KINDS:
            raise Refused("not_a_choice", field="kind")
        for name, (low, high) in BOUNDS.items():
            if not low <= getattr(row, name) <= high:
                raise Refused("number_between", field=name, low=low, high=high)
        if not row.needs_review and not KINDS[row.kind].may_go_unseen:
            raise Refused("always_reviewed", field="needs_review")
        for name, above in (_above(row) if actor.is_bureau else {}).items():
            if getattr(row, name) < above:
                raise Refused("seats_lowered", field=name, seats=above)

    def before_delete(self, row: ReviewPolicy, actor: Actor) -> None:
        """A division goes back to what counts above it; what counts everywhere stays."""
        if row.region_code is None:
            raise Refused("nation_row")

    @expose("/applies", methods=["GET"])
    @has_access
    @permission_name("list")
    def applies(self) -> str:
        """Which setting counts for a kind in a division, and which stand above it."""
        actor = current()
        kind = request.args.get("kind", "")
        kind = kind if kind in KINDS else next(iter(KINDS))
        asked = request.args.get("region", actor.region_code)[:6]
        wanted = offered(select(Region).where(Region.code == asked), actor)
        region = db.session.scalar(wanted) if asked.isalnum() else None
        return self.render_template(
            "system/policy_applies.html",
            title=_l("Which setting counts"),
            kinds=labels.KINDS,
            kind=kind,
            region=region,
            levels=levels(kind, region.code if region is not None else ""),
        )
