"""How much of everything: the sizes the targets are stated for, and a few rows for a test of the harness."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sizes:
    """Rows to load and repetitions to make. `bursts` of `burst` requests each, of the floor and of ours in turn."""

    units: int
    gigs: int
    media: int
    rounds: int
    events: int
    bursts: int
    burst: int
    decisions: int  # claimed and decided by eight connections
    requests: int  # after which the memory of a worker is looked at
    starts: int
    exported: int
    bulk: int  # decisions in one request

    @property
    def rows(self) -> str:
        """What is loaded."""
        return " ".join(str(n) for n in (self.units, self.gigs, self.media, self.rounds, self.events))


FULL = Sizes(500_000, 2_000_000, 1_000_000, 3_000_000, 9_000_000, 7, 25, 2_400, 10_000, 5, 100_000, 25)
SMALL = Sizes(500, 4_000, 1_000, 5_000, 15_000, 2, 4, 32, 120, 1, 4_000, 4)


def chosen(env: Mapping[str, str]) -> Sizes:
    """SIZE=small, SIZE=full, or SIZE=200000: that many gigs and the rest in proportion."""
    word = env.get("SIZE", "full")
    if word in ("full", "small"):
        return FULL if word == "full" else SMALL
    gigs = int(word)
    return Sizes(
        max(gigs // 4, 100), gigs, gigs // 2, gigs * 3 // 2, gigs * 9 // 2, FULL.bursts, FULL.burst,
        min(max(gigs // 200, 32), FULL.decisions), FULL.requests, FULL.starts, min(gigs // 4, FULL.exported), FULL.bulk,
    )  # fmt: skip
