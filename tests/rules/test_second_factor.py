"""Codes of RFC 6238 against its own table, and what is forgiven in typing."""

import base64

import pytest

from app.rules import second_factor as rules

RFC = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("moment", "code"), [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (2000000000, "279037")]
)
def test_the_codes_of_the_standard(moment, code):
    assert rules.code_at(RFC, moment) == code
    assert rules.step_of(RFC, code, moment) == moment // 30


@pytest.mark.parametrize(("off", "good"), [(-30, True), (30, True), (-90, False), (90, False)])
def test_the_clock_of_a_telephone_may_be_off_by_a_step(off, good):
    assert (rules.step_of(RFC, rules.code_at(RFC, 6000 + off), 6000) is not None) == good


@pytest.mark.parametrize("typed", ["", "12345", "abcdef", "１２３４５６", "0" * 50])
def test_what_is_no_code_is_none(typed):
    assert rules.step_of(RFC, rules.tidy(typed), 59) is None


def test_recovery_codes_are_many_and_different():
    codes = rules.recovery_codes()
    assert len(set(codes)) == 10
    assert all(rules.tidy(f" {code.upper().replace('-', ' ')} ") == code for code in codes)


def test_blanks_between_the_digits_do_no_harm():
    assert rules.tidy(" 287 082 ") == "287082"
