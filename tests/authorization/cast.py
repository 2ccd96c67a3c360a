"""The people of the matrix: their accounts, their sessions, and how a session is over."""

import hashlib
import secrets
from collections.abc import Mapping
from datetime import timedelta

import msgspec
from pyotp import TOTP
from sqlalchemy import update

from backend.identity.accounts.model import Proposal
from backend.identity.acting import who_acts
from backend.identity.assistants import naming
from backend.identity.assistants import service as assistants
from backend.identity.assistants.model import Candidate, Named, Naming
from backend.identity.challenges.model import Assurance
from backend.identity.passwords import Passwords
from backend.identity.professionals import service as professionals
from backend.identity.professionals.model import Act, Names, ProfessionalIdentity
from backend.identity.rules.professionals import activity
from backend.identity.sessions import service as sessions
from backend.identity.sessions.model import Audience, Caller, Capacity, SignedIn
from backend.identity.tables import tokens
from backend.kernel.work import Office, Work
from backend.workshops.agents import service as agents
from backend.workshops.agents import store as agent_store
from tests.journeys import PASSWORD

# One of a newer version of this code too.
EVERY_AUDIENCE = frozenset({one.value for one in Audience} | {"unheard-of"})
DESK = Proposal(name="Poste", platform="web")
DOCTOR, PHYSIOTHERAPIST = "10", "70"


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who asks.

    `voice` says how a door answers that does not open: `silent` brings no token,
    `chance` one that opens nothing, `over` and `revoked` one that once did.
    `relations` says what the actor is to each space.
    """

    name: str
    audience: str = ""
    voice: str = "signed-in"
    token: str = ""
    party_id: str = ""
    device_id: str = ""
    acts: frozenset[str] = frozenset()
    relations: Mapping[str, str] = {}
    address: str = "192.0.2.1"

    @property
    def credential(self) -> Mapping[str, str]:
        """The header that says who asks."""
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}


class Cast:
    """Makes sessions of every kind, on an office that serves."""

    def __init__(self, office: Office, agents: Office, passwords: Passwords) -> None:
        self._office = office
        self._agents = agents
        self._passwords = passwords
        self._doctors = 0
        self._assistants = 0

    async def caller(self, token: str) -> Caller:
        """Say who holds a token, whatever it is for."""
        return await self._office.look(
            lambda work: sessions.authenticate(work, token, EVERY_AUDIENCE)
        )

    async def again(self, token: str, assurance: Assurance | None = None) -> SignedIn:
        """Sign whoever holds a token in once more, on another device."""
        caller = await self.caller(token)

        async def enter(work: Work) -> SignedIn:
            capacity = Capacity()
            if caller.audience != Audience.PATIENT.value:
                _, acting = await sessions.capacity_of(work, caller)
                capacity = Capacity(
                    audience=Audience(caller.audience),
                    on_behalf_of=caller.on_behalf_of,
                    acting=acting,
                )
            signed_in, _ = await sessions.start(
                work, caller.account_id, DESK, assurance or caller.assurance, capacity
            )
            return signed_in

        return await self._office.write(enter)

    async def agent_again(self, token: str) -> str:
        """Open one more session for the agent who holds a token; return its token."""
        another = secrets.token_urlsafe(32)

        async def enter(work: Work) -> None:
            caller = await agents.authenticate(work, token)
            await agent_store.add_session(
                work,
                caller.agent_id,
                hashlib.sha256(another.encode()).digest(),
                idle_until=caller.expires_at,
                expires_at=caller.expires_at,
            )

        await self._agents.write(enter)
        return another

    async def agent_signs_out(self, token: str) -> None:
        """End the session of an agent."""

        async def leave(work: Work) -> None:
            await agents.sign_out(work, await agents.authenticate(work, token))

        await self._agents.write(leave)

    async def professional(self, profession: str = DOCTOR) -> SignedIn:
        """Make a professional up, and sign them in."""
        self._doctors += 1
        rpps = f"1000{self._doctors:07}"
        identity = ProfessionalIdentity(
            rpps=rpps,
            names=Names(family_name=f"PRATICIEN {self._doctors}", given_name="ANNE"),
            activities=(activity(profession, organization="CABINET DU LOT"),),
            is_fictional=True,
        )

        async def enter(work: Work) -> SignedIn:
            await professionals.register_fictional(work, identity)
            return await professionals.sign_in_fictional(work, rpps, None, DESK)

        return await self._office.write(enter)

    async def name_assistant(self, token: str, *acts: Act) -> Named:
        """Let a professional name somebody for the desk."""
        caller = await self.caller(token)
        named = Naming(
            names=Names(family_name="ROUX", given_name="ZOÉ"),
            acts=acts or (Act.DEPOSIT,),
            ends_on=self._office.clock().date() + timedelta(days=30),
        )

        async def name(work: Work) -> Named:
            return await naming.name_assistant(work, await who_acts(work, caller), named)

        return await self._office.write(name)

    async def assistant(self, named: Named) -> SignedIn:
        """Enrol whoever was named, with an app of their own."""
        self._assistants += 1
        seeded = await assistants.begin_enrolment(
            self._office,
            self._passwords,
            Candidate(
                code=named.code,
                login=f"desk.{self._assistants}",
                password=PASSWORD,
                address="192.0.2.2",
            ),
        )
        shown = TOTP(seeded.secret).at(self._office.clock())
        enrolled = await assistants.confirm_enrolment(self._office, seeded.ticket, shown, DESK)
        return enrolled.session

    async def end_assistantship(self, token: str, named: Named) -> None:
        """Take everything back from an assistant."""
        caller = await self.caller(token)

        async def end(work: Work) -> None:
            doctor = await who_acts(work, caller)
            await naming.end_assistantship(work, doctor, named.assistantship_id)

        await self._office.write(end)

    async def sign_out(self, token: str) -> None:
        """End the session of a token."""
        caller = await self.caller(token)
        await self._office.write(lambda work: sessions.sign_out(work, caller))

    async def remove_device(self, token: str, device_id: object) -> None:
        """Sign a device out from afar, as its owner."""
        caller = await self.caller(token)
        await self._office.write(lambda work: sessions.remove_device(work, caller, device_id))

    async def expire(self, token: str) -> None:
        """Let the time of a token run out."""
        past = self._office.clock() - timedelta(seconds=1)
        await self._set(token, expires_at=past)

    async def give_audience(self, token: str, audience: str) -> None:
        """Make a token one for other doors."""
        await self._set(token, audience=audience)

    async def _set(self, token: str, **values: object) -> None:
        hashed = hashlib.sha256(token.encode()).digest()
        statement = update(tokens).where(tokens.c.token_hash == hashed).values(**values)
        await self._office.write(lambda work: work.db.run(statement))
