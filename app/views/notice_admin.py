"""The words of messages and of return reasons, kept by the operator, with what the reader will see beside them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any
from uuid import uuid4

from flask import flash, redirect, request, url_for
from flask_appbuilder import expose
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.wrappers import Response

from app.extensions import db
from app.models.messages import NoticeText
from app.review import outbox
from app.review.outbox import Notice
from app.rules import placeholders
from app.rules.actor import Actor
from app.rules.lifecycle import move
from app.rules.refused import Refused
from app.views import dictionary, notice_words, notices, scope, words
from app.views.acting import ActingView
from app.views.identity import current

# What a placeholder stands for.
PLACES: dict[str, Any] = {
    "title": _l("what it is about"),
    "kind": _l("the kind of thing"),
    "receipt_no": _l("the receipt number"),
    "by": _l("who wrote"),
}
LANGUAGES = (("zh", "中文"), ("en", "English"))


def sample() -> dict[str, Any]:
    """Facts of an invented case, in the language in use."""
    return {
        "title": _("Warehouse keeper"),
        "kind": dictionary.word("review_kind", "posting"),
        "receipt_no": "310120-20260713-000042",
        "by": _("Wang Fang"),
    }


def preview(
    template: str, said: Mapping[str, str], reasons: list[dict[str, Any]] | None = None
) -> list[dict[str, str]]:
    """The message in both languages as the inbox would show it."""
    shown = []
    for locale, name in LANGUAGES:
        with force_locale(locale):
            facts = sample()
            text = placeholders.fill(said[f"text_{locale}"], facts)
            if reasons:
                text = notices.with_reasons(text, template, {"reasons": reasons})
            subject = placeholders.fill(said[f"subject_{locale}"], facts)
            shown.append({"lang": "zh-CN" if locale == "zh" else "en", "name": name, "subject": subject, "text": text})
    return shown


def faults_of(said: Mapping[str, str], allowed: tuple[str, ...]) -> Iterator[Refused]:
    """What is wrong with the placeholders of each text."""
    for column, text in said.items():
        try:
            placeholders.check(text, allowed, column)
        except Refused as refused:
            yield refused


class NoticeTextView(ActingView):
    """消息模板: subject and text of every message, in both languages."""

    datamodel = SQLAInterface(NoticeText)
    open_to_all = on_ledger = True
    list_title, thing = _l("Message texts"), _l("Message text")
    title_columns = ("template",)
    list_columns = ["template", "subject_zh", "subject_en", "own", "changed_on"]
    identity_columns = ("own", "changed_on")
    row_needs = ("own",)
    search_columns = ["template", "own"]
    search_text = ("subject_zh", "subject_en", "text_zh", "text_en")
    order_columns = ["template", "changed_on"]
    base_order = ("template", "asc")
    edit_columns = ["subject_zh", "text_zh", "subject_en", "text_en"]
    show_columns = ["template", "subject_zh", "text_zh", "subject_en", "text_en", "own", "changed_on"]
    show_template = "system/notice.html"
    can_send = True
    edit_template = "system/notice_form.html"
    acts = {"reset": move("reset", "own", "", "keeper")}

    def state_of(self, row: Any) -> str:
        """Whether an administrator worded it."""
        return "own" if row.own else "shipped"

    def act(self, row: Any, name: str, actor: Actor, reason: str) -> None:
        """Back to the words of the release."""
        for column, text in notice_words.shipped(row.template).items():
            setattr(row, column, text)
        row.own = False

    def known(self, row: Any) -> list[tuple[str, str]]:
        """The placeholders of this message and what each stands for."""
        return [(f"{{{name}}}", str(PLACES.get(name, name))) for name in notice_words.names(row.template)]

    def shown_as(self, row: Any) -> list[dict[str, str]]:
        """The message as stored, in both languages."""
        return preview(row.template, {column: getattr(row, column) for column in notice_words.COLUMNS})

    def before_save(self, row: Any, actor: Actor, *, created: bool) -> None:
        """Only facts the message has; what equals the release's words is not one's own."""
        said = {column: getattr(row, column) for column in notice_words.COLUMNS}
        for refused in faults_of(said, notice_words.names(row.template)):
            raise refused
        row.own = said != notice_words.shipped(row.template)

    @expose("/preview/<pk>", methods=["POST"])
    @has_access
    @permission_name("edit")
    def preview(self, pk: str) -> str:
        """What the words in the form would read like; nothing is stored."""
        row = scope.fetch(self, current(), pk)
        said = {c: request.form.get(c, "")[: getattr(NoticeText, c).type.length] for c in notice_words.COLUMNS}
        faults = [
            (str(self.label(refused.field or "")), words.say(refused))
            for refused in faults_of(said, notice_words.names(row.template))
        ]
        shown = [] if faults else preview(row.template, said)
        return self.render_template("system/notice_preview.html", messages=shown, faults=faults)

    @expose("/send/<pk>", methods=["POST"])
    @has_access
    @permission_name("edit")
    def send(self, pk: str) -> Response:
        """Sends the message as stored to the one who asks, with an invented case."""
        row, actor = scope.fetch(self, current(), pk), current()
        facts = sample() | {"kind": "posting", "title": _("Test: %(title)s", title=sample()["title"])}
        notice = Notice(row.template, "system", facts, url_for("NoticeTextView.show", pk=pk), f"test:{uuid4().hex}")
        outbox.enqueue(db.session, notice, [actor.account_id])
        db.session.commit()
        flash(_("Sent to you: it stands among your messages in a few seconds."), "success")
        return redirect(url_for("NoticeTextView.show", pk=pk))
