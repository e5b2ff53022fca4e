"""What every page promises: its policy, no inline script or style, nothing from elsewhere, text that stays text."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from sqlalchemy import select

from app import registry
from app.models.positions import Posting
from app.rules.actor import Role
from app.views.base import SafeView
from tests.views import world as made
from tests.views.test_endpoint_matrix import AFTER_STEPS

VIEWS = [e.view for e in registry.MENU if issubclass(e.view, SafeView)]
PAGES = [
    "/",
    "/desk/",
    "/desk/batch",
    "/imports/",
    "/password/",
    "/portal/",
    "/portal/?kind=offer",
    "/portal/?kind=wanted",
]
ADMIN_PAGES = [(Role.SYSADMIN, "/jobs/"), (Role.AUDITOR, "/ledger/")]
INLINE = re.compile(
    r"<script(?![^>]*\bsrc=)[^>]*>|<style|\sstyle\s*=|\son[a-z]+\s*=\s*[\"']|javascript:", re.IGNORECASE
)
ELSEWHERE = re.compile(
    r"(?:src|href|action|poster|data|hx-[a-z]+)\s*=\s*[\"'](?:https?:)?//(?!localhost[/\"'])", re.IGNORECASE
)
ATTACK = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'{{7*7}}"
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}


@pytest.fixture(scope="session")
def world(request, server_url, template_url, data_dir):
    return made.shared(request.session, server_url, template_url, data_dir)


def faults(answer: Any) -> list[str]:
    """What one page lacks."""
    found, policy, text = [], answer.headers.get("Content-Security-Policy", ""), answer.text
    if "default-src 'none'" not in policy or "script-src 'self';" not in policy or "unsafe" in policy or "*" in policy:
        found.append(f"policy: {policy}")
    found += [
        f"{name}: {answer.headers.get(name)}" for name, value in HEADERS.items() if answer.headers.get(name) != value
    ]
    kept = answer.headers.get("Cache-Control", "")  # what is public anyway may be shown again for a minute
    if not re.search(r"no-cache|no-store|^private, max-age=60$", kept):
        found.append(f"shown again without asking: {kept}")
    if not re.fullmatch(r"[0-9a-f]{32}", answer.headers.get("X-Request-ID", "")):
        found.append("no request number")
    found += [f"inline: {hit[0]}" for hit in [INLINE.search(text)] if hit]
    found += [f"elsewhere: {hit[0]}" for hit in [ELSEWHERE.search(text)] if hit]
    if not re.search(r'<html lang="(zh-CN|en)"', text):
        found.append("no language")
    return found


def checked(world: made.World, role: Role, path: str, status: int = 200) -> list[str]:
    answer = world.get(role, path)
    wrong = faults(answer) + ([f"status {answer.status_code}"] if answer.status_code != status else [])
    return [f"{role.value} {path}: {one}" for one in wrong]


@pytest.mark.parametrize("view", VIEWS, ids=lambda v: v.__name__)
def test_the_pages_of_a_screen(world, view):
    screen = next(v for v in made.screens(world.app) if type(v) is view)
    name, role = view.__name__, made.granted(view)[0]
    key = world.mine(name, role)
    wrong = checked(world, role, f"{screen.route_base}/list/?size=20&lang=zh")
    if role in made.granted(view, "can_show"):
        wrong += checked(world, role, f"{screen.route_base}/show/{key}?lang=zh")
    for writer in made.granted(view, "can_add")[:1] if screen.add_columns else ():
        opens = 403 if name in AFTER_STEPS else 200
        wrong += checked(world, writer, f"{screen.route_base}/add?lang=zh", opens)
        refused = world.post(writer, f"{screen.route_base}/add", {"name": ATTACK, "title": ATTACK, "code": ATTACK})
        wrong += faults(refused) + (["the attack came back alive"] if "<script>alert" in refused.text else [])
    assert wrong == []


def test_the_pages_of_the_house(world):
    with made.undone(world):
        wrong = [fault for path in PAGES for fault in checked(world, Role.REVIEWER, path)]
        wrong += [fault for role, path in ADMIN_PAGES for fault in checked(world, role, path)]
        wrong += checked(world, Role.REVIEWER, f"/desk/{world.mine('ReviewRoundView', Role.REVIEWER)}")
        wrong += checked(world, Role.HANDLER, f"/postingview/preview/{world.mine('PostingView', Role.HANDLER)}")
    wrong += faults(world.app.test_client().get("/login/"))
    assert wrong == []


@pytest.mark.parametrize(("role", "path", "status"), [
    (Role.SEEKER, "/dictitemview/list/", 403),
    (Role.SEEKER, "/nothing/at/all", 404),
    (Role.HANDLER, "/postingview/show/99999999", 404),
    (Role.HANDLER, "/postingview/delete/1", 405),
])  # fmt: skip
def test_errors_are_calm_pages_with_a_number(world, role, path, status):
    answer = world.get(role, path)
    assert faults(answer) == []
    assert answer.status_code == status
    assert answer.headers["X-Request-ID"] in answer.text
    for word in ("Traceback", "sqlalchemy", "psycopg", "SELECT ", "werkzeug", "File &#34;", "postingview.show"):
        assert word not in answer.text, word


def test_a_fault_of_ours_is_a_calm_page_too(world, monkeypatch):
    from app.views import listing

    def fail(*_given: Any, **_more: Any) -> None:
        raise RuntimeError("SELECT phone FROM person")

    monkeypatch.setattr(listing, "run", fail)
    monkeypatch.setitem(world.app.config, "PROPAGATE_EXCEPTIONS", False)
    answer = world.get(Role.HANDLER, "/postingview/list/")
    assert (answer.status_code, faults(answer)) == (500, [])
    assert answer.headers["X-Request-ID"] in answer.text
    assert "SELECT" not in answer.text
    assert "RuntimeError" not in answer.text
    monkeypatch.undo()
    assert world.get(Role.HANDLER, "/postingview/list/").status_code == 200


def test_a_form_without_its_token_is_a_page_that_says_so(world):
    answer = world.people[Role.HANDLER].client.post("/postingview/add", data={"title": "装配工"})
    assert answer.status_code == 400
    assert faults(answer) == []
    assert "请返回后重新提交表单" in answer.text


@pytest.mark.parametrize(
    "target", ["//evil.example/x", "https://evil.example", "/\\evil.example", "javascript:alert(1)", "/\nx"]
)
def test_a_move_leads_to_no_other_site(world, target):
    with made.undone(world) as session:
        key = world.mine("PostingView", Role.HANDLER)
        version = session.scalar(select(Posting.version).where(Posting.id == key))
        sent = {"version": str(version), "next": target}
        answer = world.post(Role.HANDLER, f"/postingview/move/take_down/{key}", sent)
        assert (answer.status_code, answer.location) == (302, f"/postingview/show/{key}")
        page = world.people[Role.HANDLER].client.get(
            f"/postingview/move/set_validity/{key}", query_string={"next": target}
        )
        followed = [html.unescape(link) for link in re.findall(r'(?:href|action|value)="([^"]*)"', page.text)]
        assert [link for link in followed if link.strip().startswith(target.strip())] == []


def test_the_language_of_the_page_is_the_languages_own(world):
    client = world.app.test_client()
    assert '<html lang="zh-CN"' in client.get("/login/").text
    assert '<html lang="en"' in client.get("/login/?lang=en").text
    assert '<html lang="zh-CN"' in client.get("/login/?lang=zh").text


# -- text stays text ------------------------------------------------------------------------------------------------


def alive(text: str) -> list[str]:
    """Pieces of the attack that would run, or an expression that was computed."""
    found = re.findall(r"<script>alert|<img src=x|onerror=alert\(2\)>", text)
    return found + (["{{7*7}} was computed"] if "'49" in html.unescape(text) else [])


def text_columns(model: Any, names: tuple[str, ...]) -> dict[str, str]:
    """The attack in every text column, cut to its length."""
    from app.views.columns import describe

    found = {}
    for name in names:
        info = describe(model, name)
        if info.kind in ("text", "long") and name not in ("uscc",):
            found[name] = ATTACK[: info.length or 2000]
    return found


def test_a_name_with_markup_is_shown_as_text_everywhere(world):
    """Unit, posting, gig, seeker's post and school with markup in every text column: lists, records, desk, portal."""
    from app.extensions import db
    from app.models.gigs import GigOffer, GigWanted
    from app.models.positions import Posting
    from app.models.schools import School
    from app.models.units import Unit

    things = {
        Unit: world.rows["UnitView"]["a"], Posting: world.rows["PostingView"]["a"],
        GigOffer: world.rows["GigOfferView"]["a"],
        GigWanted: world.rows["GigWantedView"]["seeker"], School: world.rows["SchoolView"]["a"],
    }  # fmt: skip
    with made.undone(world):
        for model, key in things.items():
            row = db.session.get(model, key)
            names = getattr(model, "CONTENT", ("name", "website"))
            for name, text in text_columns(model, (*names, *(("unit_name",) if model is Posting else ()))).items():
                setattr(row, name, text)
        db.session.commit()
        unit, posting, gig, wanted, school = things.values()
        pages = [
            (Role.REVIEWER, "/unitview/list/?sort=name"), (Role.REVIEWER, f"/unitview/show/{unit}"),
            (Role.OWNER, "/"), (Role.HANDLER, f"/postingview/list/?q={ATTACK[:20]}"),
            (Role.HANDLER, f"/postingview/show/{posting}"),
            (Role.HANDLER, f"/postingview/edit/{posting}"), (Role.HANDLER, f"/postingview/preview/{posting}"),
            (Role.HANDLER, f"/postingview/move/take_down/{posting}"), (Role.HANDLER, f"/gigofferview/show/{gig}"),
            (Role.HANDLER, f"/gigofferview/edit/{gig}"), (Role.SEEKER, f"/gigwantedview/show/{wanted}"),
            (Role.OPERATOR, f"/schoolview/show/{school}"), (Role.REVIEWER, f"/residencyview/list/?f_school={school}"),
            (Role.SEEKER, "/portal/"), (Role.SEEKER, f"/portal/postings/{posting}"),
            (Role.SEEKER, f"/portal/units/{unit}"),
            (Role.SEEKER, f"/portal/gigs/{gig}"), (Role.SEEKER, f"/portal/gigs/{wanted}?kind=wanted"),
            (Role.REVIEWER, f"/unitview/list/?f_name={ATTACK}&sort={ATTACK}&tab={ATTACK}&after={ATTACK}"),
        ]  # fmt: skip
        wrong = []
        for role, path in pages:
            answer = world.get(role, path)
            wrong += [(path, answer.status_code)] if answer.status_code != 200 else []
            wrong += [(path, *alive(answer.text))] if alive(answer.text) else []
        assert wrong == []
        assert "&lt;script&gt;" in world.get(Role.HANDLER, f"/postingview/show/{posting}").text


def test_markup_that_was_sent_in_is_text_at_the_desk_and_in_the_message(world):
    from app.extensions import db
    from app.models.messages import Message
    from app.models.review import ReviewRound
    from app.review import desk, outbox
    from tests.review.samples import posting_content

    with made.undone(world):
        sent = posting_content(
            title=ATTACK[:60], description="负责收发货。" + ATTACK, requirements=ATTACK, address=ATTACK[:100]
        )
        actor = world.actors[Role.HANDLER]
        row = desk.create(db.session, actor, "posting", sent)
        made_round: ReviewRound = desk.submit(db.session, actor, "posting", row.id)
        key = made_round.id
        for path in (f"/desk/{key}", "/desk/", "/desk/batch", f"/reviewroundview/show/{key}", "/reviewroundview/list/"):
            answer = world.get(Role.REVIEWER, path)
            assert (path, answer.status_code, alive(answer.text)) == (path, 200, [])
        outbox.deliver(db.session)
        told = db.session.query(Message).filter_by(account_id=actor.account_id).order_by(Message.id.desc()).first()
        page = world.get(Role.HANDLER, f"/messageview/show/{told.id}")
        assert (page.status_code, alive(page.text)) == (200, [])
        answer = world.app.test_client().get("/api/v1/public/postings")
        assert answer.mimetype == "application/json"
