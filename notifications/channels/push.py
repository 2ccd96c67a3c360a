"""Web Push: a wake-up that only one phone can read, and that names no health matter.

Source: RFC 8030 (`TTL`, `Urgency`, `Topic`); docs/decisions/0032-one-way-to-send.md.
"""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol
from uuid import UUID

import httpx
import msgspec

from notifications.channels.answers import UNREACHABLE, receipt_of
from notifications.channels.push_hosts import EndpointRefused, PushHost, origin_of
from notifications.channels.ways import PushTarget, PushWay, push_way_in
from notifications.channels.web_push import (
    KeyUnsuitable,
    Sender,
    authorization,
    encrypt,
    receiver,
    to_base64url,
)
from notifications.core.reminder import ReminderKind
from notifications.ports import ChannelName, Delivery, Notice, Outcome, Receipt
from notifications.texts.rendering import Reader, render

LIFE_MIN = timedelta(hours=1)
LIFE_MAX = timedelta(days=3)
URGENT_WITHIN = timedelta(days=1)
TOPIC_CHARACTERS = 32
_TOPIC_BYTES = 24

# The subscription is over: RFC 8030, 7.3, and what services answer in fact.
_GONE = frozenset({404, 410})
_DEAD_WAY = Receipt(outcome=Outcome.DEAD, reason="address-refused")
_GONE_WAY = "subscription-gone"

Forget = Callable[[UUID, UUID], Awaitable[None]]
"""Drops a subscription that is gone: of which party, and which one."""


class Senders(Protocol):
    """The keys by which push services know this server: a subscription is bound to one."""

    def sender(self, public: str) -> Sender | None:
        """Return the key pair of a public half in base64url; None once it is dropped."""


class Ring(msgspec.Struct, frozen=True, kw_only=True):
    """What a phone gets. It knows the reminder by its id, and reads the rest in its own copy."""

    id: UUID
    space_id: UUID
    reminder_id: UUID
    title: str
    body: str
    language: str


class PushChannel:
    """Sends to every subscription of a party, of known push services only."""

    name = ChannelName.PUSH
    # `Topic` replaces what was not shown yet, and the phone knows a ring by its id.
    repeats_safely = True

    def __init__(
        self,
        client: httpx.AsyncClient,
        senders: Senders,
        forget: Forget,
        *,
        hosts: Iterable[PushHost] | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Take the client, the keys, how to drop one, and other push services than the known."""
        self._client = client
        self._senders = senders
        self._forget = forget
        self._hosts = None if hosts is None else tuple(hosts)
        self._clock = clock

    async def send(self, delivery: Delivery) -> Receipt:
        try:
            way = push_way_in(delivery.route.address)
        except msgspec.MsgspecError:
            return _DEAD_WAY
        body = ring_of(delivery, way)
        headers = headers_of(delivery.notice, self._clock())
        receipts = await asyncio.gather(*(self._one(one, body, headers) for one in way.targets))
        for target, receipt in zip(way.targets, receipts, strict=True):
            if receipt.outcome is Outcome.DEAD:
                await self._forget(delivery.notice.party_id, target.subscription_id)
        return of_all(receipts)

    async def _one(self, to: PushTarget, plain: bytes, headers: Mapping[str, str]) -> Receipt:
        now = self._clock()
        try:
            # Asked again: a host may have been taken off the list since.
            origin = origin_of(to.endpoint, self._hosts)
            body = encrypt(plain, receiver(to.public, to.auth))
        except (EndpointRefused, KeyUnsuitable):
            return _DEAD_WAY
        sender = self._senders.sender(to.sender)
        if sender is None:
            return Receipt(outcome=Outcome.DEAD, reason="key-dropped")
        proof = {"Authorization": authorization(sender, origin, now)}
        try:
            answer = await self._client.post(
                to.endpoint, content=body, headers={**headers, **proof}
            )
        except (httpx.HTTPError, httpx.InvalidURL):
            return UNREACHABLE
        receipt = receipt_of(answer, dead=_GONE, now=now)
        if receipt.outcome is Outcome.DEAD:
            return msgspec.structs.replace(receipt, reason=_GONE_WAY)
        return receipt


def of_all(receipts: Sequence[Receipt]) -> Receipt:
    """Say what came of one ring to several phones: one that has it is enough."""
    for outcome in (Outcome.DELIVERED, Outcome.RETRY):
        found = [one for one in receipts if one.outcome is outcome]
        if found:
            return max(found, key=lambda one: one.retry_after_seconds or 0)
    return receipts[0] if receipts else _DEAD_WAY


def ring_of(delivery: Delivery, way: PushWay) -> bytes:
    """Write what a phone gets."""
    notice = delivery.notice
    language = delivery.route.language
    reader = Reader(language=language, is_helper=way.is_helper)
    words = render(notice, ChannelName.PUSH, reader)
    return msgspec.json.encode(
        Ring(
            id=delivery.delivery_id,
            space_id=notice.space_id,
            reminder_id=notice.reminder_id,
            title=words.subject,
            body=words.text,
            language=language,
        )
    )


def headers_of(notice: Notice, now: datetime) -> Mapping[str, str]:
    """Say how long a push service keeps a ring, how urgent it is, and which one it replaces."""
    left = min(max(notice.due_at - now, LIFE_MIN), LIFE_MAX)
    is_near = notice.kind is ReminderKind.APPOINTMENT and left <= URGENT_WITHIN
    return {
        "TTL": str(int(left.total_seconds())),
        "Urgency": "high" if is_near else "normal",
        "Topic": topic_of(notice.reminder_id),
        "Content-Encoding": "aes128gcm",
        "Content-Type": "application/octet-stream",
    }


def topic_of(reminder_id: UUID) -> str:
    """Return a name by which a push service knows two rings of one reminder, and no more."""
    digest = hashlib.sha256(b"carnet-topic" + reminder_id.bytes).digest()
    return to_base64url(digest[:_TOPIC_BYTES])
