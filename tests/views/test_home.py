"""Start pages: every number is the length of the list it leads to; nobody counts beyond the own scope; eight statements."""

from __future__ import annotations

import html
import re
from datetime import datetime, timedelta
from itertools import pairwise
from xml.etree import ElementTree

import pytest
from sqlalchemy import select, update

from app import jobs
from app.models.accounts import Person
from app.models.announcements import Visit
from app.models.bindings import Binding
from app.models.messages import Message
from app.models.review import ReviewSeat
from app.models.statistics import ReviewDay
from app.models.system import JobRun
from app.models.units import UnitChange
from app.rules.actor import Role
from app.rules.dates import ZONE, today
from app.views.charts import scale
from app.views.home import visits
from app.views.home.figures import DEFINITIONS
from app.views.home.periods import PERIODS, span
from tests.review import samples
from tests.review.rounds_written import DIGEST, round_of
from tests.views import world as made
from tests.views.people import browser, posting, unit

MOST = 8
DUES = (-50, -26, -1, 1, 5, 20, 30, 50, 80, 200, 400)  # hours from now


@pytest.fixture(scope="session")
def world(request, server_url, template_url, data_dir):
    return made.shared(request.session, server_url, template_url, data_dir)


@pytest.fixture
def busy(world):
    """The world with a queue of every urgency in two divisions, and verdicts of the last weeks; taken back at the end."""
    with made.undone(world) as session:
        fill(session, world)
        session.execute(update(Message).values(read_at=None))  # whatever other tests have read
        session.commit()
        yield session


def fill(session, world) -> None:
    now = datetime.now(ZONE)
    for number, hours in enumerate(DUES * 2):
        row = round_of(session, "posting" if number % 3 else "gig_offer", "310120" if number % 2 else "310115")
        row.submitted_at, row.due_at = now - timedelta(days=number), now + timedelta(hours=hours)
        if number % 4 == 1:  # one has agreed, a second person is still to come
            row.state = "second"
    for number in range(40, 70):
        row = round_of(session, "posting", "310120" if number % 2 else "440203")
        at = now - timedelta(days=number - 40, hours=1)
        row.submitted_at, row.due_at, row.decided_at, row.state = at - timedelta(hours=5), at, at, "approved"
        session.add(ReviewSeat(
            round_id=row.id, reviewer_id=world.actors[Role.REVIEWER].account_id, decided_at=at, digest=DIGEST, seconds=30,
            verdict=("approve", "return", "reject")[number % 3], reason_codes=["R01"] if number % 3 else [],
        ))  # fmt: skip
    session.commit()


def linked_figures(page: str) -> list[tuple[str, str]]:
    """(address, number) of every tile and table cell that leads to a list."""
    tiles = re.findall(r'<a class="g-stat" href="([^"]+)"><span>[^<]*</span><b[^>]*>([\d,+]+)<', page)
    cells = re.findall(r'<td class="num"><a href="([^"]+)">([\d,+]+)</a>', page)
    return [(html.unescape(url), n) for url, n in tiles + cells if not url.startswith("#")]


def length_of(page: str) -> str:
    """The number of records a list names."""
    found = re.search(r"data-announce><b>([\d,+]+)</b>", page)
    return found[1] if found else ""


def wrong_links(world, role: Role, path: str) -> list[str]:
    page = world.get(role, path).text
    found = []
    for url, number in linked_figures(page):
        answer = world.get(role, url)
        if answer.status_code != 200:
            found.append(f"{url}: {answer.status_code}")
        elif url.startswith(("/desk", "/jobs")):
            continue  # no lists of the engine: their own tests count them
        elif length_of(answer.text) != number and not (number == "0" and "g-empty" in answer.text):
            found.append(f"{url}: {number} on the start page, {length_of(answer.text)} in the list")
    return found


@pytest.mark.slow
@pytest.mark.parametrize("role", made.ROLES, ids=lambda r: r.value)
def test_every_number_is_the_length_of_the_list_it_leads_to(world, busy, role):
    """Slow: it opens every list that a start page leads to."""
    assert wrong_links(world, role, "/") == []


def test_a_division_below_narrows_numbers_and_lists_alike(world, busy):
    every = dict(linked_figures(world.get(Role.LEAD, "/?days=7").text))
    one = dict(linked_figures(world.get(Role.LEAD, "/?days=7&region=310120").text))
    assert every and one and set(every) != set(one)
    assert wrong_links(world, Role.LEAD, "/?days=7&region=310120") == []


def test_a_foreign_division_is_as_if_it_had_not_been_asked(world, busy):
    assert linked_figures(world.get(Role.LEAD, "/?region=440203").text) == linked_figures(
        world.get(Role.LEAD, "/").text
    )


@pytest.mark.parametrize("role", made.ROLES, ids=lambda r: r.value)
def test_at_most_eight_statements(world, role):
    world.get(role, "/")
    for query in ("", *(f"?days={days}" for days in PERIODS)):
        with made.counted(world) as seen:
            assert world.get(role, f"/{query}").status_code == 200
        assert len(seen) <= MOST, seen


@pytest.mark.parametrize("role", made.ROLES, ids=lambda r: r.value)
def test_every_drawing_has_a_name_and_a_table(world, busy, role):
    page = world.get(role, "/?lang=en").text
    for card in re.findall(r'<section class="g-card" id="[^"]+">.*?</section>', page, re.S):
        drawings = re.findall(r'<svg class="g-ch".*?</svg>', card, re.S)
        if drawings or "g-bars" in card:
            assert "<details" in card and "<table" in card
        for drawing in drawings:
            root = ElementTree.fromstring(drawing)  # noqa: S314 - our own page
            title = next(iter(root))
            assert (title.tag, title.get("id")) == ("title", root.get("aria-labelledby")) and title.text
    assert "style=" not in page


@pytest.mark.parametrize("role", made.ROLES, ids=lambda r: r.value)
def test_every_chart_leads_to_what_its_figures_mean(world, role):
    page, told = world.get(role, "/").text, world.get(role, "/figures/").text
    keys = re.findall(r'href="/figures/#([a-z]+)"', page)
    assert keys and set(keys) <= set(DEFINITIONS)
    assert all(f'<dt id="{key}"' in told for key in keys)


def test_a_bureau_counts_its_own_division_only(app, session):
    for region in ("310120", "310120", "440203"):
        round_of(session, "posting", region)
    session.commit()
    for region, expected in (("310000", "2"), ("310120", "2"), ("440000", "1"), ("440100", "0")):
        for role, place in (("lead", 0), ("reviewer", 0)):
            page = browser(app, session, role, region_code=region).get("/").text
            assert re.findall(r'<a class="g-stat"[^>]*><span>[^<]*</span><b[^>]*>([^<]+)', page)[place] == expected


def test_a_unit_counts_its_own_things_and_is_told_what_to_mend(app, session):
    own = unit(session)
    back = posting(session, own, status="returned", title="退回的职位")
    posting(session, own, status="draft", title="没写完的")
    posting(session, own)
    posting(session, unit(session), status="returned", title="别家的")
    who = browser(app, session, "unit_handler", unit_id=own.id, grants=["postings"])
    page = who.get("/?lang=en").text
    assert "退回的职位" in page and "没写完的" in page and "别家的" not in page
    assert page.index("退回的职位") < page.index("没写完的"), "what was returned stands first"
    assert f'href="/postingview/show/{back.id}"' in page
    assert {("/postingview/list/?tab=live", "1"), ("/postingview/list/?tab=returned", "1")} <= set(linked_figures(page))


def test_what_is_done_once_has_no_figure_before_there_is_one(app, session):
    of = unit(session)
    owner = browser(app, session, "unit_owner", unit_id=of.id)
    place = '<a class="g-stat" href="/unitchangeview/list/'
    assert place not in owner.get("/").text
    change = UnitChange(
        unit_id=of.id, name="新名称", region_code=of.region_code, status="draft", created_by_id=owner.account_id
    )
    session.add(change)
    session.commit()
    assert place in owner.get("/").text


def test_a_handler_begins_a_posting_from_the_start_page_and_a_reviewer_does_not(app, session):
    clerk = browser(app, session, "unit_handler", unit_id=unit(session).id, grants=["postings"])
    assert 'href="/postingview/add"' in clerk.get("/").text
    assert 'href="/postingview/add"' not in browser(app, session, "reviewer", region_code="310120").get("/").text


def test_names_are_escaped_in_drawings_and_tables(app, session):
    own = unit(session)
    name, link = "<b>注入</b>单位", samples.school(session)
    agency = made.Agency(name="职介", region_code="310120")
    session.add(agency)
    own.name = name
    session.flush()
    posting(session, own, agency_id=agency.id)
    page = browser(app, session, "agency", agency_id=agency.id).get("/").text
    assert link.id and "<b>注入" not in page and "&lt;b&gt;注入" in page


# -- visits -------------------------------------------------------------------------------------------------------------


def test_a_visit_ends_with_a_pause_and_counts_from_there(session):
    actor = samples.reviewer(session)
    hat = made.Hat(account_id=actor.account_id, role="reviewer", region_code="310000")
    session.add(hat)
    session.commit()
    actor = made.Actor(actor.account_id, Role.REVIEWER, hat_id=hat.id, region_code="310000")
    begun = datetime(2026, 3, 2, 9, 0, tzinfo=ZONE)
    assert visits.note(session, actor, begun).since is None
    assert visits.note(session, actor, begun + timedelta(minutes=5)).since is None, "the first visit goes on"
    back = begun + timedelta(hours=3)
    assert visits.note(session, actor, back).since == begun + timedelta(minutes=5)
    assert visits.note(session, actor, back + timedelta(minutes=20)).since == begun + timedelta(minutes=5)
    row = session.scalars(select(Visit)).one()
    assert row.seen_at == back + timedelta(minutes=20)


def test_what_came_since_the_last_visit_is_told(app, session):
    who = browser(app, session, "reviewer", region_code="310000")
    assert "came in for review" not in who.get("/?lang=en").text
    ago = datetime.now(ZONE) - timedelta(hours=5)
    row = session.scalars(select(Visit)).one()
    row.seen_at = row.since = ago
    old, new = round_of(session, "posting", "310120"), round_of(session, "posting", "310120")
    old.submitted_at, new.submitted_at = ago - timedelta(hours=1), ago + timedelta(hours=1)
    session.commit()
    page = who.get("/?lang=en").text
    found = re.search(r'<a class="g-link" href="([^"]+)">1 came in for review</a>', page)
    assert found
    assert length_of(who.get(html.unescape(found[1])).text) == "1"


# -- periods and scales -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("days", PERIODS)
def test_the_columns_of_a_period_leave_no_day_out(days):
    asked = span({"days": str(days)})
    slots = asked.slots()
    assert slots[-1].last == today() and (slots[-1].last - slots[0].first).days + 1 >= days
    for before, after in pairwise(slots):
        assert after.first == before.last + timedelta(days=1)
    assert len(slots) <= 31


def test_what_is_no_period_is_the_usual_one():
    assert span({"days": "100000000"}).days == span({"days": "x"}).days == span({}).days == 30


@pytest.mark.parametrize("top", [0.5, 1, 3, 4, 5, 7, 9, 99, 101, 2501, 99999])
def test_an_axis_ends_above_its_values_in_few_round_steps(top):
    steps = scale.ticks(top)
    assert steps[0] == 0 and steps[-1] >= top and len(steps) <= 5
    assert len({after - before for before, after in pairwise(steps)}) == 1


# -- jobs ---------------------------------------------------------------------------------------------------------------


def test_the_jobs_keep_days_and_walk_the_ledger(session):
    row = round_of(session, "posting", "310120")
    row.submitted_at = datetime.now(ZONE) - timedelta(days=3)
    session.commit()
    assert jobs.run_now("close_review_days") == 1
    assert session.scalars(select(ReviewDay)).one().received == 1
    samples.Story(session, "posting").decided()
    assert jobs.run_now("verify_ledger") > 0
    session.expire_all()
    assert session.scalars(select(JobRun).where(JobRun.job == "verify_ledger")).one().error == ""


def test_a_broken_ledger_fails_the_run_and_stands_on_the_auditors_page(app, session):
    session.add(
        JobRun(job="verify_ledger", started_at=datetime.now(ZONE), ended_at=datetime.now(ZONE), error="LedgerBroken")
    )
    session.commit()
    page = browser(app, session, "auditor").get("/?lang=en").text
    assert "The ledger did not hold" in page


def test_who_has_just_come_in_finds_what_to_do_next(app, session):
    somebody = browser(app, session, "seeker")
    person = Person(account_id=somebody.account_id, real_name="黎晓明", identity_level=1)
    session.add(person)
    session.commit()
    assert "/identityproofview/add" in todo(somebody.get("/").text)
    firm = unit(session)
    session.add(
        Binding(
            unit_id=firm.id, account_id=somebody.account_id, invited_as="lixm", real_name="黎晓明",
            expires_at=datetime.now(ZONE) + timedelta(days=7),
        )
    )  # fmt: skip
    person.identity_level = 2
    session.commit()
    shown = todo(somebody.get("/").text)
    assert "/invitationview/list/" in shown and "/identityproofview/add" not in shown
    owner = browser(app, session, "unit_owner", unit_id=firm.id)
    session.add(Person(account_id=owner.account_id, real_name="黎晓亮", identity_level=1))
    session.add(
        Binding(
            unit_id=unit(session).id, account_id=owner.account_id, invited_as="lixl", real_name="黎晓亮",
            expires_at=datetime.now(ZONE) + timedelta(days=7),
        )
    )  # fmt: skip
    session.commit()
    shown = owner.get("/").text.partition('id="todo"')[2].partition("</section>")[0]
    assert "/invitationview/" not in shown and "/identityproofview/" not in shown, "in this hat there is other work"


def todo(page: str) -> str:
    """The list of things to do."""
    return re.search(r'<section class="g-card" id="todo">(.*?)</section>', page, re.DOTALL)[1]
