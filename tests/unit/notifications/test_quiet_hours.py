"""Quiet hours: in the person's zone, through both clock changes, never too late."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from notifications.core.quiet_hours import (
    LATE_AFTER,
    QuietHours,
    after_quiet_hours,
    before_quiet_hours,
    is_quiet,
    when_to_send,
)

PARIS = ZoneInfo("Europe/Paris")
NIGHT = QuietHours()
INSTANTS = st.integers(0, 2 * 366 * 24 * 60).map(
    lambda minutes: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=minutes)
)
ZONES = st.sampled_from(
    [
        PARIS,
        *map(ZoneInfo, ("Indian/Reunion", "America/New_York", "Asia/Kathmandu", "Pacific/Apia")),
    ]
)
HOURS = st.builds(
    QuietHours,
    starts=st.times().map(lambda at: at.replace(second=0, microsecond=0, fold=0)),
    ends=st.times().map(lambda at: at.replace(second=0, microsecond=0, fold=0)),
)


def paris(text: str) -> datetime:
    """Read a local time of Paris."""
    return datetime.fromisoformat(text).replace(tzinfo=PARIS).astimezone(UTC)


@pytest.mark.parametrize(
    ("at", "before", "after"),
    [
        ("2026-11-21T22:15", "2026-11-21T21:00", "2026-11-22T08:00"),
        ("2026-11-22T00:00", "2026-11-21T21:00", "2026-11-22T08:00"),
        ("2026-11-22T07:59", "2026-11-21T21:00", "2026-11-22T08:00"),
        # Both ends may ring, and so may the day.
        ("2026-11-21T21:00", "2026-11-21T21:00", "2026-11-21T21:00"),
        ("2026-11-22T08:00", "2026-11-22T08:00", "2026-11-22T08:00"),
        ("2026-11-22T14:00", "2026-11-22T14:00", "2026-11-22T14:00"),
        # The nights on which the clock changes, and 29 February.
        ("2027-03-28T04:00", "2027-03-27T21:00", "2027-03-28T08:00"),
        ("2027-10-31T04:00", "2027-10-30T21:00", "2027-10-31T08:00"),
        ("2028-02-29T23:30", "2028-02-29T21:00", "2028-03-01T08:00"),
    ],
)
def test_a_ring_at_night_moves_to_the_evening_or_to_the_morning(
    at: str, before: str, after: str
) -> None:
    """The hours are those of the clock on the wall, whatever the night's length."""
    found = (
        before_quiet_hours(paris(at), NIGHT, PARIS),
        after_quiet_hours(paris(at), NIGHT, PARIS),
    )

    assert found == (paris(before), paris(after))


def test_an_end_that_the_clock_jumps_over_is_the_moment_of_the_jump() -> None:
    """At 02:00 on 28 March 2027 the clocks of Paris show 03:00: 02:30 is never shown."""
    short = QuietHours(starts=time(1, 0), ends=time(2, 30))

    after = after_quiet_hours(paris("2027-03-28T01:30"), short, PARIS)

    assert after == datetime(2027, 3, 28, 1, 0, tzinfo=UTC)


def test_an_hour_that_comes_twice_is_quiet_twice() -> None:
    """On 31 October 2027 the clocks of Paris show 02:30 twice; quiet hours end at the second."""
    short = QuietHours(starts=time(1, 0), ends=time(2, 30))
    first = datetime(2027, 10, 31, 0, 45, tzinfo=UTC)  # 02:45, before the clocks go back.

    after = after_quiet_hours(first, short, PARIS)

    assert after == datetime(2027, 10, 31, 1, 30, tzinfo=UTC)


def test_quiet_hours_are_those_of_where_a_traveller_is() -> None:
    """What is the middle of the day in Paris is night in Tokyo."""
    at = paris("2026-11-21T15:00")

    found = is_quiet(at, NIGHT, PARIS), is_quiet(at, NIGHT, ZoneInfo("Asia/Tokyo"))

    assert found == (False, True)


@given(at=INSTANTS, quiet=HOURS, zone=ZONES)
def test_moving_out_of_quiet_hours_leads_out_of_them_and_no_further(
    at: datetime, quiet: QuietHours, zone: ZoneInfo
) -> None:
    """It never crosses the instant, is done once, and lasts a day and a clock change at most."""
    before, after = before_quiet_hours(at, quiet, zone), after_quiet_hours(at, quiet, zone)

    assert before <= at <= after
    assert after - before <= timedelta(hours=50)
    assert (before == at == after) is not is_quiet(at, quiet, zone)
    assert before_quiet_hours(before, quiet, zone) == before
    assert after_quiet_hours(after, quiet, zone) == after


@given(at=INSTANTS, zone=ZONES)
def test_who_has_no_quiet_hours_is_never_moved(at: datetime, zone: ZoneInfo) -> None:
    """None, or two equal ends."""
    never = QuietHours(starts=time(9), ends=time(9))

    assert [after_quiet_hours(at, quiet, zone) for quiet in (None, never)] == [at, at]


def test_an_appointments_ring_comes_before_the_night() -> None:
    """Two hours before 09:00 is 07:00: the evening before tells, not the morning."""
    ring, due = paris("2026-11-24T07:00"), paris("2026-11-24T09:00")

    found = when_to_send(
        ring, due, now=paris("2026-11-23T10:00"), quiet=NIGHT, zone=PARIS, is_before=True
    )

    assert found == paris("2026-11-23T21:00")


def test_whatever_is_not_an_appointment_waits_for_the_morning() -> None:
    """Nobody is late for it."""
    ring = paris("2026-11-24T02:00")

    found = when_to_send(
        ring, ring, now=paris("2026-11-23T10:00"), quiet=NIGHT, zone=PARIS, is_before=False
    )

    assert found == paris("2026-11-24T08:00")


def test_an_evening_that_is_past_gives_way_to_the_morning_if_that_is_in_time() -> None:
    """Noted at 23:00 for 09:00: neither at once in the night, nor too late."""
    now = paris("2026-11-23T23:00")
    ring = paris("2026-11-24T07:00")

    in_time = when_to_send(
        ring, paris("2026-11-24T09:00"), now=now, quiet=NIGHT, zone=PARIS, is_before=True
    )
    too_late = when_to_send(
        ring, paris("2026-11-24T07:30"), now=now, quiet=NIGHT, zone=PARIS, is_before=True
    )

    assert (in_time, too_late) == (paris("2026-11-24T08:00"), ring)


def test_a_tick_that_comes_a_little_late_does_not_put_a_ring_off_to_the_morning() -> None:
    """The ring of 21:00 that is looked at a few seconds later leaves at once."""
    evening, due = paris("2026-11-23T21:00"), paris("2026-11-24T10:00")
    now = evening + timedelta(seconds=20)

    found = [
        when_to_send(ring, due, now=now, quiet=NIGHT, zone=PARIS, is_before=is_before)
        for ring, is_before in (
            (evening, False),
            (evening, True),
            (paris("2026-11-24T07:00"), True),
        )
    ]

    assert found == [evening] * 3


@given(
    ring=INSTANTS,
    ahead=st.integers(0, 40 * 60),
    late=st.integers(-3 * 24 * 60, 3 * 24 * 60),
    quiet=st.none() | HOURS,
    zone=ZONES,
    is_before=st.booleans(),
)
def test_whoever_comes_back_when_they_were_told_to_sends_at_once(  # noqa: PLR0917
    ring: datetime, ahead: int, late: int, quiet: QuietHours | None, zone: ZoneInfo, is_before: bool
) -> None:
    """A wait ends at the instant that it named: nothing is put off for ever."""
    due, now = ring + timedelta(minutes=ahead), ring + timedelta(minutes=late)

    said = when_to_send(ring, due, now=now, quiet=quiet, zone=zone, is_before=is_before)
    then = max(now, said)
    again = when_to_send(ring, due, now=then, quiet=quiet, zone=zone, is_before=is_before)

    assert again <= then


def test_a_server_that_was_down_sends_at_once_by_day() -> None:
    """What is past is not put off to now, which would never come."""
    ring, now = paris("2026-11-23T10:00"), paris("2026-11-23T13:00")

    found = [
        when_to_send(
            ring, paris("2026-11-24T10:00"), now=now, quiet=NIGHT, zone=PARIS, is_before=one
        )
        for one in (False, True)
    ]

    assert found == [ring, ring]


def test_a_server_that_was_down_wakes_nobody_when_it_comes_back() -> None:
    """The ring of 20:00, found at 23:00, waits for the morning."""
    ring, now = paris("2026-11-23T20:00"), paris("2026-11-23T23:00")
    assert now - ring > LATE_AFTER

    found = when_to_send(ring, ring, now=now, quiet=NIGHT, zone=PARIS, is_before=False)

    assert found == paris("2026-11-24T08:00")
