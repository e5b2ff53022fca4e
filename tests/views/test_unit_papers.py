"""Who sees which paper of a unit, on whatever way, and how long the picture of who acts for it is kept (GD-28; PIPL 6, 19)."""

from __future__ import annotations

from datetime import timedelta
from io import BytesIO
from typing import Any
from uuid import UUID

import pytest
from flask import current_app
from sqlalchemy import func, select, update

from app.models.accounts import Hat
from app.models.agencies import Agency, AgencyUnit
from app.models.files import StoredFile
from app.models.review import ReviewRound
from app.models.schools import Residency
from app.models.units import Unit, UnitChange, UnitMaterial
from app.review import desk, unit_pictures
from app.review.kinds import KINDS, private_papers
from app.rules.actor import Role
from app.rules.units import PRIVATE_SLOTS
from tests.api.desk_clients import program
from tests.review import samples
from tests.review.samples import Story
from tests.views.people import Browser, account, signed_in

SLOTS = ("licence", "handler_id", "letter", "hr_licence")
INSIDE = ("unit_owner", "reviewer", "lead")
BESIDE = ("unit_handler", "agency", "school_admin", "operator")


@pytest.fixture
def there(app, session) -> Any:
    """An approved unit with its papers, and whoever deals with it."""
    unit = samples.unit(session)
    agency = Agency(name="测试代招机构", kind="commercial", region_code=samples.REGION, stage="open", licence_no="1")
    school = samples.school(session)
    session.add(agency)
    session.flush()
    session.add_all([
        AgencyUnit(agency_id=agency.id, unit_id=unit.id, state="linked"),
        Residency(unit_id=unit.id, school_id=school.id, region_code=school.region_code, status="active"),
    ])  # fmt: skip
    papers, storage = {}, app.extensions["storage"]
    for slot in SLOTS:
        file = samples.stored_file(session, samples.account(session))
        file.key, file.thumb_key = storage.put(BytesIO(b"x"), "jpg"), storage.put(BytesIO(b"x"), "jpg")
        file.page_keys = [storage.put(BytesIO(b"x"), "webp")]
        session.add(UnitMaterial(unit_id=unit.id, slot=slot, file=file))
        papers[slot] = file.id
    session.commit()
    places: dict[str, dict[str, Any]] = {
        "unit_owner": {"unit_id": unit.id}, "unit_handler": {"unit_id": unit.id, "grants": ["postings"]},
        "agency": {"agency_id": agency.id}, "school_admin": {"school_id": school.id}, "operator": {},
        "reviewer": {"region_code": "310000"}, "lead": {"region_code": "310000"},
    }  # fmt: skip
    return unit, papers, places


def seen_by(who: Browser, papers: dict[str, UUID], ending: str) -> set[str]:
    found = set()
    for slot, file in papers.items():
        with who.get(f"/files/{file}{ending}") as answer:
            found |= {slot} if answer.status_code == 200 else set()
    return found


@pytest.mark.parametrize("role", INSIDE + BESIDE)
def test_papers_that_show_who_acts_are_for_the_unit_and_the_bureau(app, session, there, role):
    unit, papers, places = there
    name, account_id, hat_id = account(app, session, role, **places[role])
    who = Browser(signed_in(app, name), account_id, hat_id)
    allowed = set(SLOTS) if role in INSIDE else set(SLOTS) - PRIVATE_SLOTS
    page = who.get(f"/unitview/show/{unit.id}")
    assert page.status_code == 200
    assert {slot for slot, file in papers.items() if str(file) in page.text} == allowed
    for ending in ("", "/thumb", "/pages/", "/pages/1"):
        assert seen_by(who, papers, ending) == allowed, ending


@pytest.mark.parametrize("role", INSIDE + BESIDE)
def test_nor_does_the_api_name_or_link_them(app, session, there, role):
    unit, papers, places = there
    caller = program(app, session, role, **places[role])
    allowed = set(SLOTS) if role in INSIDE else set(SLOTS) - PRIVATE_SLOTS
    answer = caller.get(f"/api/v1/unit_registration/{unit.id}")
    assert answer.status_code == 200, answer.text
    assert {file["slot"] for file in answer.json["files"]} == allowed
    assert not any(str(papers[slot]) in answer.text for slot in set(SLOTS) - allowed)
    for file in answer.json["files"]:
        with app.test_client(use_cookies=False).get(file["url"]) as opened:
            assert opened.status_code == 200, file["slot"]


def test_a_change_that_waits_shows_its_papers_to_nobody_beside(app, session, there):
    """Its materials lie with the unit's own, and are not in force."""
    unit, _papers, places = there
    owner = samples.owner_of(session, unit)
    files = samples.attached(session, owner.account_id, "change_proof", "letter")
    made = desk.create(session, owner, "unit_change", {"address": "新址1号", "note": "搬迁", "files": files})
    storage = current_app.extensions["storage"]
    for file in session.scalars(select(StoredFile).where(StoredFile.uploaded_by_id == owner.account_id)):
        file.key = storage.put(BytesIO(b"x"), "jpg")
    session.commit()
    ids = {one["slot"]: UUID(one["file_id"]) for one in files}
    desk.submit(session, owner, "unit_change", made.id)
    for role, seen in (
        ("unit_handler", set()),
        ("school_admin", set()),
        ("operator", {"change_proof"}),
        ("reviewer", set(ids)),
    ):
        name, account_id, hat_id = account(app, session, role, **places[role])
        assert seen_by(Browser(signed_in(app, name), account_id, hat_id), ids, "") == seen, role


def test_a_school_that_is_done_with_the_unit_sees_nothing_of_it(app, session, there):
    unit, papers, places = there
    name, account_id, hat_id = account(app, session, "school_admin", **places["school_admin"])
    who = Browser(signed_in(app, name), account_id, hat_id)
    session.execute(update(Residency).where(Residency.unit_id == unit.id).values(status="revoked"))
    session.commit()
    assert who.get(f"/unitview/show/{unit.id}").status_code == 404
    assert seen_by(who, papers, "") == set()


def test_a_colleague_without_the_function_has_no_list_of_resident_units(app, session, there):
    unit, _papers, places = there
    name, account_id, hat_id = account(app, session, "school_admin", grants=["roster"], **places["school_admin"])
    who = Browser(signed_in(app, name), account_id, hat_id)
    assert who.get("/unitview/list/").status_code == 403
    assert who.get(f"/unitview/show/{unit.id}").status_code == 403
    assert "/unitview/list/" not in who.get("/").text


def test_a_former_owner_opens_neither_the_unit_nor_what_was_uploaded_for_it(app, session):
    """The role was ended by an administrator; the account goes on in the own name."""
    name, account_id, hat_id = account(app, session, "seeker")
    actor = samples.Actor(account_id, Role.SEEKER, hat_id=hat_id)
    unit = desk.create(session, actor, "unit_registration", samples.unit_content(session, account_id))
    samples.really_stored(session, app.extensions["storage"], account_id)
    papers = {slot: file.id for slot, file in KINDS["unit_registration"].attached(session, unit)}
    loose = {"loose": samples.stored_file(session, account_id).id}
    samples.really_stored(session, app.extensions["storage"], account_id)
    who = Browser(signed_in(app, name), account_id, hat_id)
    assert who.get(f"/unitview/show/{unit.id}").status_code == 200
    assert seen_by(who, papers | loose, "") == {*papers, "loose"}
    session.execute(update(Hat).where(Hat.unit_id == unit.id).values(active=False))
    session.commit()
    who = Browser(signed_in(app, name), account_id, hat_id)
    assert who.get(f"/unitview/show/{unit.id}").status_code == 404
    assert seen_by(who, papers | loose, "") == {"loose"}


def test_one_place_says_so_for_every_kind():
    for kind in KINDS.values():
        for role in kind.sender_roles | kind.decider_roles:
            assert private_papers.hidden(kind, samples.Actor(1, role)) == frozenset()
        assert private_papers.hidden(kind, samples.Actor(1, Role.SYSADMIN)) == kind.private_slots


# -- how long -----------------------------------------------------------------------------------------------------------


def slots_of(session, **where: Any) -> set[str]:
    session.expire_all()
    return set(session.scalars(select(UnitMaterial.slot).filter_by(**where)))


def aged(session, model: Any, key: Any, days: int, **values: Any) -> None:
    """As if all of it had happened so many days ago."""
    ago = func.now() - timedelta(days=days)
    moments = {name: ago for name in ("decided_at", "changed_on") if hasattr(model, name)}
    session.execute(update(model).where(key).values(**moments, **values))
    session.commit()


def old(session, unit_id: int, row: Any, days: int) -> None:
    """The unit, its papers, its round and its files."""
    aged(session, Unit, Unit.id == unit_id, days)
    aged(session, UnitMaterial, UnitMaterial.unit_id == unit_id, days)
    session.execute(update(StoredFile).values(uploaded_at=func.now() - timedelta(days=days)))
    session.commit()


@pytest.mark.parametrize("verdict", ["approve", "return", "reject"])
def test_the_picture_of_who_acts_leaves_thirty_days_after_the_verdict(session, verdict):
    storage, story = current_app.extensions["storage"], Story(session, "unit_registration")
    unit, row = story.decided(verdict)
    keys = samples.really_stored(session, storage, story.sender.account_id)
    assert len(keys) == 3
    for days, gone, left in ((29, 0, {"licence", "handler_id", "letter"}), (31, 1, {"licence", "letter"})):
        old(session, unit.id, row, days)
        assert unit_pictures.purge(session, storage, 30) == gone
        assert slots_of(session, unit_id=unit.id) == left
    assert len([key for key in keys if storage.exists(key)]) == 2
    assert session.scalar(select(func.count()).where(StoredFile.uploaded_by_id == story.sender.account_id)) == 2


def test_what_waits_for_its_verdict_keeps_the_picture(session):
    storage, story = current_app.extensions["storage"], Story(session, "unit_registration")
    unit, row = story.submitted()
    old(session, unit.id, row, 400)
    assert unit_pictures.purge(session, storage, 30) == 0
    assert "handler_id" in slots_of(session, unit_id=unit.id)


def test_a_picture_that_was_replaced_leaves_after_the_verdict_the_other_papers_stay_as_evidence(session):
    storage, story = current_app.extensions["storage"], Story(session, "unit_registration")
    unit, first = story.decided("return")
    before = {one["slot"]: UUID(one["file_id"]) for one in first.evidence.content["files"]}
    files = samples.attached(session, story.sender.account_id, "licence", "handler_id", "letter")
    desk.edit(session, story.sender, story.key, unit.id, {"files": files})
    again = desk.submit(session, story.sender, story.key, unit.id)
    samples.really_stored(session, storage, story.sender.account_id)
    session.execute(update(StoredFile).values(uploaded_at=func.now() - timedelta(days=99)))
    session.commit()
    assert unit_pictures.purge(session, storage, 30) == 0, "decided, or sent in anew, a moment ago"
    past = update(ReviewRound).where(ReviewRound.id == first.id).values(decided_at=func.now() - timedelta(days=31))
    session.connection().exec_driver_sql("SET LOCAL session_replication_role = replica")
    session.execute(past.execution_options(synchronize_session=False))
    session.connection().exec_driver_sql("SET LOCAL session_replication_role = origin")
    session.commit()
    assert unit_pictures.purge(session, storage, 30) == 1
    left = set(session.scalars(select(StoredFile.id).where(StoredFile.id.in_(before.values()))))
    assert left == {before["licence"], before["letter"]}
    assert again.state == "queued" and "handler_id" in slots_of(session, unit_id=unit.id)


def test_a_picture_that_came_with_a_change_leaves_with_its_own_time(session):
    storage, story = current_app.extensions["storage"], Story(session, "unit_change")
    files = samples.attached(session, story.sender.account_id, "handler_id", "change_proof")
    change, row = story.decided(files=files)
    samples.really_stored(session, storage, story.sender.account_id)
    session.execute(update(Unit).where(Unit.id == story.unit.id).values(decided_at=func.now() - timedelta(days=900)))
    session.commit()
    assert unit_pictures.purge(session, storage, 30) == 0, "in force since today"
    assert "handler_id" in slots_of(session, unit_id=story.unit.id, change_id=None)
    old(session, story.unit.id, row, 31)
    aged(session, UnitChange, UnitChange.id == change.id, 31)
    assert unit_pictures.purge(session, storage, 30) == 1
    assert slots_of(session, unit_id=story.unit.id) == {"change_proof"}


def test_whoever_mends_a_refused_registration_reads_that_the_picture_is_gone(app, session):
    name, account_id, hat_id = account(app, session, "seeker")
    who = Browser(signed_in(app, name), account_id, hat_id)
    actor = samples.Actor(account_id, Role.SEEKER, hat_id=hat_id)
    unit = desk.create(session, actor, "unit_registration", samples.unit_content(session, account_id))
    samples.really_stored(session, current_app.extensions["storage"], account_id)
    words = "Pictures of identity documents are removed"
    session.execute(update(Unit).where(Unit.id == unit.id).values(status="returned", submitted_at=func.now()))
    session.commit()
    assert words not in who.get(f"/unitview/show/{unit.id}?lang=en").text
    old(session, unit.id, None, 31)
    assert unit_pictures.purge(session, current_app.extensions["storage"], 30) == 1
    assert words in who.get(f"/unitview/show/{unit.id}?lang=en").text
