"""At most eight SQL statements for any generated page, whoever asks and however long the table is.

A page over the budget is counted once more: what a process keeps in memory is read once.
"""

from __future__ import annotations

import html
import re
from typing import Any

import pytest
from sqlalchemy.sql.compiler import SQLCompiler

from app import registry
from app.views.base import SafeView
from app.views.columns import describe
from tests.views import world as made

MOST = 8
VIEWS = [e.view for e in registry.MENU if issubclass(e.view, SafeView)]
# Tables that grow: their lists are measured with more rows than a page shows.
LONG = {
    "UnitView", "UnitChangeView", "UnitMediumView", "PersonalMediumView", "PostingView", "GigOfferView",
    "GigWantedView", "ResidencyView", "ReviewRoundView", "AgencyUnitView", "AgencyPostingView",
}  # fmt: skip


@pytest.fixture(scope="session")
def world(request, server_url, template_url, data_dir):
    return made.shared(request.session, server_url, template_url, data_dir)


# A unit's form is shown after two steps: those are measured with it by tests/views/test_unit_start.py's way.
FORMS = {"UnitView": (403,)}


def widest(view: type) -> Any:
    """The role that sees most rows of a screen."""
    reach = made.REACH.get(view.__name__, {})
    return sorted(made.granted(view), key=lambda r: reach.get(r.value, "all") != "all")[0]


def instance(world: made.World, view: type) -> Any:
    return next(v for v in made.screens(world.app) if type(v) is view)


def cost(world: made.World, role: Any, path: str) -> tuple[int, list[str], str]:
    """Status, statements and text of a page."""
    with made.counted(world) as seen:
        answer = world.get(role, path)
    return answer.status_code, list(seen), answer.text


def over(world: made.World, role: Any, path: str, expected: tuple[int, ...] = (200,)) -> list[str]:
    """What is wrong with one page: its status, or the statements beyond the budget."""
    status, seen, _text = cost(world, role, path)
    if len(seen) > MOST:
        status, seen, _text = cost(world, role, path)
    if status not in expected:
        return [f"{role.value} {path}: {status}"]
    return [f"{role.value} {path}: {len(seen)} statements", *seen] if len(seen) > MOST else []


def queries(view: Any) -> list[str]:
    """Each way of sorting, each filter with a value that fits its kind, tabs, searches, sizes."""
    samples = {"date": "2020-01-01", "datetime": "2020-01-01", "int": "1", "decimal": "1", "bool": "1"}
    found = [f"sort={name}" for name in view.order_columns] + [f"sort=-{name}" for name in view.order_columns]
    for name in view.search_columns:
        kind = describe(view.model, name).kind
        if kind in ("date", "datetime", "int", "decimal"):
            found.append(f"f_{name}_from={samples[kind]}&f_{name}_to=2099-01-01")
        else:
            found.append(f"f_{name}={samples.get(kind, '310120' if kind == 'relation' else '1')}")
    found += [f"tab={view.tabs[0]}"] if view.tabs else []
    everything = "&".join(one for one in found if one.startswith("f_"))
    return [f"size=20&{one}" for one in (*found, "q=测试", "exact=1", f"{everything}&q=测试")]


def next_page(text: str) -> str | None:
    found = re.search(r'href="([^"]*[?&;]after=[^"]+)"', text)
    return html.unescape(found[1]) if found else None


@pytest.mark.parametrize("view", VIEWS, ids=lambda v: v.__name__)
def test_every_page_of_every_role_stays_within_the_budget(world, view):
    screen, name, wrong = instance(world, view), view.__name__, []
    for role in made.granted(view):
        wrong += over(world, role, f"{screen.route_base}/list/")
    for role in made.granted(view, "can_show"):
        wrong += over(world, role, f"{screen.route_base}/show/{world.mine(name, role)}")
    for role in made.granted(view, "can_add") if screen.add_columns else ():
        wrong += over(world, role, f"{screen.route_base}/add", FORMS.get(name, (200,)))
    for role in made.granted(view, "can_edit") if screen.edit_columns else ():
        wrong += over(world, role, f"{screen.route_base}/edit/{world.mine(name, role)}", (200, 409))
    assert wrong == []


@pytest.mark.slow
@pytest.mark.parametrize("view", VIEWS, ids=lambda v: v.__name__)
def test_sorting_filtering_searching_and_turning_pages_cost_no_more(world, view):
    """Slow where a screen has a dozen columns: a request for each that sorts or filters."""
    screen, role = instance(world, view), widest(view)
    path, wrong = f"{screen.route_base}/list/", []
    for query in queries(screen):
        wrong += over(world, role, f"{path}?{query}")
    assert wrong == []
    status, _seen, text = cost(world, role, f"{path}?size=20")
    further = next_page(text)
    assert status == 200
    assert further is not None or view.__name__ not in LONG, "a long table has a second page"
    if further:
        assert over(world, role, further) == []


@pytest.mark.parametrize("view", VIEWS, ids=lambda v: v.__name__)
def test_no_list_has_its_statements_written_anew_each_time(world, view, monkeypatch):
    """A statement that the cache of SQLAlchemy cannot keep costs milliseconds on every page (a list of VALUES is one)."""
    screen, role, made_anew = instance(world, view), widest(view), []
    path = f"{screen.route_base}/list/" + (f"?tab={screen.tabs[0]}" if screen.tabs else "")
    for _ in range(2):  # what is kept of a statement is complete after its first use
        cost(world, role, path)
    plain = SQLCompiler.__init__

    def noted(self, dialect, statement, *args, **kwargs):
        made_anew.append(statement)
        plain(self, dialect, statement, *args, **kwargs)

    monkeypatch.setattr(SQLCompiler, "__init__", noted)
    assert cost(world, role, path)[0] == 200
    monkeypatch.undo()
    assert [str(one) for one in made_anew] == []


@pytest.mark.parametrize("view", VIEWS, ids=lambda v: v.__name__)
def test_other_columns_than_the_usual_cost_no_more(world, view):
    """The first alone, and everything on offer: a column that buttons or names need would cost a statement a row."""
    screen, role = instance(world, view), widest(view)
    cost(world, role, f"{screen.route_base}/list/?size=20")
    with made.undone(world) as session:
        for names in (screen.list_columns[1:2], [*screen.list_columns[1:], *screen.more_columns]):
            sent = {"screen": view.__name__, "column": names}
            assert world.post(role, "/lists/layout", sent).status_code == 302
            session.expunge_all()  # a row that is in memory already would cost nothing here
            _status, seen, _text = cost(world, role, f"{screen.route_base}/list/?size=20")
            assert len(seen) <= MOST, seen


@pytest.mark.parametrize("view", [v for v in VIEWS if v.__name__ in LONG], ids=lambda v: v.__name__)
def test_the_length_of_a_list_does_not_change_its_cost(world, view):
    """One statement a row would show here: twenty rows and a hundred cost the same."""
    screen, role = instance(world, view), widest(view)
    counts = {size: len(cost(world, role, f"{screen.route_base}/list/?size={size}")[1]) for size in (20, 100)}
    assert counts[20] == counts[100], counts


@pytest.mark.parametrize(
    "view",
    [v for v in VIEWS if v.kind and v.kind != "residency" and v.__name__ != "AgencyPostingView"],
    ids=lambda v: v.__name__,
)
def test_a_record_with_a_past_stays_within_the_budget(world, view):
    """Returned, mended and sent in again; approved with an edit that waits: history, questions, difference, files."""
    screen, wrong = instance(world, view), []
    role = made.granted(view)[0]
    for key in world.things["eventful"][view.kind]:
        wrong += over(world, role, f"{screen.route_base}/show/{key}")
    assert wrong == []
