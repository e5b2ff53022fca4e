"""The demo reviewers at work: what is sent in waits its turn, and is decided while the clock goes on."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy.orm import Session

from app.cli.demo.past import Past
from app.cli.demo.people import World
from app.review import decide, queue
from app.rules.actor import Actor, covers

LAG = 14  # items that wait before the oldest is decided
KEPT_BACK = 37  # every so many-th waits until its time is over


@dataclass(slots=True)
class Step:
    """Something to send in, and what becomes of it; without a verdict it stays on the desk."""

    send: Callable[[], Any]
    verdict: str = ""
    words: dict[str, object] = field(default_factory=dict)
    then: Callable[[], object] | None = None


class Bureau:
    """Takes steps through the month."""

    def __init__(self, session: Session, world: World, past: Past) -> None:
        self.session, self.past = session, past
        self.reviewers = [world.actors[n] for n in ("reviewer2", "reviewer", "reviewer.sg", "lead")]
        self.school = world.actors["school"]
        self.share = 0.0
        self._count = 0

    def work(self, steps: Sequence[Step], until: float) -> None:
        """Sends everything in up to this share of the month; what has a verdict is decided by then."""
        waiting: deque[tuple[Any, Step]] = deque()
        kept: list[tuple[Any, Step]] = []
        for number, step in enumerate(steps):
            self.past.go_to(self.share + (until - self.share) * number / len(steps))
            found = step.send()
            if found is None or not step.verdict:
                continue
            self._count += 1
            (kept if self._count % KEPT_BACK == 0 else waiting).append((found, step))
            if len(waiting) > LAG:
                self._settle(*waiting.popleft())
        for found, step in [*waiting, *kept]:
            self._settle(found, step)
        self.share = until

    def _settle(self, found: Any, step: Step) -> None:
        """Claims and decides a round as the first reviewer in whose division it lies."""
        people = [self.school] if found.kind == "residency" else self._reviewers(found.region_code)
        for who in people[: found.seats_needed if step.verdict == "approve" else 1]:
            claimed = queue.claim(self.session, who, found.id)
            self.past.work(0.4, 4)
            high = [check["code"] for check in claimed.checks if check["severity"] == "high"]
            agreed = {"reason_text": "已人工核实，予以通过。", "acknowledged": high}
            decide.decide(
                self.session, who, claimed.id, step.verdict, version=claimed.version, epoch=claimed.epoch,
                digest=claimed.evidence_digest, **(agreed if step.verdict == "approve" else step.words),
            )  # fmt: skip
        if step.then is not None:
            step.then()

    def _reviewers(self, region: str) -> list[Actor]:
        """Those who reach the division, the nearest first."""
        return [r for r in self.reviewers if covers(r.region_code, region)]
