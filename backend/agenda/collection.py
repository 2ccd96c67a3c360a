"""How this room takes part in sync."""

from backend.agenda.model import Appointment
from backend.agenda.rules import check_appointment
from backend.kernel.collection import collection
from sync.ports import Collection

COLLECTIONS: tuple[Collection, ...] = (
    collection("appointments", Appointment, check=check_appointment),
)
