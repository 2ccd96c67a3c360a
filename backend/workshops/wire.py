"""What the requests of agents share, and who makes them."""

from typing import Annotated, Any

from litestar import Request
from litestar.di import NamedDependency
from msgspec import Meta

from backend.identity.errors import NotSignedIn
from backend.identity.wire import bearer_of
from backend.workshops.agents import service
from backend.workshops.limits import NAME_CHARACTERS_MAX, PLACE_CHARACTERS_MAX
from backend.workshops.model import AgentCaller
from backend.workshops.ports import AgentsDesk

PersonName = Annotated[str, Meta(min_length=1, max_length=NAME_CHARACTERS_MAX, pattern=r"\S")]
PlaceName = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=PLACE_CHARACTERS_MAX,
        pattern=r"\S",
        examples=["Médiathèque, salle du fond"],
    ),
]
EnrolmentCode = Annotated[
    str,
    Meta(
        max_length=64,
        description="The code that the operator gave; case, spaces and dashes count for nothing.",
        examples=["7KQM-2XWP-9HDT-4RBC"],
    ),
]


async def provide_agent(
    request: Request[Any, Any, Any], agents_desk: NamedDependency[AgentsDesk]
) -> AgentCaller:
    """Say which agent makes a request. No other token means anything here.

    Raises:
        NotSignedIn: No token, or none that opens an agent's session.
    """
    token = bearer_of(request)
    if token is None:
        raise NotSignedIn("Send an access token.")
    return await agents_desk.agents.write(lambda work: service.authenticate(work, token))
