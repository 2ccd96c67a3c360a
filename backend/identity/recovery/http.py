"""Lost passwords over HTTP."""

from typing import Annotated, Any
from uuid import UUID

from litestar import Controller, Request, delete, post
from litestar.di import NamedDependency
from litestar.params import JSONBody
from msgspec import Meta

from backend.identity.passwords import Passwords
from backend.identity.ports import Tickets
from backend.identity.recovery import service
from backend.identity.recovery.model import Lost, Proof, RecoveryBegun, RecoveryProven
from backend.identity.sessions.model import Caller
from backend.identity.wire import LoginName, OneTimeCode, Password, TicketCode, Wire, address_of
from backend.kernel.work import Office


class RecoveryRequest(Wire, frozen=True, kw_only=True):
    """The name whose password is lost; at a workshop, its ticket has a letter sent home."""

    login: LoginName
    workshop_ticket: TicketCode | None = None


class RecoveryProofRequest(Wire, frozen=True, kw_only=True):
    """Two codes of two kinds: sent by SMS, by e-mail, by post, of the app, or on paper."""

    request_id: UUID
    login: LoginName
    codes: Annotated[tuple[OneTimeCode, OneTimeCode], Meta(description="In any order.")]
    password: Password


class RecoveryController(Controller):
    """From a lost password to a new one, in three days."""

    path = "/v1/auth/recovery"
    tags = ("sign-in",)

    @post(
        operation_id="beginRecovery",
        status_code=202,
        security=[],
        summary="Say that a password is lost.",
    )
    async def begin(
        self,
        request: Request[Any, Any, Any],
        office: NamedDependency[Office],
        tickets: NamedDependency[Tickets],
        data: JSONBody[RecoveryRequest],
    ) -> RecoveryBegun:
        """Send codes, if the name is somebody's; the answer is the same if it is nobody's."""
        lost = Lost(login=data.login, address=address_of(request), ticket=data.workshop_ticket)
        return await service.begin(office, lost, tickets)

    @post(
        "/prove",
        operation_id="proveRecovery",
        status_code=202,
        security=[],
        summary="Give two codes and choose a new password.",
    )
    async def prove(
        self,
        request: Request[Any, Any, Any],
        office: NamedDependency[Office],
        passwords: NamedDependency[Passwords],
        data: JSONBody[RecoveryProofRequest],
    ) -> RecoveryProven:
        """Keep the password for three days, then put it in force; a sign-in asks for a code too."""
        proof = Proof(
            request_id=data.request_id,
            login=data.login,
            codes=data.codes,
            password=data.password,
            address=address_of(request),
        )
        return await service.prove(office, passwords, proof)

    @delete(operation_id="cancelRecovery", summary="Cancel a new password that waits.")
    async def cancel(
        self, office: NamedDependency[Office], caller: NamedDependency[Caller]
    ) -> None:
        """Keep the password in force; any device that is signed in may do this."""
        await office.write(lambda work: service.cancel(work, caller))
