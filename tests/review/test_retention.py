"""What is due leaves in one run, however much it is: a job of once a day that stops after its first batch keeps no term."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import current_app
from sqlalchemy import func, select, update

from app.models.agencies import AgencyEntry, AgencyMaterial, EmployerCertification
from app.models.appeals import Appeal
from app.models.bindings import Binding
from app.models.files import StoredFile
from app.models.identity_proofs import IdentityProof
from app.models.system import ImportRun
from app.models.takeovers import UnitTakeover
from app.models.tasks import BackgroundTask
from app.review import appeals, batches, bindings, desk, entry_papers, identity, takeovers
from app.rules.agencies import IDENTITY_SLOTS
from app.rules.dates import today
from app.tasks import queue as tasks
from app.views import due, import_work
from tests.review.samples import Story, account, owner_of, really_stored, reviewer, unit
from tests.review.test_agencies import commercial

PURGES = {
    "identity_proof": (IdentityProof, identity.purge),
    "unit_takeover": (UnitTakeover, takeovers.purge),
    "account_appeal": (Appeal, appeals.purge),
}


@pytest.fixture
def storage():
    return current_app.extensions["storage"]


def aged(session, model, ids, days: int, column: str = "changed_on") -> None:
    moment = {column: func.now() - timedelta(days=days)}
    session.execute(update(model).where(model.id.in_(ids)).values(**moment))
    session.commit()


@pytest.mark.parametrize("key", PURGES)
def test_papers_of_more_than_one_batch_leave_in_one_run(session, storage, monkeypatch, key):
    model, purge = PURGES[key]
    monkeypatch.setattr(batches, "BATCH", 2)
    ids, keys = [], []
    for _one in range(5):
        story = Story(session, key)
        ids.append(story.created().id)
        keys += really_stored(session, storage, story.sender.account_id)
    aged(session, model, ids, 31)
    assert purge(session, storage, 30) == 5
    assert session.scalar(select(func.count()).where(model.id.in_(ids), model.purged_at.is_(None))) == 0
    assert keys and not any(storage.exists(one) for one in keys)
    assert purge(session, storage, 30) == 0


def test_a_row_that_stays_due_is_met_once_and_holds_up_no_other(session, monkeypatch):
    monkeypatch.setattr(batches, "BATCH", 2)
    ids, met = sorted(Story(session, "identity_proof").created().id for _one in range(5)), []
    stmt = select(IdentityProof.id).where(IdentityProof.id.in_(ids))
    assert batches.each(session, stmt, IdentityProof.id, met.append) == 5
    assert met == ids


def test_approvals_nobody_made_use_of_fall_away_in_one_run(session, monkeypatch):
    monkeypatch.setattr(batches, "BATCH", 2)
    ids = [Story(session, "account_appeal").decided()[0].id for _one in range(3)]
    long_ago = func.now() - timedelta(days=30)
    session.execute(update(Appeal).where(Appeal.id.in_(ids)).values(decided_at=long_ago, told_at=func.now()))
    session.commit()
    assert appeals.lapse(session) == 3


@pytest.mark.parametrize("status", ["asked", "recommended"])
def test_the_photo_of_an_entry_that_is_never_sent_in_leaves_too(session, storage, status):
    who = Story(session, "agency_entry").sender
    entry = commercial(session, who)
    desk.move(session, who, "agency_entry", entry.id, "ask")
    if status == "recommended":
        desk.move(session, reviewer(session), "agency_entry", entry.id, "recommend", reason="园区企业")
    really_stored(session, storage, who.account_id)
    photo = session.scalars(
        select(StoredFile).join(AgencyMaterial, AgencyMaterial.file_id == StoredFile.id)
        .where(AgencyMaterial.entry_id == entry.id, AgencyMaterial.slot.in_(IDENTITY_SLOTS))
    ).one()  # fmt: skip
    where = photo.key
    for days, gone in ((29, 0), (31, 1), (32, 0)):
        aged(session, AgencyEntry, [entry.id], days)
        assert entry_papers.purge(session, storage, 30) == gone
    assert not storage.exists(where) and entry.status == status
    left = session.scalars(select(AgencyMaterial.slot).where(AgencyMaterial.entry_id == entry.id)).all()
    assert sorted(left) == ["hr_licence", "letter", "licence"], "what is no picture of identity stays"


def test_certifications_of_more_than_one_batch_end_on_their_day(session, monkeypatch):
    monkeypatch.setattr(due, "BATCH", 2)
    ids = [Story(session, "employer_certification").decided()[0].id for _one in range(5)]
    over = update(EmployerCertification).where(EmployerCertification.id.in_(ids))
    session.execute(over.values(valid_until=today() - timedelta(days=1)))
    session.commit()
    assert due.expire_certifications(session, today()) == 5
    open_still = (EmployerCertification.id.in_(ids), EmployerCertification.status != "expired")
    assert session.scalar(select(func.count()).where(*open_still)) == 0


def test_invitations_of_more_than_one_batch_end_in_one_run(session, monkeypatch):
    monkeypatch.setattr(bindings, "BATCH", 2)
    firm = unit(session)
    owner = owner_of(session, firm).account_id
    for _one in range(5):
        session.add(
            Binding(
                unit_id=firm.id, account_id=account(session), invited_by_id=owner, invited_as="t", real_name="张三",
                state="invited", invited_at=func.now(), expires_at=func.now() - timedelta(days=1), grants=["media"],
            )
        )  # fmt: skip
    session.commit()
    assert bindings.expire(session) == 5


def test_lists_and_files_of_more_than_one_batch_leave_in_one_run(session, storage, monkeypatch):
    monkeypatch.setattr(import_work, "_TIDIED_AT_ONCE", 2)
    monkeypatch.setattr(tasks, "_EXPIRED_AT_ONCE", 2)
    who, old = account(session), func.now() - timedelta(days=15)
    lists = [storage.put(f"list {n}".encode(), "csv") for n in range(5)]
    files = [storage.put(f"file {n}".encode(), "csv") for n in range(5)]
    session.add_all(
        ImportRun(
            entity="unit",
            file_name="list.csv",
            file_digest="0" * 64,
            file_id=one,
            state="done",
            started_at=old,
            ended_at=old,
        )
        for one in lists
    )
    session.add_all(
        BackgroundTask(
            kind="export",
            title="x",
            account_id=who,
            role="owner",
            digest=one[:64],
            state="done",
            file_key=one,
            expires_at=old,
        )
        for one in files
    )
    session.commit()
    assert import_work.tidy(session, storage) == 5
    assert tasks.tidy(session, storage) == 5
    assert not any(storage.exists(one) for one in lists + files)
