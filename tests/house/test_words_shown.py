"""Everything the registries show to people has its words in both languages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from flask_babel import force_locale

from app import registry
from app.review.kinds import KINDS
from app.views import labels, words
from app.views.base import SafeView

HAN = re.compile("[\u3400-\u9fff]")


def texts() -> Iterator[tuple[str, Any]]:
    """Everything the registries show to people: menu, titles, labels of columns, helps, kinds, moves, refusals."""
    for entry in registry.MENU:
        name = entry.view.__name__
        for place in entry.places:
            yield f"{name} menu", place.label
            yield f"{name} group", place.group
        if issubclass(entry.view, SafeView):
            yield f"{name} title", entry.view.list_title
            for title, _spec in (*(entry.view.add_fieldsets or ()), *(entry.view.show_fieldsets or ())):
                yield f"{name} heading", title
            for column, label in (entry.view.label_columns or {}).items():
                yield f"{name}.{column}", label
    for key, kind in KINDS.items():
        yield f"kind {key}", kind.label
        for move in kind.lifecycle.moves:
            yield f"move {move.name}", labels.move_words(move.name)[0]
        for status in kind.lifecycle.statuses:
            yield f"status {status}", labels.status(status)[1]
    for code, (_status, said) in words.CODES.items():
        yield f"refusal {code}", said


def test_everything_shown_has_chinese_words(app):
    with app.test_request_context("/"), force_locale("zh"):
        silent = sorted({f"{where}: {text}" for where, text in texts() if not HAN.search(str(text))})
    assert silent == []


def test_every_label_and_help_of_every_column_has_chinese_words(app):
    """Of the columns a screen shows or asks for; what stays inside needs none."""
    latin = {"ID"}
    silent = set()
    with app.test_request_context("/"), force_locale("zh"):
        for view in app.extensions["appbuilder"].baseviews:
            if not isinstance(view, SafeView):
                continue
            shown = {
                *view.list_columns,
                *view.show_columns,
                *view.add_columns,
                *view.edit_columns,
                *view.search_columns,
            }
            for name in shown - {"files", "file"}:
                for text in (str(view.label(name)), str(view.help(name) or "")):
                    if text and text not in latin and not HAN.search(text):
                        silent.add(f"{type(view).__name__}.{name}: {text}")
    assert sorted(silent) == []


def test_english_says_what_the_source_says(app):
    quoting = {"refusal pay_unreadable"}  # shows how pay is written in a list
    with app.test_request_context("/?lang=en"), force_locale("en"):
        chinese = sorted({where for where, text in texts() if HAN.search(str(text))} - quoting)
    assert chinese == []
