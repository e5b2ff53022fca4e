"""Addresses that the documentation names lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from werkzeug.exceptions import MethodNotAllowed, NotFound
from werkzeug.routing import RequestRedirect

ROOT = Path(__file__).resolve().parents[2]
PAGES = [
    "README.md",
    *sorted(str(p.relative_to(ROOT)) for d in ("docs", "docs/paths") for p in (ROOT / d).glob("*.md")),
]
MADE = ("docs/pictures/", "pictures/", "screens.md")  # written by `make screenshots`, `make screens` and `make bench`
OF_A_VIEW = re.compile(r"/(?:show|edit|add|delete|related|moves?|facets|cell|outcomes|precheck)\b|/<|/api/v1/<")
ADDRESS = re.compile(r"`(?:GET |POST )?(/[a-z0-9_/<>.-]*)`")


def leads_somewhere(app, path: str) -> bool:
    try:
        app.url_map.bind("localhost").match(re.sub(r"<[a-z]+>", "1", path))
    except NotFound:
        return False
    except (MethodNotAllowed, RequestRedirect):
        return True
    return True


@pytest.mark.parametrize("page", PAGES)
def test_every_address_named_exists(app, page):
    named = set(ADDRESS.findall((ROOT / page).read_text(encoding="utf-8")))
    whole = {path for path in named if not OF_A_VIEW.match(path)}  # the others stand behind the address of a screen
    assert {path for path in whole if not leads_somewhere(app, path)} == set()


def test_the_list_of_pages_names_every_page():
    index = (ROOT / "docs" / "README.md").read_text(encoding="utf-8")
    named = set(re.findall(r"^\| `([^`]+)` \|", index, re.MULTILINE)) - set(MADE)
    pages = {p.name for p in (ROOT / "docs").glob("*.md")} - {"README.md", *MADE}
    pages |= {f"paths/{p.name}" for p in (ROOT / "docs" / "paths").glob("*.md")}
    assert named == pages | {"decisions/"}
    decisions = {p.name[:4] for p in (ROOT / "docs" / "decisions").glob("*.md")}
    assert decisions == set(re.findall(r"\b(\d{4}) [a-zA-Z]", index.split("Decisions:")[1]))


def test_links_between_pages_lead_to_files():
    wrong = []
    for page in [*PAGES, *(str(p.relative_to(ROOT)) for p in (ROOT / "docs" / "decisions").glob("*.md"))]:
        for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", (ROOT / page).read_text(encoding="utf-8")):
            if not target.startswith(MADE) and not (ROOT / page).parent.joinpath(target).exists():
                wrong.append((page, target))
    assert wrong == []
