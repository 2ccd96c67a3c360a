"""Local hours where clocks are put forward and back."""

from datetime import UTC, date, datetime, time

import pytest

from notifications.core.clock import ZoneUnknown, instant, instant_on, local, zone_of
from tests.unit.notifications.planning import reading

PARIS = zone_of("Europe/Paris")


def test_an_hour_that_is_left_out_rings_an_hour_later():
    """02:30 on the day of summer time is 03:30."""
    at = instant(reading("2027-03-28 02:30"), PARIS)

    assert at == datetime(2027, 3, 28, 1, 30, tzinfo=UTC)
    assert local(at, PARIS) == reading("2027-03-28 03:30")


def test_an_hour_that_comes_twice_rings_the_first_time():
    """02:30 on the day of winter time is the one of summer time."""
    assert instant(reading("2027-10-31 02:30"), PARIS) == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)


def test_midnight_belongs_to_the_day_that_begins():
    """A day's first instant, by the clock of the place."""
    at = instant_on(date(2028, 2, 29), time(0, 0), PARIS)

    assert at == datetime(2028, 2, 28, 23, 0, tzinfo=UTC)


@pytest.mark.parametrize("name", ["Europe/Nowhere", "../etc/passwd", "", "a\0b", "/etc/passwd"])
def test_an_unknown_zone_is_refused(name):
    """Whatever is written for one."""
    with pytest.raises(ZoneUnknown):
        zone_of(name)
