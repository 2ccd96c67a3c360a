"""The demonstration family over HTTP: a grandmother, her doctor, her physiotherapist."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import msgspec

from backend.settings import DEMO_FILE, Settings
from tests.journeys import Counter, Json, Phone, client_of, serving

PHYSIOTHERAPIST, DOCTOR, RESCUER = "99900000021", "99900000013", "99900000039"


class Family(msgspec.Struct, kw_only=True):
    """Everybody, and where they are found."""

    client: httpx.AsyncClient
    counter: Counter
    told: Json

    @property
    def space_id(self) -> str:
        """The grandmother's space."""
        return str(self._person("lucienne")["space_id"])

    async def phone(self, key: str = "lucienne") -> Phone:
        """Sign one of the family in."""
        person = self._person(key)
        return await self.counter.sign_in(person["login"], password=person["password"])

    async def software(self, rpps: str) -> Phone:
        """Be the software of a professional."""
        answer = await self.client.post(
            "/v1/operator/professionals/sessions",
            json={"rpps": rpps},
            headers=self.counter.headers,
        )
        assert answer.is_success, answer.text
        return Phone(self.client, answer.json())

    async def journal(self, phone: Phone) -> list[Json]:
        """Return the lines of the grandmother's journal, oldest first."""
        answer = await phone.get(f"/v1/spaces/{self.space_id}/journal")
        assert answer.status_code == 200, answer.text
        found: list[Json] = answer.json()["entries"]
        return found

    def _person(self, key: str) -> Json:
        found: Json = next(one for one in self.told["persons"] if one["key"] == key)
        return found


@asynccontextmanager
async def family_on(settings: Settings) -> AsyncIterator[Family]:
    """Start the demonstration on an empty database."""
    async with serving(settings) as app, client_of(app) as client:
        yield Family(
            client=client,
            counter=Counter(client, settings.data_folder),
            told=json.loads((settings.data_folder / DEMO_FILE).read_text()),
        )
