"""How a list is taken: for which entity and place, which column is which field, what is assumed where it is silent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from app.rules.positions import VALID_DAYS_LIMIT, VALID_DAYS_USUAL
from app.rules.refused import Refused

MOST_PEOPLE: Final = 100_000
_CODE: Final = re.compile(r"[0-9]{6}")


@dataclass(frozen=True, slots=True)
class Options:
    """`region_code` or `school_id` is the place of the import, as far as its entity has one.

    `submit` sends rows in at once where the sender imports them; `agreed` accepts the agreement for them (TJ-33).
    """

    region_code: str = ""
    headcount: int = 1
    valid_days: int = VALID_DAYS_USUAL
    chosen: Mapping[str, str] = field(default_factory=dict)  # heading -> field
    entity: str = "posting"
    school_id: int | None = None
    submit: bool = False
    agreed: bool = False

    def __post_init__(self) -> None:
        """Raises Refused import_unknown_region or import_out_of_range with the field."""
        if self.region_code and not _CODE.fullmatch(self.region_code):
            raise Refused("import_unknown_region", "region", region=self.region_code[:6])
        if not 1 <= self.headcount <= MOST_PEOPLE:
            raise Refused("import_out_of_range", "headcount", low=1, high=MOST_PEOPLE)
        if not 1 <= self.valid_days <= VALID_DAYS_LIMIT:
            raise Refused("import_out_of_range", "valid_days", low=1, high=VALID_DAYS_LIMIT)

    def kept(self) -> dict[str, Any]:
        """JSON form, as kept with the run: everything but the place and the entity, which are columns of it."""
        return {
            "headcount": self.headcount, "valid_days": self.valid_days, "chosen": dict(self.chosen),
            "submit": self.submit, "agreed": self.agreed,
        }  # fmt: skip
