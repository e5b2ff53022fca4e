"""Passwords used before, as their hashes: staff do not use the last five again, and change them every ninety days."""

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None

KEEP = """
CREATE OR REPLACE FUNCTION password_history_keep() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO password_history (account_id, hash, until) VALUES (OLD.id, OLD.password, clock_timestamp());
    DELETE FROM password_history WHERE account_id = OLD.id AND id NOT IN
        (SELECT id FROM password_history WHERE account_id = OLD.id ORDER BY id DESC LIMIT 5);
    RETURN NULL;
END
$$;
CREATE OR REPLACE TRIGGER password_history_keep AFTER UPDATE ON ab_user FOR EACH ROW
    WHEN (OLD.password IS NOT NULL AND OLD.password IS DISTINCT FROM NEW.password)
    EXECUTE FUNCTION password_history_keep();
"""


def upgrade() -> None:
    op.create_table(
        "password_history",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="ID"),
        sa.Column("account_id", sa.Integer(), nullable=False, comment="Account"),
        sa.Column("hash", sa.String(256), nullable=False, comment="Hash of the password"),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False, comment="Used until"),
        sa.ForeignKeyConstraint(
            ["account_id"], ["ab_user.id"], name=op.f("fk_password_history_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id"),
    )
    op.create_index("ix_password_history_account", "password_history", ["account_id", "id"])
    with op.get_bind().connection.cursor() as cursor:
        cursor.execute(KEEP)


def downgrade() -> None:
    op.execute("DROP TRIGGER password_history_keep ON ab_user")
    op.execute("DROP FUNCTION password_history_keep()")
    op.drop_table("password_history")
