"""An empty sheet is named blank; two of them are never one picture used twice."""

from app.rules.checks.identity_pictures import same
from app.rules.findings import Severity
from tests.rules.checks.makers import hits, scan
from tests.rules.checks.unit_cases import R


def sheets(**more: object) -> list[dict[str, object]]:
    """A licence and a letter that are one file."""
    return [scan(slot, sha256="one digest", **more) for slot in ("licence", "letter", "handler_id")]


def test_one_sheet_in_two_places_is_told_unless_it_is_empty():
    def found(**more: object) -> set[tuple[str, Severity]]:
        return {(f.field, f.severity) for f in hits(R, "U11", "high", {"files": sheets(**more)}).said()}

    assert {severity for _field, severity in found()} == {Severity.HIGH}
    assert found(blank=True) == {(f"files.{slot}", Severity.WARN) for slot in ("licence", "letter", "handler_id")}, (
        "three times: nearly one colour"
    )


def test_empty_sheets_are_not_the_same_picture():
    one = {"sha256": "one digest", "phash": 5}
    assert same(one, dict(one)) and same(one, {"sha256": "another", "phash": 4})
    assert not same(one | {"blank": True}, one) and not same(one, one | {"blank": True})
