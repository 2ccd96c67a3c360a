"""An assistant: a person with an account of their own, who acts for a professional."""

from datetime import date, datetime
from uuid import UUID

import msgspec

from backend.identity.professionals.model import Act, Activity, Names
from backend.identity.sessions.model import SignedIn


class Terms(msgspec.Struct, frozen=True, kw_only=True):
    """What is left to an assistant, and of whom. Kept sealed."""

    names: Names
    acts: tuple[Act, ...]
    professional_names: Names
    activity: Activity


class Assistantship(msgspec.Struct, frozen=True, kw_only=True):
    """One person's right to act for one professional, until it ends."""

    professional_id: UUID
    assistantship_id: UUID
    terms: Terms
    code_hash: bytes | None
    assistant_id: UUID | None
    created_at: datetime
    code_expires_at: datetime
    ends_at: datetime
    ended_at: datetime | None

    def is_in_force(self, now: datetime) -> bool:
        """Say whether it has not ended, by anybody's will or by its date."""
        return self.ended_at is None and now < self.ends_at

    def takes_code(self, now: datetime) -> bool:
        """Say whether the code given in person still opens it."""
        return self.is_in_force(now) and self.code_hash is not None and now < self.code_expires_at


class Naming(msgspec.Struct, frozen=True, kw_only=True):
    """An assistant as a professional names them. The last day is `ends_on`."""

    names: Names
    acts: tuple[Act, ...]
    ends_on: date


class Named(msgspec.Struct, frozen=True, kw_only=True):
    """The code to give in person. It is shown this once."""

    assistantship_id: UUID
    code: str
    expires_at: datetime


class AssistantView(msgspec.Struct, frozen=True, kw_only=True):
    """An assistant, as the professional sees them."""

    assistantship_id: UUID
    names: Names
    acts: tuple[Act, ...]
    ends_at: datetime
    has_enrolled: bool


class LeavableAct(msgspec.Struct, frozen=True, kw_only=True):
    """An act, whether it may be left to an assistant, and its words."""

    act: Act
    may_be_left: bool
    label_fr: str
    label_en: str
    source: str


class Candidate(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody who enrols with a code. `address` is the other end of the socket."""

    code: str
    login: str
    password: str
    address: str


class Seeded(msgspec.Struct, frozen=True, kw_only=True):
    """The secret for an authenticator app, and the ticket to confirm it with."""

    ticket: str
    expires_at: datetime
    secret: str
    otpauth_uri: str


class Enrolled(msgspec.Struct, frozen=True, kw_only=True):
    """An assistant signed in for the first time. The recovery codes are shown this once."""

    session: SignedIn
    recovery_codes: list[str]


class Employer(msgspec.Struct, frozen=True, kw_only=True):
    """A professional for whom an assistant acts."""

    assistantship_id: UUID
    professional_names: Names
    profession_code: str
    organization: str | None
    acts: tuple[Act, ...]
    ends_at: datetime


class EmployerChoice(msgspec.Struct, frozen=True, kw_only=True):
    """Several professionals: one is to be chosen, with this ticket, before it expires."""

    ticket: str
    expires_at: datetime
    employers: list[Employer]
