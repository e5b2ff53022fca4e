"""Custom fields are columns of an import: offered, read, written and changed as the form would."""

from __future__ import annotations

import csv
import io

import openpyxl
import pytest
from sqlalchemy import select

from app.models.custom import CustomField
from app.models.gigs import GigWanted
from app.models.positions import Posting
from app.models.schools import School
from app.models.units import Unit
from app.review.imports.custom import fitted
from app.review.imports.entities import IMPORTERS
from app.review.imports.options import Options
from app.review.imports.plan import dry_run
from app.review.imports.reading import read_table
from app.review.imports.run import perform
from app.rules.actor import Actor, Role
from app.rules.dates import today
from app.views import import_files
from tests.review.samples import account, owner_of, reviewer, seeker
from tests.review.samples import unit as approved

SHIFTS = [{"code": "day", "zh": "白班", "en": "Day"}, {"code": "night", "zh": "夜班", "en": "Night"}]


@pytest.fixture
def define(session):
    """A custom field of an entity."""

    def make(entity: str, code: str, kind: str, **more) -> None:
        values = {"label_zh": f"字段{code}", "label_en": f"Field {code}"} | more
        session.add(CustomField(entity=entity, code=code, type=kind, **values))
        session.commit()

    return make


def cases(session) -> dict[str, tuple[Actor, dict, type]]:
    """Who imports what, and the table the rows stand in."""
    return {
        "posting": (reviewer(session), {"region_code": "310000"}, Posting),
        "own_posting": (owner_of(session, approved(session), Role.HANDLER), {}, Posting),
        "unit": (reviewer(session), {"region_code": "310000"}, Unit),
        "gig_wanted": (seeker(session), {}, GigWanted),
        "school": (Actor(account(session), Role.OPERATOR), {}, School),
    }


def listed(key: str, **own: str) -> bytes:
    """The example row of an entity with columns of custom fields behind it."""
    importer, out = IMPORTERS[key], io.StringIO()
    writer = csv.writer(out)
    writer.writerow([*(c.names[0] for c in importer.columns), *own])
    writer.writerow([*(c.sample(today()) for c in importer.columns), *own.values()])
    return out.getvalue().encode()


def run(session, actor: Actor, data: bytes, **options):
    return perform(session, actor, read_table(data), Options(**options), today(), file_name="list.csv")


@pytest.mark.parametrize("key", ["posting", "own_posting", "unit", "gig_wanted", "school"])
def test_values_come_in_by_label_and_a_newer_list_changes_them(session, define, key):
    actor, place, model = cases(session)[key]
    define(model.CUSTOM, "shift", "choice", options=SHIFTS)
    define(model.CUSTOM, "beds", "int")
    options = {"entity": key, **place}
    first = run(session, actor, listed(key, 字段shift="白班", **{"Field beds": "1,200"}), **options)
    assert first.errors == []
    row = session.scalars(select(model).where(model.extra != {})).one()
    assert row.extra == {"shift": "day", "beds": 1200}
    again = run(session, actor, listed(key, 字段shift="DAY", beds="1200"), **options)
    assert (again.created, again.changed, again.unchanged, again.errors) == (0, 0, 1, [])
    newer = run(session, actor, listed(key, 字段shift="夜班"), **options)
    session.expire_all()
    if key == "posting":  # under review: no list changes it
        assert (newer.changed, row.extra["shift"]) == (0, "day")
    else:
        assert (newer.changed, row.extra) == (1, {"shift": "night", "beds": 1200})


def test_what_is_wrong_with_a_value_is_said_of_its_cell(session, define):
    actor, place, _model = cases(session)["posting"]
    define("posting", "shift", "choice", options=SHIFTS)
    define("posting", "beds", "int", at_least="1")
    data = listed("posting", 字段shift="三班倒", 字段beds="0")
    tried = dry_run(session, read_table(data), Options(entity="posting", **place), today(), actor)
    assert [(n.line, n.column, n.code) for n in tried.errors] == [
        (2, "字段shift", "not_a_choice"),
        (2, "字段beds", "below"),
    ]


def test_a_field_of_another_division_is_refused_for_the_row(session, define):
    actor, place, _model = cases(session)["unit"]
    define("unit", "beds", "int", region_code="440000")
    data = listed("unit", 字段beds="3")
    tried = dry_run(session, read_table(data), Options(entity="unit", **place), today(), actor)
    assert [(n.key, n.code) for n in tried.errors] == [("x_beds", "field_elsewhere")]


def test_the_template_offers_them_with_their_options(app, session, define):
    define("school", "kind", "choice", options=SHIFTS)
    define("school", "=cmd", "text", label_zh="=1+1", label_en="=1+1", active=True)
    with app.test_request_context("/"):
        importer = fitted(session, IMPORTERS["school"])
        book = openpyxl.load_workbook(io.BytesIO(import_files.template(importer)))
        headings = import_files.text_template(importer).decode("utf-8-sig")
    heads = [cell.value for cell in book.worksheets[0][1]]
    assert "字段kind" in heads
    assert not [cell for sheet in book for line in sheet for cell in line if cell.data_type == "f"]
    assert "=1+1" not in headings.split(",")
    words = [cell.value for column in book.worksheets[-1].columns for cell in column]
    assert {"白班", "夜班"} <= set(words)


def test_a_required_field_of_what_nobody_reviews_is_asked_for(session, define):
    actor, place, _model = cases(session)["school"]
    define("school", "beds", "int", required=True, region_code="310000")
    data = listed("school", 字段beds="")
    tried = dry_run(session, read_table(data), Options(entity="school", **place), today(), actor)
    assert [(n.key, n.code) for n in tried.errors if n.key == "x_beds"] == [("x_beds", "missing")]
