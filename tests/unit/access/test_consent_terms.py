"""What follows from consents, places in the care team and blocks, by example."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from backend.access.model import Block, Consent, TeamMember
from backend.access.rules.terms import Acts, professional_eye

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
LATER = NOW + timedelta(days=9)
ANNE, PAUL = UUID(int=7), UUID(int=8)


def consent(party_id: UUID = ANNE, **changes: Any) -> Consent:
    """Make a consent that was given."""
    values: dict[str, Any] = {
        "party_id": party_id,
        "name": "Anne Faure",
        "profession": "70",
        "organization": "CABINET DU LOT",
        "status": "given",
        "asked_at": NOW,
        "given_at": NOW,
        **changes,
    }
    return Consent(**values)


def place(party_id: UUID = PAUL, **changes: Any) -> TeamMember:
    """Make a place in the care team."""
    values: dict[str, Any] = {
        "party_id": party_id,
        "name": "Paul",
        "profession": "60",
        "role": "member",
        "starts_at": NOW,
        **changes,
    }
    return TeamMember(**values)


def test_a_request_changes_nothing_of_what_was_given() -> None:
    """Asking again, as a doctor this time, does not read as a doctor before the answer."""
    for status in ("asked", "refused", "ended"):
        more = consent(status=status, profession="10", organization="CHU", given_at=None)

        eye = professional_eye(Acts(consents=(consent(), more)), ANNE, NOW)

        assert (eye.terms.profession, eye.terms.organization) == ("70", "CABINET DU LOT")
        assert eye.is_open


def test_a_colleague_reads_as_what_they_were_declared() -> None:
    """Their own profession, by the consent of another, while their place lasts."""
    extending = consent(extends_to_team=True, keeps_copy=True)
    acts = Acts(consents=(extending,), team=(place(ends_at=LATER),))

    eye = professional_eye(acts, PAUL, NOW)

    assert (eye.terms.profession, eye.is_open, eye.closes_at) == ("60", True, LATER)
    assert not eye.keeps_copy
    assert not professional_eye(acts, PAUL, LATER).is_open


def test_a_place_opens_nothing_without_a_consent_that_reaches_it() -> None:
    """Not extended, or refused, or of nobody."""
    for acts in (
        Acts(team=(place(),)),
        Acts(team=(place(),), consents=(consent(),)),
        Acts(team=(place(),), consents=(consent(status="refused", extends_to_team=True),)),
    ):
        assert not professional_eye(acts, PAUL, NOW).is_open


def test_a_block_shuts_whatever_else_stands() -> None:
    """Own consent, place, and the consent of another."""
    blocks = tuple(Block(party_id=one, name="X", blocked_at=NOW) for one in (ANNE, PAUL))
    acts = Acts(blocks=blocks, consents=(consent(extends_to_team=True),), team=(place(),))

    eyes = [professional_eye(acts, one, NOW) for one in (ANNE, PAUL)]

    assert [eye.is_open for eye in eyes] == [False, False]
    assert all(eye.terms.is_blocked and not eye.terms.granted for eye in eyes)
