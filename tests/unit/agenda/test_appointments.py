"""Appointments."""

import msgspec
import pytest

from backend.agenda.collection import COLLECTIONS
from backend.kernel.errors import InvalidInput
from backend.kernel.values import EndBeforeStart, ImpossibleDate, UnknownTimeZone
from sync.ports import FieldRule, Policy

(APPOINTMENTS,) = COLLECTIONS


def appointment(**fields):
    """An appointment in the night when clocks go back, but for *fields*."""
    given = {
        "title": "Dentist",
        "status": "booked",
        "starts_at": "2024-10-27T02:30:00+02:00",
        "time_zone": "Europe/Paris",
        **fields,
    }
    return msgspec.convert(given, APPOINTMENTS.body)


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"ends_at": "2024-10-27T02:15:00+01:00"},
        {"time_zone": "Pacific/Noumea", "starts_at": "2024-10-27T02:30:00Z"},
    ],
)
def test_a_sound_appointment_is_taken(fields):
    """Instants are compared, not the hands of the clock: that night has two half past two."""
    APPOINTMENTS.check(appointment(**fields))


@pytest.mark.parametrize(
    ("fields", "refusal", "pointer"),
    [
        ({"ends_at": "2024-10-27T02:30:00+02:00"}, EndBeforeStart, "/ends_at"),
        ({"ends_at": "2024-10-27T03:00:00+03:00"}, EndBeforeStart, "/ends_at"),
        ({"time_zone": "Paris"}, UnknownTimeZone, "/time_zone"),
        ({"starts_at": "1024-10-27T02:30:00Z"}, ImpossibleDate, "/starts_at"),
        ({"ends_at": "9999-12-31T23:59:59Z"}, ImpossibleDate, "/ends_at"),
    ],
)
def test_what_fits_no_calendar_is_refused(fields, refusal, pointer):
    """It ends after it starts, in a zone that exists, in a year that may come."""
    with pytest.raises(InvalidInput) as caught:
        APPOINTMENTS.check(appointment(**fields))

    assert type(caught.value) is refusal
    assert caught.value.pointer == pointer


@pytest.mark.parametrize(
    "fields",
    [
        {"starts_at": "2024-10-27T02:30:00"},
        {"status": "maybe"},
        {"title": ""},
        {"time_zone": None},
        {"instructions": "x" * 3001},
    ],
)
def test_an_appointment_out_of_form_does_not_decode(fields):
    """An instant without an offset is a quarrel to come."""
    with pytest.raises(msgspec.ValidationError):
        appointment(**fields)


def test_what_people_write_on_an_appointment_keeps_both_versions():
    """Two members of a family add to the same instructions."""
    assert APPOINTMENTS.policy is Policy.MERGE
    assert APPOINTMENTS.category(appointment()) == "appointments"
    both = {name for name, rule in APPOINTMENTS.rules.items() if rule is FieldRule.BOTH}
    assert both == {"instructions", "comment"}
