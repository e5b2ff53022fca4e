"""When what processes keep of the settings is out of date: whatever changes a setting gives them all a new stamp.

A trigger gives the stamp inside the transaction of the change. A request learns it with the statement that tells who is
asking, so being up to date costs nothing; elsewhere each transaction asks. What was read under another stamp is read anew,
in every process.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final, Generic, TypeVar

from sqlalchemy import event, select
from sqlalchemy.orm import Session, object_session

from app.models.custom import SettingsStamp
from app.models.messages import NoticeText
from app.models.reference import DictItem, Parameter
from app.models.review import CheckSwitch

NAME: Final = "settings"
_KEY, _REQUEST = "settings.stamp", "settings.request"
T = TypeVar("T")


def now() -> Any:
    """The stamp as part of another statement."""
    return select(SettingsStamp.stamp).where(SettingsStamp.name == NAME).scalar_subquery()


def begin(session: Any, stamp: Any) -> None:
    """This request knows the stamp from a statement of its own; it lasts until its end."""
    session.info[_KEY], session.info[_REQUEST] = stamp, True


def current(session: Any) -> Any:
    """The stamp in force: for a request that at its beginning, else that of the transaction."""
    info = session.info
    if info.get(_KEY) is None:
        info[_KEY] = session.scalar(select(now()))
    return info[_KEY]


@event.listens_for(Session, "after_transaction_end")
def _forget(session: Any, transaction: Any) -> None:
    """Outside of requests nothing is known longer than a transaction."""
    if transaction.parent is None and not session.info.get(_REQUEST):
        session.info.pop(_KEY, None)


class Kept(Generic[T]):
    """Something read from settings, kept as long as none of them changes."""

    def __init__(self, read: Callable[[Any], T]) -> None:
        self.read = read
        self.held: tuple[Any, T] | None = None

    def of(self, session: Any) -> T:
        """What is in force."""
        stamp, held = current(session), self.held
        if held is None or stamp is None or held[0] != stamp:
            held = self.held = stamp, self.read(session)
        return held[1]


def _changed(_mapper: object, _connection: object, row: Any) -> None:
    """Whoever changes a setting reads it anew, before anybody else sees it."""
    session = object_session(row)
    if session is not None:
        session.info[_KEY] = session.info[_REQUEST] = None


for _model in (CheckSwitch, DictItem, Parameter, NoticeText):
    for _when in ("after_insert", "after_update", "after_delete"):
        event.listen(_model, _when, _changed)
