"""Codes of units and persons against the standards, and against python-stdnum where it is right (U01, U05, U08)."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum import exceptions
from stdnum.cn import uscc as oracle
from stdnum.iso7064 import mod_11_2

from app.rules import codes

TODAY = date(2026, 11, 20)
CHARS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
DIGITS = "0123456789"


PREFIXES = st.sampled_from(["91", "92", "12", "52", "N2", "Y1", "A1"])
REGIONS = st.sampled_from(["110105", "330114", "540481", "810000", "820000", "830000"])


def usccs(prefix=PREFIXES):
    """Lawful unit codes of any authority."""
    first17 = st.builds(
        lambda p, region, body: p + region + body,
        prefix,
        st.text(DIGITS, min_size=6, max_size=6),
        st.text(CHARS, min_size=9, max_size=9),
    )
    return first17.map(lambda text: text + codes.uscc_check_char(text))


def resident_ids(regions=REGIONS):
    """Lawful numbers born up to today."""
    births = st.dates(date(1910, 1, 1), TODAY).map(lambda d: d.strftime("%Y%m%d"))
    first17 = st.builds("{}{}{:03d}".format, regions, births, st.integers(0, 999))
    return first17.map(lambda text: text + codes.resident_check_char(text))


# The first is the one of the oracle's own documentation.
@pytest.mark.parametrize("code", ["91110000600037341L", "91350100M000100Y43"])
def test_published_unit_codes_pass(code):
    assert codes.uscc_fault(code) is None
    assert oracle.is_valid(code)


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("", "length"),
        ("9111000060003734", "length"),
        ("91110000600037341L0", "length"),
        ("91110000600037341l", "alphabet"),
        ("9111000060003734１L", "alphabet"),
        ("91110000I00037341L", "alphabet"),
        ("9111O000600037341L", "alphabet"),
        ("91A10000600037341L", "alphabet"),
        ("91110000600037341M", "check_char"),
        ("91110000600037314L", "check_char"),
        (" 91110000600037341L", "blank"),
        ("91110000 600037341L", "blank"),
        ("91110000600037341L\u200b", "blank"),
        ("91110000600037341L\n", "blank"),
        ("9111000060003734\u3000", "blank"),
    ],
)
def test_each_fault_of_a_unit_code_has_its_own_code(code, fault):
    assert codes.uscc_fault(code) == fault


@given(usccs())
def test_made_codes_are_lawful_and_the_oracle_agrees_but_for_letters_in_the_first_two(code):
    assert codes.uscc_fault(code) is None
    if code[:2].isdigit():
        assert oracle.is_valid(code)
    else:  # lawful by GB 32100 table 1; stdnum demands eight digits
        with pytest.raises(exceptions.InvalidFormat):
            oracle.validate(code)


@given(usccs(st.just("91")), st.integers(0, 17), st.sampled_from(CHARS))
def test_one_wrong_character_never_passes(code, place, other):
    spoilt = code[:place] + other + code[place + 1 :]
    assert (codes.uscc_fault(spoilt) is None) == (spoilt == code)


@given(st.text(CHARS, min_size=18, max_size=18))
def test_any_text_is_judged_as_the_oracle_judges_it(text):
    if text[:2].isdigit():
        assert (codes.uscc_fault(text) is None) == oracle.is_valid(text)


def test_the_oracle_removes_blanks_and_we_do_not():
    assert oracle.is_valid("9111 0000 6000 3734 1L")
    assert codes.uscc_fault("9111 0000 6000 3734 1L") == "blank"


@pytest.mark.parametrize(
    ("prefix", "kind"),
    [
        ("11", "government"), ("12", "institution"), ("31", "law_firm"), ("51", "association"),
        ("52", "private_nonenterprise"), ("53", "foundation"), ("81", "union"), ("91", "enterprise"),
        ("92", "individual"), ("93", "cooperative"), ("N1", "collective"), ("N2", "collective"),
        ("N3", "collective"), ("Y1", "other"), ("A1", "other"), ("32", "other"), ("71", "other"),
        ("94", None), ("01", None), ("Y2", None), ("", None),
    ],
)  # fmt: skip
def test_the_first_two_characters_name_the_nature_of_the_unit(prefix, kind):
    assert codes.uscc_kind(prefix) == kind
    assert kind is None or kind in codes.UNIT_KINDS


def test_characters_three_to_eight_are_the_registering_division():
    assert codes.uscc_region("91110000600037341L") == "110000"


@pytest.mark.parametrize(
    ("code", "fault"),
    [
        ("600037341", None),
        ("D2143569X", None),  # the example of GB 11714, annex
        ("D21435690", "check_char"),
        ("600037342", "check_char"),
        ("60003734", "length"),
        ("60003734-1", "length"),
        ("6000 7341", "blank"),
        ("60003734x", "alphabet"),
    ],
)
def test_organisation_codes_by_modulo_eleven(code, fault):
    assert codes.organisation_fault(code) == fault


# Both are samples of GB 11643-1999; the bearer of the second one, born in 1880, cannot apply for work any more.
@pytest.mark.parametrize("number", ["11010519491231002X", "440524188001010014"])
def test_the_samples_of_the_standard(number):
    born_too_long_ago = number[6:10] == "1880"
    assert codes.resident_id_fault(number, TODAY) == ("birth_date" if born_too_long_ago else None)
    assert mod_11_2.is_valid(number)


@given(resident_ids())
def test_lawful_numbers_pass_in_new_counties_and_as_permits(number):
    assert codes.resident_id_fault(number, TODAY) is None
    assert codes.document_fault("resident_id", number, TODAY) is None
    assert mod_11_2.is_valid(number)


@given(resident_ids(), st.integers(0, 17), st.sampled_from(DIGITS))
def test_one_wrong_digit_never_passes(number, place, digit):
    spoilt = number[:place] + digit + number[place + 1 :]
    assert (codes.resident_id_fault(spoilt, TODAY) is None) == (spoilt == number)


def with_check(first17):
    return first17 + codes.resident_check_char(first17)


@pytest.mark.parametrize(
    ("number", "fault"),
    [
        ("110105491231002", "old_number"),
        ("11010519491231002", "length"),
        ("11010519491231002x", "alphabet"),
        ("1101051949123100２X", "alphabet"),
        ("110105 9491231002X", "blank"),
        ("110105194912310021", "check_char"),
        (with_check("11010519490230002"), "birth_date"),
        (with_check("11010520261121002"), "birth_date"),  # tomorrow
        (with_check("11010520300101002"), "birth_date"),
        (with_check("16010519491231002"), "region"),
        (with_check("81010119491231002"), "region"),  # permits bear 810000 only
        (with_check("84000019491231002"), "region"),
        (with_check("93110519491231002"), "kind"),
    ],
)
def test_each_fault_of_a_resident_id_has_its_own_code(number, fault):
    assert codes.resident_id_fault(number, TODAY) == fault


def test_someone_born_today_has_a_lawful_number():
    assert codes.resident_id_fault(with_check("11010520261120002"), TODAY) is None


@pytest.mark.parametrize(
    ("kind", "number", "fault"),
    [
        ("hkmacao_permit", "H12345678", None),
        ("hkmacao_permit", "M1234567801", None),
        ("hkmacao_permit", "h12345678", "pattern"),
        ("hkmacao_permit", "H123456789", "pattern"),
        ("taiwan_permit", "01234567", None),
        ("taiwan_permit", "0123456 ", "blank"),
        ("taiwan_permit", "012345678", "pattern"),
        ("passport", "E12345678", None),
        ("passport", "EA1234567", None),
        ("passport", "12-34567", "pattern"),
        ("foreign_residence", "USA110078032501", None),
        ("foreign_residence", with_check("91184019780325001"), None),
        ("foreign_residence", with_check("91184020780325001"), "birth_date"),
        ("foreign_residence", "918840197803250011", "check_char"),
        ("foreign_residence", "11010519491231002X", "kind"),
        ("foreign_residence", "110105491231002", "length"),
    ],
)
def test_documents_of_other_kinds(kind, number, fault):
    assert codes.document_fault(kind, number, TODAY) == fault


def test_an_unknown_document_kind_is_a_mistake_of_the_caller():
    with pytest.raises(KeyError):
        codes.document_fault("library_card", "1", TODAY)


def test_birth_sex_and_age_are_read_from_the_number():
    assert codes.birth_date("11010519491231002X") == date(1949, 12, 31)
    assert codes.birth_date("11010519490230002X") is None
    assert codes.birth_date("H12345678") is None
    assert codes.sex_digit("11010519491231002X") == "2"
    assert codes.sex_digit("11010519491231001X") == "1"


@pytest.mark.parametrize(
    ("born", "day", "age"),
    [
        (date(2010, 11, 20), TODAY, 16),
        (date(2010, 11, 21), TODAY, 15),
        (date(2008, 2, 29), date(2024, 2, 29), 16),
        (date(2008, 2, 29), date(2026, 2, 28), 17),
        (date(2008, 2, 29), date(2026, 3, 1), 18),
    ],
)
def test_age_in_full_years(born, day, age):
    assert codes.age_on(born, day) == age


@pytest.mark.parametrize("text", ["13800138000", "19912345678", "16600000000"])
def test_mobile_numbers(text):
    assert codes.phone_fault(text) is None
    assert codes.contact_fault(text) is None


@pytest.mark.parametrize("text", ["12345678901", "1380013800", "138001380000", "１3800138000", "138 0013 8000", ""])
def test_what_is_no_mobile_number(text):
    assert codes.phone_fault(text) == "mobile"


@pytest.mark.parametrize(
    "text", ["010-62345678", "0755-26543210", "0571-87654321", "0317-3123456-801", "400-123-4567", "8008201234"]
)
def test_land_lines(text):
    assert codes.landline_fault(text) is None
    assert codes.contact_fault(text) is None


@pytest.mark.parametrize("text", ["62345678", "010-6234567", "0100-62345678", "400-12-34567", "110"])
def test_what_is_no_land_line(text):
    assert codes.landline_fault(text) == "landline"
    assert codes.contact_fault(text) == "phone"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("+85291234567", None),
        ("+853 6612 3456", None),
        ("+886912345678", None),
        ("+8613800138000", "overseas"),
        ("91234567", "overseas"),
        ("+999123", "overseas"),
    ],
)
def test_numbers_from_outside_the_mainland(text, fault):
    assert codes.overseas_phone_fault(text) == fault


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("a@example.cn", None),
        ("a.b+c@mail.gov.cn", None),
        ("a@b", "email"),
        ("a b@example.cn", "email"),
        ("a@@example.cn", "email"),
        ("张三@example.cn", "email"),
        ("", "email"),
    ],
)
def test_email_addresses(text, fault):
    assert codes.email_fault(text) == fault
