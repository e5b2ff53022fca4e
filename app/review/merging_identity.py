"""What an account that is merged into another one knew of the person: it goes to the account that is kept, or it goes (GD-13, GD-16).

What proves something comes with what it proves: the number with the name and the kind of document it was proven under.
"""

from __future__ import annotations

from typing import Any, Final

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from app.models.accounts import Person
from app.models.base import vault
from app.models.changes import FieldChange
from app.review import persons

MERGED: Final = "已合并"
# What the account that closes has nothing of any more, with what is left instead.
_EMPTIED: Final[dict[str, Any]] = {
    "real_name": MERGED, "id_number": None, "id_hash": None, "claim_hash": None, "phone": None, "phone_hash": None,
    "mail": None, "mail_hash": None, "born_on": None, "identity_level": 0, "level_source": None, "level_at": None,
}  # fmt: skip


def unite(session: Session, kept_id: int, closed_id: int) -> None:
    """The kept account has what either of them had proven, and the ways by which either was reached; flushes."""
    both = select(Person).where(Person.account_id.in_((kept_id, closed_id))).order_by(Person.account_id)
    locked: Any = session.scalars(both.with_for_update().execution_options(populate_existing=True))
    found = {person.account_id: person for person in locked}
    kept, closed = found[kept_id], found[closed_id]
    had = {name: getattr(closed, name) for name in (*_EMPTIED, "document_kind")}
    _empty(session, closed)
    _document(session, kept, had)
    if had["phone"] and not kept.phone:
        kept.set_phone(had["phone"])
    if had["mail"] and not kept.mail:
        kept.set_mail(had["mail"])
    session.flush()


def _empty(session: Session, closed: Any) -> None:
    """Nothing names the person there any more: closing the kept account later would not find it."""
    for name, value in _EMPTIED.items():
        setattr(closed, name, value)
    user: Any = session.get_one(User, closed.account_id)
    user.first_name, user.last_name, user.email = MERGED, "", f"merged-{user.id}@{persons.NOBODY}"
    session.flush()
    traces = FieldChange.entity.in_((Person.__tablename__, User.__tablename__)), FieldChange.row_key == str(user.id)
    session.execute(delete(FieldChange).where(*traces).execution_options(synchronize_session=False))


def _document(session: Session, kept: Any, had: dict[str, Any]) -> None:
    """The number, and the name it was proven under. An unproven one stays a claim, by which an appeal finds the account."""
    number, proven = had["id_number"], had["id_hash"] is not None and kept.id_hash is None
    if number and (proven or not kept.id_number):
        kept.id_number, kept.claim_hash = number, vault().blind(number.upper(), "id_number")
        kept.document_kind, kept.born_on = had["document_kind"], had["born_on"] or kept.born_on
    if proven:
        kept.set_id_number(number)
        persons.rename(session, kept, had["real_name"])
    if had["identity_level"] > kept.identity_level:
        kept.identity_level = had["identity_level"]
        kept.level_source, kept.level_at = had["level_source"], had["level_at"]
    kept.born_on = kept.born_on or had["born_on"]
