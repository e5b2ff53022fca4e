"""The inbox: what people are told, read in their own language (TJ-66)."""

from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, false

from app.models.messages import Message, Outbox
from app.rules.actor import Actor, Role
from app.views.base import SafeView


def own_messages(stmt: Select, actor: Actor) -> Select:
    """One's own messages, whatever hat is worn."""
    return stmt.where(Message.account_id == actor.account_id)


def for_operations(stmt: Select, actor: Actor) -> Select:
    """The outbox is read by the system administrator."""
    return stmt if actor.role is Role.SYSADMIN else stmt.where(false())


class MessageView(SafeView):
    """消息中心."""

    datamodel = SQLAInterface(Message)
    scope = staticmethod(own_messages)
    list_title = _l("Messages")
    list_columns = ["subject_line", "message_kind", "sent_at", "read_at"]
    search_columns = ["message_kind", "sent_at"]
    order_columns = ["sent_at"]
    show_columns = ["subject_line", "message_kind", "sent_at", "text"]
    label_columns = {"subject_line": _l("Subject"), "text": _l("Content")}


class OutboxView(SafeView):
    """What waits to leave, what left, what could not."""

    datamodel = SQLAInterface(Outbox)
    scope = staticmethod(for_operations)
    list_title = _l("Outbox")
    list_columns = ["id", "template", "message_kind", "state", "not_before", "tries", "sent_on", "error"]
    search_columns = ["state", "template", "message_kind", "not_before"]
    order_columns = ["not_before"]
    show_columns = list_columns
