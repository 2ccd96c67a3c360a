"""What a patient learns of an agent's part in something that was done to their account."""

from uuid import UUID

from backend.identity.assisted import Act
from backend.identity.notices import tell_space
from backend.kernel.work import Work
from backend.workshops.model import AgentPerson


async def announce_act(work: Work, space_id: UUID, agent: AgentPerson, act: Act) -> None:
    """Leave a trace of an act that an agent helped with, with who and for which organisation.

    It runs on the server's own connection, in the transaction of the act. Until
    the journal takes it, it is a notice to every address of who opens the space.
    """
    await tell_space(
        work,
        space_id,
        f"workshop-{act.value}",
        agent=agent.name,
        organization=agent.organization,
    )
