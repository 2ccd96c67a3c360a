"""journal."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables."""
    _make_log_head()
    _make_log_leaf()
    _make_log_tile()
    _make_own_read()
    _make_review()
    _make_trace()
    _make_trace_answer()
    _make_trace_head()


def _make_log_head() -> None:
    op.create_table(
        "log_head",
        sa.Column("log_id", sa.Uuid(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("root", sa.LargeBinary(length=32), nullable=False),
        sa.Column("time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("signed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("log_id", name=op.f("pk_log_head")),
        info={"shard_by": "log_id"},
    )


def _make_log_leaf() -> None:
    op.create_table(
        "log_leaf",
        sa.Column("log_id", sa.Uuid(), nullable=False),
        sa.Column("leaf_index", sa.BigInteger(), nullable=False),
        sa.Column("space_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("log_id", "leaf_index", name=op.f("pk_log_leaf")),
        sa.UniqueConstraint(
            "log_id", "space_id", "seq", name=op.f("uq_log_leaf_log_id_space_id_seq")
        ),
        info={"shard_by": "log_id"},
        sqlite_with_rowid=False,
    )


def _make_log_tile() -> None:
    op.create_table(
        "log_tile",
        sa.Column("log_id", sa.Uuid(), nullable=False),
        sa.Column("level", sa.SmallInteger(), nullable=False),
        sa.Column("tile", sa.BigInteger(), nullable=False),
        sa.Column("hashes", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("log_id", "level", "tile", name=op.f("pk_log_tile")),
        info={"shard_by": "log_id"},
    )


def _make_own_read() -> None:
    op.create_table(
        "own_read",
        sa.Column("space_id", sa.Uuid(), nullable=False),
        sa.Column("device_id", sa.Uuid(), nullable=False),
        sa.Column("day", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("space_id", "device_id", name=op.f("pk_own_read")),
        info={"shard_by": "space_id"},
    )


def _make_review() -> None:
    op.create_table(
        "review",
        sa.Column("space_id", sa.Uuid(), nullable=False),
        sa.Column("review_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("space_id", "review_id", name=op.f("pk_review")),
        info={"shard_by": "space_id"},
    )


def _make_trace() -> None:
    op.create_table(
        "trace",
        sa.Column("space_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=True),
        sa.Column("commitment", sa.LargeBinary(length=32), nullable=False),
        sa.Column("chain", sa.LargeBinary(length=32), nullable=False),
        sa.PrimaryKeyConstraint("space_id", "seq", name=op.f("pk_trace")),
        info={"shard_by": "space_id"},
        sqlite_with_rowid=False,
    )


def _make_trace_answer() -> None:
    op.create_table(
        "trace_answer",
        sa.Column("space_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("review_id", sa.Uuid(), nullable=True),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("space_id", "seq", name=op.f("pk_trace_answer")),
        info={"shard_by": "space_id"},
    )


def _make_trace_head() -> None:
    op.create_table(
        "trace_head",
        sa.Column("space_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("chain", sa.LargeBinary(length=32), nullable=False),
        sa.Column("merged_seq", sa.BigInteger(), nullable=False),
        sa.Column("waiting_since", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("space_id", name=op.f("pk_trace_head")),
        info={"shard_by": "space_id"},
    )
    with op.batch_alter_table("trace_head", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_trace_head_waiting_since"), ["waiting_since"], unique=False
        )


def downgrade() -> None:
    """Take them away."""
    with op.batch_alter_table("trace_head", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_trace_head_waiting_since"))

    op.drop_table("trace_head")
    op.drop_table("trace_answer")
    op.drop_table("trace")
    op.drop_table("review")
    op.drop_table("own_read")
    op.drop_table("log_tile")
    op.drop_table("log_leaf")
    op.drop_table("log_head")
