"""What an automatic check says: a finding with severity, place, words in both languages, law and rule version."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any


class Severity(StrEnum):
    """BLOCK: refused with the field named. HIGH: the reviewer ticks it and gives a reason to pass.

    WARN: shown. INFO: context. OK: the check ran and found nothing (the green lamp).
    """

    BLOCK = "block"
    HIGH = "high"
    WARN = "warn"
    INFO = "info"
    OK = "ok"


# What a person compares by eye, each time and in good cases too: the tick is the answer, it finds no fault.
COMPARED: frozenset[str] = frozenset({"A05", "P06"})


def is_grave(code: str, severity: str) -> bool:
    """A fault that takes a ground and a second person to let pass."""
    return severity == Severity.HIGH and code not in COMPARED


RANK: dict[Severity, int] = {s: n for n, s in enumerate(Severity)}

Evidence = Mapping[str, Any]
Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Finding:
    """One result of one check. `span` is a half-open range of the field's original text."""

    code: str
    severity: Severity
    field: str
    message_zh: str
    message_en: str
    law: str = ""
    span: tuple[int, int] | None = None
    evidence: str = ""
    reason: str = ""  # the return reason (R01...) that a return because of this finding pre-fills
    version: int = 1
    label: str = ""  # the label of the words found (posting_labels.md); not stored
    unmade: bool = False  # says that the check was not made; not stored

    def as_dict(self) -> dict[str, Any]:
        """JSON form, as stored with the round and answered by the desk's API."""
        stored = {name: value for name, value in asdict(self).items() if name not in ("label", "unmade")}
        return {**stored, "severity": self.severity.value, "span": list(self.span) if self.span else None}


@dataclass(frozen=True, slots=True)
class Check:
    """One rule of a family: its code, its name in both languages, the law behind it and the pure function.

    `run(evidence, facts)` yields findings or nothing. `evidence` is what is to be decided (canonical JSON values);
    `facts` is what the database knows about it (duplicates, the unit's standing, minimum wage, today).
    """

    code: str
    name_zh: str
    name_en: str
    run: Callable[[Evidence, Facts], Iterable[Finding]]
    law: str = ""
    version: int = 1
    fields: tuple[str, ...] = field(default=())


def run_checks(checks: Iterable[Check], evidence: Evidence, facts: Facts) -> list[Finding]:
    """All findings of a family, worst first; a check that found nothing answers with OK."""
    found: list[Finding] = []
    for check in checks:
        here = list(check.run(evidence, facts))
        found += here or [
            Finding(check.code, Severity.OK, "", check.name_zh, check.name_en, check.law, version=check.version)
        ]
    return sorted(found, key=lambda f: (RANK[f.severity], f.code))


def blocks(found: Iterable[Finding]) -> list[Finding]:
    """The findings that refuse a submission."""
    return [f for f in found if f.severity is Severity.BLOCK]


def all_green(found: Iterable[Finding]) -> bool:
    """Nothing above INFO: the item may be decided in a batch."""
    return all(f.severity in (Severity.INFO, Severity.OK) for f in found)
