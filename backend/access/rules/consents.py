"""What a consent may be: asked, narrowed by who gives it, and how long it lasts."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Literal

import msgspec

from backend.access.consents.errors import ConsentInvalid, ConsentOver, ConsentTooWide
from backend.access.consents.limits import CONSENT_LIFE, CONSULTATION_LIFE
from backend.access.model import Consent, ConsentState, TeamMember

Purpose = Literal["consultation", "follow-up"]
CONSULTATION = "consultation"

Evidence = Literal["phone", "code", "representative"]


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """What is asked or given. No section means all that the rights matrix allows."""

    purpose: Purpose
    sections: tuple[str, ...] = ()
    keeps_copy: bool = False
    extends_to_team: bool = False
    days: int | None = None


class Narrowing(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody changes in what was asked; None leaves it."""

    sections: tuple[str, ...] | None = None
    keeps_copy: bool | None = None
    extends_to_team: bool | None = None
    ends_at: datetime | None = None


def check_scope(scope: Scope, known_sections: Collection[str]) -> None:
    """Refuse a scope that contradicts itself.

    Raises:
        ConsentInvalid: A section that nobody knows, or a consultation that would
            last, keep a copy or reach the care team.
    """
    for section in scope.sections:
        if section not in known_sections:
            raise ConsentInvalid("Nobody knows this section.", pointer="/sections")
    if scope.purpose != CONSULTATION:
        return
    if scope.days is not None:
        raise ConsentInvalid("A consultation ends by itself.", pointer="/days")
    if scope.keeps_copy:
        raise ConsentInvalid("Nothing is kept of a consultation.", pointer="/keeps_copy")
    if scope.extends_to_team:
        raise ConsentInvalid("A consultation is with one person.", pointer="/extends_to_team")


def latest_end(consent: Consent, membership: TeamMember | None, now: datetime) -> datetime | None:
    """Say until when at most a consent given now lasts; None for no end.

    One that was asked for some days lasts so long, one for a consultation a day,
    others a year; in the care team, a year beyond the membership.

    Source: CSP R1111-46; docs/decisions/0023-consent.md.
    """
    if consent.purpose == CONSULTATION:
        return now + CONSULTATION_LIFE
    if membership is None:
        whole: datetime | None = now + CONSENT_LIFE
    else:
        whole = None if membership.ends_at is None else membership.ends_at + CONSENT_LIFE
    if consent.days is None:
        return whole
    asked = now + timedelta(days=consent.days)
    return asked if whole is None else min(asked, whole)


def given(
    asked: Consent,
    narrowing: Narrowing,
    *,
    evidence: Evidence,
    until: datetime | None,
    now: datetime,
) -> Consent:
    """Return what somebody gives of what was asked: as much, or less.

    Raises:
        ConsentOver: It is not waiting for an answer any more.
        ConsentTooWide: It would be more than was asked, or end after *until*.
    """
    check_waiting(asked, now)
    sections = asked.sections if narrowing.sections is None else narrowing.sections
    if asked.sections and not (sections and set(sections) <= set(asked.sections)):
        raise ConsentTooWide("This was not asked for.", pointer="/sections")
    for name in ("keeps_copy", "extends_to_team"):
        if getattr(narrowing, name) and not getattr(asked, name):
            raise ConsentTooWide("This was not asked for.", pointer=f"/{name}")
    ends_at = narrowing.ends_at or until
    if ends_at is not None and (ends_at <= now or (until is not None and ends_at > until)):
        raise ConsentTooWide("It ends in the past, or too late.", pointer="/ends_at")
    return msgspec.structs.replace(
        answered(asked),
        status="given",
        sections=tuple(sections),
        keeps_copy=asked.keeps_copy and narrowing.keeps_copy is not False,
        extends_to_team=asked.extends_to_team and narrowing.extends_to_team is not False,
        evidence=evidence,
        given_at=now,
        ends_at=ends_at,
    )


def refused(asked: Consent, now: datetime) -> Consent:
    """Return a request that somebody said no to.

    Raises:
        ConsentOver: It is not waiting for an answer any more.
    """
    check_waiting(asked, now)
    return msgspec.structs.replace(answered(asked), status="refused", ended_at=now)


def ended(consent: Consent, now: datetime) -> Consent:
    """Return a consent, or a request for one, that is over from now on."""
    return msgspec.structs.replace(answered(consent), status="ended", ended_at=now)


def is_standing(consent: Consent, now: datetime) -> bool:
    """Say whether a consent was given and has not ended."""
    return consent.status == "given" and (consent.ends_at is None or now < consent.ends_at)


def is_waiting(consent: Consent, now: datetime) -> bool:
    """Say whether a request can still be answered."""
    in_time = consent.expires_at is None or now < consent.expires_at
    return consent.status == "asked" and in_time


def status_of(consent: Consent, now: datetime) -> ConsentState:
    """Say how a consent stands: as it was written, until time alone has changed that."""
    if consent.status == "asked":
        return "asked" if is_waiting(consent, now) else "expired"
    if consent.status == "given":
        return "given" if is_standing(consent, now) else "ended"
    return consent.status


def check_waiting(consent: Consent, now: datetime) -> None:
    """Refuse to answer what does not wait for an answer.

    Raises:
        ConsentOver: It was answered, taken back or is too old.
    """
    if not is_waiting(consent, now):
        raise ConsentOver("This request is over.")


def answered(consent: Consent) -> Consent:
    """Return a request without the code that stood for its answer."""
    return msgspec.structs.replace(consent, code=None, code_expires_at=None)
