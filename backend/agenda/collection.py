"""How this room takes part in sync."""

from backend.access.sections import Clues, watched
from backend.agenda.model import Appointment
from backend.agenda.rules import check_appointment
from backend.kernel.collection import collection
from sync.ports import Collection


def clues(body: Appointment) -> Clues:
    """Look at whom the appointment is with, and what for."""
    texts = (body.title, body.practitioner, body.specialty, body.location)
    return (), (*texts, body.instructions, body.comment)


COLLECTIONS: tuple[Collection, ...] = (
    watched(collection("appointments", Appointment, check=check_appointment), Appointment, clues),
)
