"""A surgery for tests: doctors who sign in, and the people they name for the desk."""

from datetime import timedelta
from typing import Any

import pytest
from pyotp import TOTP
from sqlalchemy import func, select

from backend.identity.accounts.model import Channel, Proposal
from backend.identity.acting import who_acts
from backend.identity.assistants import naming
from backend.identity.assistants import service as assistants
from backend.identity.assistants.model import (
    Candidate,
    EmployerChoice,
    Enrolled,
    Named,
    Naming,
    Seeded,
)
from backend.identity.challenges.model import Answer
from backend.identity.errors import SignInRequestRefused
from backend.identity.professionals import service
from backend.identity.professionals.model import (
    Act,
    ActivityChoice,
    Arrival,
    Departure,
    Leaving,
    Names,
    ProfessionalCaller,
    ProfessionalIdentity,
)
from backend.identity.professionals.provider import OpenIdProvider
from backend.identity.rules.professionals import activity
from backend.identity.sessions import service as sessions
from backend.identity.sessions.model import PROFESSIONALS, SignedIn
from backend.identity.sign_in import service as sign_in
from backend.identity.sign_in.model import Attempt
from backend.identity.tables import professionals as professional_table
from backend.identity.tables import sessions as session_table
from backend.kernel.errors import Refusal
from backend.kernel.work import Work
from tests.people import ADDRESS, PASSWORD, Town
from tests.providers import FakeProvider, provider_settings

SURGERY = Proposal(name="Poste du cabinet", platform="web")
DESK = Proposal(name="Poste de l'accueil", platform="web")
ZOE = Names(family_name="ROUX", given_name="ZOÉ")
ANNE, PAUL = "10001234567", "10007654321"

_COUNTS = [select(func.count()).select_from(one) for one in (professional_table, session_table)]


async def who_holds(town: Town, signed_in: SignedIn) -> ProfessionalCaller:
    """Say which professional or assistant holds these tokens."""
    token = signed_in.access_token

    async def ask(work: Work) -> ProfessionalCaller:
        return await who_acts(work, await sessions.authenticate(work, token, PROFESSIONALS))

    return await town.office.look(ask)


class Practice:
    """A surgery whose professionals sign in by the fake provider."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.fake = FakeProvider(lambda: town.now)
        self.provider = OpenIdProvider(provider_settings(), transport=self.fake.transport)

    async def leave(self, *, is_browser: bool = False) -> Leaving:
        departure = Departure(device=SURGERY, address=ADDRESS, is_browser=is_browser)
        return await service.begin(self.town.office, self.provider, departure)

    async def come_back(self, brought: dict[str, Any]) -> SignedIn | ActivityChoice:
        given = {
            "code": None,
            "error": None,
            "issuer": None,
            "binding": None,
            "address": ADDRESS,
            **brought,
        }
        return await service.complete(self.town.office, self.provider, Arrival(**given))

    async def arrive(self) -> SignedIn | ActivityChoice:
        """Leave, agree, and come back."""
        return await self.come_back(self.fake.accept((await self.leave()).authorization_url))

    async def sign_in(self) -> SignedIn:
        """Sign in somebody who works in one place."""
        arrived = await self.arrive()
        assert isinstance(arrived, SignedIn)
        return arrived

    async def who(self, signed_in: SignedIn) -> ProfessionalCaller:
        """Say who holds these tokens."""
        return await who_holds(self.town, signed_in)

    async def counted(self) -> list[int]:
        """Count professionals and sessions."""

        async def count(work: Work) -> list[int]:
            rows = [await work.db.row(one) for one in _COUNTS]
            return [row[0] for row in rows if row is not None]

        return await self.town.office.read(count)

    async def refuses(self, refusal: type[Refusal]) -> Refusal:
        """Check that a whole sign-in is refused, once and for all, and that nothing is made."""
        brought = self.fake.accept((await self.leave()).authorization_url)
        before = await self.counted()
        with pytest.raises(refusal) as raised:
            await self.come_back(brought)
        with pytest.raises(SignInRequestRefused):
            await self.come_back(brought)
        assert await self.counted() == before
        assert "SECRET" not in raised.value.detail
        return raised.value


class Surgery:
    """A surgery with two doctors, who name the people at the desk."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.office = town.office

    async def doctor(self, rpps: str = ANNE) -> ProfessionalCaller:
        """Sign a doctor in, whom the test made up."""
        identity = ProfessionalIdentity(
            rpps=rpps,
            names=Names(family_name=f"DOCTOR {rpps}", given_name="ANNE"),
            activities=(activity("10", specialty="SM26", organization="CABINET DU LOT"),),
            is_regulator=True,
            is_fictional=True,
        )

        async def enter(work: Work) -> SignedIn:
            await service.register_fictional(work, identity)
            return await service.sign_in_fictional(work, rpps, None, DESK)

        return await self.who(await self.office.write(enter))

    async def name(self, doctor: ProfessionalCaller, *acts: Act, days: int = 90) -> Named:
        """Let a doctor name somebody for the desk."""
        named = Naming(
            names=ZOE,
            acts=acts or (Act.DEPOSIT, Act.READ_AGENDA),
            ends_on=self.town.now.date() + timedelta(days=days),
        )
        return await self.office.write(lambda work: naming.name_assistant(work, doctor, named))

    async def seed(self, code: str, login: str = "zoe", **changes: Any) -> Seeded:
        """Bring the code, and get a secret for an app."""
        given = {"code": code, "login": login, "password": PASSWORD, "address": ADDRESS, **changes}
        return await assistants.begin_enrolment(
            self.office, self.town.passwords, Candidate(**given)
        )

    async def confirm(self, seeded: Seeded, code: str | None = None) -> Enrolled:
        """Show the first code of the app."""
        shown = code or self.app_code(seeded.secret)
        return await assistants.confirm_enrolment(self.office, seeded.ticket, shown, DESK)

    async def enrol(self, code: str, login: str = "zoe") -> tuple[SignedIn, str]:
        """Go the whole way; return the first session, and the app's secret."""
        seeded = await self.seed(code, login)
        enrolled = await self.confirm(seeded)
        self.town.later(minutes=2)
        return enrolled.session, seeded.secret

    def app_code(self, secret: str) -> str:
        """Read the app."""
        return TOTP(secret).at(self.town.now)

    async def login(
        self, secret: str, login: str = "zoe", password: str = PASSWORD, device: Proposal = DESK
    ) -> SignedIn | EmployerChoice:
        """Sign in with name, password and app."""
        self.town.later(minutes=2)
        attempt = Attempt(
            login=login,
            password=password,
            device=device,
            channel=None,
            address=ADDRESS,
            of_assistant=True,
        )
        asked = await sign_in.begin(self.office, self.town.passwords, attempt)
        assert (asked.channel, asked.sent_to) == (Channel.TOTP, None)
        answer = Answer(challenge_id=asked.challenge_id, code=self.app_code(secret))
        return await assistants.verify(self.office, answer, ADDRESS)

    async def who(self, signed_in: SignedIn) -> ProfessionalCaller:
        """Say who holds these tokens."""
        return await who_holds(self.town, signed_in)

    async def end(self, doctor: ProfessionalCaller, named: Named) -> None:
        """Take everything back."""
        await self.office.write(
            lambda work: naming.end_assistantship(work, doctor, named.assistantship_id)
        )
