"""Professionals whom a space has met: by its acts, or by its journal."""

from collections.abc import Iterable
from uuid import UUID

import msgspec

from backend.access.change import Held
from backend.access.consents.errors import ProfessionalUnknown
from backend.access.journal import service as journal
from backend.access.journal import store as lines
from backend.access.journal.model import Actor, ActorKind, Entry
from backend.kernel.work import Work
from sync.core.ledger import chain

LINES_READ_MAX = 2_000


class Met(msgspec.Struct, frozen=True, kw_only=True):
    """What a space knows of a professional."""

    party_id: UUID
    name: str
    profession: str
    specialty: str | None = None
    organization: str | None = None


async def professional(work: Work, space_id: UUID, held: Held, party_id: UUID) -> Met:
    """Return a professional whom the acts of a space name, or the newest lines of its journal.

    Raises:
        ProfessionalUnknown: Neither does.
    """
    met = _in_acts(held, party_id) or await _in_journal(work, space_id, party_id)
    if met is None:
        raise ProfessionalUnknown("Nobody has met them here.", pointer="/party_id")
    return met


def _in_acts(held: Held, party_id: UUID) -> Met | None:
    for consent in held.consents.values():
        if consent.party_id == party_id:
            return Met(
                party_id=party_id,
                name=consent.name,
                profession=consent.profession,
                specialty=consent.specialty,
                organization=consent.organization,
            )
    for member in held.team.values():
        if member.party_id == party_id:
            return Met(party_id=party_id, name=member.name, profession=member.profession)
    for block in held.blocks.values():
        if block.party_id == party_id and block.profession:
            return Met(party_id=party_id, name=block.name, profession=block.profession)
    return None


async def _in_journal(work: Work, space_id: UUID, party_id: UUID) -> Met | None:
    head = await lines.head(work.db, space_id)
    after = max(0, head.seq - LINES_READ_MAX)
    rows = await lines.rows_after(work.db, space_id, after, until=head.seq, most=LINES_READ_MAX)
    cipher = await work.keys.cipher(work.db, space_id)
    for row in reversed(rows):
        if row.sealed is None:
            continue
        plain = cipher.open(journal.place(row.seq), row.sealed)[chain.SALT_BYTES :]
        entry = msgspec.json.decode(plain, type=Entry)
        for actor in _professionals(entry):
            if actor.party_id == party_id and actor.name and actor.profession:
                return Met(
                    party_id=party_id,
                    name=actor.name,
                    profession=actor.profession,
                    organization=actor.organization,
                )
    return None


def _professionals(entry: Entry) -> Iterable[Actor]:
    actors = (entry.actor, entry.on_behalf_of)
    return [one for one in actors if one is not None and one.kind is ActorKind.PROFESSIONAL]
