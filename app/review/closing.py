"""An account is closed: what the person put out is taken back, what names the person is erased, what the law keeps stays
without a name (PIPL 47; network data rules 22 to 24). docs/registration.md lists what is left."""

from __future__ import annotations

import secrets
from typing import Any, Final

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session
from werkzeug.security import generate_password_hash

from app.gateways.storage import Storage
from app.models.accounts import Hat, PasswordHistory, Person
from app.models.agencies import AgencyEntry, EmployerCertification
from app.models.bindings import Binding
from app.models.changes import FieldChange
from app.models.consents import Consent
from app.models.dispatch import Dispatch, OneTimeLink
from app.models.files import StoredFile
from app.models.gigs import GigOffer, GigWanted
from app.models.lists import ListLayout, SavedView
from app.models.logins import IdentityLink
from app.models.media import Medium
from app.models.messages import Message, NoticeChoice, Outbox
from app.models.second_factor import EnrolmentCode, RecoveryCode, SecondFactor, SecurityKey
from app.models.units import Unit
from app.review import appeals, bindings, closing_papers, identity, ledger, personal, unit_ends
from app.review.persons import NOBODY
from app.rules.actor import Actor, Role
from app.rules.hats import is_staff
from app.rules.refused import Refused
from app.rules.units import UNDECIDED

GONE: Final = "已注销"
_STANDS: Final = {"approved", "frozen"}  # units that cannot be without an owner


def fault(session: Session, account_id: int) -> Refused | None:
    """Why an account cannot be closed by its owner: staff, the only owner of a unit, a registration under review."""
    roles = session.scalars(select(Hat.role).where(Hat.account_id == account_id, Hat.active)).all()
    if is_staff([Role(role) for role in roles]):
        return Refused("close_staff")
    mine = set(session.scalars(select(Unit.status).where(Unit.id.in_(unit_ends.only_mine(account_id)))))
    if mine & _STANDS:
        return Refused("close_owner")
    return Refused("close_pending") if "pending" in mine else None


def close(session: Session, actor: Actor, storage: Storage) -> None:
    """Closes the account of the actor; commits. Raises Refused close_staff, close_owner, close_pending."""
    me = actor.account_id
    refused = fault(session, me)
    if refused is not None:
        raise refused
    personal.take_back(session, actor)
    closing_papers.take_back(session, actor)
    unit_ends.take_back(session, actor)
    files = _pictures(session, me)
    for row in session.scalars(
        select(Binding).where(Binding.account_id == me, Binding.state.in_(("invited", "bound")))
    ):
        bindings.act(session, actor, row, "leave" if row.state == "bound" else "refuse")
    ledger.append(session, "account_closed", actor, "", subject_id=me)
    _erase(session, me)
    session.commit()
    for key in files:
        storage.delete(key)
    identity.forget_of(session, storage, me)
    appeals.forget_of(session, storage, me)
    closing_papers.forget_of(session, storage, me)
    unit_ends.forget_of(session, storage, me)


def _pictures(session: Session, me: int) -> list[str]:
    """The keys of the person's own pictures; their names are erased."""
    mine = select(Medium.file_id).where(Medium.person_id == me)
    rows = session.scalars(select(StoredFile).where(StoredFile.id.in_(mine))).all()
    keys = [key for row in rows for key in row.keys]
    for row in rows:
        row.name = ""
    return keys


def _erase(session: Session, me: int) -> None:
    """What names the person, or opens the account, goes."""
    calm = {"synchronize_session": False}

    def change(model: Any, where: Any, **values: Any) -> None:
        session.execute(update(model).where(where).values(**values).execution_options(**calm))

    own_offers = (GigOffer.poster_id == me) & GigOffer.unit_id.is_(
        None
    )  # the contact on a unit's post is the unit's matter
    for model, mine in ((GigOffer, own_offers), (GigWanted, GigWanted.poster_id == me)):
        change(model, mine, phone="0", phone_public=False)
    change(AgencyEntry, AgencyEntry.created_by_id == me, contact_name=None, contact_phone=None)
    change(EmployerCertification, EmployerCertification.created_by_id == me, applicant="")
    drafts = (Unit.created_by_id == me) & Unit.status.in_(UNDECIDED)
    change(Unit, drafts, contact_name=None, contact_phone=None, contact_email=None)
    change(Binding, Binding.account_id == me, real_name=GONE, invited_as="")
    change(
        Person, Person.account_id == me, real_name=GONE, initials="", id_number=None, id_hash=None, claim_hash=None, phone=None,
        phone_hash=None, mail=None, mail_hash=None, born_on=None, identity_level=0,
    )  # fmt: skip
    change(Consent, (Consent.account_id == me) & Consent.withdrawn_at.is_(None), withdrawn_at=func.now())
    change(Hat, Hat.account_id == me, active=False)
    change(
        User, User.id == me, username=f"closed-{me}", first_name=GONE, last_name="", email=f"closed-{me}@{NOBODY}", active=False,
        password=generate_password_hash(secrets.token_urlsafe(32)),
    )  # fmt: skip
    owned = (
        IdentityLink,
        EnrolmentCode,
        Message,
        Outbox,
        NoticeChoice,
        SavedView,
        ListLayout,
        RecoveryCode,
        SecondFactor,
        SecurityKey,
        OneTimeLink,
        PasswordHistory,
        Dispatch,
    )
    for model in owned:
        session.execute(delete(model).where(model.account_id == me).execution_options(**calm))
    traces = (FieldChange.entity.in_((Person.__tablename__, User.__tablename__))) & (FieldChange.row_key == str(me))
    session.execute(delete(FieldChange).where(traces).execution_options(**calm))
