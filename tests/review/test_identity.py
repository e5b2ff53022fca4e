"""Real-name by documents: what a verdict does to the person, what stops it, and what is left of the pictures (GD-12, GD-13, GD-15)."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO

import numpy as np
import pytest
from flask import current_app
from PIL import Image
from sqlalchemy import func, select, update

from app.gateways.malware import NotScanned
from app.gateways.storage import LocalStorage
from app.models.accounts import Person
from app.models.base import vault
from app.models.files import StoredFile
from app.models.identity_proofs import IdentityPicture, IdentityProof
from app.models.reference import Parameter
from app.models.review import ReviewEvent, ReviewEvidence, ReviewRound
from app.review import decide, desk, files, identity, queue
from app.review.kinds import KINDS
from tests.review.samples import FOREIGN, REGION, Story, account, attached, refusal, resident_id, reviewer, say

KIND = "identity_proof"


@pytest.fixture
def story(session):
    return Story(session, KIND)


def person_of(session, story) -> Person:
    session.expire_all()
    return session.get_one(Person, story.sender.account_id)


def findings(refused) -> set[str]:
    return {f["code"] if isinstance(f, dict) else f.code for f in refused.value.facts["findings"]}


def severity(row, code: str) -> str:
    order = ("block", "high", "warn", "info", "ok")
    return min((c["severity"] for c in row.checks if c["code"] == code), key=order.index)


def test_approval_makes_the_claim_the_persons_and_says_from_where_and_when(session, story):
    subject, row = story.claimed()
    claim = person_of(session, story).claim_hash
    say(session, story.decider, row)
    person = person_of(session, story)
    assert (person.identity_level, person.level_source, person.id_hash) == (2, "documents", claim)
    assert person.level_at is not None
    (event,) = session.scalars(select(ReviewEvent).where(ReviewEvent.action == "level_raised")).all()
    assert (event.kind, event.subject_id, event.chain) == (KIND, subject.id, "310000")


def test_undo_makes_it_a_claim_again(session, story):
    _subject, row = story.claimed()
    before = person_of(session, story)
    kept = (
        before.identity_level,
        before.level_source,
        before.level_at,
        before.id_hash,
        before.id_number,
        before.real_name,
    )
    say(session, story.decider, row)
    decide.undo(session, story.decider, row.id)
    after = person_of(session, story)
    assert kept == (
        after.identity_level, after.level_source, after.level_at, after.id_hash, after.id_number, after.real_name,
    )  # fmt: skip
    assert after.id_hash is None and after.id_number
    actions = session.scalars(select(ReviewEvent.action).where(ReviewEvent.action.startswith("level_"))).all()
    assert sorted(actions) == ["level_raised", "level_taken_back"]


def test_another_number_than_the_one_claimed_is_not_even_sent_in(session, story):
    made = story.created(id_number=resident_id(977))
    with refusal("checks_block") as refused:
        desk.submit(session, story.sender, KIND, made.id)
    assert "P04" in findings(refused)


def test_a_slip_in_the_name_is_put_right_by_the_document_and_undone_with_it(session, story):
    _subject, row = story.claimed(real_name="王改名")
    assert severity(row, "P04") == "high"
    was = person_of(session, story).real_name
    say(session, story.decider, row)
    assert person_of(session, story).real_name == "王改名"
    decide.undo(session, story.decider, row.id)
    assert person_of(session, story).real_name == was


def test_without_a_claim_the_document_gives_the_number(session, story):
    content = story.content()
    number = content["id_number"]
    session.execute(
        update(Person).where(Person.account_id == story.sender.account_id).values(id_number=None, claim_hash=None, born_on=None)
    )  # fmt: skip
    session.commit()
    made = desk.create(session, story.sender, KIND, content)
    row = desk.submit(session, story.sender, KIND, made.id)
    say(session, story.decider, _claimed(session, story.decider, row))
    person = person_of(session, story)
    assert (person.id_number, person.identity_level) == (number, 2)
    assert person.born_on.isoformat() == "2005-01-01"
    decide.undo(session, story.decider, row.id)
    person = person_of(session, story)
    assert (person.id_number, person.id_hash, person.born_on) == (None, None, None)


def _claimed(session, actor, row):
    return queue.claim(session, actor, row.id)


def test_a_document_that_another_account_has_proven_is_told_to_the_desk_alone_and_cannot_be_approved(session, story):
    content = story.content()
    other = session.get_one(Person, account(session))
    other.set_id_number(content["id_number"])
    session.commit()
    made = desk.create(session, story.sender, KIND, content)
    row = desk.submit(session, story.sender, KIND, made.id)
    assert severity(row, "P05") == "high"
    assert KINDS[KIND].unseen == {"P05"}
    with refusal("id_taken"):
        say(session, story.decider, _claimed(session, story.decider, row))
    session.rollback()
    assert person_of(session, story).identity_level == 1


def test_who_has_proven_the_document_needs_no_second_proof(session, story):
    content = story.content()
    session.execute(update(Person).where(Person.account_id == story.sender.account_id).values(identity_level=2))
    session.commit()
    made = desk.create(session, story.sender, KIND, content)
    with refusal("checks_block") as refused:
        desk.submit(session, story.sender, KIND, made.id)
    assert findings(refused) == {"P08"}


def test_the_division_may_ask_to_see_the_holder(session, story):
    session.add(Parameter(key="identity_asks_holder", region_code=REGION, value="1"))
    session.commit()
    made = story.created()
    with refusal("checks_block") as refused:
        desk.submit(session, story.sender, KIND, made.id)
    assert findings(refused) == {"P01"}
    whole = attached(session, story.sender.account_id, "id_front", "id_back", "holder_photo")
    desk.edit(session, story.sender, KIND, made.id, {"files": whole}, made.version)
    assert severity(desk.submit(session, story.sender, KIND, made.id), "P06") == "high"


def test_without_consent_no_picture_is_taken(session, story):
    with refusal("consent_needed"):
        story.created(agreed=False)


def test_a_picture_that_is_nearly_one_of_another_account_is_told(session, story):
    other, _row = Story(session, KIND).submitted()
    mine = story.created()
    pictures = select(StoredFile).join(IdentityPicture, IdentityPicture.file_id == StoredFile.id)
    for which, phash in ((other, 2**40), (mine, 2**40 + 3)):
        found = session.scalars(
            pictures.where(IdentityPicture.proof_id == which.id).order_by(IdentityPicture.id)
        ).first()
        found.phash = phash
    session.commit()
    assert severity(desk.submit(session, story.sender, KIND, mine.id), "P07") == "high"


def blank_jpg(seed: int) -> bytes:
    out = BytesIO()
    points = 236 - np.linspace(0, 45, 900)[:, None] + np.random.default_rng(seed).normal(0, 2, (900, 700))
    Image.fromarray(points.astype(np.uint8)).convert("RGB").save(out, "JPEG", quality=85)
    return out.getvalue()


def look_alike(session, storage, proof, *seeds: int) -> None:
    """Puts real empty sheets behind the pictures of a proof."""
    rows = session.scalars(
        select(StoredFile)
        .join(IdentityPicture, IdentityPicture.file_id == StoredFile.id)
        .where(IdentityPicture.proof_id == proof.id)
        .order_by(IdentityPicture.id)
    ).all()
    for row, seed in zip(rows, seeds, strict=False):
        real = files.store_picture(session, storage, NotScanned(), blank_jpg(seed), "a.jpg", uploaded_by=None)
        for name in ("phash", "sha256", "blank", "blurred", "width", "height"):
            setattr(row, name, getattr(real, name))
    session.commit()


def test_empty_sheets_are_named_so_and_not_taken_for_one_picture_used_twice(session, story, tmp_path):
    """The very same one with another account, one as good as the same in the next place."""
    storage = LocalStorage(tmp_path)
    other, _row = Story(session, KIND).submitted()
    mine = story.created()
    look_alike(session, storage, other, 1, 1)
    look_alike(session, storage, mine, 1, 2)
    row = desk.submit(session, story.sender, KIND, mine.id)
    said = [c["message_en"] for c in row.checks if c["severity"] in ("high", "warn")]
    assert sum("nearly blank" in words for words in said) == 2
    assert severity(row, "P07") == "ok" and not any("same picture" in words for words in said)


def test_nothing_is_approved_without_a_look_at_the_document(session, story):
    _subject, row = story.claimed()
    assert severity(row, "P06") == "high"
    with refusal("reason_missing"):
        say(session, story.decider, row, acknowledged=[])


def test_what_is_compared_by_eye_takes_one_person_and_no_words(session, story):
    """P06 stands in every proof, the good ones too: its tick is the answer, and not a fault that two must let pass."""
    reviewer(session), reviewer(session)
    subject, row = story.claimed()
    assert (severity(row, "P06"), row.seats_needed) == ("high", 1)
    say(session, story.decider, row, reason_text="", acknowledged=["P06"])
    assert subject.status == "approved"


def test_another_division_neither_sees_nor_decides(session, story):
    _subject, row = story.submitted()
    with refusal("not_found"):
        queue.claim(session, reviewer(session, FOREIGN), row.id)


def test_nothing_is_left_thirty_days_after_the_decision(session, story):
    storage, keys = current_app.extensions["storage"], []
    subject, row = story.claimed()
    ids = session.scalars(select(IdentityPicture.file_id).where(IdentityPicture.proof_id == subject.id)).all()
    for file in session.scalars(select(StoredFile).where(StoredFile.id.in_(ids))):
        file.key, file.thumb_key = storage.put(b"picture", "jpg"), storage.put(b"small", "jpg")
        keys += [file.key, file.thumb_key]
    session.commit()
    say(session, story.decider, row)
    for days, gone in ((29, 0), (31, 1)):
        back = update(IdentityProof).where(IdentityProof.id == subject.id)
        session.execute(back.values(decided_at=func.now() - timedelta(days=days)))
        session.commit()
        assert identity.purge(session, storage, 30) == gone
    assert not any(storage.exists(key) for key in keys)
    session.expire_all()
    assert session.scalars(select(StoredFile).where(StoredFile.id.in_(ids))).all() == []
    kept = session.get_one(IdentityProof, subject.id)
    assert (kept.real_name, kept.id_number, kept.status) == ("", None, "approved") and kept.purged_at is not None
    pinned = select(ReviewEvidence.content).join(ReviewRound, ReviewRound.evidence_digest == ReviewEvidence.digest)
    assert set(session.scalars(pinned.where(ReviewRound.kind == KIND))) == {None}
    assert person_of(session, story).id_hash == vault().blind(person_of(session, story).id_number, "id_number")
