"""Whatever a limit refuses says when to come back, on pages and in the interface alike; files say whether they were scanned."""

from __future__ import annotations

import pytest
from flask import Response

from app.models.media import Medium
from app.rules.refused import Refused
from app.views import errors, words
from tests.review.samples import Story
from tests.views.people import browser

LIMITS = sorted(code for code, (status, _said) in words.CODES.items() if status == words.LIMITED)


@pytest.mark.parametrize("code", LIMITS)
@pytest.mark.parametrize("path", ["/anything", "/api/v1/anything"])
def test_every_limit_says_when_to_come_back(app, session, code, path):
    """Every code with the status 429 there is, so that a new one is looked at by existing."""
    facts = dict.fromkeys(("minutes", "limit", "seconds", "most"), 7)
    with app.test_request_context(path):
        app.preprocess_request()
        answer: Response = app.process_response(errors.refused(Refused(code, **facts)))
        assert answer.status_code == words.LIMITED
        assert int(answer.headers["Retry-After"]) == 7


def test_a_file_that_nobody_scanned_says_so_beside_it(app, session):
    story = Story(session, "unit_media")
    subject, _row = story.submitted()
    session.commit()
    reviewer = browser(app, session, "reviewer", region_code="310000")
    page = reviewer.get(f"/unitmediumview/show/{subject.id}?lang=en")
    assert "not scanned for viruses" in page.text
    session.get(Medium, subject.id).file.malware = "clean"
    session.commit()
    assert "not scanned for viruses" not in reviewer.get(f"/unitmediumview/show/{subject.id}?lang=en").text
