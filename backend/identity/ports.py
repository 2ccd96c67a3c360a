"""What identity asks of the composition root."""

from typing import Protocol, runtime_checkable

from backend.identity.assisted import Act, Assisted, Helped
from backend.identity.spaces.model import MandateTerms, Patient
from backend.kernel.ids import SpaceId
from backend.kernel.work import Work


class OpeningRecords(Protocol):
    """The records that a new space starts with; identity knows no collection."""

    async def create_profile(self, work: Work, space_id: SpaceId, patient: Patient) -> None:
        """Write the profile record of a space that has just been opened, with its viewers."""


@runtime_checkable
class Tickets(Protocol):
    """The tickets of workshops, which people quote; identity knows no agent."""

    async def take(self, work: Work, code: str, act: Act) -> Assisted | None:
        """Return what a ticket's code stands for, while it is good for *act*, or None."""

    async def settle(self, work: Work, assisted: Assisted, helped: Helped | None, act: Act) -> bool:
        """Use a ticket up and leave a trace in the space; False when it cannot be used."""


@runtime_checkable  # The framework looks at what it hands to a controller.
class Grants(Protocol):
    """What viewers may do, in the words of whoever decides it; identity does not read them."""

    def mandate_in(self, grant: bytes) -> MandateTerms | None:
        """Return the mandate in force or to come that a viewer's grant holds, if it does."""
