"""What surrounds an appeal for an account: sending it in for somebody without one, what follows a verdict, the purge.

A verdict can be taken back for a minute; only then does anything happen to the account. No message holds a password:
the proven telephone gets a link that is good once.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from flask_appbuilder.security.sqla.models import User
from flask_babel import lazy_gettext as _l
from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import Session
from werkzeug.security import generate_password_hash

from app.gateways.storage import Storage
from app.models.accounts import Hat, PasswordHistory, Person
from app.models.appeals import Appeal, AppealFile
from app.models.base import vault
from app.models.dispatch import OneTimeLink
from app.models.review import ReviewReason, ReviewRound, ReviewSeat
from app.review import batches, codes, desk, dispatch, door, edits, ledger, links, persons, purging, recovery
from app.review.kinds.appeals import AppealKind, meant
from app.review.kinds.base import Origin
from app.review.outbox import Notice, enqueue
from app.review.policy import service_phone
from app.review.recovery import LINK, taken
from app.review.transaction import one
from app.rules import limits
from app.rules.actor import CLOCK, Actor, Role
from app.rules.appeals import ADDRESS_APPEALS, DRAFT_DAYS, LINK_MINUTES, MOST_LINKS, PHONE_APPEALS, RENEWED_DAYS
from app.rules.hats import is_staff
from app.rules.identity import DOCUMENTS
from app.rules.refused import Refused

CODE: Final = "appeal"  # what a code sent to the new telephone is for
_GRACE: Final = 5  # seconds beyond the undo
_BATCH: Final = 50
_DAY: Final = timedelta(days=1)
_CHANGED: Final = _l("The account has changed since the approval. Please appeal anew, or call the bureau.")
_LAPSED: Final = _l("The link was not used within a week. Please appeal anew if the account is still lost.")
Content = Mapping[str, Any]


def ask_code(session: Session, phone: str, address: str) -> None:
    """A code to the new telephone; whoever it belongs to, the answer is the same."""
    codes.issue(session, CODE, phone, address)


def prove(session: Session, phone: str, code: str) -> None:
    """Raises Refused("code_refused") unless the code is the one sent to this telephone."""
    codes.check(session, CODE, phone, code)
    session.commit()


def send_in(session: Session, actor: Actor | None, content: Content, address: str) -> Any:
    """Creates and submits; the new ReviewRound. The owner's known telephone is warned at once, the applicant not told so.

    Raises Refused: too_many and whatever is wrong with the content.
    """
    sender = actor or CLOCK
    with one(session):
        _within_pace(session, str(content.get("phone") or ""), address)
        origin = Origin("", {"address": address})
        subject = desk.create_in(session, sender, AppealKind.key, content, origin)
        opened = desk.submit_in(session, sender, AppealKind.key, subject.id)
        _confirm(session, subject, opened)
        return opened


def send_again(session: Session, appeal_id: int, content: Content, actor: Actor | None = None) -> Any:
    """What was returned, mended and sent in once more: the new ReviewRound."""
    subject = session.get_one(Appeal, appeal_id)
    sender = _sender(subject, actor)
    with one(session):
        found = door.locate(session, sender, AppealKind.key, appeal_id)
        edits.edit_in(session, sender, found, content)
        return desk.submit_in(session, sender, AppealKind.key, appeal_id)


def _sender(subject: Any, actor: Actor | None) -> Actor:
    """Whoever proved the telephone acts through the machine; who was logged in then must be now."""
    if subject.created_by_id is None:
        return CLOCK
    if actor is None or actor.account_id != subject.created_by_id:
        raise Refused("not_allowed")
    return actor


def _within_pace(session: Session, phone: str, address: str) -> None:
    marks = vault().blinds(phone, "phone")
    lately = Appeal.created_on > func.now() - timedelta(days=30)
    of_phone = func.count().filter(Appeal.phone_hash.in_(marks))
    near = Appeal.address.in_(_neighbours(session, address))
    of_address = func.count().filter(near, Appeal.created_on > func.now() - _DAY)
    same = or_(Appeal.phone_hash.in_(marks), near)
    row = session.execute(select(of_phone, of_address).where(same, lately)).one()
    if row[0] >= PHONE_APPEALS or row[1] >= ADDRESS_APPEALS:
        raise Refused("appeals_many")
    staff = [role.value for role in Role if is_staff([role])]
    official = select(Hat.id).join(Person, Person.account_id == Hat.account_id)
    if (
        session.scalar(official.where(Hat.active, Hat.role.in_(staff), Person.phone_hash.in_(marks)).limit(1))
        is not None
    ):
        raise Refused("appeal_staff_phone")


def _neighbours(session: Session, address: str) -> list[str]:
    """The addresses of the day's appeals that count as this one: of IPv6 all of its /64."""
    net = limits.net(address)
    if ":" not in net:
        return [address]
    lately = select(Appeal.address).where(Appeal.created_on > func.now() - _DAY, Appeal.address.contains(":"))
    return [address, *(one for one in session.scalars(lately.distinct()) if limits.net(one) == net)]


def _confirm(session: Session, subject: Any, opened: Any) -> None:
    """The receipt to the new telephone; a warning to the known one."""
    dispatch.send(session, "sms", subject.phone, "appeal_received", {"receipt_no": opened.receipt_no})
    found = meant(session, subject)
    person: Any = session.get(Person, found.account_id) if found is not None else None
    facts = {"phone": service_phone(session)}
    if person is None:
        return
    if person.phone and person.phone_hash != subject.phone_hash:
        dispatch.send(session, "sms", person.phone, "appeal_warning", facts, person.account_id)
    if person.mail:
        dispatch.send(session, "mail", person.mail, "appeal_warning", facts, person.account_id)


# -- what becomes of it ----------------------------------------------------------------------------


def settle(session: Session, site: str, undo_seconds: int) -> int:
    """Carries out what can no longer be taken back, one appeal after the other; how many."""
    done, wait = 0, timedelta(seconds=undo_seconds + _GRACE)
    while done < _BATCH and _settle_next(session, site, wait):
        done += 1
    return done


def _settle_next(session: Session, site: str, wait: timedelta) -> bool:
    untold = or_(Appeal.told_at.is_(None), Appeal.told_at < Appeal.decided_at)
    due = (
        select(Appeal)
        .where(
            Appeal.status.in_(("approved", "rejected", "returned")),
            Appeal.purged_at.is_(None),
            untold,
            Appeal.decided_at < func.clock_timestamp() - wait,
        )
        .order_by(Appeal.decided_at)
        .limit(1)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    subject: Any = session.scalars(due).first()
    if subject is None:
        session.rollback()
        return False
    if subject.status == "approved" and not _as_approved(session, subject):
        desk.move_in(session, CLOCK, AppealKind.key, subject.id, "revoke", reason=str(_CHANGED))
    elif subject.status == "approved":
        _hand_over(session, subject, site)
    else:
        _say_why(session, subject)
    marked = update(Appeal).where(Appeal.id == subject.id).values(told_at=func.clock_timestamp())
    session.execute(marked.execution_options(synchronize_session=False))
    session.commit()
    return True


def lapse(session: Session) -> int:
    """Approvals whose link nobody has followed fall away, so that an account is never out of everybody's reach; how many.

    A link that was asked for in the last minute of the week is good until its own end.
    """
    over = func.clock_timestamp() - timedelta(days=RENEWED_DAYS, minutes=LINK_MINUTES)
    unused = Appeal.told_at >= Appeal.decided_at, Appeal.taken_at.is_(None), Appeal.purged_at.is_(None)
    stmt = select(Appeal.id).where(Appeal.status == "approved", Appeal.decided_at < over, *unused)
    gone = 0

    def fall_away(appeal_id: int) -> None:
        nonlocal gone
        try:
            desk.move(session, CLOCK, AppealKind.key, appeal_id, "revoke", reason=str(_LAPSED))
            gone += 1
        except Refused:  # followed, or called back, at this very moment
            session.rollback()

    batches.each(session, stmt, Appeal.id, fall_away)
    return gone


def _as_approved(session: Session, subject: Any) -> bool:
    """Whether the account is still the one that was meant: in use, and nobody's of the staff."""
    found = meant(session, subject)
    return found is not None and found.active and not found.staff and found.account_id == subject.account_id


def _hand_over(session: Session, subject: Any, site: str) -> None:
    """A link to the new telephone; the old password and every login end; the old channels are told, then they open nothing."""
    user: Any = session.get_one(User, subject.account_id)
    person: Any = session.get_one(Person, user.id)
    user.password = generate_password_hash(secrets.token_urlsafe(32))
    if person.id_hash is None:
        persons.prove(session, user.id, persons.BY_DOCUMENT, DOCUMENTS)
    _tell_old(session, subject, user, (person.phone, person.mail))
    recovery.loosen(session, subject, person)
    _send_link(session, subject, site)
    _on_record(session, subject, "account_recovered", {"account": user.id})


def _on_record(session: Session, subject: Any, action: str, facts: Mapping[str, Any]) -> None:
    ledger.append(session, action, CLOCK, subject.region_code, kind=AppealKind.key, subject_id=subject.id, facts=facts)


def _send_link(session: Session, subject: Any, site: str) -> None:
    token = links.make(session, LINK, subject.account_id, LINK_MINUTES)
    name = session.get_one(User, subject.account_id).username  # whoever lost the name too learns it so (GD-18)
    facts = {"account": name, "link": f"{site}/appeal/new-password/{token}", "minutes": str(LINK_MINUTES)}
    dispatch.send(session, "sms", subject.phone, "appeal_approved", facts, subject.account_id, minutes=LINK_MINUTES)


def _tell_old(session: Session, subject: Any, user: Any, before: tuple[str | None, str | None]) -> None:
    facts, (phone, mail) = {"phone": service_phone(session)}, before
    if phone and phone != subject.phone:
        dispatch.send(session, "sms", phone, "account_recovered", facts, user.id)
    real = user.email and not user.email.endswith((".invalid", ".local"))
    for target in sorted({to for to in (mail, user.email if real else "") if to and "@" in to}):
        dispatch.send(session, "mail", target, "account_recovered", facts, user.id)
    notice = Notice(
        template="account_recovered",
        message_kind="system",
        facts={"title": "", "kind": AppealKind.key},
        link="/sessionview/list/",
        dedupe=f"recovered:{subject.id}:{subject.version}",
    )
    enqueue(session, notice, {user.id})


def _say_why(session: Session, subject: Any) -> None:
    facts = {"why": reasons_of(session, subject.id)[:200], "receipt_no": receipt_of(session, subject.id)}
    dispatch.send(session, "sms", subject.phone, f"appeal_{subject.status}", facts)


def rounds_of(appeal_id: int) -> Any:
    """The rounds of an appeal, the newest first."""
    mine = ReviewRound.kind == AppealKind.key, ReviewRound.subject_id == appeal_id
    return select(ReviewRound).where(*mine).order_by(ReviewRound.id.desc())


def receipt_of(session: Session, appeal_id: int) -> str:
    """The number under which the state can be asked."""
    found = session.scalars(rounds_of(appeal_id).limit(1)).first()
    return found.receipt_no if found is not None else ""


def reasons_of(session: Session, appeal_id: int, *, english: bool = False) -> str:
    """Why it was returned or rejected, in the bureau's words."""
    newest = rounds_of(appeal_id).with_only_columns(ReviewRound.id).limit(1).scalar_subquery()
    seat = session.execute(
        select(ReviewSeat.reason_codes, ReviewSeat.reason_text)
        .where(ReviewSeat.round_id == newest, ReviewSeat.undone_at.is_(None))
        .order_by(ReviewSeat.id.desc())
    ).first()
    if seat is None:
        return ""
    words = select(ReviewReason.text_en if english else ReviewReason.text_zh).where(
        ReviewReason.code.in_(seat.reason_codes or ["-"]), ReviewReason.code != "R99"
    )
    return " ".join([*session.scalars(words), *([seat.reason_text] if seat.reason_text else [])])


def asked(session: Session, receipt_no: str, phone: str) -> Any:
    """The appeal of a receipt and a proven telephone. Raises Refused("not_found") for any other pair."""
    found = session.scalars(
        select(Appeal)
        .join(ReviewRound, (ReviewRound.subject_id == Appeal.id) & (ReviewRound.kind == AppealKind.key))
        .where(ReviewRound.receipt_no == receipt_no.strip(), Appeal.phone_hash.in_(vault().blinds(phone, "phone")))
    ).first()
    if found is None:
        raise Refused("appeal_unknown", field="receipt_no")
    return found


def another_link(session: Session, subject: Any, site: str, address: str) -> None:
    """The link once more to the same telephone, within a week of the verdict and as long as nothing has changed. Commits.

    Raises Refused: wrong_state, no_further_link and those of the limits of codes.
    """
    late = select(func.clock_timestamp() - timedelta(days=RENEWED_DAYS) > subject.decided_at)
    if subject.status != "approved" or subject.told_at is None or session.scalar(late):
        raise Refused("wrong_state")
    if not _still_waiting(session, subject):
        raise Refused("no_further_link")
    codes.limit(session, LINK, subject.phone, address)
    _send_link(session, subject, site)
    session.commit()


def _still_waiting(session: Session, subject: Any) -> bool:
    """Whether the account is as the verdict left it: no link used, no password or telephone changed since, few links."""
    mine = (OneTimeLink.account_id == subject.account_id) & (OneTimeLink.purpose == LINK)
    since = OneTimeLink.made_at > subject.decided_at
    used = select(func.count().filter(OneTimeLink.used_at.is_not(None)), func.count()).where(mine, since)
    followed, made = session.execute(used).one()
    changed = select(PasswordHistory.id).where(
        PasswordHistory.account_id == subject.account_id, PasswordHistory.until > subject.told_at
    )
    person: Any = session.get(Person, subject.account_id) if subject.account_id else None
    if (
        person is None
        or subject.taken_at
        or followed
        or made >= MOST_LINKS
        or session.scalar(changed.limit(1)) is not None
    ):
        return False
    return (
        person.phone_hash is None
        or person.phone_hash in vault().blinds(subject.phone, "phone")
        or taken(session, subject.phone, person.account_id)
    )


# -- the end of the materials ----------------------------------------------------------------------


def purge(session: Session, storage: Storage, days: int) -> int:
    """Removes materials and personal data of what was decided long ago, and uploads that were never sent in."""
    over = func.now() - timedelta(days=days)
    handed = (
        (Appeal.status != "approved") | Appeal.taken_at.is_not(None) | Appeal.told_at.is_(None)
    )  # the rest lapses first
    ended = Appeal.status.in_(("approved", "rejected", "revoked")) & (Appeal.decided_at < over) & handed
    idle = Appeal.status.in_(("returned", "withdrawn")) & (Appeal.changed_on < over)
    draft = (Appeal.status == "draft") & (Appeal.changed_on < func.now() - timedelta(days=DRAFT_DAYS))
    due = select(Appeal.id).where(Appeal.purged_at.is_(None), or_(ended, idle, draft))
    gone = batches.each(session, due, Appeal.id, lambda appeal_id: _forget(session, storage, appeal_id))
    left = (AppealFile.appeal_id.is_(None)) & (AppealFile.at < func.now() - timedelta(days=DRAFT_DAYS))
    gone += purging.remove_files(session, storage, AppealFile, left)
    session.commit()
    return gone


def forget_of(session: Session, storage: Storage, account_id: int) -> None:
    """All that a closed account has sent in, but for an approval that waits for its link: that one lapses. Commits."""
    waits = (Appeal.status == "approved") & Appeal.taken_at.is_(None)
    mine = select(Appeal.id).where(Appeal.created_by_id == account_id, Appeal.purged_at.is_(None), ~waits)
    for appeal_id in session.scalars(mine).all():
        _forget(session, storage, appeal_id)


def _forget(session: Session, storage: Storage, appeal_id: int) -> None:
    """One appeal: its files, what its rounds pinned, what was changed in it, and its own personal columns."""
    purging.remove_files(session, storage, AppealFile, AppealFile.appeal_id == appeal_id)
    purging.forget(session, AppealKind.key, Appeal.__tablename__, appeal_id)
    blank = update(Appeal).where(Appeal.id == appeal_id)
    session.execute(
        blank.values(
            real_name="", id_number=None, phone=None, phone_hash=None, former_phone=None, former_mail=None,
            reason="", address="", purged_at=func.now(), changed_on=Appeal.changed_on,
        ).execution_options(synchronize_session=False)
    )  # fmt: skip
    session.commit()
