"""An entry whose papers have left says so, on the record, over the form and where somebody tries to send it (GD-22, GD-09)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from flask import current_app
from sqlalchemy import func, update

from app.models.accounts import Person
from app.models.agencies import AgencyEntry
from app.models.identity_proofs import IdentityProof
from app.models.takeovers import UnitTakeover
from app.review import desk, entry_papers, identity, takeovers
from app.rules.actor import Actor, Role
from tests.review import samples
from tests.views.people import Browser, browser

SCREENS = {
    "unit_takeover": (UnitTakeover, takeovers.purge, samples.takeover_content, "were removed on"),
    "identity_proof": (IdentityProof, identity.purge, samples.proof_content, "were removed on"),
    "agency_entry": (
        AgencyEntry,
        entry_papers.purge,
        samples.entry_content,
        "Pictures of identity documents are removed",
    ),
}


@pytest.fixture
def who(app, session) -> Browser:
    person = browser(app, session, "seeker")
    session.add(Person(account_id=person.account_id, real_name="张三", identity_level=2))
    session.commit()
    return person


@pytest.mark.parametrize("kind", SCREENS)
def test_the_sender_reads_what_is_gone_and_how_it_goes_on(app, session, who, kind):
    model, purge, content, words = SCREENS[kind]
    actor = Actor(who.account_id, Role.SEEKER, hat_id=who.hat_id)
    made = desk.create(session, actor, kind, content(session, who.account_id))
    samples.really_stored(session, current_app.extensions["storage"], who.account_id)
    screen = f"/{model.__name__.lower()}view"
    fresh = who.get(f"{screen}/show/{made.id}?lang=en")
    assert fresh.status_code == 200 and words not in fresh.text
    session.execute(update(model).where(model.id == made.id).values(changed_on=func.now() - timedelta(days=31)))
    session.commit()
    assert purge(session, current_app.extensions["storage"], 30) >= 1
    for page in ("show", "edit"):
        answer = who.get(f"{screen}/{page}/{made.id}?lang=en")
        assert answer.status_code == 200 and words in answer.text, page
    session.refresh(made)
    tried = who.post(f"{screen}/move/submit/{made.id}?lang=en", {"version": str(made.version)})
    assert tried.status_code in (409, 422) and "not possible in the present state" not in tried.text
    if kind != "agency_entry":
        assert "upload the papers again" in tried.text
    reader = browser(app, session, "reviewer", region_code="310000")
    assert words not in reader.get(f"{screen}/show/{made.id}?lang=en").text


def test_whoever_was_recommended_reads_that_the_photo_is_gone(app, session, who):
    actor = Actor(who.account_id, Role.SEEKER, hat_id=who.hat_id)
    made = desk.create(session, actor, "agency_entry", samples.entry_content(session, who.account_id))
    desk.move(session, actor, "agency_entry", made.id, "ask")
    samples.really_stored(session, current_app.extensions["storage"], who.account_id)
    page = f"/agencyentryview/show/{made.id}?lang=en"
    assert "Withdraw it, upload them again" not in who.get(page).text
    session.execute(
        update(AgencyEntry).where(AgencyEntry.id == made.id).values(changed_on=func.now() - timedelta(days=31))
    )
    session.commit()
    assert entry_papers.purge(session, current_app.extensions["storage"], 30) == 1
    assert "Withdraw it, upload them again" in who.get(page).text
