"""Screens of the reference data: an administrator keeps them without a developer."""

from collections.abc import Callable
from typing import Any

from flask_appbuilder.models.sqla.interface import SQLAInterface
from flask_babel import lazy_gettext as _l
from sqlalchemy import inspect

from app.models.reference import Industry, Major, MinimumWage, Occupation, Region, WorkDay
from app.rules import reference as rules
from app.rules.actor import Actor
from app.views.base import SafeView
from app.views.divisions import DivisionView, counting


class ReferenceView(SafeView):
    """A table of reference data, typed or imported under the same rule."""

    on_ledger = True
    rule: Callable[[dict[str, Any]], None]  # staticmethod(values by column): raises Refused with the field

    def before_save(self, row: Any, actor: Actor, *, created: bool) -> None:
        """What an imported list would be refused for."""
        self.rule({column.key: getattr(row, column.key) for column in inspect(self.model).columns})


class RegionView(ReferenceView):
    """Divisions of GB/T 2260."""

    imports, rule = ("region",), staticmethod(rules.region_fault)

    datamodel = SQLAInterface(Region)
    open_to_all = True
    list_title, thing = _l("Divisions"), _l("Division")
    list_columns = ["code", "full_name", "level", "pseudo", "valid_from", "valid_to"]
    search_columns = ["code", "name", "level", "pseudo"]
    order_columns = ["code"]
    base_order = ("code", "asc")
    add_columns = ["code", "name", "parent_code", "level", "full_name", "pseudo", "valid_from", "valid_to"]
    edit_columns = ["name", "full_name", "pseudo", "valid_from", "valid_to"]
    show_columns = [
        "code",
        "name",
        "full_name",
        "parent_code",
        "level",
        "pseudo",
        "pinyin",
        "initials",
        "valid_from",
        "valid_to",
    ]


class ClassificationView(ReferenceView):
    """A national classification: codes one below the other."""

    open_to_all = True
    list_columns = ["code", "name", "parent_code", "level", "edition"]
    search_columns = ["code", "name", "level"]
    order_columns = ["code"]
    base_order = ("code", "asc")
    add_columns = list_columns
    edit_columns = ["name", "edition"]
    show_columns = list_columns


class IndustryView(ClassificationView):
    """Industries of GB/T 4754-2017."""

    imports, rule = ("industry",), staticmethod(rules.industry_fault)

    datamodel = SQLAInterface(Industry)
    list_title, thing = _l("Industries"), _l("Industry")


class MajorView(ReferenceView):
    """Majors of the three national catalogues."""

    imports, rule = ("major",), staticmethod(rules.major_fault)
    datamodel = SQLAInterface(Major)
    open_to_all = True
    list_title, thing = _l("Majors"), _l("Major")
    list_columns = ["code", "name", "catalogue", "parent_code", "level", "edition", "valid_from", "valid_to"]
    search_columns = ["code", "name", "catalogue", "level"]
    order_columns = ["code", "name"]
    base_order = ("code", "asc")
    add_columns = ["catalogue", "code", "name", "parent_code", "level", "edition", "valid_from", "valid_to"]
    edit_columns = ["name", "edition", "valid_from", "valid_to"]
    show_columns = [*add_columns, "changed_on"]


class OccupationView(ClassificationView):
    """Occupations of the national classification."""

    imports, rule = ("occupation",), staticmethod(rules.occupation_fault)

    datamodel = SQLAInterface(Occupation)
    list_title, thing = _l("Occupations"), _l("Occupation")


class WorkDayView(ReferenceView):
    """The working calendar with 调休; due dates read only this."""

    imports, rule = ("work_day",), staticmethod(rules.work_day_fault)

    datamodel = SQLAInterface(WorkDay)
    open_to_all = True
    list_title, thing = _l("Working calendar"), _l("Day of the calendar")
    list_columns = ["day", "is_work", "note", "provisional"]
    search_columns = ["day", "is_work", "provisional", "note"]
    order_columns = ["day"]
    base_order = ("day", "asc")
    add_columns = list_columns
    edit_columns = ["is_work", "note", "provisional"]
    inline_columns = ["is_work", "note"]
    show_columns = [*list_columns, "changed_on"]


class MinimumWageView(DivisionView):
    """Local minimum pay; J03 and G05 read it."""

    imports = ("minimum_wage",)
    on_ledger = True

    datamodel = SQLAInterface(MinimumWage)
    scope = staticmethod(counting(MinimumWage.region_code))
    list_title, thing = _l("Minimum wages"), _l("Minimum wage")
    empty_words = _l("The lead reviewer enters the local standards here; postings and gigs below them are marked.")
    list_columns = ["region", "monthly", "hourly", "valid_from", "source"]
    search_columns = ["region", "valid_from"]
    order_columns = ["valid_from", "monthly"]
    add_columns = list_columns
    edit_columns = ["monthly", "hourly", "valid_from", "source"]
    show_columns = list_columns

    def before_save(self, row: Any, actor: Actor, *, created: bool) -> None:
        """Inside the own division, and in the unit of money that is meant."""
        super().before_save(row, actor, created=created)
        rules.wage_fault({"monthly": row.monthly, "hourly": row.hourly})
