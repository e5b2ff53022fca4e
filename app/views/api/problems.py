"""Answers of the API: JSON for what went well, problem+json (RFC 9457) with the code and the field for what did not."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from typing import Any

from flask import Response, current_app, request
from werkzeug.exceptions import RequestEntityTooLarge

from app.extensions import db
from app.review.canonical import plain
from app.rules.refused import Refused
from app.views import errors, words
from app.views.fields import Fields

RESERVED = frozenset({"type", "title", "status", "detail", "code", "field", "message", "request_id"})
BODY_LIMIT = 256 * 1024  # bytes; the largest honest body is a reason of 2,000 characters


def answer(body: Any, status: int = 200) -> Response:
    """A JSON answer; dates and amounts as text."""
    text = json.dumps(plain(body), ensure_ascii=False, separators=(",", ":"))
    return current_app.response_class(text, status=status, mimetype="application/json")


def problem(refused: Refused) -> Response:
    """A refusal: code and message, the field if it has one, and the facts (what changed, who holds it) by name."""
    status, said = words.status_of(refused), words.say(refused)
    facts = {name: _fact(value) for name, value in refused.facts.items() if name not in RESERVED}
    title = str(errors.PAGES.get(status, errors.PAGES[400])[0])
    return errors.problem(status, title, said, refused.code, refused.field, message=said, **facts)


def _fact(value: object) -> Any:
    """A fact as JSON; findings and other small objects by their own JSON form."""
    if isinstance(value, list | tuple | set | frozenset):
        return [_fact(entry) for entry in value]
    if hasattr(value, "as_dict"):
        return _fact(value.as_dict())
    if isinstance(value, dict):
        return {str(name): _fact(entry) for name, entry in value.items() if name != "_sealed"}
    try:
        return plain(value)
    except TypeError:
        return str(value)


def answering(method: Callable[..., Response]) -> Callable[..., Response]:
    """A method of the API: a refusal becomes its problem, and what was half done is rolled back."""

    @functools.wraps(method)
    def wrapped(*args: Any, **kwargs: Any) -> Response:
        try:
            return method(*args, **kwargs)
        except Refused as refused:
            db.session.rollback()
            return problem(refused)

    return wrapped


def body() -> Fields:
    """The JSON object of the request; an empty body is an empty object.

    Raises Refused: bad_json (400) for what is no JSON, not_an_object (422), too_large (413).
    """
    request.max_content_length = BODY_LIMIT
    try:
        raw = request.get_data(cache=False)
    except RequestEntityTooLarge as error:
        raise Refused("too_large", limit=BODY_LIMIT) from error
    if not raw.strip():
        return Fields.of_json({})
    try:
        parsed = json.loads(raw)
    except (ValueError, RecursionError) as error:  # ValueError: syntax, encoding, a number of 5,000 digits
        raise Refused("bad_json") from error
    return Fields.of_json(parsed)


def query() -> Fields:
    """The query string."""
    return Fields.of_form(request.args)
