"""A school sees who acts for it and ends what it no longer wants, at once."""

from __future__ import annotations

from copy import copy
from dataclasses import replace

from sqlalchemy import func, select, update

from app.extensions import db
from app.models.accounts import Hat
from app.models.base import use_vault, vault
from app.models.messages import Outbox
from app.models.review import ReviewEvent
from app.models.schools import School, Student
from app.review import desk, queue
from app.review.imports.entities import IMPORTERS
from app.review.imports.options import Options
from app.rules.actor import Actor, Role
from app.rules.dates import today
from tests.review import samples
from tests.views.people import Browser, browser, unit


def admin(app, session, school: School) -> Browser:
    return browser(app, session, "school_admin", school_id=school.id, region_code=school.region_code)


def test_a_colleague_is_unbound_at_once(app, session):
    school = samples.school(session)
    me, other = admin(app, session, school), admin(app, session, school)
    assert other.get("/residencyview/list/").status_code == 200
    assert me.post(f"/schoolstaffview/move/unbind/{other.hat_id}").status_code == 302
    assert other.get("/residencyview/list/").status_code == 302, "led to the login"
    assert session.scalar(select(Hat.active).where(Hat.id == other.hat_id)) is False
    last = session.scalars(select(ReviewEvent).order_by(ReviewEvent.id.desc())).first()
    assert (last.action, last.actor_id, last.subject_id) == ("hat_changed", me.account_id, other.account_id)
    told = session.scalars(select(Outbox).where(Outbox.template == "school_unbound")).one()
    assert (told.account_id, told.facts["title"]) == (other.account_id, school.name)


def test_nobody_unbinds_himself_nor_another_schools(app, session):
    school, other = samples.school(session), samples.school(session)
    me, stranger = admin(app, session, school), admin(app, session, other)
    assert me.post(f"/schoolstaffview/move/unbind/{me.hat_id}").status_code == 409
    assert me.post(f"/schoolstaffview/move/unbind/{stranger.hat_id}").status_code == 404
    assert session.scalar(select(Hat.active).where(Hat.id == stranger.hat_id)) is True


def test_a_fresh_proof_is_asked_for(app, session):
    school = samples.school(session)
    me, other = admin(app, session, school), admin(app, session, school)
    me.unproven(session, minutes=11)
    assert "/proof/" in me.post(f"/schoolstaffview/move/unbind/{other.hat_id}").location
    assert session.scalar(select(Hat.active).where(Hat.id == other.hat_id)) is True


def test_whoever_is_unbound_at_the_same_moment_unbinds_nobody(app, session, monkeypatch):
    school = samples.school(session)
    me, other = admin(app, session, school), admin(app, session, school)

    def meanwhile(*given, **more):
        gone = update(Hat).where(Hat.id == me.hat_id).values(active=False)
        db.session.execute(gone.execution_options(synchronize_session=False))

    monkeypatch.setattr("app.views.proof.demand", meanwhile)
    assert me.post(f"/schoolstaffview/move/unbind/{other.hat_id}").status_code == 403
    assert session.scalar(select(Hat.active).where(Hat.id == other.hat_id)) is True


def functions(session, hat_id: int) -> list[str]:
    session.expire_all()
    return list(session.scalar(select(Hat.grants).where(Hat.id == hat_id)))


def grant(me: Browser, hat_id: int, *words: str):
    return me.post(f"/schoolstaffview/edit/{hat_id}", {"grants": list(words)})


def test_functions_are_granted_one_by_one_and_the_colleague_is_told(app, session):
    school = samples.school(session)
    me, other = admin(app, session, school), admin(app, session, school)
    assert grant(me, other.hat_id, "residency").status_code == 302
    assert functions(session, other.hat_id) == ["residency"]
    told = session.scalars(select(Outbox).where(Outbox.template == "school_grants")).one()
    assert told.account_id == other.account_id
    assert grant(me, other.hat_id).status_code == 422, "nobody acts for a school without any"
    assert grant(me, other.hat_id, "postings").status_code == 422, "a function of units"
    assert grant(me, me.hat_id, "residency").status_code == 403, "whoever manages the staff goes on doing so"
    assert functions(session, me.hat_id) == ["residency", "roster", "staff"]
    assert functions(session, other.hat_id) == ["residency"]


def test_whoever_does_not_manage_the_staff_looks_only(app, session):
    school = samples.school(session)
    bare, other = staffed(app, session, school, "residency", "roster"), admin(app, session, school)
    assert bare.get("/schoolstaffview/list/").status_code == 200
    offered = f"/schoolstaffview/move/unbind/{other.hat_id}"
    assert offered not in bare.get(f"/schoolstaffview/show/{other.hat_id}").text, "no button that refuses"
    assert offered in staffed(app, session, school, "staff").get(f"/schoolstaffview/show/{other.hat_id}").text
    assert bare.post(f"/schoolstaffview/move/unbind/{other.hat_id}").status_code == 403
    assert grant(bare, other.hat_id, "residency").status_code == 403
    assert functions(session, other.hat_id) == ["residency", "roster", "staff"]


def staffed(app, session, school: School, *words: str) -> Browser:
    return browser(
        app, session, "school_admin", school_id=school.id, region_code=school.region_code, grants=list(words)
    )


def test_without_the_roster_no_student_is_read_written_or_imported(app, session):
    school = samples.school(session)
    student = samples.student(school)
    session.add(student)
    session.commit()
    with_it, without = staffed(app, session, school, "roster"), staffed(app, session, school, "residency")
    assert with_it.get(f"/studentview/show/{student.id}").status_code == 200
    assert without.get(f"/studentview/show/{student.id}").status_code == 403
    assert student.name not in without.get("/studentview/list/").text
    sent = {
        "name": "李四", "document_kind": "resident_id", "id_number": samples.resident_id(77), "student_no": "2024019999",
        "graduation_year": "2027", "education": "bachelor", "enrolled": "y",
    }  # fmt: skip
    assert without.post("/studentview/add", sent).status_code == 403
    assert with_it.post("/studentview/add", sent).status_code == 302
    bare = Actor(without.account_id, Role.SCHOOL, school_id=school.id, grants=frozenset({"residency"}))
    with samples.refusal("not_allowed"):
        IMPORTERS["student"].require_reach(bare, Options(school_id=school.id))


def test_without_residency_nothing_is_decided_or_revoked(session):
    story = samples.Story(session, "residency")
    subject, row = story.submitted()
    bare = replace(story.decider, grants=frozenset({"roster", "staff"}))
    with samples.refusal("not_found"):
        queue.claim(session, bare, row.id)
    samples.say(session, story.decider, queue.claim(session, story.decider, row.id))
    with samples.refusal("not_found"):
        desk.move(session, bare, "residency", subject.id, "revoke", reason="未履约")
    assert desk.move(session, story.decider, "residency", subject.id, "revoke", reason="未履约").status == "revoked"


def test_only_schools_where_somebody_decides_are_offered_for_residency(app, session):
    """A request to a school without an account would wait for nobody."""
    alone, shut, here, gone = (samples.school(session) for _n in range(4))
    shut.open_for_residency = False
    for school in (shut, here, gone):
        admin(app, session, school)
    staffed(app, session, alone, "roster")
    session.execute(update(Hat).where(Hat.school_id == gone.id).values(active=False))
    firm = unit(session)
    session.commit()
    owner = browser(app, session, "unit_owner", unit_id=firm.id)
    for school, status in ((alone, 422), (shut, 422), (gone, 422), (here, 302)):
        answer = owner.post("/residencyview/add?lang=en", {"school": str(school.id), "then": "submit"})
        assert answer.status_code == status, school.name
    assert "has to open an account first" in owner.get("/residencyview/add?lang=en").text


def test_a_student_who_stands_there_twice_is_told_at_the_number(app, session):
    school = samples.school(session)
    me = admin(app, session, school)
    sent = {
        "name": "李四", "document_kind": "resident_id", "id_number": samples.resident_id(79), "student_no": "1",
        "graduation_year": "2027", "education": "bachelor", "enrolled": "y",
    }  # fmt: skip
    assert me.post("/studentview/add", sent).status_code == 302
    for changed, field in (({"student_no": "2"}, "id_number"), ({"id_number": samples.resident_id(80)}, "student_no")):
        answer = me.post("/studentview/add?lang=en", sent | changed)
        assert answer.status_code == 422
        assert f'<a href="#{field}">' in answer.text, field
    assert me.post("/studentview/add", sent | {"education": "none", "student_no": "3"}).status_code == 422
    assert 'value="none"' not in me.get("/studentview/add").text


def roster_row(number: int, **more: str) -> dict[str, str]:
    return {
        "name": "李四", "document_kind": "resident_id", "id_number": samples.resident_id(number), "student_no": "1",
        "graduation_year": str(today().year + 1), "education": "bachelor", "enrolled": "y",
    } | more  # fmt: skip


def test_who_studies_at_another_school_is_typed_in_no_more_than_imported(app, session):
    """Graduates, and who has left, are nobody's twice."""
    here, there = (staffed(app, session, samples.school(session), "roster") for _n in range(2))
    assert there.post("/studentview/add", roster_row(81)).status_code == 302
    answer = here.post("/studentview/add?lang=en", roster_row(81))
    assert answer.status_code == 422 and "on the roster of another school" in answer.text
    gone = {name: value for name, value in roster_row(81).items() if name != "enrolled"}
    assert here.post("/studentview/add", gone).status_code == 302
    assert here.post("/studentview/add", roster_row(82, student_no="3")).status_code == 302
    past = roster_row(82, graduation_year=str(today().year - 2))
    assert there.post("/studentview/add", past | {"student_no": "2"}).status_code == 302, "an alumnus who studies on"


def test_during_a_rotation_nobody_is_stored_under_two_indexes(app, session):
    """The old index is found as well; two rows of one person would stop the rotation of the whole table."""
    me, kept = staffed(app, session, samples.school(session), "roster"), vault()
    assert me.post("/studentview/add", roster_row(83)).status_code == 302
    turned = copy(kept)
    turned._index_keys = (b"j" * 32, *kept._index_keys)
    use_vault(turned)
    try:
        answer = me.post("/studentview/add?lang=en", roster_row(83, student_no="2"))
        assert answer.status_code == 422 and "has this document number already" in answer.text
        assert session.scalar(select(func.count()).select_from(Student)) == 1
    finally:
        use_vault(kept)
