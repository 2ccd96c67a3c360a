"""What the answers of providers over HTTP mean for a message."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import httpx

from notifications.ports import Outcome, Receipt

TIMEOUT_SECONDS = 10.0
ANSWER_BYTES_MAX = 64 * 1024
RETRY_AFTER_SECONDS_MAX = 86_400

UNREACHABLE = Receipt(outcome=Outcome.RETRY, reason="unreachable")
_MISCONFIGURED = frozenset({401, 403, 407})


def open_client(transport: httpx.AsyncBaseTransport | None = None) -> httpx.AsyncClient:
    """Make the client by which messages leave: it follows nobody elsewhere."""
    return httpx.AsyncClient(
        timeout=TIMEOUT_SECONDS, follow_redirects=False, transport=transport, trust_env=False
    )


def receipt_of(answer: httpx.Response, *, dead: frozenset[int], now: datetime) -> Receipt:
    """Read an answer.

    Args:
        answer: The provider's.
        dead: The codes by which this kind of provider says "never to this address".
        now: Aware.
    """
    if answer.is_success:
        return Receipt(outcome=Outcome.DELIVERED)
    if answer.status_code in dead:
        return Receipt(outcome=Outcome.DEAD, reason="address-refused")
    reason = "misconfigured" if answer.status_code in _MISCONFIGURED else "provider-refused"
    if answer.status_code == 429:
        reason = "too-many"
    elif answer.status_code >= 500:
        reason = "provider-down"
    after = retry_after(answer.headers.get("retry-after", ""), now)
    return Receipt(outcome=Outcome.RETRY, reason=reason, retry_after_seconds=after)


def retry_after(value: str, now: datetime) -> int | None:
    """Read `Retry-After`: seconds, or a date; a day at most, and None where it says nothing."""
    value = value.strip()
    if value.isascii() and value.isdigit():
        return min(int(value[:9]), RETRY_AFTER_SECONDS_MAX)
    try:
        at = parsedate_to_datetime(value)
    except ValueError:
        return None
    at = at if at.tzinfo is not None else at.replace(tzinfo=UTC)
    seconds = int((at - now).total_seconds())
    return min(max(seconds, 0), RETRY_AFTER_SECONDS_MAX)
