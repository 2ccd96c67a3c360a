"""A request for consent: as a professional asks it, keeps it and sees it."""

from datetime import date, datetime
from enum import Enum
from uuid import UUID

import msgspec

from backend.access.journal.model import Actor
from backend.access.model import Consent, ConsentState
from backend.access.rules.consents import Scope, status_of
from backend.identity.model import Ins


class State(Enum):
    """What became of a request."""

    WAITING = "waiting"
    GIVEN = "given"
    REFUSED = "refused"
    ENDED = "ended"
    EXPIRED = "expired"  # Never stored: time alone says it.


class Asking(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a professional asks for, by number and birth date, and what for."""

    ins: Ins
    birth_date: date
    scope: Scope


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What a request says, as it was asked. Kept sealed under the professional's key.

    `ins` and `birth_date` are absent where the person gave unasked; `code` is
    what reaches the person.
    """

    scope: Scope
    name: str
    profession: str
    specialty: str | None = None
    organization: str | None = None
    actor: Actor | None = None
    on_behalf_of: Actor | None = None
    ins: Ins | None = None
    birth_date: date | None = None
    code: str | None = None


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """A request as stored."""

    professional_id: UUID
    request_id: UUID
    person_hash: bytes
    sealed: bytes
    state: str
    code_hash: bytes
    tries: int
    code_expires_at: datetime
    asked_at: datetime
    expires_at: datetime
    space_id: UUID | None
    granted_until: datetime | None
    due_at: datetime | None
    kept_until: datetime | None

    def status(self, now: datetime) -> State:
        """Say what the professional sees; unknown persons wait and expire like others."""
        state = State(self.state)
        if state is State.WAITING and self.expires_at <= now:
            return State.EXPIRED
        if state is State.GIVEN and self.granted_until is not None and self.granted_until <= now:
            return State.ENDED
        return state


class Requested(msgspec.Struct, frozen=True, kw_only=True):
    """A request that is on its way, if there is somebody to bring it to."""

    request_id: UUID
    asked_at: datetime
    expires_at: datetime
    code_expires_at: datetime


class RequestView(msgspec.Struct, frozen=True, kw_only=True):
    """A request as the professional sees it. `space_id` is there once it is given."""

    request_id: UUID
    status: State
    ins: Ins | None
    birth_date: date | None
    scope: Scope
    asked_at: datetime
    expires_at: datetime
    space_id: UUID | None
    granted_until: datetime | None


class ConsentView(msgspec.Struct, frozen=True, kw_only=True):
    """A consent, with its record, and how it stands at this instant.

    Nobody writes down that a request was too old to be answered, or that a consent
    came to its end: `status` says so, where the record still says how it was left.
    """

    record_id: UUID
    status: ConsentState
    consent: Consent


def view_of(record_id: UUID, consent: Consent, now: datetime) -> ConsentView:
    """Show a consent as it stands."""
    return ConsentView(record_id=record_id, status=status_of(consent, now), consent=consent)


class PatientView(msgspec.Struct, frozen=True, kw_only=True):
    """A person whose space is open to a professional now."""

    space_id: UUID
    display_name: str
    birth_date: date
    role: str
    until: datetime | None
    keeps_copy: bool


class PatientsPage(msgspec.Struct, frozen=True, kw_only=True):
    """Some persons, and where to go on; None after the last."""

    patients: list[PatientView]
    next_after: UUID | None
