"""Which tables the agents' connection reaches. The database itself refuses the rest.

Both lists are written out: a new table stands in one of them, or a test fails.
Whatever is kept by space is closed to agents, with no exception: what they begin
for a patient, the patient ends, or the server does, on another connection.

Source: docs/decisions/0020-support-agents.md; ASVS 5.0, 13.2.2.
"""

from backend.kernel.db import Narrowing

ROLE = "carnet_agents"

REACHED = frozenset(
    {
        "agent",
        "agent_letter",
        "agent_login",
        "agent_session",
        "agent_token",
        "counter",
        "owner_key",  # Wrapped keys: of no use without the key file and the tables below.
        "workshop",
        "workshop_agent",
        "workshop_ticket",
        "workshop_ticket_code",
    }
)

CLOSED = frozenset(
    {
        "account",
        "activation",
        "activation_code",
        "agenda_feed",
        "agenda_link",
        "assistantship",
        "assistantship_code",
        "blob",
        "challenge",
        "consent_request",
        "delivery",
        "deposit",
        "device",
        "document_index",
        "emergency_day",
        "emergency_place",
        "employer",
        "feed",
        "first_read",
        "idempotency_key",
        "ins_lookup",
        "job",
        "kept_value",
        "live_challenge",
        "log_head",
        "log_leaf",
        "log_tile",
        "login",
        "majority",
        "mandate_code",
        "matrix_version",
        "membership",
        "notification_preference",
        "op",
        "own_read",
        "patient",
        "plan",
        "professional",
        "push_subscription",
        "queued_letter",
        "record",
        "recovery",
        "recovery_code",
        "recovery_request",
        "release",
        "review",
        "rpps_lookup",
        "session",
        "space",
        "stop_link",
        "ticket",
        "token",
        "totp",
        "trace",
        "trace_answer",
        "trace_head",
        "viewer",
        "withheld_trace",
    }
)


def narrowing(url: str = "") -> Narrowing:
    """Say how agents connect: by *url*, which has a sign-in of its own, or by their role."""
    return Narrowing(tables=REACHED, role=ROLE, url=url)
