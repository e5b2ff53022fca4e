"""Initials of people's names; units, schools and postings found by the initials of the name from any letter on.

Millions of rows may be there, and people at work: the rows are written in batches, each a transaction of its own. Every
step can be made again, so a release that was cut off here goes on when it is begun anew.
"""

from collections.abc import Iterator

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


def people(bind: sa.Connection, size: int = BATCH) -> None:
    """The readings of names are the application's; nothing in SQL knows them."""
    last = 0
    person = sa.table("person", sa.column("account_id"), sa.column("real_name"), sa.column("initials"))
    while True:
        batch = sa.select(person.c.account_id, person.c.real_name).where(person.c.account_id > last)
        rows = bind.execute(batch.order_by(person.c.account_id).limit(size)).all()
        if not rows:
            return
        bind.execute(
            sa.update(person).where(person.c.account_id == sa.bindparam("one")).values(initials=sa.bindparam("letters")),
            [{"one": row.account_id, "letters": initials(row.real_name)[:60]} for row in rows],
        )
        last = rows[-1].account_id


def spans(bind: sa.Connection, table: str, size: int = BATCH) -> Iterator[dict[str, int]]:
    """The keys of a table in order, so many rows at a time: above `after`, up to `upto`."""
    rows = sa.table(table, sa.column("id"))
    after = 0
    while True:
        part = sa.select(rows.c.id).where(rows.c.id > after).order_by(rows.c.id).limit(size).subquery()
        upto = bind.execute(sa.select(sa.func.max(part.c.id))).scalar()
        if upto is None:
            return
        yield {"after": after, "upto": upto}
        after = upto


def units(table: str) -> str:
    """Words of rows that have initials of their own."""
    tails = _TAILS.format("initials")
    return (
        f"UPDATE {table} SET search = coalesce(search, '') || {tails} "
        "WHERE id > :after AND id <= :upto AND length(initials) > 2"
    )


def postings() -> str:
    """A posting is found by the initials of its unit."""
    tails = _TAILS.format("unit.initials")
    return (
        f"UPDATE posting SET search = coalesce(posting.search, '') || {tails} FROM unit "
        "WHERE posting.id > :after AND posting.id <= :upto AND unit.id = posting.unit_id AND length(unit.initials) > 2"
    )


def rewrite(bind: sa.Connection, size: int = BATCH) -> None:
    """The words of every row, a batch at a time; made twice they are the same."""
    for table, words in (("unit", units("unit")), ("school", units("school")), ("posting", postings())):
        for span in spans(bind, table, size):
            bind.execute(sa.text(words), span)


def upgrade() -> None:
    op.execute("ALTER TABLE person ADD COLUMN IF NOT EXISTS initials varchar(60) DEFAULT '' NOT NULL")
    op.execute("COMMENT ON COLUMN person.initials IS 'Pinyin initials'")
    op.create_index(
        "ix_person_initials", "person", ["initials"], postgresql_ops={"initials": "varchar_pattern_ops"},
        if_not_exists=True,
    )  # fmt: skip
    with op.get_context().autocommit_block():
        people(op.get_bind())
        rewrite(op.get_bind())


def downgrade() -> None:
    op.drop_index("ix_person_initials", table_name="person")
    op.drop_column("person", "initials")
