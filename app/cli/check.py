"""The language checks on a list of postings, from the command line: which labels, and the words they rest on."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import click
from flask.cli import AppGroup

from app.cli.saying import refusing
from app.review.imports.columns import Column, Reader, is_formula, match
from app.review.imports.postings import COLUMNS
from app.review.imports.reading import read_table
from app.review.imports.table import Limits, Table
from app.rules.language import label_row

group = AppGroup("check", help="Automatic checks on files.")

OUT_COLUMNS: Final = ("posting_no", "labels", "evidence")
_TEXTS: Final = ("title", "benefits", "description")
# Only the number and the duties must be there: a list of texts is judged, not imported.
CHECKED: Final = tuple(
    Column(c.key, c.names, needed=c.key in ("posting_no", "description"))
    for c in COLUMNS
    if c.key in ("posting_no", *_TEXTS)
)
LIMITS: Final = Limits(size=200 * 1024 * 1024, rows=1_000_000)


@group.command("postings")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--out", required=True, type=click.Path(dir_okay=False, writable=True, path_type=Path), help="CSV to write."
)
def postings(file: Path, out: Path) -> None:
    """Label every posting of FILE (CSV or xlsx); write posting_no, labels and evidence, joined by |, in its order."""
    with refusing(file.name):
        table = read_table(file.read_bytes(), LIMITS)
        places = match(CHECKED, table.header)
    labelled = 0
    with out.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(OUT_COLUMNS)
        for number, labels, evidence in _judged(table, places):
            labelled += bool(labels)
            writer.writerow([_inert(number), labels, _inert(evidence)])
    click.echo(f"{len(table)} rows, {labelled} with labels 共{len(table)}条，{labelled}条有标签 → {out}")


def _judged(table: Table, places: dict[str, int]) -> Iterator[tuple[str, str, str]]:
    for row in table:
        reader = Reader(row, places, table.header)
        yield reader["posting_no"], *label_row({key: reader[key] for key in _TEXTS})


def _inert(cell: str) -> str:
    """A cell that a spreadsheet will not compute."""
    return f"'{cell}" if is_formula(cell) else cell
