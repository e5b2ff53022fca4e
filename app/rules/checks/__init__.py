"""Automatic checks of everything that is reviewed (standards.md 3): one family of checks for each kind.

A check is pure: evidence and facts in, findings out. Deterministic faults refuse (BLOCK); words never do.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from app.rules.checks import agencies, switching
from app.rules.checks.appeals import APPEALS
from app.rules.checks.gig_words import WORDS
from app.rules.checks.gigs import OFFER, SHARED, WANTED
from app.rules.checks.identity import IDENTITY
from app.rules.checks.local import LOCAL
from app.rules.checks.media import MEDIA, PICTURES
from app.rules.checks.posting_words import POSTING_WORDS
from app.rules.checks.postings import POSTINGS
from app.rules.checks.residency import RESIDENCY
from app.rules.checks.saying import Family
from app.rules.checks.switching import Switch
from app.rules.checks.takeovers import TAKEOVERS
from app.rules.checks.unit_names import NAMES
from app.rules.checks.unit_papers import PAPERS
from app.rules.checks.units import UNITS
from app.rules.findings import Check, Evidence, Facts, Finding, run_checks

NONE: Final[Mapping[str, Switch]] = MappingProxyType({})


def _joined(*families: Family) -> tuple[Check, ...]:
    return tuple(sorted((check for family in families for check in family.checks), key=lambda check: check.code))


FAMILIES: Final[dict[str, tuple[Check, ...]]] = {
    "unit_registration": _joined(UNITS, NAMES, PAPERS),
    "unit_change": _joined(UNITS, NAMES, PAPERS),
    "unit_media": _joined(PICTURES, MEDIA),
    "personal_media": _joined(PICTURES, MEDIA),
    "gig_offer": _joined(OFFER, SHARED, WORDS, PICTURES, LOCAL),
    "gig_wanted": _joined(WANTED, SHARED, WORDS, LOCAL),
    "posting": _joined(POSTINGS, POSTING_WORDS, LOCAL),
    "residency": _joined(RESIDENCY),
    "agency_entry": _joined(agencies.ENTRY),
    "employer_certification": _joined(agencies.CERTIFICATION),
    "account_appeal": _joined(APPEALS),
    "identity_proof": _joined(IDENTITY),
    "unit_takeover": _joined(TAKEOVERS),
}


def named() -> dict[str, Check]:
    """Every check by its code; in several families a code means the same."""
    return {check.code: check for family in FAMILIES.values() for check in family}


def run(kind: str, evidence: Evidence, facts: Facts, switches: Mapping[str, Switch] = NONE) -> list[Finding]:
    """All findings, worst first, and an OK for every check that found none. KeyError for an unknown kind.

    `switches` is what the division has set about the checks.
    """
    family = FAMILIES[kind]
    return switching.apply(family, run_checks(family, evidence, facts), switches)
