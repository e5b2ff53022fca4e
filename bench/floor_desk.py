"""The floor of deciding and exporting: the same facts written and read by plain SQL, nothing checked that the SQL does not check."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from typing import Any

CLAIM = """UPDATE review_round SET holder_id = %(me)s, epoch = epoch + 1, lease_until = now() + interval '15 minutes'
WHERE id = (SELECT id FROM review_round WHERE state IN ('queued', 'second') AND kind = 'gig_offer'
  AND region_code BETWEEN '440000' AND '449999' AND (holder_id IS NULL OR lease_until < now())
  ORDER BY tier, due_at, id LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED)
RETURNING id"""
DECIDE = """WITH r AS (UPDATE review_round SET state = 'approved', version = version + 1, holder_id = NULL, lease_until = NULL,
  decided_at = now() WHERE id = %(id)s AND state = 'queued' RETURNING id, subject_id, region_code, evidence_digest, kind),
s AS (INSERT INTO review_seat (round_id, seat_no, reviewer_id, verdict, digest, reason_text)
  SELECT id, 1, %(me)s, 'approve', evidence_digest, '' FROM r),
g AS (UPDATE gig_offer SET status = 'live', version = version + 1, decided_at = now(), published_at = now()
  FROM r WHERE gig_offer.id = r.subject_id)
INSERT INTO review_event (chain, action, kind, subject_id, round_id, actor_id, actor_role, body)
SELECT '440000', 'approve', kind, subject_id, id, %(me)s, 'reviewer',
  '{"action":"approve","facts":{},"round":' || id || '}' FROM r RETURNING round_id"""
EXPORT = """SELECT g.title, g.status, g.type_code, g.headcount, g.pay_amount, g.pay_unit, r.full_name, g.start_at, g.valid_until
FROM gig_offer g JOIN region r ON r.code = g.region_code WHERE g.status NOT IN ('draft', 'deleted')
AND g.region_code BETWEEN '440000' AND '449999' ORDER BY g.id DESC LIMIT %(rows)s"""


def claim(connection: Any, me: int) -> int | None:
    """The next round, or None; committed."""
    row = connection.execute(CLAIM, {"me": me}).fetchone()
    connection.commit()
    return row[0] if row else None


def approve(connection: Any, key: int, me: int) -> int | None:
    """Decides a round; the caller commits."""
    row = connection.execute(DECIDE, {"id": key, "me": me}).fetchone()
    return row[0] if row else None


def export(pool: Any, rows: int) -> Iterator[str]:
    """Lines of a table with a cursor on the server, a thousand at a time."""
    with pool.connection() as connection, connection.cursor(name="export") as cursor:
        cursor.itersize = 1000
        cursor.execute(EXPORT, {"rows": rows})
        out = io.StringIO()
        writer = csv.writer(out)
        for number, row in enumerate(cursor, 1):
            writer.writerow(row)
            if number % 1000 == 0:
                yield out.getvalue()
                out.seek(0)
                out.truncate()
        yield out.getvalue()
