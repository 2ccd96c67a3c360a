"""Comparing a professional's names with those of the person of a space."""

from uuid import UUID

from backend.access.rules.namesakes import is_namesake
from backend.identity.spaces import store as spaces
from backend.kernel.work import Work


async def has_names_of_person(work: Work, space_id: UUID, name: str) -> bool:
    """Say whether a professional of this name may be the person of the space."""
    patient = (await spaces.patients_of(work, [space_id])).get(space_id)
    if patient is None:
        return False
    traits = patient.identity.traits
    return is_namesake(
        name,
        family_names=(traits.birth_family_name, patient.used_family_name),
        given_names=(*traits.given_names, traits.birth_given_name),
    )
