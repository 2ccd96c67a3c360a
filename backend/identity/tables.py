"""The tables of identity: accounts and their devices, sign-in, and who holds a space.

Accounts are sharded by `account_id`, spaces by `space_id`; whatever is found by a
keyed hash is sharded by that hash. Source: the distribution rules for Citus.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
)

from backend.kernel.tables import metadata

_BY_ACCOUNT = {"shard_by": "account_id"}
_BY_SPACE = {"shard_by": "space_id"}


def _instant(name: str, *, nullable: bool = False) -> Column[object]:
    return Column(name, DateTime(timezone=True), nullable=nullable)


def _hash(name: str, *, nullable: bool = False) -> Column[object]:
    return Column(name, LargeBinary(32), nullable=nullable)


accounts = Table(
    "account",
    metadata,
    Column("account_id", Uuid, nullable=False),
    _hash("login_hash"),
    Column("password_hash", Text, nullable=False),
    Column("sealed_contacts", LargeBinary, nullable=False),
    _instant("created_at"),
    PrimaryKeyConstraint("account_id"),
    info=_BY_ACCOUNT,
)

logins = Table(
    "login",
    metadata,
    _hash("login_hash"),
    Column("account_id", Uuid, nullable=False),
    PrimaryKeyConstraint("login_hash"),
    info={"shard_by": "login_hash"},
)

devices = Table(
    "device",
    metadata,
    Column("account_id", Uuid, nullable=False),
    Column("device_id", Uuid, nullable=False),
    Column("sealed_name", LargeBinary, nullable=False),
    Column("platform", Text, nullable=False),
    _instant("created_at"),
    _instant("last_seen_at"),
    _instant("revoked_at", nullable=True),
    PrimaryKeyConstraint("account_id", "device_id"),
    info=_BY_ACCOUNT,
)

memberships = Table(
    "membership",
    metadata,
    # A directory that can be rebuilt: the authority is the viewer in the space's shard.
    Column("account_id", Uuid, nullable=False),
    Column("space_id", Uuid, nullable=False),
    Column("viewer_id", Uuid, nullable=False),
    Column("role", Text, nullable=False),
    _instant("joined_at"),
    PrimaryKeyConstraint("account_id", "space_id"),
    info=_BY_ACCOUNT,
)

sessions = Table(
    "session",
    metadata,
    Column("account_id", Uuid, nullable=False),
    Column("session_id", Uuid, nullable=False),
    Column("device_id", Uuid, nullable=False),
    Column("assurance", Text, nullable=False),  # weak | strong
    _instant("created_at"),
    _instant("idle_until"),
    _instant("expires_at"),
    _instant("stepped_up_until", nullable=True),
    _instant("ended_at", nullable=True),
    Column("ended_as", Text),
    PrimaryKeyConstraint("account_id", "session_id"),
    info=_BY_ACCOUNT,
)

tokens = Table(
    "token",
    metadata,
    _hash("token_hash"),
    Column("kind", Text, nullable=False),  # access | refresh
    Column("account_id", Uuid, nullable=False),
    Column("session_id", Uuid, nullable=False),
    _instant("expires_at"),
    _instant("used_at", nullable=True),
    _hash("retry_hash", nullable=True),
    _hash("successor_hash", nullable=True),
    _hash("successor_access_hash", nullable=True),
    PrimaryKeyConstraint("token_hash"),
    Index(None, "expires_at"),
    info={"shard_by": "token_hash"},
)

challenges = Table(
    "challenge",
    metadata,
    Column("challenge_id", Uuid, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("account_id", Uuid),  # None for a decoy, and before there is an account.
    Column("owner_id", Uuid),  # Whose key opens `sealed`; None for a decoy.
    Column("sealed", LargeBinary, nullable=False),
    _hash("code_hash"),
    _hash("slot_hash"),
    Column("place", Text, nullable=False),
    Column("guard", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    _instant("created_at"),
    _instant("expires_at"),
    _instant("used_at", nullable=True),
    PrimaryKeyConstraint("challenge_id"),
    Index(None, "expires_at"),
    info={"shard_by": "challenge_id"},
)

live_challenges = Table(
    "live_challenge",
    metadata,
    # One account, purpose and device have one challenge that counts: the newest.
    _hash("slot_hash"),
    Column("challenge_id", Uuid, nullable=False),
    _instant("expires_at"),
    PrimaryKeyConstraint("slot_hash"),
    Index(None, "expires_at"),
    info={"shard_by": "slot_hash"},
)

totps = Table(
    "totp",
    metadata,
    Column("account_id", Uuid, nullable=False),
    Column("sealed_seed", LargeBinary),  # None until the first one is confirmed.
    Column("last_step", BigInteger, nullable=False),
    Column("sealed_proposal", LargeBinary),
    _instant("proposal_expires_at", nullable=True),
    PrimaryKeyConstraint("account_id"),
    info=_BY_ACCOUNT,
)

recovery_codes = Table(
    "recovery_code",
    metadata,
    Column("account_id", Uuid, nullable=False),
    _hash("code_hash"),
    _instant("created_at"),
    _instant("used_at", nullable=True),
    PrimaryKeyConstraint("account_id", "code_hash"),
    info=_BY_ACCOUNT,
)

counters = Table(
    "counter",
    metadata,
    _hash("key_hash"),
    Column("tat", BigInteger, nullable=False),  # Microseconds: `rules/counters.py` says of what.
    PrimaryKeyConstraint("key_hash"),
    Index(None, "tat"),
    info={"shard_by": "key_hash"},
)

patients = Table(
    "patient",
    metadata,
    Column("space_id", Uuid, nullable=False),
    Column("sealed_identity", LargeBinary, nullable=False),
    _instant("opened_at"),
    PrimaryKeyConstraint("space_id"),
    info=_BY_SPACE,
)

ins_lookups = Table(
    "ins_lookup",
    metadata,
    _hash("ins_hash"),
    Column("space_id", Uuid, nullable=False),
    PrimaryKeyConstraint("ins_hash"),
    info={"shard_by": "ins_hash"},
)

activations = Table(
    "activation",
    metadata,
    Column("space_id", Uuid, nullable=False),
    Column("activation_id", Uuid, nullable=False),
    Column("viewer_id", Uuid, nullable=False),
    Column("role", Text, nullable=False),
    _hash("code_hash"),  # The only code that counts: a new letter replaces it.
    Column("tries", Integer, nullable=False),
    _instant("issued_at"),
    _instant("expires_at"),
    _instant("used_at", nullable=True),
    PrimaryKeyConstraint("space_id", "activation_id"),
    info=_BY_SPACE,
)

activation_codes = Table(
    "activation_code",
    metadata,
    # Where to find what a code opens; the code counts only while `activation` names it.
    _hash("code_hash"),
    Column("space_id", Uuid, nullable=False),
    Column("activation_id", Uuid, nullable=False),
    _instant("expires_at"),
    PrimaryKeyConstraint("code_hash"),
    Index(None, "expires_at"),
    info={"shard_by": "code_hash"},
)
