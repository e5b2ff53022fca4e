"""What is wrong with a registration, field by field."""

from __future__ import annotations

from datetime import date

import pytest

from app.rules.codes.person import resident_check_char
from app.rules.registering import Entry, born_on, faults

DAY = date(2026, 6, 1)
GOOD = Entry("张三", "resident_id", "11010519491231002X", "", "Passw0rd-x", "Passw0rd-x", True)

YOUNG = "11010120150101957" + resident_check_char("11010120150101957")


def said(**more: object) -> list[tuple[str, str]]:
    return [(f.code, f.field) for f in faults(Entry(**{n: getattr(GOOD, n) for n in GOOD.__slots__} | more), DAY)]


def test_a_whole_entry_has_no_fault():
    assert said() == []
    assert born_on("resident_id", GOOD.id_number) == date(1949, 12, 31)


@pytest.mark.parametrize(
    ("more", "code", "field"),
    [
        ({"name": ""}, "missing", "name"),
        ({"name": "张"}, "name_form", "name"),
        ({"name": "<b>张三"}, "name_form", "name"),
        ({"document_kind": "card"}, "not_a_choice", "document_kind"),
        ({"id_number": ""}, "missing", "id_number"),
        ({"id_number": "110105194912310021"}, "resident_id_form", "id_number"),
        ({"document_kind": "passport", "id_number": "1"}, "document_form", "id_number"),
        ({"id_number": YOUNG}, "too_young", "id_number"),
        ({"username": "1a"}, "user_name_form", "username"),
        ({"username": "13800001111"}, "user_name_form", "username"),
        ({"password": "short1", "again": "short1"}, "password_short", "password"),
        ({"again": "other"}, "password_differs", "again"),
        ({"agreed": False}, "agree_first", "agreed"),
    ],
)
def test_each_fault_is_named_with_its_field(more, code, field):
    assert said(**more) == [(code, field)]


@pytest.mark.parametrize(
    ("kind", "number"),
    [("hkmacao_permit", "H12345678"), ("taiwan_permit", "12345678"), ("passport", "E12345678")],
)
def test_documents_beyond_the_resident_card_register_too(kind, number):
    """GD-12."""
    assert said(document_kind=kind, id_number=number, name="Chan Tai Man") == []
    assert born_on(kind, number) is None


def test_all_faults_come_at_once():
    assert len(said(name="", id_number="", password="x", agreed=False)) == 4
