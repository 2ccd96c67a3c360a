"""Professionals as the journal and entries name them."""

from backend.access.journal.model import Actor, ActorKind
from backend.identity.professionals.model import Names, ProfessionalCaller
from backend.kernel.ids import DeviceId, PartyId


def actors_of(professional: ProfessionalCaller) -> tuple[Actor, Actor | None]:
    """Say who acts, and for whom: an assistant is named, and so is their professional."""
    device_id = DeviceId(professional.device_id)
    in_person = Actor(
        kind=ActorKind.PROFESSIONAL,
        party_id=PartyId(professional.professional_id),
        name=full_name(professional.professional_names),
        profession=professional.profession_code,
        organization=professional.organization,
        device_id=None if professional.assistant_id else device_id,
    )
    if professional.assistant_id is None:
        return in_person, None
    assistant = Actor(
        kind=ActorKind.ASSISTANT,
        party_id=PartyId(professional.assistant_id),
        name=full_name(professional.names),
        organization=professional.organization,
        device_id=device_id,
    )
    return assistant, in_person


def full_name(names: Names) -> str:
    """Write a name as people say it."""
    return f"{names.given_name} {names.family_name}"
