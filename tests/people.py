"""A small town for tests of identity: an office with a clock that tests turn, and its letters."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import UUID

from backend.access.guard import AccessGuard
from backend.access.matrices.in_force import MatrixInForce
from backend.identity.accounts.model import Proposal
from backend.identity.challenges.model import Answer, Challenged
from backend.identity.model import Ins, PatientIdentity, Reliability, StrictTraits
from backend.identity.passwords import Passwords
from backend.identity.sessions import service as sessions
from backend.identity.sessions.model import Caller, SignedIn
from backend.identity.sign_in import service as sign_in
from backend.identity.sign_in.model import Attempt
from backend.identity.spaces import activation, service
from backend.identity.spaces.model import (
    Enrolment,
    Opening,
    Patient,
    Representative,
    SpaceOpened,
)
from backend.kernel.db import Database
from backend.kernel.ids import SpaceId
from backend.kernel.keys import Keys
from backend.kernel.sealing import FileKeys
from backend.kernel.work import Message, Office, Work
from backend.workshops.tickets import WorkshopTickets

START = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
ADDRESS = "192.0.2.10"
PASSWORD = "seven otters crossing slowly"
PHONE = "+33639980012"
BIRTH = date(1961, 4, 9)
CHILD_BIRTH = date(2019, 4, 9)
PHONE_OF_LEA = Proposal(name="Téléphone de Léa", platform="android")


class Mailbag:
    """An outbox that keeps what it is given."""

    leaves = True

    def __init__(self) -> None:
        self.messages: list[Message] = []

    async def send(self, messages: list[Message]) -> None:
        self.messages.extend(messages)

    def codes(self) -> list[str]:
        """Return the codes sent, oldest first."""
        found = (re.search(r"\b\d{6}\b", one.text) for one in self.messages)
        return [match[0] for match in found if match]

    def kinds(self) -> list[str]:
        """Say what each message was about, oldest first."""
        return [one.kind for one in self.messages]


class NoRecords:
    """Opening records that remember for whom they were asked."""

    def __init__(self) -> None:
        self.made: list[SpaceId] = []

    async def create_profile(self, work: Work, space_id: SpaceId, patient: Patient) -> None:
        self.made.append(space_id)


def person(birth_date: date = BIRTH, *, ins: Ins | None = None) -> Patient:
    """Make somebody up."""
    return Patient(
        identity=PatientIdentity(
            traits=StrictTraits(
                birth_family_name="MARTIN",
                birth_given_name="LEA",
                given_names=("LEA", "ROSE"),
                birth_date=birth_date,
                sex="female",
                birth_place_code="63220",
            ),
            reliability=Reliability.PROVISIONAL,
            ins=ins,
        ),
        used_family_name="Durand",
    )


class Town:
    """An office, its clock, its mailbag, and short ways to do what people do."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.now = START
        self.folder = folder
        self.mail = Mailbag()
        self.records = NoRecords()
        self.tickets = WorkshopTickets()
        self.passwords = Passwords(threads=2)
        self.matrix = MatrixInForce()
        keys = Keys(FileKeys.open(folder / "keys" / "carnet.keys"))
        self.office = Office(
            database, keys, self.mail, AccessGuard(self.matrix), clock=lambda: self.now
        )

    def later(self, **span: float) -> None:
        """Let time pass."""
        self.now += timedelta(**span)

    async def open_space(
        self, patient: Patient | None = None, *representatives: Representative
    ) -> SpaceOpened:
        """Open a space."""
        opening = Opening(patient=patient or person(), representatives=representatives)
        return await self.office.write(lambda work: service.open_space(work, self.records, opening))

    async def enrol(self, code: str, **changes: object) -> Challenged:
        """Ask for an account with a letter."""
        values: dict[str, object] = {
            "code": code,
            "birth_date": BIRTH,
            "login": "lea",
            "password": PASSWORD,
            "phone": PHONE,
            "email": None,
            "language": "fr",
            "device": PHONE_OF_LEA,
            "address": ADDRESS,
        }
        return await activation.begin(
            self.office, self.passwords, Enrolment(**{**values, **changes}), self.tickets
        )

    async def verify(
        self, challenge: Challenged | UUID, code: str | None = None, address: str = ADDRESS
    ) -> SignedIn:
        """Answer a challenge, with the last code sent unless one is given."""
        challenge_id = challenge if isinstance(challenge, UUID) else challenge.challenge_id
        answer = Answer(challenge_id=challenge_id, code=code or self.mail.codes()[-1])
        return await sign_in.verify(self.office, answer, address, self.tickets)

    async def newcomer(self, login: str = "lea", **changes: object) -> SignedIn:
        """Open a space for an adult and enrol its holder."""
        opened = await self.open_space()
        challenge = await self.enrol(opened.letters[0].code, login=login, **changes)
        signed_in = await self.verify(challenge)
        self.later(hours=1)
        return signed_in

    async def login(
        self,
        login: str = "lea",
        password: str = PASSWORD,
        *,
        device: Proposal = PHONE_OF_LEA,
        address: str = ADDRESS,
    ) -> Challenged:
        """Give a name and a password."""
        attempt = Attempt(
            login=login, password=password, device=device, channel=None, address=address
        )
        return await sign_in.begin(self.office, self.passwords, attempt)

    async def caller(self, signed_in: SignedIn) -> Caller:
        """Say who holds these tokens."""
        token = signed_in.access_token
        return await self.office.look(lambda work: sessions.authenticate(work, token))


@asynccontextmanager
async def town_on(database: Database, folder: Path) -> AsyncIterator[Town]:
    """Open a town on an empty database."""
    town = Town(database, folder)
    try:
        yield town
    finally:
        town.passwords.close()
