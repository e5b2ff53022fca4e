"""Every check against its table of cases (standards.md 3.1-3.4, 3.7)."""

import pytest

from tests.rules.checks import (
    agency_cases,
    appeal_cases,
    gig_cases,
    identity_cases,
    media_cases,
    posting_cases,
    residency_cases,
    takeover_cases,
    unit_cases,
)
from tests.rules.checks.makers import Case, holds


@pytest.mark.parametrize("case", unit_cases.CASES, ids=str)
def test_a_unit_check_says_what_its_table_says(case: Case) -> None:
    holds(case)


@pytest.mark.parametrize("case", media_cases.CASES, ids=str)
def test_a_media_check_says_what_its_table_says(case: Case) -> None:
    holds(case)


@pytest.mark.parametrize("case", gig_cases.CASES, ids=str)
def test_a_gig_check_says_what_its_table_says(case: Case) -> None:
    holds(case)


@pytest.mark.parametrize("case", posting_cases.CASES, ids=str)
def test_a_posting_check_says_what_its_table_says(case: Case) -> None:
    holds(case)


@pytest.mark.parametrize("case", residency_cases.CASES, ids=str)
def test_a_residency_check_says_what_its_table_says(case: Case) -> None:
    holds(case)


@pytest.mark.parametrize("case", agency_cases.CASES, ids=str)
def test_a_check_of_agencies_and_employers_says_what_its_table_says(case: Case) -> None:
    holds(case)


@pytest.mark.parametrize("case", identity_cases.CASES, ids=str)
def test_a_check_of_a_proof_of_identity_says_what_its_table_says(case: Case) -> None:
    holds(case)


@pytest.mark.parametrize("case", appeal_cases.CASES, ids=str)
def test_a_check_of_an_appeal_says_what_its_table_says(case: Case) -> None:
    holds(case)


@pytest.mark.parametrize("case", takeover_cases.CASES, ids=str)
def test_a_check_of_a_takeover_says_what_its_table_says(case: Case) -> None:
    holds(case)
