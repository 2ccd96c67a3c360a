"""An account: who signs in, and how to reach them."""

from datetime import datetime
from enum import Enum
from uuid import UUID

import msgspec

from backend.kernel.ids import AccountId


class Channel(Enum):
    """How a one-time code comes to a person."""

    SMS = "sms"
    EMAIL = "email"
    TOTP = "totp"


class Contacts(msgspec.Struct, frozen=True, kw_only=True):
    """What an account is called, and where it is reached. Kept sealed.

    The instants are those of a change after opening: a number that has just
    changed may be in the wrong hands.
    """

    login: str = ""
    phone: str | None = None
    email: str | None = None
    language: str = "fr"
    phone_changed_at: datetime | None = None
    email_changed_at: datetime | None = None


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """One person's right to sign in."""

    account_id: AccountId
    login_hash: bytes
    password_hash: str
    sealed_contacts: bytes
    created_at: datetime
    assisted_at: datetime | None = None
    assisted_until: datetime | None = None
    confirmed_at: datetime | None = None


SHARED = "shared"
"""The platform of a computer that others use after: no session of it lasts."""


class Proposal(msgspec.Struct, frozen=True, kw_only=True):
    """A device as it describes itself. `device_id` is what an earlier sign-in gave it."""

    name: str
    platform: str
    device_id: UUID | None = None
