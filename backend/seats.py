"""Who asks: the dependencies by which every room learns it, each counted."""

from typing import Any

from litestar import Request
from litestar.di import NamedDependency

from backend.identity.http import provide_caller
from backend.identity.professionals.model import ProfessionalCaller
from backend.identity.sessions.model import SEATED, Caller
from backend.identity.wire import caller_of, provide_professional
from backend.kernel.errors import Refusal
from backend.kernel.limits import RequestLimits, TooManyRequests
from backend.kernel.work import Office
from backend.workshops.http import provide_agent
from backend.workshops.model import AgentCaller
from sync.http import Seat, Subscription
from sync.push import Caller as Device

STREAM_RETRY_SECONDS = 60


async def provide_limited_caller(request: Request[Any, Any, Any]) -> Caller:
    """Say who asks, and count it.

    Raises:
        NotSignedIn: No token, or none that opens anything.
        TooManyRequests: This device asks too often.
    """
    state = request.app.state
    caller = await provide_caller(request, state.office)
    state.limits.charge(caller.device_id)
    return caller


async def provide_limited_professional(request: Request[Any, Any, Any]) -> ProfessionalCaller:
    """Say which professional asks, or which assistant for whom, and count it.

    Raises:
        NotSignedIn: No token, or none that opens anything here.
        TooManyRequests: This device asks too often.
    """
    state = request.app.state
    professional = await provide_professional(request, state.office)
    state.limits.charge(professional.device_id)
    return professional


async def provide_seated(request: Request[Any, Any, Any]) -> Caller:
    """Say who asks, a patient or a professional, and count it.

    Raises:
        NotSignedIn: No token, or none that opens anything.
        TooManyRequests: This device asks too often.
    """
    state = request.app.state
    caller = await caller_of(request, state.office, SEATED)
    state.limits.charge(caller.device_id)
    return caller


async def provide_device(request: Request[Any, Any, Any]) -> Device:
    """Say which party asks, on which device: a patient's, or a professional's.

    Raises:
        NotSignedIn: No token, or none that opens anything.
        TooManyRequests: This device asks too often.
    """
    caller = await provide_seated(request)
    return Device(party_id=caller.party_id, device_id=caller.device_id)


async def provide_limited_agent(request: Request[Any, Any, Any]) -> AgentCaller:
    """Say which agent asks, and count it.

    Raises:
        NotSignedIn: No token, or none that opens an agent's session.
        TooManyRequests: This agent asks too often.
    """
    state = request.app.state
    agent = await provide_agent(request, state.agents_desk)
    state.limits.charge(agent.agent_id)
    return agent


async def provide_seat(request: Request[Any, Any, Any]) -> Seat:
    """Take a device to the exchange: one dependency, because each one costs."""
    device = await provide_device(request)
    op_limits: RequestLimits = request.app.state.op_limits
    return Seat(
        request.app.state.exchange,
        device,
        lambda count: op_limits.charge(device.device_id, count),
    )


async def provide_subscription(
    request: Request[Any, Any, Any], device: NamedDependency[Device]
) -> Subscription:
    """Say whose news a stream tells, and how it learns that it must end.

    Raises:
        TooManyRequests: The caller has as many streams open as one may.
    """
    if request.app.state.pokes.is_full(device.party_id):
        refusal = TooManyRequests("Too many streams are open.")
        refusal.retry_after_seconds = STREAM_RETRY_SECONDS
        raise refusal
    office: Office = request.app.state.office

    async def is_signed_in() -> bool:
        try:
            await caller_of(request, office, SEATED)
        except Refusal:
            return False
        return True

    return Subscription(party_id=device.party_id, is_signed_in=is_signed_in)
