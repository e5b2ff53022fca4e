"""What axe-core (WCAG 2.2 AA) finds on a page of a real browser, and what is too wide for it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

AXE = (Path(__file__).parent / "axe" / "axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LAYOUT = [
    "color-contrast", "target-size", "scrollable-region-focusable", "label", "button-name", "link-name",
    "aria-hidden-focus", "link-in-text-block", "region",
]  # fmt: skip
# High enough that no bar which sticks to an edge lies over what a scroll would free.
DESK, PHONE = {"width": 1366, "height": 2400}, {"width": 390, "height": 3200}
# Colours fade into each other for a tenth of a second; what is half faded has no contrast to judge.
STILL = """() => Promise.race([
  new Promise(done => setTimeout(done, 1000)),
  Promise.all(document.getAnimations().map(a => a.finished.catch(() => null))),
])"""
# The side and the head are the same on every page of a role: they are judged on its start page.
FRAME = [[".g-side"], [".g-top"]]
RUN = """async ([only, without]) => {
  const rules = only ? { runOnly: { type: 'rule', values: only } } : { runOnly: { type: 'tag', values: TAGS } };
  const found = await axe.run({ include: [['html']], exclude: without }, { ...rules, resultTypes: ['violations'] });
  return found.violations.map(v => [v.id, v.nodes.length, v.nodes.slice(0, 3).map(n => n.html.slice(0, 160))]);
}""".replace("TAGS", str(TAGS))
# Rows of a table that are built alike are judged once: the same elements with the same attributes and classes.
THIN = """() => {
  const seen = new Set();
  const shape = e => e.tagName + [...e.attributes].map(a => a.name + (a.name === 'class' ? a.value : '')).join(' ');
  for (const row of document.querySelectorAll('main tbody tr')) {
    const built = [row, ...row.querySelectorAll('*')].map(shape).join();
    if (seen.has(built)) row.remove();
    seen.add(built);
  }
}"""
# Half of a page's elements stand in the frame, and axe-core reads them even where they are not judged.
UNFRAME = "frame => document.querySelectorAll(frame).forEach(part => part.replaceChildren())"
TOO_WIDE = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def faults(page: Any, where: str, *, framed: bool = True) -> list[str]:
    """On the page as it stands, in both themes and widths; in large type nothing scrolls sideways either.

    `framed`: the side and the head are judged, too.
    """
    page.evaluate(AXE)
    found = []
    for name, size in (("desk", DESK), ("phone", PHONE)):
        page.set_viewport_size(size)
        for scale in ("large", "normal"):
            page.evaluate("scale => document.documentElement.setAttribute('data-size', scale)", scale)
            wide = page.evaluate(TOO_WIDE)
            if wide > 0:
                found.append(f"{where} [{name}, {scale} type]: {wide} px too wide")
    page.evaluate(THIN)
    if not framed:
        page.evaluate(UNFRAME, ",".join(part for one in FRAME for part in one))
    for name, size in (("phone", PHONE), ("desk", DESK)):
        page.set_viewport_size(size)
        for theme in ("light", "dark"):
            page.evaluate("theme => document.documentElement.setAttribute('data-bs-theme', theme)", theme)
            page.evaluate(STILL)
            rules = ["color-contrast"] if theme == "dark" else LAYOUT if name == "phone" else None
            for rule, count, nodes in page.evaluate(RUN, [rules, [] if framed else FRAME]):
                found.append(f"{where} [{name}, {theme}] {rule} × {count}: {nodes}")
    page.evaluate("document.documentElement.setAttribute('data-bs-theme', 'light')")
    return found


def seen(page: Any, where: str) -> list[str]:
    """On the page as it stands in its window, once: cheap enough for each step of a path."""
    page.evaluate(AXE)
    page.evaluate(STILL)
    # What a bar that sticks to an edge covers is freed by a scroll: the sizes of targets are judged in high windows only.
    found = [
        f"{where} {rule} × {n}: {nodes}"
        for rule, n, nodes in page.evaluate(RUN, [None, FRAME])
        if rule != "target-size"
    ]
    wide = page.evaluate(TOO_WIDE)
    return found if wide <= 0 else [*found, f"{where}: {wide} px too wide"]


def settled(page: Any) -> None:
    """What is fetched after the page has come."""
    page.wait_for_selector('.htmx-request, [hx-trigger="load"]', state="detached")
