"""A whole application with one person in it, and whoever they let in."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import msgspec
import pytest

from backend.kernel.work import Office
from backend.settings import Settings
from sync.core.audience import Viewer
from sync.exchange import Exchange, SpaceAsk
from sync.ports import Host
from sync.push import Caller
from sync.storage.spaces import add_viewer
from tests.databases import settings_on
from tests.journeys import Counter, Phone, client_of, serving, state_inside
from tests.rights import Fields, decide_on

Json = dict[str, Any]


class House:
    """An application, one holder with a phone, and ways to let people in."""

    def __init__(self, client: httpx.AsyncClient, state: Any, counter: Counter) -> None:
        self.client = client
        self.counter = counter
        self.office: Office = state.office
        self.host: Host = state.host
        self.exchange: Exchange = state.exchange
        self.phone: Phone
        self.space_id = ""

    async def move_in(self) -> None:
        """Let the holder in."""
        self.phone = await self.counter.newcomer()
        self.space_id = (await self.phone.spaces())[0]["space_id"]

    async def decide(self, *acts: tuple[str, Fields]) -> list[UUID]:
        """Write acts of rights of the holder."""
        return await decide_on(self.office, self.host, UUID(self.space_id), *acts)

    async def document(self, title: str = "Radio", kind: str = "DOCPAT03") -> str:
        """Deposit a document, as the holder."""
        answer = await self.phone.post(
            f"/v1/spaces/{self.space_id}/documents",
            content=b"%PDF-1.7\n" + title.encode() + uuid4().bytes,
            headers={
                "Content-Type": "application/pdf",
                "Document-Title": title,
                "Document-Type": kind,
            },
        )
        assert answer.status_code in (200, 201), answer.text
        found: str = answer.json()["record_id"]
        return found

    async def held(self, caller: Caller) -> set[str]:
        """Return what a software holds after a first pull; nothing when it may hold nothing."""
        held: set[str] = set()
        ask = SpaceAsk(space_id=UUID(self.space_id))
        async for page in self.exchange.every_page(caller, ask):
            for change in msgspec.json.decode(page.encode())["changes"]:
                if change["kind"] == "put":
                    held.add(change["record_id"])
        return held

    async def get(self, path: str, **options: Any) -> Json:
        """Ask something about the space, as the holder."""
        answer = await self.phone.get(f"/v1/spaces/{self.space_id}{path}", **options)
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    async def preview(self, **mask: Any) -> Json:
        """Ask what a mask would change."""
        answer = await self.phone.post(f"/v1/spaces/{self.space_id}/masks/preview", json=mask)
        assert answer.status_code == 200, answer.text
        found: Json = answer.json()
        return found

    async def join(self, role: str) -> Phone:
        """Let the account of somebody else look at the space."""
        phone = await self.counter.newcomer(f"{role}.{uuid4().hex[:6]}")
        viewer = Viewer(viewer_id=uuid4(), party_id=await self.party_of(phone), role=role)
        space_id = UUID(self.space_id)
        await self.office.write(lambda work: add_viewer(work.db, space_id, viewer))
        return phone

    async def party_of(self, phone: Phone) -> UUID:
        """Say which party a phone is of, by the viewer of its own space."""
        from sqlalchemy import bindparam, select

        from sync.storage.tables import viewers

        own = UUID((await phone.spaces())[0]["space_id"])
        query = select(viewers.c.party_id).where(
            viewers.c.space_id == bindparam("own"), viewers.c.role == "holder"
        )
        row = await self.office.read(lambda work: work.db.row(query, own=own))
        assert row is not None
        found: UUID = row[0]
        return found


@asynccontextmanager
async def _house(settings: Settings) -> AsyncIterator[House]:
    async with serving(settings) as app, client_of(app) as client:
        house = House(client, state_inside(app), Counter(client, settings.data_folder))
        await house.move_in()
        yield house


@pytest.fixture
async def house(database_kind: str, tmp_path: Path, cache_folder: Path) -> AsyncIterator[House]:
    """The application on each database."""
    folder = tmp_path / "data"
    async with (
        settings_on(database_kind, folder, cache_folder) as settings,
        _house(settings) as opened,
    ):
        yield opened
