"""The generated REST APIs: each role against each row, what can never be written, and keys that were not on offer."""

from __future__ import annotations

from contextlib import nullcontext
from typing import Any

import pytest

from app import compiled, registry
from app.review.kinds import KINDS
from app.rules.actor import Role
from app.views.api import generated
from tests.review import samples
from tests.views import world as made
from tests.views.people import PASSWORD

VIEWS = [e.view for e in registry.MENU if e.api]
WRITTEN = [v for v in VIEWS if v.kind]
GONE = 404
# Columns that no sender writes: the desk's, the vault's, the machine's.
CLOSED = (
    "status", "edit_state", "edit_content", "id", "created_by_id", "submitted_at", "decided_at", "published_at",
    "search", "source", "unit_name", "agency_id",
    "poster_id", "phone_hash", "verified_on", "reverify_due", "agreement_version",
    "initials", "_sealed", "contact_phone_masked", "version_id", "assumed",
)  # fmt: skip


@pytest.fixture(scope="session")
def world(request, server_url, template_url, data_dir):
    return made.shared(request.session, server_url, template_url, data_dir)


@pytest.fixture(scope="session")
def tokens(world) -> dict[Role, dict[str, str]]:
    """A bearer token for each role."""
    found = {}
    for role in made.ROLES:
        sent = {"username": world.names[role], "password": PASSWORD, "provider": "db"}
        answer = world.app.test_client(use_cookies=False).post("/api/v1/security/login", json=sent)
        found[role] = {"Authorization": f"Bearer {answer.json['access_token']}"}
    return found


def may(role: Role, permission: str, view: type) -> bool:
    return (permission, generated.api_name(view)) in compiled.grants()[role.value]


def base(view: type) -> str:
    return f"/api/v1/{generated.api_of(view).resource_name}/"


def sides(world: made.World, view: type, role: Role) -> list[tuple[Any, bool]]:
    """Keys to ask for, and whether the role sees the row."""
    name = view.__name__
    found = [(world.absent(name), False)]
    if world.theirs(name, role) is not None:
        found.append((world.theirs(name, role), False))
    return [*found, (world.mine(name, role), True)]


@pytest.mark.parametrize("view", VIEWS, ids=lambda v: v.__name__)
def test_reading(world, tokens, view):
    client, wrong = world.app.test_client(use_cookies=False), []
    assert client.get(base(view)).status_code == 401
    for role in made.ROLES:
        listed = client.get(f"{base(view)}?size=20", headers=tokens[role])
        expected = 200 if may(role, "can_list", view) else 403
        if listed.status_code != expected:
            wrong.append((role.value, "list", listed.status_code))
        for key, seen in sides(world, view, role):
            status = client.get(f"{base(view)}{key}", headers=tokens[role]).status_code
            right = 403 if not may(role, "can_show", view) else 200 if seen else GONE
            if status != right:
                wrong.append((role.value, key, status, right))
            foreign = not seen and may(role, "can_list", view)
            if foreign and listed.status_code == 200 and key in [row["id"] for row in listed.json["result"]]:
                wrong.append((role.value, key, "is listed"))
    assert wrong == []


@pytest.mark.slow
@pytest.mark.parametrize("view", WRITTEN, ids=lambda v: v.__name__)
def test_writing(world, tokens, view):
    """Slow: every move of every role against every row."""
    client, wrong = world.app.test_client(use_cookies=False), []
    moves = [m.name for m in KINDS[view.kind].lifecycle.moves]
    for role in made.ROLES:
        shows = may(role, "can_show", view)
        with made.undone(world) if shows else nullcontext():
            posted = client.post(base(view), json={}, headers=tokens[role]).status_code
            if posted not in ((403, 409, 422, 201) if may(role, "can_add", view) else (403,)):
                wrong.append((role.value, "add", posted))
            for key, seen in sides(world, view, role)[0 if shows else -1 :]:
                changed = client.put(f"{base(view)}{key}", json={"version": 1}, headers=tokens[role]).status_code
                good = (200, 403, 409, 422) if seen else (GONE,)
                if changed not in (good if may(role, "can_edit", view) else (403,)):
                    wrong.append((role.value, "edit", key, changed))
                for move in moves if shows else moves[:1]:
                    sent = {"version": 1, "reason": "内容不实"}
                    status = client.post(f"{base(view)}{key}/{move}", json=sent, headers=tokens[role]).status_code
                    if not shows:
                        right: tuple[int, ...] = (403,)
                    elif not seen:
                        right = (GONE,)
                    else:
                        right = (200, 404, 409, 422, 403) if may(role, f"can_{move}", view) else (403, 404)
                    if status not in right:
                        wrong.append((role.value, move, key, status, right))
    assert wrong == []


@pytest.mark.parametrize("view", [v for v in VIEWS if not v.kind], ids=lambda v: v.__name__)
def test_writing_reference_data(world, tokens, view):
    """Added, changed and deleted by exactly those whose screen lets them, inside their scope, and by nobody else."""
    client, wrong, name = world.app.test_client(use_cookies=False), [], view.__name__
    screen = made.screens(world.app)[[type(v) for v in made.screens(world.app)].index(view)]
    for role in made.ROLES:
        adds = may(role, "can_add", view) and screen.add_columns
        edits, deletes = may(role, "can_edit", view) and screen.edit_columns, may(role, "can_delete", view)
        for key, seen in sides(world, view, role):
            put = (422, 403) if seen else (GONE,)  # 422: the version is missing, or the column strange
            asked = {
                "add": (client.post(base(view), json={"nothing": 1}, headers=tokens[role]), (422,) if adds else None),
                "edit": (
                    client.put(f"{base(view)}{key}", json={"nothing": 1}, headers=tokens[role]),
                    put if edits else None,
                ),
            }
            with made.undone(world):
                gone = client.delete(f"{base(view)}{key}", headers=tokens[role])
            asked["delete"] = (gone, ((204, 403, 409) if seen else (GONE,)) if deletes else None)
            for what, (answer, right) in asked.items():
                if answer.status_code not in (right or (403, 405)):
                    wrong.append((role.value, what, key, answer.status_code, right))
                if right is not None and answer.status_code >= 400 and not answer.json.get("code"):
                    wrong.append((role.value, what, "no problem+json"))
    assert wrong == [], name


def writer(view: type) -> Role:
    return next(r for r in made.ROLES if may(r, "can_add", view))


@pytest.mark.parametrize("view", WRITTEN, ids=lambda v: v.__name__)
def test_what_the_desk_writes_cannot_be_sent(world, tokens, view):
    """Each closed column by itself is refused by name, on creation and on change; nothing is written."""
    if not any(may(r, "can_add", view) for r in made.ROLES):
        return
    client, role, wrong = world.app.test_client(use_cookies=False), writer(view), []
    kind, key = KINDS[view.kind], world.mine(view.__name__, writer(view))
    for name in CLOSED:
        if name in kind.columns or name in kind.extra:
            continue
        with made.undone(world) as session:
            before = session.query(kind.model).count()
            answers = [
                client.post(base(view), json={name: "1"}, headers=tokens[role]),
                client.put(f"{base(view)}{key}", json={name: "1", "version": 1}, headers=tokens[role]),
            ]
            for answer in answers:
                if answer.status_code not in (403, 409, 422) or (
                    answer.status_code == 422 and not answer.json.get("code")
                ):
                    wrong.append((name, answer.status_code, answer.text[:80]))
            row = session.get(kind.model, key, populate_existing=True)
            if row.version != 1 or session.query(kind.model).count() != before:
                wrong.append((name, "something was written"))
    assert wrong == []


def test_a_version_is_what_was_read_and_never_what_shall_be(world, tokens):
    client, key = world.app.test_client(use_cookies=False), world.rows["PostingView"]["a"]
    path, me = f"/api/v1/posting/{key}", tokens[Role.HANDLER]
    with made.undone(world):
        assert client.put(path, json={"address": "新路1号"}, headers=me).json["field"] == "version"
        assert client.put(path, json={"address": "新路1号", "version": 99}, headers=me).status_code == 409
        assert client.put(path, json={"address": "新路1号"}, headers=me | {"If-Match": '"1-99"'}).status_code == 409
        assert client.get(path, headers=me).json["result"]["version"] == 1


def test_a_unit_code_never_changes_through_the_api(world, tokens):
    client, role = world.app.test_client(use_cookies=False), Role.SEEKER
    key = world.mine("UnitView", role)
    with made.undone(world):
        path = f"/api/v1/unit_registration/{key}"
        answer = client.put(path, json={"uscc": samples.uscc(55), "version": 1}, headers=tokens[role])
        assert (answer.status_code, answer.json["field"]) == (422, "uscc")


FOREIGN_KEYS = [
    ("posting", Role.HANDLER, {"schools": "school_b"}, "schools"),
    ("posting", Role.HANDLER, {"region_code": "310100"}, "region_code"),
    ("posting", Role.HANDLER, {"region_code": "999999"}, "region_code"),
    ("posting", Role.HANDLER, {"occupation_code": "9-99-99-99"}, "occupation_code"),
    ("gig_offer", Role.HANDLER, {"region_code": "310100"}, "region_code"),
    ("gig_wanted", Role.SEEKER, {"region_code": "999999"}, "region_code"),
    ("residency", Role.HANDLER, {"school_id": 2**40}, "school_id"),
    ("agency-posting", Role.AGENCY, {"unit_id": "unit_b"}, "unit_id"),
    ("agency-posting", Role.AGENCY, {"unit_id": "a", "region_code": "310100"}, "region_code"),
    ("agency-posting", Role.AGENCY, {}, "unit_id"),
]


@pytest.mark.parametrize(("resource", "role", "change", "field"), FOREIGN_KEYS, ids=lambda v: str(v)[:40])
def test_a_key_that_was_not_on_offer_is_refused_as_on_the_screen(world, tokens, resource, role, change, field):
    """FAB's own API let rows point anywhere (screens.md 2, trap 3); here the pickers of the screen hold too."""
    content = {
        "posting": samples.posting_content(education=None), "agency-posting": samples.posting_content(education=None),
        "gig_offer": samples.offer_content(files=[]),
        "gig_wanted": samples.wanted_content(), "residency": {"statement": "我们招会计。"},
    }[resource]  # fmt: skip
    sent = {k: v.isoformat() if hasattr(v, "isoformat") else v for k, v in (content | change).items()}
    if sent.get("schools") == "school_b":
        sent["schools"] = [world.rows["SchoolView"]["b"]]
    if "unit_id" in sent:
        sent["unit_id"] = world.rows["UnitView"]["b" if sent["unit_id"] == "unit_b" else "a"]
    model = KINDS["posting" if resource == "agency-posting" else resource].model
    client = world.app.test_client(use_cookies=False)
    with made.undone(world) as session:
        before = session.query(model).count()
        answer = client.post(f"/api/v1/{resource}/", json=sent, headers=tokens[role])
        assert answer.status_code in (404, 422), answer.text
        assert answer.json["field"] == field
        assert session.query(model).count() == before


@pytest.mark.parametrize(
    "query", ["sort=phone", "sort=-description", "f_phone=139", "f_description=搬", "f_poster=1", "f_created_by_id=1"]
)
def test_columns_that_are_not_on_offer_neither_sort_nor_filter(world, tokens, query):
    """What is masked cannot be guessed by order or by prefix (trap 4): such a wish is as if it had not been made."""
    client, me = world.app.test_client(use_cookies=False), tokens[Role.REVIEWER]
    plain = client.get("/api/v1/gig_offer/?size=20", headers=me).json
    asked = client.get(f"/api/v1/gig_offer/?size=20&{query}", headers=me)
    assert asked.status_code in (200, 422)
    if asked.status_code == 200:
        assert [r["id"] for r in asked.json["result"]] == [r["id"] for r in plain["result"]]
        assert asked.json["count"] == plain["count"]


@pytest.mark.slow
def test_no_sealed_value_leaves_through_any_list_or_record(world, tokens):
    """Slow: a list and a record of every screen for its first three roles."""
    client, seen = world.app.test_client(use_cookies=False), []
    for view in VIEWS:
        for role in made.granted(view)[:3]:
            key = world.mine(view.__name__, role)
            texts = [client.get(f"{base(view)}{path}", headers=tokens[role]).text for path in ("?size=20", key)]
            for phone in ("13900139000", "13900139001", "13800138000"):
                seen += [(view.__name__, role.value, phone) for text in texts if phone in text]
    assert seen == []
