"""Drawings: whatever stands in a label, a tip or an address is text of it, never markup."""

from __future__ import annotations

from xml.etree import ElementTree

from markupsafe import Markup

from app.views.charts import bars, days

HOSTILE = "\"'><script>alert(1)</script><a href='javascript:x'>&amp;]]>"


def parsed(drawing: Markup) -> ElementTree.Element:
    assert isinstance(drawing, Markup)
    assert "<script" not in drawing
    return ElementTree.fromstring(drawing)  # noqa: S314 - our own drawing


def texts(root: ElementTree.Element, tag: str) -> list[str | None]:
    return [one.text for one in root.iter(tag)]


def test_bars_say_hostile_words_as_text():
    parts = [bars.Part(2, "c3", HOSTILE), bars.Part(1, HOSTILE, HOSTILE), bars.Part(0, "c2", "nothing")]
    [bar] = bars.drawn([bars.Bar(HOSTILE, parts, HOSTILE, HOSTILE)])
    root = parsed(bar.drawing)
    assert {one.tag for one in root.iter()} == {"svg", "rect", "title"}
    assert texts(root, "title") == [HOSTILE, HOSTILE]
    assert [one.get("class") for one in root.iter("rect")] == ["c3", "over", HOSTILE]
    assert (bar.label, bar.figure) == (HOSTILE, HOSTILE), "escaped where they are shown, not before"
    assert not isinstance(bar.label, Markup)


def test_days_say_hostile_words_as_text():
    points = [days.Point(HOSTILE, HOSTILE, HOSTILE), days.Point("2", "two")]
    stacked = [days.Series(HOSTILE, [3, 0], "c4"), days.Series("b", [1, 2], HOSTILE)]
    root = parsed(days.columns("k", HOSTILE, points, stacked, [days.Series(HOSTILE, [1, 2])]))
    assert {one.tag for one in root.iter()} == {"svg", "g", "title", "path", "text", "rect", "circle", "a"}
    assert texts(root, "title") == [HOSTILE, HOSTILE, "two"]
    assert HOSTILE in texts(root, "text")
    assert [one.get("href") for one in root.iter("a")] == [HOSTILE]
