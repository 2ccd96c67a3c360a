"""What makes a profile sound, and how to read an empty part of a record."""

from enum import Enum

from backend.clinical.model import EmptyReason, Profile
from backend.kernel.values import check_email, check_phone, check_year


class SectionState(Enum):
    """What a part of the record says.

    Source: FHIR List.emptyReason.
    """

    FILLED = "filled"
    NIL_KNOWN = "nilknown"
    """Someone said that there is nothing to note."""
    UNKNOWN = "unknown"
    """Nobody has said anything yet."""


def check_profile(body: Profile) -> None:
    """Refuse contact details that cannot be used.

    Raises:
        ImplausiblePhone: The telephone number cannot be one.
        ImplausibleEmail: The e-mail address cannot be one.
        ImpossibleDate: The birth date is beyond any lifetime.
    """
    check_year(body.birth_date, pointer="/birth_date")
    check_phone(body.phone, pointer="/phone")
    check_email(body.email, pointer="/email")


def state_of(record_count: int, empty_reason: EmptyReason | None) -> SectionState:
    """Tell "none" from "unknown" for one collection.

    A record always wins over "not concerned": an allergy added offline on one
    phone must never be hidden by a box ticked on another.
    """
    if record_count > 0:
        return SectionState.FILLED
    return SectionState.UNKNOWN if empty_reason is None else SectionState.NIL_KNOWN
