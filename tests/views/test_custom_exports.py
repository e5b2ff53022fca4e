"""Custom fields in files: labels as headings, words and numbers as cells, nothing a spreadsheet would compute."""

from __future__ import annotations

import io
from collections.abc import Iterator
from typing import Any

import pytest
from openpyxl import load_workbook

from app.extensions import db
from app.models.custom import CustomField
from app.models.positions import Posting
from app.rules.actor import Role
from tests.views import world as made
from tests.views.test_custom_fields import KEPT, SHIFTS
from tests.views.test_exports import exported, table

CMD = "=HYPERLINK(1)"


@pytest.fixture(scope="session")
def world(request, server_url, template_url, data_dir):
    return made.shared(request.session, server_url, template_url, data_dir)


def field(kind: str, **more: Any) -> CustomField:
    values = {"code": f"a_{kind}", "label_zh": f"中文a_{kind}", "label_en": f"English a_{kind}"}
    options = SHIFTS if "choice" in kind else []
    return CustomField(entity="posting", type=kind, in_list=True, options=options, **(values | more))


@pytest.fixture
def filled(world) -> Iterator[None]:
    """A field of every type with values in one posting; an export reads what is committed, so it is undone by hand."""
    kinds = ("long", "int", "decimal", "bool", "date", "choice", "choices")
    fields = [field("text", label_zh=CMD, label_en=CMD), *(field(kind) for kind in kinds)]
    fields += [field("text", code="far", region_code="440200"), field("text", code="gone", active=False)]
    with world.app.app_context():
        key = world.mine("PostingView", Role.LEAD)
        row = db.session.get(Posting, key)
        before, row.extra = row.extra, KEPT | {"a_text": CMD, "far": "别处", "gone": "旧"}
        db.session.add_all(fields)
        db.session.commit()
        keys = [one.id for one in fields]
    yield
    with world.app.app_context():
        db.session.get(Posting, key).extra = before
        for one in keys:
            db.session.delete(db.session.get(CustomField, one))
        db.session.commit()


def test_every_type_as_text_in_csv(world, filled):
    lines = table(exported(world, Role.LEAD, "PostingView", "lang=en"))
    head, row = lines[0], next(line for line in lines[1:] if "2027-02-03" in line)
    told = dict(zip(head, row, strict=True))
    assert told[f"'{CMD}"] == f"'{CMD}", "neither heading nor cell begins a formula"
    assert {name: told[f"English a_{name}"] for name in ("int", "decimal", "bool", "date", "choice", "choices")} == {
        "int": "1200", "decimal": "3.50", "bool": "Yes", "date": "2027-02-03", "choice": "Night", "choices": "Day; Night",
    }  # fmt: skip
    assert told["English a_long"] == "第一行\n第二行"
    assert "别处" not in str(lines) and "旧" not in row, "another division's field, and one that was switched off"


def test_numbers_and_days_are_such_in_a_workbook(world, filled):
    answer = exported(world, Role.LEAD, "PostingView", "lang=zh", "xlsx")
    rows = list(load_workbook(io.BytesIO(answer.data)).active.iter_rows())
    head = [cell.value for cell in rows[0]]
    cells = dict(zip(head, next(row for row in rows[1:] if 1200 in [cell.value for cell in row]), strict=True))
    assert (cells["中文a_int"].value, float(cells["中文a_decimal"].value)) == (1200, 3.5)
    assert cells["中文a_date"].value.strftime("%Y-%m-%d") == "2027-02-03"
    assert (cells["中文a_bool"].value, cells["中文a_choices"].value) == ("是", "白班；夜班")
    found = next(cell for name, cell in cells.items() if CMD in str(name))
    assert found.data_type == "s", "text, never a formula"
