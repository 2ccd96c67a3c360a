"""Reading one's own journal, proving it, and answering its lines.

The holder alone reads it; of a child, a representative does in their place.
Everybody else is told what they would be told of a space that does not exist.

A representative reads it without what is kept from them, hence without its chain.
"""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

import msgspec

from backend.access.journal import answers, log, represented, service, store, withheld
from backend.access.journal.answers import LineAnswer, Verdict
from backend.access.journal.errors import JournalEntryNotFound
from backend.access.journal.log import ChainProof
from backend.access.journal.model import Action, Actor, ActorKind, Entry, Row, Trace
from backend.access.journal.words import Reader, Text, Visit, catalogue, text_of, visits
from backend.access.model import Role
from backend.identity.spaces.service import is_of_a_minor
from backend.kernel.ids import DeviceId, PartyId
from backend.kernel.sealing import Cipher
from backend.kernel.work import Office, Work
from sync.core.ledger import chain
from sync.errors import SpaceNotFound

PAGE_LINES_MAX = 200
PAGE_BYTES_MAX = 1024 * 1024
COMMENT_MAX = 2_000


class Asker(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks, on which device, about which space, in which time zone."""

    space_id: UUID
    party_id: PartyId
    device_id: DeviceId
    zone: ZoneInfo


class JournalLine(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A line of the journal, with all that proves it.

    `commitment` is SHA-256 of salt and entry in canonical JSON (RFC 8785); `chain`
    is SHA-256 of the byte 2, the chain before and the commitment. Both are in
    hexadecimal. Entry and salt are absent once erased. A representative is given
    neither commitment, nor chain, nor salt.
    """

    seq: int
    commitment: str | msgspec.UnsetType = msgspec.UNSET
    chain: str | msgspec.UnsetType = msgspec.UNSET
    text: Text
    entry: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET
    salt: str | msgspec.UnsetType = msgspec.UNSET
    answer: LineAnswer | None = None


class JournalHead(msgspec.Struct, frozen=True, kw_only=True):
    """Where the chain stands: to be remembered, and compared next time."""

    seq: int
    chain: str


class JournalPage(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Some lines in order, the head of the whole, and whether there are more.

    A representative is given no head.
    """

    entries: list[JournalLine]
    head: JournalHead | None = None
    more: bool
    visits: list[Visit] | None = None


class Answered(msgspec.Struct, frozen=True, kw_only=True):
    """The answer that stands, and what happens next."""

    answer: Verdict
    answered_at: datetime
    next: Text


async def read_page(
    office: Office, asker: Asker, *, after: int, limit: int, is_grouped: bool
) -> JournalPage:
    """Return lines after a number, and write the reading of the day into the journal first.

    Raises:
        SpaceNotFound: No such space, or not the asker's own.
    """

    async def known(work: Work) -> bool:
        return service.is_own_read_known(work, asker.space_id, asker.device_id)

    async def waits(work: Work) -> bool:
        return await withheld.is_due(work, asker.space_id)

    is_known = await office.look(known) and not await office.read(waits)

    async def use_case(work: Work) -> JournalPage:
        actor = await refuse_others(work, asker.space_id, asker.party_id, asker.device_id)
        if not is_known:
            await service.tell_announced(work, asker.space_id)
            trace = Trace(at=work.now, actor=actor, action=Action.OPEN)
            await service.write_own_read(work, asker.space_id, trace)
        if actor.kind is ActorKind.REPRESENTATIVE:
            return await _represented(work, asker, after=after, limit=limit, is_grouped=is_grouped)
        return await _page(work, asker, after=after, limit=limit, is_grouped=is_grouped)

    return await (office.read(use_case) if is_known else office.write(use_case))


async def read_proof(office: Office, asker: Asker) -> ChainProof:
    """Prove that the newest tree head holds the journal as the tree last took it in.

    Raises:
        SpaceNotFound: No such space, or not the asker's own: a representative has no proof.
    """
    await log.signed_head(office)  # Begins the log where nobody has.

    async def use_case(work: Work) -> ChainProof:
        actor = await refuse_others(work, asker.space_id, asker.party_id, asker.device_id)
        if actor.kind is ActorKind.REPRESENTATIVE:
            raise SpaceNotFound
        return await log.chain_proof(work, asker.space_id)

    return await office.read(use_case)


async def give_answer(
    work: Work, asker: Asker, seq: int, *, verdict: Verdict, comment: str | None
) -> Answered:
    """Keep what the holder says of a line, and queue it for review unless it was expected.

    Raises:
        SpaceNotFound: No such space, or not the asker's own.
        JournalEntryNotFound: The journal has no such number.
    """
    actor = await refuse_others(work, asker.space_id, asker.party_id, asker.device_id)
    # Two answers at once take turns, or one of their reviews would be forgotten.
    head = await store.lock_head(work.db, asker.space_id)
    if actor.kind is ActorKind.REPRESENTATIVE:
        seq = await represented.number_in_whole(work, asker.space_id, asker.party_id, seq)
    if not 1 <= seq <= head.seq:
        raise JournalEntryNotFound("There is no line of this number.")
    given = LineAnswer(answer=verdict, answered_at=work.now, comment=comment)
    if await answers.answer(work, asker.space_id, seq, actor, given):
        await service.write(
            work,
            asker.space_id,
            Trace(at=work.now, actor=actor, action=Action.JOURNAL_ANSWERED),
        )
    standing = (await answers.answers_to(work, asker.space_id, [seq], asker.party_id))[seq]
    words = catalogue().next[standing.answer.value]
    return Answered(answer=standing.answer, answered_at=standing.answered_at, next=words)


async def refuse_others(
    work: Work, space_id: UUID, party_id: PartyId, device_id: DeviceId | None = None
) -> Actor:
    """Return as whom somebody reads what is the holder's own, or of a child a representative's.

    Raises:
        SpaceNotFound: No such space, or not their own.
    """
    role = await store.role_in(work.db, space_id, party_id, work.now)
    is_representative = role == Role.REPRESENTATIVE.value
    if role != Role.HOLDER.value and not (
        is_representative and await is_of_a_minor(work, space_id)
    ):
        raise SpaceNotFound
    kind = ActorKind.REPRESENTATIVE if is_representative else ActorKind.PATIENT
    return Actor(kind=kind, party_id=party_id, device_id=device_id)


async def _page(
    work: Work, asker: Asker, *, after: int, limit: int, is_grouped: bool
) -> JournalPage:
    space_id = asker.space_id
    head = await store.head(work.db, space_id)
    # No database counts as far as somebody may write.
    after = min(after, head.seq)
    found = await store.rows_after(work.db, space_id, after, until=head.seq, most=limit)
    rows = _fitting(found)
    cipher = await work.keys.cipher(work.db, space_id)
    numbers = [row.seq for row in rows]
    given = await answers.answers_to(work, space_id, numbers, asker.party_id)
    reader = Reader(party_id=asker.party_id, zone=asker.zone, now=work.now)
    lines, entries = [], []
    for row in rows:
        line, entry = _line(row, cipher, reader)
        lines.append(msgspec.structs.replace(line, answer=given.get(row.seq)))
        entries += [] if entry is None else [entry]
    last = lines[-1].seq if lines else after
    return JournalPage(
        entries=lines,
        head=JournalHead(seq=head.seq, chain=head.chain.hex()),
        more=last < head.seq,
        visits=visits(entries) if is_grouped else None,
    )


async def _represented(
    work: Work, asker: Asker, *, after: int, limit: int, is_grouped: bool
) -> JournalPage:
    """Return lines by their place among those that a representative may read."""
    reader = Reader(party_id=asker.party_id, zone=asker.zone, now=work.now)
    found: list[tuple[int, Entry]] = []
    place = 0
    async for number, entry in represented.told(work, asker.space_id, asker.party_id):
        place += 1
        if place > after + limit:
            break
        if place > after:
            found.append((number, msgspec.structs.replace(entry, seq=place)))
    numbers = [number for number, _ in found]
    given = await answers.answers_to(work, asker.space_id, numbers, asker.party_id)
    return JournalPage(
        entries=[
            JournalLine(
                seq=entry.seq,
                text=text_of(entry, reader),
                entry=msgspec.Raw(service.encode(entry)),
                answer=given.get(number),
            )
            for number, entry in found
        ],
        more=place > after + limit,
        visits=visits([entry for _, entry in found]) if is_grouped else None,
    )


def _fitting(rows: list[Row]) -> list[Row]:
    """Keep as many lines as an answer holds, and always one."""
    size, kept = 0, list[Row]()
    for row in rows:
        size += len(row.sealed or b"")
        if kept and size > PAGE_BYTES_MAX:
            break
        kept.append(row)
    return kept


def _line(row: Row, cipher: Cipher, reader: Reader) -> tuple[JournalLine, Entry | None]:
    commitment, link = row.commitment.hex(), row.chain.hex()
    if row.sealed is None:
        erased = catalogue().erased
        return JournalLine(seq=row.seq, commitment=commitment, chain=link, text=erased), None
    plain = cipher.open(service.place(row.seq), row.sealed)
    salt, text = plain[: chain.SALT_BYTES], plain[chain.SALT_BYTES :]
    entry = msgspec.json.decode(text, type=Entry)
    line = JournalLine(
        seq=row.seq,
        # As it was written, to the byte: nothing is encoded again.
        entry=msgspec.Raw(text),
        salt=salt.hex(),
        commitment=commitment,
        chain=link,
        text=text_of(entry, reader),
    )
    return line, entry
