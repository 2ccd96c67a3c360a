"""Professionals at their software, patients at their phones, over HTTP."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import httpx

from backend.access.consents.delivery import deliver_due
from backend.kernel.work import Office
from backend.settings import Settings
from sync.ports import Host
from tests.databases import settings_on
from tests.journeys import (
    BIRTH_DATE,
    Counter,
    Phone,
    client_of,
    patient,
    put,
    serving,
    state_inside,
)

Json = dict[str, Any]
T = TypeVar("T")

TEST_OID = "urn:oid:1.2.250.1.213.1.4.10"
INS = "261046322012345"
ANNE, PAUL, KINE = "10001234567", "10007654321", "10009999999"


class Clinic:
    """A whole application, its operator, and ways to do what people do."""

    def __init__(self, client: httpx.AsyncClient, app: Any, settings: Settings) -> None:
        self.client = client
        self.counter = Counter(client, settings.data_folder)
        state = state_inside(app)
        self.office: Office = state.office
        self.host: Host = state.host

    async def patient(self, login: str = "lea.martin", ins: str = INS) -> tuple[Phone, str]:
        """Open a space of somebody with an INS number; return the phone and the space."""
        person = patient()
        person["identity"] |= {"reliability": "retrieved", "ins": {"value": ins, "oid": TEST_OID}}
        phone = await self.counter.newcomer(login, person)
        return phone, (await phone.spaces())[0]["space_id"]

    async def professional(self, rpps: str = ANNE, profession: str = "10") -> Phone:
        """Make a professional up, and sign them in."""
        body = {
            "rpps": rpps,
            "family_name": f"FAURE {rpps[-3:]}",
            "given_name": "ANNE",
            "profession_code": profession,
            "organization": "CABINET DU LOT",
        }
        headers = self.counter.headers
        await self.client.post("/v1/operator/professionals", json=body, headers=headers)
        answer = await self.client.post(
            "/v1/operator/professionals/sessions", json={"rpps": rpps}, headers=headers
        )
        assert answer.status_code == 200, answer.text
        return Phone(self.client, answer.json())

    async def party(self, software: Phone) -> str:
        """Return the identifier of a professional."""
        return str((await software.get("/v1/professionals/me")).json()["professional_id"])

    async def ask(self, software: Phone, **changes: Any) -> httpx.Response:
        """Ask the patient of this clinic, unless *changes* name somebody else."""
        body = {
            "ins": {"value": INS, "oid": TEST_OID},
            "birth_date": BIRTH_DATE,
            "purpose": "follow-up",
            **changes,
        }
        return await software.post("/v1/professionals/me/consents", json=body)

    async def asked(self, software: Phone, **changes: Any) -> str:
        """Ask, wait until it has arrived, and return the request."""
        answer = await self.ask(software, **changes)
        assert answer.status_code == 202, answer.text
        await deliver_due(self.office, self.host)
        return str(answer.json()["request_id"])

    async def answer(self, phone: Phone, space_id: str, record_id: str, **body: Any) -> Json:
        """Answer a request."""
        path = f"/v1/spaces/{space_id}/consents/{record_id}/answer"
        answer = await phone.post(path, json={"answer": "give", **body})
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()["consent"]
        return found

    async def given(self, phone: Phone, software: Phone, space_id: str, **asked: Any) -> str:
        """Ask and be given; return the record of the consent."""
        record_id = await self.asked(software, **asked)
        await self.answer(phone, space_id, record_id)
        return record_id

    async def requests(self, software: Phone) -> list[Json]:
        """Return what a professional sees of their requests."""
        answer = await software.get("/v1/professionals/me/consents")
        assert answer.status_code == 200, answer.text
        found: list[Json] = answer.json()
        return found

    async def patients(self, software: Phone) -> list[Json]:
        """Return whose record is open to a professional."""
        answer = await software.get("/v1/professionals/me/patients")
        assert answer.status_code == 200, answer.text
        found: list[Json] = answer.json()["patients"]
        return found

    async def journal(self, phone: Phone, space_id: str) -> list[Json]:
        """Return the lines of a journal."""
        answer = await phone.get(f"/v1/spaces/{space_id}/journal")
        assert answer.status_code == 200, answer.text
        lines: list[Json] = answer.json()["entries"]
        return lines

    async def fill(self, phone: Phone, space_id: str) -> dict[str, str]:
        """Write one record of some kinds; return their identifiers by collection."""
        ops = [
            put(space_id, "allergies", {"label": "Arachide"}),
            put(space_id, "conditions", {"label": "Asthme"}),
            put(space_id, "notes", {"title": "À demander", "text": "Pourquoi ?"}),
        ]
        outcomes = await phone.push(*ops)
        assert {one["status"] for one in outcomes} == {"applied"}, outcomes
        return {op["collection"]: op["record_id"] for op in ops}


async def state_of(software: Phone, space_id: str) -> str:
    """Say what a device is told of a space."""
    ask = {"space_id": space_id, "checkpoint": None, "limit": 500}
    (page,) = (await software.sync(spaces=[ask]))["spaces"]
    return str(page["state"])


async def eventually(look: Callable[[], Awaitable[T]]) -> T:
    """Look again until there is something."""
    for _ in range(200):
        found = await look()
        if found:
            return found
        await asyncio.sleep(0.02)
    raise AssertionError("It did not come.")


@asynccontextmanager
async def clinic_on(
    kind: str, folder: Path, cache_folder: Path, **given: Any
) -> AsyncIterator[Clinic]:
    """Open a clinic on an empty database of one kind."""
    async with (
        settings_on(kind, folder, cache_folder, **given) as settings,
        serving(settings) as app,
        client_of(app) as client,
    ):
        yield Clinic(client, app, settings)
