"""One person's space: whose it is, who opens it, and by which letter."""

from datetime import date, datetime
from enum import Enum
from uuid import UUID

import msgspec

from backend.identity.accounts.model import Channel, Proposal
from backend.identity.assisted import Assisted
from backend.identity.model import Name, PatientIdentity
from backend.kernel.ids import SpaceId, ViewerId


class Role(Enum):
    """As what a letter lets somebody into a space."""

    HOLDER = "holder"
    REPRESENTATIVE = "representative"


class Patient(msgspec.Struct, frozen=True, kw_only=True):
    """The person of a space. Kept sealed."""

    identity: PatientIdentity
    used_family_name: Name | None = None
    used_given_name: Name | None = None


class Representative(msgspec.Struct, frozen=True, kw_only=True):
    """Who acts for a child: by the account named, or whoever gets the letter."""

    login: str | None = None


class Opening(msgspec.Struct, frozen=True, kw_only=True):
    """What an operator knows when a space is opened."""

    patient: Patient
    representatives: tuple[Representative, ...] = ()


class Letter(msgspec.Struct, frozen=True, kw_only=True):
    """What is printed and sent by post; the code is kept nowhere else."""

    activation_id: UUID
    role: Role
    code: str
    expires_at: datetime


class SpaceOpened(msgspec.Struct, frozen=True, kw_only=True):
    """A space that has just been opened."""

    space_id: SpaceId
    letters: list[Letter]


class Activation(msgspec.Struct, frozen=True, kw_only=True):
    """The right to enter a space by a code, as stored."""

    space_id: UUID
    activation_id: UUID
    viewer_id: UUID
    role: str
    code_hash: bytes
    tries: int
    issued_at: datetime
    expires_at: datetime
    used_at: datetime | None


class LetterState(msgspec.Struct, frozen=True, kw_only=True):
    """What an operator may know of a letter."""

    activation_id: UUID
    role: Role
    issued_at: datetime
    expires_at: datetime
    used_at: datetime | None
    is_shut: bool


class Membership(msgspec.Struct, frozen=True, kw_only=True):
    """One space in an account's directory."""

    account_id: UUID
    space_id: UUID
    viewer_id: UUID
    role: str
    joined_at: datetime


class Eye(msgspec.Struct, frozen=True, kw_only=True):
    """One account's viewer of one space, as far as its list of spaces is concerned."""

    space_id: UUID
    viewer_id: UUID
    role: str
    space_state: str
    is_open: bool
    opens_at: datetime | None
    closes_at: datetime | None
    grant: bytes


class MandateTerms(msgspec.Struct, frozen=True, kw_only=True):
    """What a caregiver may do in a space, and from when until when."""

    sections: tuple[str, ...]
    actions: tuple[str, ...]
    starts_at: datetime
    until: datetime


class SpaceView(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A space that somebody may open, and as what.

    `state` is open, closed, `waiting` for a mandate to begin, or `ended`: then a
    name is left, for a month. `mandate` is there for a caregiver; so is the birth
    date only where the mandate names the profile.
    """

    space_id: SpaceId
    viewer_id: ViewerId
    role: str
    display_name: str
    birth_date: date | None = None
    state: str
    mandate: MandateTerms | None = None


class RepresentativeState(msgspec.Struct, frozen=True, kw_only=True):
    """What an operator may know of somebody who represents the person of a space."""

    viewer_id: ViewerId
    has_entered: bool
    until: datetime | None


class Enrolment(msgspec.Struct, frozen=True, kw_only=True):
    """What somebody new sends with the code of their letter."""

    code: str
    birth_date: date
    login: str
    password: str
    phone: str | None
    email: str | None
    language: str
    device: Proposal
    address: str
    ticket: str | None = None
    on_paper: bool = False


class Pending(msgspec.Struct, frozen=True, kw_only=True):
    """What to do once the contact of a new account is proven, sealed in the challenge."""

    activation_id: UUID
    code_hash: bytes
    device: Proposal
    assisted: Assisted | None = None


class Activating(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What somebody who has just made an account must prove.

    Whoever is reached neither by telephone nor by e-mail gets codes to print:
    they are shown this once, and one of them is the proof.
    """

    challenge_id: UUID
    channel: Channel
    sent_to: str | None
    expires_at: datetime
    paper_codes: tuple[str, ...] = ()
