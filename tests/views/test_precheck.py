"""The checks while somebody types: what they say, to whom, at what price, and that nothing is left behind."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from app import registry
from app.models.base import vault
from app.models.gigs import GigOffer
from app.models.units import Blacklisted
from app.rules.actor import Role
from app.rules.dates import today
from tests.review import samples
from tests.views import world as made
from tests.views.people import browser, handler, posting, unit

MOST = 8
KINDS = [e.view for e in registry.MENU if getattr(e.view, "kind", "") and e.view.add_columns]
DUTIES = "负责设备操作与日常保养，按工艺要求完成生产任务，遵守安全规程。"
PHONE = "13712345678"


def good(**more: Any) -> dict[str, Any]:
    return {
        "title": "装配工",
        "headcount": "3",
        "education": "any",
        "region": "310120",
        "address": "南桥镇解放路1号",
        "pay_min": "6000",
        "pay_max": "8000",
        "requirements": "做事细心，服从安排。",
        "description": DUTIES,
        "valid_until": (today() + timedelta(days=30)).isoformat(),
    } | more


def gig(**more: Any) -> dict[str, Any]:
    return {
        "type_code": "other",
        "title": "展会搬运",
        "headcount": "5",
        "mode": "onsite",
        "start_at": f"{today() + timedelta(days=3)}T08:00",
        "region": "310120",
        "address": "会展中心",
        "pay_amount": "200",
        "pay_unit": "day",
        "quantity": "2",
        "quantity_unit": "day",
        "description": "搬运展板和桌椅。",
        "phone": PHONE,
        "valid_until": (today() + timedelta(days=20)).isoformat(),
        "agreed": "y",
    } | more


def lines(page: str) -> dict[str, list[str]]:
    """Grade -> the codes of the findings; "fill" for what is still missing."""
    found: dict[str, list[str]] = {"fill": re.findall(r"<code>(\w+)</code></li>", _part(page, "f-todo"))}
    for grade, rest in re.findall(r'<li data-sev="(\w+)">(.*?)</li>\s*(?=<li|</ul)', page, re.DOTALL):
        found.setdefault(grade, []).extend(re.findall(r"<code>(\w+)</code>", rest)[:1])
    return found


def _part(page: str, name: str) -> str:
    found = re.search(rf'<ul class="{name}">(.*?)</ul>', page, re.DOTALL)
    return found[1] if found else ""


def size(session) -> dict[str, int]:
    """Rows of every table but that of visits, which notes the day on which somebody was there at all."""
    names = session.scalars(
        text("SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'visit'")
    ).all()
    return {name: session.scalar(text(f'SELECT count(*) FROM "{name}"')) for name in names}


@pytest.fixture
def own(session):
    return unit(session)


@pytest.fixture
def mine(app, session, own):
    return handler(app, session, own)


# -- what is said ---------------------------------------------------------------------------------


def test_a_limit_by_sex_lights_a_lamp_that_leads_to_its_words_and_goes_out_again(mine):
    bad = mine.post("/postingview/precheck", good(requirements="限男性，做事细心。"))
    assert bad.status_code == 200
    assert "J05" in lines(bad.text)["high"]
    assert re.search(r'href="#requirements" data-to="requirements" data-excerpt="限男[^"]*"', bad.text)
    assert "可能被退回" in bad.text
    assert "就业促进法" in bad.text
    clean = mine.post("/postingview/precheck", good()).text
    assert lines(clean).get("high", []) == []
    assert "J05" in lines(clean)["ok"]
    assert "限男" not in clean


def test_what_the_form_cannot_read_is_named_beside_its_field(mine):
    page = mine.post("/postingview/precheck?lang=en", good(pay_min="五千", headcount="many", title="x" * 200)).text
    for name in ("pay_min", "headcount", "title"):
        assert f'data-to="{name}"' in page, name
    assert "Must be mended" in page
    assert "五千" in page
    assert re.search(r'aria-label="[1-9] to mend', page)


def test_what_is_missing_stands_apart_from_what_is_wrong(mine):
    page = mine.post("/postingview/precheck", {"title": "装配工"}).text
    assert {"J01", "J02"} <= set(lines(page)["fill"])
    assert set(lines(page).get("high", [])) <= {"J04"}, "the pay is asked for, the rest waits"
    assert "还需填写" in page


def test_a_stored_row_is_checked_with_what_is_typed_over_it(mine, session, own):
    row = posting(session, own, status="draft", title="装配工", description=DUTIES)
    page = mine.post(f"/postingview/precheck/{row.id}", good(title="限女性前台")).text
    assert "J05" in lines(page)["high"]
    session.expire_all()
    assert row.title == "装配工"


def test_the_own_open_posting_is_named_the_text_of_others_is_not(app, mine, session, own):
    other = unit(session)
    posting(session, own, title="装配工")
    posting(session, other, title="装配工", description=DUTIES)
    page = mine.post("/postingview/precheck", good()).text
    assert "J19" in lines(page)["warn"]
    assert other.name not in page


def test_a_unit_that_may_not_post_yet_hears_it_before_anything_else(app, session):
    draft = unit(session)
    draft.status = "pending"
    session.commit()
    page = handler(app, session, draft).post("/postingview/precheck", good()).text
    assert "须先通过审核" in page or "先" in page
    assert 'data-sev="high"' in page
    assert "J01" not in page


def test_files_that_wait_in_the_browser_count(mine):
    page = mine.post("/gigofferview/precheck", gig(chosen_environment=[f"{6 * 2**20} image/png 现场.png"])).text
    assert "I02" in lines(page)["high"]
    assert 'data-to="file_environment"' in page
    small = mine.post("/gigofferview/precheck", gig(chosen_environment=["90000 image/png 现场.png"])).text
    assert "I02" in lines(small)["ok"]


def test_a_picture_needs_its_file_and_a_fourth_is_one_too_many(mine, session, own):
    page = mine.post("/unitmediumview/precheck", {"slot": "image", "title": "车间"}).text
    assert "I01" in lines(page)["fill"]
    page = mine.post(
        "/unitmediumview/precheck", {"slot": "image", "title": "车间", "chosen_file": ["9000 image/png a.png"]}
    ).text
    assert "I01" in lines(page)["ok"]
    for _ in range(3):
        file = samples.stored_file(session, mine.account_id)
        session.add(made.Medium(slot="image", file=file, unit_id=own.id, region_code="310120", status="approved"))
    session.commit()
    page = mine.post(
        "/unitmediumview/precheck", {"slot": "image", "title": "车间", "chosen_file": ["9000 image/png a.png"]}
    ).text
    assert "I03" in lines(page)["high"]


# -- who, and what stays where it is ---------------------------------------------------------------


def test_nobody_else_is_told_anything(app, session, mine, own):
    stranger = handler(app, session, unit(session))
    row = posting(session, own, status="draft")
    assert stranger.post(f"/postingview/precheck/{row.id}", good()).status_code == 404
    reviewer = browser(app, session, "reviewer", region_code="310000")
    assert reviewer.post("/postingview/precheck", good()).status_code == 403
    assert reviewer.post(f"/postingview/precheck/{row.id}", good()).status_code == 403
    ungranted = browser(app, session, "unit_handler", unit_id=own.id, grants=["gigs"])
    assert ungranted.post("/postingview/precheck", good()).status_code == 403
    assert mine.client.post("/postingview/precheck", data=good()).status_code == 400, "without its token"
    assert mine.get("/postingview/precheck").status_code == 405
    assert mine.post("/minimumwageview/precheck", {}).status_code == 404, "nothing there is reviewed"
    assert "/login/" in app.test_client().post("/postingview/precheck").headers.get("Location", "/login/")


def test_nothing_is_written_and_no_sealed_value_comes_back(mine, session, own):
    row = GigOffer(
        **made._gig(samples.offer_content(title="零工", phone="13800001234"), mine.account_id), unit_id=own.id
    )
    row.status = "draft"
    session.add(row)
    session.commit()
    before, version = size(session), row.version
    for path in ("/gigofferview/precheck", f"/gigofferview/precheck/{row.id}"):
        answer = mine.post(path, gig(phone=PHONE, title="改了名"))
        assert answer.status_code == 200
        assert PHONE not in answer.text
        assert "13800001234" not in answer.text
        assert answer.headers["Cache-Control"] == "no-store"
    session.expire_all()
    assert size(session) == before
    assert (row.title, row.version, row.phone) == ("零工", version, "13800001234")


def test_a_wrong_phone_is_named_but_not_repeated(app, session):
    seeker = browser(app, session, "seeker")
    page = seeker.post("/unitview/precheck", {"name": "演示商贸有限公司", "contact_phone": "1371234"}).text
    assert 'data-to="contact_phone"' in page
    assert "1371234" not in page


def test_the_list_of_the_banned_cannot_be_asked_by_typing(app, session):
    session.add(
        Blacklisted(subject="phone", value_hash=vault().blind(PHONE, "phone"), shown="137****5678", reason="冒")
    )
    session.commit()
    page = browser(app, session, "seeker").post("/unitview/precheck", {"name": "甲厂", "contact_phone": PHONE}).text
    assert "U14" not in page
    assert "黑名单" not in page


def test_anothers_file_is_as_if_it_had_not_been_sent(app, session, mine, own):
    theirs = samples.stored_file(session, handler(app, session, unit(session)).account_id, name="秘密.png")
    page = mine.post("/gigofferview/precheck", gig(kept_environment=[str(theirs.id)])).text
    assert "秘密" not in page
    own_file = samples.stored_file(session, mine.account_id, name="模糊.png", blurred=True)
    assert "模糊.png" in mine.post("/gigofferview/precheck", gig(kept_environment=[str(own_file.id)])).text


# -- the public face -------------------------------------------------------------------------------


def test_the_public_face_is_the_portals_own_card(mine, session, own, app):
    page = mine.post("/postingview/precheck", good(title="车床工")).text
    face = page[page.index("f-face") :]
    for word in ("车床工", "6,000–8,000", own.name, "奉贤区"):
        assert word in face, word
    row = posting(session, own, title="车床工", pay_min=6000, pay_max=8000, headcount=3, education="any")
    public = app.test_client().get("/portal/?q=车床工").text
    card = re.search(rf'href="/portal/postings/{row.id}">\s*(.*?)</a>', public, re.DOTALL)[1]
    assert " ".join(card.split()) in " ".join(face.split())


def test_a_half_written_form_has_a_face_and_typed_markup_is_text(mine, app, session):
    page = mine.post("/postingview/precheck", {"title": "<b>粗</b>"}).text
    assert "&lt;b&gt;粗" in page
    assert "<b>粗" not in page
    assert mine.post("/gigofferview/precheck", {}).status_code == 200
    seeker = browser(app, session, "seeker")
    assert "f-face" in seeker.post("/gigwantedview/precheck", {"title": "搬运"}).text
    assert "演示厂" in seeker.post("/unitview/precheck", {"name": "演示厂", "intro": "做日用品。"}).text
    assert "f-face" not in mine.post("/unitmediumview/precheck", {"slot": "image"}).text


# -- the page that asks ----------------------------------------------------------------------------


def test_the_form_says_where_to_ask_and_asks_at_once_for_what_is_stored(mine, session, own):
    empty = mine.get("/postingview/add").text
    assert 'data-checks="/postingview/precheck"' in empty
    assert "data-checks-now" not in empty
    row = posting(session, own, status="draft")
    stored = mine.get(f"/postingview/edit/{row.id}").text
    assert f'data-checks="/postingview/precheck/{row.id}"' in stored
    assert "data-checks-now" in stored
    assert "data-checks-now" in mine.post("/postingview/add", {"title": ""}).text, "a form that came back"


# -- the price -------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def world(request, server_url, template_url, data_dir):
    return made.shared(request.session, server_url, template_url, data_dir)


def filled(world: made.World, view: type) -> dict[str, Any]:
    """Everything a form of this screen can hold."""
    school = str(world.rows["SchoolView"]["a"])
    unit_values = {
        "name": "新名商贸有限公司", "uscc": samples.uscc(81_000_001), "nature": "enterprise", "account_kind": "business",
        "legal_rep": "王五", "founded_on": "2015-06-01", "industry": "26", "region": "310115", "address": "路1号",
        "contact_name": "李四", "contact_phone": PHONE, "licence_valid_until": "2030-01-01", "intro": "批发。",
    }  # fmt: skip
    return {
        "posting": good(occupation="2-06-07-13", schools=[school], unit=str(world.rows["UnitView"]["a"])),
        "gig_offer": gig(),
        "gig_wanted": gig(expected_pay="200", settlement="day", expected_time="周末"),
        "unit_registration": unit_values,
        "unit_change": unit_values | {"note": "改名"},
        "unit_media": {"slot": "image", "title": "车间", "chosen_file": ["9000 image/png a.png"]},
        "personal_media": {"slot": "image", "title": "我", "region": "310120", "chosen_file": ["9000 image/png a.png"]},
        "residency": {"school": school, "statement": "我们招人。"},
        "employer_certification": {"title": "人事专员", "employed_since": "2024-01-01", "note": "在职"},
        "agency_entry": unit_values | {"title": "新名人力", "licence_no": "（沪）人服证字001号"},
        "unit_takeover": {"uscc": world.things["uscc_a"], "name": "甲厂", "reason": "离职", "agreed": "y"},
        "identity_proof": {"real_name": "张三", "id_number": "11010519491231002X", "region": "310120"},
    }[view.kind]


def answered(world: made.World, role: Role, path: str, values: dict[str, Any]) -> list[str]:
    """The statements of one answer; a second try where the first filled a memory of the process."""
    for _ in range(2):
        with made.counted(world) as seen:
            answer = world.post(role, path, values)
        assert answer.status_code in (200, 409), (path, answer.status_code)
        if len(seen) <= MOST:
            break
    return list(seen)


@pytest.mark.parametrize("view", KINDS, ids=lambda v: v.__name__)
def test_an_answer_costs_at_most_eight_statements(world, view):
    screen = next(v for v in made.screens(world.app) if type(v) is view)
    values, dear = filled(world, view), []
    for role in made.granted(view, "can_add"):
        seen = answered(world, role, f"{screen.route_base}/precheck", values)
        dear += [f"{role.value} new: {len(seen)}", *heads(seen)] if len(seen) > MOST else []
    for role in made.granted(view, "can_edit"):
        row = world.mine(view.__name__, role)
        seen = answered(world, role, f"{screen.route_base}/precheck/{row}", values)
        dear += [f"{role.value} {row}: {len(seen)}", *heads(seen)] if len(seen) > MOST else []
    assert not dear, "\n".join(dear)


def heads(statements: list[str]) -> list[str]:
    """Where each statement looks."""
    return [" ".join(one[one.rfind("FROM") :].split())[:160] for one in statements]


def test_a_code_that_is_typed_but_wrong_is_not_called_missing(app, session):
    seeker = browser(app, session, "seeker")
    page = seeker.post("/unitview/precheck?lang=en", {"name": "演示公司", "uscc": "91310115MA1K"}).text
    line = next(text for text in re.findall(r'data-to="uscc"[^>]*>([^<]*)<', page))
    assert "missing" not in line
    assert "91310115MA1K" in line


def test_the_face_of_a_gig_without_place_and_kind_has_no_loose_dots(mine):
    page = mine.post("/gigofferview/precheck", {"title": "展会搬运", "headcount": "5"}).text
    facts = re.search(r'<span class="m2 sm">([^<]*)</span>', page)[1]
    assert facts.strip() == "招 5 人"
