"""How a page of a searched list is found: along the list for common words, by the index of pairs of characters for rare ones.

Neither way is good for both: the index hands out every row that has the words, the list is long where nobody uses them. The
planner cannot tell which it is, for it takes the pairs of a word as independent. So each way is tried as far as it is quick:

1. the first rows of the list, which fill a page of any common word;
2. the index, as long as it finds no more rows than can be put in order at once;
3. more rows of the list, for what is neither common nor rare;
4. the index, however many rows it finds.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import ClauseElement, Executable, Select, Subquery, func, literal, select, true
from sqlalchemy.ext.compiler import compiles

from app.extensions import db
from app.views.filters import holds
from app.views.queries import CAP, Order

NEAR, FAR = 2_000, 60_000  # rows of the list that are looked through
FEW = 3_000  # rows of the index that are put in order


@dataclass(frozen=True, slots=True)
class Found:
    """Rows of a page, one more than fit if there are more, and how many there are; None: not known from this."""

    rows: list[Any]
    total: int | None


@dataclass(frozen=True, slots=True)
class Wanted:
    """One page of the rows of `stmt` whose words meet `query`, in `order`, beyond `position`."""

    model: Any
    stmt: Select[Any]
    query: str
    order: Order
    position: tuple[Any, Any] | None
    backwards: bool
    limit: int
    options: tuple[Any, ...] = ()

    @property
    def _names(self) -> list[str]:
        return list(dict.fromkeys((self.order.key.key, self.order.name)))

    def _inside(self, found: Any) -> Order:
        """The order over the columns of a part of the statement."""
        key = found.c[self.order.key.key]
        own = self.order.column is self.order.key
        return replace(self.order, key=key, column=key if own else found.c[self.order.name])

    def _columns(self, *more: str) -> Select[Any]:
        columns = [getattr(self.model, name) for name in (*self._names, *more)]
        return self.stmt.with_only_columns(*columns, maintain_column_froms=True).order_by(None)

    def _page(self, keys: Any) -> list[Any]:
        rows = select(self.model).where(getattr(self.model, self.order.key.key).in_(keys)).options(*self.options)
        return list(db.session.scalars(rows.order_by(*self.order.clauses(self.backwards))).unique())

    def along(self, depth: int) -> list[Any]:
        """The page, as far as the next `depth` rows of the list hold it."""
        inner = self._columns("search")
        if self.position is not None:
            inner = inner.where(self.order.beyond(self.position, self.backwards))
        walked: Subquery = inner.order_by(*self.order.clauses(self.backwards)).limit(depth).subquery("walked")
        inside = self._inside(walked)
        keys = select(inside.key).where(holds(walked.c.search, self.query))
        return self._page(keys.order_by(*inside.clauses(self.backwards)).limit(self.limit))

    def by_index(self, most: int | None) -> tuple[list[Any], int]:
        """The page and the number of all rows there are; with `most` that many are looked at."""
        hits = (
            self._columns()
            .where(holds(self.model.search, self.query))
            .limit(most)
            .cte("hits")
            .prefix_with("MATERIALIZED")
        )
        inside = self._inside(hits)
        keys = select(inside.key.label("key"))
        if self.position is not None:
            keys = keys.where(inside.beyond(self.position, self.backwards))
        shown = keys.order_by(*inside.clauses(self.backwards)).limit(self.limit).subquery("shown")
        every = select(func.count().label("n")).select_from(hits).subquery("every")
        mine = getattr(self.model, self.order.key.key) == shown.c.key
        rows = select(every.c.n, self.model).select_from(every.outerjoin(shown, true()).outerjoin(self.model, mine))
        rows = rows.order_by(*self.order.clauses(self.backwards)).options(*self.options)
        found = list(db.session.execute(rows).unique())
        total: int = found[0].n
        return ([] if total == most else [row for _n, row in found if row is not None]), total


def page(wanted: Wanted) -> Found:
    """The rows of the page, and their number where it is known."""
    rows = wanted.along(NEAR)
    if len(rows) == wanted.limit:
        return Found(rows, None)
    rows, total = wanted.by_index(FEW)
    if total < FEW:
        return Found(rows, total)
    rows = wanted.along(FAR)
    if len(rows) < wanted.limit:
        rows, _total = wanted.by_index(None)
    return Found(rows, CAP + 1)


class _Explain(Executable, ClauseElement):
    """What the planner thinks of a statement."""

    inherit_cache = False

    def __init__(self, stmt: Select[Any]) -> None:
        self.statement = stmt


@compiles(_Explain)
def _explained(element: _Explain, compiler: Any, **kw: Any) -> str:
    return "EXPLAIN (FORMAT JSON) " + compiler.process(element.statement, **kw)


def projected(stmt: Select[Any], found: int) -> float:
    """How many rows of `stmt` the near ones stand for, `found` of which have the words: too many to be counted, or not."""
    bare = stmt.with_only_columns(literal(1).label("one"), maintain_column_froms=True).order_by(None)
    plan = db.session.execute(_Explain(bare)).scalar_one()
    return float(plan[0]["Plan"]["Plan Rows"]) * found / NEAR
