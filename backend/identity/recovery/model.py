"""A lost password, from the asking to the new one."""

from datetime import datetime
from enum import Enum
from uuid import UUID

import msgspec


class Means(Enum):
    """What proves, two of them together, who has lost a password."""

    SMS = "sms"
    EMAIL = "email"
    LETTER = "letter"
    TOTP = "totp"
    RECOVERY_CODE = "recovery-code"


class RecoveryBegun(msgspec.Struct, frozen=True, kw_only=True):
    """What anybody is told: the same whether or not the name is somebody's."""

    request_id: UUID
    expires_at: datetime


class RecoveryProven(msgspec.Struct, frozen=True, kw_only=True):
    """When the new password will be in force, unless it is cancelled."""

    ready_at: datetime


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """Codes that were sent for a lost password, as stored."""

    request_id: UUID
    account_id: UUID | None
    login_hash: bytes
    sms_hash: bytes
    email_hash: bytes
    tries: int
    sms_expires_at: datetime
    expires_at: datetime
    used_at: datetime | None


class Recovery(msgspec.Struct, frozen=True, kw_only=True):
    """The new password of an account that waits, or the letter that goes home for it."""

    account_id: UUID
    letter_hash: bytes | None = None
    letter_expires_at: datetime | None = None
    password_hash: str | None = None
    ready_at: datetime | None = None


class Lost(msgspec.Struct, frozen=True, kw_only=True):
    """A name whose password is lost; `address` is the other end of the socket."""

    login: str
    address: str
    ticket: str | None = None


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """Two codes of two kinds, and the password to come."""

    request_id: UUID
    login: str
    codes: tuple[str, str]
    password: str
    address: str
