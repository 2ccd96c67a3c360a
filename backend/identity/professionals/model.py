"""A professional: who they are, as what they work, and who acts for them."""

from datetime import datetime
from enum import Enum
from typing import Annotated
from uuid import UUID

import msgspec
from msgspec import Meta

from backend.identity.accounts.model import Proposal

Rpps = Annotated[
    str,
    Meta(
        pattern=r"^[0-9]{11}$(?!\n)",
        description="The number of a professional in the national register, 11 digits.",
        examples=["10001234567"],
    ),
]
PersonName = Annotated[str, Meta(min_length=1, max_length=100, pattern=r"\S")]
Code = Annotated[str, Meta(min_length=1, max_length=20, pattern=r"^[A-Za-z0-9._-]+$(?!\n)")]
OrganizationName = Annotated[str, Meta(min_length=1, max_length=200, pattern=r"\S")]


class Act(Enum):
    """What somebody may do in the name of a professional.

    Source: data/assistant_acts.csv, which says what may be left to an assistant.
    """

    READ_RECORD = "read-record"
    DEPOSIT = "deposit"
    CORRECT_DEPOSIT = "correct-deposit"
    RELEASE_ANNOUNCEMENT = "release-announcement"
    READ_AGENDA = "read-agenda"
    WRITE_AGENDA = "write-agenda"
    MESSAGE = "message"
    ASK_CONSENT = "ask-consent"
    DECLARE_CARE_TEAM = "declare-care-team"
    EMERGENCY_ACCESS = "emergency-access"
    NAME_ASSISTANTS = "name-assistants"


class Names(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody is called at work."""

    family_name: PersonName
    given_name: PersonName


class Activity(msgspec.Struct, frozen=True, kw_only=True):
    """One situation in which a professional works: a profession, in a place.

    `activity_id` follows from the rest, so that it is the same at each sign-in.
    """

    activity_id: str
    profession_code: Code
    specialty: Code | None = None
    role_code: Code | None = None
    sector_code: Code | None = None
    organization: OrganizationName | None = None
    organization_id: Code | None = None


class ProfessionalIdentity(msgspec.Struct, frozen=True, kw_only=True):
    """A professional, as the provider of their identity said at the last sign-in.

    `is_regulator` is a doctor who answers emergency calls. A fictional one was
    made up for development, and never proved anything.
    """

    rpps: Rpps
    names: Names
    activities: tuple[Activity, ...]
    is_regulator: bool = False
    is_fictional: bool = False


class Acting(msgspec.Struct, frozen=True, kw_only=True):
    """As what a session was opened. Kept sealed, with the session."""

    names: Names
    activity: Activity
    is_regulator: bool = False
    assistantship_id: UUID | None = None
    assistant_names: Names | None = None


class ProfessionalCaller(msgspec.Struct, frozen=True, kw_only=True):
    """Who makes a request as a professional, or for one.

    `names` are those of whoever sits there; `professional_names` are the
    professional's. `profession_code`, `specialty` and `organization` are those
    of the activity. `acts` is all that may be done; it was read a moment ago.
    """

    professional_id: UUID
    assistant_id: UUID | None
    names: Names
    professional_names: Names
    profession_code: str
    specialty: str | None
    organization: str | None
    activity: Activity
    is_regulator: bool
    session_id: UUID
    device_id: UUID
    signed_in_at: datetime
    acts: frozenset[Act]


class Departure(msgspec.Struct, frozen=True, kw_only=True):
    """A professional about to leave for the provider. `address` is the socket's other end."""

    device: Proposal
    address: str
    is_browser: bool


class Leaving(msgspec.Struct, frozen=True, kw_only=True):
    """Where to go. `binding` stays with the browser, and must come back with it."""

    authorization_url: str
    state: str
    binding: str | None


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who comes back from the provider, with what it gave them."""

    state: str
    code: str | None
    error: str | None
    issuer: str | None
    binding: str | None
    address: str


class ActivityChoice(msgspec.Struct, frozen=True, kw_only=True):
    """Several situations: one is to be chosen, with this ticket, before it expires."""

    ticket: str
    expires_at: datetime
    activities: tuple[Activity, ...]
