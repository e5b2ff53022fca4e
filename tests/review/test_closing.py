"""An account is closed under whatever role is worn: all that is the person's own goes, nothing of a unit's (PIPL 47)."""

from __future__ import annotations

import pytest
from flask import current_app
from sqlalchemy import select, update

from app.models.accounts import Hat, Person
from app.models.appeals import Appeal
from app.models.gigs import GigOffer, GigWanted
from app.models.identity_proofs import IdentityProof
from app.models.media import Medium
from app.models.review import ReviewEvent, ReviewRound
from app.review import closing, desk, ledger, personal
from app.review.kinds import KINDS
from app.rules.actor import PEOPLE, UNIT_SIDE, Actor, Role
from app.rules.lifecycle import SENDER
from tests.review import samples
from tests.review.samples import GRANTS, REGION

# Roles under which somebody outside the staff comes to the page.
WORN = (Role.SEEKER, Role.STUDENT, Role.HANDLER, Role.OWNER, Role.AGENCY)
# What an approval has made stays: it has no way back that its sender could take.
STAYS = {
    "unit_registration": {"draft", "returned", "rejected", "approved", "imported", "frozen"},
    "agency_entry": {"approved"}, "unit_takeover": {"approved"}, "identity_proof": {"draft", "approved", "rejected"},
    "account_appeal": {"draft", "approved", "rejected", "revoked"},
}  # fmt: skip
ENDED = {"deleted", "withdrawn", "off", "expired", "removed"}


def end_of(kind, status: str) -> str:
    """Where the way back leads to."""
    while name := personal.way_back(kind.lifecycle, status):
        status = kind.lifecycle.next(status, name, (SENDER,))
    return status


@pytest.mark.parametrize("kind", personal.kinds(), ids=lambda kind: kind.key)
def test_nothing_that_waits_or_is_public_is_left_where_its_sender_can_take_it_back(kind):
    for status in kind.lifecycle.statuses:
        assert end_of(kind, status) in ENDED | STAYS.get(kind.key, set()), status
    assert "pending" not in {end_of(kind, status) for status in kind.lifecycle.statuses}


def test_the_persons_own_kinds_are_those_that_a_person_sends_in():
    sent = {key for key, kind in KINDS.items() if kind.sender_roles & PEOPLE}
    assert {kind.key for kind in personal.kinds()} == sent - {"unit_registration"}, "units: app.review.unit_ends"
    assert {kind.key for kind in personal.kinds()} >= {"gig_offer", *samples.PERSONAL} - {"unit_registration"}


class Home:
    """A person with everything of the own, who acts for a unit and an agency besides."""

    def __init__(self, session) -> None:
        self.unit = samples.unit(session)
        self.me = me = samples.account(session)
        self.own = Actor(me, Role.SEEKER, region_code=REGION)
        owners = (samples.account(session), me)
        session.add_all(Hat(account_id=one, role=Role.OWNER.value, unit_id=self.unit.id) for one in owners)
        session.add(Hat(account_id=me, role=Role.HANDLER.value, unit_id=self.unit.id, grants=sorted(GRANTS)))
        session.add(Hat(account_id=me, role=Role.SEEKER.value))
        session.commit()
        self.wanted = self.live(session, self.own, "gig_wanted", samples.wanted_content())
        self.offer = self.live(session, self.own, "gig_offer", samples.offer_content())
        self.of_unit = self.live(session, self.under(Role.HANDLER), "gig_offer", samples.offer_content())
        self.picture = desk.create(
            session, self.own, "personal_media", {"slot": "image", "files": samples.attached(session, me, "image")}
        )
        self.proof = desk.create(session, self.own, "identity_proof", samples.proof_content(session, me))
        self.appeal = desk.create(session, self.own, "account_appeal", samples.appeal_content(session, me))
        self.claim = desk.create(session, self.own, "unit_takeover", samples.takeover_content(session, me))
        self.sent = [
            desk.submit(session, self.own, key, row.id).id
            for key, row in (("personal_media", self.picture), ("identity_proof", self.proof), ("account_appeal", self.appeal))
        ]  # fmt: skip
        samples.really_stored(session, current_app.extensions["storage"], me)

    def under(self, role: Role) -> Actor:
        """The same person under another role."""
        at = self.unit.id if role in UNIT_SIDE else None
        return Actor(
            self.me, role, unit_id=at, region_code=REGION, grants=GRANTS, agency_id=7 * (role is Role.AGENCY) or None
        )

    @staticmethod
    def live(session, actor, key: str, content):
        row = desk.create(session, actor, key, content)
        session.execute(update(type(row)).where(type(row).id == row.id).values(status="live"))
        session.commit()
        return row


@pytest.mark.parametrize("role", WORN, ids=lambda role: role.value)
def test_closing_is_the_same_under_every_role(app, session, role):
    home = Home(session)
    phone = home.of_unit.phone
    closing.close(session, home.under(role), current_app.extensions["storage"])
    session.expire_all()
    assert session.get_one(GigWanted, home.wanted.id).status == "off"
    own, units = (session.get_one(GigOffer, row.id) for row in (home.offer, home.of_unit))
    assert (own.status, own.phone) == ("off", "0")
    assert (units.status, units.phone) == ("live", phone), "a unit's post is the unit's matter"
    assert session.get_one(Medium, home.picture.id).status == "deleted"
    proof = session.get_one(IdentityProof, home.proof.id)
    assert (proof.status, proof.real_name, proof.id_number) == ("withdrawn", "", None)
    appeal = session.get_one(Appeal, home.appeal.id)
    assert (appeal.status, appeal.real_name, appeal.id_number, appeal.phone) == ("withdrawn", "", None, None)
    assert session.get_one(type(home.claim), home.claim.id).status == "deleted"
    rounds = session.scalars(select(ReviewRound.state).where(ReviewRound.id.in_(home.sent))).all()
    assert rounds == ["withdrawn"] * 3, "nothing of it waits at the desk"
    assert session.get_one(Person, home.me).real_name == closing.GONE
    steps = session.scalars(select(ReviewEvent.action).where(ReviewEvent.kind == "gig_wanted"))
    assert "close" in set(steps) and ledger.verify(session).ok


def test_an_appeal_that_was_approved_keeps_its_telephone_until_it_was_followed(app, session):
    home = Home(session)
    session.execute(update(Appeal).where(Appeal.id == home.appeal.id).values(status="approved"))
    session.commit()
    closing.close(session, home.own, current_app.extensions["storage"])
    session.expire_all()
    assert session.get_one(Appeal, home.appeal.id).phone
