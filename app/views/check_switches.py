"""Switches of checks and of rules of words, everywhere or in one division, and which of them counts where."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import request
from flask_appbuilder import expose
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_babel import lazy_gettext as _l
from sqlalchemy import inspect, select

from app.extensions import db
from app.models.reference import Region
from app.models.review import CheckSwitch
from app.review.switches import in_force
from app.rules import checks
from app.rules.actor import Actor
from app.rules.checks.switching import LABELS, Switch, settable
from app.rules.dates import today
from app.rules.refused import Refused
from app.views import labels, settings_words
from app.views.divisions import DivisionView, counting, offered
from app.views.identity import current


@dataclass(frozen=True, slots=True)
class Line:
    """A rule as it counts in a division: its name, its law, and the switch in force if there is one."""

    name: str
    law: str
    settable: bool
    switch: Switch | None


def law_of(rule: str) -> str:
    """The law behind a check; labels of words stand in the rules of the posting texts."""
    check = checks.named().get(rule)
    return check.law if check is not None else ""


def lines(region_code: str) -> list[Line]:
    """Every rule as it counts in the division today."""
    counting_here = in_force(db.session, region_code, today())
    return [
        Line(str(name), law_of(rule), settable(rule), counting_here.get(rule)) for rule, name in labels.RULES.items()
    ]


class CheckSwitchView(DivisionView):
    """Which checks and rules of words are off or graded otherwise, where, from which day, and why."""

    datamodel = SQLAInterface(CheckSwitch)
    scope = staticmethod(counting(CheckSwitch.region_code))
    on_ledger = True
    list_title, thing, add_words = _l("Switches of checks"), _l("Switch of a check"), _l("Set a check")
    list_columns = ["rule", "effect", "region", "valid_from", "reason", "changed_on"]
    list_template = "system/check_switches.html"
    title_columns = ("rule", "region")
    formatters_columns = {"region": settings_words.place}
    description_columns = {
        "rule": _l("A check by its code, or a label of words. What refuses, and what the law demands, stays as it is"),
        "region": _l("Counts here and in all divisions below; empty: everywhere. The nearest division upwards counts"),
        "effect": _l("Not checked: the desk says so. “As shipped” takes a switch from above back"),
        "valid_from": _l("For what is sent in from this day on; what waits at the desk keeps its findings"),
        "reason": _l("Who decided it and on what ground; stays on record"),
    }
    search_columns = ["rule", "effect", "region", "valid_from"]
    order_columns = ["rule", "valid_from", "changed_on"]
    base_order = ("rule", "asc")
    add_columns = ["rule", "effect", "region", "valid_from", "reason"]
    edit_columns = ["effect", "valid_from", "reason"]
    show_columns = [*list_columns]
    empty_words = _l("Every check counts as shipped.")

    def defaults(self, actor: Actor) -> dict[str, Any]:
        """From today on; in the own division for whoever has one."""
        found: dict[str, Any] = {"valid_from": today()}
        if actor.is_bureau:
            found["region"] = actor.region_code
        return found

    def before_save(self, row: CheckSwitch, actor: Actor, *, created: bool) -> None:
        """Only what a division may set, and not for the past."""
        super().before_save(row, actor, created=created)
        if row.rule not in labels.RULES:
            raise Refused("not_a_choice", field="rule")
        if not settable(row.rule):
            law = law_of(row.rule) or ("posting_labels" if row.rule in LABELS else "")
            raise Refused("check_fixed", field="rule", rule=str(labels.RULES[row.rule]), law=law)
        moved = created or inspect(row).attrs.valid_from.history.has_changes()
        if moved and row.valid_from < today():
            raise Refused("day_passed", field="valid_from", today=today().isoformat())

    @expose("/applies", methods=["GET"])
    @has_access
    @permission_name("list")
    def applies(self) -> str:
        """How every check counts in a division today, and what cannot be set."""
        actor = current()
        asked = request.args.get("region", actor.region_code)[:6]
        wanted = offered(select(Region).where(Region.code == asked), actor)
        region = db.session.scalar(wanted) if asked.isalnum() else None
        return self.render_template(
            "system/check_applies.html",
            title=_l("Which checks count"),
            region=region,
            lines=lines(region.code if region is not None else ""),
            effects=labels.EFFECTS,
        )
