"""Who acts as a professional at this moment: the professional, or an assistant of theirs."""

from uuid import UUID

import msgspec

from backend.identity.assistants import store as assistants
from backend.identity.errors import NotSignedIn, ProfessionalOnly
from backend.identity.professionals.model import Act, Acting, ProfessionalCaller
from backend.identity.sessions import service as sessions
from backend.identity.sessions.model import Caller
from backend.kernel.work import Work

EVERY_ACT = frozenset(Act)


async def who_acts(work: Work, caller: Caller) -> ProfessionalCaller:
    """Say as what a caller acts, and what they may do, as it is now.

    Raises:
        NotSignedIn: The session is over; for an assistant also when what the
            professional left to them has ended.
    """
    session, plain = await sessions.capacity_of(work, caller)
    acting = msgspec.json.decode(plain, type=Acting)
    acts = EVERY_ACT
    if acting.assistantship_id is not None:
        held = await assistants.assistantship(work, caller.party_id, acting.assistantship_id)
        if held is None or not held.is_in_force(work.now):
            raise NotSignedIn("This session is over.")
        acts = frozenset(held.terms.acts)
    activity = acting.activity
    return ProfessionalCaller(
        professional_id=caller.party_id,
        assistant_id=None if acting.assistantship_id is None else caller.account_id,
        names=acting.assistant_names or acting.names,
        professional_names=acting.names,
        profession_code=activity.profession_code,
        specialty=activity.specialty,
        organization=activity.organization,
        activity=activity,
        is_regulator=acting.is_regulator and acting.assistantship_id is None,
        session_id=caller.session_id,
        device_id=caller.device_id,
        signed_in_at=session.created_at,
        acts=acts,
    )


async def signed_in_as(work: Work, professional_id: UUID, device_id: UUID) -> Acting | None:
    """Return as what a professional works at a device now; None where they are not signed in."""
    plain = await sessions.capacity_at(work, professional_id, device_id)
    return None if plain is None else msgspec.json.decode(plain, type=Acting)


def refuse_without(professional: ProfessionalCaller, act: Act) -> None:
    """Refuse an act to an assistant to whom it was not left.

    Raises:
        ProfessionalOnly: It was not.
    """
    if act not in professional.acts:
        raise ProfessionalOnly("The professional does this in person, or leaves it to you first.")
