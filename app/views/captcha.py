"""The captcha: a token in the form, a picture and a sound made from it, an answer that counts once.

The digits follow from the token by a key only we have: nothing is stored until an answer comes.
"""

from __future__ import annotations

import hmac
import secrets
from time import time as clock
from typing import Any, Final

from flask import Response, current_app, jsonify, make_response, request, url_for
from flask_appbuilder.baseviews import expose
from flask_babel import get_locale

from app.extensions import db
from app.gateways import captcha
from app.models.base import vault
from app.review import codes
from app.rules.refused import Refused
from app.views.page import Page

LENGTH: Final = 5
MINUTES: Final = 15


def new() -> str:
    """A token for one form."""
    head = f"{secrets.token_urlsafe(12)}.{int(clock()) + MINUTES * 60}"
    return f"{head}.{_seal(head)}"


def _seal(head: str) -> str:
    return vault().blind(head, "captcha.token")[:32]


def answer_of(token: str) -> str:
    """The digits of a token; "" for one that is over or not ours."""
    if not token.isascii():
        return ""
    head, _dot, seal = token.rpartition(".")
    until = head.rpartition(".")[2]
    if not until.isdigit() or int(until) < clock() or not hmac.compare_digest(_seal(head), seal):
        return ""
    return f"{int(vault().blind(head, 'captcha.answer')[:15], 16) % 10**LENGTH:0{LENGTH}d}"


def check() -> None:
    """Whether the form that was sent holds the right digits; its token is used up whatever they are. Raises captcha_wrong."""
    if not current_app.config["CAPTCHA"]:
        return
    token, typed = request.form.get("captcha_token", "")[:200], request.form.get("captcha", "").strip()[:20]
    right = answer_of(token)
    if (
        not right
        or not codes.burn(db.session, "captcha", token, MINUTES)
        or not hmac.compare_digest(typed.encode(), right.encode())
    ):
        raise Refused("captcha_wrong", field="captcha")


class CaptchaView(Page):
    """What a token looks and sounds like, and new tokens."""

    route_base = "/captcha"
    default_view = "fresh"
    open_to_anybody = frozenset({"fresh", "picture", "sound"})

    @expose("/new", methods=["GET"])
    def fresh(self) -> Any:
        """Another token, for whoever cannot make out the present one."""
        token = new()
        return _unkept(
            jsonify(
                token=token,
                picture=url_for("CaptchaView.picture", token=token),
                sound=url_for("CaptchaView.sound", token=token),
            )
        )

    @expose("/<token>.png", methods=["GET"])
    def picture(self, token: str) -> Any:
        """To be read."""
        return self._made(token, "image/png")

    @expose("/<token>.wav", methods=["GET"])
    def sound(self, token: str) -> Any:
        """To be heard, in the reader's language."""
        return self._made(token, "audio/wav")

    def _made(self, token: str, kind: str) -> Response:
        digits = answer_of(token[:200])
        if not digits:
            raise Refused("not_found")
        language = "en" if str(get_locale()) == "en" else "zh"
        data = captcha.picture(digits) if kind == "image/png" else captcha.sound(digits, language)
        return _unkept(make_response(data, {"Content-Type": kind}))


def _unkept(answer: Response) -> Response:
    answer.headers["Cache-Control"] = "no-store"
    return answer
