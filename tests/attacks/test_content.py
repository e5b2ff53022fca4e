"""What is sent in: markup in every text, columns nobody may write, orders that betray, paths, sizes, line breaks."""

from __future__ import annotations

import re
from io import BytesIO
from typing import Any
from urllib.parse import urlsplit

import pytest
from PIL import Image
from sqlalchemy import String, inspect, select, update
from sqlalchemy.exc import SQLAlchemyError

from app.extensions import db
from app.gateways.messengers import Letter, _mail
from app.models.base import Sealed
from app.models.files import StoredFile
from app.rules.actor import Role
from app.views.base import SafeView
from app.views.columns import key_name
from tests.views import world as made
from tests.views.test_endpoint_matrix import VIEWS
from tests.views.test_security_headers import ATTACK, alive

# Columns whose words the code chooses; nobody writes them.
OWNED_BY_CODE = {"template"}
WRITTEN_BY_NOBODY = {
    "id": "1", "status": "live", "state": "done", "version": "99", "edit_state": "pending", "created_by_id": "1", "unit_id": "1",
    "poster_id": "1", "account_id": "1", "hat_id": "1", "key_hash": "0" * 64, "phone_hash": "0" * 64, "id_hash": "0" * 64,
    "password": "x", "active": "y", "verified_on": "2020-01-01", "published_at": "2020-01-01T00:00", "asked_by_id": "1",
    "search": "x", "source": "demo", "identity_level": "3", "must_change": "", "demo": "y",
}  # fmt: skip


@pytest.fixture(scope="session")
def world(request, server_url, template_url, data_dir):
    return made.shared(request.session, server_url, template_url, data_dir)


def picture() -> bytes:
    """An ordinary picture with something on it."""
    made_of, out = Image.effect_noise((320, 240), 80), BytesIO()
    made_of.convert("RGB").save(out, "PNG")
    return out.getvalue()


def screen_of(world: made.World, view: type) -> Any:
    return next(v for v in made.screens(world.app) if type(v) is view)


def poisoned(model: Any, key: Any) -> list[str]:
    """The attack in every text column of one row that takes it, past every form; the columns."""
    took = []
    for column in model.__table__.columns:
        plain = isinstance(column.type, String) and not isinstance(column.type, Sealed)
        if (
            not plain
            or column.foreign_keys
            or column.primary_key
            or "dict" in column.info
            or column.name in OWNED_BY_CODE
            or (column.type.length or 999) < 12
        ):
            continue
        value = ATTACK[: column.type.length or len(ATTACK)]
        stmt = update(model.__table__).where(next(iter(inspect(model).primary_key)) == key).values({column.name: value})
        try:
            with db.session.begin_nested():
                db.session.execute(stmt)
            took.append(column.name)
        except SQLAlchemyError:
            continue
    return took


@pytest.mark.slow
@pytest.mark.parametrize("view", VIEWS, ids=lambda v: v.__name__)
def test_markup_in_any_text_is_text_on_every_page_of_the_screen(world, view):
    """Slow where many columns and pages are: list, record, changes, form and export of the screen."""
    screen, role = screen_of(world, view), made.granted(view)[0]
    key = world.mine(view.__name__, role)
    with made.undone(world):
        if screen.model.__tablename__ in ("review_event", "login_event", "request_event"):
            return  # written once: triggers refuse any change of its columns
        took = poisoned(screen.model, key)
        db.session.commit()
        pages = ["list/?lang=en", f"show/{key}", f"changes/{key}", f"edit/{key}", "facets"]
        wrong = []
        for path in pages:
            answer = world.get(role, f"{screen.route_base}/{path}")
            if answer.status_code >= 500 or alive(answer.text):
                wrong.append((path, answer.status_code, alive(answer.text), took))
        assert wrong == []


@pytest.mark.parametrize("view", [v for v in VIEWS if issubclass(v, SafeView)], ids=lambda v: v.__name__)
def test_nothing_masked_orders_or_finds_anything(world, view):
    """An order or a search over a sealed or hashed column would tell its value by asking often enough."""
    screen = screen_of(world, view)
    columns = inspect(screen.model).columns
    secret = {
        c.name
        for c in screen.model.__table__.columns
        if isinstance(c.type, Sealed) or c.name.endswith(("_hash", "_masked"))
    }
    named = {*screen.order_columns, *screen.search_columns, *screen.search_text, *(screen.facet_columns or ())}
    named |= set(getattr(screen.model, "SEARCHED", ()))
    assert not {name.removesuffix("_masked") for name in named} & {name.removesuffix("_hash") for name in secret} - {
        name for name in named if name in columns and name not in secret
    }
    assert not named & secret


@pytest.mark.slow
def test_asking_for_an_order_by_what_is_masked_changes_nothing(world):
    """Slow: three screens with sealed columns, three roles. The list is the same whatever is asked."""
    for role, path, column in (
        (Role.REVIEWER, "/gigwantedview/list/", "phone"), (Role.REVIEWER, "/unitview/list/", "contact_phone"),
        (Role.SCHOOL, "/studentview/list/", "id_number"),
    ):  # fmt: skip

        def rows(query: str, role: Role = role, path: str = path) -> list[str]:
            return re.findall(r'href="(/\w+/show/\d+)', world.get(role, f"{path}?size=20{query}").text)

        usual = rows("")
        for name in (column, f"{column}_masked", f"{column}_hash", "password"):
            for query in (f"&sort={name}", f"&sort=-{name}", f"&f_{name}=1", f"&f_{name}_from=1", f"&f_{name}=%25"):
                assert rows(query) == usual, (path, query)


@pytest.mark.slow
@pytest.mark.parametrize("view", [v for v in VIEWS if v.edit_columns or v.edit_fieldsets], ids=lambda v: v.__name__)
def test_what_no_form_offers_is_not_written(world, view):
    """Slow: a form sent with everything somebody would like to set besides. Only what the form has may change."""
    screen = screen_of(world, view)
    role = next((r for r in made.granted(view, "can_edit")), None)
    if role is None:
        return  # nobody edits here, so no form can be sent
    key = world.mine(view.__name__, role)
    with made.undone(world):
        table = screen.model.__table__
        read = table.select().where(table.c[key_name(screen.model)] == key)
        before = dict(db.session.execute(read).mappings().one())
        closed = {k: v for k, v in WRITTEN_BY_NOBODY.items() if k in table.c and k not in screen.edit_columns}
        world.post(role, f"{screen.route_base}/edit/{key}", {**closed, "version": str(before.get("version", 1))})
        db.session.expire_all()
        after = dict(db.session.execute(read).mappings().one())
        moved = {"version", "search", "edit_state", "status"} if view.kind else {"search", "version"}
        assert {k for k in closed if before[k] != after[k]} - moved == set()
        assert after.get("status") in (before.get("status"), "draft")


@pytest.mark.parametrize(
    "path",
    [
        "/files/../../config.py", "/files/..%2f..%2fconfig.py", "/files/%2e%2e/%2e%2e/config.py", "/static/../config.py",
        "/static/..%2f..%2fconfig.py", "/static/%2e%2e/%2e%2e/secrets.json", "/static/....//....//config.py", "/static//etc/passwd",
        "/files/00000000-0000-0000-0000-000000000000%00.png", "/taskview/file/..%2f..%2fconfig.py", "/static/app/%00", "/appbuilder/..%2f",
    ],
)  # fmt: skip
def test_no_path_leads_out(world, path):
    for client in (world.people[Role.SYSADMIN].client, world.app.test_client()):
        answer = client.get(path)
        assert answer.status_code in (302, 308, 404, 405), (path, answer.status_code)
        assert urlsplit(answer.location or "").netloc in ("", "localhost")
        assert b"SECRET_KEY" not in answer.data
        assert b"root:" not in answer.data


ODD_NAMES = [
    "../../x.png", "..\\..\\x.png", "/etc/cron.d/x.png", "a\r\nX-Evil: 1.png", 'a";x=".png', "\u202egnp.exe",
    "a" * 500 + ".png",
]  # fmt: skip


@pytest.mark.parametrize("name", ODD_NAMES)
def test_the_name_of_a_file_writes_no_header_and_no_path(world, name):
    with made.undone(world):
        before = list(db.session.scalars(select(StoredFile.id)))
        sent = {"slot": "image", "title": "车间", "file_file": (BytesIO(picture()), name)}
        answer = world.post(Role.HANDLER, "/unitmediumview/add", sent, content_type="multipart/form-data")
        assert answer.status_code in (302, 422), answer.status_code
        stored = db.session.scalars(select(StoredFile).where(StoredFile.id.not_in(before))).all()
        if not stored:
            assert answer.status_code == 422
            return
        (row,) = stored
        assert not set("/\\\r\n") & set(row.name)
        assert ".." not in row.key
        served = world.people[Role.HANDLER].client.get(f"/files/{row.id}", buffered=True)
        assert "X-Evil" not in served.headers
        assert served.headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    ("path", "body", "kind"),
    [
        ("/login/", b"a=" + b"x" * (3 * 1024 * 1024), "application/x-www-form-urlencoded"),
        ("/login/", b"&".join(b"a%d=1" % n for n in range(200_000)), "application/x-www-form-urlencoded"),
        ("/api/v1/security/login", b"[" * 300_000, "application/json"),
        ("/api/v1/security/login", b'{"username": ' + b"9" * 300_000 + b"}", "application/json"),
        ("/api/v1/posting/", b"[" * 100_000 + b"]" * 100_000, "application/json"),
    ],
    ids=["long", "many", "deep", "digits", "nested"],
)
def test_a_body_too_large_or_too_deep_is_refused_calmly(world, path, body, kind):
    answer = world.app.test_client().post(path, data=body, content_type=kind)
    assert 400 <= answer.status_code < 500, answer.status_code


def test_a_body_that_says_it_is_huge_is_not_read(world):
    headers = {"Content-Length": str(10**12), "Content-Type": "multipart/form-data; boundary=x"}
    answer = world.people[Role.HANDLER].client.post(
        "/unitmediumview/add", headers=headers, input_stream=BytesIO(b"--x")
    )
    assert answer.status_code == 400


def test_a_line_break_makes_no_header_of_a_mail():
    letter = Letter("k", "a@example.cn\r\nBcc: b@example.cn", "x\r\nX-Evil: 1", "y")
    with pytest.raises(ValueError, match=r"(?i)header|newline|linefeed"):
        _mail("from@example.cn", letter)
