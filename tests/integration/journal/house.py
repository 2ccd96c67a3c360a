"""A whole application in this process, with a way into its office."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID, uuid4

import httpx

from backend.access.journal import service
from backend.access.journal.model import Action, Object, Trace
from backend.kernel.work import Office, Work
from backend.settings import Settings
from tests.integration.journal.chains import DOCTOR
from tests.journeys import Counter, Phone, client_of, serving, state_inside


class House:
    """A whole application, with a way into its office."""

    def __init__(self, client: httpx.AsyncClient, office: Office, counter: Counter) -> None:
        self.client = client
        self.office = office
        self.counter = counter

    async def write(self, space_id: str, count: int = 1, **given: Any) -> None:
        """Let a doctor open documents, so many times."""
        for _ in range(count):

            async def use_case(work: Work) -> None:
                values = {
                    "at": work.now,
                    "actor": DOCTOR,
                    "action": Action.OPEN,
                    "objects": [Object(collection="documents", record_id=uuid4())],
                    **given,
                }
                await service.write(work, UUID(space_id), Trace(**values))

            await self.office.write(use_case)


@asynccontextmanager
async def house_on(settings: Settings) -> AsyncIterator[House]:
    """Open a house."""
    async with serving(settings) as app, client_of(app) as client:
        office: Office = state_inside(app).office
        yield House(client, office, Counter(client, settings.data_folder))


async def holder(house: House) -> tuple[Phone, str]:
    """Make a holder, and return the space."""
    phone = await house.counter.newcomer()
    return phone, (await phone.spaces())[0]["space_id"]
