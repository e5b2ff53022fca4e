"""What is imported is installed by the pinned lists, not by luck: a package that only lies about on one machine fails here."""

from __future__ import annotations

import ast
import re
import sys
from importlib.metadata import distribution, packages_distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
RUNTIME = ("app", "config.py", "run.py", "migrations")
EXTRAS = {
    "boto3",
    "tencentcloud-sdk-python-sms",
}  # only where STORAGE_URL names a bucket, SMS_URL that provider; docs/libraries.md
TOOLS = ("bench", "scripts", "tests")
OURS = {"app", "bench", "config", "run", "scripts", "tests", "migrations"} | {
    one.stem for one in (ROOT / "scripts").glob("*.py")
}


def _pins(name: str) -> list[Requirement]:
    """The lines of a list, those it includes too."""
    found: list[Requirement] = []
    for line in (ROOT / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("-r "):
            found += _pins(line[3:].strip())
        elif line and not line.startswith("#"):
            found.append(Requirement(line))
    return found


def _installed(pins: list[Requirement]) -> set[str]:
    """Names of all distributions that installing `pins` brings, what they ask for included."""
    known: set[tuple[str, str]] = set()
    waiting = [(canonicalize_name(one.name), extra) for one in pins for extra in ("", *one.extras)]
    while waiting:
        name, extra = waiting.pop()
        if (name, extra) in known:
            continue
        known.add((name, extra))
        for text in distribution(name).requires or []:
            asked = Requirement(text)
            if asked.marker is None or asked.marker.evaluate({"extra": extra}):
                waiting += [(canonicalize_name(asked.name), one) for one in ("", *asked.extras)]
    return {name for name, _ in known}


def _imports(places: tuple[str, ...]) -> dict[str, str]:
    """Each foreign top-level package, and one file that imports it."""
    found: dict[str, str] = {}
    for place in places:
        root = ROOT / place
        for path in [root] if root.is_file() else sorted(root.rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                names: list[str] = []
                if isinstance(node, ast.Import):
                    names = [one.name for one in node.names]
                elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
                    names = [node.module]
                for name in names:
                    found.setdefault(name.split(".")[0], str(path.relative_to(ROOT)))
    return {name: path for name, path in found.items() if name not in OURS and name not in sys.stdlib_module_names}


@pytest.mark.parametrize(("listed", "places"), [("requirements.txt", RUNTIME), ("requirements-dev.txt", TOOLS)])
def test_every_package_that_is_imported_comes_with_the_pinned_list(listed, places):
    brought, owners = _installed(_pins(listed)), packages_distributions()
    brought |= EXTRAS
    lucky = {
        f"{name} ({path})"
        for name, path in _imports(places).items()
        if not {canonicalize_name(one) for one in owners.get(name, [])} & brought
    }
    assert not lucky, f"imported, but {listed} does not bring it: {sorted(lucky)}"


def test_the_page_of_libraries_names_every_pin_in_its_version():
    page = (ROOT / "docs" / "libraries.md").read_text(encoding="utf-8")
    named = dict(
        re.findall(r"^\| ([A-Za-z0-9.-]+)(?: \([^)]*\))? \| ([\d.]+) \|", page.split("## In the browser")[0], re.M)
    )
    pinned = {one.name: str(next(iter(one.specifier)).version) for one in _pins("requirements.txt")}
    assert named == pinned
