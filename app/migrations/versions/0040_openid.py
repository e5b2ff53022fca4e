"""Logins by OpenID Connect: providers, links to accounts, tries under way."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0047"
branch_labels = None
depends_on = None

NOW = sa.text("now()")


def _id() -> sa.Column:
    return sa.Column("id", sa.BigInteger(), sa.Identity(always=False), nullable=False, comment="ID")


def _text(name: str, length: int, comment: str, *, empty: bool = False, default: str | None = None) -> sa.Column:
    return sa.Column(name, sa.String(length), nullable=empty, comment=comment, server_default=default)


def _moment(name: str, comment: str, *, default: bool = False, empty: bool = False) -> sa.Column:
    made = NOW if default else None
    return sa.Column(name, sa.DateTime(timezone=True), server_default=made, nullable=empty, comment=comment)


def _provider(table: str) -> tuple[sa.Column, sa.ForeignKeyConstraint]:
    name = op.f(f"fk_{table}_provider_id")
    key = sa.ForeignKeyConstraint(["provider_id"], ["identity_provider.id"], name=name, ondelete="CASCADE")
    return sa.Column("provider_id", sa.BigInteger(), nullable=False, comment="Provider"), key


def upgrade() -> None:
    op.create_table(
        "identity_provider",
        _id(),
        _text("code", 20, "Code"),
        _text("name_zh", 40, "Name (Chinese)"),
        _text("name_en", 60, "Name (English)"),
        _text("issuer", 200, "Issuer"),
        _text("client_id", 200, "Client id"),
        _text("client_secret", 600, "Client secret", empty=True),
        _text("scopes", 200, "Scopes", default="openid profile"),
        _text("name_claim", 60, "Claim with the name", default="name"),
        _text("id_claim", 60, "Claim with the document number", default="id_number"),
        sa.Column("level", sa.SmallInteger(), nullable=False, comment="Identity level given"),
        sa.Column("active", sa.Boolean(), nullable=False, comment="Active"),
        _moment("created_on", "Created on", default=True),
        _moment("changed_on", "Changed on", default=True),
        sa.CheckConstraint("level BETWEEN 1 AND 3", name=op.f("ck_identity_provider_level")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_provider")),
        sa.UniqueConstraint("code", name=op.f("uq_identity_provider_code")),
    )
    column, key = _provider("identity_link")
    account = sa.ForeignKeyConstraint(
        ["account_id"], ["ab_user.id"], name=op.f("fk_identity_link_account_id"), ondelete="CASCADE"
    )
    op.create_table(
        "identity_link",
        _id(),
        column,
        _text("subject", 255, "Subject at the provider"),
        sa.Column("account_id", sa.Integer(), nullable=False, comment="Account"),
        _moment("used_at", "Last used", empty=True),
        _moment("created_on", "Created on", default=True),
        _moment("changed_on", "Changed on", default=True),
        key,
        account,
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_link")),
        sa.UniqueConstraint("provider_id", "subject", name=op.f("uq_identity_link_provider_id_subject")),
        sa.UniqueConstraint("provider_id", "account_id", name=op.f("uq_identity_link_provider_id_account_id")),
    )
    op.create_index("ix_identity_link_account_id", "identity_link", ["account_id"])
    column, key = _provider("login_attempt")
    op.create_table(
        "login_attempt",
        _id(),
        _text("state_hash", 64, "Hash of the state"),
        _text("browser_hash", 64, "Hash of the browser's mark"),
        column,
        _text("nonce", 64, "Nonce"),
        _text("verifier", 600, "Code verifier"),
        _text("target", 300, "Where to go on"),
        _text("claims", 4000, "What the provider said", empty=True),
        _moment("expires_at", "Good until"),
        _moment("used_at", "Used at", empty=True),
        _moment("made_at", "Made at", default=True),
        key,
        sa.PrimaryKeyConstraint("id", name=op.f("pk_login_attempt")),
        sa.UniqueConstraint("state_hash", name=op.f("uq_login_attempt_state_hash")),
    )
    op.create_index("ix_login_attempt_expires_at", "login_attempt", ["expires_at"])


def downgrade() -> None:
    for table in ("login_attempt", "identity_link", "identity_provider"):
        op.drop_table(table)
