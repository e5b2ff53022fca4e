"""Rules about the code itself: what design.md promises and a reader would otherwise have to check by eye."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SOURCES = sorted((ROOT / "app").rglob("*.py"))
TEMPLATES = sorted((ROOT / "app" / "templates").rglob("*.html"))
MIGRATIONS = ROOT / "app" / "migrations"


@cache
def trees() -> list[tuple[Path, ast.Module]]:
    return [(path, ast.parse(path.read_text(encoding="utf-8"))) for path in SOURCES]


def test_only_the_review_layer_writes_a_status():
    guilty = []
    for path, tree in trees():
        if path.is_relative_to(ROOT / "app" / "review") or path.is_relative_to(MIGRATIONS):
            continue
        for node in ast.walk(tree):
            if _writes_status(node):
                guilty.append(f"{path.relative_to(ROOT)}:{node.lineno}")
            if isinstance(node, ast.keyword) and node.arg == "status" and _is_update(tree, node):
                guilty.append(f"{path.relative_to(ROOT)}:{node.value.lineno}")
    assert not guilty


WORK_ITEMS = {"work", "answer", "response"}  # a form's or an answer's HTTP status is not a row's


def _writes_status(node: ast.AST) -> bool:
    if not (isinstance(node, ast.Attribute) and node.attr == "status" and isinstance(node.ctx, ast.Store)):
        return False
    return not (isinstance(node.value, ast.Name) and node.value.id in WORK_ITEMS)


def _is_update(tree: ast.Module, keyword: ast.keyword) -> bool:
    calls = (n for n in ast.walk(tree) if isinstance(n, ast.Call) and keyword in n.keywords)
    return any(isinstance(c.func, ast.Attribute) and c.func.attr in {"values", "update"} for c in calls)


@cache
def refused_codes() -> dict[str, str]:
    found = {}
    for path, tree in trees():
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id == "Refused"
                and node.args
            ):
                first = node.args[0]
                if isinstance(first, ast.Constant) and isinstance(first.value, str):
                    found[first.value] = f"{path.relative_to(ROOT)}:{node.lineno}"
    return found


def test_every_refusal_has_words():
    from app.views import words

    silent = {code: where for code, where in refused_codes().items() if not words.known(code)}
    assert not silent
    assert len(refused_codes()) > 30


def test_every_table_and_column_is_described():
    from flask_appbuilder import Model

    import app.models  # noqa: F401

    bare = [
        f"{table.name}.{column.name}"
        for table in Model.metadata.tables.values()
        if not table.name.startswith("ab_")
        for column in table.columns
        if not column.comment
    ]
    assert not bare


def test_every_column_shown_has_a_label():
    from flask_appbuilder import Model

    import app.models  # noqa: F401

    bare = [
        f"{mapper.class_.__name__}.{column.key}"
        for mapper in Model.registry.mappers
        if not mapper.local_table.name.startswith("ab_")
        for column in mapper.columns
        if not column.info.get("label")
    ]
    assert not bare


def test_no_file_grows_beyond_its_room():
    long = {
        str(p.relative_to(ROOT)): n
        for p in SOURCES
        if (n := len(p.read_text().splitlines())) > 400 and MIGRATIONS not in p.parents
    }
    assert not long


def test_no_dustbins():
    assert not [p for p in SOURCES if p.name in {"utils.py", "helpers.py", "common.py", "misc.py"}]


@pytest.mark.parametrize("folder", ["app/templates", "app/static/app"])
def test_pages_hold_no_inline_script_or_style(folder):
    guilty = []
    for path in (ROOT / folder).rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        if re.search(r"<script(?![^>]*\bsrc=)[^>]*>|<style|\sstyle=|\son[a-z]+=", text):
            guilty.append(str(path.relative_to(ROOT)))
    assert not guilty


def test_what_a_page_asks_by_itself_keeps_no_session_alive():
    from app.views.sessions import POLL_HEADER, POLLS

    texts = [path.read_text(encoding="utf-8") for path in TEMPLATES]
    found = [(text, at) for text in texts for at in re.finditer(r'hx-trigger="[^"]*\bevery\b', text)]
    assert len(found) >= 5
    for text, at in found:
        tag = text[text.rfind("<", 0, at.start()) : text.find(">", at.end())]
        named = re.search(r"hx-get=\"\{\{ url_for\('([\w.]+)'", tag)
        assert (named and named[1] in POLLS) or f'"{POLL_HEADER}"' in tag, tag


def test_nothing_is_fetched_from_elsewhere():
    guilty = []
    for path in [*(ROOT / "app/templates").rglob("*.html"), *(ROOT / "app/static/app").rglob("*")]:
        if path.is_file() and re.search(
            r"(?:src|href)=[\"']https?://|url\(https?://", path.read_text(encoding="utf-8")
        ):
            guilty.append(str(path.relative_to(ROOT)))
    assert not guilty


def test_every_setting_is_documented():
    text = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    used = set(re.findall(r'env\.get\("([A-Z_0-9]+)"', (ROOT / "config.py").read_text())) | {
        "SECRET_KEY",
        "FIELD_KEYS",
        "INDEX_KEY",
    }
    assert not {name for name in used if f"`{name}`" not in text}


FEATURES = {"SG": 69, "TJ": 72, "GD": 62, "HL": 102, "ZX": 45}  # rows of the matrix, 350 in all


def features_by_section(text: str) -> dict[str, list[str]]:
    """Id -> the sections of the coverage table that list it; a range stands for all its ids."""
    found: dict[str, list[str]] = {}
    for section in re.split(r"^## ", text.split("## What the matrix has no id for")[0], flags=re.M)[1:]:
        title = section.split("\n")[0]
        for prefix, first, last in re.findall(r"\b([A-Z]{2})-(\d+)(?: … \1-(\d+))?", section):
            for number in range(int(first), int(last or first) + 1):
                found.setdefault(f"{prefix}-{number:02d}", []).append(title)
    return found


def test_every_feature_has_one_place_in_the_coverage_table():
    """Works, works partly, or not yet: each id of the matrix once, so that no two rows say different things of it."""
    text = (ROOT / "docs" / "coverage.md").read_text(encoding="utf-8")
    assert not [one for one in re.findall(r"\b[A-Z]{2}-\d+\b", text) if not re.fullmatch(r"[A-Z]{2}-\d{2,3}", one)]
    found = features_by_section(text)
    assert {one: where for one, where in found.items() if len(where) > 1} == {}
    every = {f"{prefix}-{number:02d}" for prefix, most in FEATURES.items() for number in range(1, most + 1)}
    assert set(found) ^ every == set()
    sections = Counter(where[0] for where in found.values())
    told = re.search(r"(\d+) are covered, (\d+) partly, (\d+) not yet", text)
    assert told is not None
    assert [int(one) for one in told.groups()] == [sections[name] for name in ("Covered", "Partly", "Not yet")]


def named_test(name: str) -> bool:
    """Whether a file, files, or a test in a file is there."""
    path, _colons, function = name.partition("::")
    return any(not function or f"\ndef {function}(" in file.read_text("utf-8") for file in ROOT.glob(path))


def test_every_test_named_in_the_coverage_table_exists():
    text = (ROOT / "docs" / "coverage.md").read_text(encoding="utf-8")
    named = set(re.findall(r"`(tests/[^`]+)`", text))
    assert len(named) > 50
    assert not [name for name in named if not named_test(name)]
    covered = text.split("## Covered")[1].split("## Partly")[0]
    vague = [line[:40] for line in covered.splitlines() if re.match(r"\| [A-Z]{2}-\d", line) and "::test_" not in line]
    assert vague == [], "a row that is covered names the very tests"
    rows = [line for line in text.split("## Not yet")[0].splitlines() if re.match(r"\| [A-Z]{2}-\d", line)]
    assert not [line for line in rows if "`tests/" not in line]


def test_importing_the_rules_loads_no_framework():
    import subprocess
    import sys

    code = "import sys, app.rules.positions, app.rules.checks; print([m for m in ('flask','sqlalchemy') if m in sys.modules])"
    out = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert out.stdout.strip() == "[]"


def _refusals_let_through(tree: ast.AST) -> Iterator[int]:
    """Lines where a refusal is made and comes to nothing: returned by a function that does not say so, or not used at all."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and _makes_refusal(node.value):
            yield node.lineno
        if isinstance(node, ast.FunctionDef) and "Refused" not in (ast.unparse(node.returns) if node.returns else ""):
            yield from (
                one.lineno for one in ast.walk(node) if isinstance(one, ast.Return) and _makes_refusal(one.value)
            )


def _makes_refusal(value: ast.expr | None) -> bool:
    return isinstance(value, ast.Call) and isinstance(value.func, ast.Name) and value.func.id == "Refused"


def test_no_refusal_is_let_through():
    """A `return` where `raise` was meant would open what is to stay shut."""
    through = [f"{path.relative_to(ROOT)}:{line}" for path, tree in trees() for line in _refusals_let_through(tree)]
    assert through == []
    slip = "def save(self, row) -> None:\n    if not row:\n        return Refused('no')\n    Refused('no')\n"
    assert list(_refusals_let_through(ast.parse(slip))) == [3, 4]
