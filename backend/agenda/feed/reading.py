"""Reading the agenda by its link: no sign-in, the rights of this instant, a line in the journal.

What was written out is kept for as long as nothing has changed in the feed of the
eye behind the link, so that a calendar that asks again costs a few point reads.

Source: docs/decisions/0034-agenda-feed.md.
"""

import asyncio
from collections import OrderedDict
from uuid import UUID

import msgspec

from backend.access.guard import actor_of, trace_of
from backend.access.journal import service as journal
from backend.access.journal.model import Action, Object
from backend.agenda.feed import store
from backend.agenda.feed.errors import AgendaNotFound
from backend.agenda.feed.eyes import COLLECTION, is_behind, is_sensitive, seeing
from backend.agenda.feed.limits import (
    CACHED_MAX,
    LINK_CHARACTERS_MAX,
    MISSES_PER_MINUTE,
    READS_PER_MINUTE,
)
from backend.agenda.feed.model import Feed, Link, Memory, Options, Plan, Visit
from backend.agenda.feed.rendering import FORM, render
from backend.agenda.feed.rules import events_of, in_view, renewed, said_of, tag_of, told
from backend.agenda.feed.service import hash_of
from backend.agenda.feed.words import catalogue
from backend.agenda.model import Appointment
from backend.kernel.limits import RequestLimits
from backend.kernel.sealing import Cipher
from backend.kernel.spaces import SpaceTransactions, open_store
from backend.kernel.work import Office, Work
from sync.core.audience import Viewer
from sync.errors import SpaceNotFound
from sync.exchange import SWEEPS_MAX, sweep
from sync.ports import Host
from sync.pull import SweepDue, open_reading
from sync.push import Caller as Device
from sync.storage.port import Deed, Record, SpaceStore


class Stamp(msgspec.Struct, frozen=True):
    """What a calendar follows from: while it is equal, so is the calendar."""

    epoch: int
    head: int
    day: int
    options: Options


class Eye(msgspec.Struct, frozen=True, kw_only=True):
    """A link that stands, and the eye behind it, in one transaction."""

    space: SpaceStore
    feed: Feed
    viewer: Viewer
    stamp: Stamp
    cipher: Cipher


class Calendar(msgspec.Struct, kw_only=True):
    """One calendar, its tag, and its bytes once somebody wanted them."""

    feed_id: UUID
    stamp: Stamp
    tag: str
    plan: Plan
    record_ids: tuple[UUID, ...]
    written: bytes = b""


class Found(msgspec.Struct, frozen=True):
    """What a link shows at an instant, and whether whoever asks has it already."""

    calendar: Calendar
    is_known: bool


class Answer(msgspec.Struct, frozen=True):
    """A calendar, and its tag; no calendar for who has it already."""

    tag: str
    body: bytes | None


class AgendaReader:
    """Answers calendars that bring a link."""

    def __init__(self, office: Office, host: Host) -> None:
        self._office = office
        self._host = host
        self._kept: OrderedDict[UUID, Calendar] = OrderedDict()
        self._reads = RequestLimits(READS_PER_MINUTE)
        self._misses = RequestLimits(MISSES_PER_MINUTE)

    async def read(self, token: str, known: frozenset[str], place: str) -> Answer:
        """Return what a link shows now; the journal has it in the same transaction.

        Args:
            token: The secret of the link.
            known: The tags of what whoever asks has already.
            place: Where the request comes from, for links that lead nowhere.

        Raises:
            AgendaNotFound: The link leads nowhere, or its maker may not look any more.
            TooManyRequests: It is read too often.
        """
        try:
            link, token_hash = await self._find(token)
            self._reads.charge(token_hash)
            found = await self._look(link, token_hash, known)
        except SpaceNotFound:
            self._misses.charge(place)
            raise AgendaNotFound("No calendar is here.") from None
        calendar = found.calendar
        self._keep(calendar)
        if found.is_known:
            return Answer(calendar.tag, None)
        if not calendar.written:
            # Long for a full calendar: others are served meanwhile.
            calendar.written = await asyncio.to_thread(render, calendar.plan)
        return Answer(calendar.tag, calendar.written)

    async def _find(self, token: str) -> tuple[Link, bytes]:
        if len(token) > LINK_CHARACTERS_MAX or not token.isascii():
            raise SpaceNotFound

        async def use_case(work: Work) -> tuple[Link | None, bytes]:
            hashed = hash_of(work, token)
            return await store.link_of(work, hashed), hashed

        link, hashed = await self._office.look(use_case)
        if link is None:
            raise SpaceNotFound
        return link, hashed

    async def _look(self, link: Link, token_hash: bytes, known: frozenset[str]) -> Found:
        async def read(work: Work) -> Found | None:
            return await self._found(work, link, token_hash, known, may_write=False)

        async def write(work: Work) -> Found:
            found = await self._found(work, link, token_hash, known, may_write=True)
            assert found is not None
            return found

        for _ in range(SWEEPS_MAX):
            try:
                found = await self._office.read(read)
                return found if found is not None else await self._office.write(write)
            except SweepDue:
                await sweep(SpaceTransactions(self._office), self._host, link.space_id)
        raise SweepDue

    async def _found(
        self, work: Work, link: Link, token_hash: bytes, known: frozenset[str], *, may_write: bool
    ) -> Found | None:
        """Say what a link shows; None when something must be written and cannot be here."""
        eye = await self._open(work, link, token_hash, may_write=may_write)
        kept = self._kept.get(eye.feed.feed_id)
        calendar = kept if kept is not None and kept.stamp == eye.stamp else None
        if calendar is not None and _is_known(calendar, known):
            return Found(calendar, is_known=True)
        before = after = store.memory_of(eye.cipher, eye.feed)
        if calendar is None:
            calendar, after = await self._made(work, eye, before)
        is_known = _is_known(calendar, known)
        if not is_known and calendar.record_ids:
            after = told(after, calendar.tag, work.now)
        if after != before:
            if not may_write:
                return None
            if (after.told_on, after.told_tag) != (before.told_on, before.told_tag):
                await _write_down(work, eye, calendar)
            await store.save_memory(work, eye.cipher, eye.feed, after)
        return Found(calendar, is_known=is_known)

    async def _open(self, work: Work, link: Link, token_hash: bytes, *, may_write: bool) -> Eye:
        """Look through a link.

        Raises:
            SpaceNotFound: It leads nowhere, or its maker may not look any more.
            SweepDue: A write must bring the space up to date first.
        """
        space = await open_store(work, link.space_id)
        if may_write:
            # What is read here is one instant's only while no writer comes between.
            await space.lock()
        feed = await store.feed_of(work, link)
        if feed is None or feed.token_hash != token_hash:
            raise SpaceNotFound
        device = Device(party_id=link.party_id, device_id=feed.feed_id)
        reading = await open_reading(space, self._host, device, work.now)
        viewer = seeing(reading.viewer, self._host, work.now)
        if not is_behind(viewer, feed):
            raise SpaceNotFound
        stamp = Stamp(reading.space.epoch, viewer.head, work.now.toordinal(), feed.options)
        cipher = await work.keys.cipher(work.db, link.space_id)
        return Eye(space=space, feed=feed, viewer=viewer, stamp=stamp, cipher=cipher)

    async def _made(self, work: Work, eye: Eye, memory: Memory) -> tuple[Calendar, Memory]:
        """Put a calendar together, and bring what is remembered up to date with it."""
        held = {record.record_id: record for record in await eye.space.held({COLLECTION})}
        visible = self._host.rights.visible_to(eye.viewer, held.values(), work.now)
        visits = [_visit(held[record_id]) for record_id in visible]
        options = eye.feed.options
        words = catalogue().calendar[options.language]
        said = {
            visit.record_id: said_of(visit, options, words) for visit in in_view(visits, work.now)
        }
        after = renewed(memory, said, visible, work.now)
        secret = eye.cipher.derive(f"agenda-feed/{eye.feed.feed_id}")
        plan = Plan(
            name=words.calendar,
            language=options.language,
            events=events_of(after, said, words, secret),
        )
        calendar = Calendar(
            feed_id=eye.feed.feed_id,
            stamp=eye.stamp,
            tag=tag_of(plan, FORM),
            plan=plan,
            record_ids=tuple(after.seen),
        )
        return calendar, after

    def _keep(self, calendar: Calendar) -> None:
        self._kept[calendar.feed_id] = calendar
        self._kept.move_to_end(calendar.feed_id)
        while len(self._kept) > CACHED_MAX:
            self._kept.popitem(last=False)


async def _write_down(work: Work, eye: Eye, calendar: Calendar) -> None:
    """Write into the journal who was shown which appointments by a link."""
    objects = tuple(Object(collection=COLLECTION, record_id=one) for one in calendar.record_ids)
    deed = Deed(
        viewer=eye.viewer,
        device_id=eye.feed.feed_id,
        action=Action.AGENDA_READ.value,
        objects=tuple((one.collection, one.record_id) for one in objects),
    )
    trace = trace_of(work, deed, Action.AGENDA_READ, objects)
    # A link is no device that its owner could find in their list.
    trace = msgspec.structs.replace(trace, actor=actor_of(eye.viewer, None))
    await journal.write(work, eye.feed.link.space_id, trace)


def _is_known(calendar: Calendar, known: frozenset[str]) -> bool:
    """Say whether whoever asks has it already; a star stands for anything.

    Source: RFC 9110, 13.1.2.
    """
    return calendar.tag in known or "*" in known


def _visit(record: Record) -> Visit:
    assert record.body is not None, "What is deleted is seen by nobody."
    return Visit(
        record_id=record.record_id,
        body=msgspec.json.decode(record.body, type=Appointment),
        is_sensitive=is_sensitive(record),
    )
