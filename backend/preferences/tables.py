"""The tables of preferences: by space, by account, and by the address in a message."""

from sqlalchemy import (
    Column,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)

from backend.kernel.tables import hash_column, instant_column, metadata

preferences = Table(
    "notification_preference",
    metadata,
    # How one party wants to be reminded about this space. None in `sealed`: the defaults.
    Column("space_id", Uuid, nullable=False),
    Column("party_id", Uuid, nullable=False),
    Column("sealed", LargeBinary),
    Column("link_version", Integer, nullable=False),
    instant_column("changed_at"),
    PrimaryKeyConstraint("space_id", "party_id"),
    info={"shard_by": "space_id"},
)

subscriptions = Table(
    "push_subscription",
    metadata,
    # One for each device: a new one takes the place of the former.
    Column("account_id", Uuid, nullable=False),
    Column("subscription_id", Uuid, nullable=False),
    Column("device_id", Uuid, nullable=False),
    Column("sealed", LargeBinary, nullable=False),
    instant_column("created_at"),
    PrimaryKeyConstraint("account_id", "subscription_id"),
    UniqueConstraint("account_id", "device_id"),
    info={"shard_by": "account_id"},
)

stop_links = Table(
    "stop_link",
    metadata,
    # Where the address in a message leads. It counts only while `link_version` is the
    # one of the preferences; the address itself is not kept, it can be made again.
    hash_column("token_hash"),
    Column("space_id", Uuid, nullable=False),
    Column("party_id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    Column("link_version", Integer, nullable=False),
    instant_column("created_at"),
    PrimaryKeyConstraint("token_hash"),
    info={"shard_by": "token_hash"},
)
