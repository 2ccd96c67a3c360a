"""A clinic for tests over HTTP: professionals at their software, patients at their phones."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from uuid import UUID

import httpx
import time_machine
from pyotp import TOTP

from backend.access.consents.delivery import deliver_due
from backend.kernel.edge import Asgi
from backend.kernel.work import Office
from backend.settings import Settings
from sync.ports import Host
from tests.databases import settings_on
from tests.journeys import (
    BIRTH_DATE,
    PASSWORD,
    Counter,
    Json,
    Phone,
    client_of,
    patient,
    put,
    serving,
    state_inside,
)
from tests.rights import decide_on

T = TypeVar("T")

TEST_NUMBERS = "urn:oid:1.2.250.1.213.1.4.10"
INS = {"value": "261046322012345", "oid": TEST_NUMBERS}
NOBODY = {"value": "261046322099999", "oid": TEST_NUMBERS}
REASON = {"reason_code": "unable-to-answer", "reason": "Trouvée inconsciente chez elle"}
ANNE, PAUL, KINE = "10001234567", "10007654321", "10009999999"


def person(ins: Json, birth_date: str = BIRTH_DATE, **traits: object) -> Json:
    """Make somebody up who has a number."""
    made = patient(birth_date, **traits)
    made["identity"]["ins"] = ins
    return made


class Clinic:
    """A whole application, its operator, and ways to do what people do."""

    # Of the one patient whom `admit` lets in.
    phone: Phone
    space_id: str
    allergy_id: str

    def __init__(self, client: httpx.AsyncClient, app: Asgi, settings: Settings) -> None:
        self.client = client
        self.counter = Counter(client, settings.data_folder)
        state = state_inside(app)
        self.office: Office = state.office
        self.host: Host = state.host
        self.made = 0

    def later(self, **span: float) -> time_machine.travel:
        """Let everybody's clock run ahead for a while."""
        return time_machine.travel(datetime.now(UTC) + timedelta(**span), tick=True)

    async def operator(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Ask as the operator."""
        answer = await self.client.request(method, path, headers=self.counter.headers, **options)
        assert answer.is_success, answer.text
        return answer

    def notices(self, kind: str) -> list[Json]:
        """Return the notices of a kind that were sent."""
        return [one for one in self.counter.messages() if one["kind"] == f"notice-{kind}"]

    # Patients.

    async def patient(
        self, login: str = "lea.martin", ins: Json = INS, **traits: object
    ) -> tuple[Phone, str]:
        """Open a space of somebody who has a number; return the phone and the space."""
        opened = await self.counter.open_space(person(ins, **traits))
        phone = await self.counter.enrol(opened["letters"][0], login)
        return phone, str(opened["space_id"])

    async def admit(self) -> None:
        """Let one patient in, with a note and an allergy, of whom a test has much to say."""
        self.phone, self.space_id = await self.patient()
        allergy = put(self.space_id, "allergies", {"label": "Pénicilline"})
        await self.phone.push(allergy, put(self.space_id, "notes", {"title": "à moi"}))
        self.allergy_id = allergy["record_id"]

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

    async def journal(self, phone: Phone, space_id: str) -> list[Json]:
        """Return the lines of a journal."""
        answer = await phone.get(f"/v1/spaces/{space_id}/journal")
        assert answer.status_code == 200, answer.text
        found: list[Json] = answer.json()["entries"]
        return found

    async def own_journal(self) -> list[Json]:
        """Return the lines of the journal of who was let in."""
        return await self.journal(self.phone, self.space_id)

    async def acts(self) -> list[tuple[str, str]]:
        """Say who did what in the journal of who was let in, themselves left out."""
        return [
            (line["entry"]["actor"]["kind"], line["entry"]["action"])
            for line in await self.own_journal()
            if line["entry"]["actor"]["kind"] != "patient"
        ]

    async def act(self, collection: str, fields: Json) -> UUID:
        """Write an act of rights into the space of who was let in; return its record."""
        space_id = UUID(self.space_id)
        (record_id,) = await decide_on(self.office, self.host, space_id, (collection, fields))
        return record_id

    async def step_up(self) -> None:
        """Prove on the phone of who was let in who is there."""
        asked = await self.phone.post("/v1/auth/step-up", json={"password": PASSWORD})
        assert asked.status_code == 202, asked.text
        answer = {"challenge_id": asked.json()["challenge_id"], "code": self.counter.code()}
        proven = await self.phone.post("/v1/auth/step-up/verify", json=answer)
        assert proven.status_code == 200, proven.text

    # Professionals.

    async def professional(self, rpps: str = ANNE, profession: str = "10", **changes: Any) -> Phone:
        """Make a professional up, and sign them in."""
        body = {
            "rpps": rpps,
            "family_name": f"FAURE {rpps[-3:]}",
            "given_name": "Anne",
            "profession_code": profession,
            "organization": "CABINET DU LOT",
            **changes,
        }
        await self.operator("POST", "/v1/operator/professionals", json=body)
        return await self.sign_in(rpps)

    async def doctor(self, family_name: str = "FAURE", **changes: Any) -> Phone:
        """Make one more doctor up, and sign them in."""
        self.made += 1
        names = {"family_name": family_name, "organization": "SAMU 46", **changes}
        return await self.professional(f"1{self.made:010d}", **names)

    async def sign_in(self, rpps: str) -> Phone:
        """Sign in somebody who was made up."""
        body = {"rpps": rpps}
        answer = await self.operator("POST", "/v1/operator/professionals/sessions", json=body)
        return Phone(self.client, answer.json())

    async def assistant(self, doctor: Phone, *acts: str) -> Phone:
        """Name an assistant, and sign them in."""
        last = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
        zoe = {"given_name": "Zoé", "family_name": "ROUX", "acts": list(acts), "ends_on": last}
        named = await doctor.post("/v1/professionals/me/assistants", json=zoe)
        assert named.status_code == 201, named.text
        path = "/v1/professionals/assistants/enrolment"
        login = f"zoe.{acts[0]}"
        candidate = {"code": named.json()["code"], "login": login, "password": PASSWORD}
        seeded = await self.client.post(path, json=candidate)
        assert seeded.status_code == 201, seeded.text
        confirmed = {
            "ticket": seeded.json()["ticket"],
            "code": TOTP(seeded.json()["secret"]).now(),
            "device": {"name": "Accueil", "platform": "web"},
        }
        enrolled = await self.client.post(f"{path}/confirm", json=confirmed)
        assert enrolled.status_code == 200, enrolled.text
        return Phone(self.client, enrolled.json()["session"])

    async def party(self, software: Phone) -> str:
        """Return the identifier of a professional."""
        return str((await software.get("/v1/professionals/me")).json()["professional_id"])

    async def declare(self, doctor: Phone, ins: Json = INS, **changes: Any) -> httpx.Response:
        """Declare an emergency."""
        body = {"ins": ins, "birth_date": BIRTH_DATE, **REASON, **changes}
        return await doctor.post("/v1/spaces/emergency", json=body)

    # Consents.

    async def ask(self, software: Phone, **changes: Any) -> httpx.Response:
        """Ask the patient of this clinic, unless *changes* name somebody else."""
        body = {"ins": INS, "birth_date": BIRTH_DATE, "purpose": "follow-up", **changes}
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
