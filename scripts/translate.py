"""Extracts the source strings, merges them into the catalogues and compiles them.

With --check nothing is written: it fails when a string lacks its Chinese, when a catalogue is out of date,
or when placeholders differ between the two languages.
"""

from __future__ import annotations

import argparse
import io
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
HOME = ROOT / "translations"
KEYWORDS = ["_l", "col:1", "_", "gettext", "lazy_gettext", "ngettext:1,2", "N_"]
PLACE = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")
# Texts of Flask-AppBuilder and WTForms that a person can meet; ours replace their incomplete Chinese.
FOREIGN = ROOT / "scripts" / "foreign_strings.txt"


def extract() -> Catalog:
    """All source strings of the project."""
    with tempfile.NamedTemporaryFile(suffix=".pot") as out:
        words = [part for k in KEYWORDS for part in ("-k", k)]
        command = [sys.executable, "-m", "babel.messages.frontend", "extract", "-F", str(ROOT / "babel.cfg"), *words]
        command += ["--no-location", "--sort-output", "-o", out.name, "app"]
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
        with Path(out.name).open("rb") as source:
            template = read_po(source)
    for line in FOREIGN.read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            template.add(line)
    return template


def catalogue(language: str) -> Catalog:
    """What is on disk for a language, or an empty one."""
    path = HOME / language / "LC_MESSAGES" / "messages.po"
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as source:
        return read_po(source, locale=language)


def merged(language: str, template: Catalog) -> Catalog:
    """The language's catalogue with just the strings that exist; English says what the source says."""
    old = catalogue(language)
    new = Catalog(locale=language, fuzzy=False, project="gongjiu", version="1", header_comment="# 公就")
    for message in template:
        if not message.id:
            continue
        known = old.get(message.id, context=message.context)
        text = known.string if known else ""
        if language == "en" and not text:
            text = message.id
        new.add(message.id, text, context=message.context)
    return new


def faults(language: str, book: Catalog) -> list[str]:
    """What is missing or inconsistent."""
    found = []
    for message in book:
        if not message.id:
            continue
        sources = message.id if isinstance(message.id, tuple) else (message.id,)
        texts = message.string if isinstance(message.string, tuple) else (message.string,)
        if not any(texts) or not texts[0]:
            found.append(f"{language}: no words for {sources[0]!r}")
        elif sorted(set(PLACE.findall(sources[-1]))) != sorted(set(PLACE.findall(texts[-1]))):
            found.append(f"{language}: placeholders differ in {sources[0]!r} -> {texts[0]!r}")
    return found


def as_po(book: Catalog) -> bytes:
    """The catalogue's text, without dates, so that it changes only when words do."""
    out = io.BytesIO()
    write_po(out, book, omit_header=False, sort_output=True, width=100)
    keep = (b"POT-Creation-Date", b"PO-Revision-Date", b"Generated-By", b"Last-Translator", b"Language-Team")
    lines = [line for line in out.getvalue().splitlines() if not any(k in line for k in keep)]
    return b"\n".join(lines) + b"\n"


def main() -> int:
    """Exit status 1 when something is missing or, with --check, out of date."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    template, bad = extract(), []
    for language in ("zh", "en"):
        book = merged(language, template)
        bad += faults(language, book)
        folder = HOME / language / "LC_MESSAGES"
        po, mo = folder / "messages.po", folder / "messages.mo"
        compiled = io.BytesIO()
        write_mo(compiled, book)
        if check:
            if not po.exists() or po.read_bytes() != as_po(book):
                bad.append(f"{language}: the catalogue is out of date; run make translate")
            continue
        folder.mkdir(parents=True, exist_ok=True)
        po.write_bytes(as_po(book))
        mo.write_bytes(compiled.getvalue())
    for line in bad:
        print(line)
    print(f"{len(list(template))} strings, {len(bad)} faults")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
