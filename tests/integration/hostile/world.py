"""An application with two people in it, for requests that nobody decent would send."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import msgspec
import time_machine

from backend.kernel.edge import Asgi
from backend.kernel.problems import catalogue
from tests.databases import settings_on
from tests.journeys import Counter, Json, Phone, Replica, client_of, put, serving

LANGUAGES = {"fr": "fr-FR, en;q=0.5", "en": "en-GB, fr;q=0.5"}


class World(msgspec.Struct, kw_only=True):
    """Two people, each with a space; the first with two phones and some notes."""

    app: Asgi
    client: httpx.AsyncClient
    counter: Counter
    phone: Phone
    other_phone: Phone
    stranger: Phone
    space_id: str
    foreign_id: str
    held: Replica  # What the first phone holds when everything is ready.

    def later(self, **span: float) -> time_machine.travel:
        """Let everybody's clock run ahead for a while."""
        return time_machine.travel(datetime.now(UTC) + timedelta(**span), tick=True)

    @asynccontextmanager
    async def unchanged(self) -> AsyncIterator[None]:
        """Check that both spaces stand afterwards as they stood before."""
        before = await self._state()
        yield
        assert await self._state() == before

    async def refuses(
        self, method: str, path: str, *, status: int, code: str, detail: str = "", **options: Any
    ) -> None:
        """Send a request in each language, and check that its problem is told in it."""
        given = options.pop("headers", {})
        for language, accepted in LANGUAGES.items():
            headers = {**given, "Accept-Language": accepted}
            answer = await self.client.request(method, path, headers=headers, **options)
            assert answer.status_code == status, (language, answer.status_code, answer.text)
            check_problem(answer, code, language)
            assert detail in answer.json().get("detail", "")

    async def _state(self) -> list[Any]:
        mine = await self.phone.whole(self.space_id)
        theirs = await self.stranger.whole(self.foreign_id)
        assert mine.is_proved
        assert theirs.is_proved
        return [(one.digest, max(one.seqs), one.records) for one in (mine, theirs)]


def check_problem(answer: httpx.Response, code: str, language: str) -> None:
    """Check every word of a problem against the catalogue."""
    problem: Json = answer.json()
    words = catalogue()[code]
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["content-language"] == language
    assert answer.headers["x-request-id"]
    assert problem["code"] == code
    assert problem["type"] == f"/problems/{code}"
    assert problem["status"] == answer.status_code == words.status
    assert problem["title"] == getattr(words.title, language)
    assert problem["next_step"] == getattr(words.next_step, language)


@asynccontextmanager
async def world_on(kind: str, folder: Path, cache_folder: Path) -> AsyncIterator[World]:
    """Open a world on an empty database of one kind."""
    async with AsyncExitStack() as stack:
        settings = await stack.enter_async_context(settings_on(kind, folder, cache_folder))
        app = await stack.enter_async_context(serving(settings))
        client = await stack.enter_async_context(client_of(app))
        counter = Counter(client, folder)
        phone = await counter.newcomer("lea.martin")
        stranger = await counter.newcomer("nour.stranger")
        space_id = (await phone.spaces())[0]["space_id"]
        foreign_id = (await stranger.spaces())[0]["space_id"]
        await phone.push(*(put(space_id, "notes", {"title": f"note {i}"}) for i in range(3)))
        await stranger.push(put(foreign_id, "notes", {"title": "not yours"}))
        yield World(
            app=app,
            client=client,
            counter=counter,
            phone=phone,
            other_phone=await counter.sign_in("lea.martin"),
            stranger=stranger,
            space_id=space_id,
            foreign_id=foreign_id,
            held=await phone.whole(space_id),
        )
