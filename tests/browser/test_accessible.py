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
from tests.browser.violations import faults, settled

pytestmark = [pytest.mark.browser, pytest.mark.slow]

WEARER = {
    Role.REVIEWER: "reviewer2", Role.LEAD: "lead", Role.SCHOOL: "school", Role.OWNER: "owner", Role.HANDLER: "handler",
    Role.AGENCY: "agency", Role.SEEKER: "seeker", Role.STUDENT: "student", Role.OPERATOR: "operator",
    Role.SYSADMIN: "sysadmin", Role.SECADMIN: "secadmin", Role.AUDITOR: "auditor",
}  # fmt: skip
# Pages that no menu names, beside what every list leads to; {unitview}: the first record that role finds in that list.
FURTHER: dict[Role, tuple[str, ...]] = {
    Role.REVIEWER: (
        "/desk/batch", "/find/?q=演示", "/figures/", "/choose/", "/proof/", "/imports/new/posting",
        "/unitview/changes/{unitview}", "/unitview/unmask/{unitview}/contact_phone", "/unitview/comment/{unitview}",
        "/unitview/under/{unitview}/PostingView",
    ),
    Role.LEAD: ("/reviewpolicyview/applies?kind=posting", "/checkswitchview/applies"),
    Role.HANDLER: ("/postingview/preview/{postingview}",),
    Role.AGENCY: ("/agencypostingview/preview/{agencypostingview}",),
    Role.SEEKER: ("/me/phone", "/me/mail", "/my-data/close", "/factor/device"),
    Role.OPERATOR: ("/announcementview/show/{announcementview}",),
    Role.SYSADMIN: (
        "/jobs/edit/verify_ledger", "/dictitemview/types", "/accountmergeview/candidates",
        "/accountview/move/identity_seen/{accountview}",
    ),
    Role.SECADMIN: ("/onlineview/move/revoke_session/{onlineview}",),
}  # fmt: skip
# Before the login; {postings}: the first of the public list.
PUBLIC = (
    "/login/", "/code/login/", "/code/forgot/", "/code/mail/", "/code/link/nothing", "/register/", "/register/terms",
    "/register/privacy", "/appeal/", "/appeal/state", "/portal/", "/portal/?kind=offer", "/portal/agreement",
    "/portal/postings/{postings}", "/portal/units/{units}", "/portal/gigs/{gigs}", "/portal/schools/99901",
    "/portal/agencies", "/portal/agencies/{agencies}", "/openid/callback", "/nothing-here",
)  # fmt: skip
LISTED = {"gigs": "/portal/?kind=offer", "agencies": "/portal/agencies"}  # where the first one is found
# What a page of its own needs first is done by the test of its path, which looks at every step (`Visit.snap`).
ON_A_PATH = {
    "RegisterView.details": "register-3-details", "CodeLoginView.renew": "register-10-forgot",
    "AppealPage.code": "recovery-1-code", "AppealPage.form": "recovery-2-form", "AppealPage.sent": "recovery-3-receipt",
    "AppealPage.password": "recovery-6-password", "UnitStartView.code": "unit-2-code",
    "FileView.pages": "unit-5-pages", "SecondFactorView.index": "security-keys-1-enrol", "FactorView.key": "security-keys-2-add",
    "OpenIdView.found": "openid-3-not-linked", "ImportView.columns": "import-columns", "ImportView.show": "import-dry-run",
}  # fmt: skip
# Drawn by the template of a page that is looked at.
LIKE_ANOTHER = {"DeskView.unmask": "UnitView.unmask", "CodeLoginView.enter": "CodeLoginView.renew"}
NO_PAGE = {
    "FileView.file", "FileView.link", "FileView.thumb", "FileView.page", "CaptchaView.fresh", "CaptchaView.picture", "CaptchaView.sound",
    "MyCodeView.picture", "TaskView.file", "LedgerView.heads", "LogFiguresView.file", "ImportView.template", "ImportView.errors",
    "OpenIdView.start", "DeskView.colleagues", "ImportView.progress", "MessageView.unread", "MessageView.newest",
}  # fmt: skip


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


def inner(page: Any, view: Any) -> list[str]:
    """From a list: the first record, its changes, the empty form and the form over a record."""
    route = start(view).removesuffix("list/")
    links = page.eval_on_selector_all("main a[href]", "all => all.map(a => a.getAttribute('href'))")
    found = []
    for kind in ("show", "add", "edit"):
        fits = [link for link in links if re.match(rf"{route}{kind}(/|$|\?)", link)]
        found += fits[:1]
    return found


def named(window: Any, path: str) -> str:
    """The address with the key of the first record of the list it names."""
    for name in re.findall(r"{(\w+)}", path):
        public = path.startswith("/portal/")
        window.go(LISTED.get(name, "/portal/") if public else f"/{name}/list/")
        where = f"a[href*='/{name}/']" if public else f"a[href*='/{name}/show/']"
        if name == "units":
            window.page.locator("main a[href*='/portal/postings/']").first.click()
        link = window.page.locator(f"main {where}").first.get_attribute("href")
        path = path.replace(f"{{{name}}}", link.split("?")[0].rsplit("/", 1)[1])
    return path


def looked(window: Any, path: str, expected: tuple[int, ...] = (200,), *, framed: bool = False) -> list[str]:
    """What is wrong with the page of that address."""
    answer = window.go(path)
    assert answer.status in expected, (path, answer.status)
    settled(window.page)
    return faults(window.page, path, framed=framed)


@pytest.mark.parametrize("role", WEARER, ids=lambda r: r.value)
def test_no_violation_on_any_screen(visit, role):
    window, found = visit(WEARER[role], motion="reduce"), []  # nothing fades: what is judged stands at once
    views = {start(view): view for view in screens(role)}
    for path in ("/", *views, *(named(window, path) for path in FURTHER.get(role, ()))):
        sized = f"{path}?size=20" if path.endswith("/list/") else path  # rows are all of a kind
        found += looked(window, sized, framed=path == "/")
        for further in inner(window.page, views[path]) if path in views and issubclass(views[path], SafeView) else ():
            found += looked(window, further)
    window.clean()
    assert found == [], "\n".join(found)


def test_a_fault_in_any_row_is_found(visit):
    """Rows that are built alike are judged once; one that differs is judged itself."""
    window = visit("operator", motion="reduce")
    window.go("/unitview/list/?size=20")
    settled(window.page)
    window.page.evaluate("""() => {
      const rows = document.querySelectorAll('main tbody tr');
      rows[rows.length - 1].lastElementChild.append(document.createElement('button'));
    }""")
    assert any(" button-name × 1" in fault for fault in faults(window.page, "rows", framed=False))


def test_every_screen_of_a_menu_is_looked_at():
    looked = {view for role in WEARER for view in screens(role)}
    assert looked == {e.view for e in registry.MENU if e.places}


def test_no_violation_before_the_login(visit):
    window = visit(motion="reduce")
    found = [
        fault for path in PUBLIC for fault in looked(window, named(window, path), (200, 403, 404, 410), framed=True)
    ]
    assert found == [], "\n".join(found)


def own_pages() -> dict[str, str]:
    """Every page that a screen has beside the generated ones: endpoint -> a pattern of its address."""
    found = {}
    for view in {e.view for e in registry.MENU}:
        base = view.route_base if view.route_base is not None else f"/{view.__name__.lower()}"
        for name in dir(view):
            if issubclass(view, SafeView) and hasattr(SafeView, name):
                continue
            for url, methods in getattr(getattr(view, name), "_urls", ()):
                if "GET" in (methods or ("GET",)):
                    found[f"{view.__name__}.{name}"] = re.sub(r"<[^>]+>", "[^/?]+", base + url)
    return found


def test_every_page_of_its_own_is_looked_at():
    known = {
        *PUBLIC,
        *(p for paths in FURTHER.values() for p in paths),
        *(start(e.view) for e in registry.MENU if e.places),
    }
    unseen = {
        endpoint
        for endpoint, pattern in own_pages().items()
        if not any(re.fullmatch(pattern, path.split("?")[0]) for path in known)
    }
    assert unseen == {*ON_A_PATH, *LIKE_ANOTHER, *NO_PAGE}


def test_every_step_named_here_is_taken():
    taken = "".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
    assert [step for step in ON_A_PATH.values() if f'snap("{step}")' not in taken] == []
