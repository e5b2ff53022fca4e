"""Which kind of file it is, told by its content, never by its name."""

from __future__ import annotations

from typing import Final

from app.review.imports.delimited import read_delimited
from app.review.imports.table import Limits, Table, check_size
from app.review.imports.workbook import read_workbook
from app.rules.refused import Refused

_ZIP: Final = b"PK\x03\x04"
# Old .xls files, and any workbook locked with a password, are of this kind; pictures and PDF are sent by mistake.
_OTHER: Final = (b"\xd0\xcf\x11\xe0", b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc\xaf")


def read_table(data: bytes, limits: Limits | None = None, separator: str = "") -> Table:
    """The table in a CSV or xlsx file; `separator` overrules what the text file itself suggests.

    Raises Refused, always with field "file": import_empty, import_too_large, import_format (neither CSV nor xlsx),
    import_encoding (line), import_broken (line), import_damaged (an xlsx), import_too_many_columns,
    import_too_many_rows, import_repeated_column (columns).
    """
    bounds = limits or Limits()
    check_size(len(data), bounds)
    if not data.strip():
        raise Refused("import_empty", "file")
    if data.startswith(_OTHER):
        raise Refused("import_format", "file")
    return read_workbook(data, bounds) if data.startswith(_ZIP) else read_delimited(data, bounds, separator)
