"""Plain text: which addresses become links, and that nothing of the text is lost."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.rules.plain_text import lines, pieces


@pytest.mark.parametrize(
    ("text", "linked"),
    [
        ("见 https://a.cn/x?y=1。谢谢", ["https://a.cn/x?y=1"]),
        ("两个：http://a.cn,https://b.cn/c!", ["http://a.cn", "https://b.cn/c"]),
        ("（https://a.cn/说明）", ["https://a.cn/"]),
        ("(see https://a.cn/b_(c))", ["https://a.cn/b_(c)"]),
        ("HTTPS://A.CN:8080/", ["HTTPS://A.CN:8080/"]),
        ("javascript:alert(1)", []),
        ("ftp://a.cn data:text/html,x //a.cn", []),
        ("http://user:word@a.cn/", []),
        ("https://", []),
        ("https:///x", []),
        ("https://-a", []),
        ('https://a.cn/"><script>', ["https://a.cn/"]),
    ],
)
def test_only_whole_addresses_of_the_web_become_links(text, linked):
    assert [to for _words, to in pieces(text) if to] == linked


def test_lines_stay_lines():
    assert lines("一\n\n二 https://a.cn") == [[("一", "")], [], [("二 ", ""), ("https://a.cn", "https://a.cn")]]
    assert lines("") == []


@given(st.text(alphabet="ahtps:/.w (),。\n<>\"'@%#?=&x中"))
def test_nothing_is_lost_and_what_is_linked_is_what_is_read(text):
    assert ["".join(words for words, _to in line) for line in lines(text)] == text.splitlines()
    for line in lines(text):
        for words, to in line:
            assert not to or (to == words and to.lower().startswith(("http://", "https://")))
