"""The fictional worlds of a machine, and those among them that this process holds.

A world shares nothing with the server that holds it: it has a database, a key
file, documents and an outbox of its own, under a path that nobody can guess.
What ends it, the clock, its agent, the end of the server or the next start of
one that crashed, removes the folder, and nothing else ever knew of it.

Where several processes serve, one of them holds a world, and the others find it
by its folder: they pass requests on to it and read its messages there.

Source: docs/decisions/0020-support-agents.md.
"""

import asyncio
import contextlib
import logging
import os
import secrets
from collections.abc import AsyncIterator, Callable
from datetime import UTC, date, datetime
from uuid import UUID

import msgspec
from litestar import Litestar

from backend.documents.service import Desk
from backend.kernel.carriers import Line
from backend.kernel.edge import Asgi
from backend.kernel.work import Clock, utc_now
from backend.practice.claims import Claim, Claims, write_ticket
from backend.practice.door import PREFIX
from backend.practice.relay import DOOR, PATH_BYTES_MAX, Relay, door_in, end_in
from backend.settings import OUTBOX_FILE, PRACTICE_FOLDER, Settings
from backend.workshops.errors import PracticeUnavailable
from backend.workshops.limits import PRACTICES_MAX
from backend.workshops.ports import Practice, PracticeMessage

log = logging.getLogger("carnet")

_SECRET_BYTES = 24
_MESSAGES_MAX = 200
# How long another process may take to make a world.
_MAKING_SECONDS = 60.0
_POLL_SECONDS = 0.05


class World(msgspec.Struct, kw_only=True):
    """One fictional world while it lasts."""

    claim: Claim
    path: str
    app: Litestar
    door: Asgi
    end: asyncio.Event
    life: "asyncio.Task[None] | None" = None
    practice: Practice | None = None


class PracticeWorlds:
    """Fills `backend.workshops.ports.Practices`, for one process among those of a machine."""

    def __init__(
        self,
        settings: Settings,
        make: Callable[[Settings], tuple[Litestar, Asgi]],
        *,
        clock: Clock = utc_now,
    ) -> None:
        """Take how an application is made; it is asked for when somebody practises."""
        self._claims = Claims(settings.data_folder / PRACTICE_FOLDER)
        self._public_url = settings.public_url.rstrip("/")
        # Nobody but this process works with a SQLite file.
        self._is_alone = settings.database_url == "sqlite"
        self._make = make
        self._clock = clock
        self._worlds: dict[UUID, World] = {}
        self._by_path: dict[str, World] = {}
        self._making = asyncio.Lock()

    async def sweep(self) -> None:
        """Remove what a server that crashed has left."""
        await asyncio.to_thread(self._claims.sweep)

    async def open(self, workshop_id: UUID, ends_at: datetime) -> Practice:
        async with self._making:
            found = self._worlds.get(workshop_id)
            if found is not None and found.practice is not None:
                return found.practice
            claim = await self._claim(workshop_id)
            if isinstance(claim, Practice):
                return claim
            if self._claims.count() > PRACTICES_MAX or not self._has_way_in(claim):
                claim.release()
                self._claims.tidy()
                raise PracticeUnavailable("There is no room for a fictional record now.")
            return await self._begin(workshop_id, claim, ends_at)

    async def messages(self, workshop_id: UUID) -> list[PracticeMessage]:
        outbox = self._claims.of(workshop_id) / OUTBOX_FILE
        try:
            lines = outbox.read_bytes().splitlines()[-_MESSAGES_MAX:]
        except FileNotFoundError:
            return []
        read = [msgspec.json.decode(line, type=Line) for line in lines]
        return [PracticeMessage(channel=one.channel, to=one.to, text=one.text) for one in read]

    async def throw_away(self, workshop_id: UUID) -> None:
        world = self._worlds.get(workshop_id)
        if world is not None and world.life is not None:
            world.end.set()
            await asyncio.wait([world.life])
        elif not self._is_alone:
            await self._end_elsewhere(workshop_id)

    async def close(self) -> None:
        """End every world that this process holds."""
        for workshop_id in list(self._worlds):
            await self.throw_away(workshop_id)

    def door_of(self, path: str) -> Asgi | None:
        """Return the application behind a path, while its world lasts."""
        world = self._by_path.get(path)
        if world is not None or self._is_alone:
            return None if world is None else world.door
        folder = self._claims.folder_of(path)
        return None if folder is None else door_in(folder)

    async def _end_elsewhere(self, workshop_id: UUID) -> None:
        """End a world that another process holds; one that it makes, once that has a door."""
        clock = asyncio.get_running_loop()
        until = clock.time() + _MAKING_SECONDS
        while self._claims.is_held(workshop_id) and clock.time() < until:
            if await end_in(self._claims.of(workshop_id)):
                return
            await asyncio.sleep(_POLL_SECONDS)

    def _has_way_in(self, claim: Claim) -> bool:
        """Say whether the other processes can be let in: a path to a socket is short."""
        fits = len(os.fsencode(claim.folder / DOOR)) <= PATH_BYTES_MAX
        if not fits and not self._is_alone:
            log.error("practice refused: the path of the data folder is too long for a socket")
        return fits or self._is_alone

    async def _claim(self, workshop_id: UUID) -> Claim | Practice:
        """Take the world of a workshop, or wait for the one that another process makes.

        Raises:
            PracticeUnavailable: That takes too long.
        """
        clock = asyncio.get_running_loop()
        until = clock.time() + _MAKING_SECONDS
        while clock.time() < until:
            got = self._claims.claim(workshop_id) or self._claims.practice(workshop_id)
            if got is not None:
                return got
            await asyncio.sleep(_POLL_SECONDS)
        raise PracticeUnavailable("Another process makes the fictional record for too long.")

    async def _begin(self, workshop_id: UUID, claim: Claim, ends_at: datetime) -> Practice:
        path = f"{PREFIX}{secrets.token_urlsafe(_SECRET_BYTES)}"
        # Where what is made there is read there: the link of an agenda.
        settings = Settings(data_folder=claim.folder, public_url=f"{self._public_url}{path}")
        try:
            app, door = self._make(settings)
        except Exception:
            claim.release()
            raise
        world = World(claim=claim, path=path, app=app, door=door, end=asyncio.Event())
        self._worlds[workshop_id] = world
        begun: asyncio.Future[Practice] = asyncio.get_running_loop().create_future()
        # One task opens and closes it, whichever request comes first and last.
        world.life = asyncio.create_task(
            self._live(workshop_id, world, ends_at, begun), name="practice"
        )
        return await begun

    async def _live(
        self,
        workshop_id: UUID,
        world: World,
        ends_at: datetime,
        begun: "asyncio.Future[Practice]",
    ) -> None:
        try:
            folder = world.claim.folder
            folder.mkdir(parents=True, mode=0o700)
            # Loaded only by who practises; so is the fictional family.
            from backend.migrations.runner import migrate

            # Alembic does not wait for others: it would keep everybody waiting.
            await asyncio.to_thread(lambda: asyncio.run(migrate("sqlite", folder)))
            async with world.app.lifespan(), self._let_in(workshop_id, world):
                world.practice = await _furnish(world, ends_at)
                self._by_path[world.path] = world
                write_ticket(folder, world.practice)
                begun.set_result(world.practice)
                left = (ends_at - self._clock()).total_seconds()
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(world.end.wait(), max(0.0, left))
        except Exception as error:  # Whoever asked gets it back.
            log.exception("practice failed", extra={"failure": type(error).__name__})
            if not begun.done():
                begun.set_exception(error)
        finally:
            self._forget(workshop_id, world)

    @contextlib.asynccontextmanager
    async def _let_in(self, workshop_id: UUID, world: World) -> AsyncIterator[None]:
        """Let requests in that another process was sent, where there are others."""
        if self._is_alone:
            yield
            return
        relay = Relay(world.door, lambda: self.throw_away(workshop_id))
        await relay.open(world.claim.folder)
        try:
            yield
        finally:
            await relay.close()

    def _forget(self, workshop_id: UUID, world: World) -> None:
        self._worlds.pop(workshop_id, None)
        self._by_path.pop(world.path, None)
        world.claim.release()
        self._claims.tidy()


async def _furnish(world: World, ends_at: datetime) -> Practice:
    """Let the fictional family move in, and say how to come in as one of them."""
    from backend.demo.describe import describe
    from backend.demo.seed import seed

    state = world.app.state
    today: date = datetime.now(UTC).date()
    desk = Desk(state.office, state.host, state.blobs, state.patients)
    seeded = await seed(desk, state.patients, folder=world.claim.folder, today=today)
    person = next(one for one in describe(seeded)["persons"] if one["login"] is not None)
    return Practice(
        path=world.path, login=person["login"], password=person["password"], ends_at=ends_at
    )
