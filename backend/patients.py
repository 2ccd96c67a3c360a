"""What rooms need of each other about the person of a space, joined here."""

from uuid import UUID

import msgspec

from backend.clinical.collection import COLLECTIONS
from backend.clinical.model import Profile
from backend.identity.model import PatientIdentity
from backend.identity.spaces import store as spaces
from backend.identity.spaces.model import Patient
from backend.kernel.ids import PartyId, SpaceId
from backend.kernel.spaces import edit_space, save_space
from backend.kernel.work import Work
from sync.edit import Entry
from sync.errors import SpaceNotFound
from sync.ports import Host

# Whoever writes for the server itself: no account has this identifier.
SERVER = PartyId(UUID(int=0))

_PROFILE = next(c for c in COLLECTIONS if c.name == "profile")


class PatientRecords:
    """The identity of a space, as its first record and as its documents see it."""

    def __init__(self, host: Host) -> None:
        self._host = host

    async def create_profile(self, work: Work, space_id: SpaceId, patient: Patient) -> None:
        """Write the profile record of a space that has just been opened."""
        edit = await edit_space(work, self._host, space_id)
        record_id = work.new_id()
        await edit.load([record_id])
        edit.put(
            Entry(
                record_id=record_id,
                collection=_PROFILE,
                author_id=SERVER,
                fields=msgspec.to_builtins(profile_of(patient)),
            )
        )
        await save_space(work, space_id, edit)

    async def identity_of(self, work: Work, space_id: UUID) -> PatientIdentity:
        """Return the identity of the person of a space.

        Raises:
            SpaceNotFound: There is no such space.
        """
        found = await spaces.patients_of(work, [space_id])
        if space_id not in found:
            raise SpaceNotFound
        return found[space_id].identity


def profile_of(patient: Patient) -> Profile:
    """Return the view of an identity that its profile shows."""
    traits = patient.identity.traits
    return Profile(
        birth_family_name=traits.birth_family_name,
        birth_given_name=traits.birth_given_name,
        given_names=traits.given_names,
        used_family_name=patient.used_family_name,
        used_given_name=patient.used_given_name,
        birth_date=traits.birth_date,
        sex=traits.sex,
        birth_place_code=traits.birth_place_code,
        identity_status=patient.identity.reliability,
    )
