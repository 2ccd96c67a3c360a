"""The tables of identity: accounts and their devices, sign-in, and who holds a space.

Accounts are sharded by `account_id`, spaces by `space_id`; whatever is found by a
keyed hash is sharded by that hash. Source: the distribution rules for Citus.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    Index,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
)

from backend.kernel.tables import hash_column, instant_column, metadata

_BY_ACCOUNT = {"shard_by": "account_id"}
_BY_SPACE = {"shard_by": "space_id"}


accounts = Table(
    "account",
    metadata,
    Column("account_id", Uuid, nullable=False),
    hash_column("login_hash"),
    Column("password_hash", Text, nullable=False),
    Column("sealed_contacts", LargeBinary, nullable=False),
    instant_column("created_at"),
    # Made with help, at a workshop that lasted until; its owner has confirmed it alone since.
    instant_column("assisted_at", nullable=True),
    instant_column("assisted_until", nullable=True),
    instant_column("confirmed_at", nullable=True),
    PrimaryKeyConstraint("account_id"),
    info=_BY_ACCOUNT,
)

logins = Table(
    "login",
    metadata,
    hash_column("login_hash"),
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
    instant_column("created_at"),
    instant_column("last_seen_at"),
    instant_column("revoked_at", nullable=True),
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
    instant_column("joined_at"),
    PrimaryKeyConstraint("account_id", "space_id"),
    info=_BY_ACCOUNT,
)

sessions = Table(
    "session",
    metadata,
    # An account's, or a professional's, who has none: the identifier is theirs.
    Column("account_id", Uuid, nullable=False),
    Column("session_id", Uuid, nullable=False),
    Column("device_id", Uuid, nullable=False),
    Column("assurance", Text, nullable=False),  # weak | strong
    instant_column("created_at"),
    instant_column("idle_until"),
    instant_column("expires_at"),
    instant_column("stepped_up_until", nullable=True),
    instant_column("ended_at", nullable=True),
    Column("ended_as", Text),
    Column("audience", Text, nullable=False, server_default="patient"),
    # For whom an assistant signed in; None for whoever acts for themselves.
    Column("on_behalf_of", Uuid),
    Column("sealed_capacity", LargeBinary),  # As what a professional signed in.
    PrimaryKeyConstraint("account_id", "session_id"),
    Index(None, "idle_until"),
    info=_BY_ACCOUNT,
)

tokens = Table(
    "token",
    metadata,
    hash_column("token_hash"),
    Column("kind", Text, nullable=False),  # access | refresh
    Column("account_id", Uuid, nullable=False),
    Column("session_id", Uuid, nullable=False),
    instant_column("expires_at"),
    instant_column("used_at", nullable=True),
    hash_column("retry_hash", nullable=True),
    hash_column("successor_hash", nullable=True),
    hash_column("successor_access_hash", nullable=True),
    Column("audience", Text, nullable=False, server_default="patient"),
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
    hash_column("code_hash"),
    hash_column("slot_hash"),
    Column("place", Text, nullable=False),
    Column("guard", Text, nullable=False),
    Column("tries", Integer, nullable=False),
    instant_column("created_at"),
    instant_column("expires_at"),
    instant_column("used_at", nullable=True),
    PrimaryKeyConstraint("challenge_id"),
    Index(None, "expires_at"),
    info={"shard_by": "challenge_id"},
)

live_challenges = Table(
    "live_challenge",
    metadata,
    # One account, purpose and device have one challenge that counts: the newest.
    hash_column("slot_hash"),
    Column("challenge_id", Uuid, nullable=False),
    instant_column("expires_at"),
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
    instant_column("proposal_expires_at", nullable=True),
    PrimaryKeyConstraint("account_id"),
    info=_BY_ACCOUNT,
)

recovery_codes = Table(
    "recovery_code",
    metadata,
    Column("account_id", Uuid, nullable=False),
    hash_column("code_hash"),
    instant_column("created_at"),
    instant_column("used_at", nullable=True),
    PrimaryKeyConstraint("account_id", "code_hash"),
    info=_BY_ACCOUNT,
)

recoveries = Table(
    "recovery",
    metadata,
    # A lost password on its way to a new one; an account has one at most.
    Column("account_id", Uuid, nullable=False),
    hash_column("letter_hash", nullable=True),  # Of the code that goes home by post.
    instant_column("letter_expires_at", nullable=True),
    Column("password_hash", Text),  # In force from `ready_at` on, unless it is cancelled.
    instant_column("ready_at", nullable=True),
    PrimaryKeyConstraint("account_id"),
    info=_BY_ACCOUNT,
)

recovery_requests = Table(
    "recovery_request",
    metadata,
    Column("request_id", Uuid, nullable=False),
    Column("account_id", Uuid),  # None for a decoy.
    hash_column("login_hash"),
    hash_column("sms_hash"),
    hash_column("email_hash"),
    Column("tries", Integer, nullable=False),
    instant_column("sms_expires_at"),
    instant_column("expires_at"),
    instant_column("used_at", nullable=True),
    PrimaryKeyConstraint("request_id"),
    Index(None, "expires_at"),
    info={"shard_by": "request_id"},
)

counters = Table(
    "counter",
    metadata,
    hash_column("key_hash"),
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
    instant_column("opened_at"),
    PrimaryKeyConstraint("space_id"),
    info=_BY_SPACE,
)

majorities = Table(
    "majority",
    metadata,
    # When the person of a space is of age and takes over from whoever represents them.
    # None for one who was of age when the space was opened: nothing changes by itself.
    Column("space_id", Uuid, nullable=False),
    instant_column("due_at", nullable=True),
    instant_column("handed_over_at", nullable=True),
    PrimaryKeyConstraint("space_id"),
    Index(None, "due_at"),
    info=_BY_SPACE,
)

ins_lookups = Table(
    "ins_lookup",
    metadata,
    hash_column("ins_hash"),
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
    hash_column("code_hash"),  # The only code that counts: a new letter replaces it.
    Column("tries", Integer, nullable=False),
    instant_column("issued_at"),
    instant_column("expires_at"),
    instant_column("used_at", nullable=True),
    PrimaryKeyConstraint("space_id", "activation_id"),
    info=_BY_SPACE,
)

queued_letters = Table(
    "queued_letter",
    metadata,
    # Waits for the operator's printer; `sealed` is wiped once it is on paper.
    Column("space_id", Uuid, nullable=False),
    Column("letter_id", Uuid, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    instant_column("queued_at"),
    instant_column("taken_at", nullable=True),
    instant_column("printed_at", nullable=True),
    PrimaryKeyConstraint("space_id", "letter_id"),
    Index(None, "queued_at"),
    info=_BY_SPACE,
)

activation_codes = Table(
    "activation_code",
    metadata,
    # Where to find what a code opens; the code counts only while `activation` names it.
    hash_column("code_hash"),
    Column("space_id", Uuid, nullable=False),
    Column("activation_id", Uuid, nullable=False),
    instant_column("expires_at"),
    PrimaryKeyConstraint("code_hash"),
    Index(None, "expires_at"),
    info={"shard_by": "code_hash"},
)

professionals = Table(
    "professional",
    metadata,
    Column("professional_id", Uuid, nullable=False),
    Column("sealed_identity", LargeBinary, nullable=False),
    instant_column("known_since"),
    instant_column("signed_in_at", nullable=True),
    PrimaryKeyConstraint("professional_id"),
    info={"shard_by": "professional_id"},
)

rpps_lookups = Table(
    "rpps_lookup",
    metadata,
    hash_column("rpps_hash"),
    Column("professional_id", Uuid, nullable=False),
    PrimaryKeyConstraint("rpps_hash"),
    info={"shard_by": "rpps_hash"},
)

tickets = Table(
    "ticket",
    metadata,
    # Half a sign-in. What it holds opens with the ticket itself, which is not kept.
    hash_column("ticket_hash"),
    Column("purpose", Text, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    Column("tries", Integer, nullable=False),
    instant_column("expires_at"),
    instant_column("used_at", nullable=True),
    PrimaryKeyConstraint("ticket_hash"),
    Index(None, "expires_at"),
    info={"shard_by": "ticket_hash"},
)

assistantships = Table(
    "assistantship",
    metadata,
    Column("professional_id", Uuid, nullable=False),
    Column("assistantship_id", Uuid, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    hash_column("code_hash", nullable=True),  # None once somebody has taken it.
    Column("assistant_id", Uuid),
    instant_column("created_at"),
    instant_column("code_expires_at"),
    instant_column("ends_at"),
    instant_column("ended_at", nullable=True),
    PrimaryKeyConstraint("professional_id", "assistantship_id"),
    info={"shard_by": "professional_id"},
)

assistantship_codes = Table(
    "assistantship_code",
    metadata,
    # Where to find what a code opens; the code counts only while `assistantship` names it.
    hash_column("code_hash"),
    Column("professional_id", Uuid, nullable=False),
    Column("assistantship_id", Uuid, nullable=False),
    instant_column("expires_at"),
    PrimaryKeyConstraint("code_hash"),
    Index(None, "expires_at"),
    info={"shard_by": "code_hash"},
)

employers = Table(
    "employer",
    metadata,
    # A directory that can be rebuilt: the authority is the assistantship.
    Column("account_id", Uuid, nullable=False),
    Column("assistantship_id", Uuid, nullable=False),
    Column("professional_id", Uuid, nullable=False),
    PrimaryKeyConstraint("account_id", "assistantship_id"),
    info=_BY_ACCOUNT,
)
