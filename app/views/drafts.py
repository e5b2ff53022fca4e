"""Entries that are not saved yet wait in the browser that they were typed into; what they are called, and what never waits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from flask import request
from werkzeug.wrappers import Response

from app.rules.actor import Actor
from app.views.columns import describe
from app.views.scope import key_of

COOKIE = "gj-saved"  # tells the next page which entries may be forgotten
SECONDS = 120


@dataclass(frozen=True, slots=True)
class Draft:
    """The name of a form's entries in the browser, and the fields that are never kept there."""

    key: str
    apart: tuple[str, ...]


def key(view: Any, actor: Actor, row: Any) -> str:
    """One name for each account, form and row; the parts of a form have names of their own."""
    part = view.form_part(row)
    name = f"{actor.account_id}:{view.endpoint}:{key_of(row) if row is not None else 'new'}"
    return f"{name}:{part.number}" if part is not None else name


def of(view: Any, actor: Actor, row: Any, columns: list[str]) -> Draft:
    """What the form of this row keeps. Sealed columns and those marked as personal stay out of the browser's memory."""
    return Draft(key(view, actor, row), tuple(name for name in columns if personal(view, name)))


def personal(view: Any, name: str) -> bool:
    """Whether a column tells who or where to reach a person."""
    info = describe(view.model, name)
    return info.kind == "sealed" or bool(info.column is not None and info.column.info.get("personal"))


def saved(answer: Response, name: str) -> Response:
    """Lets the browser forget entries that are stored now."""
    answer.set_cookie(COOKIE, quote(name, safe=""), max_age=SECONDS, samesite="Lax", secure=request.is_secure)
    return answer
