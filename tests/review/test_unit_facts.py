"""What the kinds of units tell the checks, seen by what the checks then say (U09, U17)."""

from __future__ import annotations

from datetime import timedelta

import pytest

from app.models.accounts import Person
from app.review import trial
from app.rules.dates import today
from tests.review.samples import Story, reviewer

OWN, OTHER = "13611223344", "13699887766"


def severities(row, code: str) -> set[str]:
    return {check["severity"] for check in row.checks if check["code"] == code}


def words(row, code: str) -> str:
    return " ".join(check["message_en"] for check in row.checks if check["code"] == code)


def proven(session, account_id: int, *, phone: str = OWN, mail: str = "li@example.cn") -> None:
    person = session.get_one(Person, account_id)
    person.set_phone(phone)
    person.set_mail(mail)
    session.commit()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"contact_phone": OWN, "contact_email": "Li@Example.cn"}, set()),
        ({"contact_phone": OTHER, "contact_email": None}, {"phone"}),
        ({"contact_phone": "021-57190000", "contact_email": None}, {"phone"}),
        ({"contact_phone": OWN, "contact_email": "boss@example.cn"}, {"mail"}),
        ({"contact_phone": OTHER, "contact_email": "boss@example.cn"}, {"phone", "mail"}),
    ],
)
def test_contacts_that_are_the_senders_own_are_proven_others_are_said(session, given, said):
    """Said to the reviewer, and no more: nobody could prove another number here."""
    story = Story(session, "unit_registration")
    proven(session, story.sender.account_id)
    _subject, row = story.submitted(**given)
    assert severities(row, "U09") == ({"warn"} if said else {"ok"})
    assert ("not proven by a code" in words(row, "U09")) == ("phone" in said)
    assert ("is not proven." in words(row, "U09")) == ("mail" in said)


def test_a_phone_that_no_code_ever_reached_proves_nothing(session):
    story = Story(session, "unit_registration")
    proven(session, story.sender.account_id)
    person = session.get_one(Person, story.sender.account_id)
    assert person.identity_level == 2
    content = story.content(contact_phone=OWN)
    typed = trial.Typed({name: value for name, value in content.items() if name != "files"})
    found = trial.of(session, story.sender, story.key, typed).findings
    assert [one.severity for one in found if one.code == "U09"] == ["ok"]
    person.identity_level = 0
    session.commit()
    found = trial.of(session, story.sender, story.key, typed).findings
    assert [one.severity for one in found if one.code == "U09"] == ["warn"], "the sender reads it while typing"


def test_a_change_is_asked_for_new_contacts_only(session):
    story = Story(session, "unit_change")
    proven(session, story.sender.account_id)
    story.unit.contact_email = "old@example.cn"
    session.commit()
    _subject, row = story.submitted(contact_phone=story.unit.contact_phone)
    assert severities(row, "U09") == {"ok"}, "looked at when it was approved"
    other = Story(session, "unit_change")
    proven(session, other.sender.account_id, phone="13600000001", mail="other@example.cn")
    _subject, row = other.submitted(contact_phone=OTHER)
    assert severities(row, "U09") == {"warn"}


@pytest.mark.parametrize(("left", "severity"), [(-1, "high"), (0, "warn"), (30, "warn"), (31, "ok")])
def test_the_desk_reads_that_a_verification_is_due(session, left, severity):
    story = Story(session, "unit_change")
    story.unit.reverify_due = today() + timedelta(days=left)
    session.commit()
    _subject, row = story.submitted()
    assert severities(row, "U17") == {severity}
    assert row.region_code == story.unit.region_code and reviewer(session)


def test_before_the_first_approval_nothing_is_due(session):
    _subject, row = Story(session, "unit_registration").submitted()
    assert severities(row, "U17") == {"ok"}
