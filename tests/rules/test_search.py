"""Chinese search tokens, in Python and in the real PostgreSQL; initials of names."""

import csv
import unicodedata
from pathlib import Path

import psycopg
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.rules.names import initials, pinyin, text_initials
from app.rules.search import phrase, query_tokens, tokens, tsquery, tsvector_text

REAL = Path(__file__).parents[3] / "shared" / "data" / "real_postings.csv"
MIXED = st.text(st.sampled_from("公共就业服务𠮷䶮C+#'\\&|!:*() 1２abZéß。·\n-"), max_size=24)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("电焊工", ["电", "焊", "工", "电焊", "焊工"]),
        ("C++工程师 ＪＡＶＡ", ["c++", "工", "程", "师", "工程", "程师", "java"]),
        ("三班倒,12小时", ["三", "班", "倒", "三班", "班倒", "12", "小", "时", "小时"]),
        ("𠮷田", ["𠮷", "田", "𠮷田"]),
        ("二〇二六", ["二", "〇", "六", "二〇", "〇二", "二六"]),
        ("工工工", ["工", "工工"]),
        ("snake_case e-mail", ["snake", "case", "e", "mail"]),
        ("", []),
        ("!?。 ", []),
    ],
)
def test_tokens(text, expected):
    assert tokens(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("焊", ["焊"]),
        ("焊工", ["焊工"]),
        ("电焊工", ["电焊", "焊工"]),
        ("Java 工", ["java", "工"]),
        ("c#", ["c#"]),
        ("  ", []),
    ],
)
def test_query_tokens(text, expected):
    assert query_tokens(text) == expected


@given(MIXED, st.data())
def test_a_text_is_found_by_any_run_of_its_own_ideographs(text, data):
    han = [run for run in "".join(c if "\u4e00" <= c <= "\u9fff" else " " for c in text).split() if run]
    for run in han:
        start = data.draw(st.integers(0, len(run) - 1))
        end = data.draw(st.integers(start + 1, len(run)))
        assert set(query_tokens(run[start:end])) <= set(tokens(text))


@given(st.text(max_size=40))
def test_a_text_is_found_by_itself(text):
    assert set(query_tokens(text)) <= set(tokens(text))


def test_a_phrase_ignores_width_case_and_blanks():
    assert phrase("Ｊａｖａ 工程师\n") == "java工程师"


@pytest.fixture(scope="module")
def database(server_url):
    """A connection to the embedded PostgreSQL; starting its cluster, once for all tests, takes some two seconds."""
    with psycopg.connect(server_url.replace("postgresql+psycopg", "postgresql"), autocommit=True) as connection:
        yield connection


@pytest.mark.slow
@pytest.mark.parametrize("text", ["电焊工 C++", "it's a \\ 'quote' & | ! :*", "𠮷田公司", "１２小时", ""])
def test_the_stored_vector_holds_every_token_verbatim(database, text):
    row = database.execute(
        "SELECT tsvector_to_array(v), v = %(text)s::tsvector FROM array_to_tsvector(%(tokens)s::text[]) AS v",
        {"tokens": tokens(text), "text": tsvector_text(text)},
    ).fetchone()
    assert (set(row[0]), row[1]) == (set(tokens(text)), True)


@pytest.mark.slow
@example("'")
@example("\\' & ''")
@given(MIXED)
def test_the_database_finds_every_text_by_itself(database, text):
    query = tsquery(text)
    found = database.execute("SELECT array_to_tsvector(%s::text[]) @@ %s::tsquery", (tokens(text), query)).fetchone()
    assert found == (bool(query),)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("焊工", True),
        ("电焊", True),
        ("焊", True),
        ("c++", True),
        ("C", False),
        ("工电", False),
        ("护士", False),
        ("电焊 c++", True),
    ],
)
def test_the_database_answers_queries(database, query, found):
    row = database.execute(
        "SELECT array_to_tsvector(%s::text[]) @@ %s::tsquery", (tokens("招电焊工,会C++"), tsquery(query))
    ).fetchone()
    assert row == (found,)


@pytest.mark.slow
@pytest.mark.skipif(not REAL.exists(), reason="the real postings are not part of the project")
def test_the_index_finds_in_real_postings_what_a_scan_finds(database):
    """Builds a GIN index over 788 postings, about a second; two-character queries have no false hits at all."""
    with REAL.open(encoding="utf-8", newline="") as file:
        texts = [f"{row['title']}\n{row['description']}" for row in csv.DictReader(file)]
    database.execute("CREATE TEMP TABLE posting (id int PRIMARY KEY, body text, words tsvector)")
    with database.cursor() as cursor:
        cursor.executemany(
            "INSERT INTO posting VALUES (%s, %s, array_to_tsvector(%s::text[]))",
            [(n, text, tokens(text)) for n, text in enumerate(texts)],
        )
    database.execute("CREATE INDEX ON posting USING gin (words)")
    database.execute("ANALYZE posting")
    database.execute("SET enable_seqscan = off")
    for word in ("押金", "叉车", "双休", "五险", "工"):
        sql = "SELECT id FROM posting WHERE words @@ %s::tsquery"
        hits = {row[0] for row in database.execute(sql, (tsquery(word),))}
        assert hits == {n for n, text in enumerate(texts) if word in unicodedata.normalize("NFKC", text)}
        plan = "\n".join(row[0] for row in database.execute("EXPLAIN " + sql, (tsquery(word),)))
        assert "Bitmap Index Scan" in plan


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("张三", "zs"), ("单雄信", "sxx"), ("曾国藩", "zgf"), ("仇英", "qy"), ("解晓东", "xxd"), ("区志伟", "ozw"),
        ("查良镛", "zly"), ("盖叫天", "gjt"), ("任正非", "rzf"), ("朴树", "ps"), ("尉迟恭", "ycg"),
        ("长孙无忌", "zswj"),
        ("阿依古丽·买买提", "ayglmmt"), ("John·Smith", "js"), (" 张三 ", "zs"), ("", ""),
    ],
)  # fmt: skip
def test_initials_of_names(name, letters):
    assert initials(name) == letters


def test_a_sort_key_reads_the_surname_and_nothing_else_as_one():
    assert pinyin("单单") == "shan dan"
    assert pinyin("任解") == "ren jie"
    assert text_initials("区块链公司") == "qklgs"


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("ybys", "'ybys':*"),
        ("ab", "'ab'"),
        ("91310120", "'91310120':*"),
        ("9131012", "'9131012'"),
        ("演示 abc", "'演示' & 'abc':*"),
        ("abc 演示", "'abc' & '演示'"),
        ("", ""),
    ],
)
def test_an_unfinished_word_may_go_on_unless_too_many_words_begin_so(typed, query):
    assert tsquery(typed, unfinished=True) == query
