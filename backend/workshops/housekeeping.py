"""Forgetting what is past its use: agents' tokens and codes, and tickets' codes.

Workshops and tickets stay: they say who helped how many people, and when.
"""

from sqlalchemy import bindparam

from backend.identity.housekeeping import KEPT_AFTER
from backend.kernel.sweeping import sweep, sweeping
from backend.kernel.work import Work
from backend.workshops.tables import agent_letters, agent_tokens, ticket_codes

_SWEEPS = (
    sweeping(agent_tokens.c.token_hash, agent_tokens.c.expires_at < bindparam("before")),
    sweeping(agent_letters.c.code_hash, agent_letters.c.expires_at < bindparam("before")),
    sweeping(ticket_codes.c.code_hash, ticket_codes.c.expires_at < bindparam("before")),
)


async def forget_expired(work: Work) -> int:
    """Delete some of what is over; return how many rows went. Safe at any time."""
    before = work.now - KEPT_AFTER
    gone = 0
    for one in _SWEEPS:
        gone += await sweep(work, one, before)
    return gone
