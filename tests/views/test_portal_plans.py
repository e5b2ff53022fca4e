"""How the database finds what the portal is asked for: by the index that fits, however rare the wish (plans, not times)."""

from __future__ import annotations

import pytest
from sqlalchemy import text
from sqlalchemy.dialects import postgresql

from app.models.positions import Posting
from app.views import public_content
from app.views.public_content import Search
from tests.views.people import unit

ROWS = 30_000
FILL = """
    INSERT INTO posting (unit_id, unit_name, title, headcount, region_code, address, pay_min, pay_max, pay_negotiable, pay_text,
        benefits, requirements, description, gender_ground_note, source, status, version)
    SELECT :unit, '甲', '职位', 1, '310120', '', pay, pay + 1000, false, '', '', '', '', '', 'form',
        CASE WHEN n % 10 = 0 THEN 'off' ELSE 'live' END, 1
    FROM (SELECT n, CASE WHEN n <= 40 THEN 90000 + n WHEN n <= 80 THEN 100 + n ELSE 3000 + n % 9000 END AS pay
        FROM generate_series(1, :rows) n) AS made
"""


def plan(session, **wish: int) -> str:
    """The plan of the first page of this search."""
    seen: list[str] = []

    class Explaining:
        def scalars(self, stmt):
            sql = stmt.compile(dialect=postgresql.dialect(), compile_kwargs={"literal_binds": True})
            seen.extend(session.scalars(text("EXPLAIN " + str(sql).replace(":", r"\:"))))
            return session.scalars(stmt)

    stmt = public_content.public_postings(public_content.today())
    public_content.page(Explaining(), stmt, Posting, Search(**wish))
    return "\n".join(seen)


@pytest.mark.slow  # thirty thousand rows: with a handful every plan reads the whole table
def test_a_rare_wish_for_pay_is_found_by_its_index_and_a_common_one_by_the_order_of_the_list(session):
    session.execute(text(FILL), {"unit": unit(session).id, "rows": ROWS})
    session.commit()
    session.execute(text("ANALYZE posting"))
    assert "ix_posting_pay_top" in plan(session, pay_from=80_000)
    assert "ix_posting_pay_base" in plan(session, pay_to=1_000)
    for common in (plan(session, pay_from=4_000), plan(session, pay_to=11_000), plan(session)):
        assert "ix_posting_pay" not in common
        assert "Sort" not in common, "the newest come first as they lie; the page ends the search"
