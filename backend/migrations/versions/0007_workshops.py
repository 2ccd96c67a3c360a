"""workshops, recovery, assisted accounts."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the tables of workshops and of recovery, and note which accounts were assisted."""
    _make_agent()
    _make_agent_letter()
    _make_agent_login()
    _make_agent_session()
    _make_agent_token()
    _make_queued_letter()
    _make_recovery()
    _make_recovery_request()
    _make_workshop_ticket()
    _make_workshop_ticket_code()
    _make_workshop()
    _make_workshop_agent()
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.add_column(sa.Column("assisted_at", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("assisted_until", sa.DateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("confirmed_at", sa.DateTime(timezone=True), nullable=True))


def _make_agent() -> None:
    op.create_table(
        "agent",
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("organization_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("sealed_person", sa.LargeBinary(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("sealed_seed", sa.LargeBinary(), nullable=True),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("enrolled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("agent_id", name=op.f("pk_agent")),
        info={"shard_by": "agent_id"},
    )


def _make_agent_letter() -> None:
    op.create_table(
        "agent_letter",
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_agent_letter")),
        info={"shard_by": "code_hash"},
    )
    with op.batch_alter_table("agent_letter", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_agent_letter_expires_at"), ["expires_at"], unique=False
        )


def _make_agent_login() -> None:
    op.create_table(
        "agent_login",
        sa.Column("login_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("login_hash", name=op.f("pk_agent_login")),
        info={"shard_by": "login_hash"},
    )


def _make_agent_session() -> None:
    op.create_table(
        "agent_session",
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("idle_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("agent_id", "session_id", name=op.f("pk_agent_session")),
        info={"shard_by": "agent_id"},
    )


def _make_agent_token() -> None:
    op.create_table(
        "agent_token",
        sa.Column("token_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("session_id", sa.Uuid(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("token_hash", name=op.f("pk_agent_token")),
        info={"shard_by": "token_hash"},
    )
    with op.batch_alter_table("agent_token", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_agent_token_expires_at"), ["expires_at"], unique=False)


def _make_queued_letter() -> None:
    op.create_table(
        "queued_letter",
        sa.Column("space_id", sa.Uuid(), nullable=False),
        sa.Column("letter_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("queued_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("space_id", "letter_id", name=op.f("pk_queued_letter")),
        info={"shard_by": "space_id"},
    )
    with op.batch_alter_table("queued_letter", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_queued_letter_queued_at"), ["queued_at"], unique=False)


def _make_recovery() -> None:
    op.create_table(
        "recovery",
        sa.Column("account_id", sa.Uuid(), nullable=False),
        sa.Column("letter_hash", sa.LargeBinary(length=32), nullable=True),
        sa.Column("letter_expires_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("password_hash", sa.Text(), nullable=True),
        sa.Column("ready_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_recovery")),
        info={"shard_by": "account_id"},
    )


def _make_recovery_request() -> None:
    op.create_table(
        "recovery_request",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("account_id", sa.Uuid(), nullable=True),
        sa.Column("login_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("sms_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("email_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("sms_expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("used_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("request_id", name=op.f("pk_recovery_request")),
        info={"shard_by": "request_id"},
    )
    with op.batch_alter_table("recovery_request", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_recovery_request_expires_at"), ["expires_at"], unique=False
        )


def _make_workshop_ticket() -> None:
    op.create_table(
        "workshop_ticket",
        sa.Column("workshop_id", sa.Uuid(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("act", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("held_until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("workshop_id", "ticket_id", name=op.f("pk_workshop_ticket")),
        info={"shard_by": "workshop_id"},
    )


def _make_workshop_ticket_code() -> None:
    op.create_table(
        "workshop_ticket_code",
        sa.Column("code_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("workshop_id", sa.Uuid(), nullable=False),
        sa.Column("ticket_id", sa.Uuid(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("code_hash", name=op.f("pk_workshop_ticket_code")),
        info={"shard_by": "code_hash"},
    )
    with op.batch_alter_table("workshop_ticket_code", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_workshop_ticket_code_expires_at"), ["expires_at"], unique=False
        )


def _make_workshop() -> None:
    op.create_table(
        "workshop",
        sa.Column("workshop_id", sa.Uuid(), nullable=False),
        sa.Column("organization_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("declared_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("workshop_id", name=op.f("pk_workshop")),
        info={"shard_by": "workshop_id"},
    )


def _make_workshop_agent() -> None:
    op.create_table(
        "workshop_agent",
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("workshop_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("agent_id", "workshop_id", name=op.f("pk_workshop_agent")),
        info={"shard_by": "agent_id"},
    )


def downgrade() -> None:
    """Take them away."""
    with op.batch_alter_table("account", schema=None) as batch_op:
        batch_op.drop_column("confirmed_at")
        batch_op.drop_column("assisted_until")
        batch_op.drop_column("assisted_at")

    op.drop_table("workshop_agent")
    op.drop_table("workshop")
    with op.batch_alter_table("workshop_ticket_code", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_workshop_ticket_code_expires_at"))

    op.drop_table("workshop_ticket_code")
    op.drop_table("workshop_ticket")
    with op.batch_alter_table("recovery_request", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_recovery_request_expires_at"))

    op.drop_table("recovery_request")
    op.drop_table("recovery")
    with op.batch_alter_table("queued_letter", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_queued_letter_queued_at"))

    op.drop_table("queued_letter")
    with op.batch_alter_table("agent_token", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_agent_token_expires_at"))

    op.drop_table("agent_token")
    op.drop_table("agent_session")
    op.drop_table("agent_login")
    with op.batch_alter_table("agent_letter", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_agent_letter_expires_at"))

    op.drop_table("agent_letter")
    op.drop_table("agent")
