"""Web Push: a wake-up that only one phone can read, and that names no health matter.

Source: RFC 8030 (`TTL`, `Urgency`, `Topic`); docs/decisions/0032-one-way-to-send.md.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Protocol
from uuid import UUID

import httpx
import msgspec

from notifications.channels.answers import UNREACHABLE, receipt_of
from notifications.channels.push_hosts import EndpointRefused, PushHost, origin_of
from notifications.channels.ways import PushWay, push_way_in
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
    """Sends to subscriptions, of known push services only."""

    name = ChannelName.PUSH
    # `Topic` replaces what was not shown yet, and the phone knows a ring by its id.
    repeats_safely = True

    def __init__(
        self,
        client: httpx.AsyncClient,
        senders: Senders,
        *,
        hosts: Iterable[PushHost] | None = None,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        """Take the client, the keys, and other push services than the known ones."""
        self._client = client
        self._senders = senders
        self._hosts = None if hosts is None else tuple(hosts)
        self._clock = clock

    async def send(self, delivery: Delivery) -> Receipt:
        now = self._clock()
        try:
            way = push_way_in(delivery.route.address)
            # Asked again: a host may have been taken off the list since.
            origin = origin_of(way.to, self._hosts)
            body = encrypt(ring_of(delivery, way), receiver(way.public, way.auth))
        except (msgspec.MsgspecError, EndpointRefused, KeyUnsuitable):
            return _DEAD_WAY
        sender = self._senders.sender(way.sender)
        if sender is None:
            return Receipt(outcome=Outcome.DEAD, reason="key-dropped")
        headers = {
            **headers_of(delivery.notice, now),
            "Authorization": authorization(sender, origin, now),
        }
        try:
            answer = await self._client.post(way.to, content=body, headers=headers)
        except (httpx.HTTPError, httpx.InvalidURL):
            return UNREACHABLE
        receipt = receipt_of(answer, dead=_GONE, now=now)
        if receipt.outcome is Outcome.DEAD:
            return msgspec.structs.replace(receipt, reason=_GONE_WAY)
        return receipt


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
