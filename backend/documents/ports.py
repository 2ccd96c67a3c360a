"""What this room asks of the composition root."""

from typing import Protocol, runtime_checkable
from uuid import UUID

from backend.identity.model import PatientIdentity
from backend.kernel.work import Work


@runtime_checkable  # The framework checks what it hands to a controller.
class Patients(Protocol):
    """Who the spaces are about."""

    async def identity_of(self, work: Work, space_id: UUID) -> PatientIdentity:
        """Return the identity of the person of a space.

        Raises:
            SpaceNotFound: There is no such space.
        """
