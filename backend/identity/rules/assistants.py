"""What a professional may leave to an assistant, and for how long.

Source: data/assistant_acts.csv; docs/decisions/0019-professionals-sign-in.md.
"""

from collections.abc import Collection, Set
from datetime import date, datetime, timedelta

from backend.identity.errors import AssistantshipUnsuitable
from backend.identity.limits import ASSISTANTSHIP_DAYS_MAX, PROFESSIONAL_PROVEN_FOR
from backend.identity.professionals.model import Act, ProfessionalIdentity


def check_naming(
    acts: Collection[Act], ends_on: date, *, may_be_left: Set[Act], today: date
) -> None:
    """Refuse what may not be left to an assistant, and an end past or too far.

    Raises:
        AssistantshipUnsuitable: No act, an act that a professional does in
            person, or an end before today or more than twelve months ahead.
    """
    if not acts:
        raise AssistantshipUnsuitable("Leave one act at least.", pointer="/acts")
    kept = sorted(act.value for act in acts if act not in may_be_left)
    if kept:
        raise AssistantshipUnsuitable(
            f"A professional does this in person: {', '.join(kept)}.", pointer="/acts"
        )
    if not today <= ends_on <= today + timedelta(days=ASSISTANTSHIP_DAYS_MAX - 1):
        raise AssistantshipUnsuitable(
            "The last day is today at the earliest, and within twelve months.", pointer="/ends_on"
        )


def may_lend(
    professional: ProfessionalIdentity,
    activity_id: str,
    *,
    proven_at: datetime | None,
    now: datetime,
) -> bool:
    """Say whether somebody may still act for a professional in an activity of theirs.

    What the provider does not say of them any more, nobody else does in their name:
    whoever left a place, and whoever has not signed in for long, who may have no right to.
    """
    if all(one.activity_id != activity_id for one in professional.activities):
        return False
    if professional.is_fictional:
        return True  # Made up for development: no provider knows them.
    return proven_at is not None and now - proven_at < PROFESSIONAL_PROVEN_FOR
