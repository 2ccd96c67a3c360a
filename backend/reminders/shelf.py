"""Writing the reminders of a space: each as what it is about, and for whom it is.

Source: docs/decisions/0030-reminders-are-records.md, 0038-reminders-of-a-caregiver.md.
"""

from collections.abc import Collection, Iterable, Mapping
from uuid import UUID

import msgspec

from backend.access.model import Confidentiality
from backend.access.rules.addresses import no_address_of, party_in
from backend.access.rules.visibility import REMINDERS
from backend.access.scopes import address_in, scopes_in, written
from backend.reminders.eyes import Eye
from backend.reminders.facts import Source
from backend.reminders.records import fields_of, named, place_of, reminder_in
from notifications.core.reminder import ADVISED, Reminder, State
from notifications.plan import Changes
from sync.edit import Entry, SpaceEdit
from sync.ports import Host
from sync.storage.port import Record

# Whoever writes for the server itself: no account has this identifier.
SERVER = UUID(int=0)

_SECRET = Confidentiality.HIDDEN_FROM_REPRESENTATIVES.value


class Shelf:
    """Every reminder of a space as it stands in an edit, with its record."""

    def __init__(
        self, edit: SpaceEdit, host: Host, sources: Mapping[str, Source], held: Collection[Record]
    ) -> None:
        """Take the standing records of a space, and what reminders may be about."""
        self._edit = edit
        self._collection = host.collections[REMINDERS]
        self._sources = sources
        self.records = {record.record_id: record for record in named(held, REMINDERS)}
        self.standing = {i: reminder_in(record) for i, record in self.records.items()}

    def parties(self) -> frozenset[UUID]:
        """Name the caregivers who have reminders of their own."""
        return frozenset(i for i in map(_party_of, self.records.values()) if i is not None)

    def of(self, party_id: UUID | None) -> list[Reminder]:
        """Return the reminders of one caregiver, or of the person, in their order."""
        found = [
            self.standing[record_id]
            for record_id, record in self.records.items()
            if _party_of(record) == party_id
        ]
        return sorted(found, key=place_of)

    async def write(self, eye: Eye, changes: Changes, secret: Collection[str]) -> None:
        """Write what changes in the reminders of one eye.

        Args:
            eye: Whose they are.
            changes: Of a plan.
            secret: The subjects that representatives are not to be told.
        """
        stood = self.of(eye.party_id)
        changed = {one.reminder_id for one in changes.put} | {*changes.drop}
        kept = [one for one in stood if one.reminder_id not in changed]
        put = [*changes.put, *(one for one in kept if self._is_stale(one, secret))]
        families = {
            self._sources[one.wanted.subject].family_id
            for one in put
            if one.wanted.subject in self._sources
        }
        await self._edit.load([*families, *(one.reminder_id for one in put), *changes.drop])
        for one in put:
            self._put(one, secret)
        for reminder_id in [one.reminder_id for one in stood if one.reminder_id in changes.drop]:
            self._edit.delete(self._loaded(reminder_id), SERVER)
            del self.standing[reminder_id], self.records[reminder_id]
        if eye.party_id is not None:
            await self._address(eye, eye.party_id, [*changes.put, *kept], changes.asked)

    async def review(self) -> None:
        """Take the person's own from whom they are not for: of before each had their own."""
        own = [one.reminder_id for one in self.of(None)]
        await self._edit.load(own)
        for reminder_id in own:
            self._edit.review(reminder_id)

    def _put(self, one: Reminder, secret: Collection[str]) -> None:
        before = self._edit.record(one.reminder_id)
        source = self._sources.get(one.wanted.subject)
        flags = self._flags(one, secret)
        if one.state is State.CANCELLED and before is not None:
            # What it is about may be gone by now, and with it the orders that it carried.
            flags |= before.flags & self._collection.lasting_flags
        self._edit.put(
            Entry(
                record_id=one.reminder_id,
                collection=self._collection,
                author_id=SERVER,
                fields=fields_of(one),
                flags=flags,
                family_id=None if source is None else source.family_id,
            )
        )
        self.standing[one.reminder_id] = one
        self.records[one.reminder_id] = self._loaded(one.reminder_id)

    async def _address(
        self, eye: Eye, party_id: UUID, stands: Iterable[Reminder], asked: Collection[UUID]
    ) -> None:
        """Let the reminders of a caregiver reach them, and nobody else.

        What was advised and is not any more says why it was: by what they saw then.
        """
        wanted: dict[UUID, bytes] = {}
        for one in stands:
            is_over = one.wanted.kind in ADVISED and one.reminder_id not in asked
            address = None if is_over else eye.address
            restrictions = self.records[one.reminder_id].restrictions
            new = written(scopes_in(restrictions), address or no_address_of(party_id))
            if new != restrictions:
                wanted[one.reminder_id] = new
        await self._edit.load([*wanted])
        for reminder_id, restrictions in wanted.items():
            self._edit.restrict(reminder_id, restrictions)
            self.records[reminder_id] = self._loaded(reminder_id)

    def _flags(self, one: Reminder, secret: Collection[str]) -> int:
        """Return the orders and sections that a reminder takes over from what it is about."""
        source = self._sources.get(one.wanted.subject)
        if source is not None:
            return source.flags
        return _SECRET if one.wanted.subject in secret else 0

    def _is_stale(self, one: Reminder, secret: Collection[str]) -> bool:
        """Say whether what a reminder is about has other orders by now, or is of other sections."""
        record = self.records[one.reminder_id]
        wants = self._flags(one, secret)
        if one.state is State.CANCELLED:
            return bool(wants & ~record.flags)
        if record.flags == wants or record.body is None:
            return False
        # Its own words may have brought it into a section as well.
        body = msgspec.json.decode(record.body, type=self._collection.body)
        return record.flags != wants | self._collection.flags(body)

    def _loaded(self, reminder_id: UUID) -> Record:
        record = self._edit.record(reminder_id)
        assert record is not None, "It stands, or was written in this edit."
        return record


def _party_of(record: Record) -> UUID | None:
    address = address_in(record.restrictions)
    return None if address is None else party_in(address)
