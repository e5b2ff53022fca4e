"""Moves of rows that no desk decides on: switch off and on, up and down, back to what was shipped."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any

from app.extensions import db
from app.review import setting_log
from app.review.policy import DEFAULT, Policy
from app.rules.actor import Actor
from app.rules.lifecycle import Move
from app.rules.refused import Refused
from app.views import proof, scope
from app.views.base import SafeView
from app.views.identity import current


class MovingView(SafeView):
    """A screen with moves of its own, each with its permission: which are offered for a row and what they do, it says itself."""

    acts: Mapping[str, Move] = {}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.base_permissions = sorted({*self.base_permissions, *(f"can_{name}" for name in self.acts)})

    def _allowed(self, name: str) -> Move:
        if name not in self.acts:
            raise Refused("no_such_move", move=name)
        self.demand(f"can_{name}")
        return self.acts[name]


class ProvenView(MovingView):
    """A screen whose moves take a fresh proof of who is at work: roles, accounts, second factors."""

    def _allowed(self, name: str) -> Move:
        allowed = super()._allowed(name)
        proof.demand()
        return allowed


class ActingView(MovingView):
    """A screen over plain rows with moves. `acts` says from which state each may be made; targets are of no matter."""

    @abstractmethod
    def state_of(self, row: Any) -> str:
        """The state a move starts from."""

    @abstractmethod
    def act(self, row: Any, name: str, actor: Actor, reason: str) -> None:
        """Changes the locked row as the move says; the caller commits."""

    def offered(self, row: Any, policy: Policy = DEFAULT) -> list[Move]:
        """The moves of this row that this person may make now."""
        if not self.touchable(row):
            return []
        here = self.state_of(row)
        return [move for move in self.acts.values() if here in move.sources and self.may(f"can_{move.name}")]

    def perform(self, row_id: Any, name: str, version: int | None, reason: str, values: dict[str, Any]) -> Any:
        """Makes one move on the locked row."""
        row = scope.fetch(self, current(), row_id, lock=True)
        if self.acts[name] not in self.offered(row):
            raise Refused("wrong_state")
        self.acted(row, name, reason)
        db.session.commit()
        return row

    def touchable(self, row: Any) -> bool:
        """Whether this person may move this row at all."""
        return self.may_edit(row, current())

    def acted(self, row: Any, name: str, reason: str) -> None:
        """The move itself, on record like every other change of the row."""
        before = setting_log.values_of(row)
        self.act(row, name, current(), reason)
        setting_log.note(db.session, current(), row, setting_log.CHANGED, before)


class AgreedView(ActingView):
    """A screen of one side over rows that two sides deal with. What is done stands on the ledger with the rules' own words."""

    acts_by_api: Mapping[str, Move] = {}  # the same moves; programs may make them too
    reason_words: Mapping[str, Any] = {}  # move -> what the other side is told with it

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls.acts_by_api = cls.acts

    def state_of(self, row: Any) -> str:
        """The state a move starts from."""
        return str(row.state)

    def touchable(self, row: Any) -> bool:
        """Whoever may change the words is another matter."""
        return True

    def acted(self, row: Any, name: str, reason: str) -> None:
        """The rules put it on record in their own words."""
        self.act(row, name, current(), reason)
