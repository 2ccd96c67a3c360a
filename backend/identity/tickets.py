"""Tickets: half a sign-in, kept for whoever brings the ticket back.

Only a hash of a ticket is stored, and what it holds is sealed under a key that
follows from the ticket: whoever reads the database reads none of it.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from enum import Enum
from uuid import UUID

from sqlalchemy import bindparam, insert, select, update

from backend.identity.limits import TICKET_CHARACTERS_MAX, TRIES_PER_CHALLENGE_MAX
from backend.identity.tables import tickets
from backend.kernel.sealing import Cipher, SealBroken
from backend.kernel.work import Work

TICKET_BYTES = 32
_NOBODY = UUID(int=0)

_THIS = tickets.c.ticket_hash == bindparam("hashed")
_STANDS = (
    _THIS,
    tickets.c.purpose == bindparam("of_purpose"),
    tickets.c.used_at.is_(None),
    tickets.c.expires_at > bindparam("now"),
)
_ADD = insert(tickets)
_SEALED = select(tickets.c.sealed).where(_THIS)
_TAKE_TRY = (
    update(tickets)
    .where(*_STANDS, tickets.c.tries < bindparam("tries_max"))
    .values(tries=tickets.c.tries + 1)
)
_USE = (
    update(tickets).where(*_STANDS).values(used_at=bindparam("used_now"), sealed=bindparam("empty"))
)


class Purpose(Enum):
    """What a ticket is half of."""

    PROVIDER = "provider"
    ACTIVITY = "activity"
    ENROLMENT = "enrolment"
    EMPLOYER = "employer"


async def issue(work: Work, purpose: Purpose, held: bytes, life: timedelta) -> tuple[str, datetime]:
    """Make a ticket that holds something; return it, and until when it is good."""
    ticket = secrets.token_urlsafe(TICKET_BYTES)
    until = work.now + life
    await work.db.run(
        _ADD,
        ticket_hash=_hash(ticket),
        purpose=purpose.value,
        sealed=_cipher(work, ticket).seal(_place(purpose), held),
        tries=0,
        expires_at=until,
        used_at=None,
    )
    return ticket, until


async def use(work: Work, ticket: str, purpose: Purpose) -> bytes | None:
    """Use a ticket up and return what it held; None when it is none, used or too old."""
    held = await _held(work, ticket, purpose)
    if held is None:
        return None
    used = await work.db.run(
        _USE,
        hashed=_hash(ticket),
        of_purpose=purpose.value,
        now=work.now,
        used_now=work.now,
        empty=b"",
    )
    return held if used == 1 else None


async def attempt(work: Work, ticket: str, purpose: Purpose) -> bytes | None:
    """Count one try on a ticket and return what it holds; None when no try is left."""
    held = await _held(work, ticket, purpose)
    if held is None:
        return None
    taken = await work.db.run(
        _TAKE_TRY,
        hashed=_hash(ticket),
        of_purpose=purpose.value,
        now=work.now,
        tries_max=TRIES_PER_CHALLENGE_MAX,
    )
    return held if taken == 1 else None


async def _held(work: Work, ticket: str, purpose: Purpose) -> bytes | None:
    if len(ticket) > TICKET_CHARACTERS_MAX or not ticket.isascii():
        return None
    row = await work.db.row(_SEALED, hashed=_hash(ticket))
    if row is None or not row[0]:  # None, or used up and emptied.
        return None
    try:
        return _cipher(work, ticket).open(_place(purpose), row[0])
    except SealBroken:  # Of another purpose.
        return None


def _cipher(work: Work, ticket: str) -> Cipher:
    return Cipher(_NOBODY, work.keys.provider.index("ticket", ticket))


def _place(purpose: Purpose) -> bytes:
    return f"{tickets.name}/{purpose.value}".encode()


def _hash(ticket: str) -> bytes:
    return hashlib.sha256(ticket.encode()).digest()
