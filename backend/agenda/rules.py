"""What makes an appointment sound."""

from backend.agenda.model import Appointment
from backend.kernel.values import EndBeforeStart, check_time_zone, check_year


def check_appointment(body: Appointment) -> None:
    """Refuse an appointment that cannot be put on a calendar.

    Raises:
        ImpossibleDate: A year is out of range.
        EndBeforeStart: It does not end after it starts.
        UnknownTimeZone: IANA does not list its zone.
    """
    check_year(body.starts_at, pointer="/starts_at")
    check_year(body.ends_at, pointer="/ends_at")
    if body.ends_at is not None and body.ends_at <= body.starts_at:
        raise EndBeforeStart("An appointment ends after it starts.", pointer="/ends_at")
    check_time_zone(body.time_zone, pointer="/time_zone")
