"""SMS by an HTTP gateway. The contract, for who writes one: docs/sms-gateway.md."""

from collections.abc import Callable
from datetime import UTC, datetime

import httpx

from notifications.channels.answers import UNREACHABLE, receipt_of
from notifications.channels.parcel import Parcel
from notifications.ports import Receipt

# By these a gateway says that this number will never be reached.
_DEAD = frozenset({410, 422})


def _utc_now() -> datetime:
    return datetime.now(UTC)


class SmsGateway:
    """Posts one SMS at a time, each under a key by which the gateway knows a repeat."""

    def __init__(
        self,
        url: str,
        token: str,
        client: httpx.AsyncClient,
        *,
        clock: Callable[[], datetime] = _utc_now,
    ) -> None:
        self._url = url
        self._token = token
        self._client = client
        self._clock = clock

    async def carry(self, parcel: Parcel) -> Receipt:
        try:
            answer = await self._client.post(
                self._url,
                json={"to": parcel.to, "text": parcel.text},
                headers={
                    "Authorization": f"Bearer {self._token}",
                    "Idempotency-Key": str(parcel.message_id),
                },
            )
        except httpx.HTTPError:
            return UNREACHABLE
        return receipt_of(answer, dead=_DEAD, now=self._clock())
