"""Emergency access: what is asked, what is opened, and what a reviewer needs to know."""

from datetime import datetime
from typing import Literal
from uuid import UUID

import msgspec

from backend.identity.spaces.finding import Whom

Told = Literal["nobody", "self", "not-reachable"]


class Label(msgspec.Struct, frozen=True, kw_only=True):
    """The same words in each language."""

    fr: str
    en: str


class ReasonCode(msgspec.Struct, frozen=True, kw_only=True):
    """A reason that may be given, with its words."""

    code: str
    label: Label


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a professional declares."""

    whom: Whom
    reason_code: str
    reason: str


class EmergencyOpened(msgspec.Struct, frozen=True, kw_only=True):
    """Until when the record may be read, and whether masked entries are among it."""

    space_id: UUID
    until: datetime
    reads_masked: bool


class EmergencyReview(msgspec.Struct, frozen=True, kw_only=True):
    """What a reviewer needs to know of one use, or of one that was refused. Kept sealed.

    `attending_doctor` says whether the attending doctor could be told: nobody is
    named, it is the one who opened, or no address of theirs is known here.
    """

    professional_id: UUID
    name: str
    profession: str
    organization: str | None
    reason_code: str
    reason: str
    at: datetime
    until: datetime | None
    is_refused: bool
    has_family_name_of_patient: bool
    people_told: int
    attending_doctor: Told
