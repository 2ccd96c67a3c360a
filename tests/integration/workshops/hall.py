"""A hall where a workshop is held: a server, its operator, agents, and people who come."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pyotp
import time_machine

from tests.databases import settings_on
from tests.journeys import BIRTH_DATE, PASSWORD, Counter, Json, Phone, client_of, patient, serving

AGENT_PASSWORD = "eleven lanterns under the bridge"
SHARED = {"name": "Ordinateur de la salle", "platform": "shared"}
OWN = {"name": "Téléphone", "platform": "android"}
ORGANIZATION = "Ville de Cahors"
INS = {"value": "261046322012345"[:13] + "00", "oid": "urn:oid:1.2.250.1.213.1.4.10"}


class Agent:
    """A support agent at their screen, and all that was ever on it."""

    def __init__(self, client: httpx.AsyncClient, login: str, secret: str) -> None:
        self.client = client
        self.login = login
        self.app = pyotp.TOTP(secret)
        self.token = ""
        self.screen: list[str] = []

    @property
    def headers(self) -> dict[str, str]:
        """What names the agent."""
        return {"Authorization": f"Bearer {self.token}"}

    async def sign_in(self, code: str | None = None) -> httpx.Response:
        """Sign in with the next code of the app."""
        code = code or self.app.at(datetime.now(UTC) + timedelta(seconds=30))
        body = {"login": self.login, "password": AGENT_PASSWORD, "app_code": code}
        answer = await self.client.post("/v1/agents/sign-in", json=body)
        if answer.is_success:
            self.token = answer.json()["access_token"]
        return answer

    async def get(self, path: str) -> httpx.Response:
        """Look at something."""
        return self._seen(await self.client.get(path, headers=self.headers))

    async def post(self, path: str, body: Json | None = None) -> httpx.Response:
        """Do something."""
        return self._seen(await self.client.post(path, json=body, headers=self.headers))

    async def workshop(self, *, hours: float = 4, **changes: Any) -> str:
        """Declare a workshop from now on, and start it."""
        now = datetime.now(UTC)
        body = {
            "place": "Médiathèque",
            "starts_at": now.isoformat(),
            "ends_at": (now + timedelta(hours=hours)).isoformat(),
            **changes,
        }
        declared = await self.post("/v1/workshops", body)
        assert declared.status_code == 201, declared.text
        workshop_id: str = declared.json()["workshop_id"]
        started = await self.post(f"/v1/workshops/{workshop_id}/start")
        assert started.status_code == 204, started.text
        return workshop_id

    async def ticket(self, workshop_id: str, act: str = "activation") -> Json:
        """Open a ticket."""
        opened = await self.post(f"/v1/workshops/{workshop_id}/tickets", {"act": act})
        assert opened.status_code == 201, opened.text
        found: Json = opened.json()
        return found

    async def state(self, workshop_id: str, ticket: Json) -> str:
        """Look how a ticket stands."""
        path = f"/v1/workshops/{workshop_id}/tickets/{ticket['ticket_id']}"
        state: str = (await self.get(path)).json()["state"]
        return state

    def _seen(self, answer: httpx.Response) -> httpx.Response:
        self.screen.append(answer.text)
        return answer


class Hall:
    """Everybody of a workshop."""

    def __init__(self, client: httpx.AsyncClient, counter: Counter) -> None:
        self.client = client
        self.counter = counter

    def later(self, **span: float) -> time_machine.travel:
        """Let everybody's clock run ahead for a while."""
        return time_machine.travel(datetime.now(UTC) + timedelta(**span), tick=True)

    async def agent(self, login: str = "bernadette", organization: str = ORGANIZATION) -> Agent:
        """Have an agent made, enrolled and signed in."""
        agent = await self.newcomer_agent(login, organization)
        answer = await agent.sign_in()
        assert answer.status_code == 200, answer.text
        return agent

    async def newcomer_agent(self, login: str, organization: str = ORGANIZATION) -> Agent:
        """Have an agent made and enrolled."""
        letter = await self.agent_letter(organization)
        body = {"code": letter["code"], "login": login, "password": AGENT_PASSWORD}
        enrolled = await self.client.post("/v1/agents/enrol", json=body)
        assert enrolled.status_code == 201, enrolled.text
        agent = Agent(self.client, login, enrolled.json()["secret"])
        confirmed = await self.client.post(
            "/v1/agents/enrol/confirm", json={"code": letter["code"], "app_code": agent.app.now()}
        )
        assert confirmed.status_code == 204, confirmed.text
        return agent

    async def agent_letter(self, organization: str = ORGANIZATION) -> Json:
        """Ask the operator for an agent."""
        answer = await self.client.post(
            "/v1/operator/agents",
            json={"name": "Bernadette M.", "organization": organization},
            headers=self.counter.headers,
        )
        assert answer.status_code == 201, answer.text
        letter: Json = answer.json()
        return letter

    async def letter_of(self, **traits: object) -> Json:
        """Have a space opened, and return its letter."""
        opened = await self.counter.open_space(patient(**traits))
        return {**opened["letters"][0], "space_id": opened["space_id"]}

    async def activate(self, letter: Json, ticket: Json | None, **changes: Any) -> httpx.Response:
        """Begin an activation, as the patient on a computer of the hall."""
        body = {
            "code": letter["code"],
            "birth_date": BIRTH_DATE,
            "login": "lea.martin",
            "password": PASSWORD,
            "phone": "+33639980012",
            "device": SHARED,
            **({} if ticket is None else {"workshop_ticket": ticket["code"]}),
            **changes,
        }
        body = {name: value for name, value in body.items() if value is not None}
        return await self.client.post("/v1/auth/activate", json=body)

    async def verify(self, asked: httpx.Response, code: str | None = None) -> httpx.Response:
        """Type the code of a challenge."""
        assert asked.status_code == 202, asked.text
        body = {
            "challenge_id": asked.json()["challenge_id"],
            "code": code or self.counter.code(),
        }
        return await self.client.post("/v1/auth/login/verify", json=body)

    async def helped(self, agent: Agent, workshop_id: str, **changes: Any) -> Phone:
        """Have somebody helped through the whole of an activation."""
        ticket = await agent.ticket(workshop_id)
        answer = await self.verify(await self.activate(await self.letter_of(), ticket, **changes))
        assert answer.status_code == 200, answer.text
        return Phone(self.client, answer.json())

    async def sign_in(self, login: str = "lea.martin", code: str | None = None, **changes: Any):
        """Sign a device in at home."""
        body = {"login": login, "password": PASSWORD, "device": OWN, **changes}
        answer = await self.verify(await self.client.post("/v1/auth/login", json=body), code)
        assert answer.status_code == 200, answer.text
        return Phone(self.client, answer.json())


async def lines_of(phone: Phone, action: str) -> list[Json]:
    """Read in the journal of somebody's one space what was done to it in one way."""
    (space,) = await phone.spaces()
    answer = await phone.get(f"/v1/spaces/{space['space_id']}/journal")
    assert answer.status_code == 200, answer.text
    return [line for line in answer.json()["entries"] if line["entry"]["action"] == action]


@asynccontextmanager
async def hall_on(kind: str, folder: Path, cache_folder: Path) -> AsyncIterator[Hall]:
    """Open a hall on an empty database of one kind."""
    async with AsyncExitStack() as stack:
        settings = await stack.enter_async_context(settings_on(kind, folder, cache_folder))
        app = await stack.enter_async_context(serving(settings))
        client = await stack.enter_async_context(client_of(app))
        yield Hall(client, Counter(client, folder))
