"""`flask --app app import postings FILE --region CODE`: exit status, words in both languages, dry run, mapping."""

from __future__ import annotations

import pytest
from sqlalchemy import func, select

from app.models.positions import Posting
from app.models.system import ImportRun

HEAD = "posting_no,title,unit_name,pay,description\n"
ROW = "A1,行政专员,示例贸易有限公司,6-8千/月,负责公司档案、会务与日常采购，协助处理来访。要求做事细心\n"


@pytest.fixture
def command(app, session, tmp_path):
    """Runs the command on a file with these bytes."""

    def run(data: bytes, *more: str):
        path = tmp_path / "list.csv"
        path.write_bytes(data)
        return app.test_cli_runner().invoke(args=["import", "postings", str(path), "--region", "310120", *more])

    return run


def landed(session) -> int:
    return session.scalar(select(func.count()).select_from(Posting).where(Posting.source == "import"))


def test_all_rows_land(command, session):
    result = command((HEAD + ROW).encode())
    assert result.exit_code == 0, result.output
    assert landed(session) == 1
    again = command((HEAD + ROW).encode())
    assert again.exit_code == 0
    assert landed(session) == 1


def test_a_bad_row_is_named_with_line_and_column_and_the_others_land(command, session):
    result = command((HEAD + ROW + "A2,,示例贸易有限公司,??,文字\n").encode())
    assert result.exit_code == 1
    assert "第3行 line 3" in result.output
    assert "B title" in result.output
    assert "[cell_empty]" in result.output
    assert "D pay" in result.output
    assert landed(session) == 1


def test_a_dry_run_writes_nothing(command, session):
    result = command((HEAD + ROW).encode(), "--dry-run")
    assert result.exit_code == 0
    assert landed(session) == 0
    assert session.scalar(select(func.count()).select_from(ImportRun)) == 0


def test_columns_may_be_named(command, session):
    data = (HEAD.replace("title", "招什么人") + ROW).encode()
    refused = command(data)
    assert (refused.exit_code, "[import_missing_column]" in refused.output) == (2, True)
    assert command(data, "--map", "招什么人=title", "--headcount", "3", "--valid-days", "30").exit_code == 0
    assert session.scalars(select(Posting.headcount).where(Posting.source == "import")).all() == [3]


@pytest.mark.parametrize(
    ("data", "more", "code"),
    [
        (HEAD.encode("utf-16"), (), "import_encoding"),
        ((HEAD + '1,"x').encode(), (), "import_broken"),
        ((",".join(f"c{n}" for n in range(5000)) + "\n1\n").encode(), (), "import_too_many_columns"),
        ((HEAD + ROW).encode(), ("--region", "999999"), "import_unknown_region"),
        ((HEAD + ROW).encode(), ("--map", "没有=title"), "import_unknown_column"),
        (b"", (), "import_empty"),
    ],
)
def test_an_unreadable_file_is_answered_in_words_not_with_a_traceback(command, session, data, more, code):
    result = command(data, *more)
    assert result.exit_code == 2
    assert f"[{code}]" in result.output
    assert "Traceback" not in result.output
    assert landed(session) == 0
