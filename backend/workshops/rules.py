"""When a workshop is open, how many it may help, and what its agent may know."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from backend.workshops.errors import WindowInvalid, WorkshopFull, WorkshopNotOpen, WorkshopTooFast
from backend.workshops.limits import (
    ACTS_PER_HOUR_MAX,
    ACTS_PER_WORKSHOP_MAX,
    DECLARED_AHEAD_MAX,
    WINDOW_MAX,
)
from backend.workshops.model import Ticket, TicketState, Workshop, WorkshopState

_HOUR = timedelta(hours=1)


def check_window(starts_at: datetime, ends_at: datetime, now: datetime) -> None:
    """Refuse a window that no workshop has.

    Raises:
        WindowInvalid: It ends before it starts or in the past, lasts more than
            WINDOW_MAX, or begins more than DECLARED_AHEAD_MAX from now.
    """
    if ends_at <= starts_at or ends_at <= now:
        raise WindowInvalid("A workshop ends after it starts, and not yet.", pointer="/ends_at")
    if ends_at - starts_at > WINDOW_MAX:
        hours = WINDOW_MAX // _HOUR
        raise WindowInvalid(f"A workshop lasts {hours} hours at most.", pointer="/ends_at")
    if starts_at - now > DECLARED_AHEAD_MAX:
        raise WindowInvalid("This is too far ahead.", pointer="/starts_at")


def state_of(workshop: Workshop, now: datetime) -> WorkshopState:
    """Say whether a workshop is to come, open or over, by the server's clock."""
    if workshop.closed_at is not None or workshop.ends_at <= now:
        return WorkshopState.OVER
    if workshop.opened_at is None or now < workshop.starts_at:
        return WorkshopState.DECLARED
    return WorkshopState.OPEN


def refuse_unless_open(workshop: Workshop, now: datetime) -> None:
    """Refuse an agent anything outside the window of a workshop that was started.

    Raises:
        WorkshopNotOpen: See `state_of`.
    """
    if state_of(workshop, now) is not WorkshopState.OPEN:
        raise WorkshopNotOpen("This workshop is not open now.")


def ticket_state(ticket: Ticket, now: datetime) -> TicketState:
    """Say of a ticket what its agent may know."""
    if ticket.done_at is not None:
        return TicketState.DONE
    return TicketState.WAITING if ticket.held_until > now else TicketState.EXPIRED


def is_good(ticket: Ticket, workshop: Workshop, now: datetime) -> bool:
    """Say whether a person may begin something with a ticket."""
    is_open = state_of(workshop, now) is WorkshopState.OPEN
    return is_open and ticket.done_at is None and ticket.expires_at > now


def refuse_one_more(tickets: Iterable[Ticket], now: datetime) -> None:
    """Refuse one ticket more than a workshop may have.

    Those that wait count as if they were done, so that however they end, there
    are never more than ACTS_PER_WORKSHOP_MAX acts, nor ACTS_PER_HOUR_MAX in any hour.

    Raises:
        WorkshopFull: All places of the workshop are taken.
        WorkshopTooFast: All places of the last hour are taken.
    """
    live = [one for one in tickets if ticket_state(one, now) is not TicketState.EXPIRED]
    if len(live) >= ACTS_PER_WORKSHOP_MAX:
        raise WorkshopFull(f"A workshop helps {ACTS_PER_WORKSHOP_MAX} people at most.")
    frees_at = sorted(_frees_at(one) for one in live if _frees_at(one) > now)
    if len(frees_at) >= ACTS_PER_HOUR_MAX:
        wait = frees_at[len(frees_at) - ACTS_PER_HOUR_MAX] - now
        raise WorkshopTooFast(max(1, int(wait.total_seconds())))


def _frees_at(ticket: Ticket) -> datetime:
    """Say when a ticket stops counting in the last hour."""
    return ticket.held_until if ticket.done_at is None else ticket.done_at + _HOUR
