"""`flask --app app check postings FILE --out OUT`: labels and the words they rest on, for every row in its order."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

REAL = Path(__file__).resolve().parents[3] / "shared" / "data" / "real_postings.csv"
HEAD = "posting_no,title,unit_name,benefits,pay,description\n"


def check(app, tmp_path, data: bytes, name: str = "in.csv"):
    source, out = tmp_path / name, tmp_path / "out.csv"
    source.write_bytes(data)
    result = app.test_cli_runner().invoke(args=["check", "postings", str(source), "--out", str(out)])
    rows = list(csv.DictReader(out.read_text(encoding="utf-8").splitlines())) if out.exists() else []
    return result, rows


def test_labels_and_evidence_of_each_row_in_order(app, tmp_path):
    text = HEAD + (
        '7,前台,某公司,五险一金,4-6千/月,"要求：女，25-35岁，五官端正，有意者加微信 abc12345"\n'
        "8,会计,某公司,五险一金,6-8千/月,负责记账与报税，不收取任何费用，男女不限。\n"
        '9,司机,某公司,,6-8千/月,"须缴纳押金500元"\n'
    )
    result, rows = check(app, tmp_path, text.encode())
    assert result.exit_code == 0, result.output
    assert [r["posting_no"] for r in rows] == ["7", "8", "9"]
    assert list(rows[0]) == ["posting_no", "labels", "evidence"]
    assert {"GENDER", "AGE", "APPEARANCE", "CONTACT"} <= set(rows[0]["labels"].split("|"))
    assert "五官端正" in rows[0]["evidence"].split("|")
    assert (rows[1]["labels"], rows[1]["evidence"]) == ("", "")
    assert rows[2]["labels"] == "FEE"


def test_a_file_needs_only_number_and_duties(app, tmp_path):
    result, rows = check(app, tmp_path, "posting_no,description\n1,限女性\n".encode("gb18030"))
    assert (result.exit_code, rows[0]["labels"]) == (0, "GENDER")


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"posting_no,title\n1,x\n", "import_missing_column"),
        (HEAD.encode("utf-16"), "import_encoding"),
        (b'posting_no,description\n1,"x\n', "import_broken"),
        (b"", "import_empty"),
    ],
)
def test_an_unreadable_file_is_answered_in_words(app, tmp_path, data, code):
    result, rows = check(app, tmp_path, data)
    assert result.exit_code == 2
    assert f"[{code}]" in result.output
    assert "Traceback" not in result.output
    assert rows == []


def test_no_cell_of_the_answer_is_computed_by_a_spreadsheet(app, tmp_path):
    _, rows = check(app, tmp_path, b"posting_no,description\n=1+1,x\n")
    assert rows[0]["posting_no"] == "'=1+1"


@pytest.mark.slow  # 788 real texts: two seconds of language rules
@pytest.mark.skipif(not REAL.exists(), reason="real_postings.csv is not beside the project")
def test_every_real_posting_gets_its_line(app, tmp_path):
    result, rows = check(app, tmp_path, REAL.read_bytes())
    assert result.exit_code == 0
    with REAL.open(encoding="utf-8-sig", newline="") as stream:
        assert [r["posting_no"] for r in rows] == [r["posting_no"] for r in csv.DictReader(stream)]
    assert 50 < sum(bool(r["labels"]) for r in rows) < 500
