"""The list of reasons, as people review it, and what must be said beside one."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache

from backend.access.emergency.errors import EmergencyReasonInvalid, SignInTooOld
from backend.access.emergency.limits import (
    REASON_CHARACTERS_MAX,
    REASON_CHARACTERS_MIN,
    SIGN_IN_AGE_MAX,
)
from backend.access.emergency.model import Asked, Label, ReasonCode
from backend.access.reference import rows

LETTERS_MIN = 5


@cache
def reasons() -> Mapping[str, ReasonCode]:
    """Return the reasons that may be given, by code."""
    return {
        row["code"]: ReasonCode(
            code=row["code"], label=Label(fr=row["label_fr"], en=row["label_en"])
        )
        for row in rows("emergency_reasons.csv")
    }


def check_reason(asked: Asked) -> str:
    """Return the words of a reason, put in order.

    Raises:
        EmergencyReasonInvalid: Not in the list, or too few words beside it.
    """
    if asked.reason_code not in reasons():
        raise EmergencyReasonInvalid("Choose a reason of the list.", pointer="/reason_code")
    words = " ".join(asked.reason.split())
    # People read it, some of them in a terminal that would obey what it does not print.
    is_said = REASON_CHARACTERS_MIN <= len(words) <= REASON_CHARACTERS_MAX and words.isprintable()
    # One key held down says nothing.
    if not is_said or len(set(words.casefold())) < LETTERS_MIN:
        raise EmergencyReasonInvalid(
            f"Say why in {REASON_CHARACTERS_MIN} to {REASON_CHARACTERS_MAX} characters.",
            pointer="/reason",
        )
    return words


def check_sign_in(signed_in_at: datetime, now: datetime) -> None:
    """Refuse a session in which nobody has proven lately who sits there.

    Raises:
        SignInTooOld: It was opened five minutes ago or more.
    """
    if now - signed_in_at >= SIGN_IN_AGE_MAX:
        raise SignInTooOld("Sign in again, then declare the emergency.")
