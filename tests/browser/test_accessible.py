"""WCAG 2.2 AA on every registered screen: no violation found by axe-core, both themes, desk and phone width.

A page is loaded once. All rules run at desk width; at phone width those that depend on the layout; in the dark theme,
which changes colours alone, the contrast. In large type nothing scrolls sideways either. Slow: some hundred pages.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from app import registry
from app.rules.actor import Role
from app.views.base import SafeView

pytestmark = [pytest.mark.browser, pytest.mark.slow]

AXE = (Path(__file__).parent / "axe" / "axe.min.js").read_text(encoding="utf-8")
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
LAYOUT = [
    "color-contrast", "target-size", "scrollable-region-focusable", "label", "button-name", "link-name",
    "aria-hidden-focus", "link-in-text-block", "region",
]  # fmt: skip
# High enough that no bar which sticks to an edge lies over what a scroll would free.
DESK, PHONE = {"width": 1366, "height": 2400}, {"width": 390, "height": 3200}
WEARER = {
    Role.REVIEWER: "reviewer2", Role.LEAD: "lead", Role.SCHOOL: "school", Role.OWNER: "owner", Role.HANDLER: "handler",
    Role.AGENCY: "agency", Role.SEEKER: "seeker", Role.STUDENT: "student", Role.OPERATOR: "operator",
    Role.SYSADMIN: "sysadmin", Role.SECADMIN: "secadmin", Role.AUDITOR: "auditor",
}  # fmt: skip
# Colours fade into each other for a tenth of a second; what is half faded has no contrast to judge.
STILL = """() => Promise.race([
  new Promise(done => setTimeout(done, 1000)),
  Promise.all(document.getAnimations().map(a => a.finished.catch(() => null))),
])"""
RUN = """async only => {
  const rules = only ? { runOnly: { type: 'rule', values: only } } : { runOnly: { type: 'tag', values: TAGS } };
  const found = await axe.run(document, { ...rules, resultTypes: ['violations'] });
  return found.violations.map(v => [v.id, v.nodes.length, v.nodes.slice(0, 3).map(n => n.html.slice(0, 160))]);
}""".replace("TAGS", str(TAGS))


def of(view: type) -> Role:
    """The role in whose menu the screen is looked at: the one that may do most there."""
    entry = next(e for e in registry.MENU if e.view is view)
    placed = [role for place in entry.places for role in place.roles if role in WEARER]
    return max(placed, key=lambda role: (len(entry.grants.get(role, "").split()), -list(WEARER).index(role)))


def screens(role: Role) -> list[type]:
    """The screens that are looked at as this role: together all that stand in a menu."""
    return [e.view for e in registry.MENU if e.places and of(e.view) is role]


def start(view: Any) -> str:
    """The address of a screen's first page."""
    route = view.route_base if view.route_base is not None else f"/{view.__name__.lower()}"
    return f"{route}/list/" if issubclass(view, SafeView) else f"{route}/"


def faults(page: Any, where: str) -> list[str]:
    """What axe finds on the page as it stands, in both themes and widths."""
    page.evaluate(AXE)
    found = []
    for name, size in (("desk", DESK), ("phone", PHONE)):
        page.set_viewport_size(size)
        for theme in ("light", "dark"):
            page.evaluate("theme => document.documentElement.setAttribute('data-bs-theme', theme)", theme)
            page.evaluate(STILL)
            rules = ["color-contrast"] if theme == "dark" else LAYOUT if name == "phone" else None
            for rule, count, nodes in page.evaluate(RUN, rules):
                found.append(f"{where} [{name}, {theme}] {rule} × {count}: {nodes}")
        for scale in ("large", "normal"):
            page.evaluate("scale => document.documentElement.setAttribute('data-size', scale)", scale)
            wide = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
            if wide > 0:
                found.append(f"{where} [{name}, {scale} type]: {wide} px too wide")
    return found


def settled(page: Any) -> None:
    """What is fetched after the page has come."""
    page.wait_for_selector('.htmx-request, [hx-trigger="load"]', state="detached")


def inner(page: Any, view: Any) -> list[str]:
    """From a list: the first record, its changes, the empty form and the form over a record."""
    route = start(view).removesuffix("list/")
    links = page.eval_on_selector_all("main a[href]", "all => all.map(a => a.getAttribute('href'))")
    found = []
    for kind in ("show", "add", "edit"):
        fits = [link for link in links if re.match(rf"{route}{kind}(/|$|\?)", link)]
        found += fits[:1]
    return found


@pytest.mark.parametrize("role", WEARER, ids=lambda r: r.value)
def test_no_violation_on_any_screen(visit, role):
    window = visit(WEARER[role])
    page, found = window.page, []
    paths = ["/", *(start(view) for view in screens(role))]
    views = {start(view): view for view in screens(role)}
    for path in paths:
        answer = window.go(path)
        assert answer.status == 200, (path, answer.status)
        settled(page)
        found += faults(page, path)
        for further in inner(page, views[path]) if path in views and issubclass(views[path], SafeView) else ():
            assert window.go(further).status == 200, further
            settled(page)
            found += faults(page, further)
    window.clean()
    assert found == [], "\n".join(found)


def test_every_screen_of_a_menu_is_looked_at():
    looked = {view for role in WEARER for view in screens(role)}
    assert looked == {e.view for e in registry.MENU if e.places}


@pytest.mark.parametrize("path", ["/login/", "/portal/", "/nothing-here"])
def test_no_violation_before_the_login(visit, path):
    window = visit()
    window.go(path)
    settled(window.page)
    assert faults(window.page, path) == []
