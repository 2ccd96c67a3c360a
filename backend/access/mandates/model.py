"""What is asked and answered about mandates."""

from datetime import datetime
from uuid import UUID

import msgspec

from backend.access.journal.words import Text
from backend.access.model import MandateAction, MandateState
from backend.identity.accounts.model import Contacts, Proposal
from backend.kernel.ids import SpaceId


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a code leads: a mandate, in its space."""

    space_id: UUID
    record_id: UUID


class Invitation(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a person wants to be helped by, in what, and until when."""

    name: str
    contacts: Contacts
    sections: tuple[str, ...]
    actions: tuple[MandateAction, ...]
    starts_at: datetime | None
    ends_at: datetime


class Invited(msgspec.Struct, frozen=True, kw_only=True):
    """An invitation that was sent. The code is shown this once, to be handed over too."""

    record_id: UUID
    code: str
    sent_to: str
    answer_by: datetime


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What to change of a mandate; None leaves a part as it is."""

    sections: tuple[str, ...] | None
    actions: tuple[MandateAction, ...] | None


class MandateView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A mandate as the person whom it helps sees it.

    `confirm_by` is there when it waits to be confirmed: unanswered, it ends then.
    """

    record_id: UUID
    name: str
    status: MandateState
    sections: tuple[str, ...]
    actions: tuple[str, ...]
    invited_at: datetime
    starts_at: datetime
    ends_at: datetime
    over_at: datetime
    answer_by: datetime | None = None
    confirm_by: datetime | None = None


class Accepted(msgspec.Struct, frozen=True, kw_only=True):
    """Whom a caregiver helps from now on, in what, and until when."""

    space_id: SpaceId
    display_name: str
    sections: tuple[str, ...]
    actions: tuple[str, ...]
    starts_at: datetime
    until: datetime


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """A part of the record that a mandate may name, in words."""

    section: str
    label: Text
    is_sensitive: bool
    is_default: bool


class Options(msgspec.Struct, frozen=True, kw_only=True):
    """What a mandate may say, and what a person starts from."""

    sections: tuple[Section, ...]
    actions: tuple[str, ...]
    default_actions: tuple[str, ...]
    latest_end: datetime
    caregivers_max: int


class Registration(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody without an account sends with the code of an invitation."""

    code: str
    login: str
    password: str
    phone: str | None
    email: str | None
    language: str
    device: Proposal
    address: str


class Pending(msgspec.Struct, frozen=True, kw_only=True):
    """The account to make once its contact is proven, sealed in the challenge."""

    code_hash: bytes
    contacts: Contacts
    password_hash: str
    device: Proposal
