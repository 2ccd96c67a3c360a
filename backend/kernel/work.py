"""One unit of work: one transaction and one instant."""

import copy
from collections.abc import Awaitable, Callable, Sequence
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar
from uuid import UUID

import msgspec

from backend.kernel.db import Database, Sql
from backend.kernel.ids import NewId, new_id
from backend.kernel.keys import Keys
from sync.core.audience import Viewer
from sync.storage.port import Deed, Record

T = TypeVar("T")

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """Read the wall clock; only the composition root may hand this out."""
    return datetime.now(UTC)


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """Something that leaves towards a person. It names no health matter.

    `channel` is sms, email, push or letter; `to` is a number, an address or a
    postal name; `kind` is what it is about, for who reads the outbox.
    """

    message_id: UUID
    channel: str
    to: str
    kind: str
    language: str
    subject: str
    text: str
    created_at: datetime


class Guard(Protocol):
    """What work on spaces asks of the rights and of the journal."""

    async def prepare(self, work: "Work") -> None:
        """Make ready what decides, as this transaction sees it."""

    def must_trace(self, work: "Work", space_id: UUID, viewer: Viewer, device_id: UUID) -> bool:
        """Say whether a read by this viewer on this device is still to be written."""

    async def trace(self, work: "Work", space_id: UUID, deed: Deed) -> None:
        """Write a deed into the journal in this transaction; if it fails, nothing leaves."""

    async def written(self, work: "Work", space_id: UUID, records: Sequence[Record]) -> None:
        """Take note of records of a space that this transaction writes or deletes."""


class Outbox(Protocol):
    """Where messages go once the transaction that made them is durable."""

    leaves: bool
    """Whether messages reach people, and cost something; False for a file."""

    async def send(self, messages: list[Message]) -> None:
        """Hand messages over."""


class Work(msgspec.Struct, kw_only=True):
    """What a use case works with. Nobody else commits or reads a clock."""

    db: Sql
    keys: Keys
    now: datetime
    new_id: NewId
    messages: list[Message]
    messages_leave: bool  # False where they only go to a file, and cost nobody anything.
    news: set[tuple[UUID, UUID]]  # A party, and a space of which its feed moved.
    after_commit: list[Callable[[], None]]  # What may be remembered once all this is durable.
    guard: Guard


Ending = Callable[[Work, Any], Awaitable[None]]
"""The last step of a transaction: it takes the work, and what the use case returns."""


class Office:
    """Runs use cases, each in one transaction, and delivers what they leave behind."""

    def __init__(  # noqa: PLR0913  # The parts of a server; only compositions call this.
        self,
        database: Database,
        keys: Keys,
        outbox: Outbox,
        guard: Guard,
        *,
        clock: Clock = utc_now,
        ids: NewId = new_id,
    ) -> None:
        self.database = database
        self.keys = keys
        self.clock = clock
        self._outbox = outbox
        self._guard = guard
        self._ids = ids
        self._ending: Ending | None = None

    def ending_with(self, ending: Ending) -> "Office":
        """Return this office with one more step at the end of each of its writes."""
        office = copy.copy(self)
        office._ending = ending
        return office

    def preparing(self) -> "Office":
        """Return this office for a write that comes before the work itself: it has no ending."""
        office = copy.copy(self)
        office._ending = None
        return office

    def over(self, database: Database) -> "Office":
        """Return an office on another way to the same data, which knows none of its keys yet."""
        office = copy.copy(self)
        office.database = database
        office.keys = Keys(self.keys.provider)
        return office

    async def write(self, use_case: Callable[[Work], Awaitable[T]]) -> T:
        """Run a use case that may write; return after its commit.

        A database may run it again when another transaction got in its way, so
        it keeps no state of its own outside the `Work`.
        """
        last: Work | None = None

        async def transaction(sql: Sql) -> T:
            nonlocal last
            last = self._work(sql)
            result = await use_case(last)
            if self._ending is not None:
                await self._ending(last, result)
            return result

        result = await self.database.write(transaction)
        assert last is not None
        for remember in last.after_commit:
            remember()
        if last.messages:
            await self._outbox.send(last.messages)
        for party_id, space_id in last.news:
            await self.announce(party_id, space_id)
        return result

    async def announce(self, party_id: UUID, space_id: UUID) -> None:
        """Tell every process that a party's feed of a space moved."""
        await self.database.announce(party_id.hex + space_id.hex)

    async def read(self, use_case: Callable[[Work], Awaitable[T]]) -> T:
        """Run a use case that reads one consistent instant."""
        return await self.database.read(lambda sql: use_case(self._work(sql)))

    async def look(self, use_case: Callable[[Work], Awaitable[T]]) -> T:
        """Run a use case of point reads, each as fresh as can be."""
        return await self.database.look(lambda sql: use_case(self._work(sql)))

    def _work(self, sql: Sql) -> Work:
        return Work(
            db=sql,
            keys=self.keys,
            now=self.clock(),
            new_id=self._ids,
            messages=[],
            messages_leave=self._outbox.leaves,
            news=set(),
            after_commit=[],
            guard=self._guard,
        )
