"""A user name is one name whatever its capitals, as the login reads it."""

import sqlalchemy as sa
from alembic import op

revision = "0081"
down_revision = "0080"
branch_labels = None
depends_on = None

COLLIDING = sa.text(
    "SELECT string_agg(id::text, ', ' ORDER BY id) FROM ab_user GROUP BY lower(username) HAVING count(*) > 1 ORDER BY min(id)"
)
REFUSED = (
    "以下账号的用户名只有大小写不同，无法登录，请先改名（每组只留一个原名）再升级：{ids}。"
    " / These accounts have user names that differ in capitals only, so nobody can log in with them; rename all but one of"
    " each group and start the release again: {ids}. UPDATE ab_user SET username = '...' WHERE id = ...;"
)


def upgrade() -> None:
    """Raises RuntimeError with the numbers of the accounts in the way: which of them keeps its name is for people to say."""
    groups = op.get_bind().execute(COLLIDING).scalars().all()
    if groups:
        raise RuntimeError(REFUSED.format(ids="; ".join(groups)))
    op.create_index("uq_ab_user_username_folded", "ab_user", [sa.text("lower(username)")], unique=True)


def downgrade() -> None:
    op.drop_index("uq_ab_user_username_folded", table_name="ab_user")
