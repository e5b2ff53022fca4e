"""What several kinds ask of the database: the unit's standing, a person's, the minimum wage of a division."""

from __future__ import annotations

from datetime import date
from typing import Any, Final

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from app.models.accounts import Person
from app.models.positions import Posting
from app.models.reference import MinimumWage, Region
from app.models.units import Unit
from app.review.policy import upwards
from app.rules.codes import DOCUMENT_KINDS, age_on, document_fault
from app.rules.refused import Refused
from app.rules.units import HOLDING

OPEN_POSTINGS: Final = ("pending", "live")
DUPLICATES_SHOWN: Final = 5


def unit_part(unit: Any) -> dict[str, Any] | None:
    """The unit as evidence names it."""
    if unit is None:
        return None
    return {
        "id": unit.id,
        "name": unit.name,
        "uscc": unit.uscc,
        "nature": unit.nature,
        "status": unit.status,
        "source": unit.source,
    }


def approved_unit(session: Session, unit_id: int | None, *, imported: bool = False) -> Any:
    """The unit, which must be approved before it does anything but register (GD-27, HL-13).

    A row the bureau itself imported may belong to an imported unit that nobody verified yet (J18).
    """
    unit = session.get(Unit, unit_id) if unit_id is not None else None
    if unit is None:
        raise Refused("not_found", field="unit_id")
    if unit.status != "approved" and not (imported and unit.status == "imported"):
        raise Refused("unit_not_approved", status=unit.status)
    return unit


def holders(uscc: str | None) -> Select[Any]:
    """Ids of the unit, one at most, that a credit code belongs to now: whose registration waits or stands (GD-22, GD-26)."""
    return select(Unit.id).where(Unit.uscc == uscc, Unit.status.in_(HOLDING))


def unit_standing(
    session: Session, unit_id: int | None, *, without_posting: int | None = None, **more: Any
) -> dict[str, Any]:
    """The unit's standing for J, D and U checks, in one statement; `more` are further scalars asked along with it."""
    open_postings = (
        select(func.count())
        .where(Posting.unit_id == Unit.id, Posting.status.in_(OPEN_POSTINGS), Posting.id != (without_posting or 0))
        .scalar_subquery()
    )
    columns = [open_postings.label("open_postings"), *(part.label(name) for name, part in more.items())]
    row = session.execute(select(Unit, *columns).where(Unit.id == unit_id)).one_or_none()
    if row is None:
        return {}
    unit = row.Unit
    return {
        "id": unit.id,
        "name": unit.name,
        "uscc": unit.uscc or "",
        "nature": unit.nature,
        "ownership": unit.ownership or "",
        "status": unit.status,
        "source": unit.source,
        "open_postings": row.open_postings,
        **{name: getattr(row, name) for name in more},
        **{
            key: value
            for key, value in (
                ("reverify_due", unit.reverify_due),
                ("approved_on", unit.verified_on),
                ("staff_count", unit.staff_count),
                ("industry_code", unit.industry_code),
            )
            if value is not None
        },
    }


def person_standing(session: Session, account_id: int | None, today: date) -> dict[str, Any]:
    """Identity level, age and the fault of the document number; empty where nothing is known of the person."""
    person: Any = session.get(Person, account_id) if account_id else None
    if person is None:
        return {}
    found: dict[str, Any] = {"identity_level": person.identity_level}
    if person.born_on is not None:
        found["age"] = age_on(person.born_on, today)
    if person.id_number and person.document_kind in DOCUMENT_KINDS:
        found["document_fault"] = document_fault(person.document_kind, person.id_number, today) or ""
    return found


def wage_in(region_code: str, today: date) -> Select[Any]:
    """The minimum pay in force in the nearest division upwards, as a statement of one row or none."""
    return (
        select(MinimumWage.monthly, MinimumWage.hourly, Region.name.label("region_name"))
        .join(Region, Region.code == MinimumWage.region_code)
        .where(MinimumWage.region_code.in_(upwards(region_code)), MinimumWage.valid_from <= today)
        .order_by(MinimumWage.region_code.desc(), MinimumWage.valid_from.desc())
        .limit(1)
    )


def wage_part(row: Any) -> dict[str, Any]:
    """The minimum pay as a fact; empty where the bureau entered none."""
    if row is None or row.region_name is None:
        return {}
    return {"monthly": row.monthly, "hourly": row.hourly, "region_name": row.region_name}


def wage_asked(region_code: str, today: date) -> Any:
    """The minimum pay as one value of another statement."""
    wage = wage_in(region_code, today).subquery()
    parts = (part for column in wage.c for part in (column.key, column))
    return select(func.json_build_object(*parts)).select_from(wage).scalar_subquery()


def known(facts: dict[str, Any]) -> dict[str, Any]:
    """The facts without empty mappings: an absent key means that nobody looked."""
    return {key: value for key, value in facts.items() if value not in (None, {})}
