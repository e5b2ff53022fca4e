"""The public API and the portal: approved, current, nobody's personal data, no login (TJ-31, standards 2.5)."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from sqlalchemy import update

from app.models.gigs import GigOffer
from app.models.positions import Posting
from app.models.units import Unit
from app.review import desk
from app.rules.dates import today
from tests.review.samples import Story, unit

PUBLIC = "/api/v1/public"
PHONES = ("13800138000", "13900139000", "13900139001", "138****8000", "139****9000")


@pytest.fixture
def anybody(app, session):
    return app.test_client()


def listed(anybody, path: str = "postings", **query: str) -> list[int]:
    answer = anybody.get(f"{PUBLIC}/{path}", query_string=query)
    assert answer.status_code == 200, answer.text
    return [row["id"] for row in answer.json["gigs" if path == "gigs" else "postings"]]


def gone(anybody, path: str) -> bool:
    """Neither the API nor the portal shows it."""
    return anybody.get(f"{PUBLIC}/{path}").status_code == 404 and anybody.get(f"/portal/{path}").status_code == 404


def test_nothing_is_public_before_its_approval(session, anybody):
    story = Story(session, "posting")
    draft = story.created()
    pending, _row = story.submitted()
    returned, _row = story.decided("return")
    rejected, _row = story.decided("reject")
    live, _row = story.decided("approve")
    ids = listed(anybody)
    assert live.id in ids
    assert not {draft.id, pending.id, returned.id, rejected.id} & set(ids)
    for row in (draft, pending, returned, rejected):
        assert gone(anybody, f"postings/{row.id}")
    page = anybody.get(f"/portal/postings/{live.id}")
    assert page.status_code == 200
    assert live.title in page.text
    assert live.title in anybody.get("/portal/").text


@pytest.mark.parametrize(("key", "kind"), [("gig_offer", "offer"), ("gig_wanted", "wanted")])
def test_a_gig_is_public_only_after_its_approval(session, anybody, key, kind):
    """TJ-18, TJ-34."""
    story = Story(session, key)
    made = [story.created(), story.submitted()[0], story.decided("return")[0], story.decided("reject")[0]]
    live, _row = story.decided()
    paused, _row = story.decided()
    desk.move(session, story.sender, key, paused.id, "pause")
    shown = listed(anybody, "gigs", kind=kind)
    assert live.id in shown and not {row.id for row in (*made, paused)} & set(shown)
    assert all(gone(anybody, f"gigs/{row.id}?kind={kind}") for row in (*made, paused))
    assert anybody.get(f"/portal/gigs/{live.id}?kind={kind}").status_code == 200


@pytest.mark.parametrize(
    "change",
    [{"valid_until": today() - timedelta(days=1)}, {"status": "off"}, {"status": "expired"}, {"status": "deleted"}],
)
def test_what_is_over_is_gone_before_any_job_ran(session, anybody, change):
    live, _row = Story(session, "posting").decided()
    session.execute(update(Posting).where(Posting.id == live.id).values(**change))
    session.commit()
    assert live.id not in listed(anybody)
    assert gone(anybody, f"postings/{live.id}")


def test_a_frozen_unit_and_all_it_shows_are_gone(session, anybody):
    story = Story(session, "posting")
    live, _row = story.decided()
    gig, _row = Story(session, "gig_offer").decided()
    assert anybody.get(f"{PUBLIC}/units/{story.unit.id}").status_code == 200
    session.execute(update(GigOffer).where(GigOffer.id == gig.id).values(unit_id=story.unit.id))
    session.execute(update(Unit).where(Unit.id == story.unit.id).values(status="frozen"))
    session.commit()
    assert gone(anybody, f"postings/{live.id}")
    assert gone(anybody, f"units/{story.unit.id}")
    assert gone(anybody, f"gigs/{gig.id}")


def test_the_approved_text_stays_public_while_an_edit_waits(session, anybody):
    story = Story(session, "posting")
    live, _row = story.decided()
    old = live.title
    edited = desk.edit(session, story.sender, "posting", live.id, {"title": "改过的名称"}, live.version)
    assert edited.kind == "proposed"
    assert anybody.get(f"{PUBLIC}/postings/{live.id}").json["title"] == old
    page = anybody.get(f"/portal/postings/{live.id}").text
    assert old in page
    assert "改过的名称" not in page


@pytest.mark.parametrize("phone_public", [False, True])
@pytest.mark.parametrize(("key", "kind"), [("gig_offer", "offer"), ("gig_wanted", "wanted")])
def test_no_number_and_no_name_of_a_person(session, anybody, key, kind, phone_public):
    """TJ-31: the switch opens the number to those who log in, never to this API or the portal."""
    gig, _row = Story(session, key).decided(phone_public=phone_public)
    query = {"kind": kind}
    assert gig.id in listed(anybody, "gigs", **query)
    for path in (f"{PUBLIC}/gigs", f"{PUBLIC}/gigs/{gig.id}", "/portal/", f"/portal/gigs/{gig.id}"):
        answer = anybody.get(path, query_string=query)
        assert answer.status_code == 200, (path, answer.status_code)
        assert not [number for number in PHONES if number in answer.text]
        assert "张测试" not in answer.text
        assert path.startswith("/portal") or "phone" not in answer.text


def test_a_unit_shows_no_contact_and_a_sole_trader_no_name(session, anybody):
    company = unit(session, legal_rep="王大明", contact_email="a@example.cn")
    trader = unit(session, legal_rep="赵小红", nature="individual", name="奉贤区示例竹艺店")
    assert anybody.get(f"{PUBLIC}/units/{company.id}").json["legal_rep"] == "王大明"
    found = anybody.get(f"{PUBLIC}/units/{trader.id}").json
    assert "legal_rep" not in found
    for row, path in [(company, PUBLIC), (company, "/portal"), (trader, PUBLIC), (trader, "/portal")]:
        text = anybody.get(f"{path}/units/{row.id}").text
        assert row.name in text
        assert not [word for word in ("13800138000", "张三", "a@example.cn", "赵小红") if word in text]


@pytest.mark.parametrize("status", ["draft", "pending", "returned", "rejected", "imported", "frozen"])
def test_only_approved_units_have_a_page(session, anybody, status):
    assert gone(anybody, f"units/{unit(session, status=status).id}")


def test_search_by_words_and_division(session, anybody):
    story = Story(session, "posting")
    one, _row = story.decided(title="竹艺打样工")
    other, _row = story.decided(title="数控操作员")
    assert listed(anybody, q="竹艺打样") == [one.id]
    assert {one.id, other.id} <= set(listed(anybody, region="310000"))
    assert one.id in listed(anybody, region="310120")
    assert listed(anybody, region="440200", q="竹艺打样") == []
    assert listed(anybody, q="。！") == []
    assert "竹艺打样工" in anybody.get("/portal/?q=竹艺打样&region=310000").text
    assert "竹艺打样工" not in anybody.get("/portal/?q=竹艺打样&region=440200").text


@pytest.mark.parametrize(
    ("wish", "found"),
    [
        ({"pay_from": "9000"}, "b"),
        ({"pay_to": "6000"}, "a"),
        ({"pay_from": "6500", "pay_to": "7000"}, "a"),
        ({"education": "college"}, "a"),
        ({"education": "master"}, "ab"),
        ({"board_lodging": "meals"}, "b"),
        ({"board_lodging": "lodging"}, "ab"),
        ({"board_lodging": "none"}, ""),
    ],
)
def test_postings_by_pay_education_board_and_lodging(session, anybody, wish, found):
    """SG-63, SG-64, TJ-72: `a` pays 5000 to 7000, wants a college and has lodging; `b` 8000 to 12000, a bachelor, both."""
    story = Story(session, "posting")
    made = {
        "a": story.decided(title="筛选甲", pay_min=5000, pay_max=7000, education="college", board_lodging="lodging")[
            0
        ].id,
        "b": story.decided(title="筛选乙", pay_min=8000, pay_max=12000, education="bachelor", board_lodging="both")[
            0
        ].id,
    }
    assert listed(anybody, q="筛选", **wish) == sorted((made[name] for name in found), reverse=True)
    pay = "-".join(wish.get(name, "") for name in ("pay_from", "pay_to"))
    page = anybody.get("/portal/", query_string={"q": "筛选", "pay": pay} | wish).text
    assert {name for name, key in made.items() if f"/portal/postings/{key}" in page} == set(found)


def test_what_was_chosen_stays_chosen_in_the_portal(session, anybody):
    Story(session, "posting").decided(title="翻页筛选", pay_min=6000, pay_max=7000)
    page = anybody.get("/portal/?q=翻页筛选&pay=5000-8000&lang=en&cursor=999999999").text
    assert '<option value="5000-8000" selected>5,000–8,000 a month' in page
    assert "pay=5000-8000" in re.search(r'href="([^"]+)">Back to the start', page)[1]
    assert '<option value="1-2" selected>' in anybody.get("/portal/?pay=1-2").text, (
        "what came by the address is not lost"
    )
    assert 'name="pay"' not in anybody.get("/portal/?kind=offer&pay=1-2").text, "gigs are paid otherwise"


def test_pages_follow_each_other_by_keyset(session, anybody):
    story = Story(session, "posting")
    made = [story.decided(title=f"分页职位{n}")[0].id for n in range(3)]
    first = anybody.get(f"{PUBLIC}/postings?q=分页职位&limit=2").json
    second = anybody.get(f"{PUBLIC}/postings?q=分页职位&limit=2&cursor={first['next_cursor']}").json
    assert [row["id"] for row in first["postings"] + second["postings"]] == made[::-1]
    assert second["next_cursor"] is None


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"),
        ("limit=x", "limit"),
        ("cursor=-1", "cursor"),
        ("cursor=" + "9" * 30, "cursor"),
        ("region=3101", "region"),
        ("region=31012%00", "region"),
        ("q=" + "x" * 61, "q"),
        ("pay_from=x", "pay_from"),
        ("pay_to=-1", "pay_to"),
        ("education=x", "education"),
        ("board_lodging=x", "board_lodging"),
    ],
)
def test_nonsense_is_answered_with_the_field(anybody, query, field):
    answer = anybody.get(f"{PUBLIC}/postings?{query}")
    assert answer.status_code == 422
    assert answer.content_type.startswith("application/problem+json")
    assert answer.json["field"] == field
    assert anybody.get(f"/portal/?{query}").status_code == 200, "the page of the portal shows what it can"


def test_kind_of_gig_must_be_one_of_two(anybody):
    assert anybody.get(f"{PUBLIC}/gigs?kind=all").json["field"] == "kind"
    assert anybody.get("/portal/?kind=all").status_code == 200


def test_tags_save_the_second_transfer_and_no_other_site_may_read(session, anybody):
    live, _row = Story(session, "posting").decided()
    first = anybody.get(f"{PUBLIC}/postings/{live.id}", headers={"Origin": "https://other.example"})
    assert "max-age=60" in first.headers["Cache-Control"]
    assert "Access-Control-Allow-Origin" not in first.headers
    again = anybody.get(f"{PUBLIC}/postings/{live.id}", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize("path", ["postings/0", f"postings/{2**63}", "units/0", "gigs/0", f"gigs/{'9' * 40}"])
def test_impossible_keys_are_not_found(anybody, path):
    assert anybody.get(f"{PUBLIC}/{path}").status_code == 404
    assert anybody.get(f"/portal/{path}").status_code == 404


def test_a_public_page_takes_few_statements(session, anybody, statements):
    live, _row = Story(session, "posting").decided()
    for path in (f"{PUBLIC}/postings", f"{PUBLIC}/postings/{live.id}", "/portal/", f"/portal/postings/{live.id}"):
        anybody.get(path)
        statements.clear()
        assert anybody.get(path).status_code == 200
        assert len(statements) <= 8, (path, statements)
