"""Accounts that were merged before: the mail, and the mark of a claimed number, go to the account that was kept; the name goes."""

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0080"
down_revision = "0079"
branch_labels = None
depends_on = None

# In the order of the mergings: what was merged into an account that was itself merged later goes all the way.
_DONE = """
SELECT m.kept_id AS kept, m.closed_id AS closed FROM account_merge m JOIN ab_user u ON u.id = m.closed_id
WHERE m.state = 'done' AND NOT u.active ORDER BY m.decided_at, m.id
"""
_HAD = "SELECT mail, mail_hash, claim_hash FROM person WHERE account_id = :closed AND real_name NOT IN ('已合并', '已注销')"
_EMPTIED = """
UPDATE person SET real_name = '已合并', initials = 'yhb', mail = NULL, mail_hash = NULL, claim_hash = NULL, born_on = NULL,
level_source = NULL, level_at = NULL WHERE account_id = :closed
"""
_UNNAMED = """
UPDATE ab_user SET first_name = '已合并', last_name = '', email = 'merged-' || id || '@nobody.invalid' WHERE id = :closed
"""
_TRACES = "DELETE FROM field_change WHERE entity IN ('person', 'ab_user') AND row_key = CAST(:closed AS text)"
_GIVEN = """
UPDATE person SET mail = CASE WHEN mail_hash IS NULL THEN :mail ELSE mail END, mail_hash = coalesce(mail_hash, :mail_hash),
claim_hash = CASE WHEN id_number IS NULL THEN claim_hash ELSE coalesce(claim_hash, :claim_hash) END
WHERE account_id = :kept AND real_name NOT IN ('已合并', '已注销')
"""


def mend(bind: Any) -> None:
    """One merging after the other; a second run finds nothing left to do."""
    for one in bind.execute(sa.text(_DONE)).mappings().all():
        had = bind.execute(sa.text(_HAD), dict(one)).mappings().one_or_none()
        if had is None:
            continue
        for step in (_EMPTIED, _UNNAMED, _TRACES):
            bind.execute(sa.text(step), {"closed": one["closed"]})
        bind.execute(sa.text(_GIVEN), {"kept": one["kept"], **had})


def upgrade() -> None:
    mend(op.get_bind())


def downgrade() -> None:
    """What was erased does not come back."""
