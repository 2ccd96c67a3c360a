"""What a person holds: an authenticator app, and recovery codes on paper."""

from datetime import datetime
from enum import Enum

import msgspec


class Totp(msgspec.Struct, frozen=True, kw_only=True):
    """The authenticator app of an account, opened; `seed` is None until it is confirmed."""

    seed: str | None
    last_step: int
    proposal: str | None
    proposal_expires_at: datetime | None


class TotpProposal(msgspec.Struct, frozen=True, kw_only=True):
    """A seed for an authenticator app, to be confirmed by a code of it."""

    secret: str
    otpauth_uri: str


class ConfirmationState(Enum):
    """Whether an account that was made with help can still be confirmed in time."""

    PROVISIONAL = "provisional"
    OVERDUE = "overdue"


class Confirmation(msgspec.Struct, frozen=True, kw_only=True):
    """What the owner of an account made with help has to do alone, in their language."""

    state: ConfirmationState
    confirm_by: datetime
    title: str
    text: str


class Factors(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How an account is protected and reached, as its owner may see it."""

    has_totp: bool
    recovery_codes_left: int
    phone: str | None
    email: str | None
    confirmation: Confirmation | None = None
    new_password_at: datetime | None = None
    """When a new password will be in force, unless it is cancelled."""
