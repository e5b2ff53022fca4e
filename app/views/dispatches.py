"""发信箱: SMS and mail that left, wait or could not leave. Targets masked, secrets blanked."""

from __future__ import annotations

from typing import Any

from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _l
from sqlalchemy import Select, false

from app.extensions import db
from app.models.dispatch import Dispatch
from app.review import dispatch
from app.review.policy import DEFAULT, Policy
from app.rules.actor import Actor, Role
from app.rules.lifecycle import Move, move
from app.rules.refused import Refused
from app.views import scope
from app.views.accounts import account_words
from app.views.base import SafeView
from app.views.identity import current
from app.views.second_factor import demo_spared

AGAIN = move("send_again", "dead", "queued", "keeper")


def for_platform(stmt: Select[Any], actor: Actor) -> Select[Any]:
    """Operator and system administrator see to it that messages leave."""
    return stmt if actor.role in (Role.OPERATOR, Role.SYSADMIN) else stmt.where(false())


def keeps_secrets() -> bool:
    """Codes stay readable only where nobody else reaches the machine and no gateway is set up."""
    return demo_spared()


def words_of(said: tuple[str | None, str | None]) -> str:
    """The text; its secret only in a demonstration on the own machine."""
    whole, blanked = said
    return (whole if keeps_secrets() else None) or blanked or ""


class DispatchView(SafeView):
    """What leaves the house."""

    datamodel = SQLAInterface(Dispatch)
    scope = staticmethod(for_platform)
    list_title, thing = _l("SMS and mail"), _l("SMS or mail")
    label_columns = {"said": _l("Text"), "target": _l("To")}
    column_needs = {"said": ("text", "blanked")}
    formatters_columns = {"said": words_of, "account": account_words}
    list_columns = ["id", "template", "channel", "target", "said", "state", "tries", "via", "created_on"]
    show_columns = [
        "template", "channel", "target", "account", "subject", "said", "state", "tries", "next_try", "not_after", "via",
        "error", "created_on", "sent_on",
    ]  # fmt: skip
    title_columns = ("template", "id")
    search_columns = ["state", "channel", "template", "created_on"]
    order_columns = ["created_on", "next_try"]
    row_needs = ("state", "not_after", "text")
    empty_words = _l("Codes, links and notices that leave as SMS or mail are listed here.")

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.base_permissions = sorted({*self.base_permissions, "can_send_again"})

    def offered(self, row: Any, policy: Policy = DEFAULT) -> list[Move]:
        """A dead letter may be tried once more as long as it is worth anything."""
        ready = row.state == "dead" and row.text is not None
        return [AGAIN] if ready and self.may("can_send_again") else []

    def perform(self, row_id: Any, name: str, version: int | None, reason: str, values: dict[str, Any]) -> Any:
        """Queues it again."""
        row = scope.fetch(self, current(), row_id, lock=True)
        if AGAIN not in self.offered(row) or not dispatch.again(db.session, row):
            raise Refused("wrong_state")
        db.session.commit()

    def _allowed(self, name: str) -> Move:
        if name != AGAIN.name:
            raise Refused("no_such_move", move=name)
        self.demand("can_send_again")
        return AGAIN
