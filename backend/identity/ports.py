"""What identity asks of the composition root."""

from typing import Protocol

from backend.identity.spaces.model import Patient
from backend.kernel.ids import SpaceId
from backend.kernel.work import Work


class OpeningRecords(Protocol):
    """The records that a new space starts with; identity knows no collection."""

    async def create_profile(self, work: Work, space_id: SpaceId, patient: Patient) -> None:
        """Write the profile record of a space that has just been opened, with its viewers."""
