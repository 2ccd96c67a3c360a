"""Recurrence rules: what is expanded, and what is refused before it is."""

import time
from datetime import timedelta

import pytest

from notifications.core.recurrence import (
    OCCURRENCES_MAX,
    RuleRefused,
    check_density,
    occurrences,
    read_rule,
)
from tests.unit.notifications.planning import reading

START = reading("2026-11-23 08:00")  # A Monday.


def expand(text, start=START, *, days=90, after=None):
    """Return what a rule gives from a day on."""
    first = after or start
    return occurrences(read_rule(text), start, after=first, before=first + timedelta(days=days))


def test_a_daily_rule_keeps_its_hour():
    """Once a day, for as long as it is asked for."""
    found = expand("FREQ=DAILY", days=9)

    assert found == [START + timedelta(days=i) for i in range(10)]


def test_hours_of_a_day_are_written_out():
    """Morning, noon and evening."""
    found = expand("FREQ=DAILY;BYHOUR=8,12,20", days=1)

    assert [at.hour for at in found] == [8, 12, 20, 8]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FREQ=WEEKLY;BYDAY=MO,TH", ["2026-11-23", "2026-11-26", "2026-11-30", "2026-12-03"]),
        ("FREQ=WEEKLY;INTERVAL=2", ["2026-11-23", "2026-12-07", "2026-12-21", "2027-01-04"]),
        ("FREQ=MONTHLY;BYDAY=-1FR", ["2026-11-27", "2026-12-25", "2027-01-29"]),
        ("FREQ=MONTHLY;BYMONTHDAY=31", ["2026-12-31", "2027-01-31"]),
        ("FREQ=MONTHLY;BYMONTHDAY=-1", ["2026-11-30", "2026-12-31", "2027-01-31"]),
        ("FREQ=DAILY;INTERVAL=30", ["2026-11-23", "2026-12-23", "2027-01-22", "2027-02-21"]),
        ("FREQ=DAILY;COUNT=2", ["2026-11-23", "2026-11-24"]),
        ("FREQ=DAILY;UNTIL=20261124", ["2026-11-23", "2026-11-24"]),
    ],
)
def test_a_rule_comes_on_these_days(text, expected):
    """Against days written by hand."""
    rule = read_rule(text)
    found = occurrences(
        rule, START, after=START, before=START + timedelta(days=90), until=rule.until
    )

    assert [str(at.date()) for at in found][: len(expected)] == expected


def test_29_february_comes_in_leap_years_alone():
    """And a rule that names it is no rule that never comes."""
    start = reading("2024-02-29 09:00")

    assert expand("FREQ=YEARLY", start, after=reading("2027-01-01 00:00")) == []
    assert expand("FREQ=YEARLY", start, after=reading("2028-01-01 00:00")) == [
        reading("2028-02-29 09:00")
    ]


def test_a_rule_of_long_ago_is_in_step():
    """Every third week from a Monday twenty years back."""
    start = reading("2006-11-20 08:00")
    found = expand("FREQ=WEEKLY;INTERVAL=3", start, after=reading("2026-11-01 00:00"))

    assert all((at - start).days % 21 == 0 for at in found)
    assert len(found) == 5


def test_a_count_is_counted_from_the_beginning():
    """What is spent does not come again."""
    start = reading("2026-01-01 08:00")

    assert len(expand("FREQ=DAILY;COUNT=10", start, after=reading("2026-01-08 00:00"))) == 3
    assert expand("FREQ=DAILY;COUNT=10", start, after=reading("2026-02-01 00:00")) == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "FREQ",
        "FREQ=",
        "FREQ=SECONDLY",
        "FREQ=MINUTELY;INTERVAL=1",
        "FREQ=HOURLY",
        "FREQ=FORTNIGHTLY",
        "INTERVAL=2",
        "FREQ=DAILY;FREQ=WEEKLY",
        "FREQ=DAILY;BYSECOND=0,1,2",
        "FREQ=DAILY;BYWEEKNO=1",
        "FREQ=YEARLY;BYYEARDAY=366",
        "FREQ=YEARLY;BYEASTER=0",
        "FREQ=DAILY;X-RULE=1",
        "FREQ=DAILY;INTERVAL=0",
        "FREQ=DAILY;INTERVAL=-1",
        "FREQ=DAILY;INTERVAL=99999999999999999999",
        "FREQ=DAILY;COUNT=100000000",
        "FREQ=DAILY;COUNT=3;UNTIL=20261231",
        "FREQ=DAILY;UNTIL=20261345",
        "FREQ=DAILY;UNTIL=tomorrow",
        "FREQ=DAILY;BYHOUR=24",
        "FREQ=DAILY;BYMINUTE=60",
        "FREQ=DAILY;BYHOUR=1,2,3,4,5,6,7,8,9;BYMINUTE=0,15,30,45",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=WEEKLY;BYDAY=1MO",
        "FREQ=WEEKLY;BYMONTHDAY=3",
        "FREQ=MONTHLY;BYMONTHDAY=0",
        "FREQ=MONTHLY;BYMONTHDAY=32",
        "FREQ=MONTHLY;BYDAY=6MO",
        "FREQ=MONTHLY;BYDAY=1MO;BYSETPOS=5",
        "FREQ=DAILY;BYSETPOS=300",
        "FREQ=DAILY;INTERVAL=7;BYDAY=TU",
        "FREQ=MONTHLY;INTERVAL=2;BYMONTH=12",
        "FREQ=YEARLY;BYDAY=20MO",
        "FREQ=MONTHLY;BYDAY=FR,5SU",
        "FREQ=MONTHLY;BYDAY=5SU;BYMONTHDAY=1",
        "FREQ=DAILY;WKST=XX",
        "FREQ=DAILY\nDTSTART:18500101T000000Z",
        "FREQ=DAILY;" + "BYHOUR=1;" * 100,
    ],
)
def test_a_hostile_rule_is_refused_when_it_is_read(text):
    """Before anything is expanded."""
    with pytest.raises(RuleRefused):
        read_rule(text)


@pytest.mark.parametrize(
    ("text", "start"),
    [
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", START),
        ("FREQ=YEARLY;BYMONTH=4,6;BYMONTHDAY=31", START),
        ("FREQ=MONTHLY;BYMONTH=2", reading("2026-01-31 08:00")),
        ("FREQ=YEARLY;BYMONTH=6", reading("2026-01-31 08:00")),
        ("FREQ=YEARLY;INTERVAL=4;BYMONTH=2;BYMONTHDAY=29", reading("2025-01-01 08:00")),
        ("FREQ=MONTHLY;INTERVAL=12;BYMONTHDAY=30", reading("2027-02-01 08:00")),
        ("FREQ=MONTHLY;INTERVAL=48;BYMONTHDAY=29", reading("2027-02-01 08:00")),
        ("FREQ=DAILY;BYHOUR=0,4,8,12,16,20", START),
    ],
)
def test_a_rule_that_never_comes_or_comes_too_often_is_refused(text, start):
    """At once, however long the library would look for it."""
    began = time.perf_counter()

    with pytest.raises(RuleRefused):
        check_density(read_rule(text), start)
    assert time.perf_counter() - began < 1


@pytest.mark.parametrize(
    "text",
    [
        "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO",
        "FREQ=YEARLY;BYMONTH=2;BYDAY=5MO",
        "FREQ=YEARLY;INTERVAL=50;BYMONTH=2;BYMONTHDAY=29",
        "FREQ=MONTHLY;INTERVAL=400;BYMONTHDAY=31",
        "FREQ=WEEKLY;INTERVAL=400;BYMONTH=1",
        "FREQ=DAILY;COUNT=1000;BYMONTH=2;BYMONTHDAY=29;BYDAY=MO",
    ],
)
def test_a_rare_rule_is_expanded_in_bounded_time(text):
    """Even from a start that is very long ago."""
    began = time.perf_counter()

    found = expand(text, reading("1850-01-01 08:00"), after=reading("2150-01-01 00:00"))

    assert len(found) <= OCCURRENCES_MAX
    assert time.perf_counter() - began < 2
