"""What people decide about a space, each as one edit: consents, mandates, blocks, documents."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from backend.access.orders import orders_in
from sync.edit import Entry, SpaceEdit
from sync.storage.port import Record
from tests.simulation.bureau import Bureau, Stage
from tests.simulation.chance import Chance
from tests.simulation.records import CATEGORIES, COLLECTIONS, CONDITIONS, DOCUMENTS, TYPES

Fields = dict[str, Any]

SECTIONS = (CONDITIONS, "appointments", DOCUMENTS, "notes", "mental-health", "addiction", *TYPES)
CODES = ("MASQUE_PS", "INVISIBLE_PATIENT", "INVISIBLE_REPRESENTANTS_LEGAUX")
SYSTEM = UUID(int=1)


class Decisions:
    """Makes the acts of one town."""

    def __init__(self, server: Bureau, chance: Chance, word: Callable[[], str]) -> None:
        self._server = server
        self._chance = chance
        self._word = word
        self.announces = True
        """Whether documents may wait for a day on which they are told."""

    # Acts that stand.

    def standing(self, space_id: UUID, collection: str, party_id: UUID | None = None) -> list[UUID]:
        """Name the committed records of a collection, of one party perhaps."""
        found = []
        for record in self._server.spaces[space_id].records.values():
            if record.collection != collection or record.deleted:
                continue
            if party_id is None or _fields(record).get("party_id") == str(party_id):
                found.append(record.record_id)
        return found

    def _until(self, now: datetime, *, days: float = 6.0) -> datetime:
        """Choose when something ends: while somebody syncs, or some days on."""
        seconds = self._chance.weighed([(12.0, 4.0), (days * 86_400.0, 5.0)])
        return now + timedelta(seconds=self._chance.between(0.1, seconds))

    def _from(self, now: datetime) -> datetime:
        """Choose when something begins: mostly now."""
        return self._until(now) if self._chance.happens(0.2) else now

    def _some(self, options: tuple[str, ...], most: int) -> tuple[str, ...]:
        chosen = {self._chance.pick(options) for _ in range(self._chance.count(1, most))}
        return tuple(sorted(chosen))

    # Professionals.

    def consent(self, party_id: UUID, *, keeps_copy: bool, is_open_ended: bool = False) -> Stage:
        """Let a professional look."""
        record_id, chance = self._chance.new_id(), self._chance
        profession = self._server.people[party_id].profession

        async def stage(edit: SpaceEdit) -> None:
            fields: Fields = {
                "party_id": party_id,
                "name": "Somebody",
                "profession": profession,
                "status": "given",
                "keeps_copy": keeps_copy,
                "extends_to_team": chance.happens(0.3),
                "asked_at": edit.now,
                "given_at": edit.now,
            }
            if not is_open_ended and chance.happens(0.7):
                fields["ends_at"] = self._until(edit.now)
            if chance.happens(0.3):
                fields["sections"] = self._some((*CATEGORIES, DOCUMENTS, "addiction"), 4)
            await put(edit, "consents", record_id, fields)

        return stage

    def ended(self, collection: str, record_ids: list[UUID]) -> Stage:
        """End consents or mandates early; members leave the care team."""

        async def stage(edit: SpaceEdit) -> None:
            await edit.load(record_ids)
            for record_id in record_ids:
                record = edit.record(record_id)
                if record is not None and not record.deleted:
                    over = {"status": "ended", "ended_at": edit.now}
                    over = {"ends_at": edit.now} if collection == "care_team" else over
                    await put(edit, collection, record_id, {**_fields(record), **over})

        return stage

    def joined(self, party_id: UUID, role: str) -> Stage:
        """Take a professional into the care team."""
        record_id = self._chance.new_id()

        async def stage(edit: SpaceEdit) -> None:
            fields: Fields = {
                "party_id": party_id,
                "name": "Somebody",
                "profession": self._server.people[party_id].profession,
                "role": role,
                "starts_at": self._from(edit.now),
            }
            if self._chance.happens(0.6):
                fields["ends_at"] = self._until(fields["starts_at"])
            await put(edit, "care_team", record_id, fields)

        return stage

    def blocked(self, space_id: UUID, party_id: UUID) -> Stage:
        """Shut a professional out: what was granted ends with it."""
        record_id = self._chance.new_id()
        granted = [
            self.ended(collection, self.standing(space_id, collection, party_id))
            for collection in ("consents", "care_team")
        ]

        async def stage(edit: SpaceEdit) -> None:
            fields = {"party_id": party_id, "name": "Somebody", "blocked_at": edit.now}
            await put(edit, "blocks", record_id, fields)
            for end in granted:
                await end(edit)

        return stage

    def emergency(self, party_id: UUID) -> Stage:
        """Let a professional declare an emergency."""
        record_id, chance = self._chance.new_id(), self._chance

        async def stage(edit: SpaceEdit) -> None:
            seconds = chance.weighed([(chance.between(0.5, 8.0), 4.0), (4 * 3600.0, 1.0)])
            fields = {
                "party_id": party_id,
                "name": "Somebody",
                "profession": self._server.people[party_id].profession,
                "reason_code": "unconscious",
                "reason": "Found unconscious.",
                "opened_at": edit.now,
                "until": edit.now + timedelta(seconds=seconds),
            }
            await put(edit, "emergencies", record_id, fields)

        return stage

    def settings(self, space_id: UUID) -> Stage:
        """Choose what emergencies may read."""
        known = self.standing(space_id, "settings")
        record_id = known[0] if known else self._chance.new_id()
        fields = {"emergency_masked": self._chance.happens(0.5)}
        return lambda edit: put(edit, "settings", record_id, fields)

    # Caregivers.

    def mandate(self, party_id: UUID) -> Stage:
        """Let a caregiver act for somebody, now or from a day on."""
        record_id, chance = self._chance.new_id(), self._chance

        async def stage(edit: SpaceEdit) -> None:
            starts_at = self._from(edit.now)
            actions = self._some(("add", "change", "message"), 3)
            fields = {
                "party_id": party_id,
                "name": "Somebody",
                "status": "active",
                "sections": self._some(SECTIONS, 6),
                "actions": ("read", *actions) if chance.happens(0.9) else actions,
                "invited_at": edit.now,
                "starts_at": starts_at,
                "ends_at": self._until(starts_at, days=30.0),
            }
            await put(edit, "mandates", record_id, fields)

        return stage

    # Documents.

    def deposit(self, author_id: UUID, *, of: Record | None = None) -> Stage:
        """Bring a document, or a version of one, and what was read in it."""
        record_id, draft_id, chance = self._chance.new_id(), self._chance.new_id(), self._chance
        family_id = None if of is None else of.family

        async def stage(edit: SpaceEdit) -> None:
            orders: Fields = {}
            if chance.happens(0.3):
                orders["confidentiality"] = ("N", chance.pick(CODES))
                if self.announces and chance.happens(0.7):
                    orders["announced_at"] = self._until(edit.now)
            sensitive = {"sensitive": ("mental-health",)} if chance.happens(0.2) else {}
            fields = {
                "title": self._word(),
                "text": self._word(),
                "type_code": chance.pick(TYPES),
                **({} if of is None else {"replaces": str(of.record_id)}),
                **orders,
                **sensitive,
            }
            await put(edit, DOCUMENTS, record_id, fields, author_id, family_id=family_id)
            if not chance.happens(0.6):
                return
            draft = {
                "title": self._word(),
                "draft_of": str(record_id),
                "draft_state": "draft",
                **orders,
                **sensitive,
            }
            await put(
                edit, CONDITIONS, draft_id, draft, author_id, family_id=family_id or record_id
            )

        return stage

    def released(self, record_id: UUID, drafts: list[UUID]) -> Stage:
        """Lift the orders of a document, and of what was read in it."""

        async def stage(edit: SpaceEdit) -> None:
            await edit.load([record_id, *drafts])
            for one in (record_id, *drafts):
                record = edit.record(one)
                if record is None or record.deleted:
                    continue
                fields = _fields(record)
                fields.pop("confidentiality", None)
                fields.pop("announced_at", None)
                await put(edit, record.collection, one, fields, record.author_id)

        return stage

    def withdrawn(self, record_id: UUID, author_id: UUID) -> Stage:
        """Delete a record: a document that was wrong, a block or mask that is lifted."""

        async def stage(edit: SpaceEdit) -> None:
            await edit.load([record_id])
            record = edit.record(record_id)
            if record is not None and not record.deleted:
                edit.delete(record, author_id)

        return stage


async def put(
    edit: SpaceEdit,
    collection: str,
    record_id: UUID,
    fields: Fields,
    author_id: UUID = SYSTEM,
    *,
    family_id: UUID | None = None,
) -> None:
    """Write a record as a use case does: what a draft lasts by is said beside its body."""
    await edit.load([record_id] if family_id is None else [record_id, family_id])
    if family_id is not None and edit.record(family_id) is None:
        return  # It went with a restore.
    is_draft = collection == CONDITIONS
    orders = orders_in(fields.get("confidentiality", ())).value
    edit.put(
        Entry(
            record_id=record_id,
            collection=COLLECTIONS[collection],
            author_id=author_id,
            fields=fields,
            flags=orders if is_draft else None,
            family_id=family_id,
            due_at=fields.get("announced_at") if is_draft else None,
        )
    )


def _fields(record: Record) -> Fields:
    fields: Fields = msgspec.json.decode(record.body or b"{}")
    return fields
