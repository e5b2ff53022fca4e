"""Bad input through the real forms: the answer names the field in Chinese, what was typed is kept, nothing is stored.

Where each point of the list is tested, here or elsewhere:

wrong check digit of a unit code, code with blanks:
    here
    tests/rules/test_codes.py::test_each_fault_of_a_unit_code_has_its_own_code
wrong check digit of an identity number:
    tests/rules/test_codes.py::test_each_fault_of_a_resident_id_has_its_own_code
second registration of the same code:
    here
    tests/review/test_kinds.py::test_a_second_registration_of_the_same_code_is_refused
a fourth picture:
    here
    tests/review/test_races.py::test_never_more_than_three_pictures_however_they_are_uploaded
a PNG that is a PHP file, 60 megapixels:
    here
    tests/gateways/test_pictures.py
3 MB where 2 MB is the limit:
    tests/review/test_files.py::test_three_megabytes_are_too_much_where_two_are_the_limit
end date in the past, lowest above highest pay, no agreement, 501 characters:
    here
page=-5:
    tests/views/test_list_engine.py::test_values_that_make_no_sense_are_as_if_not_sent
broken CSV: encoding, quotes, 5,000 columns:
    tests/views/test_import_screen.py::test_an_unreadable_file_is_answered_on_the_page
broken CSV: missing column, formula:
    here
    tests/review/test_imports_reading.py
two people deciding at once:
    tests/review/test_races.py::test_one_round_decided_four_times_at_once_counts_once
decision on a text edited meanwhile:
    tests/views/test_desk_screen.py::test_an_edit_meanwhile_shows_the_difference_and_decides_nothing
double click on a verdict:
    tests/views/test_desk_screen.py::test_a_double_click_decides_once
double click on a form:
    here
    tests/review/test_races.py::test_a_double_click_on_submit_opens_one_round
worker killed in a decision:
    tests/review/test_races.py::test_a_worker_killed_in_the_middle_of_a_decision_leaves_no_trace
"""

from __future__ import annotations

import html
import io
import json
import re
from datetime import datetime, timedelta
from pathlib import Path
from time import time
from typing import Any

import openpyxl
import pytest
from PIL import Image

from app.models.base import vault
from app.models.gigs import GigOffer
from app.models.media import Medium
from app.models.positions import Posting
from app.models.system import ImportRun
from app.models.units import Unit
from app.rules.dates import ZONE, today
from app.views import proven_code
from tests.review import samples
from tests.views.people import browser, handler, unit

ROOT = Path(__file__).resolve().parents[1]
HEAD = "posting_no,title,unit_name,pay,description,place\n"


def day(after: int) -> str:
    return (today() + timedelta(days=after)).isoformat()


@pytest.fixture
def owner(app, session):
    """Somebody who registers a unit."""
    return browser(app, session, "seeker", region_code="310120")


@pytest.fixture
def clerk(app, session):
    """A handler of an approved unit."""
    return handler(app, session, unit(session))


def summary(page: str) -> str:
    """The list of what is wrong, on top of the form."""
    found = re.search(r'class="g-sum".*?</ul>', page, re.DOTALL)
    assert found, "the form says nothing"
    return html.unescape(re.sub(r"<[^>]+>", " ", found[0]))


def blamed(page: str, field: str, label: str) -> str:
    """The message at a field: linked from the summary, beside the field, with the field's Chinese label."""
    assert f'href="#{field}"' in page, summary(page)
    said = summary(page)
    assert label in said
    control = re.search(rf'<(?:input|select|textarea)[^>]*id="{field}(?:-in)?"[^>]*>', page)
    assert control, field
    assert 'aria-invalid="true"' in control[0]
    return said


REGISTRATION = {
    "name": "新办测试商贸有限公司", "nature": "enterprise", "region": "310120", "address": "环城路2号",
    "contact_name": "李四", "contact_phone": "13700137000", "intro": "做日用品批发。", "staff_count": "20",
}  # fmt: skip
POSTING = {
    "title": "仓库管理员", "headcount": "3", "region": "310120", "address": "南桥镇解放路1号", "pay_min": "6000",
    "pay_max": "8000", "description": "负责仓库收发货与盘点，登记出入库台账，维护库房秩序。",
    "requirements": "做事细心。",
}  # fmt: skip
GIG = {
    "type_code": "other", "title": "展会搬运", "headcount": "5", "region": "310120", "address": "南桥镇会展中心",
    "mode": "onsite", "pay_amount": "200", "pay_unit": "day", "quantity": "2", "quantity_unit": "day",
    "description": "搬运展板和桌椅。", "phone": "13900139000",
}  # fmt: skip


def kept(page: str, sent: dict[str, str], *but: str) -> None:
    """Everything typed stands in the form again."""
    text = html.unescape(page)
    lost = [name for name, value in sent.items() if name not in ("then", "version", *but) and value not in text]
    assert lost == []


# -- units ------------------------------------------------------------------------------------------------------------

GOOD = samples.uscc(4_711_001)


@pytest.mark.parametrize(
    "code",
    [GOOD[:-1] + ("A" if GOOD[-1] != "A" else "B"), f"{GOOD[:8]} {GOOD[8:]}",
     GOOD[:-1], "９" + GOOD[1:], "O" + GOOD[1:]],
    ids=["check digit", "blank inside", "too short", "full width", "letter O"],
)  # fmt: skip
def test_a_wrong_unit_code_is_named(owner, session, code):
    before = session.query(Unit).count()
    answer = owner.post("/unitview/add", REGISTRATION | {"uscc": code, "then": "submit"})
    assert answer.status_code == 422
    blamed(answer.text, "uscc", "统一社会信用代码")
    kept(answer.text, REGISTRATION | {"uscc": code})
    assert session.query(Unit).count() == before


def test_a_second_registration_of_the_same_code_is_named(app, session, owner):
    there = samples.unit(session)
    before = session.query(Unit).count()
    with owner.client.session_transaction() as kept_in:  # somebody else was quicker, after the two steps
        facts = [int(time()), str(owner.account_id), there.uscc]
        kept_in[proven_code.PLACE] = vault().seal(json.dumps(facts), proven_code.PLACE)
    answer = owner.post("/unitview/add", REGISTRATION | {"uscc": there.uscc, "then": "save"})
    assert answer.status_code == 422
    blamed(answer.text, "uscc", "统一社会信用代码")
    kept(answer.text, REGISTRATION | {"uscc": there.uscc})
    assert there.name not in answer.text, "whose code it is, is not told"
    assert session.query(Unit).count() == before


# -- pictures ---------------------------------------------------------------------------------------------------------


def picture(seed: int = 0, size: tuple[int, int] = (320, 240)) -> io.BytesIO:
    out = io.BytesIO()
    Image.effect_noise(size, 60 + seed).convert("RGB").save(out, "PNG")
    out.seek(0)
    return out


def upload(person: Any, data: bytes | io.BytesIO, name: str, title: str = "车间"):
    stream = io.BytesIO(data) if isinstance(data, bytes) else data
    sent = {"slot": "image", "title": title, "file_file": (stream, name)}
    return person.post("/unitmediumview/add", sent, content_type="multipart/form-data")


def huge(width: int, height: int) -> bytes:
    """A real picture of one colour: few bytes, many pixels."""
    out = io.BytesIO()
    Image.new("1", (width, height)).save(out, "PNG")
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"<?php system($_GET['c']); ?>", "shop.png"),
        (b"\x89PNG\r\n\x1a\n<?php system($_GET['c']); ?>", "shop.png"),
        (b"MZ\x90\x00", "shop.jpg"),
        (b"", "shop.png"),
        (huge(10_000, 6_000), "big.png"),
    ],
    ids=["php", "php behind a png head", "program", "empty", "sixty megapixels"],
)
def test_what_is_no_acceptable_picture_is_named_with_its_file(clerk, session, data, name):
    answer = upload(clerk, data, name, "特征词车间")
    assert answer.status_code == 422
    said = summary(answer.text)
    assert name in said
    assert "特征词车间" in answer.text
    assert session.query(Medium).filter_by(title="特征词车间").count() == 0


def test_a_fourth_picture_is_refused_and_the_words_are_kept(clerk, session):
    for n in range(3):
        assert upload(clerk, picture(n), f"{n}.png").status_code == 302
    answer = upload(clerk, picture(9), "4.png", "第四张")
    assert answer.status_code == 422
    assert "第四张" in answer.text
    assert "3" in summary(answer.text)
    assert 'name="kept_file"' in answer.text, "the picture need not be sent again"
    assert session.query(Medium).filter(Medium.title == "第四张").count() == 0


# -- postings and gigs ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("change", "field", "label"),
    [
        ({"valid_until": day(-1)}, "valid_until", "截止"),
        ({"pay_min": "9000"}, "pay_max", "月薪"),
        ({"title": "长" * 81}, "title", "职位"),
        ({"headcount": "0"}, "headcount", "人数"),
        ({"headcount": "-3"}, "headcount", "人数"),
        ({"headcount": "99999999999"}, "headcount", "人数"),
        ({"valid_until": "2026-02-30"}, "valid_until", "截止"),
    ],
    ids=[
        "end in the past",
        "lowest above highest",
        "81 characters",
        "nobody",
        "fewer than nobody",
        "too many",
        "no such day",
    ],
)
def test_a_wrong_posting_is_named_and_never_sent_in(clerk, session, change, field, label):
    sent = POSTING | {"valid_until": day(30), "then": "submit"} | change
    answer = clerk.post("/postingview/add", sent)
    assert answer.status_code == 422, answer.location
    said = summary(answer.text)
    assert f'href="#{field}"' in answer.text or 'href="#pay_min"' in answer.text, said
    assert re.search("有效|截止|期限" if label == "截止" else label, said), said
    kept(answer.text, sent)
    session.expire_all()
    assert [row.status for row in session.query(Posting).filter_by(title=sent["title"])] in ([], ["draft"])


def test_a_gig_without_its_agreement_stays_a_draft(clerk, session):
    start = (datetime.now(ZONE) + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M")
    sent = GIG | {"start_at": start, "valid_until": day(20), "then": "submit"}
    answer = clerk.post("/gigofferview/add", sent)
    assert answer.status_code == 422
    assert "协议" in summary(answer.text)
    assert 'href="#agreed"' in answer.text
    kept(answer.text, sent)
    session.expire_all()
    assert [row.status for row in session.query(GigOffer).filter_by(title="展会搬运")] in ([], ["draft"])


@pytest.mark.parametrize(("length", "status"), [(500, 302), (501, 422)])
def test_five_hundred_characters_and_one_more(clerk, session, length, status):
    start = (datetime.now(ZONE) + timedelta(days=3)).strftime("%Y-%m-%dT%H:%M")
    text = "搬运展板。" * 100 + "再" * (length - 500)
    sent = GIG | {"start_at": start, "valid_until": day(20), "description": text, "agreed": "y", "then": "save"}
    answer = clerk.post("/gigofferview/add", sent)
    assert answer.status_code == status, answer.text[:300]
    if status == 422:
        blamed(answer.text, "description", "说明") if "说明" in summary(answer.text) else blamed(
            answer.text, "description", "描述"
        )
        kept(answer.text, sent)
        assert session.query(GigOffer).filter_by(title="展会搬运").count() == 0


def test_the_same_form_sent_twice_opens_one_round(clerk, session):
    from app.models.review import ReviewRound

    clerk.post("/postingview/add", POSTING | {"valid_until": day(30), "then": "save"})
    row = session.query(Posting).filter_by(title="仓库管理员").one()
    values = {"version": str(row.version)}
    first, second = (clerk.post(f"/postingview/move/submit/{row.id}", values).status_code for _ in range(2))
    assert first == 302
    assert second in (302, 409)
    assert session.query(ReviewRound).filter_by(kind="posting", subject_id=row.id).count() == 1


# -- lists ------------------------------------------------------------------------------------------------------------


def test_a_list_without_a_needed_column_is_answered_with_its_name(app, session):
    person = browser(app, session, "reviewer", region_code="310120")
    data = "posting_no,unit_name,pay\n1,示例贸易有限公司,6-8千/月\n"
    answer = person.post(
        "/imports/new/posting",
        {"region": "310120", "file": (io.BytesIO(data.encode()), "名单.csv")},
        content_type="multipart/form-data",
    )
    page = person.get(answer.location).text if answer.status_code == 302 else answer.text
    assert "尚未对应的字段" in page
    assert "职位名称" in page
    assert session.query(Posting).filter(Posting.source == "import").count() == 0


def test_a_formula_in_a_list_is_shown_as_text_and_computed_nowhere(app, session):
    person = browser(app, session, "reviewer", region_code="310120")
    row = '1,"=HYPERLINK(""https://evil.example"")",示例贸易有限公司,看心情,负责公司档案、会务与日常采购，协助处理来访与来函。,上海-奉贤区\n'
    file = (io.BytesIO((HEAD + row).encode()), "名单.csv")
    answer = person.post("/imports/new/posting", {"region": "310120", "file": file}, content_type="multipart/form-data")
    assert answer.status_code == 302
    page = person.get(answer.location).text
    assert 'href="https://evil.example' not in page
    refused = openpyxl.load_workbook(io.BytesIO(person.get(f"{answer.location}/errors").data)).active
    cell = next(cell for cell in refused[2] if "HYPERLINK" in str(cell.value))
    assert cell.data_type == "s", "text, which no spreadsheet computes"
    assert session.query(Posting).filter(Posting.source == "import").count() == 0
    assert session.query(ImportRun).filter_by(file_name="名单.csv").count() == 1


# -- the table above --------------------------------------------------------------------------------------------------


def test_every_test_the_table_names_exists():
    for file, name in re.findall(r"(tests/[\w/]+\.py)(?:::(\w+))?", __doc__):
        text = (ROOT / file).read_text(encoding="utf-8")
        assert not name or f"def {name}(" in text, f"{file}::{name}"
