"""A challenge: one request that a code must prove, and what it then allows."""

from datetime import datetime
from enum import Enum
from uuid import UUID

import msgspec

from backend.identity.accounts.model import Channel, Contacts
from backend.kernel.ids import AccountId


class Purpose(Enum):
    """What a proven challenge allows."""

    LOGIN = "login"
    ASSISTANT_LOGIN = "assistant-login"
    ACTIVATE = "activate"
    REGISTER = "register"
    STEP_UP = "step-up"
    CONTACT = "contact"
    CONFIRM = "confirm"


class Assurance(Enum):
    """How sure the second factor is: a code that was sent, or one that the person holds."""

    WEAK = "weak"
    STRONG = "strong"


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What to ask proof for.

    `owner_id` is whose key seals `payload`; None makes a decoy, which looks the
    same from outside and that no code proves. `place` is where failures are
    counted for the asker to see; `guard` where they are counted for the account;
    `slot` within which only the newest challenge counts.
    """

    purpose: Purpose
    channel: Channel
    contacts: Contacts
    owner_id: UUID | None
    account_id: AccountId | None
    payload: bytes
    place: str
    guard: str
    slot: str


class Challenged(msgspec.Struct, frozen=True, kw_only=True):
    """What the asker may know of a challenge."""

    challenge_id: UUID
    channel: Channel
    sent_to: str | None
    expires_at: datetime


class Challenge(msgspec.Struct, frozen=True, kw_only=True):
    """A challenge as stored."""

    challenge_id: UUID
    purpose: str
    channel: str
    account_id: UUID | None
    owner_id: UUID | None
    sealed: bytes
    code_hash: bytes
    slot_hash: bytes
    place: str
    guard: str
    tries: int
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """A code in answer to a challenge."""

    challenge_id: UUID
    code: str


class Redeemed(msgspec.Struct, frozen=True, kw_only=True):
    """A challenge that was proven, once."""

    purpose: Purpose
    account_id: AccountId | None
    owner_id: UUID
    payload: bytes
    assurance: Assurance
    used_recovery_code: bool
    failures_before: int
