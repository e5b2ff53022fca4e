"""The desk's screen: claims, fences, forms without scripts, fragments with them (review.md 9)."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from sqlalchemy import func, update

from app.models.accounts import Person
from app.models.positions import Posting
from app.models.review import ReviewPolicy, ReviewRound
from app.review import desk
from app.views.desk_diff import compare, marked
from tests.review.samples import Story
from tests.views.people import browser

FRAGMENT = {"X-Desk": "fragment"}


@pytest.fixture
def posted(session):
    story = Story(session, "posting")
    return story, *story.submitted()


@pytest.fixture
def reviewer(app, session):
    return browser(app, session, "reviewer", region_code="310000")


def hidden(page: str, form: str) -> dict[str, str]:
    """The hidden inputs of the form with this id, or of the first form after it."""
    part = page[page.index(f'id="{form}"') :]
    part = part[: part.index("</form>")]
    return {name: unescape(value) for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', part)}


def approve(person: Any, page: str, round_id: int, **more: Any):
    ticks = re.findall(r'name="acknowledged" value="(\w+)"', page)
    values = (
        hidden(page, "d-approve")
        | {"acknowledged": ticks}
        | ({"reason_text": "已核实"} if 'id="d-ground"' in page else {})
        | more
    )
    return person.client.post(f"/desk/{round_id}/decide", data=values)


def fresh(session, row_id: int) -> ReviewRound:
    return session.get(ReviewRound, row_id, populate_existing=True)


def test_opening_the_desk_claims_the_next_item(session, reviewer, posted):
    _story, subject, row = posted
    page = reviewer.get("/desk/").text
    assert subject.title in page
    assert fresh(session, row.id).holder_id == reviewer.account_id
    assert {"version", "epoch", "digest", "idempotency_key"} <= hidden(page, "d-approve").keys()
    assert "_sealed" not in page


def test_coming_back_goes_on_with_the_same_item(session, reviewer, posted):
    posted[0].submitted()
    reviewer.get("/desk/")
    epoch = fresh(session, posted[2].id).epoch
    reviewer.get("/desk/")
    held = [r for r in session.query(ReviewRound).all() if r.holder_id == reviewer.account_id]
    assert [r.id for r in held] == [posted[2].id]
    assert held[0].epoch == epoch


@pytest.mark.parametrize("header", [{"Sec-Fetch-Site": "cross-site"}, {"Sec-Purpose": "prefetch"}])
def test_a_link_from_elsewhere_and_a_prefetch_claim_nothing(session, reviewer, posted, header):
    for path in ("/desk/", f"/desk/{posted[2].id}"):
        assert reviewer.client.get(path, headers=header).status_code == 200
    assert fresh(session, posted[2].id).holder_id is None


def test_approve_without_scripts_goes_on_to_the_next_and_offers_undo(session, reviewer, posted):
    story, subject, row = posted
    second, _row = story.submitted()
    answer = approve(reviewer, reviewer.get(f"/desk/{row.id}").text, row.id)
    assert answer.status_code == 303, answer.text
    page = reviewer.get(answer.location).text
    assert second.title in page
    assert session.get(Posting, subject.id, populate_existing=True).status == "live"
    undo = re.search(r'action="(/desk/\d+/undo[^"]*)"', page)[1]
    assert reviewer.post(undo).status_code == 303
    assert session.get(Posting, subject.id, populate_existing=True).status == "pending"


def test_a_double_click_decides_once(session, reviewer, posted):
    page = reviewer.get(f"/desk/{posted[2].id}").text
    first, second = (approve(reviewer, page, posted[2].id) for _ in range(2))
    assert (first.status_code, second.status_code) == (303, 303)
    assert fresh(session, posted[2].id).version == 2


def test_with_scripts_the_next_item_comes_as_a_fragment(session, reviewer, posted):
    story, _subject, row = posted
    second, next_row = story.submitted()
    page = reviewer.get(f"/desk/{row.id}").text
    answer = reviewer.client.post(f"/desk/{row.id}/decide", data=hidden(page, "d-approve"), headers=FRAGMENT)
    assert answer.status_code == 200, answer.text
    assert answer.headers["X-Desk"] == "desk"
    assert "<html" not in answer.text
    assert second.title in answer.text
    assert f'data-item="{next_row.id}"' in answer.text
    assert f'data-undo="/desk/{row.id}/undo"' in answer.text
    assert f'data-seconds="{60}"' in answer.text
    assert fresh(session, next_row.id).holder_id == reviewer.account_id


def test_red_findings_must_be_ticked_before_approval(app, session, reviewer):
    _subject, row = Story(session, "posting").submitted(requirements="限男性，35岁以下。")
    page = reviewer.get(f"/desk/{row.id}").text
    assert "data-must" in page
    assert "<mark>" in page, "what the check points to is marked in the text"
    answer = reviewer.client.post(f"/desk/{row.id}/decide", data=hidden(page, "d-approve"), headers=FRAGMENT)
    assert answer.status_code == 422
    assert answer.headers["X-Desk"] == "refusal"
    assert 'data-code="reason_missing"' in answer.text
    assert fresh(session, row.id).state == "queued"
    assert approve(reviewer, page, row.id).status_code == 303


def test_the_return_letter_is_prefilled_from_the_findings(session, reviewer):
    _subject, row = Story(session, "posting").submitted(requirements="限男性，35岁以下。")
    page = reviewer.get(f"/desk/{row.id}").text
    letter = page[page.index('id="d-return"') :]
    letter = letter[: letter.index("</dialog>")]
    checked = re.findall(r'value="(R\d\d)" checked', letter)
    assert "R08" in checked
    text = unescape(re.search(r'name="text-R08"[^>]*>([^<]*)<', letter)[1])
    assert text.strip()
    values = hidden(page, "d-return") | {"reason_codes": checked, "text-R08": text}
    answer = reviewer.client.post(f"/desk/{row.id}/decide", data=values)
    assert answer.status_code == 303, answer.text
    assert fresh(session, row.id).state == "need_info"


def test_without_scripts_a_refused_letter_keeps_what_was_typed(session, reviewer, posted):
    page = reviewer.get(f"/desk/{posted[2].id}?drawer=reject").text
    assert re.search(r'id="d-reject"[^>]* open', page)
    values = hidden(page, "d-reject") | {"reason_codes": ["R99"], "text-R01": "这段话不能丢", "reason_text": ""}
    answer = reviewer.client.post(f"/desk/{posted[2].id}/decide", data=values)
    assert answer.status_code == 422
    assert "这段话不能丢" in answer.text
    assert re.search(r'id="d-reject"[^>]* open', answer.text)


def test_an_edit_meanwhile_shows_the_difference_and_decides_nothing(session, reviewer, posted):
    story, subject, row = posted
    page = reviewer.get(f"/desk/{row.id}").text
    desk.edit(session, story.sender, "posting", subject.id, {"address": "南桥镇全新路88号"}, subject.version)
    answer = reviewer.client.post(f"/desk/{row.id}/decide", data=hidden(page, "d-approve"), headers=FRAGMENT)
    assert answer.status_code == 409
    assert 'data-code="stale"' in answer.text
    assert "全新路88号" in re.sub(r"</?(ins|del)>", "", answer.text)
    later = int(re.search(r'data-open-item="(\d+)"', answer.text)[1])
    assert later > row.id
    assert reviewer.get(f"/desk/{later}").status_code == 200
    assert session.get(Posting, subject.id, populate_existing=True).status == "pending"


def test_who_has_it_is_shown_and_nothing_can_be_decided(app, session, reviewer, posted):
    other = browser(app, session, "reviewer", region_code="310120")
    page = other.get(f"/desk/{posted[2].id}").text
    taken = reviewer.get(f"/desk/{posted[2].id}").text
    assert "张三" in taken, "the colleague's name"
    assert "d-approve" not in taken.replace('form="d-approve"', "")
    values = hidden(page, "d-approve")
    token = re.search(r'name="csrf_token" value="([^"]+)"', reviewer.get("/").text)[1]
    answer = reviewer.client.post(f"/desk/{posted[2].id}/decide", data=values | {"csrf_token": token}, headers=FRAGMENT)
    assert answer.status_code == 409
    assert 'data-code="lease_lost"' in answer.text


def test_a_claim_is_kept_alive_and_given_back_only_by_the_page_that_holds_it(session, reviewer, posted):
    reviewer.get(f"/desk/{posted[2].id}")
    epoch = fresh(session, posted[2].id).epoch
    assert reviewer.post(f"/desk/{posted[2].id}/renew", {"epoch": epoch}).status_code == 200
    assert reviewer.post(f"/desk/{posted[2].id}/renew", {"epoch": epoch + 1}).status_code == 409
    assert reviewer.post(f"/desk/{posted[2].id}/release", {"epoch": epoch + 1}).status_code == 204
    assert fresh(session, posted[2].id).holder_id == reviewer.account_id
    assert reviewer.post(f"/desk/{posted[2].id}/release", {"epoch": epoch}).status_code == 204
    assert fresh(session, posted[2].id).holder_id is None


def test_ask_hold_skip_transfer_by_form(app, session, reviewer):
    story = Story(session, "posting")
    colleague = browser(app, session, "reviewer", region_code="310120")
    states = {}
    for move, values in [
        ("ask", {"questions": "在哪一栋？\n几楼？"}),
        ("hold", {"until": "2099-01-04", "reason": "等协查"}),
        ("skip", {}),
        ("transfer", {"to": colleague.account_id, "reason": "由其办理"}),
    ]:
        row_id = story.submitted()[1].id
        reviewer.get(f"/desk/{row_id}")
        answer = reviewer.post(f"/desk/{row_id}/{move}", values)
        assert answer.status_code == 303, (move, answer.text)
        states[move] = fresh(session, row_id)
    assert (states["ask"].state, states["hold"].state, states["skip"].state) == ("need_info", "held", "queued")
    assert states["skip"].holder_id is None
    assert states["transfer"].holder_id == colleague.account_id


def test_colleagues_on_offer_are_those_who_may_decide_it(app, session, reviewer, posted):
    here = browser(app, session, "reviewer", region_code="310120")
    elsewhere = browser(app, session, "reviewer", region_code="440200")
    for person in (reviewer, here, elsewhere):
        session.add(Person(account_id=person.account_id, real_name="张三"))
    session.commit()
    offered = reviewer.get(f"/desk/{posted[2].id}/colleagues").text
    values = {int(n) for n in re.findall(r'<option value="(\d+)"', offered)}
    assert values == {here.account_id}


def test_another_division_and_other_hats_are_kept_out(app, session, posted):
    stranger = browser(app, session, "reviewer", region_code="440200")
    assert stranger.get(f"/desk/{posted[2].id}").status_code == 404
    assert posted[1].title not in stranger.get("/desk/").text
    assert stranger.post(f"/desk/{posted[2].id}/claim").status_code == 404
    assert stranger.post(f"/desk/{posted[2].id}/skip").status_code == 404
    seeker = browser(app, session, "seeker")
    assert seeker.get("/desk/").status_code == 403
    assert app.test_client().get("/desk/").status_code == 302


def test_moves_need_the_token_of_the_page(session, reviewer, posted):
    values = hidden(reviewer.get(f"/desk/{posted[2].id}").text, "d-approve") | {"csrf_token": "no"}
    assert reviewer.client.post(f"/desk/{posted[2].id}/decide", data=values).status_code == 400
    assert reviewer.client.get(f"/desk/{posted[2].id}/decide").status_code == 405
    assert fresh(session, posted[2].id).state == "queued"


@pytest.mark.parametrize(
    "change",
    [
        {"version": "abc"},
        {"epoch": "-1"},
        {"digest": ""},
        {"verdict": "maybe"},
        {"version": "9" * 30},
        {"idempotency_key": "k" * 150},
    ],
)
def test_bad_forms_are_answered(session, reviewer, posted, change):
    values = hidden(reviewer.get(f"/desk/{posted[2].id}").text, "d-approve") | change
    assert reviewer.client.post(f"/desk/{posted[2].id}/decide", data=values, headers=FRAGMENT).status_code == 422
    assert fresh(session, posted[2].id).state == "queued"


def test_a_school_decides_on_residency_under_its_own_title(app, session):
    story = Story(session, "residency")
    _subject, row = story.submitted()
    admin = browser(app, session, "school_admin", school_id=story.school.id)
    page = admin.get("/desk/?lang=en").text
    assert "Residency review" in page
    assert fresh(session, row.id).holder_id == admin.account_id
    assert approve(admin, page, row.id).status_code == 303
    assert fresh(session, row.id).state == "approved"


def test_the_change_of_a_live_posting_is_shown_against_the_approved_text(session, reviewer):
    story = Story(session, "posting")
    live, _row = story.decided()
    edited = desk.edit(session, story.sender, "posting", live.id, {"address": "南桥镇环城路99号"}, live.version)
    page = reviewer.get(f"/desk/{edited.round.id}").text
    line = page[page.index('<tr class="chg') :]
    line = line[: line.index("</tr>")]
    assert "<del>" in line
    assert "<ins>" in line
    assert page.count('class="same') > 5, "what did not change is there, folded away"


def test_all_green_items_are_decided_together_each_on_its_own(session, reviewer):
    story = Story(session, "posting")
    rows = [story.submitted()[1].id for _ in range(3)]
    session.execute(update(ReviewRound).where(ReviewRound.id.in_(rows)).values(all_green=True))
    session.commit()
    page = reviewer.get("/desk/batch").text
    marks = re.findall(r'name="item" value="([^"]+)"', page)
    assert len(marks) == 3
    ids = [int(mark.split(":")[0]) for mark in marks]
    subject = session.get(Posting, fresh(session, ids[1]).subject_id, populate_existing=True)
    stale = desk.edit(session, story.sender, "posting", subject.id, story.mended(), subject.version)
    assert stale.kind == "resubmitted"
    answer = reviewer.post("/desk/batch", {"item": [*marks, "x:y:z"]})
    assert answer.status_code == 200
    assert [fresh(session, i).state for i in ids] == ["approved", "superseded", "approved"]
    assert reviewer.post("/desk/batch", {}).status_code == 422


def test_numbers_of_statements(session, reviewer, statements):
    """At most 8 for the screen besides the claim's own; the reference data is in memory after the first page."""
    story = Story(session, "posting")
    ids = [story.submitted()[1].id for _ in range(3)]
    reviewer.get(f"/desk/{ids[0]}")
    statements.clear()
    assert reviewer.get(f"/desk/{ids[1]}").status_code == 200
    claim = [s for s in statements if "UPDATE review_round SET" in s]
    assert len(claim) == 1
    assert len(statements) - len(claim) <= 11, "\n\n".join(statements)


def test_the_queue_is_served_in_the_order_of_claims(app, session, reviewer):
    story = Story(session, "posting")
    ids = [story.submitted()[1].id for _ in range(3)]
    session.execute(update(ReviewRound).where(ReviewRound.id == ids[2]).values(tier=1))
    session.commit()
    page = reviewer.client.get("/desk/", headers={"Sec-Purpose": "prefetch"}).text
    listed = [int(n) for n in re.findall(r'data-open-item="(\d+)"', page)]
    second = browser(app, session, "reviewer", region_code="310000")
    second.get("/desk/")
    first = next(r for r in session.query(ReviewRound).populate_existing() if r.holder_id == second.account_id)
    assert listed == [ids[2], ids[0], ids[1]]
    assert first.id == ids[2]


def test_differences_are_found_by_character_and_hits_marked():
    old, new = compare("从事竹制家居用品的设计与生产。", "从事竹制家居用品的设计与生产，工艺全国第一。", [(17, 21)])
    assert "".join(p.text for p in new) == "从事竹制家居用品的设计与生产，工艺全国第一。"
    assert "".join(p.text for p in new if p.marked) == "全国第一"
    assert not [p for p in old if p.changed]
    assert "".join(p.text for p in marked("男女不限", [(-3, 2), (90, 99)]) if p.marked) == "男女"
    long_old, long_new = "第一句。" * 200, "第一句。" * 200 + "新的一句。"
    assert [p.text for p in compare(long_old, long_new)[1] if p.changed] == ["新的一句。"]


def test_the_head_says_how_long_the_day_s_decisions_took(session, reviewer, posted):
    """The median of the seconds from opening an item to its verdict; a day without any says nothing."""
    _story, _subject, row = posted
    page = reviewer.get(f"/desk/{row.id}?lang=en").text
    assert "median" not in page
    then = func.clock_timestamp() - timedelta(seconds=37)
    session.execute(update(ReviewRound).where(ReviewRound.id == row.id).values(claimed_at=then))
    session.commit()
    approve(reviewer, page, row.id)
    head = reviewer.get("/desk/?lang=en").text
    median = re.search(r'median <b class="num">(\d+)</b>', head)
    assert median is not None and int(median[1]) in range(37, 45)


def test_the_form_over_a_policy_asks_for_a_review_only_where_it_is_a_question(app, session):
    lead = browser(app, session, "lead", region_code="310000")
    for kind, asked in (("posting", True), ("residency", False)):
        row = ReviewPolicy(kind=kind, region_code="310120")
        session.add(row)
        session.commit()
        assert ('name="needs_review"' in lead.get(f"/reviewpolicyview/edit/{row.id}").text) is asked


def test_a_lead_asks_for_no_fewer_people_than_above_and_lets_no_account_go_unseen(app, session):
    lead = browser(app, session, "lead", region_code="310000")
    page = lead.get("/reviewpolicyview/add").text
    sent = {"kind": "account_appeal", "region": "310120", "working_days": "2", "tier": "5", "lease_minutes": "15"}
    sent |= {"needs_review": "y", "seats_grave": "2", "csrf_token": hidden(page, "main")["csrf_token"]}
    refused = lead.client.post("/reviewpolicyview/add?lang=en", data=sent | {"seats_needed": "1"})
    assert refused.status_code == 422 and "Above this division 2 people must agree" in unescape(refused.text)
    grave = {"seats_needed": "2", "seats_grave": "1"}
    refused = lead.client.post("/reviewpolicyview/add?lang=en", data=sent | grave)
    assert refused.status_code == 422 and '<a href="#seats_grave">' in refused.text
    unseen = {name: value for name, value in sent.items() if name != "needs_review"} | {"seats_needed": "2"}
    refused = lead.client.post("/reviewpolicyview/add?lang=en", data=unseen)
    assert refused.status_code == 422 and "it is always reviewed" in unescape(refused.text)
    for standing in ("residency", "agency_entry", "unit_registration", "employer_certification", "unit_change"):
        refused = lead.client.post("/reviewpolicyview/add?lang=en", data=unseen | {"kind": standing})
        assert refused.status_code == 422 and '<a href="#needs_review">' in refused.text, standing
    for more in ({"seats_needed": "2"}, {"seats_needed": "2", "kind": "posting"}):
        assert lead.client.post("/reviewpolicyview/add", data=sent | more).status_code == 302


def test_who_would_decide_alone_reads_so_before_and_says_why(app, session, reviewer):
    """No other officer in the division nor above: the note stands above the content, on a telephone too."""
    _subject, row = Story(session, "account_appeal").submitted()
    assert row.alone
    page = reviewer.get(f"/desk/{row.id}?lang=en").text
    assert "you decide it alone" in page and 'id="d-ground"' in page and "Why it is right to decide this alone" in page
    ticks = re.findall(r'name="acknowledged" value="(\w+)"', page)
    silent = hidden(page, "d-approve") | {"acknowledged": ticks}
    refused = reviewer.client.post(f"/desk/{row.id}/decide?lang=en", data=silent, headers=FRAGMENT)
    assert refused.status_code == 422 and "You decide this alone: say why." in refused.text
    other = browser(app, session, "reviewer", region_code="310120")
    assert "you decide it alone" not in other.get(f"/desk/{row.id}?lang=en").text, "somebody else has it"
    _subject, second = Story(session, "account_appeal").submitted()
    assert not second.alone
    assert "Two must agree" in other.get(f"/desk/{second.id}?lang=en").text


def test_where_all_of_them_are_approved_the_page_is_asked_for_anew(session, reviewer):
    """So that reloading it sends nothing twice."""
    story = Story(session, "posting")
    rows = [story.submitted()[1] for _ in range(2)]
    marks = [f"{row.id}:{row.version}:{row.evidence_digest}" for row in rows]
    answer = reviewer.post("/desk/batch", {"item": marks, "kind": "posting"})
    assert (answer.status_code, answer.location) == (303, "/desk/batch?kind=posting")
    assert "已通过 2 件。" in reviewer.get(answer.location).text
