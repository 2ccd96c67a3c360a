"""What a mandate may say, and when it ends.

Source: docs/decisions/0022-mandates.md.
"""

import calendar
from collections.abc import Collection
from datetime import datetime, timedelta

from backend.access.mandates.errors import MandateUnsuitable
from backend.access.mandates.limits import (
    ENDING_SOON,
    MANDATE_LIFE_MONTHS,
    REVIEW_EVERY,
    REVIEW_WAITS,
)
from backend.access.model import SENSITIVE, Mandate, MandateState

ACTIONS = ("read", "add", "change", "message")
MESSAGES = "messages"


def review_due_at(mandate: Mandate) -> datetime:
    """Say when the person is asked again whether they still want a mandate."""
    agreed_at = mandate.reviewed_at or max(mandate.invited_at, mandate.starts_at)
    return agreed_at + REVIEW_EVERY


def runs_out_at(mandate: Mandate) -> datetime:
    """Say when a mandate ends by itself: at its date, or when nobody confirms it."""
    return min(mandate.ends_at, review_due_at(mandate) + REVIEW_WAITS)


def over_at(mandate: Mandate) -> datetime:
    """Say when a mandate ended or will: ended early, it is like one that ran out then."""
    natural = runs_out_at(mandate)
    return natural if mandate.ended_at is None else min(natural, mandate.ended_at)


def is_active(mandate: Mandate, now: datetime) -> bool:
    """Say whether a mandate that was accepted has not ended; it may begin later."""
    return mandate.status == "active" and now < over_at(mandate)


def is_invited(mandate: Mandate, now: datetime) -> bool:
    """Say whether an invitation still waits for its answer."""
    until = mandate.answer_by
    in_time = until is not None and now < until and now < over_at(mandate)
    return mandate.status == "invited" and in_time


def is_standing(mandate: Mandate, now: datetime) -> bool:
    """Say whether a mandate counts: accepted, or waiting to be."""
    return is_active(mandate, now) or is_invited(mandate, now)


def is_to_confirm(mandate: Mandate, now: datetime) -> bool:
    """Say whether the person, and nobody else, is asked about a mandate at an instant."""
    is_near_end = mandate.ends_at - ENDING_SOON <= now
    return is_active(mandate, now) and (review_due_at(mandate) <= now or is_near_end)


def status_of(mandate: Mandate, now: datetime) -> MandateState:
    """Say how a mandate stands: as it was written, until time alone has changed that."""
    if mandate.status == "invited":
        return "invited" if is_invited(mandate, now) else "expired"
    if mandate.status == "active":
        return "active" if is_active(mandate, now) else "ended"
    return mandate.status


def latest_end(now: datetime) -> datetime:
    """Say how far a mandate that is given or renewed now may reach."""
    year, month = divmod(now.year * 12 + now.month - 1 + MANDATE_LIFE_MONTHS, 12)
    day = min(now.day, calendar.monthrange(year, month + 1)[1])
    return now.replace(year=year, month=month + 1, day=day)


def check_scope(
    sections: Collection[str], actions: Collection[str], *, known: Collection[str]
) -> None:
    """Refuse a mandate over nothing, or over what nobody knows.

    Reading, adding and changing are about a section of the record; writing to
    professionals is about messages. Sensitive sections only widen others.

    Raises:
        MandateUnsuitable: An unknown or doubled section or action, or none that does anything.
    """
    if len({*sections}) < len(sections) or not {*sections} <= {*known}:
        raise MandateUnsuitable("One of these sections is unknown or named twice.", pointer=_AT[0])
    if len({*actions}) < len(actions) or not {*actions} <= {*ACTIONS}:
        raise MandateUnsuitable("One of these actions is unknown or named twice.", pointer=_AT[1])
    if not {*sections} - SENSITIVE.keys():
        raise MandateUnsuitable("A mandate is over one section at least.", pointer=_AT[0])
    if not actions:
        raise MandateUnsuitable("A mandate allows one action at least.", pointer=_AT[1])
    if {"add", "change", "message"} & {*actions} and "read" not in actions:
        raise MandateUnsuitable("Who adds, changes or writes also reads.", pointer=_AT[1])
    if "message" in actions and MESSAGES not in sections:
        raise MandateUnsuitable("Who writes messages is let in to them.", pointer=_AT[0])


def check_dates(starts_at: datetime, ends_at: datetime, now: datetime) -> None:
    """Refuse a mandate that ends before it begins, or reaches too far.

    Raises:
        MandateUnsuitable: The dates do not fit.
    """
    if not max(now, starts_at) < ends_at:
        raise MandateUnsuitable("It ends after it begins, and later than now.", pointer="/ends_at")
    if ends_at > latest_end(now):
        months = MANDATE_LIFE_MONTHS
        raise MandateUnsuitable(f"It lasts {months} months at most.", pointer="/ends_at")
    if starts_at > now + timedelta(days=REVIEW_EVERY.days):
        raise MandateUnsuitable("It begins within three months.", pointer="/starts_at")


_AT = ("/sections", "/actions")
