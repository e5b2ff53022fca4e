"""Every endpoint, every role, an own row, a foreign one and none: nothing is open that the registry does not open.

What is expected follows from the registry's grants and from `REACH`, which says by hand how far each role sees:
403 what is not granted, 404 what is foreign or absent, and for one's own what the screen answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

import pytest
from sqlalchemy import inspect, update

from app import compiled, registry
from app.models.accounts import Hat
from app.models.changes import is_traced
from app.review.edits import WITHDRAW_EDIT
from app.review.kinds import KINDS
from app.rules.actor import Role
from app.rules.hats import GRANTED
from app.views import scope
from app.views.base import SafeView
from app.views.columns import describe
from app.views.moves import permission_of
from tests.views import world as made

VIEWS = [e.view for e in registry.MENU if issubclass(e.view, SafeView)]
KIND_VIEWS = [v for v in VIEWS if v.kind]
GENERATED = {
    "list", "show", "add", "edit", "delete", "related", "move", "moves", "answer", "changes", "under", "comment",
    "uncomment", "colleagues", "precheck", "precheck_row", "facets", "outcomes", "cell", "export", "unmask",
}  # fmt: skip
OWN = {200, 302, 303, 403, 409, 422}  # 403: the role may, this person may not with this row
GONE = {404}
# A unit's form follows two steps before it, which nobody here has taken (tests/views/test_unit_start.py).
AFTER_STEPS = {"UnitView"}
SWAP = {"HX-Request": "true"}  # only the middle of the page is rendered: thousands of them are asked for here

# Endpoints without a role: open to everybody, and why that does no harm.
OPEN: dict[str, str] = {
    "static": "our own scripts, styles and pictures",
    "appbuilder.static": "files of the framework, which everybody can download",
    "healthz": "says that the process lives",
    "readyz": "says that the database has this release's schema",
    "LoginView.login": "the way in",
    "RegisterView.index": "the way in for somebody new; tells nothing of anybody",
    "RegisterView.details": "the same, for whoever asked for a code",
    "RegisterView.again": "another code, within the limits",
    "RegisterView.terms": "the text that is agreed to",
    "RegisterView.privacy": "the text that is agreed to",
    "CodeLoginView.login": "a way in; tells nothing of anybody",
    "CodeLoginView.enter": "the same, for whoever asked for a code",
    "CodeLoginView.forgot": "a new password for whoever holds the phone",
    "CodeLoginView.renew": "the same, for whoever asked for a code",
    "CodeLoginView.by_mail": "a one-time link to a reserved address; one answer for all addresses",
    "CodeLoginView.link": "for whoever holds the link",
    "CaptchaView.fresh": "a token made from nothing",
    "CaptchaView.picture": "five digits",
    "CaptchaView.sound": "five digits",
    **dict.fromkeys(
        (
            f"AppealPage.{name}"
            for name in ("index", "code", "form", "sent", "state", "again", "link", "leave", "password")
        ),
        "for people who cannot log in: a proven telephone opens its own appeals only",
    ),
    **dict.fromkeys(
        ("OpenIdView.start", "OpenIdView.callback", "OpenIdView.found"),
        "the way to a provider of logins and back: bound to the browser by state and cookie",
    ),
    "SecurityApi.login": "the way in for programs, behind the same lockout",
    "SecurityApi.refresh": "needs a refresh token",
    "UtilView.back": "answers 404",
    "LocaleView.index": "answers 404",
    "PortalView.index": "what is approved, for the public",
    "PortalView.agreement": "the text that is agreed to",
    "OpenApi.get": "shapes of the API, never data",
    "PortalView.posting": "what is approved, for the public",
    "PortalView.agencies": "what is approved, for the public",
    "PortalView.agency": "what is approved, for the public",
    "PortalView.school": "what is approved, for the public",
    "PortalView.gig": "what is approved, for the public",
    "PortalView.unit": "what is approved, for the public",
    "PublicApi.postings": "what is approved, for the public",
    "PublicApi.posting": "what is approved, for the public",
    "PublicApi.gigs": "what is approved, for the public",
    "PublicApi.gig": "what is approved, for the public",
    "PublicApi.unit": "what is approved, for the public",
}
# Endpoints of the desk's API have tests of their own with every role: tests/api/test_desk_api.py.
ELSEWHERE = {"DeskApi": "tests/api/test_desk_api.py", "MenuApi": "test_the_menu_of_the_api_is_the_pages_menu below"}


@dataclass(frozen=True)
class Spot:
    """One endpoint that is no generated one: who may, and the rows its address names."""

    permission: tuple[str, str] | None  # None: whoever is logged in
    path: str  # {} is the key of a row
    rows: str = ""  # screen whose rows the key names
    post: bool = False
    data: tuple[tuple[str, str], ...] = ()
    own: frozenset[int] = frozenset(OWN)
    gone: frozenset[int] = frozenset(GONE)


VERDICT = (
    ("verdict", "return"),
    ("version", "1"),
    ("epoch", "1"),
    ("digest", "0" * 64),
    ("reason_codes", "R99"),
    ("reason_text", "请补充"),
)
DECIDE, LIST, RUN = ("can_decide", "DeskView"), ("can_list", "DeskView"), ("can_run", "ImportView")
IMPORTS = ("can_list", "ImportView")
NOTICE = "NoticeTextView"
ROUND, AGENCY, SHOW, COPY = "ReviewRoundView", "AgencyPostingView", "can_show", "can_copy"
TRANSFER = (("to", "1"), ("reason", "请办"))
NOTHING = frozenset({204})  # a claim that is not held is given back by doing nothing
SPOTS: dict[str, Spot] = {
    "HomeView.index": Spot(None, "/"),
    "HomeView.figures": Spot(None, "/figures/"),
    "DeskView.list": Spot(LIST, "/desk/"),
    "DeskView.item": Spot(LIST, "/desk/{}", ROUND),
    "DeskView.unmask": Spot(("can_unmask", "DeskView"), "/desk/{}/unmask/nothing", ROUND, own=frozenset(GONE)),
    "DeskView.batch": Spot(("can_batch", "DeskView"), "/desk/batch"),
    "DeskView.colleagues": Spot(("can_transfer", "DeskView"), "/desk/{}/colleagues", ROUND),
    "DeskView.claim": Spot(DECIDE, "/desk/{}/claim", ROUND, True),
    "DeskView.renew": Spot(DECIDE, "/desk/{}/renew", ROUND, True, (("epoch", "1"),), gone=frozenset({404, 409})),
    "DeskView.release": Spot(DECIDE, "/desk/{}/release", ROUND, True, (("epoch", "1"),), NOTHING, NOTHING),
    "DeskView.decide": Spot(DECIDE, "/desk/{}/decide", ROUND, True, VERDICT),
    "DeskView.undo": Spot(DECIDE, "/desk/{}/undo", ROUND, True),
    "DeskView.skip": Spot(DECIDE, "/desk/{}/skip", ROUND, True),
    "DeskView.ask": Spot(DECIDE, "/desk/{}/ask", ROUND, True, (("questions", "几楼？"),)),
    "DeskView.hold": Spot(DECIDE, "/desk/{}/hold", ROUND, True, (("until", "2099-01-04"), ("reason", "等协查"))),
    "DeskView.resume": Spot(DECIDE, "/desk/{}/resume", ROUND, True),
    "DeskView.transfer": Spot(("can_transfer", "DeskView"), "/desk/{}/transfer", ROUND, True, TRANSFER),
    "ImportView.list": Spot(IMPORTS, "/imports/"),
    "ImportView.show": Spot(IMPORTS, "/imports/{}", "ImportRunView"),
    "ImportView.progress": Spot(IMPORTS, "/imports/{}/progress", "ImportRunView"),
    "ImportView.columns": Spot(RUN, "/imports/{}/columns", "ImportRunView", own=frozenset({200, 404})),
    "ImportView.errors": Spot(RUN, "/imports/{}/errors", "ImportRunView", own=frozenset({200, 403, 404, 422})),
    "ImportView.template": Spot(RUN, "/imports/template/nothing/xlsx", own=frozenset({404})),
    "ImportView.new": Spot(RUN, "/imports/new/nothing", own=frozenset({404})),
    "ImportView.start": Spot(RUN, "/imports/{}/start", "ImportRunView", True, own=frozenset({302, 404, 409, 422})),
    "ImportView.cancel": Spot(RUN, "/imports/{}/cancel", "ImportRunView", True, own=frozenset({302, 404, 409})),
    "DictItemView.types": Spot(("can_list", "DictItemView"), "/dictitemview/types"),
    "ReviewPolicyView.applies": Spot(("can_list", "ReviewPolicyView"), "/reviewpolicyview/applies?kind=posting"),
    "CheckSwitchView.applies": Spot(("can_list", "CheckSwitchView"), "/checkswitchview/applies"),
    "NoticeTextView.send": Spot(("can_edit", NOTICE), "/noticetextview/send/{}", NOTICE, True),
    "NoticeTextView.preview": Spot(("can_edit", NOTICE), "/noticetextview/preview/{}", NOTICE, True),
    "ReviewReasonView.preview": Spot(("can_edit", "ReviewReasonView"), "/reviewreasonview/preview", post=True),
    "JobView.list": Spot(("can_list", "JobView"), "/jobs/"),
    "JobView.run": Spot(("can_run", "JobView"), "/jobs/run/nothing", post=True, own=frozenset(GONE)),
    "JobView.edit": Spot(("can_edit", "JobView"), "/jobs/edit/nothing", own=frozenset(GONE)),
    "LogFiguresView.list": Spot(("can_list", "LogFiguresView"), "/log-figures/"),
    "LogFiguresView.file": Spot(("can_export", "LogFiguresView"), "/log-figures/file.csv"),
    "LedgerView.list": Spot(("can_list", "LedgerView"), "/ledger/"),
    "LedgerView.verify": Spot(("can_verify", "LedgerView"), "/ledger/verify", post=True),
    "LedgerView.heads": Spot(("can_list", "LedgerView"), "/ledger/heads.json"),
    "TaskView.file": Spot(("can_list", "TaskView"), "/taskview/file/{}", "TaskView", own=frozenset(GONE)),
    "MessageView.read_all": Spot(("can_list", "MessageView"), "/messageview/read", post=True),
    "MessageView.read_one": Spot(("can_list", "MessageView"), "/messageview/read/{}", "MessageView", True),
    "MessageView.unread": Spot(("can_list", "MessageView"), "/messageview/unread"),
    "MessageView.newest": Spot(("can_list", "MessageView"), "/messageview/newest"),
    "AnnouncementView.acknowledge": Spot(
        ("can_acknowledge", "AnnouncementView"), "/announcementview/acknowledge/{}", "AnnouncementView", True
    ),
    "FindView.list": Spot(("can_list", "FindView"), "/find/?q=演示"),
    "UnitStartView.index": Spot(("can_list", "UnitStartView"), "/unitstart/"),
    "UnitStartView.code": Spot(("can_list", "UnitStartView"), "/unitstart/code", own=frozenset({302})),
    "PasswordView.index": Spot(("can_list", "PasswordView"), "/password/"),
    "PostingView.preview": Spot(("can_show", "PostingView"), "/postingview/preview/{}", "PostingView"),
    "PostingView.copy": Spot(("can_copy", "PostingView"), "/postingview/copy/{}", "PostingView", True),
    "AgencyPostingView.preview": Spot((SHOW, AGENCY), "/agencypostingview/preview/{}", AGENCY),
    "AgencyPostingView.copy": Spot((COPY, AGENCY), "/agencypostingview/copy/{}", AGENCY, True),
    "ListsView.list": Spot(("can_list", "ListsView"), "/lists/"),
    "ListsView.save": Spot(("can_list", "ListsView"), "/lists/save", post=True, data=(("screen", "MessageView"),)),
    "ListsView.layout": Spot(("can_list", "ListsView"), "/lists/layout", post=True, data=(("screen", "MessageView"),)),
    "ListsView.change": Spot(
        ("can_list", "ListsView"), "/lists/{}/rename", "ListsView", True, (("name", "新名"),), own=frozenset({302})
    ),
    "SessionView.others": Spot(("can_end", "SessionView"), "/sessionview/others", post=True),
    "SecondFactorView.index": Spot(None, "/second-factor/", own=frozenset({302})),
    "OpenIdView.index": Spot(("can_list", "OpenIdView"), "/openid/"),
    "OpenIdView.unlink": Spot(("can_list", "OpenIdView"), "/openid/unlink/999", post=True, own=frozenset(GONE)),
    "MyCodeView.index": Spot(("can_list", "MyCodeView"), "/my-code/"),
    "MyCodeView.picture": Spot(("can_list", "MyCodeView"), "/my-code/picture"),
    "ScanView.index": Spot(("can_list", "ScanView"), "/scan/"),
    "AccountMergeView.candidates": Spot(("can_add", "AccountMergeView"), "/accountmergeview/candidates"),
    "ProofView.index": Spot(("can_list", "ProofView"), "/proof/"),
    "MeView.index": Spot(("can_list", "MeView"), "/me/"),
    "MeView.mail": Spot(("can_list", "MeView"), "/me/mail"),
    "MeView.phone": Spot(("can_list", "MeView"), "/me/phone"),
    "MyDataView.index": Spot(("can_list", "MyDataView"), "/my-data/"),
    "MyDataView.close": Spot(("can_list", "MyDataView"), "/my-data/close"),
    "MyDataView.copy": Spot(("can_list", "MyDataView"), "/my-data/copy", post=True),
    "MyDataView.consent": Spot(
        ("can_list", "MyDataView"), "/my-data/consent/nothing", post=True, own=frozenset({404, 422})
    ),
    "NoticeChoiceView.index": Spot(("can_list", "NoticeChoiceView"), "/my-notices/"),
    "ChoiceView.index": Spot(("can_list", "ChoiceView"), "/choose/"),
    "FactorView.index": Spot(("can_list", "FactorView"), "/factor/"),
    "FactorView.device": Spot(("can_list", "FactorView"), "/factor/device"),
    "FactorView.key": Spot(("can_list", "FactorView"), "/factor/key", own=frozenset({403})),  # without a device there is no key
    "FactorView.remove_key": Spot(("can_list", "FactorView"), "/factor/key/1/remove", post=True, own=frozenset(GONE)),
    "FactorView.codes": Spot(("can_list", "FactorView"), "/factor/codes", post=True),
    "LoginView.logout": Spot(None, "/logout/", post=True),
}  # fmt: skip
OTHER = {
    "FileView.file": "test_files_follow_what_they_hang_on",
    "FileView.thumb": "test_files_follow_what_they_hang_on",
    "FileView.link": "tests/api/test_file_links.py",
    "FileView.page": "test_papers.test_who_may_see_the_paper_sees_its_pages_and_nobody_else",
    "FileView.pages": "test_papers.test_who_may_see_the_paper_sees_its_pages_and_nobody_else",
    "hat": "test_only_own_hats_can_be_worn",
}


@pytest.fixture(scope="session")
def world(request, server_url, template_url, data_dir):
    return made.shared(request.session, server_url, template_url, data_dir)


def may(role: Role, permission: str, view: str) -> bool:
    return (permission, view) in compiled.grants()[role.value]


def screen_of(world: made.World, view: type) -> Any:
    return next(v for v in made.screens(world.app) if type(v) is view)


def sides(world: made.World, view: str, role: Role) -> Iterator[tuple[str, Any]]:
    """An own row (if the role may see any), a foreign one (if there is any for it), and a key without a row."""
    yield "mine", world.mine(view, role)
    if world.theirs(view, role) is not None:
        yield "theirs", world.theirs(view, role)
    yield "absent", world.absent(view)


def wanted(granted: bool, side: str, own: Any) -> set[int]:
    if not granted:
        return {403}
    return set(own) if side == "mine" else set(GONE)


# -- completeness -------------------------------------------------------------------------------------------------


def test_no_endpoint_is_missing_here(world):
    apis = {e.view.__name__.removesuffix("View") + "Api" for e in registry.MENU if e.api} | set(ELSEWHERE)
    screens = {v.__name__ for v in VIEWS}
    unknown = []
    for endpoint in {rule.endpoint for rule in world.app.url_map.iter_rules()}:
        view, _dot, method = endpoint.partition(".")
        generated = view in screens and method in GENERATED
        if not (generated or view in apis or endpoint in OPEN or endpoint in SPOTS or endpoint in OTHER):
            unknown.append(endpoint)
    assert unknown == []
    assert all(OPEN.values())


def test_every_screen_has_rows_in_the_world(world):
    assert {v.__name__ for v in VIEWS} | {"ListsView"} == set(world.rows)


@pytest.mark.parametrize("view", VIEWS, ids=lambda v: v.__name__)
def test_the_scope_of_each_role_is_what_was_written_down(world, view):
    """`REACH` is written by hand; the scope of the code must show and hide the same rows."""
    name, screen, wrong = view.__name__, screen_of(world, view), []
    with world.app.app_context():
        from app.extensions import db

        for role in made.granted(view):
            key = inspect(view.datamodel.obj).primary_key[0]
            seen = set(db.session.scalars(scope.rows(screen, world.actors[role]).with_only_columns(key)))
            for side, row in sides(world, name, role):
                if (row in seen) != (side == "mine"):
                    wrong.append((role.value, side, row))
    assert wrong == []


# -- pages --------------------------------------------------------------------------------------------------------


def stranger(view: type, role: Role) -> bool:
    """Whether the role holds nothing at all on the screen: then one row and one move stand for all."""
    return not any(name == view.__name__ for _permission, name in compiled.grants()[role.value])


def keys(world: made.World, view: type, role: Role) -> list[tuple[str, Any]]:
    """The rows to ask for, the foreign ones first."""
    found = list(sides(world, view.__name__, role))
    return found[:1] if stranger(view, role) else found[::-1]


def pages(world: made.World, view: type, role: Role) -> Iterator[tuple[str, set[int]]]:
    """All generated addresses of a screen for GET, and what each may answer."""
    name, screen = view.__name__, screen_of(world, view)
    reads, shows = may(role, "can_list", name), may(role, "can_show", name)
    yield "list/?size=20", {200} if reads else {403}
    yield "facets", {200} if reads else {403}
    yield "outcomes/999999999", {404} if reads else {403}
    adds = may(role, "can_add", name) and bool(screen.add_columns)
    yield "add", {200} if adds and name not in AFTER_STEPS else {403}
    pickable = [
        n for n in (*screen.search_columns, *screen.add_columns) if describe(screen.model, n).relation is not None
    ]
    for column in pickable[:2]:
        yield f"related/{column}", {200, 404} if reads else {403}
    yield "related/created_by_id", {404} if reads else {403}
    for side, key in keys(world, view, role):
        yield f"show/{key}", wanted(shows, side, {200})
        yield f"changes/{key}", wanted(shows, side, {200} if is_traced(screen.model) else GONE)
        yield f"under/{key}/nothing", GONE if shows else {403}
        for other in screen.related_names[:1]:
            yield f"under/{key}/{other}", wanted(shows, side, {200, 404})
        talks = may(role, "can_comment", name)
        for path in ("comment", "colleagues"):
            yield f"{path}/{key}", wanted(talks, side, {200})
        edits = may(role, "can_edit", name)
        yield f"edit/{key}", wanted(edits, side, {200, 403, 409} if screen.edit_columns else {403})
        yield f"cell/{key}/nothing", wanted(edits, side, GONE) if screen.edit_columns else {403}
        yield f"delete/{key}", {405}
        for column in sorted(screen.unmaskable()):
            yield f"unmask/{key}/{column}", wanted(may(role, "can_unmask", name), side, {200})
        for move in moves(view)[: 1 if stranger(view, role) else None]:
            yield f"move/{move}/{key}", wanted(may(role, permission_of(move), name), side, {200})


def moves(view: type) -> list[str]:
    """Every move of the screen's lifecycle that is no verdict, the clock's among them."""
    if not view.kind:
        return []
    return [*(m.name for m in KINDS[view.kind].lifecycle.moves if not m.verdict), WITHDRAW_EDIT.name]


@pytest.mark.slow
@pytest.mark.parametrize("view", VIEWS, ids=lambda v: v.__name__)
def test_reading(world, view):
    """Slow where a lifecycle is long: every address of the screen for every role."""
    route, wrong = screen_of(world, view).route_base, []
    for role in made.ROLES:
        for path, expected in pages(world, view, role):
            status = world.get(role, f"{route}/{path}", **SWAP).status_code
            if status not in expected:
                wrong.append((role.value, path, status, expected))
    assert wrong == []


@pytest.mark.slow
@pytest.mark.parametrize("view", VIEWS, ids=lambda v: v.__name__)
def test_writing(world, view):
    """With the right token: forms, moves, deletion; undone before the next role comes. Slow for the same reason."""
    name, screen, wrong = view.__name__, screen_of(world, view), []
    for role in made.ROLES:
        with nullcontext() if stranger(view, role) else made.undone(world):
            for path, data, expected in posts(world, view, role):
                status = world.post(role, f"{screen.route_base}/{path}", data, headers=SWAP).status_code
                if status not in expected:
                    wrong.append((role.value, path, status, expected))
            foreign = world.theirs(name, role)
            if foreign is not None and not stranger(view, role):
                assert untouched(screen, foreign), (role, foreign)
    assert wrong == []


def posts(world: made.World, view: type, role: Role) -> Iterator[tuple[str, dict[str, str], set[int]]]:
    name, screen = view.__name__, screen_of(world, view)
    adds = may(role, "can_add", name) and bool(screen.add_columns)
    yield "add", {}, {302, 403, 409, 422} if adds else {403}
    if view.kind:
        yield "precheck", {}, {200, 403} if adds else {403}
    yield "export", {"format": "csv"}, {200} if may(role, "can_export", name) else {403}
    for side, key in keys(world, view, role):
        deletes = may(role, "can_delete", name)
        answers = may(role, "can_submit", name) and bool(view.kind)
        talks = may(role, "can_comment", name)
        yield f"comment/{key}", {"text": "请看第二条"}, wanted(talks, side, {302})
        yield f"uncomment/{key}/999999999", {}, GONE if talks else {403}
        yield f"answer/{key}", {"answer": "三楼"}, wanted(answers, side, OWN | GONE)
        yield f"delete/{key}", {}, {403} if view.kind or not deletes else {302, 409} if side == "mine" else GONE
        changed = {"version": "1", "title": "改掉", "name": "改掉"}
        if not (side == "mine" and deletes and not view.kind):
            edits = wanted(may(role, "can_edit", name), side, OWN if screen.edit_columns else {403})
            yield f"edit/{key}", changed, edits
        if view.kind:
            tries = wanted(may(role, "can_edit", name), side, {200, 403, 409})
            yield f"precheck/{key}", {"title": "改掉"}, tries
        for column in sorted(screen.unmaskable()):
            sent = {"reason": "match", "reason_text": "与公函核对"}
            yield f"unmask/{key}/{column}", sent, wanted(may(role, "can_unmask", name), side, {200, 404})
        for move in moves(view)[: 1 if stranger(view, role) else None]:
            sent = {"version": "1", "reason_text": "内容不实", "valid_until": "2026-13-01"}
            yield f"move/{move}/{key}", sent, wanted(may(role, permission_of(move), name), side, OWN | GONE)


def untouched(screen: Any, key: Any) -> bool:
    """Whether a row still stands in its first version."""
    from app.extensions import db

    row = db.session.get(screen.model, key, populate_existing=True)
    return row is not None and getattr(row, "version", 1) == 1


# -- all other endpoints ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("endpoint", SPOTS)
def test_other_endpoints(world, endpoint):
    spot, wrong = SPOTS[endpoint], []
    if endpoint == "LoginView.logout":
        assert world.people[Role.SEEKER].client.get(spot.path).status_code == 405, "leaving needs a form"
        return
    for role in made.ROLES:
        granted = spot.permission is None or may(role, *spot.permission)
        with made.undone(world) if granted else nullcontext():
            rows = list(sides(world, spot.rows, role))[:: -1 if granted else 3] if spot.rows else [("mine", "")]
            for side, key in rows:
                path = spot.path.format(key)
                ask = world.post(role, path, dict(spot.data)) if spot.post else world.get(role, path)
                expected = {403} if not granted else spot.own if side == "mine" else spot.gone
                if ask.status_code not in expected:
                    wrong.append((role.value, side, path, ask.status_code, expected))
    assert wrong == []


GATED = sorted((role, name) for role, name in compiled.functions() if not name.endswith("Api"))


def addresses(world: made.World, name: str, role: Role) -> Iterator[tuple[str, bool, dict[str, str]]]:
    """Every address of a screen that the role may open with its functions: path, whether by POST, what is sent."""
    view = next(e.view for e in registry.MENU if e.view.__name__ == name)
    if view in VIEWS:
        route = screen_of(world, view).route_base
        yield from ((f"{route}/{path}", False, {}) for path, expected in pages(world, view, role) if expected != {405})
        yield from ((f"{route}/{path}", True, data) for path, data, _expected in posts(world, view, role))
    for spot in SPOTS.values():
        if spot.permission is not None and spot.permission[1] == name and may(role, *spot.permission):
            key = world.mine(spot.rows, role) if spot.rows else ""
            yield spot.path.format(key), spot.post, dict(spot.data)


@pytest.mark.slow
@pytest.mark.parametrize(("role", "name"), GATED)
def test_without_its_function_no_address_of_a_screen_opens(world, role, name):
    """Whoever holds every function but those that open the screen: 403 at every address. Slow: a login for each screen."""
    who, wrong = Role(role), []
    others = [one for one in GRANTED[who] if one not in compiled.functions()[role, name]]
    with made.undone(world) as session:
        session.execute(update(Hat).where(Hat.id == world.actors[who].hat_id).values(grants=others))
        session.commit()
        person = made.another_login(world, who)
        for path, post, data in addresses(world, name, who):
            answer = person.post(path, data, headers=SWAP) if post else person.get(path, **SWAP)
            if answer.status_code != 403:
                wrong.append((path, post, answer.status_code))
        assert "function_missing" in person.get(next(addresses(world, name, who))[0]).text
    assert wrong == []


def test_files_follow_what_they_hang_on(world):
    """A picture of a unit is seen by whom the unit's pictures are shown; of a draft by nobody else."""
    from app.extensions import db
    from app.models.media import Medium

    with made.undone(world):
        row = db.session.get(Medium, world.rows["UnitMediumView"]["b"])
        medium, file = row.id, row.file_id

        db.session.execute(update(Medium).where(Medium.id == medium).values(status="draft"))
        db.session.commit()
        answers = {role: world.get(role, f"/files/{file}").status_code for role in made.ROLES}
        answers |= {f"{role} thumb": world.get(role, f"/files/{file}/thumb").status_code for role in made.ROLES}
        assert set(answers.values()) == {404}, answers
        assert world.app.test_client().get(f"/files/{file}").status_code == 404
        assert world.get(Role.HANDLER, "/files/00000000-0000-0000-0000-000000000000").status_code == 404


def test_only_own_hats_can_be_worn(world):
    for role in (Role.SEEKER, Role.REVIEWER):
        other = world.actors[Role.SYSADMIN].hat_id
        assert world.post(role, f"/hat/{other}").status_code == 403
        assert world.post(role, f"/hat/{world.actors[role].hat_id}").status_code == 302
        assert world.get(role, f"/hat/{other}").status_code == 405


NOBODYS_FILE = "00000000-0000-0000-0000-000000000000"
FILES = {
    "FileView.file",
    "FileView.thumb",
    "FileView.link",
}  # answer 404 for what is not public: test_files_follow_what_they_hang_on


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_nobody_sees_anything_without_logging_in(world, method):
    """Every address that is not open leads to the login, which goes on to the page asked for; the API answers 401."""
    client, wrong = world.app.test_client(), []
    for rule in world.app.url_map.iter_rules():
        if rule.endpoint in {*OPEN, *FILES, "LoginView.logout"} or method not in rule.methods:
            continue
        values = {name: NOBODYS_FILE if name == "file_id" else 1 for name in rule.arguments}
        with world.app.test_request_context():
            path = rule.build(values)[1]
        answer = client.open(path, method=method)
        if path.startswith("/api/"):
            right = answer.status_code == 401
        else:
            target = f"?next={quote(path)}" if method == "GET" and path != "/" else ""
            right = (answer.status_code, answer.location) == (302, f"/login/{target}")
        if not right:
            wrong.append((rule.endpoint, path, answer.status_code, answer.location))
    assert wrong == []


def test_what_is_open_without_login_is_what_was_written_down(world):
    declared = world.app.extensions["open_endpoints"]
    outside = {"healthz", "readyz", "UtilView.back", "LocaleView.index"}
    pages = {name for name in OPEN if not name.partition(".")[0].endswith("Api") and name != "OpenApi.get"}
    assert declared - FILES - {"LoginView.logout"} == pages - outside


def test_a_form_sent_after_the_session_ended_leads_back_to_its_page(world):
    client, path = world.app.test_client(), "/postingview/move/submit/1"
    page = {"Referer": "http://localhost/postingview/show/1?lang=en"}
    answer = client.post(path, data={"csrf_token": "old"}, headers=page)
    assert (answer.status_code, answer.location) == (302, "/login/?next=/postingview/show/1?lang%3Den")
    elsewhere = client.post(path, headers={"Referer": "https://example.cn/x"})
    assert elsewhere.location == "/login/"
    piece = client.get("/postingview/list/", headers=SWAP)
    assert (piece.status_code, piece.headers["HX-Redirect"]) == (204, "/login/?next=/postingview/list/")


def test_no_post_works_without_its_token(world):
    wrong = []
    for rule in world.app.url_map.iter_rules():
        if "POST" not in rule.methods or rule.rule.startswith("/api/"):
            continue
        with world.app.test_request_context():
            path = rule.build(dict.fromkeys(rule.arguments, 1))[1]
        status = world.people[Role.LEAD].client.post(path, data={"version": "1"}).status_code
        if status != 400:
            wrong.append((rule.endpoint, status))
    assert wrong == []
