"""A device: the client that ships, on a store that outlives it, in somebody's hand."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import UUID

from sync.core import digest
from sync.push import Caller
from sync.replica import (
    Fields,
    Refused,
    Replica,
    ReplicaStore,
    Shown,
    SpaceSeen,
    SyncGaveUp,
    SyncReport,
    TransportFailure,
)
from tests.simulation.judge import Judge
from tests.simulation.network import Line, Network
from tests.simulation.server import BEGINNING, SimulatedServer
from tests.simulation.travels import all_words, words_in

FIELDS = ("title", "place", "color", "text")
YEAR = timedelta(days=366)


class DeviceDied(Exception):
    """The process ended in the middle of something."""


class MortalStore(ReplicaStore):
    """A store whose process may die at any write, or just before or after a commit."""

    dies: str | None = None
    writes_left = 0
    puts_off: Callable[[], bool] = staticmethod(lambda: False)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Do everything inside or nothing, and perhaps die."""
        with super().transaction():
            yield
            if self.dies == "before":
                self._die("before its commit")
        if self.dies == "after":
            self._die("after its commit")

    def run(self, statement: str, *values: object) -> int:
        """Write, and perhaps die right after; never outside a transaction."""
        assert self._db.in_transaction
        touched = super().run(statement, *values)
        self.writes_left -= 1
        if self.dies == "midway" and self.writes_left < 0:
            self._die("midway")
        return touched

    def _die(self, when: str) -> None:
        self.dies = None
        raise DeviceDied(when)

    def scrub(self) -> None:
        """Rewrite the file if something was erased, now or at some later call.

        It is what takes longest; a crash may put it off too.
        """
        if not self.puts_off():
            super().scrub()

    def image(self) -> bytes:
        """Return every byte of the file."""
        return self._db.serialize()


class DeviceClock:
    """A clock that may be wrong."""

    def __init__(self) -> None:
        self.skew = timedelta(0)

    def now(self) -> datetime:
        seconds = asyncio.get_running_loop().time()
        return BEGINNING + timedelta(seconds=seconds) + self.skew

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds)


class Device:
    """One installation of the app, used by one party."""

    collections: tuple[str, ...] = ("notes", "places")
    """What is shown."""
    adds_to: tuple[str, ...] = ("notes", "places")

    def __init__(self, network: Network, party_id: UUID, *, words: Iterator[str]) -> None:
        self._network = network
        self._words = words
        self.party_id = party_id
        self.clock = DeviceClock()
        self._running: dict[asyncio.Task[bool], None] = {}
        self._killed: set[asyncio.Task[bool]] = set()
        self._install()

    def _install(self) -> None:
        self.caller = Caller(party_id=self.party_id, device_id=self._network.chance.new_id())
        self.name = self.caller.device_id.hex[:4]
        self.store = MortalStore()
        self.store.puts_off = self._puts_off
        self._line = Line(self._network, self.caller)
        self._restores = 0
        self._open()

    def _open(self) -> None:
        """Start the process over what is in the store; nothing of the last one goes on."""
        for task in self._running:
            self._killed.add(task)
            task.cancel()
        self.replica = Replica(
            self.store,
            self._line,
            clock=self.clock,
            random=self._network.chance,
            new_id=self._network.chance.new_id,
        )

    def _puts_off(self) -> bool:
        return self._network.is_faulty and self._network.chance.happens(0.8)

    @property
    def server(self) -> SimulatedServer:
        """The server at the other end."""
        return self._network.server

    @property
    def judge(self) -> Judge:
        """Who looks on."""
        return self.server.judge

    def replace(self) -> None:
        """Lose this device and install the app on another."""
        self._happened("a device was replaced")
        old = self.store
        self._install()
        old.close()

    def close(self) -> None:
        """Let go of the store."""
        self.store.close()

    def _happened(self, what: str) -> None:
        self._network.sometimes.happened(what)
        self._network.trace.note(self.name, what)

    @property
    def is_busy(self) -> bool:
        """Whether a sync is under way."""
        return bool(self._running)

    # What a person does, with or without a network.

    def spaces(self) -> list[UUID]:
        """Return the spaces that can be used here."""
        profiles = self.replica.profiles()
        return [profile.space_id for profile in profiles if profile.state.value == "open"]

    def act(self) -> None:
        """Add, edit or delete something."""
        spaces = self.spaces()
        if not spaces:
            return
        chance = self._network.chance
        self.act_in(chance.pick(spaces))

    def act_in(self, space_id: UUID) -> None:
        """Add, edit or delete something of one space."""
        chance = self._network.chance
        collection = chance.pick(self.adds_to)
        shown = self.replica.records(space_id, collection)
        what = chance.weighed([("add", 30), ("edit", 55), ("delete", 12)])
        if what == "add" or not shown:
            self._add(space_id, collection)
        elif what == "edit":
            self._edit(chance.pick(shown))
        else:
            self._delete(chance.pick(shown))

    def _add(self, space_id: UUID, collection: str) -> None:
        fields: Fields = {"title": next(self._words)}
        if self._network.chance.happens(0.5):
            fields["text"] = next(self._words)
        record_id = self.replica.put(space_id, collection, None, fields)
        self.judge.wrote(record_id, fields)
        self._network.trace.note(self.name, f"adds {record_id.hex[:4]} with {fields}")

    def _edit(self, shown: Shown) -> None:
        chance = self._network.chance
        fields: Fields = {}
        for _ in range(chance.count(1, 2)):
            name = chance.pick(FIELDS)
            fields[name] = next(self._words)
            if name == "text" and chance.happens(0.5):
                fields[name] = f"{shown.fields.get('text', '')} {fields[name]}".strip()
            elif name != "title" and chance.happens(0.1):
                fields[name] = None
        self.judge.wrote(shown.record_id, fields)
        self._network.trace.note(self.name, f"edits {shown.record_id.hex[:4]} to {fields}")
        self.replica.put(shown.space_id, shown.collection, shown.record_id, fields)

    def _delete(self, shown: Shown) -> None:
        seen = all_words(shown.fields) | self._words_of(shown.record_id)
        self.judge.wanted_gone.setdefault((self.caller.device_id, shown.record_id), set()).update(
            seen
        )
        self._network.trace.note(
            self.name, f"deletes {shown.record_id.hex[:4]}, seeing {sorted(seen)}"
        )
        self.replica.delete(shown.space_id, shown.collection, shown.record_id)

    def _words_of(self, record_id: UUID) -> set[str]:
        """Return what is here of a record: confirmed, seen before an edit, or written."""
        rows = self.store.rows(
            "SELECT fields AS text FROM record WHERE record_id = ?1"
            ' UNION ALL SELECT "set" || was FROM op WHERE record_id = ?1',
            str(record_id),
        )
        return {word for row in rows for word in words_in(row["text"].encode())}

    # What the app does when there is a network.

    def learn(self) -> None:
        """Fetch the list of spaces."""
        seen = []
        for space_id in self.server.spaces:
            viewer = self.server.eye(space_id, self.party_id)
            if viewer is not None and self.server.may_look(space_id, viewer):
                seen.append(SpaceSeen(space_id=space_id, role=viewer.role, display_name="one"))
        self.replica.learn_spaces(seen)

    async def sync(self, attempts: int = 2) -> bool:
        """Sync once; return whether it came to an end, and not the process before."""
        task = asyncio.ensure_future(self._sync(attempts))
        self._running[task] = None
        try:
            return await task
        except DeviceDied as died:
            self._happened(f"a device died {died}")
            self._open()
            self._keeps_nothing_of_what_is_gone()
            return False
        except asyncio.CancelledError:
            if task in self._killed:
                return False
            raise
        finally:
            self._running.pop(task, None)
            self._killed.discard(task)

    async def _sync(self, attempts: int) -> bool:
        restores = self.server.restores
        try:
            report = await self.replica.sync(attempts=attempts)
        except SyncGaveUp:
            self._happened("a sync gave up")
            self._keeps_nothing_of_what_is_gone()
            return False
        except Refused as refused:
            self.judge.break_off(f"the server refused a whole request: {refused}")
        except TransportFailure as failure:
            self.judge.break_off(f"the client let a failure out: {failure!r}")
        self._look_at(report, restores)
        return True

    def _look_at(self, report: SyncReport, restores: int) -> None:
        self._network.trace.note(self.name, f"synced {report!r}")
        for space_id in report.ended:
            self.wiped(space_id)
        self._holds_no_more_than_it_was_given()
        if report.dropped:
            self._happened("an unpushed edit went with its record")
        if report.diverged:
            self.judge.break_off(f"{self.name} differs from the server, even from the beginning")
        if report.restarted:
            self._happened("a device was told to start again")
            if self._restores == self.server.restores:
                self.judge.break_off(f"{self.name} had another digest, and nothing was restored")
        self._restores = restores

    def wiped(self, space_id: UUID) -> None:
        """Look at what is left of a space that ended."""
        self._happened("a device was wiped")
        for table in ("record", "op", "lost"):
            query = f"SELECT 1 FROM {table} WHERE space_id = ?"  # Tables of the client.
            if self.replica.standing(space_id).profile.state.value == "ended" and self.store.rows(
                query, str(space_id)
            ):
                self.judge.break_off(f"{self.name} keeps rows of a space that ended")

    async def sync_and_die(self) -> None:
        """Be killed during a sync, between two steps of it or in one; then start again."""
        chance = self._network.chance
        how = chance.pick(["outside", "before", "after", "midway"])
        if how == "outside":
            await self._kill_during_sync()
            return
        self.store.dies, self.store.writes_left = how, chance.count(0, 12)
        await self.sync()
        self.store.dies = None

    async def _kill_during_sync(self) -> None:
        task = asyncio.ensure_future(self.sync())
        await asyncio.sleep(self._network.chance.between(0, 6.0))
        if not task.done():
            self._happened("a device was killed during a sync")
            self._open()
        await task
        self._keeps_nothing_of_what_is_gone()

    def move_clock(self) -> None:
        """Set the clock of this device a year off, either way."""
        self.clock.skew = self._network.chance.pick([-YEAR, YEAR])
        self._happened("a device's clock moved by a year")

    # What must be true.

    def _keeps_nothing_of_what_is_gone(self) -> None:
        """An edit of a record that is not here any more would be a part of it."""
        left = self.store.rows(
            "SELECT record_id FROM op WHERE base IS NOT NULL AND NOT EXISTS (SELECT 1 FROM record"
            " WHERE record.space_id = op.space_id AND record.record_id = op.record_id)"
        )
        if left:
            self.judge.break_off(f"{self.name} keeps an edit of {left[0]['record_id']}, which went")

    def _holds_no_more_than_it_was_given(self) -> None:
        """After a complete pull, nothing withdrawn is here, unpushed edits included."""
        self._keeps_nothing_of_what_is_gone()
        for profile in self.replica.profiles():
            key = (self.caller.device_id, profile.space_id, profile.checkpoint)
            given = self.judge.given.get(key)
            if given is None:
                continue
            rows = self.store.rows(
                "SELECT record_id FROM record WHERE space_id = ?", str(profile.space_id)
            )
            if more := {row["record_id"] for row in rows} - given:
                self.judge.break_off(f"{self.name} holds {sorted(more)} after a complete pull")

    def holds_what_it_should(self) -> None:
        """Compare everything here with what its party may see on the server."""
        if self.replica.waiting():
            self.judge.break_off(f"{self.name} still waits to send something")
        here = words_in(self.store.image())
        for space_id in self.server.spaces:
            self._holds(space_id, here)

    def _holds(self, space_id: UUID, here: set[str]) -> None:
        viewer = self.server.eye(space_id, self.party_id)
        may_see = {} if viewer is None else self.judge.visible(viewer, space_id)
        shown = {
            record.record_id: record.fields
            for collection in self.collections
            for record in self.replica.records(space_id, collection)
        }
        if shown != may_see:
            self.judge.break_off(f"{self.name} shows {shown} instead of {may_see}")
        if viewer is None:
            return
        if left := self.judge.withdrawn_words(viewer, space_id) & here:
            self.judge.break_off(f"{self.name} still has {sorted(left)}, which were withdrawn")
        if self.server.may_look(space_id, viewer):
            standing = self.replica.standing(space_id)
            proof = (viewer.count, digest.text(viewer.digest))
            if (standing.count, standing.digest) != proof:
                self.judge.break_off(f"{self.name} has another digest than the server")
