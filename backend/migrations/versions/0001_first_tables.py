"""first tables."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables of sync, of patients and of accounts."""
    _make_spaces()
    _make_records()
    _make_ops()
    _make_documents()
    _make_patients()
    _make_activations()
    _make_accounts()
    _make_factors()
    _make_sessions()
    _make_challenges()


def _make_spaces() -> None:
    op.create_table(
        "space",
        sa.Column("space_id", sa.Uuid(), nullable=False),
        sa.Column("head", sa.BigInteger(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("space_id", name=op.f("pk_space")),
        info={"shard_by": "space_id"},
    )
    op.create_table(
        "viewer",
        sa.Column("space_id", sa.Uuid(), nullable=False),
        sa.Column("viewer_id", sa.Uuid(), nullable=False),
        sa.Column("party_id", sa.Uuid(), nullable=True),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("grant_", sa.LargeBinary(), nullable=False),
        sa.Column("is_open", sa.Boolean(), nullable=False),
        sa.Column("head", sa.BigInteger(), nullable=False),
        sa.Column("count", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.LargeBinary(length=16), nullable=False),
        sa.ForeignKeyConstraint(
            ["space_id"], ["space.space_id"], name=op.f("fk_viewer_space_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("space_id", "viewer_id", name=op.f("pk_viewer")),
        sa.UniqueConstraint("space_id", "party_id", name=op.f("uq_viewer_space_id_party_id")),
        info={"shard_by": "space_id"},
    )
    op.create_table(
        "feed",
        sa.Column("space_id", sa.Uuid(), nullable=False),
        sa.Column("viewer_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("collection", sa.Text(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.SmallInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["space_id", "viewer_id"],
            ["viewer.space_id", "viewer.viewer_id"],
            name=op.f("fk_feed_space_id_viewer_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("space_id", "viewer_id", "seq", name=op.f("pk_feed")),
        sa.UniqueConstraint(
            "space_id", "viewer_id", "record_id", name=op.f("uq_feed_space_id_viewer_id_record_id")
        ),
        info={"shard_by": "space_id"},
        sqlite_with_rowid=False,
    )


def _make_records() -> None:
    op.create_table(
        "record",
        sa.Column("space_id", sa.Uuid(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("collection", sa.Text(), nullable=False),
        sa.Column("rev", sa.BigInteger(), nullable=False),
        sa.Column("category", sa.Text(), nullable=False),
        sa.Column("flags", sa.Integer(), nullable=False),
        sa.Column("depositor_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("deleted", sa.Boolean(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["space_id"], ["space.space_id"], name=op.f("fk_record_space_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("space_id", "record_id", name=op.f("pk_record")),
        info={"shard_by": "space_id"},
        sqlite_with_rowid=False,
    )
    op.create_table(
        "kept_value",
        sa.Column("space_id", sa.Uuid(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("op_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=False),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["space_id"],
            ["space.space_id"],
            name=op.f("fk_kept_value_space_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "space_id", "record_id", "device_id", "op_id", "author_id", name=op.f("pk_kept_value")
        ),
        info={"shard_by": "space_id"},
    )


def _make_ops() -> None:
    op.create_table(
        "op",
        sa.Column("space_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("op_id", sa.Uuid(), nullable=False),
        sa.Column("request_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("sealed_outcome", sa.LargeBinary(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["space_id"], ["space.space_id"], name=op.f("fk_op_space_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("space_id", "device_id", "op_id", name=op.f("pk_op")),
        info={"shard_by": "space_id"},
        sqlite_with_rowid=False,
    )
    _index("op", "answered_at")


def _make_documents() -> None:
    op.create_table(
        "document_index",
        sa.Column("space_id", sa.Uuid(), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("depositor_id", sa.Uuid(), nullable=False),
        sa.Column("unique_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("set_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("version_number", sa.BigInteger(), nullable=False),
        sa.Column("content_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("draft_ids", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("space_id", "record_id", name=op.f("pk_document_index")),
        sa.UniqueConstraint(
            "space_id",
            "unique_hash",
            "depositor_id",
            name=op.f("uq_document_index_space_id_unique_hash_depositor_id"),
        ),
        info={"shard_by": "space_id"},
    )
    _index("document_index", "space_id", "set_hash")


def _make_patients() -> None:
    op.create_table(
        "patient",
        sa.Column("space_id", sa.Uuid(), nullable=False),
        sa.Column("sealed_identity", sa.LargeBinary(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("space_id", name=op.f("pk_patient")),
        info={"shard_by": "space_id"},
    )
    op.create_table(
        "ins_lookup",
        sa.Column("ins_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("space_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("ins_hash", name=op.f("pk_ins_lookup")),
        info={"shard_by": "ins_hash"},
    )
    op.create_table(
        "owner_key",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("wrapped", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("owner_id", name=op.f("pk_owner_key")),
        info={"shard_by": "owner_id"},
    )


def _make_activations() -> None:
    op.create_table(
        "activation",
        sa.Column("space_id", sa.Uuid(), nullable=False),
        sa.Column("activation_id", sa.Uuid(), nullable=False),
        sa.Column("viewer_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("space_id", "activation_id", name=op.f("pk_activation")),
        info={"shard_by": "space_id"},
    )
    op.create_table(
        "activation_code",
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("space_id", sa.Uuid(), nullable=False),
        sa.Column("activation_id", sa.Uuid(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_activation_code")),
        info={"shard_by": "code_hash"},
    )
    _index("activation_code", "expires_at")


def _make_accounts() -> None:
    op.create_table(
        "account",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("login_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column("sealed_contacts", sa.LargeBinary(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_account")),
        info={"shard_by": "account_id"},
    )
    op.create_table(
        "login",
        sa.Column("login_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("login_hash", name=op.f("pk_login")),
        info={"shard_by": "login_hash"},
    )
    op.create_table(
        "membership",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("space_id", sa.Uuid(), nullable=False),
        sa.Column("viewer_id", sa.Uuid(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "space_id", name=op.f("pk_membership")),
        info={"shard_by": "account_id"},
    )
    op.create_table(
        "device",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("sealed_name", sa.LargeBinary(), nullable=False),
        sa.Column("platform", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("account_id", "device_id", name=op.f("pk_device")),
        info={"shard_by": "account_id"},
    )


def _make_factors() -> None:
    op.create_table(
        "totp",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("sealed_seed", sa.LargeBinary(), nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("sealed_proposal", sa.LargeBinary(), nullable=True),
        sa.Column("proposal_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_totp")),
        info={"shard_by": "account_id"},
    )
    op.create_table(
        "recovery_code",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("account_id", "code_hash", name=op.f("pk_recovery_code")),
        info={"shard_by": "account_id"},
    )


def _make_sessions() -> None:
    op.create_table(
        "session",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("assurance", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("idle_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("stepped_up_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_as", sa.Text(), nullable=True),
        sa.PrimaryKeyConstraint("account_id", "session_id", name=op.f("pk_session")),
        info={"shard_by": "account_id"},
    )
    op.create_table(
        "token",
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("retry_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("successor_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("successor_access_hash", sa.LargeBinary(length=32), nullable=True),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_token")),
        info={"shard_by": "token_hash"},
    )
    _index("token", "expires_at")


def _make_challenges() -> None:
    op.create_table(
        "challenge",
        sa.Column("challenge_id", sa.Uuid(), nullable=False),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("owner_id", sa.Uuid(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("slot_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("guard", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("challenge_id", name=op.f("pk_challenge")),
        info={"shard_by": "challenge_id"},
    )
    _index("challenge", "expires_at")
    op.create_table(
        "live_challenge",
        sa.Column("slot_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("challenge_id", sa.Uuid(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("slot_hash", name=op.f("pk_live_challenge")),
        info={"shard_by": "slot_hash"},
    )
    _index("live_challenge", "expires_at")
    op.create_table(
        "counter",
        sa.Column("key_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("tat", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("key_hash", name=op.f("pk_counter")),
        info={"shard_by": "key_hash"},
    )
    _index("counter", "tat")


def _index(table: str, *columns: str) -> None:
    name = "_".join(("ix", table, *columns))
    op.create_index(op.f(name), table, [*columns], unique=False)


def downgrade() -> None:
    """Take them away, with their indexes."""
    op.drop_table("counter")
    op.drop_table("live_challenge")
    op.drop_table("challenge")
    op.drop_table("token")
    op.drop_table("session")
    op.drop_table("recovery_code")
    op.drop_table("totp")
    op.drop_table("device")
    op.drop_table("membership")
    op.drop_table("login")
    op.drop_table("account")
    op.drop_table("activation_code")
    op.drop_table("activation")
    op.drop_table("owner_key")
    op.drop_table("ins_lookup")
    op.drop_table("patient")
    op.drop_table("document_index")
    op.drop_table("op")
    op.drop_table("kept_value")
    op.drop_table("record")
    op.drop_table("feed")
    op.drop_table("viewer")
    op.drop_table("space")
