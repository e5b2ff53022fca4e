"""What is wrong with a row of reference data, typed or imported alike (standards 1). Each raises Refused with the field."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from app.rules.refused import Refused

CATALOGUES: Final = ("undergraduate", "vocational", "graduate")
_REGION: Final = re.compile(r"[1-9][0-9]{5}")
_INDUSTRY: Final = re.compile(r"[A-Z]|[0-9]{2,4}")
_OCCUPATION: Final = re.compile(r"[0-9](?:-[0-9]{2}){0,3}")
_MAJOR: Final = re.compile(r"[0-9]{2,6}(?:TK|T|K|J)?", re.IGNORECASE)
_WORD_LIST: Final = re.compile(r"[a-z][a-z0-9_]*")
_WORD: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*")
_SCHOOL: Final = re.compile(r"[0-9A-Za-z]{2,10}")
_NEW_WORD: Final = re.compile(r"[a-z0-9](?:[a-z0-9_]{0,18}[a-z0-9])?")  # no column that holds one is shorter
ORDER: Final = range(10_000)  # places of the words in their dictionary
# Dictionaries whose codes the program itself tells apart: renamed and ordered, neither extended nor switched off.
FIXED: Final = frozenset(
    {
        "account_kind", "agency_kind", "agency_stage", "appeal_party", "appeal_slot", "appeal_wish", "banned",
        "document_kind", "education", "gender", "gender_ground", "gig_type_risky",
        "import_state", "material_slot", "media_slot", "message_kind", "outbox_state", "pay_unit", "quantity_unit",
        "major_catalogue", "review_kind", "role", "round_state", "settlement", "source", "unit_nature", "work_mode",
    }
)  # fmt: skip
# Those that people may extend.
OPEN: Final = frozenset(
    {
        "benefit", "board_lodging", "cooperation_topic", "degree", "employment_status", "experience", "gig_type", "interview_mode", "job_type",
        "ownership", "school_level", "size_band", "unit_size", "unmask_reason",
    }
)  # fmt: skip
MONTHLY: Final = range(500, 20_001)  # yuan
HOURLY: Final = range(300, 20_001)  # fen
YEARS: Final = range(2000, 2100)


def parent_of_region(code: str) -> str:
    """The division above by the digits of GB/T 2260; empty for a province."""
    if code.endswith("0000"):
        return ""
    return code[:2] + "0000" if code.endswith("00") else code[:4] + "00"


def level_of_region(code: str) -> int:
    """1 province, 2 prefecture, 3 county."""
    return 1 if code.endswith("0000") else 2 if code.endswith("00") else 3


def parent_of_industry(code: str) -> str:
    """The class above by the digits of GB/T 4754; a division's section is not in its digits."""
    return code[:-1] if len(code) > 2 else ""


def parent_of_occupation(code: str) -> str:
    """The group above by the digits of the classification."""
    return code.rpartition("-")[0]


def level_of_occupation(code: str) -> int:
    """1 major group to 4 occupation."""
    return code.count("-") + 1


def major_digits(code: str) -> str:
    """The code without the marks T (special) and K (state-controlled)."""
    return code.rstrip("TKJtkj")


def parent_of_major(code: str) -> str:
    """The class or category above: 080901 belongs to 0809, that to 08."""
    return major_digits(code)[:-2]


def region_fault(values: Mapping[str, Any]) -> None:
    """A division: six digits, the level they say, a span of time that runs forward."""
    code = str(values["code"])
    if not _REGION.fullmatch(code):
        raise Refused("code_form", "code", form="310120")
    if values.get("level") != level_of_region(code):
        raise Refused("level_form", "level", level=level_of_region(code))
    _span(values)


def industry_fault(values: Mapping[str, Any]) -> None:
    """An industry: a letter, or two to four digits, each on its level."""
    code = str(values["code"])
    if not _INDUSTRY.fullmatch(code):
        raise Refused("code_form", "code", form="A, 01, 011, 0111")
    if values.get("level") != len(code):
        raise Refused("level_form", "level", level=len(code))
    if values["level"] > 1 and not values.get("parent_code"):
        raise Refused("missing", "parent_code")


def occupation_fault(values: Mapping[str, Any]) -> None:
    """An occupation: groups of digits, one for each level."""
    code = str(values["code"])
    if not _OCCUPATION.fullmatch(code):
        raise Refused("code_form", "code", form="2-02-10-01")
    if values.get("level") != level_of_occupation(code):
        raise Refused("level_form", "level", level=level_of_occupation(code))


def major_fault(values: Mapping[str, Any]) -> None:
    """A major: pairs of digits, perhaps marked, one pair for each level."""
    code = str(values["code"])
    digits = major_digits(code)
    if not _MAJOR.fullmatch(code) or len(digits) % 2:
        raise Refused("code_form", "code", form="08, 0809, 080901, 080717T")
    if values.get("level") != len(digits) // 2:
        raise Refused("level_form", "level", level=len(digits) // 2)
    _span(values)


def word_fault(values: Mapping[str, Any]) -> None:
    """A word of the data dictionary: names that programs can hold."""
    if not _WORD_LIST.fullmatch(str(values["dict_code"])):
        raise Refused("code_form", "dict_code", form="unit_nature")
    if not _WORD.fullmatch(str(values["code"])):
        raise Refused("code_form", "code", form="enterprise")


def closed_fault(values: Mapping[str, Any], *, created: bool) -> None:
    """What nobody does to the dictionary, typed or imported: extend or switch off what the program needs."""
    if created and not _NEW_WORD.fullmatch(str(values["code"])):
        raise Refused("dict_code_form", "code")
    if created and values["dict_code"] not in OPEN:
        raise Refused("not_a_choice", "dict_code")
    if values["dict_code"] in FIXED and not values.get("active", True):
        raise Refused("dict_fixed", "active")
    if values.get("sort", 0) not in ORDER:
        raise Refused("number_between", "sort", low=ORDER.start, high=ORDER.stop - 1)


def school_fault(values: Mapping[str, Any]) -> None:
    """A school: its code."""
    if not _SCHOOL.fullmatch(str(values["code"])):
        raise Refused("code_form", "code", form="10001")


def work_day_fault(values: Mapping[str, Any]) -> None:
    """A day of the calendar this system keeps."""
    day: date = values["day"]
    if day.year not in YEARS:
        raise Refused("import_out_of_range", "day", low=f"{YEARS.start}-01-01", high=f"{YEARS.stop - 1}-12-31")


def wage_fault(values: Mapping[str, Any]) -> None:
    """Minimum pay: a slipped unit is the usual error, yuan for fen or the other way round."""
    for name, span in (("monthly", MONTHLY), ("hourly", HOURLY)):
        if values.get(name) not in span:
            raise Refused("import_out_of_range", name, low=f"{span.start:,}", high=f"{span.stop - 1:,}")


def _span(values: Mapping[str, Any]) -> None:
    first, last = values.get("valid_from"), values.get("valid_to")
    if first and last and last < first:
        raise Refused("date_order", "valid_to")
