"""Who acts, as the journal and the record name them."""

from backend.access.journal.model import Actor, ActorKind
from backend.access.model import Role
from backend.identity.professionals.model import Names, ProfessionalCaller
from backend.kernel.ids import DeviceId, PartyId


def full_name(names: Names) -> str:
    """Write a name as people say it."""
    return f"{names.given_name} {names.family_name}"


def professional_actor(professional: ProfessionalCaller) -> tuple[Actor, Actor | None]:
    """Say who acts at a professional's desk, and for whom if it is an assistant."""
    device_id = DeviceId(professional.device_id)
    doctor = Actor(
        kind=ActorKind.PROFESSIONAL,
        party_id=PartyId(professional.professional_id),
        name=full_name(professional.professional_names),
        profession=professional.profession_code,
        organization=professional.organization,
        device_id=None if professional.assistant_id else device_id,
    )
    if professional.assistant_id is None:
        return doctor, None
    assistant = Actor(
        kind=ActorKind.ASSISTANT,
        party_id=PartyId(professional.assistant_id),
        name=full_name(professional.names),
        organization=professional.organization,
        device_id=device_id,
    )
    return assistant, doctor


def person_actor(role: Role, party_id: PartyId, device_id: DeviceId) -> tuple[Actor, Actor | None]:
    """Say who acts on a space of their own, or in the place of its holder."""
    if role is Role.HOLDER:
        return Actor(kind=ActorKind.PATIENT, party_id=party_id, device_id=device_id), None
    stand_in = Actor(kind=ActorKind.REPRESENTATIVE, party_id=party_id, device_id=device_id)
    return stand_in, Actor(kind=ActorKind.PATIENT)
