"""Rounds written straight into the tables: for figures over many days, which no test can wait for."""

from __future__ import annotations

import itertools
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from app.models.review import ReviewCase, ReviewEvidence, ReviewRound
from app.rules.dates import ZONE

DIGEST = "0" * 64
_numbers = itertools.count(2 * 10**6)


def round_of(session: Session, kind: str = "posting", region: str = "310120", **values: Any) -> ReviewRound:
    """An open round of a matter of its own, due at once unless said otherwise."""
    number = next(_numbers)
    session.merge(ReviewEvidence(digest=DIGEST, content={}))
    case = ReviewCase(kind=kind, subject_id=number)
    session.add(case)
    session.flush()
    usual = {"title": f"演示{number}", "state": "queued", "due_at": datetime.now(ZONE), "checks": [], "round_no": 1}
    row = ReviewRound(
        case_id=case.id, kind=kind, subject_id=number, receipt_no=f"W-{number}", evidence_digest=DIGEST, region_code=region,
        **(usual | values),
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row
