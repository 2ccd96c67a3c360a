"""What is handed to a carrier, whoever it is from: a code, a notice, a letter, a reminder."""

from typing import Protocol
from uuid import UUID

import msgspec

from notifications.ports import Receipt


class Parcel(msgspec.Struct, frozen=True, kw_only=True):
    """One message, ready to leave.

    `message_id` is the same at each try: the idempotency key. `to` means
    something to the carrier alone. `stop_url` is where its reader says "no more"
    without signing in; what nobody may turn off, such as a code, has none.
    """

    message_id: UUID
    to: str
    kind: str
    language: str
    subject: str
    text: str
    stop_url: str | None = None


class Carrier(Protocol):
    """One provider: a mail server, an SMS gateway, a print queue."""

    async def carry(self, parcel: Parcel) -> Receipt:
        """Hand a message over, within a bounded time. A failure is a `Receipt`, never raised."""
