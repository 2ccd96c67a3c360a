"""A small clinic for tests over HTTP: a patient with a number, and professionals made up."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import msgspec
import time_machine
from pyotp import TOTP

from backend.kernel.edge import Asgi
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

TEST_NUMBERS = "urn:oid:1.2.250.1.213.1.4.10"
INS = {"value": "261046322012345", "oid": TEST_NUMBERS}
NOBODY = {"value": "261046322099999", "oid": TEST_NUMBERS}
REASON = {"reason_code": "unable-to-answer", "reason": "Trouvée inconsciente chez elle"}


def person(ins: Json, birth_date: str = BIRTH_DATE, **traits: object) -> Json:
    """Make somebody up who has a number."""
    made = patient(birth_date, **traits)
    made["identity"]["ins"] = ins
    return made


class Clinic(msgspec.Struct, kw_only=True):
    """The application, a patient with two notes and an allergy, and short ways to do things."""

    app: Asgi
    state: Any  # Of the application: its office and its host.
    client: httpx.AsyncClient
    counter: Counter
    phone: Phone
    space_id: str
    allergy_id: str
    made: int = 0

    def later(self, **span: float) -> time_machine.travel:
        """Let everybody's clock run ahead for a while."""
        return time_machine.travel(datetime.now(UTC) + timedelta(**span), tick=True)

    async def doctor(self, family_name: str = "FAURE", **changes: Any) -> Phone:
        """Make a professional up, and sign them in."""
        self.made += 1
        rpps = f"1{self.made:010d}"
        body = {
            "rpps": rpps,
            "given_name": "Anne",
            "family_name": family_name,
            "profession_code": "10",
            "organization": "SAMU 46",
            **changes,
        }
        await self.operator("POST", "/v1/operator/professionals", json=body)
        return await self.sign_in(rpps)

    async def sign_in(self, rpps: str) -> Phone:
        """Sign in somebody who was made up."""
        body = {"rpps": rpps}
        return Phone(
            self.client,
            (await self.operator("POST", "/v1/operator/professionals/sessions", json=body)).json(),
        )

    async def operator(self, method: str, path: str, **options: Any) -> httpx.Response:
        """Ask as the operator."""
        answer = await self.client.request(method, path, headers=self.counter.headers, **options)
        assert answer.is_success, answer.text
        return answer

    async def assistant(self, doctor: Phone, *acts: str) -> Phone:
        """Name an assistant, and sign them in."""
        last = (datetime.now(UTC) + timedelta(days=30)).date().isoformat()
        zoe = {"given_name": "Zoé", "family_name": "ROUX", "acts": list(acts), "ends_on": last}
        named = (await doctor.post("/v1/professionals/me/assistants", json=zoe)).json()
        candidate = {"code": named["code"], "login": "zoe", "password": PASSWORD}
        seeded = (
            await self.client.post("/v1/professionals/assistants/enrolment", json=candidate)
        ).json()
        confirmed = {
            "ticket": seeded["ticket"],
            "code": TOTP(seeded["secret"]).now(),
            "device": {"name": "Accueil", "platform": "web"},
        }
        path = "/v1/professionals/assistants/enrolment/confirm"
        enrolled = (await self.client.post(path, json=confirmed)).json()
        return Phone(self.client, enrolled["session"])

    async def declare(self, doctor: Phone, ins: Json = INS, **changes: Any) -> httpx.Response:
        """Declare an emergency."""
        body = {"ins": ins, "birth_date": BIRTH_DATE, **REASON, **changes}
        return await doctor.post("/v1/spaces/emergency", json=body)

    async def newcomer(self, ins: Json, login: str, **traits: object) -> str:
        """Open a space for somebody else who has a number; return it."""
        opened = await self.counter.open_space(person(ins, **traits))
        await self.counter.enrol(opened["letters"][0], login)
        return str(opened["space_id"])

    async def journal(self) -> list[Json]:
        """Return the lines of the patient's journal."""
        answer = await self.phone.get(f"/v1/spaces/{self.space_id}/journal")
        assert answer.status_code == 200, answer.text
        found: list[Json] = answer.json()["entries"]
        return found

    async def acts(self) -> list[tuple[str, str]]:
        """Say who did what in the patient's journal, the patient left out."""
        return [
            (line["entry"]["actor"]["kind"], line["entry"]["action"])
            for line in await self.journal()
            if line["entry"]["actor"]["kind"] != "patient"
        ]

    async def act(self, collection: str, fields: Json) -> UUID:
        """Write an act of rights into the patient's space; return its record."""
        space_id = UUID(self.space_id)
        state = self.state
        (record_id,) = await decide_on(state.office, state.host, space_id, (collection, fields))
        return record_id

    def notices(self, kind: str) -> list[Json]:
        """Return the notices of a kind that were sent."""
        return [one for one in self.counter.messages() if one["kind"] == f"notice-{kind}"]

    async def step_up(self) -> None:
        """Prove on the patient's phone who is there."""
        asked = await self.phone.post("/v1/auth/step-up", json={"password": PASSWORD})
        assert asked.status_code == 202, asked.text
        answer = {"challenge_id": asked.json()["challenge_id"], "code": self.counter.code()}
        proven = await self.phone.post("/v1/auth/step-up/verify", json=answer)
        assert proven.status_code == 200, proven.text


@asynccontextmanager
async def clinic_on(kind: str, folder: Path, cache_folder: Path) -> AsyncIterator[Clinic]:
    """Open a clinic on an empty database of one kind."""
    async with AsyncExitStack() as stack:
        settings = await stack.enter_async_context(settings_on(kind, folder, cache_folder))
        app = await stack.enter_async_context(serving(settings))
        client = await stack.enter_async_context(client_of(app))
        counter = Counter(client, folder)
        opened = await counter.open_space(person(INS))
        phone = await counter.enrol(opened["letters"][0], "lea.martin")
        space_id = opened["space_id"]
        allergy = put(space_id, "allergies", {"label": "Pénicilline"})
        note = put(space_id, "notes", {"title": "à moi"})
        await phone.push(allergy, note)
        yield Clinic(
            app=app,
            state=state_inside(app),
            client=client,
            counter=counter,
            phone=phone,
            space_id=space_id,
            allergy_id=allergy["record_id"],
        )
