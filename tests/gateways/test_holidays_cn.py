"""The seed of the work-day table against the State Council's notices (A09)."""

from datetime import date

import pytest

from app.gateways.holidays_cn import china_work_days, is_published


@pytest.mark.parametrize(
    ("year", "made_up", "rest_weekdays"),
    [
        (
            2024,
            ["02-04", "02-18", "04-07", "04-28", "05-11", "09-14", "09-29", "10-12"],
            ["01-01", "02-12", "02-16", "04-04", "05-03", "06-10", "09-16", "10-07"],
        ),
        (2025, ["01-26", "02-08", "04-27", "09-28", "10-11"], ["01-28", "02-04", "05-05", "06-02", "10-08"]),
        (2026, ["01-04", "02-14", "02-28", "05-09", "09-20", "10-10"], ["01-02", "02-23", "05-05", "06-19", "10-07"]),
    ],
)
def test_published_years_equal_the_notices(year, made_up, rest_weekdays):
    days = {d.day: d for d in china_work_days(year)}
    worked_weekends = [f"{d:%m-%d}" for d, row in days.items() if row.is_work and d.weekday() >= 5]
    assert worked_weekends == made_up
    assert {days[date.fromisoformat(f"{year}-{text}")].is_work for text in rest_weekdays} == {False}
    assert not any(row.provisional for row in days.values())


@pytest.mark.parametrize(("year", "worked"), [(2023, 249), (2025, 248), (2026, 248)])
def test_the_number_of_working_days_is_the_statutory_one(year, worked):
    """365 less the weekends less 11 statutory days, 13 from 2025 on."""
    assert sum(day.is_work for day in china_work_days(year)) == worked


def test_every_day_of_a_year_comes_once_in_order():
    days = [day.day for day in china_work_days(2028)]
    assert days == sorted(set(days))
    assert (days[0], days[-1], len(days)) == (date(2028, 1, 1), date(2028, 12, 31), 366)


def test_a_year_without_a_notice_is_provisional_but_has_its_statutory_days():
    assert not is_published(2031)
    days = {d.day: d for d in china_work_days(2031)}
    assert all(row.provisional for row in days.values())
    assert not days[date(2031, 10, 1)].is_work
    assert not any(row.is_work for day, row in days.items() if day.weekday() >= 5)


def test_notes_say_why():
    notes = {d.day: d.note for d in china_work_days(2026)}
    assert notes[date(2026, 10, 10)] == "调休上班"
    assert "国庆节" in notes[date(2026, 10, 1)]
    assert "调休" in notes[date(2026, 10, 7)]
    assert notes[date(2026, 11, 21)] == "周末"
    assert notes[date(2026, 11, 20)] == ""


def test_years_before_the_records_are_refused():
    with pytest.raises(ValueError, match="2001"):
        list(china_work_days(2000))
