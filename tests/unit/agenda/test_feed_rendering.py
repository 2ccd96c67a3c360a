"""The agenda as other programs read it, by a reader that is not ours nor our library's."""

import zoneinfo
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from backend.agenda.feed.limits import ZONES_MAX
from backend.agenda.feed.model import Event, Plan, Said, Span, Status
from backend.agenda.feed.rendering import render
from backend.agenda.feed.zones import turns
from tests.calendars import Calendar, read

START = datetime(2026, 12, 5, 9, 0, tzinfo=UTC)
PARIS = "Europe/Paris"


def event(
    starts_at: datetime = START,
    ends_at: datetime | None = None,
    zone: str = PARIS,
    summary: str = "Rendez-vous",
) -> Event:
    """Make an event up."""
    span = Span(starts_at, ends_at, zone)
    said = Said(span=span, status=Status.CONFIRMED, summary=summary)
    return Event(uid=str(uuid4()), sequence=3, changed_at=START, said=said)


def rendered(*events: Event) -> Calendar:
    """Write events, and read them again."""
    return read(render(Plan(name="Agenda", language="fr", events=events)))


def test_a_calendar_says_what_it_is_and_how_often_to_ask() -> None:
    """In words that name no health matter."""
    whole = rendered().whole

    assert {line.name: line.value for line in whole.lines} == {
        "VERSION": "2.0",
        "PRODID": "-//Carnet//Agenda//FR",
        "CALSCALE": "GREGORIAN",
        "METHOD": "PUBLISH",
        "NAME": "Agenda",
        "X-WR-CALNAME": "Agenda",
        "REFRESH-INTERVAL": "PT4H",
        "X-PUBLISHED-TTL": "PT4H",
    }
    assert whole.one("REFRESH-INTERVAL").parameters == {"VALUE": "DURATION"}


def test_an_event_has_every_line_that_the_standard_asks_for() -> None:
    """And is private, wherever it is shown."""
    (one,) = rendered(event(ends_at=START + timedelta(minutes=30))).events

    assert {line.name: line.value for line in one.lines if line.name != "UID"} == {
        "SUMMARY": "Rendez-vous",
        "DTSTART": "20261205T100000",
        "DTEND": "20261205T103000",
        "DTSTAMP": "20261205T090000Z",
        "LAST-MODIFIED": "20261205T090000Z",
        "SEQUENCE": "3",
        "STATUS": "CONFIRMED",
        "CLASS": "PRIVATE",
        "TRANSP": "OPAQUE",
    }
    assert one.one("DTSTART").parameters == {"TZID": PARIS}


def test_an_appointment_without_an_end_has_none() -> None:
    """How long it takes is not made up."""
    (one,) = rendered(event()).events

    assert not one.has("DTEND")


def test_whole_days_are_days() -> None:
    """From midnight to midnight where it takes place, over a change of clocks too."""
    starts = datetime(2026, 10, 25, tzinfo=ZoneInfo(PARIS))
    ends = datetime(2026, 10, 27, tzinfo=ZoneInfo(PARIS))

    (one,) = rendered(event(starts.astimezone(UTC), ends.astimezone(UTC))).events

    assert (one.one("DTSTART").value, one.one("DTEND").value) == ("20261025", "20261027")
    assert one.one("DTSTART").parameters == {"VALUE": "DATE"}


def test_an_hour_that_comes_twice_is_written_in_utc() -> None:
    """At its place a clock shows half past two twice; a reader would take the first one."""
    first = event(datetime(2026, 10, 25, 0, 30, tzinfo=UTC), summary="1")
    second = event(datetime(2026, 10, 25, 1, 30, tzinfo=UTC), summary="2")
    across = event(
        datetime(2026, 10, 24, 22, 0, tzinfo=UTC),
        datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
        summary="3",
    )

    calendar = rendered(first, second, across)

    assert calendar.event("1").one("DTSTART").value == "20261025T003000Z"
    assert calendar.event("2").one("DTSTART").value == "20261025T013000Z"
    assert calendar.event("3").one("DTSTART").value == "20261024T220000Z"
    assert calendar.event("3").one("DTEND").value == "20261025T013000Z"


@pytest.mark.parametrize("name", [PARIS, "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata"])
def test_every_quarter_of_an_hour_around_a_change_of_clocks_is_itself(name: str) -> None:
    """Read by the description of the zone that the calendar brings along."""
    zone = ZoneInfo(name)
    year = datetime(2027, 1, 1, tzinfo=UTC)
    changes = [turn.at for turn in turns(zone, year, year + timedelta(days=365))] or [year]
    instants = [change + timedelta(minutes=15 * n) for change in changes for n in range(-16, 17)]

    calendar = rendered(*(event(at, zone=name, summary=at.isoformat()) for at in instants))

    for at in instants:
        assert calendar.instant(calendar.event(at.isoformat()).one("DTSTART")) == at


# Two hours of change beside each other, twice a year, moved each year, none, in the south.
_CHANGES = ("Africa/Casablanca", "America/Santiago", "Asia/Tehran", "Europe/Dublin", PARIS)


@pytest.mark.parametrize("name", _CHANGES)
def test_no_change_of_clocks_is_left_out(name: str) -> None:
    """For ten years, at noon of every day: the month of Ramadan in Morocco is there too."""
    zone = ZoneInfo(name)
    noons = [datetime(2026, 1, 1, 12, tzinfo=zone) + timedelta(days=9 * n) for n in range(400)]
    events = [event(at.astimezone(UTC), zone=name, summary=str(n)) for n, at in enumerate(noons)]

    calendar = rendered(*events)

    for n, at in enumerate(noons):
        assert calendar.instant(calendar.event(str(n)).one("DTSTART")) == at.astimezone(UTC)


def test_changes_come_in_order_and_each_changes_something() -> None:
    """By every zone there is."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    for name in sorted(zoneinfo.available_timezones() - {"localtime", "Factory"})[::7]:
        found = [*turns(ZoneInfo(name), start, start + timedelta(days=800))]

        assert all(turn.before != turn.after for turn in found)
        assert all(one.at < other.at for one, other in pairwise(found))
        assert all(one.after == other.before for one, other in pairwise(found))


def test_a_zone_that_is_no_more_and_zones_beyond_count_are_written_in_utc() -> None:
    """Nothing is lost, and nobody makes an answer long by inventing places."""
    names = sorted(zoneinfo.available_timezones())[: ZONES_MAX + 20]
    events = [event(zone=name, summary=str(n)) for n, name in enumerate(names)]

    calendar = rendered(*events, event(zone="Mars/Olympus", summary="far"))

    assert len(calendar.zones) <= ZONES_MAX
    for one in calendar.events:
        assert calendar.instant(one.one("DTSTART")) == START
    assert calendar.event("far").one("DTSTART").value.endswith("Z")


def test_what_is_cancelled_takes_nobodys_time() -> None:
    """It stays to be seen, and the hour is free."""
    span = Span(START, None, PARIS)
    said = Said(span=span, status=Status.CANCELLED, summary="Annulé : Rendez-vous")

    (one,) = rendered(Event(uid="1", sequence=1, changed_at=START, said=said)).events

    assert (one.one("STATUS").value, one.one("TRANSP").value) == ("CANCELLED", "TRANSPARENT")
