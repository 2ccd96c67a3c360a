"""What people and their phones do over HTTP, on a server process or in this one."""

import asyncio
import hashlib
import json
import re
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
from litestar import Litestar
from litestar.datastructures import State

from backend.app import create_litestar, serve_with
from backend.kernel.edge import Asgi, Message
from backend.kernel.metrics import Metrics
from backend.operations.credential import operator_token
from backend.settings import Settings, refuse_unsafe

Json = dict[str, Any]

PASSWORD = "nine herons over the quiet lock"
BIRTH_DATE = "1961-04-09"
CHILD_BIRTH_DATE = "2019-04-09"
# Numbers that are given to nobody, for fiction.
PHONES = "+3363998{:04}"
PAGE = 500

_CODE = re.compile(r"\b\d{6}\b")
# Which routes there are follows from the profile, and from nothing else that is set.
_idle: dict[bool, list[Litestar]] = {}


def patient(birth_date: str = BIRTH_DATE, **traits: object) -> Json:
    """Make somebody up, as an operator describes them."""
    return {
        "identity": {
            "traits": {
                "birth_family_name": "MARTIN",
                "birth_given_name": "LEA",
                "given_names": ["LEA", "ROSE"],
                "birth_date": birth_date,
                "sex": "female",
                "birth_place_code": "63220",
                **traits,
            },
            "reliability": "provisional",
        }
    }


def put(space_id: str, collection: str, fields: Json, **given: Any) -> Json:
    """Make an op that writes a new record, unless *given* says which one."""
    return {
        "op_id": str(uuid4()),
        "space_id": space_id,
        "collection": collection,
        "record_id": str(uuid4()),
        "kind": "put",
        "base": None,
        "set": fields,
        "was": {},
        **given,
    }


def delete(space_id: str, collection: str, record_id: str, base: int) -> Json:
    """Make an op that deletes a record."""
    return {
        "op_id": str(uuid4()),
        "space_id": space_id,
        "collection": collection,
        "record_id": record_id,
        "kind": "delete",
        "base": base,
    }


def digest_of(held: Iterable[tuple[str, int]]) -> str:
    """Compute the digest of record identifiers and their numbers as a phone does."""
    total = 0
    for record_id, seq in held:
        line = bytes.fromhex(record_id.replace("-", "")) + seq.to_bytes(8, "big")
        total += int.from_bytes(hashlib.sha256(line).digest()[:16], "big")
    return f"{total % (1 << 128):032x}"


class Replica:
    """What a device holds of one space, and whether it is what it should hold."""

    def __init__(self, space_id: str) -> None:
        self.space_id = space_id
        self.checkpoint: str | None = None
        self.records: dict[str, Json] = {}
        self.count: int | None = None
        self.digest: str | None = None
        self.seqs: list[int] = []  # In the order in which they came.

    def take(self, page: Json) -> None:
        """Apply one page."""
        assert page["state"] == "open", page["state"]
        for change in page["changes"]:
            self.seqs.append(change["seq"])
            if change["kind"] == "put":
                self.records[change["record_id"]] = change
            else:
                self.records.pop(change["record_id"], None)
        self.checkpoint = page["checkpoint"]
        self.count, self.digest = page.get("count"), page.get("digest")

    @property
    def is_proved(self) -> bool:
        """Whether count and digest of the last page are those of what is held."""
        held = [(record_id, change["seq"]) for record_id, change in self.records.items()]
        return self.count == len(held) and self.digest == digest_of(held)

    def bodies(self, collection: str) -> dict[str, Json]:
        """Return the bodies of one collection by record."""
        return {
            record_id: change["body"]
            for record_id, change in self.records.items()
            if change["collection"] == collection
        }


class Phone:
    """One signed-in device, which asks as it is told and keeps nothing."""

    def __init__(self, client: httpx.AsyncClient, tokens: Json) -> None:
        self.client = client
        self.tokens = tokens
        self.headers = {"Authorization": f"Bearer {tokens['access_token']}"}

    async def get(self, path: str, **options: Any) -> httpx.Response:
        """Ask for something, signed in."""
        headers = {**self.headers, **options.pop("headers", {})}
        return await self.client.get(path, headers=headers, **options)

    async def post(self, path: str, **options: Any) -> httpx.Response:
        """Send something, signed in."""
        headers = {**self.headers, **options.pop("headers", {})}
        return await self.client.post(path, headers=headers, **options)

    async def sync(self, *ops: Json, spaces: Iterable[Json] = ()) -> Json:
        """Push and pull in one round trip."""
        answer = await self.post("/v1/sync", json={"ops": list(ops), "spaces": list(spaces)})
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    async def push(self, *ops: Json) -> list[Json]:
        """Push, and return the outcomes."""
        outcomes: list[Json] = (await self.sync(*ops))["outcomes"]
        return outcomes

    async def pull(self, replica: Replica, limit: int = PAGE) -> int:
        """Bring a replica up to date; return how many changes came."""
        before = len(replica.seqs)
        while True:
            ask = {
                "space_id": replica.space_id,
                "checkpoint": replica.checkpoint,
                "limit": limit,
            }
            (page,) = (await self.sync(spaces=[ask]))["spaces"]
            replica.take(page)
            if not page["more"]:
                return len(replica.seqs) - before

    async def whole(self, space_id: str) -> Replica:
        """Pull a space from the beginning."""
        replica = Replica(space_id)
        await self.pull(replica)
        return replica

    async def spaces(self) -> list[Json]:
        """List the spaces that this account may open."""
        answer = await self.get("/v1/spaces")
        assert answer.status_code == 200, answer.text
        found: list[Json] = answer.json()
        return found


class Counter:
    """The operator's side of a server: opens spaces and hands out letters."""

    def __init__(self, client: httpx.AsyncClient, data_folder: Path) -> None:
        self.client = client
        self.data_folder = data_folder
        self._enrolled = 0

    @property
    def headers(self) -> dict[str, str]:
        """The operator's credential."""
        return {"Authorization": f"Bearer {operator_token(self.data_folder)}"}

    async def open_space(self, person: Json | None = None, *, parents: int = 0) -> Json:
        """Open a space and return it with its letters."""
        body = {"patient": person or patient(), "representatives": [{}] * parents}
        answer = await self.client.post("/v1/operator/spaces", json=body, headers=self.headers)
        assert answer.status_code == 201, answer.text
        found: Json = answer.json()
        return found

    def messages(self) -> list[Json]:
        """Return what would have been sent, oldest first."""
        lines = (self.data_folder / "outbox.jsonl").read_text().splitlines()
        return [json.loads(line) for line in lines]

    def code(self) -> str:
        """Return the code of the newest message that has one."""
        found = [m[0] for one in self.messages() if (m := _CODE.search(one["text"]))]
        return found[-1]

    async def enrol(
        self, letter: Json, login: str, *, birth_date: str = BIRTH_DATE, **changes: Any
    ) -> Phone:
        """Open an account with a letter and a number of its own, and return its first phone."""
        self._enrolled += 1
        body = {
            "code": letter["code"],
            "birth_date": birth_date,
            "login": login,
            "password": PASSWORD,
            "phone": PHONES.format(self._enrolled),
            "device": {"name": "Téléphone", "platform": "android"},
            **changes,
        }
        return await self._verify(await self.client.post("/v1/auth/activate", json=body))

    async def sign_in(self, login: str, **changes: Any) -> Phone:
        """Sign one more phone in."""
        body = {
            "login": login,
            "password": PASSWORD,
            "device": {"name": "Autre téléphone", "platform": "ios"},
            **changes,
        }
        return await self._verify(await self.client.post("/v1/auth/login", json=body))

    async def newcomer(self, login: str = "lea.martin", person: Json | None = None) -> Phone:
        """Open a space for an adult and enrol its holder."""
        opened = await self.open_space(person)
        return await self.enrol(opened["letters"][0], login)

    async def _verify(self, asked: httpx.Response) -> Phone:
        assert asked.status_code == 202, asked.text
        answer = await self.client.post(
            "/v1/auth/login/verify",
            json={"challenge_id": asked.json()["challenge_id"], "code": self.code()},
        )
        assert answer.status_code == 200, answer.text
        return Phone(self.client, answer.json())


@asynccontextmanager
async def serving(settings: Settings) -> AsyncIterator[Asgi]:
    """Run the application in this process, as a server runs it, on a migrated database.

    One task opens and closes it, whichever comes in here and whichever goes out.
    To put its routes together takes longer than most tests: those that an earlier
    test has closed in good order serve again, on a state of their own.
    """
    refuse_unsafe(settings)
    idle = _idle.setdefault(settings.is_production, [])
    litestar = idle.pop() if idle else create_litestar(settings)
    litestar.state = State({"settings": settings, "metrics": Metrics()})
    async with running(serve_with(litestar)) as app:
        yield app
    litestar.state = State()
    idle.append(litestar)


@asynccontextmanager
async def running(app: Asgi) -> AsyncIterator[Asgi]:
    """Open an application, and close it in the end."""
    to_app: asyncio.Queue[Message] = asyncio.Queue()
    from_app: asyncio.Queue[Message] = asyncio.Queue()
    life = asyncio.ensure_future(app({"type": "lifespan"}, to_app.get, from_app.put))
    await to_app.put({"type": "lifespan.startup"})
    opened = await from_app.get()
    assert opened["type"] == "lifespan.startup.complete", opened
    try:
        yield app
    finally:
        await to_app.put({"type": "lifespan.shutdown"})
        await life


def state_inside(app: Asgi) -> Any:
    """Return what an application holds, behind what stands around each of its answers."""
    return app._app._app.state  # type: ignore[attr-defined]


def client_of(app: Asgi, **options: Any) -> httpx.AsyncClient:
    """Make a client of an application of this process."""
    transport = httpx.ASGITransport(app, **options)  # type: ignore[arg-type]
    return httpx.AsyncClient(transport=transport, base_url="http://carnet.test", timeout=20)
