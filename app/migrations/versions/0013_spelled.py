"""Initials of people's names; units, schools and postings found by the initials of the name from any letter on."""

import sqlalchemy as sa
from alembic import op

from app.rules.names import initials

revision = "0013"
down_revision = "0006"
branch_labels = None
depends_on = None

BATCH = 1000
# The tails of the initials (hwjs of szhwjs) as further words of the index; a tsvector keeps each word once.
_TAILS = (
    "array_to_tsvector(ARRAY(SELECT substr({0}, n) FROM generate_series(1, length({0}) - 2) AS n))"
)


def _people() -> None:
    """The readings of names are the application's; nothing in SQL knows them."""
    bind, last = op.get_bind(), 0
    person = sa.table("person", sa.column("account_id"), sa.column("real_name"), sa.column("initials"))
    while True:
        batch = sa.select(person.c.account_id, person.c.real_name).where(person.c.account_id > last)
        rows = bind.execute(batch.order_by(person.c.account_id).limit(BATCH)).all()
        if not rows:
            return
        bind.execute(
            sa.update(person).where(person.c.account_id == sa.bindparam("one")).values(initials=sa.bindparam("letters")),
            [{"one": row.account_id, "letters": initials(row.real_name)[:60]} for row in rows],
        )
        last = rows[-1].account_id


def units(table: str) -> str:
    """Words of rows that have initials of their own."""
    tails = _TAILS.format("initials")
    return f"UPDATE {table} SET search = coalesce(search, '') || {tails} WHERE length(initials) > 2"


def postings() -> str:
    """A posting is found by the initials of its unit."""
    tails = _TAILS.format("unit.initials")
    return (
        f"UPDATE posting SET search = coalesce(posting.search, '') || {tails} "
        "FROM unit WHERE unit.id = posting.unit_id AND length(unit.initials) > 2"
    )


def upgrade() -> None:
    op.add_column(
        "person",
        sa.Column("initials", sa.String(60), server_default="", nullable=False, comment="Pinyin initials"),
    )
    _people()
    op.create_index("ix_person_initials", "person", ["initials"], postgresql_ops={"initials": "varchar_pattern_ops"})
    for table in ("unit", "school"):
        op.execute(units(table))
    op.execute(postings())


def downgrade() -> None:
    op.drop_index("ix_person_initials", table_name="person")
    op.drop_column("person", "initials")
