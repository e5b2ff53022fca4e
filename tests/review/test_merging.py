"""What two accounts that become one knew of the person, and who is told of it (GD-13, GD-16)."""

from __future__ import annotations

import importlib
import json
from datetime import date

from flask_appbuilder.security.sqla.models import User
from sqlalchemy import select

from app.models.accounts import Person
from app.models.base import vault
from app.models.changes import FieldChange
from app.models.dispatch import Dispatch
from app.models.messages import Outbox
from app.review import merging_identity, persons
from app.review.dispatch_words import URGENT
from app.review.kinds.appeals import meant
from tests.review.mergers import merged, two_accounts
from tests.review.samples import resident_id

NUMBER = resident_id(871)
FIELDS = ("real_name", "id_number", "document_kind", "identity_level", "level_source", "phone", "mail", "born_on")


def person_of(session, account_id: int) -> Person:
    return session.get_one(Person, account_id)


def claims(session, account_id: int, name: str, level: int = 1) -> Person:
    person = person_of(session, account_id)
    person.real_name, person.id_number, person.identity_level = name, NUMBER, level
    person.claim_hash = vault().blind(NUMBER, "id_number")
    session.commit()
    return person


def proves(session, account_id: int, name: str) -> None:
    person = claims(session, account_id, name)
    person.document_kind, person.born_on = "foreign_residence", date(2005, 1, 1)
    persons.prove(session, account_id, persons.BY_DOCUMENT, "documents")
    session.commit()


def test_the_mail_goes_where_there_is_none_and_is_free_of_the_closed_account(session):
    kept, closed = two_accounts(session)
    person_of(session, closed).set_mail("li@example.cn")
    session.commit()
    merged(session, kept, closed)
    assert person_of(session, kept).mail == "li@example.cn"
    assert persons.by_mail(session, "LI@example.cn") == kept
    assert (person_of(session, closed).mail, person_of(session, closed).mail_hash) == (None, None)


def test_where_both_have_a_mail_that_of_the_kept_account_stays_and_the_other_may_be_reserved(session):
    kept, closed = two_accounts(session)
    for account_id, mail in ((kept, "one@example.cn"), (closed, "two@example.cn")):
        person_of(session, account_id).set_mail(mail)
    session.commit()
    merged(session, kept, closed)
    assert person_of(session, kept).mail == "one@example.cn"
    assert not persons.mail_held(session, "two@example.cn", kept)
    person_of(session, kept).set_mail("two@example.cn")
    session.commit()


def test_the_name_and_kind_of_document_come_with_what_proves_them(session):
    kept, closed = two_accounts(session)
    claims(session, kept, "张自称")
    proves(session, closed, "张证实")
    merged(session, kept, closed)
    person = person_of(session, kept)
    assert [getattr(person, name) for name in FIELDS] == [
        "张证实", NUMBER, "foreign_residence", 2, "documents", None, None, date(2005, 1, 1),
    ]  # fmt: skip
    assert person.id_hash and person.initials == "zzs"
    user = session.get_one(User, kept)
    assert (user.first_name, user.last_name) == ("张证实", "")


def test_what_the_kept_account_has_proven_stays_under_its_name(session):
    kept, closed = two_accounts(session)
    proves(session, kept, "张证实")
    claims(session, closed, "张自称")
    merged(session, kept, closed)
    person = person_of(session, kept)
    assert (person.real_name, person.identity_level, person.level_source) == ("张证实", 2, "documents")
    assert person.id_hash


def test_an_unproven_number_stays_a_claim_by_which_an_appeal_finds_the_account(session):
    kept, closed = two_accounts(session)
    claims(session, closed, "张合并")
    merged(session, kept, closed)
    person = person_of(session, kept)
    assert (person.id_number, person.id_hash) == (NUMBER, None)
    assert person.claim_hash == vault().blind(NUMBER, "id_number")

    class Asked:
        party, uscc = "person", ""
        real_name, id_number = "张合并", NUMBER

    found = meant(session, Asked())
    assert found is not None and found.account_id == kept


def test_nothing_names_the_person_in_the_closed_account(session):
    kept, closed = two_accounts(session)
    claims(session, closed, "张合并")
    person = person_of(session, closed)
    person.set_phone("13812340009")
    person.born_on = date(1999, 9, 9)
    session.commit()
    merged(session, kept, closed)
    gone, user = person_of(session, closed), session.get_one(User, closed)
    assert gone.real_name == user.first_name == merging_identity.MERGED and user.last_name == ""
    assert {getattr(gone, name) for name in merging_identity._EMPTIED} == {merging_identity.MERGED, None, 0}
    assert user.email == f"merged-{closed}@{persons.NOBODY}"
    left = select(FieldChange.fields).where(FieldChange.row_key == str(closed))
    assert "张合并" not in str(session.scalars(left).all()), "nor the history of its fields"


def test_accounts_merged_before_are_mended_by_the_migration_once(session):
    step = importlib.import_module("app.migrations.versions.0080_merged_accounts")
    kept, closed = two_accounts(session)
    merged(session, kept, closed)
    gone, stays = person_of(session, closed), person_of(session, kept)
    gone.real_name, gone.claim_hash, stays.id_number = "张合并", vault().blind(NUMBER, "id_number"), NUMBER
    gone.set_mail("li@example.cn")
    session.get_one(User, closed).first_name = "张合并"
    session.commit()
    for _again in range(2):
        step.mend(session.connection())
    session.commit()
    session.expire_all()
    assert (stays.mail, stays.claim_hash) == ("li@example.cn", vault().blind(NUMBER, "id_number"))
    assert (gone.real_name, gone.initials, gone.mail_hash, gone.claim_hash) == ("已合并", "yhb", None, None)
    assert session.get_one(User, closed).first_name == merging_identity.MERGED
    left = select(FieldChange.fields).where(FieldChange.row_key == str(closed))
    assert session.scalars(left).all() == []


def test_both_accounts_are_told_over_every_way_before_it_moves(app, session):
    kept, closed = two_accounts(session)
    for account_id, phone, mail in ((kept, "13812340011", "one@example.cn"), (closed, "13812340012", "two@example.cn")):
        person_of(session, account_id).set_phone(phone)
        person_of(session, account_id).set_mail(mail)
    session.commit()
    names = [session.get_one(User, one).username for one in (kept, closed)]
    with app.test_request_context("/?lang=en"):
        merged(session, kept, closed)
    told = session.scalars(select(Dispatch).where(Dispatch.template == "account_merged").order_by(Dispatch.id)).all()
    assert {(one.channel, one.target) for one in told} == {
        ("sms", "13812340011"), ("mail", "one@example.cn"), ("sms", "13812340012"), ("mail", "two@example.cn"),
    }  # fmt: skip
    assert {one.account_id for one in told} == {kept}, "goes with the account that is kept"
    assert all(name in one.text for name in (*names, "12333") for one in told)
    assert all(json.loads(one.params)["language"] == "zh" for one in told)
    assert "account_merged" in URGENT, "at night too"
    notices = session.scalars(select(Outbox).where(Outbox.template == "account_merged")).all()
    assert [(one.account_id, one.facts["title"]) for one in notices] == [(kept, names[1])]


def test_an_account_without_telephone_and_mail_stops_nothing(session):
    kept, closed = two_accounts(session)
    merged(session, kept, closed)
    assert session.scalars(select(Dispatch.id).where(Dispatch.template == "account_merged")).all() == []
    assert not session.get_one(User, closed).active
