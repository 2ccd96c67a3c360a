"""Whether a session still stands."""

from datetime import datetime

from backend.identity.errors import DeviceRevoked, NotSignedIn, SessionReused, StepUpNeeded
from backend.identity.limits import REFRESH_RETRY_SPAN
from backend.identity.sessions.model import Caller, Ended, Session, Token
from backend.kernel.errors import Refusal


def why_ended(session: Session, now: datetime) -> Refusal | None:
    """Say why the session of a refresh token is over, or None while it stands."""
    if session.ended_as == Ended.DEVICE_REMOVED.value:
        return DeviceRevoked("This device was signed out from afar.")
    if session.ended_as == Ended.TOKEN_REUSED.value:
        return SessionReused("A refresh token was used twice.")
    if session.ended_at is not None or session.expires_at <= now or session.idle_until <= now:
        return NotSignedIn("This session is over.")
    return None


def is_lost_reply(token: Token, retry_hash: bytes | None, now: datetime) -> bool:
    """Say whether a spent token comes again from the very request that spent it.

    A reply may get lost on its way to the phone. Only the same idempotency key,
    soon after, tells that apart from a copy in somebody else's hands.
    """
    return (
        token.used_at is not None
        and retry_hash is not None
        and token.retry_hash == retry_hash
        and now - token.used_at < REFRESH_RETRY_SPAN
    )


def refuse_without_step_up(caller: Caller, now: datetime) -> None:
    """Refuse a dangerous act to a session without a fresh proof of who is there.

    Raises:
        StepUpNeeded: No step-up, or one that has run out.
    """
    if caller.stepped_up_until is None or caller.stepped_up_until <= now:
        raise StepUpNeeded("Ask for a step-up first.")
