"""What a file is for has one word wherever it is shown: in the form, on the record, at the desk."""

from __future__ import annotations

import re

from app.review.kinds import KINDS
from app.views import slots
from tests.review.samples import Story
from tests.views.people import browser


def test_every_place_for_papers_has_a_word_in_both_languages(app):
    for language in ("zh", "en"):
        with app.test_request_context(f"/?lang={language}"):
            places = {(key, slot) for key, kind in KINDS.items() for slot in getattr(kind, "paper_slots", ())}
            assert len(places) > 15
            assert [one for one in places if slots.word(*one) == one[1]] == []


def test_one_code_has_the_word_of_its_kind(app):
    with app.test_request_context():
        words = [slots.word(kind, "id_front") for kind in ("identity_proof", "account_appeal")]
    assert words == ["证件人像面", "身份证正面"]


def test_a_record_names_its_files_as_its_form_does(app, session):
    story = Story(session, "gig_offer")
    gig, _row = story.decided()
    who = browser(app, session, "reviewer", region_code="310120")
    page = who.get(f"/gigofferview/show/{gig.id}?lang=en").text
    files = re.search(r'<div class="g-ups".*?</section>', page, re.DOTALL)[0]
    assert "Work environment" in files and ">environment<" not in files
