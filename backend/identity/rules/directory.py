"""How a list of spaces shows each of them."""

from datetime import datetime

from backend.identity.limits import ENDED_SHOWN
from backend.identity.spaces.model import Eye

CAREGIVER = "caregiver"
WAITING = "waiting"
ENDED = "ended"


def is_over(eye: Eye, now: datetime) -> bool:
    """Say whether somebody may not look any more; who will later is not over."""
    return not eye.is_open or (eye.closes_at is not None and eye.closes_at <= now)


def shown_as(eye: Eye, now: datetime) -> str | None:
    """Say in which state a space is shown, or None when it is shown no more.

    What ended early and what ended with time are shown alike: a name, for a while.
    """
    if is_over(eye, now):
        is_recent = eye.closes_at is not None and now < eye.closes_at + ENDED_SHOWN
        return ENDED if is_recent else None
    if eye.opens_at is not None and now < eye.opens_at:
        return WAITING
    return eye.space_state
