"""One table of moves per thing with a status. Buttons, API, permission and check all read the same table."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from app.rules.refused import Refused

# Who may make a move. The kind translates roles into these; the table stays free of organisation.
SENDER = "sender"  # the side that sends things in: unit, person, agency
DECIDER = "decider"  # the reviewer holding the round's lease, or the school's admin
KEEPER = "keeper"  # the bureau acting on something already decided (freeze, remove)
CLOCK = "clock"


@dataclass(frozen=True, slots=True)
class Move:
    """`name` leads from any of `sources` to `target`; `verdict` marks what only the decision of a round may do."""

    name: str
    sources: tuple[str, ...]
    target: str
    who: frozenset[str]
    needs_reason: bool = False
    batch: bool = False
    opens_round: bool = False

    @property
    def verdict(self) -> bool:
        """Made only by deciding a round, never by a plain move."""
        return self.who == frozenset({DECIDER})


def move(
    name: str,
    sources: str,
    target: str,
    who: str,
    *,
    needs_reason: bool = False,
    batch: bool = False,
    opens_round: bool = False,
) -> Move:
    """A line of the table: sources and actors as words separated by blanks."""
    return Move(name, tuple(sources.split()), target, frozenset(who.split()), needs_reason, batch, opens_round)


# What a decision makes of what waits for one, wherever nothing else comes of it.
VERDICTS: Final[tuple[Move, ...]] = (
    move("approve", "pending", "approved", "decider"),
    move("return", "pending", "returned", "decider", needs_reason=True),
    move("reject", "pending", "rejected", "decider", needs_reason=True),
)

# What is asked for once and decided once: a change of a unit, its takeover.
ASKED_ONCE: Final[tuple[Move, ...]] = (
    move("submit", "draft returned rejected", "pending", "sender", opens_round=True),
    move("withdraw", "pending", "draft", "sender"),
    *VERDICTS,
    move("delete", "draft returned rejected", "deleted", "sender"),
)


class Lifecycle:
    """The moves of one thing; immutable once made."""

    def __init__(
        self, initial: str, moves: Iterable[Move], *, public: str = "", editable: str = "", revisable: str = ""
    ) -> None:
        """`public`: statuses shown outside. `editable`: content may be changed in place.

        `revisable`: approved content, an edit of which waits in a round of its own while the old stays public.
        """
        self.initial = initial
        self.moves: tuple[Move, ...] = tuple(moves)
        self.public = frozenset(public.split())
        self.editable = frozenset(editable.split())
        self.revisable = frozenset(revisable.split())
        self.statuses: tuple[str, ...] = tuple(
            dict.fromkeys([initial, *(s for m in self.moves for s in (*m.sources, m.target))])
        )

    def find(self, name: str) -> Move:
        """The move of that name. Raises Refused("no_such_move")."""
        for candidate in self.moves:
            if candidate.name == name:
                return candidate
        raise Refused("no_such_move", move=name)

    def offered(self, status: str, who: Iterable[str]) -> list[Move]:
        """What these parties may do now; what is offered is exactly what `next` accepts."""
        parties = frozenset(who)
        return [m for m in self.moves if status in m.sources and m.who & parties]

    def next(self, status: str, name: str, who: Iterable[str], reason: str | None = None) -> str:
        """The status after the move.

        Raises Refused: no_such_move, not_allowed (not this party, 403), wrong_state (not now, 409), reason_missing (422).
        """
        wanted = self.find(name)
        if not wanted.who & frozenset(who):
            raise Refused("not_allowed", move=name)
        if status not in wanted.sources:
            raise Refused("wrong_state", move=name, status=status)
        if wanted.needs_reason and not (reason or "").strip():
            raise Refused("reason_missing", field="reason_text", move=name)
        return wanted.target
