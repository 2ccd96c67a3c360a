"""What a consent may be, by example."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from backend.access.consents.errors import ConsentInvalid, ConsentOver, ConsentTooWide
from backend.access.consents.limits import CONSENT_LIFE, CONSULTATION_LIFE
from backend.access.model import Consent, TeamMember
from backend.access.rules.consents import (
    Narrowing,
    Scope,
    check_scope,
    given,
    is_standing,
    latest_end,
    refused,
    status_of,
)

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
PARTY = UUID(int=7)
A_YEAR = NOW + CONSENT_LIFE


def asked(**changes: Any) -> Consent:
    """Make a request."""
    values: dict[str, Any] = {
        "party_id": PARTY,
        "name": "Anne Faure",
        "profession": "10",
        "status": "asked",
        "purpose": "follow-up",
        "asked_at": NOW,
        "expires_at": NOW + timedelta(days=7),
        "code": "123456",
        **changes,
    }
    return Consent(**values)


def member(ends_at: datetime | None = None) -> TeamMember:
    """Make a place in the care team."""
    return TeamMember(
        party_id=PARTY,
        name="Anne Faure",
        profession="10",
        role="member",
        starts_at=NOW,
        ends_at=ends_at,
    )


@pytest.mark.parametrize(
    ("consent", "membership", "until"),
    [
        (asked(), None, A_YEAR),
        (asked(days=30), None, NOW + timedelta(days=30)),
        (asked(purpose="consultation"), None, NOW + CONSULTATION_LIFE),
        (asked(purpose="consultation"), member(), NOW + CONSULTATION_LIFE),
        (asked(), member(), None),
        (asked(days=30), member(), NOW + timedelta(days=30)),
        (asked(), member(NOW + timedelta(days=9)), A_YEAR + timedelta(days=9)),
    ],
)
def test_a_consent_has_the_end_of_its_purpose(
    consent: Consent, membership: TeamMember | None, until: datetime | None
) -> None:
    """A day for a consultation, a year outside the care team, a year beyond a place in it."""
    assert latest_end(consent, membership, NOW) == until


@pytest.mark.parametrize(
    "narrowing",
    [
        {"sections": ("measures",)},
        {"sections": ()},
        {"keeps_copy": True},
        {"extends_to_team": True},
        {"ends_at": A_YEAR + timedelta(seconds=1)},
        {"ends_at": NOW},
    ],
)
def test_an_answer_never_gives_more_than_was_asked(narrowing: dict[str, Any]) -> None:
    """Neither more sections, nor a copy, nor colleagues, nor a later end, nor a past one."""
    request = asked(sections=("allergies", "conditions"))

    with pytest.raises(ConsentTooWide):
        given(request, Narrowing(**narrowing), evidence="phone", until=A_YEAR, now=NOW)


def test_an_answer_may_give_less() -> None:
    """One section of two, no copy, a month: and the code is gone."""
    request = asked(sections=("allergies", "conditions"), keeps_copy=True, extends_to_team=True)
    month = NOW + timedelta(days=30)
    less = Narrowing(
        sections=("allergies",), keeps_copy=False, extends_to_team=False, ends_at=month
    )

    consent = given(request, less, evidence="phone", until=A_YEAR, now=NOW)

    assert (consent.sections, consent.keeps_copy, consent.extends_to_team) == (
        ("allergies",),
        False,
        False,
    )
    assert (consent.status, consent.given_at, consent.ends_at) == ("given", NOW, month)
    assert consent.code is None
    assert is_standing(consent, NOW)
    assert not is_standing(consent, month)


def test_what_was_asked_for_everything_may_be_narrowed_to_anything() -> None:
    """No section asked means all of them."""
    consent = given(
        asked(), Narrowing(sections=("measures",)), evidence="phone", until=None, now=NOW
    )

    assert (consent.sections, consent.ends_at) == (("measures",), None)


@pytest.mark.parametrize(
    "over",
    [
        asked(status="given"),
        asked(status="refused"),
        asked(status="ended"),
        asked(expires_at=NOW),
    ],
)
def test_what_is_over_is_not_answered(over: Consent) -> None:
    """Answered, taken back or a week old."""
    with pytest.raises(ConsentOver):
        given(over, Narrowing(), evidence="phone", until=None, now=NOW)
    with pytest.raises(ConsentOver):
        refused(over, NOW)


@pytest.mark.parametrize(
    "scope",
    [
        Scope(purpose="follow-up", sections=("horoscope",)),
        Scope(purpose="consultation", days=2),
        Scope(purpose="consultation", keeps_copy=True),
        Scope(purpose="consultation", extends_to_team=True),
    ],
)
def test_a_scope_does_not_contradict_itself(scope: Scope) -> None:
    """Sections that exist; a consultation that ends, keeps nothing and is with one person."""
    with pytest.raises(ConsentInvalid):
        check_scope(scope, {"allergies"})


def test_a_scope_that_fits_is_taken() -> None:
    """A follow-up may last, keep a copy and reach the team; a consultation names sections."""
    known = {"allergies"}

    check_scope(Scope(purpose="follow-up", days=9, keeps_copy=True, extends_to_team=True), known)
    check_scope(Scope(purpose="consultation", sections=("allergies",)), known)

    assert known == {"allergies"}


@pytest.mark.parametrize(
    ("consent", "later", "status"),
    [
        (asked(), timedelta(days=6), "asked"),
        (asked(), timedelta(days=7), "expired"),
        (asked(status="given", ends_at=A_YEAR), timedelta(days=8), "given"),
        (asked(status="given", ends_at=A_YEAR), CONSENT_LIFE, "ended"),
        (asked(status="refused"), timedelta(days=400), "refused"),
        (asked(status="ended"), timedelta(0), "ended"),
    ],
)
def test_a_consent_stands_as_time_left_it(consent: Consent, later: timedelta, status: str) -> None:
    """What was not answered in time waits for nobody, and what came to its end is over."""
    assert status_of(consent, NOW + later) == status
