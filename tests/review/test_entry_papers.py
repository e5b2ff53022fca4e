"""How long papers of agencies, certifications and units are kept: pictures of identity, what was replaced, what nobody sent in."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from flask import current_app
from sqlalchemy import func, select, update

from app.models.agencies import AgencyEntry, AgencyMaterial
from app.models.files import StoredFile
from app.review import desk, entry_papers, loose_files, queue
from app.review.kinds import KINDS
from tests.review.samples import Story, attached, operator, reviewer, say
from tests.review.test_agencies import FOUR, commercial


def test_identity_pictures_and_what_was_replaced_leave_thirty_days_after_the_decision(session):
    storage, who, decider = current_app.extensions["storage"], Story(session, "agency_entry").sender, operator(session)
    entry = commercial(session, who)
    desk.move(session, who, "agency_entry", entry.id, "ask")
    desk.move(session, reviewer(session), "agency_entry", entry.id, "recommend", reason="园区企业")
    row = desk.submit(session, who, "agency_entry", entry.id)
    say(session, decider, queue.claim(session, decider, row.id), "return")
    first = [UUID(file["file_id"]) for file in row.evidence.content["files"]]
    desk.edit(session, who, "agency_entry", entry.id, {"files": attached(session, who.account_id, *FOUR)})
    photo, *others = [
        session.scalars(
            select(AgencyMaterial.file_id).where(AgencyMaterial.entry_id == entry.id, AgencyMaterial.slot == slot)
        ).one()
        for slot in FOUR
    ]
    keys = {}
    for file in session.scalars(select(StoredFile).where(StoredFile.id.in_([*first, photo, *others]))):
        file.key = keys[file.id] = storage.put(b"picture", "jpg")
    session.commit()
    for days, gone in ((29, 0), (31, 5), (32, 0)):
        long_ago = func.now() - timedelta(days=days)
        back = update(AgencyEntry).where(AgencyEntry.id == entry.id)
        session.execute(back.values(status="approved", decided_at=long_ago))
        session.commit()
        assert entry_papers.purge(session, storage, 30) == gone
    left = set(session.scalars(select(StoredFile.id).where(StoredFile.id.in_(keys))))
    assert left == set(others) == {file for file, key in keys.items() if storage.exists(key)}


@pytest.mark.parametrize("key", ["agency_entry", "employer_certification", "unit_registration"])
def test_papers_that_were_never_sent_in_leave_thirty_days_after(session, key):
    storage, story = current_app.extensions["storage"], Story(session, key)
    draft = story.created()
    slot = "employment_proof" if key == "employer_certification" else "letter"
    before = {file.id for _slot, file in KINDS[key].attached(session, draft)}
    desk.edit(session, story.sender, key, draft.id, {"files": attached(session, story.sender.account_id, slot)})
    after = {file.id for _slot, file in KINDS[key].attached(session, draft)}
    keys = {}
    for file in session.scalars(select(StoredFile).where(StoredFile.id.in_(before | after))):
        file.key = keys[file.id] = storage.put(b"picture", "jpg")
    session.commit()

    def left() -> set[UUID]:
        session.expire_all()
        there = set(session.scalars(select(StoredFile.id).where(StoredFile.id.in_(keys))))
        assert there == {file for file, where in keys.items() if storage.exists(where)}
        return there

    for days, stay in ((29, before | after), (31, after)):
        aged(session, StoredFile, "uploaded_at", before | after, days)
        loose_files.purge(session, storage, 30)
        assert left() == stay, "what was replaced leaves, what the draft holds stays"
    aged(session, KINDS[key].model, "changed_on", [draft.id], 31)
    loose_files.purge(session, storage, 30)
    assert left() == set(), "what lies in a draft that nobody touched leaves too"


def aged(session, model, column: str, ids, days: int) -> None:
    moment = {column: func.now() - timedelta(days=days)}
    session.execute(update(model).where(model.id.in_(ids)).values(**moment))
    session.commit()


def test_papers_that_were_sent_in_stay_with_what_was_decided(session):
    storage, story = current_app.extensions["storage"], Story(session, "employer_certification")
    proof, row = story.decided("return")
    first = {UUID(file["file_id"]) for file in row.evidence.content["files"]}
    who = story.sender.account_id
    desk.edit(
        session, story.sender, "employer_certification", proof.id, {"files": attached(session, who, "employment_proof")}
    )
    aged(session, StoredFile, "uploaded_at", first, 400)
    loose_files.purge(session, storage, 30)
    assert set(session.scalars(select(StoredFile.id).where(StoredFile.id.in_(first)))) == first
