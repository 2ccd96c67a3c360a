"""Forgetting what is past its use: tokens, sessions, challenges, letters' codes, counters."""

from datetime import timedelta

from sqlalchemy import bindparam

from backend.identity.rules.counters import microseconds
from backend.identity.tables import (
    activation_codes,
    assistantship_codes,
    challenges,
    counters,
    live_challenges,
    queued_letters,
    recovery_requests,
    sessions,
    tickets,
    tokens,
)
from backend.kernel.sweeping import sweep, sweep_within, sweeping, sweeping_within
from backend.kernel.work import Work

# A bug report may still need to tell a code that was wrong from one that was late.
KEPT_AFTER = timedelta(days=1)
# So long an operator may ask what became of a letter; what it said is wiped at once.
PRINTED_KEPT = timedelta(days=30)

_SWEEPS = (
    sweeping(tokens.c.token_hash, tokens.c.expires_at < bindparam("before")),
    sweeping(challenges.c.challenge_id, challenges.c.expires_at < bindparam("before")),
    sweeping(live_challenges.c.slot_hash, live_challenges.c.expires_at < bindparam("before")),
    sweeping(recovery_requests.c.request_id, recovery_requests.c.expires_at < bindparam("before")),
    sweeping(activation_codes.c.code_hash, activation_codes.c.expires_at < bindparam("before")),
    sweeping(tickets.c.ticket_hash, tickets.c.expires_at < bindparam("before")),
    sweeping(
        assistantship_codes.c.code_hash, assistantship_codes.c.expires_at < bindparam("before")
    ),
)
# Whatever ended it, its tokens are over by then: until then a device must hear why.
_SESSIONS = sweeping_within(
    sessions.c.account_id, sessions.c.session_id, sessions.c.idle_until < bindparam("before")
)
_PRINTED = sweeping_within(
    queued_letters.c.space_id,
    queued_letters.c.letter_id,
    queued_letters.c.printed_at < bindparam("before"),
)
_EMPTY_COUNTERS = sweeping(counters.c.key_hash, counters.c.tat < bindparam("before"))


async def forget_expired(work: Work) -> int:
    """Delete some of what is over; return how many rows went. Safe at any time."""
    before = work.now - KEPT_AFTER
    gone = 0
    for one in _SWEEPS:
        gone += await sweep(work, one, before)
    gone += await sweep_within(work, _SESSIONS, before)
    gone += await sweep_within(work, _PRINTED, work.now - PRINTED_KEPT)
    # An empty counter and none at all are one thing.
    return gone + await sweep(work, _EMPTY_COUNTERS, microseconds(before))
