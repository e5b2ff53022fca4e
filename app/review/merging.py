"""Two accounts of one person become one (GD-16): what belongs to the person moves, what happened stays where it happened."""

from __future__ import annotations

from typing import Any, Final

from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import and_, exists, or_, select, update
from sqlalchemy.orm import Session, aliased

from app.models.accounts import Hat, Person
from app.models.merging import AccountMerge
from app.review import desk, ledger, links, merging_identity, merging_once, merging_told, personal
from app.rules.actor import Actor, Role
from app.rules.hats import is_staff
from app.rules.refused import Refused

# Columns that say whose something is: they follow the person. What may be there only once: `merging_once`.
MOVED: Final = (
    "account_appeal.account_id", "account_appeal.created_by_id", "agency_entry.created_by_id", "binding.account_id",
    "binding.invited_by_id", "employer_certification.created_by_id", "gig_offer.created_by_id", "gig_offer.poster_id",
    "gig_wanted.created_by_id", "gig_wanted.poster_id", "hat.account_id", "identity_link.account_id", "medium.created_by_id",
    "medium.person_id", "message.account_id", "outbox.account_id", "posting.created_by_id", "residency.created_by_id",
 "stored_file.uploaded_by_id", "unit.created_by_id", "unit_change.created_by_id",
    "unit_takeover.created_by_id", "cooperation_need.created_by_id",
)  # fmt: skip
# Columns that say who did something, what proves an account, or how somebody likes a screen: they stay. What a round
# decides on never changes; its notices follow the row.
STAYS: Final = (
    "ab_api_key.user_id", "ab_user.changed_by_fk", "ab_user.created_by_fk", "ab_user_group.user_id",
    "ab_user_role.user_id", "account_merge.asked_by_id", "account_merge.closed_id", "account_merge.decided_by_id",
    "account_merge.kept_id", "announcement_read.account_id", "api_key.account_id", "background_task.account_id",
    "consent.account_id", "cooperation_call.answered_by_id", "dispatch.account_id", "enrolment_code.account_id", "enrolment_code.made_by_id",
    "export_event.account_id", "factor_reset.account_id", "factor_reset.asked_by_id", "factor_reset.decided_by_id",
    "hat.confirmed_by_id", "hat.given_by_id",
    "field_change.account_id", "idempotency_key.account_id", "import_mapping.account_id", "import_run.account_id",
    "job_run.account_id", "job_switch.account_id", "list_layout.account_id", "login_event.account_id",
    "login_session.account_id", "one_time_link.account_id", "password_history.account_id", "person.account_id",
    "personal_code_use.account_id", "personal_code_use.read_by_id", "record_comment.account_id",
    "recovery_code.account_id", "review_query.asked_by_id", "review_round.holder_id", "review_round.submitted_by_id",
    "review_seat.reviewer_id", "review_skip.reviewer_id", "saved_view.account_id",
    "identity_proof.created_by_id", "notice_choice.account_id", "second_factor.account_id", "security_key.account_id",
    "token_floor.account_id", "visit.account_id",
)  # fmt: skip
CANDIDATES: Final = 100
WORN: Final = ("active", "waiting")  # a role that only waits for its confirmation follows nobody either


def one_person(session: Session, kept_id: int, closed_id: int) -> None:
    """Raises Refused unless both may be one person: the same document, or one without and the same name.

    merge_staff: roles of the staff are given to an account by hand, never moved. merge_not_same.
    """
    if kept_id == closed_id:
        raise Refused("merge_not_same", field="closed")
    held = Hat.account_id.in_((kept_id, closed_id)), Hat.standing.in_(WORN)
    roles = session.scalars(select(Hat.role).where(*held))
    if is_staff([Role(role) for role in roles]):
        raise Refused("merge_staff", field="closed")
    persons = [session.get(Person, key) for key in (kept_id, closed_id)]
    if any(person is None for person in persons):
        raise Refused("merge_not_same", field="closed")
    numbers = {(person.id_number or "").upper() for person in persons if person is not None}
    names = {person.real_name.strip() for person in persons if person is not None}
    if len(numbers - {""}) > 1 or (len(numbers) > 1 and len(names) > 1) or (numbers == {""} and len(names) > 1):
        raise Refused("merge_not_same", field="closed")


def candidates(session: Session) -> list[Any]:
    """Pairs of accounts in use that look like one person: the same name with the same birthday or an unproven document.

    A proven document and a telephone belong to one account only; what is looked for are those that were only claimed.
    """
    first, second, one, other = aliased(Person), aliased(Person), aliased(User), aliased(User)
    alike = or_(
        and_(first.born_on == second.born_on, first.born_on.is_not(None)),
        and_(
            first.id_number.is_not(None),
            second.id_number.is_not(None),
            or_(first.id_hash.is_(None), second.id_hash.is_(None)),
        ),
        first.id_number.is_(None) != second.id_number.is_(None),
    )
    staff = [role.value for role in Role if is_staff([role])]
    official = exists().where(
        Hat.account_id.in_((first.account_id, second.account_id)), Hat.standing.in_(WORN), Hat.role.in_(staff)
    )
    asked = exists().where(
        AccountMerge.state == "open", AccountMerge.closed_id.in_((first.account_id, second.account_id))
    )
    stmt = (
        select(first, second, one.username.label("first_name"), other.username.label("second_name"))
        .join(second, and_(second.real_name == first.real_name, second.account_id > first.account_id))
        .join(one, one.id == first.account_id)
        .join(other, other.id == second.account_id)
        .where(one.active, other.active, first.real_name != "", alike, ~official, ~asked)
        .order_by(first.real_name, first.account_id)
        .limit(CANDIDATES)
    )
    return [row for row in session.execute(stmt) if _agree(row[0], row[1])]


def _agree(first: Any, second: Any) -> bool:
    """Two known documents that differ are two persons, whatever their names."""
    numbers = {(one.id_number or "").upper() for one in (first, second)} - {""}
    return len(numbers) < 2


def merge(session: Session, actor: Actor, wish: AccountMerge) -> None:
    """Moves what is the person's and closes the other account; no commit. Raises Refused: wrong_state, and as `one_person`."""
    kept_id, closed_id = int(wish.kept_id), int(wish.closed_id)
    both = select(User.id).where(User.id.in_((kept_id, closed_id)), User.active).order_by(User.id)
    if len(session.scalars(both.with_for_update()).all()) < 2:  # switched off or closed since it was asked for
        raise Refused("wrong_state")
    one_person(session, kept_id, closed_id)
    merging_told.tell(session, kept_id, closed_id, int(wish.id))
    withdrawn = _withdraw(session, closed_id)
    merging_once.settle(session, actor, kept_id, closed_id)
    moved = {}
    for name in MOVED:
        count = _move(session, name, kept_id, closed_id)
        if count:
            moved[name] = count
    merging_identity.unite(session, kept_id, closed_id)
    closed: Any = session.get_one(User, closed_id)
    closed.active = False
    links.expire(session, closed_id)
    wish.moved = moved
    session.flush()
    facts = {"kept": kept_id, "merge": wish.id, "asked_by": wish.asked_by_id, "moved": moved, "withdrawn": withdrawn}
    ledger.append(session, "merge", actor, "", subject_id=closed_id, facts=facts)


def _withdraw(session: Session, closed_id: int) -> dict[str, list[int]]:
    """What asks for something for the account that closes and cannot follow the person is withdrawn: kind -> ids.

    A proof of the name, above all: approved later, it would prove the document for an account that nobody has any more.
    """
    closed, found = Actor(closed_id, Role.SEEKER), {}
    for kind in personal.kinds():
        if f"{kind.model.__tablename__}.created_by_id" in STAYS:
            found[kind.key] = personal.retreat(session, closed, kind, desk.move_in)
    session.flush()
    return {key: ids for key, ids in found.items() if ids}


def _column(name: str) -> Any:
    table, column = name.split(".")
    return Model.metadata.tables[table].c[column]


def _move(session: Session, name: str, kept_id: int, closed_id: int) -> int:
    column = _column(name)
    stmt = update(column.table).where(column == closed_id)
    return int(session.execute(stmt.values({column.name: kept_id})).rowcount)  # type: ignore[attr-defined]
