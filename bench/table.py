"""What was measured against what is wanted, as a table and as a file."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Line:
    """One line: what, the floor, ours, what they are compared by, and the target that must not be exceeded.

    `everywhere`: the target depends on no machine, so that it counts at any size and under any load.
    """

    name: str
    floor: float | None
    ours: float
    target: str
    value: float
    limit: float
    unit: str = "ms"
    least: bool = False
    everywhere: bool = False
    cpu: tuple[float, float] | None = None  # milliseconds of processor time of worker and database: floor, ours

    @property
    def ok(self) -> bool:
        """Whether the target is met."""
        return self.value >= self.limit if self.least else self.value <= self.limit

    def beyond(self, loose: float) -> bool:
        """Whether the target is missed by more than this factor; absolute times of another machine never are."""
        if loose == 1:
            return not self.ok
        return "×" in self.target and self.value > self.limit * loose

    @property
    def ratio(self) -> float | None:
        """Ours as a multiple of the floor."""
        return self.ours / self.floor if self.floor else None


@dataclass(frozen=True, slots=True)
class Pair:
    """A page of the floor and of ours: milliseconds, processor milliseconds, statements of ours.

    Time on the clock is what people wait; where other programs want the cores it says more about them. Then the
    processor time of worker and database is compared: what the page would take if it were alone.
    """

    floor: float
    ours: float
    floor_cpu: float
    ours_cpu: float
    worker_cpu: float = 0.0
    statements: int = 0

    @property
    def cpu(self) -> tuple[float, float]:
        """For the table."""
        return self.floor_cpu, self.ours_cpu

    def cost(self, busy: bool) -> float:
        """Of ours."""
        return self.ours_cpu if busy else self.ours

    def times(self, busy: bool) -> float:
        """Ours as a multiple of the floor."""
        return self.ours_cpu / self.floor_cpu if busy else self.ours / self.floor


def ratio(name: str, pair: Pair, most: float, *, busy: bool) -> Line:
    """A line whose target is a multiple of the floor."""
    return Line(name, pair.floor, pair.ours, f"≤ {most:g}×", pair.times(busy), most, cpu=pair.cpu)


def against(name: str, pair: Pair, own: Pair, most: float, *, busy: bool) -> Line:
    """A line whose target is a multiple of our own first page."""
    value = pair.cost(busy) / own.cost(busy)
    return Line(name, pair.floor, pair.ours, f"≤ {most:g}× own first page", value, most, cpu=pair.cpu)


def least(name: str, floor: float, ours: float, share: float) -> Line:
    """A rate that must reach a share of the floor's."""
    return Line(name, floor, ours, f"≥ {share:.0%}", ours / floor, share, "/s", least=True)


def bound(
    name: str, ours: float, most: float, unit: str, *, floor: float | None = None, everywhere: bool = False
) -> Line:
    """A line with an absolute target."""
    return Line(name, floor, ours, f"≤ {most:g} {unit}".rstrip(), ours, most, unit, everywhere=everywhere)


def _number(value: float | None, unit: str) -> str:
    if value is None:
        return "–"
    if unit in ("/s", ""):
        return f"{value:,.0f}{unit}"
    if unit == "MB":
        return f"{value:,.0f} MB"
    return f"{value:,.1f}" if unit == "ms" else f"{value:,.2f} {unit}"


def shown(lines: list[Line]) -> str:
    """The table in Markdown, readable as plain text."""
    cells = [["Page", "Floor", "Ours", "Ratio", "CPU floor", "CPU ours", "CPU ratio", "Target", "Met"]]
    for one in lines:
        times = f"{one.ratio:.1f}×" if one.ratio is not None else "–"
        cpu = [f"{one.cpu[0]:.1f}", f"{one.cpu[1]:.1f}", f"{one.cpu[1] / one.cpu[0]:.1f}×"] if one.cpu else ["–"] * 3
        mark = "yes" if one.ok else f"NO ({one.value:.2f})"
        cells.append(
            [one.name, _number(one.floor, one.unit), _number(one.ours, one.unit), times, *cpu, one.target, mark]
        )
    wide = [max(len(row[n]) for row in cells) for n in range(len(cells[0]))]
    out = ["| " + " | ".join(cell.ljust(wide[n]) for n, cell in enumerate(row)) + " |" for row in cells]
    out.insert(1, "|" + "|".join("-" * (n + 2) for n in wide) + "|")
    return "\n".join(out)
