"""What a patient learns of an agent's part in something that was done to their account."""

from uuid import UUID

from backend.access.journal import service as journal
from backend.access.journal.model import Action, Actor, ActorKind, Trace
from backend.access.notices import tell_space
from backend.identity.assisted import Act
from backend.kernel.work import Work
from backend.workshops.model import AgentPerson

_ACTIONS = {
    Act.ACTIVATION: Action.ACTIVATION,
    Act.LETTER: Action.LETTER_ISSUED,
    Act.RESET: Action.RESET_STARTED,
}


async def announce_act(
    work: Work, space_id: UUID, agent: AgentPerson, act: Act, whom: Actor
) -> None:
    """Write an act that an agent helped with into the journal, and tell who opens the space.

    It runs on the server's own connection, in the transaction of the act: without
    the line there is no act. The agents' connection does not reach the journal.

    Args:
        work: The transaction of the act.
        space_id: Whose journal it is.
        agent: Who helped, and for which organisation.
        act: What they helped with.
        whom: On whose behalf.

    Raises:
        Erased: The space's key is gone.
    """
    helper = Actor(kind=ActorKind.AGENT, name=agent.name, organization=agent.organization)
    trace = Trace(at=work.now, actor=helper, on_behalf_of=whom, action=_ACTIONS[act])
    await journal.write(work, space_id, trace)
    await tell_space(
        work,
        space_id,
        f"workshop-{act.value}",
        agent=agent.name,
        organization=agent.organization,
    )
