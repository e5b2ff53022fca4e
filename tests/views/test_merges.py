"""Two accounts of one person (GD-16): found, merged by two administrators in one transaction, on record."""

from __future__ import annotations

import json
import re

import pytest
from flask_appbuilder import Model
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import UniqueConstraint, func, select

from app.models.accounts import Hat, Person
from app.models.agencies import EmployerCertification
from app.models.appeals import Appeal
from app.models.base import vault
from app.models.bindings import Binding
from app.models.gigs import GigWanted
from app.models.identity_proofs import IdentityProof
from app.models.merging import AccountMerge
from app.models.messages import Outbox
from app.models.review import ReviewEvent, ReviewRound
from app.models.sessions import LoginSession
from app.models.takeovers import UnitTakeover
from app.review import decide, desk, ledger, links, merging, merging_once, queue
from app.rules.actor import Actor, Role
from app.rules.dates import today
from tests.review.mergers import merged, two_accounts
from tests.review.samples import (
    appeal_content,
    attached,
    proof_content,
    refusal,
    resident_id,
    reviewer,
    say,
    takeover_content,
    unit,
    wanted_content,
)
from tests.views.people import browser

NUMBER = resident_id(861)


@pytest.fixture
def admins(app, session):
    return browser(app, session, "sysadmin"), browser(app, session, "secadmin")


def persons(app, session, **second):
    """Two people at their browsers who are one: the first has proven the document, the second claims it."""
    found = []
    for values in ({}, {"id_number": NUMBER, "phone_is": "13812340001"} | second):
        somebody = browser(app, session, "seeker")
        person = Person(account_id=somebody.account_id, real_name=values.pop("name", "张合并"))
        phone = values.pop("phone_is", "")
        if not found:
            person.set_id_number(NUMBER)
        for name, value in values.items():
            setattr(person, name, value)
        if phone:
            person.set_phone(phone)
        session.add(person)
        found.append(somebody)
    session.commit()
    return found


def asked(admin, kept, closed):
    sent = {"kept": str(kept.account_id), "closed": str(closed.account_id), "reason": "窗口核验身份证，同一人"}
    return admin.post("/accountmergeview/add", sent)


def test_every_column_that_names_an_account_is_decided_on():
    """A new table cannot be forgotten: it either follows the person or stays with what happened."""
    named = {
        f"{table.name}.{column.name}"
        for table in Model.metadata.tables.values()
        for column in table.columns
        if any(key.target_fullname == "ab_user.id" for key in column.foreign_keys)
    }
    assert named == {*merging.MOVED, *merging.STAYS}
    assert not set(merging.MOVED) & set(merging.STAYS)


def unique_over(table):
    """(name, columns) of everything in a table that may be there once."""
    for one in (*table.constraints, *table.indexes):
        if isinstance(one, UniqueConstraint) or getattr(one, "unique", False):
            yield one.name, {column.name for column in one.columns}
    yield f"pk of {table.name}", {column.name for column in table.primary_key.columns}


def test_whatever_may_be_there_once_has_a_rule():
    """A unique index over a column that moves would stop the merging half-way."""
    tables = {table.name: table for table in Model.metadata.tables.values()}
    wanted = set()
    for name in merging.MOVED:
        table, column = name.split(".")
        wanted |= {str(index) for index, columns in unique_over(tables[table]) if column in columns}
    assert wanted == set(merging_once.ONCE)


def takeover(session, account_id, firm, *, send):
    actor = Actor(account_id, Role.SEEKER, region_code="310120")
    made = desk.create(session, actor, "unit_takeover", takeover_content(session, account_id, firm))
    if send:
        desk.submit(session, actor, "unit_takeover", made.id)
    return made.id


@pytest.mark.parametrize(("kept_waits", "closed_waits", "stays"), [(1, 1, 0), (0, 1, 1), (1, 0, 0), (0, 0, 0)])
def test_of_two_claims_to_one_unit_one_stays_and_the_other_is_withdrawn_on_record(
    session, kept_waits, closed_waits, stays
):
    kept, closed = two_accounts(session)
    firm = unit(session)
    ids = [takeover(session, kept, firm, send=kept_waits), takeover(session, closed, firm, send=closed_waits)]
    merged(session, kept, closed)
    rows = [session.get_one(UnitTakeover, one) for one in ids]
    assert rows[1 - stays].status == "deleted" and rows[stays].status == (
        "pending" if kept_waits | closed_waits else "draft"
    )
    assert {row.created_by_id for row in rows} == {kept}
    steps = session.scalars(select(ReviewEvent.action).where(ReviewEvent.subject_id == ids[1 - stays])).all()
    assert "delete" in steps and ("withdraw" in steps) == bool((kept_waits, closed_waits)[1 - stays])
    assert ledger.verify(session).ok


def certification(session, account_id, firm):
    session.add(Hat(account_id=account_id, role="unit_owner", unit_id=firm.id))
    session.commit()
    actor = Actor(
        account_id, Role.OWNER, unit_id=firm.id, region_code=firm.region_code, affiliated_units=frozenset({firm.id})
    )
    content = {
        "title": "主管",
        "employed_since": "2020-03-01",
        "proof_name": session.get_one(Person, account_id).real_name,
        "proof_date": today().isoformat(),
        "note": "",
        "files": attached(session, account_id, "employment_proof"),
    }
    made = desk.create(session, actor, "employer_certification", content)
    desk.submit(session, actor, "employer_certification", made.id)
    return made.id


def test_of_two_certifications_for_one_unit_that_of_the_account_that_stays_goes_on(session):
    kept, closed = two_accounts(session)
    firm = unit(session)
    ids = [certification(session, one, firm) for one in (kept, closed)]
    merged(session, kept, closed)
    assert [session.get_one(EmployerCertification, one).status for one in ids] == ["pending", "deleted"]
    assert session.scalars(select(ReviewRound.state).where(ReviewRound.subject_id == ids[1])).all() == ["withdrawn"]
    hats = session.scalars(select(Hat).where(Hat.unit_id == firm.id, Hat.active)).all()
    assert [hat.account_id for hat in hats] == [kept]


@pytest.mark.parametrize(
    ("of_kept", "of_closed", "left"),
    [
        ("bound", "bound", ["bound", "ended"]),
        ("invited", "bound", ["withdrawn", "bound"]),
        ("bound", "invited", ["bound", "withdrawn"]),
        ("invited", "invited", ["invited", "withdrawn"]),
        ("ended", "bound", ["ended", "bound"]),
    ],
)
def test_of_two_bindings_to_one_unit_the_stronger_stays(session, of_kept, of_closed, left):
    kept, closed = two_accounts(session)
    firm, ids = unit(session), []
    for account_id, state in ((kept, of_kept), (closed, of_closed)):
        row = Binding(
            unit_id=firm.id, account_id=account_id, invited_as="x", real_name="张合并", grants=["gigs"], state=state,
            expires_at=func.now(),
        )  # fmt: skip
        session.add(row)
        if state == "bound":
            session.add(Hat(account_id=account_id, role=Role.HANDLER.value, unit_id=firm.id, grants=["gigs"]))
        session.flush()
        ids.append(row.id)
    session.commit()
    merged(session, kept, closed)
    rows = [session.get_one(Binding, one) for one in ids]
    assert [row.state for row in rows] == left and {row.account_id for row in rows} == {kept}
    hats = session.scalars(select(Hat.account_id).where(Hat.unit_id == firm.id, Hat.active)).all()
    assert hats == ([kept] if "bound" in left else [])


def proof_of(session, account_id, *, number=NUMBER, name="张合并"):
    """A proof of the name under that number, sent in."""
    actor = Actor(account_id, Role.SEEKER, region_code="310120")
    content = proof_content(session, account_id)
    person = session.get_one(Person, account_id)
    person.id_number, person.claim_hash, person.real_name = number, vault().blind(number, "id_number"), name
    session.commit()
    made = desk.create(session, actor, "identity_proof", content | {"id_number": number, "real_name": name})
    return made, desk.submit(session, actor, "identity_proof", made.id)


def test_an_open_proof_of_the_closed_account_is_withdrawn_and_the_kept_one_can_prove_the_number(session):
    kept, closed = two_accounts(session)
    made, row = proof_of(session, closed)
    merged(session, kept, closed)
    assert session.get_one(IdentityProof, made.id).status == "withdrawn"
    assert session.get_one(ReviewRound, row.id).state == "withdrawn"
    (event,) = session.scalars(select(ReviewEvent).where(ReviewEvent.action == "merge")).all()
    assert json.loads(event.body)["facts"]["withdrawn"] == {"identity_proof": [made.id]}
    gone, stays = (session.get_one(Person, one) for one in (closed, kept))
    assert (gone.id_number, gone.id_hash) == (None, None) and stays.id_number == NUMBER
    again, row = proof_of(session, kept)
    bureau = reviewer(session)
    say(session, bureau, queue.claim(session, bureau, row.id))
    session.expire_all()
    assert session.get_one(Person, kept).id_hash and session.get_one(IdentityProof, again.id).status == "approved"
    assert ledger.verify(session).ok


def test_an_appeal_and_a_claim_follow_the_person_and_stay_open(session):
    """Whoever lost the telephone of the kept account may have nothing else to come in by."""
    kept, closed = two_accounts(session)
    actor, firm = Actor(closed, Role.SEEKER, region_code="310120"), unit(session)
    appeal = desk.create(session, actor, "account_appeal", appeal_content(session, closed))
    desk.submit(session, actor, "account_appeal", appeal.id)
    claim = takeover(session, closed, firm, send=True)
    merged(session, kept, closed)
    rows = session.get_one(Appeal, appeal.id), session.get_one(UnitTakeover, claim)
    assert [(row.status, row.created_by_id) for row in rows] == [("pending", kept)] * 2


def test_nothing_is_proven_for_an_account_that_is_switched_off(session):
    (account_id, _other), bureau = two_accounts(session), reviewer(session)
    made, row = proof_of(session, account_id)
    session.get_one(User, account_id).active = False
    session.commit()
    claimed = queue.claim(session, bureau, row.id)
    with refusal("account_off"):
        say(session, bureau, claimed)
    session.rollback()
    session.expire_all()
    assert session.get_one(IdentityProof, made.id).status == "pending"
    assert session.get_one(Person, account_id).id_hash is None
    say(session, bureau, session.get_one(ReviewRound, row.id), "reject")


def test_a_verdict_of_a_moment_ago_is_not_taken_back_once_the_account_was_merged(session):
    (kept, closed), bureau = two_accounts(session), reviewer(session)
    _made, row = proof_of(session, closed)
    say(session, bureau, queue.claim(session, bureau, row.id))
    merged(session, kept, closed)
    with refusal("undo_too_late"):
        decide.undo(session, bureau, row.id)
    session.rollback()
    session.expire_all()
    assert session.get_one(Person, kept).id_hash


@pytest.mark.parametrize("which", [0, 1])
def test_an_account_switched_off_since_is_not_merged(session, which):
    both = two_accounts(session)
    session.get_one(User, both[which]).active = False
    session.commit()
    with refusal("wrong_state"):
        merged(session, *both)


def test_links_of_the_closed_account_open_nothing_any_more(session):
    kept, closed = two_accounts(session)
    token = links.make(session, "reset", closed, 30)
    merged(session, kept, closed)
    with refusal("link_gone"):
        links.look(session, "reset", token)


def test_such_pairs_are_found_and_others_are_not(app, session, admins):
    kept, closed = persons(app, session)
    browser(app, session, "seeker")
    page = admins[0].get("/accountmergeview/candidates").text
    assert f"kept={kept.account_id}&amp;closed={closed.account_id}" in page
    assert NUMBER not in page and "13812340001" not in page
    form = admins[0].get(f"/accountmergeview/add?kept={kept.account_id}&closed={closed.account_id}").text
    chosen = re.findall(r'<option[^>]*selected[^>]*value="(\d+)"|<option[^>]*value="(\d+)"[^>]*selected', form)
    assert {int(one or other) for one, other in chosen} == {kept.account_id, closed.account_id}
    names = [session.get_one(User, one.account_id).username for one in (kept, closed)]
    assert all(f"({name})" in form for name in names), "two of one name are told apart"
    session.get_one(Person, closed.account_id).id_number = resident_id(862)
    session.commit()
    assert f"kept={kept.account_id}" not in admins[0].get("/accountmergeview/candidates").text


def test_two_administrators_merge_and_everything_moves(app, session, admins):
    kept, closed = persons(app, session)
    actor = Actor(closed.account_id, Role.SEEKER, region_code="310120")
    gig = desk.create(session, actor, "gig_wanted", wanted_content())
    row = desk.submit(session, actor, "gig_wanted", gig.id)
    firm = unit(session, created_by_id=closed.account_id)
    assert asked(admins[0], kept, closed).status_code == 302
    wish = session.scalars(select(AccountMerge)).one()
    path = f"/accountmergeview/move/merge/{wish.id}"
    assert admins[0].post(path).status_code == 409, "the one who asked does not decide"
    assert admins[1].post(path).status_code == 302
    session.expire_all()
    assert session.get_one(GigWanted, gig.id).poster_id == kept.account_id
    assert session.get_one(ReviewRound, row.id).submitted_by_id == closed.account_id, (
        "what a round decides on never changes"
    )
    bureau = reviewer(session)
    say(session, bureau, queue.claim(session, bureau, row.id))
    told = session.scalars(select(Outbox.account_id).where(Outbox.template == "round_approved"))
    assert kept.account_id in set(told), "whoever holds the row now is told"
    hats = session.scalars(select(Hat).where(Hat.account_id == kept.account_id, Hat.active)).all()
    assert {(hat.role, hat.unit_id) for hat in hats} == {("seeker", None), ("unit_owner", firm.id)}
    assert [hat.role for hat in hats if hat.is_default] == ["seeker"]
    assert not session.get_one(User, closed.account_id).active
    gone, stays = session.get_one(Person, closed.account_id), session.get_one(Person, kept.account_id)
    assert (gone.id_number, gone.phone, gone.phone_hash) == (None, None, None)
    assert (stays.id_number, stays.phone) == (NUMBER, "13812340001")
    open_logins = select(LoginSession).where(
        LoginSession.account_id == closed.account_id, LoginSession.ended_at.is_(None)
    )
    assert session.scalars(open_logins).all() == []
    assert closed.get("/").status_code == 302
    event = session.scalars(select(ReviewEvent).where(ReviewEvent.action == "merge")).one()
    assert event.subject_id == closed.account_id and NUMBER not in event.body
    assert session.get_one(AccountMerge, wish.id).moved["gig_wanted.poster_id"] == 1
    assert ledger.verify(session).ok
    assert kept.get("/gigwantedview/list/").status_code == 302 or gig.title in kept.get("/gigwantedview/list/").text


def test_two_documents_are_two_persons(app, session, admins):
    kept, closed = persons(app, session, id_number=resident_id(863))
    assert asked(admins[0], kept, closed).status_code == 422
    with refusal("merge_not_same"):
        merging.one_person(session, kept.account_id, closed.account_id)


def test_accounts_of_the_staff_and_the_own_one_are_left_alone(app, session, admins):
    kept, closed = persons(app, session)
    session.add(Hat(account_id=closed.account_id, role="operator"))
    session.commit()
    assert asked(admins[0], kept, closed).status_code == 422
    with refusal("merge_staff"):
        merging.one_person(session, kept.account_id, closed.account_id)
    assert session.scalars(select(AccountMerge)).all() == []


def test_it_asks_for_a_fresh_proof_and_can_be_declined(app, session, admins):
    kept, closed = persons(app, session)
    admins[0].unproven(session, minutes=30)
    assert "/proof/" in (asked(admins[0], kept, closed).location or "")
    assert session.scalars(select(AccountMerge)).all() == []
    answer = asked(admins[1], kept, closed)
    assert answer.status_code == 302
    assert "由另一名管理员办理" in admins[1].get(answer.location).text, "saving alone merges nothing"
    wish = session.scalars(select(AccountMerge)).one()
    assert asked(admins[1], kept, closed).status_code == 422, "one wish at a time"
    third = browser(app, session, "secadmin")
    assert third.post(f"/accountmergeview/move/decline/{wish.id}").status_code == 302
    session.expire_all()
    assert session.get_one(AccountMerge, wish.id).state == "declined"
    assert session.get_one(User, closed.account_id).active
