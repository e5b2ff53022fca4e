"""经办人授权 and 我的邀请: the unit invites and grants, the person accepts or refuses (GD-32..37)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import flash
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, false, inspect

from app.extensions import db
from app.models.bindings import Binding
from app.review import bindings
from app.review.kinds.standing import approved_unit
from app.review.policy import DEFAULT, Policy
from app.rules import bindings as rules
from app.rules.actor import Actor
from app.rules.hats import FUNCTIONS
from app.rules.lifecycle import Move
from app.rules.refused import Refused
from app.views import proof, scope
from app.views.base import SafeView
from app.views.identity import current


def of_my_unit(stmt: Select[Any], actor: Actor) -> Select[Any]:
    """The bindings of the own unit, for whoever manages its handlers."""
    return stmt.where(Binding.unit_id == actor.unit_id if rules.manages(actor) else false())


def to_me(stmt: Select[Any], actor: Actor) -> Select[Any]:
    """What is addressed to the person, under whatever role."""
    return stmt.where(Binding.account_id == actor.account_id)


class _Bound(SafeView):
    """What both sides share: moves that go through app.review.bindings."""

    datamodel = SQLAInterface(Binding)
    acts: Mapping[str, Move] = {}
    order_columns = ["invited_at", "expires_at"]
    search_columns = ["state", "invited_at"]
    row_needs = ("account_id", "unit_id", "state", "grants", "expires_at", "real_name")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.base_permissions = sorted({*self.base_permissions, *(f"can_{name}" for name in self.acts)})

    def offered(self, row: Any, policy: Policy = DEFAULT) -> list[Move]:
        """The moves of this side in the present state."""
        if not self.touchable(row):
            return []
        return [one for one in self.acts.values() if row.state in one.sources and self.may(f"can_{one.name}")]

    def touchable(self, row: Any) -> bool:
        """Whether this person may move this row at all."""
        return True

    def perform(self, row_id: Any, name: str, version: int | None, reason: str, values: dict[str, Any]) -> Any:
        """Makes the move on the locked row."""
        row = scope.fetch(self, current(), row_id, lock=True)
        if self.acts[name] not in self.offered(row):
            raise Refused("wrong_state")
        bindings.act(db.session, current(), row, name)
        db.session.commit()
        if name == "accept":
            flash(
                _("You may now act for %(unit)s: choose the role in the head of the page.", unit=row.unit.name), "info"
            )

    def _allowed(self, name: str) -> Move:
        if name not in self.acts:
            raise Refused("no_such_move", move=name)
        self.demand(f"can_{name}")
        return self.acts[name]


class BindingView(_Bound):
    """经办人授权: who may act for the unit, and what each of them may do."""

    scope = staticmethod(of_my_unit)
    acts = rules.FOR_UNIT
    list_title, thing, add_words = _l("Handlers and their functions"), _l("Handler"), _l("Invite a handler")
    send_words = _l("Send the invitation")
    added_words = _l(
        "The invitation is on its way. It can be accepted for seven days; until then it may be called back here."
    )
    empty_words = _l(
        "Invite a person who has registered and proven the name; the person accepts, then acts for the unit."
    )
    title_columns = ("real_name",)
    list_columns = ["real_name", "invited_as", "state", "grants", "invited_at", "answered_at"]
    search_text = ("real_name", "invited_as")
    offered_words = {"grants": FUNCTIONS}
    add_columns = ["invited_as", "real_name", "grants"]
    edit_columns = ["grants"]
    show_columns = [*list_columns, "expires_at", "ended_at"]

    def touchable(self, row: Any) -> bool:
        """Never the own binding, nor another manager's unless one owns the unit."""
        return rules.may_touch(current(), row.account_id, row.grants or ())

    def may_edit(self, row: Any, actor: Actor) -> bool:
        """Functions are changed while the invitation waits or the binding stands."""
        return row.state in rules.OPEN and rules.may_touch(actor, row.account_id, _stored(row))

    def _form(self, row: Any) -> Any:
        proof.demand()
        return super()._form(row)

    def opening(self, actor: Actor) -> None:
        """Only an approved unit invites (GD-27)."""
        approved_unit(db.session, actor.unit_id)

    def before_save(self, row: Any, actor: Actor, *, created: bool) -> None:
        """An invitation, or other functions; the rules are those of app.review.bindings. Asks for a fresh proof."""
        proof.demand()
        if created:
            bindings.invite(db.session, actor, row)
            return
        if not self.may_edit(row, actor):
            raise Refused("not_allowed")
        bindings.regrant(db.session, actor, row, _stored(row))


def _stored(row: Any) -> list[str]:
    """The functions as the table has them, whatever the form wrote over them."""
    past = inspect(row).attrs.grants.history
    return list((past.deleted or past.unchanged or ([],))[0] or [])


class InvitationView(_Bound):
    """我的邀请: units that want the person to act for them."""

    scope = staticmethod(to_me)
    acts = rules.FOR_PERSON
    list_title, thing = _l("My invitations"), _l("Invitation")
    empty_words = _l("When a unit asks you to act for it, its invitation stands here.")
    title_columns = ("unit",)
    list_columns = ["unit", "state", "grants", "invited_at", "expires_at"]
    show_columns = [*list_columns, "answered_at", "ended_at"]
    label_columns = {"grants": _l("What you may do for the unit")}
