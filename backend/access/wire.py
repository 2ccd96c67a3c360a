"""What the requests about rights share."""

from typing import Any
from uuid import UUID

from litestar import Request
from litestar.di import NamedDependency

from backend.access.change import held_by_own
from backend.identity.sessions.model import Caller
from backend.kernel.once import Admit, KeyHeader, Once
from backend.kernel.work import Office
from sync.ports import Host
from sync.push import Caller as Device


def provide_device_once(
    request: Request[Any, Any, Any],
    office: NamedDependency[Office],
    device: NamedDependency[Device],
    idempotency_key: KeyHeader = None,
) -> Once:
    """Let a device that did not hear an answer send its request again."""
    return Once(request, office, f"device|{device.party_id}|{device.device_id}")


def device_of(caller: Caller) -> Device:
    """Return the device of a patient, a representative or a caregiver."""
    return Device(party_id=caller.party_id, device_id=caller.device_id)


def admit_own(host: Host, device: Device, space_id: UUID) -> Admit:
    """Tell nothing again to whoever does not decide in a space any more."""

    async def admit(office: Office, told: bytes) -> None:
        await office.read(lambda work: held_by_own(work, host, space_id, device))

    return admit
