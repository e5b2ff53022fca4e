"""The numbers of a run in the documents: the table in docs/speed.md and README.md, the plot of cost over rows.

Runs of several sizes are kept beside each other in docs/speed.json; the largest one gives the table, all of them the plot.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from bench import plot
from bench.server import ROOT
from bench.sizes import Sizes
from bench.table import Line, shown

KEPT = ROOT / "docs" / "speed.json"
PICTURE = ROOT / "docs" / "pictures" / "speed.svg"
PLACES = (ROOT / "docs" / "speed.md", ROOT / "README.md")
BEGIN, END = "<!-- bench: written by make bench WRITE=1 -->", "<!-- bench ends -->"
WHERE = "<!-- where the time goes: written by make bench WRITE=1 PROFILE=1 -->"
ORDER = ("lists", "forms", "many", "duel", "export", "start", "memory")  # of the parts in the table
CURVES = {
    "first page": "list of ", "filtered": "same, filtered", "last page": "last page",
    "search, 2 characters": "title search, 2 characters, in few",
}  # fmt: skip


def write(parts: Mapping[str, list[Line]], sizes: Sizes, machine: str, busy: float, spent: str = "") -> None:
    """Keeps this run and writes what the documents show of all; parts that were not run stay as they were."""
    runs: dict[str, Any] = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}
    before = runs.get(str(sizes.gigs), {})
    kept = before.get("parts", {}) | {name: [asdict(line) for line in lines] for name, lines in parts.items()}
    lines = [Line(**line) for name in ORDER for line in kept.get(name, ())]
    paged = {name: _pair(lines, start) for name, start in CURVES.items()} if "lists" in parts else before["pages"]
    runs[str(sizes.gigs)] = {
        "machine": machine, "busy": round(busy, 1) if "lists" in parts else before["busy"], "sizes": asdict(sizes),
        "pages": paged, "parts": kept, "table": shown(lines), "spent": spent or before.get("spent", ""),
    }  # fmt: skip
    KEPT.write_text(json.dumps(runs, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    largest = runs[max(runs, key=int)]
    for path in PLACES:
        _between(path, _words(largest))
    _between(PLACES[0], f"\n{largest['spent']}\n" if largest.get("spent") else "", WHERE)
    points = {
        name: [(int(rows), *run["pages"][name]) for rows, run in sorted(runs.items(), key=_rows)] for name in CURVES
    }
    PICTURE.write_text(plot.drawn(points), encoding="utf-8")


def _rows(item: tuple[str, Any]) -> int:
    return int(item[0])


def _pair(lines: list[Line], start: str) -> tuple[float, float]:
    line = next(one for one in lines if one.name.startswith(start))
    return round(line.floor or 0, 2), round(line.ours, 2)


def _words(run: dict[str, Any]) -> str:
    sizes = run["sizes"]
    rows = ", ".join(f"{sizes[name]:,} {name}" for name in ("units", "gigs", "media", "rounds", "events"))
    said = f"{run['machine']}. {rows}. Milliseconds are medians over the loopback."
    if run["busy"] > 1:
        said += f" The machine had other work meanwhile (load per core {run['busy']:.1f}): compare ratios, not milliseconds."
    return f"{said}\n\n{run['table']}\n"


def _between(path: Path, words: str, begin: str = BEGIN) -> None:
    """Puts the words between a mark and the end after it; a page without the mark stays as it is."""
    text = path.read_text(encoding="utf-8")
    if begin in text:
        before, _mark, rest = text.partition(begin)
        path.write_text(f"{before}{begin}\n{words}{END}{rest.partition(END)[2]}", encoding="utf-8")
