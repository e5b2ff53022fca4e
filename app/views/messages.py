"""The inbox: what people are told, read in their own language (TJ-66), and the outbox it comes from."""

import datetime as dt
from typing import Any

from flask import g, jsonify, redirect, request, url_for
from flask_appbuilder import expose
from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_appbuilder.security.decorators import has_access, permission_name
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from sqlalchemy import Select, false, func, true, update
from werkzeug.wrappers import Response

from app.extensions import db
from app.models.messages import LATER, Message, Outbox
from app.rules.actor import Actor, Role
from app.views import cells, notices, scope
from app.views.base import SafeView
from app.views.identity import current
from app.views.page import safe_next
from app.views.wardrobe import UNREAD_CAP

NEWEST = 8  # messages in the panel of the bell


def own_messages(stmt: Select[Any], actor: Actor) -> Select[Any]:
    """One's own messages, whatever hat is worn."""
    return stmt.where(Message.account_id == actor.account_id)


def for_operations(stmt: Select[Any], actor: Actor) -> Select[Any]:
    """The outbox is read by the system administrator."""
    return stmt if actor.role is Role.SYSADMIN else stmt.where(false())


def read_mark(at: dt.datetime | None) -> Any:
    """Unread shows itself; of the rest, when it was read."""
    return (
        cells.brief(at)
        if at is not None
        else Markup('<span class="g-st" data-st="pending">{}</span>').format(_("Unread"))
    )


class MessageView(SafeView):
    """消息中心."""

    datamodel = SQLAInterface(Message)
    scope = staticmethod(own_messages)
    list_title, thing = _l("Messages"), _l("Message")
    list_columns = ["words", "message_kind", "sent_at", "read_at"]
    search_columns = ["message_kind", "sent_at"]
    unfiltered = {"message_kind": LATER}
    order_columns = ["sent_at"]
    label_columns = {"words": _l("Subject")}
    column_needs = {"words": ("template", "facts")}
    formatters_columns = {"words": lambda made_of: notices.subject(*made_of), "read_at": read_mark}
    tabs = ("unread", "read")
    list_template = "messages/list.html"
    empty_words = _l("What happens to your submissions is told here.")

    @expose("/show/<pk>", methods=["GET"])
    @has_access
    def show(self, pk: str) -> Any:
        """One message; opening it reads it."""
        row = scope.fetch(self, current(), pk)
        if row.read_at is None:
            db.session.execute(update(Message).where(Message.id == row.id).values(read_at=func.now()))
            db.session.commit()
            g.unread = max(0, g.unread - 1)
        subject, text = notices.subject(*row.words), notices.text(*row.words)
        return self.render_template("messages/show.html", title=subject, row=row, text=text, target=safe_next(row.link))

    @expose("/unread", methods=["GET"])
    @has_access
    @permission_name("list")
    def unread(self) -> Response:
        """How many are unread: what the bell asks once a minute. No statement of its own, and 304 where nothing changed.

        It does not count as presence (`sessions.POLLS`): a page left open does not keep a session alive.
        """
        answer = jsonify(unread=g.unread)
        answer.set_etag(f"{current().account_id}-{g.unread}", weak=True)
        answer.headers["Cache-Control"] = "private, no-cache"
        return answer.make_conditional(request)

    @expose("/newest", methods=["GET"])
    @has_access
    @permission_name("list")
    def newest(self) -> str:
        """What the bell shows."""
        mine = scope.rows(self, current()).order_by(Message.id.desc()).limit(NEWEST)
        rows = [(row, notices.subject(*row.words)) for row in db.session.scalars(mine)]
        return self.render_template("messages/newest.html", rows=rows)

    @expose("/read/<pk>", methods=["POST"])
    @has_access
    @permission_name("list")
    def read_one(self, pk: str) -> Any:
        """Marks one as read without opening it."""
        done = self._read(Message.id == scope.fetch(self, current(), pk).id)
        g.unread -= done if g.unread <= UNREAD_CAP else 0
        return self._answer()

    @expose("/read", methods=["POST"])
    @has_access
    @permission_name("list")
    def read_all(self) -> Any:
        """Marks everything read."""
        self._read(true())
        g.unread = 0
        return self._answer()

    def _read(self, which: Any) -> int:
        """Marks own unread messages; how many."""
        mine = update(Message).where(Message.account_id == current().account_id, Message.read_at.is_(None), which)
        done = db.session.execute(mine.values(read_at=func.now()).execution_options(synchronize_session=False))
        db.session.commit()
        return int(done.rowcount)

    def _answer(self) -> Any:
        """The panel for the bell, for everybody else the way back."""
        if request.headers.get("X-Bell") == "fragment":
            return self.newest()
        return redirect(safe_next(request.form.get("next")) or url_for("MessageView.list"))


class OutboxView(SafeView):
    """What waits to leave, what left, what could not."""

    datamodel = SQLAInterface(Outbox)
    scope = staticmethod(for_operations)
    list_title, thing = _l("Outbox"), _l("Notice")
    list_columns = ["id", "template", "message_kind", "state", "not_before", "tries", "sent_on", "error"]
    title_columns = ("template", "id")
    search_columns = ["state", "template", "message_kind", "not_before"]
    unfiltered = {"message_kind": LATER}
    order_columns = ["not_before"]
    show_columns = list_columns
