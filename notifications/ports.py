"""What notifications ask of their host, and of whoever carries a message.

One job is one ring of one reminder for one party. Dispatch asks the `Directory`
how that party is to be told, books the delivery, asks one `Channel` to send it,
and books what came of it. The host writes its journal in the transaction that
books a delivery, so a channel is never asked about something that is not there.
"""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from datetime import datetime
from enum import Enum
from typing import Protocol, TypeVar
from uuid import UUID

import msgspec

from notifications.core.reminder import Reminder, ReminderKind
from notifications.storage.port import Booked, Due, Job, JobStore

T = TypeVar("T")


class ChannelName(Enum):
    """By what a message leaves."""

    PUSH = "push"
    EMAIL = "email"
    SMS = "sms"
    LETTER = "letter"


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """One ring of one reminder, for one party. It says nothing of what it is about.

    `kind` decides on preferences and quiet hours; no text that leaves may name
    it. `ring_at` is when a phone would ring, `due_at` the instant that it is for.
    """

    space_id: UUID
    reminder_id: UUID
    party_id: UUID
    kind: ReminderKind
    lead_minutes: int
    ring_at: datetime
    due_at: datetime
    time_zone: str


class Route(msgspec.Struct, frozen=True, kw_only=True):
    """One way to a party. `address` means something to its channel alone."""

    channel: ChannelName
    address: str
    language: str = "fr"


class Routing(msgspec.Struct, frozen=True, kw_only=True):
    """How a party is to be told: the ways in the order of their preference, and when.

    There is one route for each channel: to several browsers is one delivery.
    No route means not at all: `reason` is then a word for the count of skips, such
    as `kind-off` or `no-route`. `send_at` moves the ring out of quiet hours, to an
    earlier or a later instant; None leaves it at `Notice.ring_at`.
    """

    routes: tuple[Route, ...] = ()
    send_at: datetime | None = None
    reason: str = "no-route"


class Directory(Protocol):
    """The host's address book, with what people prefer."""

    async def routing(self, notice: Notice, now: datetime) -> Routing:
        """Say how a party is to be told. Asked ahead of the ring, and again when it is time."""

    async def drop(self, party_id: UUID, route: Route) -> None:
        """Forget a way that its provider calls dead."""


class Devices(Protocol):
    """The host's phones."""

    async def heard(self, party_id: UUID) -> Mapping[UUID, datetime]:
        """Return when each device that is still signed in was last heard from."""


class Delivery(msgspec.Struct, frozen=True, kw_only=True):
    """One message to be sent. `delivery_id` is the same at each try: the idempotency key."""

    delivery_id: UUID
    notice: Notice
    route: Route


class Outcome(Enum):
    """What came of asking a channel."""

    DELIVERED = "delivered"
    """The provider has it."""
    RETRY = "retry"
    """Not now: the same again later, then the next way."""
    DEAD = "dead"
    """Never by this way: it is dropped, and the next one tried at once."""


class Receipt(msgspec.Struct, frozen=True, kw_only=True):
    """What a channel answers. `reason` is a word for metrics: it holds nothing of anybody."""

    outcome: Outcome
    reason: str = ""
    retry_after_seconds: int | None = None


class Channel(Protocol):
    """One way for messages to leave.

    `repeats_safely` says whether its provider keeps to the idempotency key: where
    it does not, what may have been sent before a crash is not sent again.
    """

    name: ChannelName
    repeats_safely: bool

    async def send(self, delivery: Delivery) -> Receipt:
        """Hand one message over, within a bounded time.

        Raises nothing that a provider can cause: a failure is a `Receipt`.
        """


class Sight(msgspec.Struct, frozen=True, kw_only=True):
    """A reminder as one party would be told of it; None where there is none any more."""

    reminder: Reminder | None
    may_see: bool


class Book(Protocol):
    """One space in one transaction of the host."""

    @property
    def jobs(self) -> JobStore:
        """The jobs of the space."""

    async def sights(self, jobs: Sequence[Job]) -> Mapping[UUID, Sight]:
        """Return what each job is about, by its identifier, with the rights of this instant."""

    async def tell(self, booked: Sequence[Booked]) -> None:
        """Write into the host's journal that somebody is about to be told."""

    async def sent(self, reminder_ids: Collection[UUID]) -> None:
        """Note in reminders that somebody was told."""


class Books(Protocol):
    """The host's transactions."""

    async def due(self, now: datetime, limit: int) -> Sequence[Due]:
        """Return jobs that are due in any space, the longest due first."""

    async def write(self, space_id: UUID, work: Callable[[Book], Awaitable[T]]) -> T:
        """Run work on one space, and return once it is durable."""


class Counts(Protocol):
    """Where what became of jobs is counted, with words alone."""

    def job(self, state: str, reason: str) -> None:
        """Count a job that was closed, or put off."""

    def delivery(self, channel: str, outcome: str) -> None:
        """Count one try of one channel."""
