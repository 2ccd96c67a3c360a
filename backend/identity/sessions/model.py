"""A session: one device signed in to one account, and the tokens that prove it."""

from datetime import datetime
from enum import Enum
from uuid import UUID

import msgspec

from backend.identity.challenges.model import Assurance
from backend.kernel.ids import AccountId, DeviceId, PartyId


class Audience(Enum):
    """Whom a door is for. A token of another audience opens nothing there."""

    PATIENT = "patient"
    PROFESSIONAL = "professional"
    ASSISTANT = "assistant"


# A professional's software syncs and reads documents by the same doors as a phone.
# An assistant's does not: a feed is the professional's own eye.
SEATED = frozenset({Audience.PATIENT.value, Audience.PROFESSIONAL.value})
PATIENTS = frozenset({Audience.PATIENT.value})
PROFESSIONALS = frozenset({Audience.PROFESSIONAL.value, Audience.ASSISTANT.value})


class Capacity(msgspec.Struct, frozen=True, kw_only=True):
    """As what somebody signs in, where that is more than who they are.

    `acting` is sealed under the key of the professional. `ends_at` is when the
    capacity ends, and the session with it.
    """

    audience: Audience = Audience.PATIENT
    on_behalf_of: UUID | None = None
    acting: bytes | None = None
    ends_at: datetime | None = None


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """Who makes a request. What they may see is asked of the rights, each time."""

    account_id: AccountId
    device_id: DeviceId
    session_id: UUID
    assurance: Assurance
    stepped_up_until: datetime | None
    audience: str = Audience.PATIENT.value
    on_behalf_of: UUID | None = None

    @property
    def party_id(self) -> PartyId:
        """Whose eyes these are: for an assistant, those of the professional."""
        return PartyId(self.on_behalf_of or self.account_id)


class Ended(Enum):
    """Why a session is over."""

    SIGNED_OUT = "signed-out"
    REPLACED = "replaced"
    DEVICE_REMOVED = "device-removed"
    TOKEN_REUSED = "token-reused"  # noqa: S105  # A reason, not a token.
    PASSWORD_CHANGED = "password-changed"  # noqa: S105
    DELEGATION_ENDED = "delegation-ended"


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """A session as stored."""

    account_id: UUID
    session_id: UUID
    device_id: UUID
    assurance: str
    created_at: datetime
    idle_until: datetime
    expires_at: datetime
    stepped_up_until: datetime | None
    ended_at: datetime | None
    ended_as: str | None
    audience: str = Audience.PATIENT.value
    on_behalf_of: UUID | None = None
    sealed_capacity: bytes | None = None


class Standing(msgspec.Struct, frozen=True):
    """What each request needs to know of its session."""

    device_id: UUID
    assurance: str
    expires_at: datetime
    stepped_up_until: datetime | None
    ended_at: datetime | None
    ended_as: str | None
    on_behalf_of: UUID | None


class Opened(msgspec.Struct, frozen=True):
    """What an access token says of itself."""

    account_id: UUID
    session_id: UUID
    expires_at: datetime
    audience: str


class Token(msgspec.Struct, frozen=True, kw_only=True):
    """A token as stored: its hash, and for a spent refresh token what came after it."""

    token_hash: bytes
    kind: str
    account_id: UUID
    session_id: UUID
    expires_at: datetime
    used_at: datetime | None = None
    retry_hash: bytes | None = None
    successor_hash: bytes | None = None
    successor_access_hash: bytes | None = None
    audience: str = Audience.PATIENT.value


class SignedIn(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a device gets when it signs in or refreshes.

    On a shared computer there is no refresh token, and nothing may be stored.
    """

    access_token: str
    refresh_token: str | None
    expires_in: int
    device_id: UUID
    assurance: Assurance
    may_store: bool = True


class Device(msgspec.Struct, frozen=True, kw_only=True):
    """One installation of the app, as its owner sees it."""

    device_id: DeviceId
    name: str
    platform: str
    created_at: datetime
    last_seen_at: datetime
    is_current: bool
