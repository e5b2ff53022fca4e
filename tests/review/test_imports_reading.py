"""Files of every sad kind: read, or refused for the whole file with a code and the line."""

from __future__ import annotations

import datetime
import io
import re
import tracemalloc
import zipfile

import openpyxl
import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from app.review.imports.reading import read_table
from app.review.imports.table import Limits
from app.review.imports.workbook import shown
from app.rules.refused import Refused

HEAD = "posting_no,title,unit_name,pay,description\r\n"
CHINESE = HEAD + "1,行政专员,示例贸易有限公司,6-8千/月,负责公司的档案管理及各类文件资料的鉴定\r\n"


def refusal(data: bytes, limits: Limits | None = None) -> Refused:
    with pytest.raises(Refused) as caught:
        read_table(data, limits)
    assert caught.value.field == "file"
    return caught.value


def workbook(*rows: list[object], **names: object) -> bytes:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    for place, value in names.items():
        book.active[place] = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk"])
def test_the_encodings_people_use_give_the_same_table(encoding):
    table = read_table(CHINESE.encode(encoding))
    assert table.header == ("posting_no", "title", "unit_name", "pay", "description")
    assert table.rows[0].cells[1:3] == ("行政专员", "示例贸易有限公司")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "big5"])
def test_another_encoding_is_refused_not_turned_into_nonsense(encoding):
    text = CHINESE.replace("专员", "專員").replace("档案", "檔案").replace("资料", "資料").replace("鉴", "鑑")
    text = text.replace("责", "責").replace("贸", "貿").replace("单", "單").replace("负", "負").replace("类", "類")
    assert refusal(text.encode(encoding, "ignore")).code == "import_encoding"


def test_a_damaged_utf8_file_is_refused_with_the_line():
    data = (CHINESE * 1).encode() + "2,会计,示例贸易".encode() + b"\xff" + "有限公司,6-8千/月,按月结账报税\r\n".encode()
    found = refusal(data)
    assert (found.code, found.facts["line"]) == ("import_encoding", 3)


def test_lines_are_counted_through_quoted_line_breaks():
    table = read_table((HEAD + '1,a,b,c,"one\r\ntwo, ""three"""\r\n\r\n2,d,e,f,g\r\n').encode())
    assert [(r.line, r.cells[4]) for r in table] == [(2, 'one\r\ntwo, "three"'), (5, "g")]


@pytest.mark.parametrize(
    ("body", "line"),
    [
        ('1,a,b,c,"never closed\r\n2,d,e,f,g\r\n', 2),
        ('1,a,b,c,d\r\n2,"d"x,e,f,g\r\n', 3),
        ("1,a,b,c," + "x" * 200_000, 2),
    ],
)
def test_broken_quotes_are_refused_with_the_line(body, line):
    found = refusal((HEAD + body).encode())
    assert (found.code, found.facts["line"]) == ("import_broken", line)


def test_five_thousand_columns_are_refused():
    wide = ",".join(f"c{n}" for n in range(5000))
    found = refusal((wide + "\n" + wide).encode())
    assert (found.code, found.facts) == ("import_too_many_columns", {"columns": 5000, "limit": 200})


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", b" \r\n \r\n", HEAD.encode(), b",,,\r\n,,,\r\n"])
def test_a_file_without_a_row_is_empty(data):
    assert refusal(data).code == "import_empty"


def test_too_large_too_many_rows_and_repeated_columns():
    assert refusal(b"a\n" * 60, Limits(size=100)).code == "import_too_large"
    assert refusal(b"a\n" + b"1\n" * 9, Limits(rows=8)).facts == {"rows": 9, "limit": 8}
    assert refusal(b"a,b,a\n1,2,3\n").facts == {"columns": "a"}


@pytest.mark.parametrize("data", [b"%PDF-1.7", b"\x89PNG\r\n\x1a\n", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"])
def test_what_is_no_table_is_named_so(data):
    assert refusal(data + b"\0" * 40).code == "import_format"


def test_other_separators_of_office_programs():
    assert read_table("标题\t单位\n会计\t某某公司".encode()).rows[0].cells == ("会计", "某某公司")
    assert read_table("标题;单位\n会计;某某公司".encode()).header == ("标题", "单位")


def test_a_workbook_shows_what_people_see():
    day = datetime.date(2026, 12, 31)
    table = read_table(
        workbook(["no", "title ", "day", "x"], [2026, "会计", day, 4.5], [None, None, None, None], [7, "b", "", True])
    )
    assert table.header == ("no", "title", "day", "x")
    assert [(r.line, r.cells) for r in table] == [
        (2, ("2026", "会计", "2026-12-31", "4.5")),
        (4, ("7", "b", "", "TRUE")),
    ]


def test_a_formula_in_a_workbook_stays_text_and_is_marked():
    table = read_table(workbook(["no", "title"], [1, '=HYPERLINK("http://x","y")'], [2, "plain"]))
    assert table.rows[0].cells == ("1", '=HYPERLINK("http://x","y")')
    assert table.rows[0].formulas == {1}
    assert not table.rows[1].formulas


def test_a_cell_in_the_farthest_corner_costs_no_memory():
    """A dense reader would lay out 17 billion cells; the sheet is measured first."""
    assert refusal(workbook(["a"], [1], XFD9="x")).code == "import_too_many_columns"
    assert refusal(workbook(["a"], [1], A1048576="x")).code == "import_too_many_rows"


def test_a_zip_bomb_and_a_damaged_workbook_are_refused():
    good = workbook(["a"], [1])
    assert refusal(good, Limits(unpacked=1000)).code == "import_too_large"
    assert refusal(good[: len(good) // 2]).code == "import_damaged"
    other = io.BytesIO()
    with zipfile.ZipFile(other, "w") as package:
        package.writestr("readme.txt", "no workbook")
    assert refusal(other.getvalue()).code == "import_damaged"


def test_an_entity_in_a_workbook_is_not_expanded():
    source, out = zipfile.ZipFile(io.BytesIO(workbook(["a"], [1]))), io.BytesIO()
    with zipfile.ZipFile(out, "w") as package:
        for name in source.namelist():
            text = source.read(name)
            if name == "xl/worksheets/sheet1.xml":
                text = b'<!DOCTYPE x [<!ENTITY e "boom">]>' + re.sub(rb"^<\?xml[^>]*\?>", b"", text)
            package.writestr(name, text)
    assert refusal(out.getvalue()).code == "import_damaged"


def relabelled(data: bytes, change) -> bytes:
    """The workbook with the content of its members changed."""
    source, out = zipfile.ZipFile(io.BytesIO(data)), io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name in source.namelist():
            package.writestr(name, change(source.read(name)))
    return out.getvalue()


def test_one_long_text_shared_by_many_cells_is_measured():
    """Each cell would be read out in full: 2,000 cells of 100,000 characters out of a file of some kilobytes."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out) as book:
        sheet = book.add_worksheet()
        for line in range(2000):
            sheet.write_string(line, 0, "x")
    data = relabelled(out.getvalue(), lambda content: content.replace(b">x<", b">" + b"x" * 100_000 + b"<"))
    assert len(data) < 100_000
    assert refusal(data, Limits(unpacked=10_000_000)).code == "import_too_large"


def test_a_member_that_grows_beyond_what_it_says_is_refused():
    data = bytearray(relabelled(workbook(["a"], ["x"]), lambda content: content + b" " * 1_000_000))
    place = data.index(b"PK\x01\x02")
    while place >= 0:  # every entry of the directory says ten bytes
        data[place + 24 : place + 28] = (10).to_bytes(4, "little")
        place = data.find(b"PK\x01\x02", place + 4)
    assert refusal(bytes(data)).code == "import_damaged"


def test_two_members_of_one_name_are_refused():
    out = io.BytesIO(workbook(["a"], ["x"]))
    with zipfile.ZipFile(out, "a") as package, pytest.warns(UserWarning, match="Duplicate"):
        package.writestr("xl/workbook.xml", b"<workbook/>")
    assert refusal(out.getvalue()).code == "import_damaged"


@pytest.mark.slow  # the largest list the command line takes
def test_the_longest_list_is_read_in_bounded_memory():
    text = "posting_no,title\n" + "".join(f"{n},行政专员{n}\n" for n in range(20_000))
    data = text.encode()
    tracemalloc.start()
    try:
        assert len(read_table(data)) == 20_000
        assert tracemalloc.get_traced_memory()[1] < 40 * len(data)
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("value", "text"),
    [(2026.0, "2026"), (0.1 + 0.2, "0.3"), (False, "FALSE"), (datetime.datetime(2026, 1, 2), "2026-01-02"), (None, "")],  # noqa: DTZ001 - as a sheet has it
)
def test_values_as_text(value, text):
    assert shown(value) == text


@given(st.binary(max_size=400))
def test_no_bytes_break_the_reader(data):
    """Whatever is uploaded: a table or a refusal, never another error."""
    try:
        table = read_table(data)
    except Refused as refused:
        assert refused.code.startswith("import_")
    else:
        assert table.rows
        assert not any("\0" in cell for row in table for cell in row.cells)
