"""Words of messages and return reasons: kept by administrators, checked, shown beforehand, read by the sender."""

from __future__ import annotations

import re
from html import unescape

import pytest
from flask_babel import force_locale
from sqlalchemy import func, select

from app.models.changes import FieldChange
from app.models.messages import NoticeText
from app.models.review import ReviewReason
from app.review.reasons import grounds
from app.rules import placeholders
from app.rules.refused import Refused
from app.views import notice_words, notices
from tests.review.samples import Story
from tests.views.people import browser

OWN = {
    "subject_zh": "请补材料：{title}",
    "text_zh": "您的{kind}“{title}”（{receipt_no}）还需补正。",
    "subject_en": "Please mend: {title}",
    "text_en": "Your {kind} “{title}” ({receipt_no}) needs mending.",
}


@pytest.fixture(autouse=True)
def _fresh(session):
    """As the release step leaves it."""
    notice_words.repeat_shipped(session)
    session.commit()


@pytest.fixture
def operator(app, session):
    return browser(app, session, "operator")


def send(who, path: str, values: dict[str, str]):
    version = re.search(r'name="version" value="([^"]*)"', who.get(f"{path}?lang=en").text)[1]
    return who.post(f"{path}?lang=en", {**values, "version": unescape(version)})


def test_every_message_has_a_row_with_the_words_of_the_release(session):
    assert session.scalar(select(func.count()).select_from(NoticeText)) == len(notice_words.WORDS)
    row = session.get(NoticeText, "round_returned")
    assert (row.own, "{title}" in row.subject_zh, "{receipt_no}" in row.text_en) == (False, True, True)
    assert "%(" not in "".join(getattr(row, c) for c in notice_words.COLUMNS)


def test_own_words_are_read_at_once_kept_over_releases_and_taken_back(session, operator):
    path = "/noticetextview/edit/round_returned"
    assert send(operator, path, OWN).status_code == 302
    facts = {"kind": "posting", "title": "<b>库管</b>", "receipt_no": "N1"}
    with force_locale("zh"):
        assert notices.subject("round_returned", facts) == "请补材料：<b>库管</b>"
    assert notice_words.repeat_shipped(session) == 0
    session.commit()
    assert session.get(NoticeText, "round_returned").text_zh == OWN["text_zh"]
    assert set(session.scalars(select(FieldChange)).one().fields) == {*OWN, "own"}
    assert operator.post("/noticetextview/move/reset/round_returned").status_code == 302
    session.expire_all()
    assert session.get(NoticeText, "round_returned").own is False
    with force_locale("zh"):
        assert "请补材料" not in notices.subject("round_returned", facts)
    assert operator.post("/noticetextview/move/reset/round_returned").status_code == 409


@pytest.mark.parametrize(
    ("column", "text", "said"),
    [
        ("text_zh", "您好{phone}", "{phone} is not known here"),
        ("text_en", "Dear {title", "A brace stands alone"),
        ("subject_zh", "{title.__class__}", "A brace stands alone"),
        ("subject_en", "", "required"),
        ("subject_en", "x" * 500, "at most"),
    ],
)
def test_words_that_would_not_work_are_refused_at_their_field(session, operator, column, text, said):
    before = session.get(NoticeText, "round_returned").text_zh
    answer = send(operator, "/noticetextview/edit/round_returned", OWN | {column: text})
    assert answer.status_code == 422
    assert said.lower() in unescape(answer.text).lower()
    assert f'id="{column}"' in answer.text
    session.expire_all()
    assert session.get(NoticeText, "round_returned").text_zh == before


def test_a_placeholder_is_replaced_once_and_nothing_is_evaluated():
    assert placeholders.fill("{title} {title.x} {0} {by}", {"title": "{by}"}) == "{by} {title.x} {0} —"
    with pytest.raises(Refused):
        placeholders.check("{title!r}", ("title",), "text_zh")


def test_the_preview_shows_both_languages_escaped_and_stores_nothing(session, operator):
    path = "/noticetextview/preview/round_returned?lang=en"
    shown = operator.post(path, OWN | {"text_zh": "<script>x</script>{title}"}).text
    assert "&lt;script&gt;x&lt;/script&gt;" in shown and "<script>x" not in shown
    assert "Please mend: " in shown and 'lang="zh-CN"' in shown
    assert "is not known here" in operator.post(path, OWN | {"text_zh": "{nothing}"}).text
    session.expire_all()
    assert session.get(NoticeText, "round_returned").own is False
    reason = operator.post(
        "/reviewreasonview/preview?lang=en", {"code": "R02", "text_zh": "换一张图", "text_en": "Other"}
    )
    assert "换一张图" in reason.text


REASON = {
    "code": "R77", "name_zh": "图片不清", "name_en": "Blurred", "text_zh": "请换一张清晰的图片。",
    "text_en": "Please take a sharp picture.", "field": "picture", "kinds": ["posting", "unit_media"], "active": "1",
}  # fmt: skip


def test_a_new_reason_is_offered_for_its_kinds_alone(session, operator):
    made = operator.post("/reviewreasonview/add", REASON)
    assert made.status_code == 302, made.text
    assert session.get(ReviewReason, "R77").kinds == "unit_media|posting"
    assert grounds(session, "posting", ["R77"], "").items[0]["text_zh"] == REASON["text_zh"]
    with pytest.raises(Refused):
        grounds(session, "residency", ["R77"], "")
    assert send(
        operator, "/reviewreasonview/edit/R77", {k: v for k, v in REASON.items() if k not in ("code", "active")}
    )
    session.expire_all()
    with pytest.raises(Refused):
        grounds(session, "posting", ["R77"], "")


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ({"code": "77"}, "R and two to four digits"),
        ({"code": "R11"}, "already"),
        ({"kinds": ["nothing"]}, "choose one of the offered"),
        ({"kinds": []}, "required"),
        ({"field": "<b>"}, "choose one of the offered"),
        ({"text_zh": "请补{title}"}, "is not known here"),
        ({"name_en": ""}, "required"),
    ],
)
def test_a_reason_that_would_not_work_is_refused(session, operator, values, said):
    answer = operator.post("/reviewreasonview/add?lang=en", REASON | values)
    assert answer.status_code == 422
    assert said in unescape(answer.text).lower() or said in unescape(answer.text)
    assert session.get(ReviewReason, "R77") is None


def test_a_kind_that_is_not_reviewed_here_yet_is_not_offered_and_stays(session, operator):
    row = session.get(ReviewReason, "R16")
    assert "signing" in row.kinds.split("|")
    assert 'value="signing"' not in operator.get("/reviewreasonview/edit/R16").text
    sent = {c: getattr(row, c) for c in ("name_zh", "name_en", "text_zh", "text_en", "field")}
    assert send(operator, "/reviewreasonview/edit/R16", sent | {"kinds": "posting", "active": "1"}).status_code == 302
    session.expire_all()
    assert session.get(ReviewReason, "R16").kinds == "posting|signing"


def test_what_explains_a_field_is_named_by_its_control(operator):
    page = operator.get("/reviewreasonview/add").text
    assert 'aria-describedby="code-h"' in page and "describedby=&#34;" not in page


def test_other_stays_for_every_kind(session, operator):
    row = session.get(ReviewReason, "R99")
    sent = {c: getattr(row, c) for c in ("name_zh", "name_en", "text_zh", "text_en", "field")}
    for more in ({"kinds": "posting", "active": "1"}, {"kinds": "*"}):
        answer = send(operator, "/reviewreasonview/edit/R99", sent | more)
        assert answer.status_code == 422
        assert "stays on offer" in answer.text


def test_the_sender_of_a_returned_thing_reads_the_words_in_force(session, operator):
    """The reason as it was worded when it was returned; the message as it is worded when it is read."""
    story = Story(session, "posting")
    _subject, row = story.submitted()
    assert send(operator, "/noticetextview/edit/round_returned", OWN).status_code == 302
    reason = session.get(ReviewReason, "R11")
    sent = {c: getattr(reason, c) for c in ("name_zh", "name_en", "text_en", "field")}
    assert send(operator, "/reviewreasonview/edit/R11", sent | {"text_zh": "新的说法", "kinds": "*", "active": "1"})
    session.expire_all()
    facts = grounds(session, "posting", ["R11"], "").items
    with force_locale("zh"):
        said = notices.text(
            "round_returned", {"kind": "posting", "title": "x", "receipt_no": row.receipt_no, "reasons": facts}
        )
    assert "还需补正" in said and "新的说法" in said


def test_only_administrators_write(app, session):
    for role, place in (("lead", {"region_code": "310000"}), ("reviewer", {"region_code": "310000"})):
        who = browser(app, session, role, **place)
        assert who.get("/noticetextview/list/").status_code == 403
        assert who.post("/reviewreasonview/add", REASON).status_code == 403
        assert who.post("/reviewreasonview/preview", REASON).status_code == 403
