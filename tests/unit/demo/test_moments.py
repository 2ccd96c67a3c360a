"""The short hand for days: what each word of it means."""

from datetime import date

import pytest

from backend.demo.moments import Origin, add_months

ORIGIN = Origin(today=date(2026, 11, 21), birth=date(2022, 9, 9))  # A Saturday; a Friday.


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("today", date(2026, 11, 21)),
        ("birth", date(2022, 9, 9)),
        ("autumn", date(2026, 10, 15)),
        ("autumn-1y+12d", date(2025, 10, 27)),
        ("today-3w", date(2026, 10, 31)),
        ("today+10d", date(2026, 12, 1)),
        ("today-2m+1w", date(2026, 9, 28)),
        ("birth+11m+4d", date(2023, 8, 13)),
        ("birth+4y", date(2026, 9, 9)),
    ],
)
def test_a_moment_is_counted_from_its_origin(text, day):
    """Steps are taken from left to right."""
    assert ORIGIN.day(text) == day


@pytest.mark.parametrize(
    ("text", "written"),
    [("birth+4y", "2026-09-09"), ("birth+4y@month", "2026-09"), ("birth+4y@year", "2026")],
)
def test_a_date_is_as_precise_as_it_is_written(text, written):
    """What nobody remembers is not made up."""
    assert ORIGIN.partial(text) == written


def test_an_instant_has_the_offset_of_its_day():
    """Half past two is half past two, in summer and in winter."""
    winter, summer = ORIGIN.instant("today 14:30"), ORIGIN.instant("today-5m 14:30")

    assert winter.isoformat() == "2026-11-21T14:30:00+01:00"
    assert summer.isoformat() == "2026-06-21T14:30:00+02:00"


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("today+1d 10:00", date(2026, 11, 23)),  # A Sunday, moved on.
        ("today-14d 10:00", date(2026, 11, 9)),  # A Saturday.
        ("today-10d 10:00", date(2026, 11, 12)),  # 11 November, a holiday.
        ("today-4d 10:00", date(2026, 11, 17)),  # Open: it stays.
    ],
)
def test_a_visit_moves_to_the_next_open_day(text, day):
    """Practices are closed at the weekend and on holidays."""
    assert ORIGIN.instant(text, working_day=True).date() == day


def test_a_past_visit_stays_in_the_past():
    """Yesterday's Saturday does not become tomorrow's Monday."""
    sunday = Origin(today=date(2026, 11, 22), birth=date(2022, 9, 9))

    assert sunday.instant("today-1d 10:00", working_day=True).date() == date(2026, 11, 20)


def test_the_campaign_is_the_latest_one_begun():
    """Before 15 October the latest campaign is that of the year before."""
    eve = Origin(today=date(2026, 10, 14), birth=date(2022, 9, 9))
    first_day = Origin(today=date(2026, 10, 15), birth=date(2022, 9, 9))

    assert eve.day("autumn") == date(2025, 10, 15)
    assert first_day.day("autumn") == date(2026, 10, 15)


def test_a_month_that_lacks_the_day_gives_its_last():
    """No day is skipped over."""
    assert add_months(date(2028, 2, 29), -12) == date(2027, 2, 28)
    assert add_months(date(2026, 8, 31), 6) == date(2027, 2, 28)
    assert add_months(date(2026, 1, 15), -13) == date(2024, 12, 15)


@pytest.mark.parametrize("text", ["", "now", "2026-11-21", "today-3", "today-3q", "today@day"])
def test_what_is_no_moment_is_a_bug(text):
    """A slip in a data file is found at once."""
    with pytest.raises(ValueError, match="Not a moment"):
        ORIGIN.day(text)


def test_an_instant_needs_a_time():
    """Midnight is never meant."""
    with pytest.raises(ValueError, match="has a time"):
        ORIGIN.instant("today")
