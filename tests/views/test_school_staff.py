"""A school sees who acts for it and ends what it no longer wants, at once."""

from __future__ import annotations

from sqlalchemy import select, update

from app.extensions import db
from app.models.accounts import Hat
from app.models.messages import Outbox
from app.models.review import ReviewEvent
from app.models.schools import School
from tests.review import samples
from tests.views.people import Browser, browser


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
