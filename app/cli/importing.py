"""Lists imported from the command line: `flask --app app import postings FILE --region CODE`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

import click
from flask.cli import AppGroup
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table as Grid

from app.cli.saying import both, refusing
from app.extensions import db
from app.review.imports.columns import Note
from app.review.imports.plan import Result, dry_run
from app.review.imports.postings import Options
from app.review.imports.reading import read_table
from app.review.imports.run import perform
from app.review.imports.table import Table
from app.rules.actor import CLOCK
from app.rules.dates import today
from app.rules.positions import VALID_DAYS_LIMIT, VALID_DAYS_USUAL
from app.views import import_words

group = AppGroup("import", help="Lists taken in with a check of every row.")

ROWS_REFUSED: Final = 1  # exit status: some rows were left out, each of them named
REMARKS_SHOWN: Final = 20


@group.command("postings")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--region", required=True, metavar="CODE", help="Division whose bureau reviews the postings, such as 310120."
)
@click.option("--dry-run", "dry", is_flag=True, help="Check every row and say what would happen; write nothing.")
@click.option("--map", "chosen", multiple=True, metavar="COLUMN=FIELD", help="Which column is which field; repeatable.")
@click.option(
    "--headcount", type=click.IntRange(1), default=1, show_default=True, help="People wanted, where not stated."
)
@click.option(
    "--valid-days", type=click.IntRange(1, VALID_DAYS_LIMIT), default=VALID_DAYS_USUAL, show_default=True,
    help="Days of validity, where not stated.",
)  # fmt: skip
def postings(file: Path, region: str, dry: bool, chosen: tuple[str, ...], headcount: int, valid_days: int) -> None:
    """Import the postings of FILE (CSV or xlsx) as submitted, their units as imported and unverified.

    Every row lands or is named with line and column. Repeating it changes nothing; after a break it goes on.
    Exit status: 0 all landed or were there, 1 some rows were left out, 2 the file was refused.
    """
    with refusing(file.name):
        options = Options(region, headcount, valid_days, dict(_pair(text) for text in chosen))
        table = read_table(file.read_bytes())
        if dry:
            result = dry_run(db.session, table, options, today())
        else:
            result = _with_bar(table, options, file.name)
    _say(result, dry)
    sys.exit(ROWS_REFUSED if result.errors else 0)


def _pair(text: str) -> tuple[str, str]:
    heading, mark, key = text.rpartition("=")
    if not mark:
        raise click.BadParameter(f"{text!r}: COLUMN=FIELD", param_hint="--map")
    return heading.strip(), key.strip()


def _with_bar(table: Table, options: Options, name: str) -> Result:
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task(name, total=len(table))
        return perform(
            db.session, CLOCK, table, options, today(),
            file_name=name, progress=lambda done, _total: bar.update(task, completed=done),
        )  # fmt: skip


def _say(result: Result, dry: bool) -> None:
    for note in result.errors:
        click.echo(f"✗ {_line(note)}", err=True)
    for note in result.remarks[:REMARKS_SHOWN]:
        click.echo(f"! {_line(note)}", err=True)
    if len(result.remarks) > REMARKS_SHOWN:
        click.echo(f"! … {len(result.remarks)} 条提示 / remarks", err=True)
    grid = Grid("", "行 / rows")
    would = ("将新增 / would be created", "将新建单位 / units that would be created")
    done = ("新增 / created", "新建单位 / units created")
    for words, count in (
        ("总行数 / rows in the file", result.total),
        ((would if dry else done)[0], result.created),
        ("已存在、未变动 / already there, unchanged", result.unchanged),
        ("未导入（见上） / left out, named above", result.refused_rows),
        ((would if dry else done)[1], result.units_created),
    ):
        grid.add_row(words, str(count))
    Console().print(grid)
    if dry:
        click.echo("试运行：没有写入任何数据 / dry run: nothing was written")


def _line(note: Note) -> str:
    where = f"第{note.line}行 line {note.line}, {note.letter} {note.column}".rstrip(", ")
    value = f" “{note.value}”" if note.value else ""
    return f"{where}{value}: {both(import_words.problem, note)} [{note.code}]"
