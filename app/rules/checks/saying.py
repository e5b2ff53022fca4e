"""How checks are declared and how they speak: a family collects checks, a voice speaks for one of them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

from app.rules.checks import reading
from app.rules.findings import Check, Evidence, Facts, Finding, Severity


class Place(NamedTuple):
    """Where in a field's original text something was found (half-open range), and the words themselves."""

    field: str
    span: tuple[int, int]
    text: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Voice:
    """Speaks for one check: code, law and usual return reason are said once, at its declaration."""

    code: str
    law: str
    reason: str
    version: int

    def block(self, field: str, zh: str, en: str, *, reason: str | None = None) -> Finding:
        """A deterministic fault that refuses the submission."""
        return self._make(Severity.BLOCK, field, zh, en, self.reason if reason is None else reason)

    def high(self, field: str, zh: str, en: str, *, reason: str | None = None, at: Place | None = None) -> Finding:
        """The reviewer must tick it to pass."""
        return self._make(Severity.HIGH, field, zh, en, self.reason if reason is None else reason, at)

    def warn(self, field: str, zh: str, en: str, *, reason: str | None = None, at: Place | None = None) -> Finding:
        """Shown."""
        return self._make(Severity.WARN, field, zh, en, self.reason if reason is None else reason, at)

    def info(self, field: str, zh: str, en: str, *, at: Place | None = None) -> Finding:
        """Context; returns nothing, so it carries no reason."""
        return self._make(Severity.INFO, field, zh, en, "", at)

    def missing(self, evidence: Evidence, field: str, zh: str, en: str, *, reason: str | None = None) -> Finding:
        """A structured element lacks: refused, or a warning on rows the bureau itself collected (import)."""
        return (self.warn if imported(evidence) else self.block)(field, zh, en, reason=reason)

    def not_checked(self, field: str, zh: str, en: str) -> Finding:
        """The check could not be made; saying so keeps it from looking like a green lamp."""
        return replace(self.info(field, f"未检查：{zh}", f"Not checked: {en}"), unmade=True)

    def _make(self, severity: Severity, field: str, zh: str, en: str, reason: str, at: Place | None = None) -> Finding:
        return Finding(
            self.code,
            severity,
            field,
            zh,
            en,
            self.law,
            at.span if at else None,
            at.text if at else "",
            reason,
            self.version,
            label=at.label if at else "",
        )


Run = Callable[[Voice, Evidence, Facts], Iterable[Finding]]


class Family:
    """Checks in the order of their declaration."""

    def __init__(self) -> None:
        self._checks: list[Check] = []

    @property
    def checks(self) -> tuple[Check, ...]:
        """Everything declared so far."""
        return tuple(self._checks)

    def check(
        self, code: str, zh: str, en: str, *, fields: str, law: str = "", reason: str = "", version: int = 1
    ) -> Callable[[Run], Run]:
        """Declares the decorated function as a check; `fields` are the evidence keys it reads."""
        voice = Voice(code, law, reason, version)

        def declare(run: Run) -> Run:
            self._checks.append(
                Check(
                    code,
                    zh,
                    en,
                    lambda evidence, facts: run(voice, evidence, facts),
                    law,
                    version,
                    tuple(fields.split()),
                )
            )
            return run

        return declare


def imported(evidence: Evidence) -> bool:
    """A row collected by the bureau itself, not typed in by the unit."""
    return reading.text(evidence, "source") == "import"
