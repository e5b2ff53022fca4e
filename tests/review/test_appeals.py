"""After the verdict on an appeal: the link, the ended logins, the old channels, and nothing left after thirty days."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from flask import current_app
from flask_appbuilder.security.sqla.models import User
from sqlalchemy import func, select, text, update

from app.models.accounts import Hat, PasswordHistory, Person
from app.models.appeals import Appeal, AppealFile
from app.models.base import vault
from app.models.changes import FieldChange
from app.models.dispatch import Dispatch, OneTimeCode
from app.models.files import StoredFile
from app.models.identity_proofs import IdentityPicture
from app.models.messages import Outbox
from app.models.reference import Parameter
from app.models.review import ReviewEvent, ReviewEvidence, ReviewRound
from app.models.second_factor import SecondFactor, SecurityKey
from app.models.sessions import LoginSession
from app.review import appeals, decide, desk, links, queue, recovery, show
from app.rules.actor import CLOCK, Role
from tests.review.samples import (
    REGION,
    Story,
    account,
    appeal_content,
    attached,
    owner_of,
    refusal,
    resident_id,
    reviewer,
    say,
    unit,
)

SITE = "https://jobs.example.cn"
HOME = "192.0.2.7"


@pytest.fixture
def bureau(session):
    return reviewer(session)


def sent_in(session, **more):
    return appeals.send_in(session, None, appeal_content(session, account(session), **more), HOME)


def decided(session, bureau, verdict="approve", *, row=None, **more):
    row = row or sent_in(session, **more)
    claimed = queue.claim(session, bureau, row.id)
    say(session, bureau, claimed, verdict)
    return session.get_one(Appeal, row.subject_id)


def over(session, subject, **ago):
    session.execute(
        update(Appeal)
        .where(Appeal.id == subject.id)
        .values(decided_at=func.now() - timedelta(**(ago or {"minutes": 2})))
    )
    session.commit()


def settled(session, subject):
    over(session, subject)
    assert appeals.settle(session, SITE, 60) == 1
    session.expire_all()
    return session.get_one(Appeal, subject.id)


def letters(session, template=""):
    session.expire_all()
    found = session.scalars(select(Dispatch).order_by(Dispatch.id)).all()
    return [row for row in found if not template or row.template == template]


def test_an_appeal_of_nobody_is_received_by_the_machine_and_confirmed_to_the_new_telephone(session):
    row = sent_in(session, phone="13912345678")
    subject = session.get_one(Appeal, row.subject_id)
    assert (subject.created_by_id, row.submitted_by_id, subject.address) == (None, None, HOME)
    receipt = letters(session, "appeal_received")[-1]
    assert (receipt.target, row.receipt_no in receipt.text) == ("13912345678", True)


def test_the_known_telephone_is_warned_and_the_applicant_learns_nothing(session):
    content = appeal_content(session, account(session))
    owner = session.scalars(
        select(Person).where(Person.id_hash == vault().blind(content["id_number"], "id_number"))
    ).one()
    owner.set_phone("13700001111")
    session.commit()
    appeals.send_in(session, None, content, HOME)
    assert [row.target for row in letters(session, "appeal_warning")] == ["13700001111"]
    nobody = content | {"id_number": resident_id(998), "phone": "13912340000"}
    nobody["files"] = attached(session, account(session), "id_front", "id_hand")
    assert appeals.send_in(session, None, nobody, HOME).state == "queued"
    assert len(letters(session, "appeal_warning")) == 1


def test_what_follows_waits_until_the_verdict_cannot_be_taken_back(session, bureau):
    subject = decided(session, bureau)
    assert appeals.settle(session, SITE, 60) == 0
    row = session.scalars(appeals.rounds_of(subject.id)).first()
    decide.undo(session, bureau, row.id)
    over(session, subject)
    assert appeals.settle(session, SITE, 60) == 0
    assert letters(session, "appeal_approved") == []


def followed(session, subject):
    """The newest link is followed and the account taken over: whether the telephone was replaced."""
    token = re.search(r"new-password/(\S+)", letters(session, "appeal_approved")[-1].text)[1]
    replaced = recovery.take_over(session, token, subject.account_id)
    session.commit()
    session.expire_all()
    return replaced


def test_approval_sends_a_link_ends_every_login_and_tells_the_old_channels_which_open_nothing(session, bureau):
    content = appeal_content(session, account(session), phone="13955556666")
    person = session.scalars(
        select(Person).where(Person.id_hash == vault().blind(content["id_number"], "id_number"))
    ).one()
    person.set_phone("13700002222")
    session.add(LoginSession(token_hash="x" * 8, account_id=person.account_id, ends_at=func.now() + timedelta(hours=1)))
    session.commit()
    before = session.get_one(User, person.account_id).password
    subject = settled(session, decided(session, bureau, row=appeals.send_in(session, None, content, HOME)))
    user, person = session.get_one(User, subject.account_id), session.get_one(Person, subject.account_id)
    assert user.password != before
    assert (person.phone, person.phone_hash) == (None, None), "until the link is followed nobody reaches the account"
    login = session.scalars(select(LoginSession).where(LoginSession.account_id == user.id)).one()
    assert (login.ended_at is not None, login.ended_why) == (True, "password")
    letter = letters(session, "appeal_approved")[-1]
    token = re.search(rf"{SITE}/appeal/new-password/(\S+?) ", letter.text)[1]
    assert (letter.target, token in letter.blanked) == ("13955556666", False)
    assert user.username in letter.text, "the name of the account (GD-18, GD-60)"
    assert links.use(session, appeals.LINK, token) == user.id
    with refusal("link_gone"):
        links.use(session, appeals.LINK, token)
    told = {(row.channel, row.target) for row in letters(session, "account_recovered")}
    assert told == {("sms", "13700002222"), ("mail", user.email)}
    assert session.scalars(select(Outbox.template).where(Outbox.account_id == user.id)).all() == ["account_recovered"]
    assert session.scalars(select(ReviewEvent.subject_id).where(ReviewEvent.action == "account_recovered")).all() == [
        subject.id
    ]
    assert appeals.settle(session, SITE, 60) == 0, "once only"


def test_whoever_follows_the_link_has_the_account_with_the_proven_telephone(session, bureau):
    content = appeal_content(session, account(session), phone="13955556667")
    person = reached_by(session, content, "13700002298", "former@example.cn")
    subject = settled(session, decided(session, bureau, row=appeals.send_in(session, None, content, HOME)))
    session.refresh(subject)
    assert (subject.former_phone, subject.former_mail) == ("13700002298", "former@example.cn"), "until it is followed"
    assert followed(session, subject) and person.phone == "13955556667"
    kept = session.get_one(Appeal, subject.id)
    assert kept.taken_at is not None and (kept.former_phone, kept.former_mail) == (None, None)
    with refusal("no_further_link"):
        appeals.another_link(session, kept, SITE, HOME)
    with refusal("appeal_taken_over"):
        desk.move(session, bureau, "account_appeal", subject.id, "revoke", reason="材料系伪造")


def reached_by(session, content, phone, mail):
    person = session.scalars(
        select(Person).where(Person.id_hash == vault().blind(content["id_number"], "id_number"))
    ).one()
    person.set_phone(phone)
    person.set_mail(mail)
    session.commit()
    return person


def test_the_bureau_calls_an_approval_back_while_its_link_is_unused(session, bureau):
    content = appeal_content(session, account(session), phone="13955556668")
    person = reached_by(session, content, "13700002299", "owner@example.cn")
    subject = settled(session, decided(session, bureau, row=appeals.send_in(session, None, content, HOME)))
    token = re.search(r"new-password/(\S+)", letters(session, "appeal_approved")[-1].text)[1]
    assert person.phone is None and person.mail is None
    colleague = reviewer(session)
    with refusal("reason_missing"):
        desk.move(session, colleague, "account_appeal", subject.id, "revoke")
    desk.move(session, colleague, "account_appeal", subject.id, "revoke", reason="材料系伪造")
    session.expire_all()
    assert session.get_one(Appeal, subject.id).status == "revoked"
    assert (person.phone, person.mail) == ("13700002299", "owner@example.cn"), "the holder is reached as before"
    for attempt in (
        lambda: links.look(session, appeals.LINK, token),
        lambda: recovery.take_over(session, token, person.account_id),
    ):
        with refusal("link_gone"):
            attempt()
    with refusal("wrong_state"):
        appeals.another_link(session, session.get_one(Appeal, subject.id), SITE, HOME)
    (told,) = letters(session, "appeal_revoked")
    assert told.target == "13955556668" and "材料系伪造" in told.text
    assert {one.target for one in letters(session, "account_given_back")} == {"13700002299", "owner@example.cn"}
    (event,) = session.scalars(select(ReviewEvent).where(ReviewEvent.action == "revoke")).all()
    assert (event.actor_id, event.subject_id) == (colleague.account_id, subject.id)
    assert appeals.settle(session, SITE, 60) == 0


def weeks(session, subject, days):
    past = update(Appeal).where(Appeal.id == subject.id)
    ago = func.now() - timedelta(days=days)
    session.execute(past.values(decided_at=ago, told_at=ago + timedelta(minutes=2), changed_on=Appeal.changed_on))
    session.commit()


def test_an_approval_nobody_follows_falls_away_after_a_week(session, bureau):
    content = appeal_content(session, account(session), phone="13955556669")
    person = reached_by(session, content, "13700002288", "week@example.cn")
    subject = settled(session, decided(session, bureau, row=appeals.send_in(session, None, content, HOME)))
    token = re.search(r"new-password/(\S+)", letters(session, "appeal_approved")[-1].text)[1]
    weeks(session, subject, 7)
    assert appeals.lapse(session) == 0, "a link of the last minute is good until its end"
    weeks(session, subject, 7.1)
    assert (appeals.lapse(session), appeals.lapse(session)) == (1, 0)
    session.expire_all()
    assert session.get_one(Appeal, subject.id).status == "revoked"
    assert (person.phone, person.mail) == ("13700002288", "week@example.cn")
    assert codes_reach(session, "13700002288") == person.account_id, "the old telephone logs in again"
    with refusal("link_gone"):
        recovery.take_over(session, token, person.account_id)
    assert {one.target for one in letters(session, "account_given_back")} == {"13700002288", "week@example.cn"}
    assert [one.target for one in letters(session, "appeal_revoked")] == ["13955556669"]
    (event,) = session.scalars(select(ReviewEvent).where(ReviewEvent.action == "revoke")).all()
    assert (event.actor_id, event.subject_id) == (CLOCK.account_id or None, subject.id)


def codes_reach(session, phone):
    return session.scalar(select(Person.account_id).where(Person.phone_hash.in_(vault().blinds(phone, "phone"))))


def test_an_account_that_was_taken_over_never_falls_back(session, bureau):
    subject = settled(session, decided(session, bureau))
    token = re.search(r"new-password/(\S+)", letters(session, "appeal_approved")[-1].text)[1]
    recovery.take_over(session, token, subject.account_id)
    session.commit()
    weeks(session, subject, 20)
    assert appeals.lapse(session) == 0


def test_nothing_of_an_approval_is_purged_before_it_fell_away(app, session, bureau):
    subject = settled(session, decided(session, bureau))
    weeks(session, subject, 40)
    assert appeals.purge(session, current_app.extensions["storage"], 30) == 0
    assert appeals.lapse(session) == 1


def test_an_approval_called_back_before_it_was_carried_out_touches_no_account(session, bureau):
    content = appeal_content(session, account(session), phone="13955556669")
    person = reached_by(session, content, "13700002297", "former@example.cn")
    subject = decided(session, bureau, row=appeals.send_in(session, None, content, HOME))
    token = links.make(session, "reset", person.account_id, 30)
    before = session.get_one(User, subject.account_id).password
    desk.move(session, bureau, "account_appeal", subject.id, "revoke", reason="误批")
    over(session, subject)
    assert appeals.settle(session, SITE, 60) == 0
    session.expire_all()
    assert session.get_one(User, subject.account_id).password == before
    assert len(letters(session, "appeal_revoked")) == 1 and letters(session, "account_given_back") == []
    assert links.look(session, "reset", token) == person.account_id, "a link of the holder's own opens as before"


def as_person(session, actor, **values):
    person = session.get_one(Person, actor.account_id)
    for name, value in values.items():
        getattr(person, f"set_{name}")(value)
    session.commit()
    return person


@pytest.mark.parametrize("whose", ["document", "claim", "phone"])
def test_nobody_decides_on_the_appeal_for_the_own_account(session, bureau, whose):
    content = appeal_content(session, account(session))
    row = appeals.send_in(session, None, content, HOME)
    if whose == "phone":
        as_person(session, bureau, phone=content["phone"])
    elif whose == "document":
        lost = session.scalars(select(Person).where(Person.id_hash == vault().blind(content["id_number"], "id_number")))
        lost.one().id_hash = None
        session.flush()
        as_person(session, bureau, id_number=content["id_number"])
    else:
        as_person(session, bureau).claim_hash = vault().blind(content["id_number"], "id_number")
        session.commit()
    with refusal("own_matter"):
        queue.claim(session, bureau, row.id)
    assert queue.claim_next(session, bureau) is None, "it is not handed out either"
    assert "claim" not in show.moves(bureau, row, func.now())
    assert queue.claim(session, reviewer(session), row.id).id == row.id, "a colleague decides"


def test_a_verdict_is_refused_where_the_interest_shows_after_the_claim(session, bureau):
    row = sent_in(session, phone="13912340055")
    claimed = queue.claim(session, bureau, row.id)
    as_person(session, bureau, phone="13912340055")
    with refusal("own_matter"):
        say(session, bureau, claimed)


def test_a_telephone_or_an_address_of_the_staff_is_told(session, bureau):
    session.add(
        LoginSession(
            token_hash="y" * 8, account_id=bureau.account_id, staff=True, address=HOME,
            ends_at=func.now() + timedelta(hours=1),
        )
    )  # fmt: skip
    session.commit()
    story = Story(session, "account_appeal")
    clerk = as_person(session, bureau, phone="13912340056")
    session.add(Hat(account_id=clerk.account_id, role="reviewer", region_code="310000"))
    session.commit()
    _subject, own = story.submitted(phone="13912340056")
    assert any(c["code"] == "A06" and c["severity"] == "high" and c["field"] == "phone" for c in own.checks)
    row = sent_in(session)
    assert any(c["code"] == "A06" and c["severity"] == "high" and c["field"] == "" for c in row.checks)


def test_a_telephone_of_somebody_else_gets_the_link_and_stays_theirs(session, bureau):
    other = session.get_one(Person, account(session))
    other.set_phone("13877776666")
    session.commit()
    row = sent_in(session, phone="13877776666")
    assert "A06" in {c["code"] for c in row.checks if c["severity"] == "warn"}
    subject = settled(session, decided(session, bureau, row=row))
    assert session.get_one(Person, subject.account_id).phone is None
    assert session.get_one(Person, other.account_id).phone == "13877776666"
    assert letters(session, "appeal_approved")[-1].target == "13877776666"


@pytest.mark.parametrize("verdict", ["reject", "return"])
def test_a_refusal_is_told_with_its_reasons_and_changes_nothing(session, bureau, verdict):
    subject = settled(session, decided(session, bureau, verdict))
    letter = letters(session, f"appeal_{subject.status}")[-1]
    assert "请补充说明" in letter.text and subject.phone == letter.target
    assert letters(session, "appeal_approved") == [] and subject.account_id is None


def test_what_was_returned_is_mended_by_whoever_holds_the_telephone(session, bureau):
    row = sent_in(session)
    subject = settled(session, decided(session, bureau, "return", row=row))
    found = appeals.asked(session, row.receipt_no, subject.phone)
    again = appeals.send_again(session, found.id, {"reason": "手机被盗，已报警，号码已注销。"})
    assert (again.round_no, again.state) == (2, "queued")
    assert decided(session, bureau, "reject", row=again).status == "rejected"
    session.execute(update(Appeal).values(told_at=func.now() - timedelta(hours=1)))
    settled(session, subject)
    assert len(letters(session, "appeal_rejected")) == 1


def test_a_receipt_opens_only_with_its_own_telephone(session):
    row = sent_in(session, phone="13900009999")
    with refusal("appeal_unknown"):
        appeals.asked(session, row.receipt_no, "13900009998")
    with refusal("appeal_unknown"):
        appeals.asked(session, "310120-20200101-000001", "13900009999")


def test_an_appeal_that_fits_no_account_cannot_be_approved(session, bureau):
    row = sent_in(session, id_number=resident_id(997))
    assert any(c["code"] == "A04" and c["severity"] == "high" for c in row.checks)
    claimed = queue.claim(session, bureau, row.id)
    with refusal("appeal_no_account"):
        say(session, bureau, claimed)
    say(session, bureau, queue.claim(session, bureau, row.id), "reject")


def test_accounts_of_the_staff_are_never_handed_over(session, bureau):
    content = appeal_content(session, account(session))
    person = session.scalars(
        select(Person).where(Person.id_hash == vault().blind(content["id_number"], "id_number"))
    ).one()
    session.add(Hat(account_id=person.account_id, role="auditor"))
    session.commit()
    row = appeals.send_in(session, None, content, HOME)
    with refusal("appeal_of_staff"):
        say(session, bureau, queue.claim(session, bureau, row.id))


def of_unit(session, **more):
    firm = unit(session)
    owner = owner_of(session, firm, Role.OWNER)
    person = session.get_one(Person, owner.account_id)
    person.set_id_number(resident_id(700 + owner.account_id % 200))
    session.commit()
    return appeal_content(session, account(session)) | {
        "party": "unit", "unit_name": firm.name, "uscc": firm.uscc, "real_name": person.real_name,
        "id_number": person.id_number,
        "files": attached(session, owner.account_id, "id_front", "id_hand", "seal_licence", "seal_letter"),
    } | more  # fmt: skip


def test_a_unit_needs_four_papers_where_photos_are_asked_for(session):
    content = of_unit(session)
    with refusal("checks_block") as refused:
        appeals.send_in(session, None, content | {"files": content["files"][:2]}, HOME)
    assert refused.value.field == "files"
    row = appeals.send_in(session, None, content, HOME)
    assert [c for c in row.checks if c["code"] == "A04" and c["severity"] == "high"] == []


def test_the_division_may_ask_for_the_stamped_statement_instead(session):
    session.add_all(
        [
            Parameter(key="appeal_asks_photos", region_code=REGION, value="0"),
            Parameter(key="appeal_asks_statement", region_code=REGION, value="1"),
        ]
    )
    session.commit()
    content = of_unit(session)
    with refusal("checks_block"):
        appeals.send_in(session, None, content, HOME)
    paper = {"files": attached(session, account(session), "statement")}
    row = appeals.send_in(session, None, content | paper, HOME)
    assert {c["field"] for c in row.checks if c["code"] == "A05" and c["severity"] == "high"} == {"files", "reason"}


def test_a_picture_of_another_appeal_is_told_to_the_reviewer(session):
    first = appeal_content(session, account(session))
    appeals.send_in(session, None, first, HOME)
    seen = session.get_one(StoredFile, first["files"][0]["file_id"])
    second = appeal_content(session, account(session))
    copy = session.get_one(StoredFile, second["files"][0]["file_id"])
    copy.sha256 = seen.sha256
    session.commit()
    row = appeals.send_in(session, None, second, HOME)
    assert any(c["code"] == "A03" and c["severity"] == "high" for c in row.checks)


def test_one_telephone_cannot_appeal_without_end(session):
    for _ in range(5):
        sent_in(session, phone="13911110000")
    with refusal("appeals_many"):
        sent_in(session, phone="13911110000")


def aged(session):
    """As if the minute between two messages to a telephone had passed."""
    session.execute(update(OneTimeCode).values(made_at=func.now() - timedelta(minutes=2)))
    session.commit()


def test_the_link_can_be_asked_for_once_more_within_a_week_three_times_at_most(session, bureau):
    subject = settled(session, decided(session, bureau))
    for _ in range(2):
        appeals.another_link(session, subject, SITE, HOME)
        aged(session)
    assert len(letters(session, "appeal_approved")) == 3
    with refusal("no_further_link"):
        appeals.another_link(session, subject, SITE, HOME)
    over(session, subject, days=8)
    session.refresh(subject)
    with refusal("wrong_state"):
        appeals.another_link(session, subject, SITE, HOME)


@pytest.mark.parametrize("since", ["link used", "password reset", "phone changed"])
def test_no_further_link_once_the_account_has_changed(session, bureau, since):
    subject = settled(session, decided(session, bureau))
    if since == "link used":
        token = re.search(r"new-password/(\S+)", letters(session, "appeal_approved")[-1].text)[1]
        links.use(session, appeals.LINK, token)
    elif since == "password reset":
        session.add(PasswordHistory(account_id=subject.account_id, hash="-", until=func.clock_timestamp()))
    else:
        session.get_one(Person, subject.account_id).set_phone("13700009998")
    session.commit()
    with refusal("no_further_link"):
        appeals.another_link(session, subject, SITE, HOME)


def test_of_two_approved_appeals_only_the_newer_gets_further_links(session, bureau):
    """A link opens the account for the telephone of the newest appeal; what that did to the account ends the earlier one."""
    content, rows = appeal_content(session, account(session)), []
    same = {name: content[name] for name in ("real_name", "id_number")}
    for phone in ("13700009991", "13700009992"):
        row = sent_in(session, **same, phone=phone)
        rows.append(settled(session, decided(session, bureau, row=row)).id)
        aged(session)
    earlier, later = (session.get_one(Appeal, key) for key in rows)
    with refusal("no_further_link"):
        appeals.another_link(session, earlier, SITE, HOME)
    session.rollback()
    appeals.another_link(session, later, SITE, HOME)
    assert letters(session, "appeal_approved")[-1].target == "13700009992"


def claiming(session, **more):
    """An account as it is after registration: the document is claimed, not proven."""
    person = session.get_one(Person, account(session))
    person.id_number = more.pop("number", resident_id(801))
    person.claim_hash = vault().blind(person.id_number, "id_number")
    session.commit()
    return person


def test_whoever_only_registered_is_recovered_and_proven_by_the_papers(session, bureau):
    person = claiming(session)
    row = sent_in(session, id_number=person.id_number, real_name=person.real_name)
    assert any(c["code"] == "A04" and c["field"] == "id_number" and c["severity"] == "high" for c in row.checks)
    subject = settled(session, decided(session, bureau, row=row))
    assert subject.account_id == person.account_id
    session.refresh(person)
    assert (person.id_hash is not None, person.identity_level) == (True, 2)


def test_two_who_claim_one_document_are_told_apart_by_nobody_here(session, bureau):
    person = claiming(session)
    claiming(session)
    row = sent_in(session, id_number=person.id_number, real_name=person.real_name)
    with refusal("appeal_no_account"):
        say(session, bureau, queue.claim(session, bureau, row.id))


def test_what_the_former_holder_set_up_opens_nothing_any_more(session, bureau):
    content = appeal_content(session, account(session))
    person = session.scalars(
        select(Person).where(Person.id_hash == vault().blind(content["id_number"], "id_number"))
    ).one()
    person.mail = "thief@example.cn"
    person.mail_hash = vault().blind(person.mail, "mail")
    session.add(SecondFactor(account_id=person.account_id, secret="JBSWY3DPEHPK3PXP"))
    session.add(
        SecurityKey(
            account_id=person.account_id, name="钥匙", credential_id="c-1", public_key="p", sign_count=0, site="localhost"
        )
    )  # fmt: skip
    session.commit()
    row = appeals.send_in(session, None, content, HOME)
    assert [one.target for one in letters(session, "appeal_warning")] == ["thief@example.cn"]
    settled(session, decided(session, bureau, row=row))
    person = session.get_one(Person, person.account_id)
    assert (person.mail, person.mail_hash) == (None, None)
    assert session.get(SecondFactor, person.account_id) is None
    assert session.scalars(select(SecurityKey).where(SecurityKey.account_id == person.account_id)).all() == []
    assert "thief@example.cn" in {one.target for one in letters(session, "account_recovered")}


def test_an_account_that_became_staff_after_the_verdict_is_left_alone(session, bureau):
    subject = decided(session, bureau)
    session.add(Hat(account_id=subject.account_id, role="operator"))
    before = session.get_one(User, subject.account_id).password
    session.commit()
    settled(session, subject)
    assert session.get_one(User, subject.account_id).password == before
    assert letters(session, "appeal_approved") == []
    assert session.get_one(Appeal, subject.id).status == "revoked", "the bureau sees it, the applicant is told"
    assert [one.target for one in letters(session, "appeal_revoked")] == [subject.phone]


def test_a_telephone_of_the_staff_cannot_appeal(session):
    person = session.get_one(Person, account(session))
    person.set_phone("13755550000")
    session.add(Hat(account_id=person.account_id, role="reviewer", region_code="310000"))
    session.commit()
    with refusal("appeal_staff_phone"):
        sent_in(session, phone="13755550000")


def test_another_division_than_the_units_is_told_and_asks_for_no_less(session):
    content = of_unit(session, region_code="440203")
    session.add(Parameter(key="appeal_asks_photos", region_code="440203", value="0"))
    session.commit()
    statement = {"files": attached(session, account(session), "statement")}
    with refusal("checks_block"):
        appeals.send_in(session, None, content | statement, HOME)
    row = appeals.send_in(session, None, content | {"files": content["files"] + statement["files"]}, HOME)
    assert any(c["code"] == "A04" and c["field"] == "region_code" for c in row.checks)


def test_whoever_was_logged_in_mends_it_logged_in(session, bureau):
    story = Story(session, "account_appeal")
    subject, _row = story.decided("return")
    assert appeals.send_again(session, subject.id, {"reason": "补充说明经过与时间"}, story.sender).round_no == 2


def test_nothing_is_left_thirty_days_after_the_decision(session, bureau, app):
    """Looked for in every table that holds text, in the store and its previews, and under the address of the file."""
    storage = current_app.extensions["storage"]
    content = appeal_content(session, account(session), reason="独一无二的经过描述七九三", phone="13922223333")
    ids = [entry["file_id"] for entry in content["files"]]
    keys = []
    for file_id in ids:
        row = session.get_one(StoredFile, file_id)
        row.key, row.thumb_key = storage.put(b"picture", "jpg"), storage.put(b"small", "jpg")
        keys += [row.key, row.thumb_key]
    session.commit()
    opened = appeals.send_in(session, None, content, HOME)
    subject = decided(session, bureau, "return", row=opened)
    desk.edit(session, CLOCK, "account_appeal", subject.id, {"reason": "独一无二的经过描述七九三，补充"})
    again = desk.submit(session, CLOCK, "account_appeal", subject.id)
    subject = settled(session, decided(session, bureau, row=again))
    over(session, subject, days=29)
    assert appeals.purge(session, storage, 30) == 0 and storage.exists(keys[0])
    over(session, subject, days=31)
    assert appeals.lapse(session) == 1, "nobody followed the link"
    assert appeals.purge(session, storage, 30) == 1
    session.expire_all()
    assert not any(storage.exists(key) for key in keys)
    assert session.scalars(select(StoredFile).where(StoredFile.id.in_(ids))).all() == []
    assert session.scalars(select(AppealFile).where(AppealFile.appeal_id == subject.id)).all() == []
    row = session.get_one(Appeal, subject.id)
    assert (row.real_name, row.id_number, row.phone, row.reason, row.address) == ("", None, None, "", "")
    assert row.purged_at is not None and row.account_id is not None, "who was handed what stays on record"
    pinned = select(ReviewEvidence.content).join(ReviewRound, ReviewRound.evidence_digest == ReviewEvidence.digest)
    assert set(session.scalars(pinned.where(ReviewRound.kind == "account_appeal"))) == {None}
    assert session.scalars(select(FieldChange).where(FieldChange.entity == "account_appeal")).all() == []
    assert traces(session, "独一无二的经过描述") == []
    client = app.test_client()
    assert [client.get(f"/files/{file_id}").status_code for file_id in ids] == [404, 404]
    assert appeals.purge(session, storage, 30) == 0


def traces(session, words):
    """Every table with a row that holds these words anywhere."""
    tables = session.scalars(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")).all()
    return [
        name
        for name in tables
        if session.scalar(text(f'SELECT count(*) FROM "{name}" AS t WHERE t::text LIKE :w'), {"w": f"%{words}%"})
    ]


def test_a_picture_with_which_another_account_proved_itself_is_told(session):
    story = Story(session, "identity_proof")
    proof, _row = story.submitted()
    seen = session.scalars(
        select(StoredFile).join(IdentityPicture, IdentityPicture.file_id == StoredFile.id)
        .where(IdentityPicture.proof_id == proof.id).order_by(StoredFile.id).limit(1)
    ).one()  # fmt: skip
    content = appeal_content(session, account(session))
    copy = session.get_one(StoredFile, content["files"][0]["file_id"])
    seen.phash, copy.phash = 2**40, 2**40 + 3
    session.commit()
    row = appeals.send_in(session, None, content, HOME)
    assert any(c["code"] == "A03" and c["severity"] == "high" for c in row.checks)


def test_the_division_of_a_person_is_where_they_were_decided_on(session):
    story = Story(session, "identity_proof")
    content = story.content()
    made = desk.create(session, story.sender, "identity_proof", content)
    desk.submit(session, story.sender, "identity_proof", made.id)
    papers = attached(session, account(session), "id_front", "id_hand")
    appeal = appeal_content(session, account(session)) | {
        "id_number": content["id_number"], "real_name": content["real_name"], "region_code": "440203", "files": papers,
    }  # fmt: skip
    row = appeals.send_in(session, None, appeal, HOME)
    assert any(c["code"] == "A04" and c["field"] == "region_code" for c in row.checks)


def test_uploads_that_were_never_sent_in_leave_after_a_day(session):
    storage = current_app.extensions["storage"]
    file_id = attached(session, account(session), "id_front")[0]["file_id"]
    row = session.get_one(StoredFile, file_id)
    row.key = key = storage.put(b"picture", "jpg")
    session.add(AppealFile(slot="id_front", file_id=file_id, at=func.now() - timedelta(hours=23)))
    session.commit()
    assert appeals.purge(session, storage, 30) == 0
    session.execute(update(AppealFile).values(at=func.now() - timedelta(hours=25)))
    assert appeals.purge(session, storage, 30) == 1
    assert not storage.exists(key)


def test_the_story_of_a_person_who_is_logged_in_is_theirs_alone(session):
    story = Story(session, "account_appeal")
    subject, row = story.submitted()
    assert subject.created_by_id == row.submitted_by_id == story.sender.account_id
    with refusal("not_allowed"):
        appeals.send_again(session, subject.id, {"reason": "别人来改一改"})
