"""Fictional worlds for learning: whole applications, each in a folder that is thrown away.

A world shares nothing with the server that holds it: it has a database, a key
file, documents and an outbox of its own, under a path that nobody can guess.
What ends it, the clock, its agent, the end of the server or the next start of
one that crashed, removes the folder, and nothing else ever knew of it.

Source: docs/decisions/0020-support-agents.md.
"""

import asyncio
import contextlib
import logging
import re
import secrets
import shutil
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import msgspec
from litestar import Litestar

from backend.documents.service import Desk
from backend.kernel.carriers import Line
from backend.kernel.edge import Asgi, Receive, Scope, Send
from backend.kernel.work import Clock, utc_now
from backend.settings import OUTBOX_FILE, PRACTICE_FOLDER, Settings
from backend.workshops.errors import PracticeUnavailable
from backend.workshops.limits import PRACTICES_MAX
from backend.workshops.ports import Practice, PracticeMessage

log = logging.getLogger("carnet")

_SECRET_BYTES = 24
_PREFIX = "/practice/"
_PATH = re.compile(rf"{_PREFIX}([A-Za-z0-9_-]{{32}})(/.*)")
_MESSAGES_MAX = 200


class World(msgspec.Struct, kw_only=True):
    """One fictional world while it lasts."""

    folder: Path
    app: Litestar
    door: Asgi
    practice: Practice | None
    end: asyncio.Event
    life: "asyncio.Task[None] | None"


class PracticeWorlds:
    """Fills `backend.workshops.ports.Practices`, for one process."""

    def __init__(
        self,
        settings: Settings,
        make: Callable[[Settings], tuple[Litestar, Asgi]],
        *,
        clock: Clock = utc_now,
    ) -> None:
        """Take how an application is made; it is asked for when somebody practises."""
        self._folder = settings.data_folder / PRACTICE_FOLDER
        self._public_url = settings.public_url.rstrip("/")
        self._is_alone = settings.workers == 1
        self._make = make
        self._clock = clock
        self._worlds: dict[UUID, World] = {}
        self._by_secret: dict[str, World] = {}
        self._making = asyncio.Lock()

    async def sweep(self) -> None:
        """Remove what a server that crashed has left."""
        await asyncio.to_thread(shutil.rmtree, self._folder, ignore_errors=True)

    async def open(self, workshop_id: UUID, ends_at: datetime) -> Practice:
        async with self._making:
            found = self._worlds.get(workshop_id)
            if found is not None and found.practice is not None:
                return found.practice
            if not self._is_alone or len(self._worlds) >= PRACTICES_MAX:
                raise PracticeUnavailable("There is no room for a fictional record now.")
            return await self._begin(workshop_id, ends_at)

    async def messages(self, workshop_id: UUID) -> list[PracticeMessage]:
        world = self._worlds.get(workshop_id)
        outbox = None if world is None else world.folder / OUTBOX_FILE
        if outbox is None or not outbox.exists():
            return []
        lines = outbox.read_bytes().splitlines()[-_MESSAGES_MAX:]
        read = [msgspec.json.decode(line, type=Line) for line in lines]
        return [PracticeMessage(channel=one.channel, to=one.to, text=one.text) for one in read]

    async def throw_away(self, workshop_id: UUID) -> None:
        world = self._worlds.get(workshop_id)
        if world is not None and world.life is not None:
            world.end.set()
            await asyncio.wait([world.life])

    async def close(self) -> None:
        """End every world."""
        for workshop_id in list(self._worlds):
            await self.throw_away(workshop_id)

    def door_of(self, secret: str) -> Asgi | None:
        """Return the application behind a secret, while its world lasts."""
        world = self._by_secret.get(secret)
        return None if world is None else world.door

    async def _begin(self, workshop_id: UUID, ends_at: datetime) -> Practice:
        secret = secrets.token_urlsafe(_SECRET_BYTES)
        folder = self._folder / secrets.token_hex(8)
        # Where what is made there is read there: the link of an agenda.
        public_url = f"{self._public_url}{_PREFIX}{secret}"
        app, door = self._make(Settings(data_folder=folder, public_url=public_url))
        world = World(
            folder=folder, app=app, door=door, practice=None, end=asyncio.Event(), life=None
        )
        self._worlds[workshop_id] = world
        begun: asyncio.Future[Practice] = asyncio.get_running_loop().create_future()
        # One task opens and closes it, whichever request comes first and last.
        world.life = asyncio.create_task(
            self._live(workshop_id, world, f"{_PREFIX}{secret}", ends_at, begun), name="practice"
        )
        world.practice = await begun
        self._by_secret[secret] = world
        return world.practice

    async def _live(
        self,
        workshop_id: UUID,
        world: World,
        path: str,
        ends_at: datetime,
        begun: "asyncio.Future[Practice]",
    ) -> None:
        try:
            world.folder.mkdir(parents=True, mode=0o700)
            # Loaded only by who practises; so is the fictional family.
            from backend.migrations.runner import migrate

            # Alembic does not wait for others: it would keep everybody waiting.
            await asyncio.to_thread(lambda: asyncio.run(migrate("sqlite", world.folder)))
            async with world.app.lifespan():
                begun.set_result(await _furnish(world, path, ends_at))
                left = (ends_at - self._clock()).total_seconds()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(world.end.wait(), max(0.0, left))
        except Exception as error:  # Whoever asked gets it back.
            log.exception("practice failed", extra={"failure": type(error).__name__})
            if not begun.done():
                begun.set_exception(error)
        finally:
            self._forget(workshop_id, world)

    def _forget(self, workshop_id: UUID, world: World) -> None:
        self._worlds.pop(workshop_id, None)
        for secret in [key for key, one in self._by_secret.items() if one is world]:
            del self._by_secret[secret]
        shutil.rmtree(world.folder, ignore_errors=True)
        with contextlib.suppress(OSError):
            self._folder.rmdir()  # Unless another world lasts.


class PracticeDoor:
    """Leads requests under a world's path to it; everybody else's go on."""

    def __init__(self, app: Litestar, inner: Asgi) -> None:
        self._app = app
        self._inner = inner

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"].startswith(_PREFIX):
            found = _PATH.fullmatch(scope["path"])
            door = None if found is None else self._app.state.practices.door_of(found[1])
            if found is not None and door is not None:
                prefix = f"{_PREFIX}{found[1]}".encode()
                raw = scope.get("raw_path", scope["path"].encode())
                scope = {**scope, "path": found[2], "raw_path": raw.removeprefix(prefix)}
                await door(scope, receive, send)
                return
        await self._inner(scope, receive, send)


async def _furnish(world: World, path: str, ends_at: datetime) -> Practice:
    """Let the fictional family move in, and say how to come in as one of them."""
    from backend.demo.describe import describe
    from backend.demo.seed import seed

    state = world.app.state
    today: date = datetime.now(UTC).date()
    desk = Desk(state.office, state.host, state.blobs, state.patients)
    seeded = await seed(desk, state.patients, folder=world.folder, today=today)
    person = next(one for one in describe(seeded)["persons"] if one["login"] is not None)
    return Practice(path=path, login=person["login"], password=person["password"], ends_at=ends_at)
