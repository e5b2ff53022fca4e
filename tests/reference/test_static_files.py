"""Vendored browser files and the icon sprite: exact, licensed, fit for a strict Content-Security-Policy."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
VENDOR = ROOT / "app" / "static" / "vendor"
ENTRIES = json.loads((ROOT / "scripts" / "vendor.json").read_text(encoding="utf-8"))
# Namespaces and links inside comments; everything else would be fetched.
HARMLESS = re.compile(r"https?://(?:www\.w3\.org/|getbootstrap\.com|github\.com/|fengyuanchen\.github\.io)")


@pytest.mark.parametrize("name", ENTRIES)
def test_library_is_vendored_with_exact_version_and_licence(name: str) -> None:
    entry = ENTRIES[name]
    assert re.fullmatch(r"\d+\.\d+\.\d+", entry["version"])
    assert "LICENSE" in entry["files"].values()
    home = ROOT / entry["place"] if "place" in entry else VENDOR / entry.get("folder", name)
    for target in entry["files"].values():
        assert (home / target).stat().st_size > 500


@pytest.mark.parametrize("path", sorted(VENDOR.rglob("*.min.*")), ids=lambda path: path.name)
def test_nothing_is_fetched_from_outside(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    links = re.findall(r"https?://[^\s\"')]+", text)
    assert [link for link in links if not HARMLESS.match(link)] == []
    assert "sourceMappingURL" not in text
    targets = re.findall(r"url\(\s*[\"']?([^\"')\s]+)", text)
    assert all(target.startswith(("data:", "#")) for target in targets)


def test_sprite_holds_exactly_the_listed_icons() -> None:
    names = (ROOT / "scripts" / "icons.txt").read_text(encoding="utf-8").split()
    sprite = (ROOT / "app" / "static" / "app" / "icons.svg").read_text(encoding="utf-8")
    assert re.findall(r'<symbol id="i-([a-z0-9-]+)" viewBox="0 0 24 24">', sprite) == names
    assert names == sorted(set(names))
    assert "style=" not in sprite and "stroke=" not in sprite


def test_templates_use_only_icons_of_the_sprite() -> None:
    known = set((ROOT / "scripts" / "icons.txt").read_text(encoding="utf-8").split())
    used: dict[str, str] = {}
    for path in (ROOT / "app" / "templates").rglob("*.html"):
        for icon in re.findall(r"#i-([a-z0-9-]+)[\"']", path.read_text(encoding="utf-8")):
            used[icon] = path.name
    assert {icon: used[icon] for icon in used.keys() - known} == {}
