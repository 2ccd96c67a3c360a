"""What a professional may leave to an assistant, and for how long.

Source: data/assistant_acts.csv; docs/decisions/0019-professionals-sign-in.md.
"""

from collections.abc import Collection, Set
from datetime import date, timedelta

from backend.identity.errors import AssistantshipUnsuitable
from backend.identity.limits import ASSISTANTSHIP_DAYS_MAX
from backend.identity.professionals.model import Act


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
