"""A server that is one function: sign-in by rote, and sync by the real engine in memory."""

import asyncio
import json
import random
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import msgspec
from click.testing import CliRunner, Result

from backend.cli.phone import phone
from backend.cli.phone.pocket import Surroundings
from sync.core.audience import Viewer
from sync.exchange import SpaceAsk, SyncRequest
from sync.push import Caller
from tests.property.worlds import World, named
from tests.unit.sync.ledger.clerk import Clerk
from tests.unit.sync.phones import StillClock, lines_of

CODE = "123456"
PASSWORD = "a long and unusual sentence"


class FakeServer:
    """Knows one person, with one space or more, and counts what it is asked."""

    def __init__(self, names: tuple[str, ...] = ("Ana Martin",)) -> None:
        self.world = asyncio.run(World.make(viewers=2))
        self.party_id = self.world.caller(0).party_id
        self.asked: list[str] = []
        self.languages: set[str] = set()
        self.is_down = False
        self.refuses: dict[str, httpx.Response] = {}
        self.clerk = Clerk()
        self.tokens = 0
        self.signed_in: dict[str, UUID] = {}
        """The device of each access token that was ever given."""
        self.devices: dict[str, UUID] = {}
        """The device of each access token that is good."""
        self.spaces = [self._listed(self.world.space_id, names[0], "holder")]
        for name in names[1:]:
            self._add_space(name)

    def _add_space(self, name: str) -> None:
        space_id = named(name, "space")
        viewer = Viewer(
            viewer_id=named(name, "viewer"), party_id=self.party_id, role="representative"
        )
        asyncio.run(self.world.home.create(space_id, [viewer]))
        self.spaces.append(self._listed(space_id, name, "representative"))

    def _listed(self, space_id: UUID, name: str, role: str) -> dict[str, Any]:
        return {
            "space_id": str(space_id),
            "viewer_id": str(named(name, "eye")),
            "role": role,
            "display_name": name,
            "birth_date": "1948-03-02",
            "state": "open",
        }

    def connect(self, server: str, language: str) -> httpx.AsyncClient:
        return httpx.AsyncClient(
            transport=httpx.MockTransport(self._answer),
            base_url=server,
            headers={"Accept-Language": language},
        )

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        if self.is_down:
            raise httpx.ConnectError("down")
        path = request.url.path
        self.asked.append(path)
        self.languages.add(request.headers["Accept-Language"])
        if path in self.refuses:
            return self.refuses[path]
        if path.startswith("/v1/auth"):
            return self._sign_in(path, request)
        token = request.headers["Authorization"].removeprefix("Bearer ")
        if token not in self.devices:
            return httpx.Response(401, json={"code": "not-signed-in"})
        if path == "/v1/spaces":
            return httpx.Response(200, json=self.spaces)
        if "/journal" in path or path.startswith("/v1/log/"):
            answer = self.clerk.answer(path, dict(request.url.params))
            return httpx.Response(200, content=msgspec.json.encode(answer))
        caller = Caller(party_id=self.party_id, device_id=self.devices[token])
        if path == "/v1/sync":
            wanted = msgspec.json.decode(request.content, type=SyncRequest)
            return httpx.Response(200, content=await self.world.exchange.sync(caller, wanted))
        return await self._stream(caller, UUID(path.split("/")[3]))

    async def _stream(self, caller: Caller, space_id: UUID) -> httpx.Response:
        pages = self.world.exchange.every_page(caller, SpaceAsk(space_id=space_id))
        lines = [line async for page in pages for line in lines_of(page)]
        return httpx.Response(200, content=b"\n".join([*lines, b""]))

    def _sign_in(self, path: str, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content or b"{}")
        if path.endswith("/logout"):
            self.devices.clear()
            return httpx.Response(204)
        if path.endswith("/login"):
            challenge = {
                "challenge_id": str(named(body["password"] == PASSWORD)),
                "channel": "sms",
                "sent_to": "•• 12",
                "expires_at": "2026-11-21T08:05:00Z",
            }
            return httpx.Response(202, json=challenge)
        if path.endswith("/verify") and not self._fits(body):
            return httpx.Response(403, json={"code": "code-refused"})
        old = body.get("refresh_token", "").replace("refresh", "access")
        return self._new_tokens(self.signed_in.get(old))

    def _fits(self, body: dict[str, Any]) -> bool:
        return body["code"] == CODE and body["challenge_id"] == str(named(True))

    def _new_tokens(self, device_id: UUID | None) -> httpx.Response:
        self.tokens += 1
        device_id = device_id or named("device", self.tokens)
        access = f"access {self.tokens}"
        self.devices[access] = self.signed_in[access] = device_id
        return httpx.Response(
            200,
            json={
                "access_token": f"access {self.tokens}",
                "refresh_token": f"refresh {self.tokens}",
                "expires_in": 900,
                "device_id": str(device_id),
                "assurance": "two-factors",
            },
        )


class Terminal:
    """One phone in one folder, driven as a person drives it."""

    def __init__(self, server: FakeServer, home: Path, *, language: str = "en") -> None:
        self.server = server
        self.home = home
        self.clock = StillClock()
        self._language = language
        self._ids = random.Random(str(home))

    def run(self, *words: str, typed: str | None = None, options: tuple[str, ...] = ()) -> Result:
        outside = Surroundings(
            connect=self.server.connect,
            clock=self.clock,
            random=random.Random(0),
            new_id=lambda: UUID(int=self._ids.getrandbits(128), version=4),
        )
        base = ("--home", str(self.home), "--lang", self._language, *options)
        return CliRunner().invoke(phone, [*base, *words], obj=outside, input=typed)

    def ok(self, *words: str) -> str:
        result = self.run(*words)
        assert result.exit_code == 0, (result.output, result.exception)
        return result.stdout

    def json(self, *words: str) -> Any:
        return json.loads(self.ok(*words, "--json"))

    def fails(self, *words: str) -> str:
        """Run what cannot work, and return its one sentence on one line."""
        result = self.run(*words)
        assert result.exit_code == 1, (result.output, result.exception)
        assert result.stdout == ""
        return " ".join(result.stderr.split())

    def sign_in(self) -> "Terminal":
        self.ok("login", "ana", "--password", PASSWORD, "--code", CODE)
        return self

    def add(self, *fields: str) -> str:
        """Add a note and return its identifier."""
        before = {note["record_id"] for note in self.json("list", "notes", "--offline")}
        self.ok("add", "notes", *fields)
        after = {note["record_id"] for note in self.json("list", "notes", "--offline")}
        [made] = after - before
        return str(made)
