"""What is planned."""

from typing import Literal

from backend.kernel.values import (
    EntryBody,
    FreeText,
    Instant,
    Label,
    Line,
    Sensitive,
    TimeZone,
)

AppointmentStatus = Literal["proposed", "booked", "fulfilled", "cancelled", "noshow"]


class Appointment(EntryBody, frozen=True, kw_only=True):
    """A meeting with a professional or at an institution.

    The zone is that of the place: an instant alone does not survive a change
    of clocks, and a reminder rings at a local hour.

    Source: FHIR Appointment.
    """

    title: Label
    status: AppointmentStatus
    starts_at: Instant
    time_zone: TimeZone
    ends_at: Instant | None = None
    location: Line | None = None
    practitioner: Line | None = None
    specialty: Line | None = None
    instructions: FreeText | None = None
    comment: FreeText | None = None
    sensitive: Sensitive = ()
