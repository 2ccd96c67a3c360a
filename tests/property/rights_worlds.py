"""A space under the rights that ship: acts, entries, and what everybody may see, reckoned anew.

What it expects is compiled from every act and entry as they stand, at each
question; nothing of it is what the edit of the space left behind.
"""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import msgspec

from backend.access.acts import acts_in
from backend.access.collection import ViewerRights, entry_of
from backend.access.matrices.in_force import MatrixInForce
from backend.access.model import Decision, Mask, Scope
from backend.access.rules.terms import Eye, caregiver_eye, professional_eye, scope_of
from backend.access.rules.visibility import ACTS, decide
from backend.kernel.errors import Refusal
from backend.record import ALL
from sync.core import digest
from sync.core.audience import Viewer
from sync.core.change import Op, OpKind
from sync.edit import Entry, SpaceEdit
from sync.exchange import Exchange, SpaceAsk, SyncRequest
from sync.ports import Host
from sync.push import Caller
from sync.storage.port import Record, SpaceStore
from tests.hosts import KEY
from tests.property.homes import MemoryHome
from tests.property.worlds import named

Fields = Mapping[str, Any]

PROFESSIONALS = (("doctor", "10"), ("nurse", "60"))
CAREGIVERS = ("daughter", "neighbour")
FAMILY = ("holder", "parent")
EVERYBODY = (*FAMILY, *(name for name, _ in PROFESSIONALS), *CAREGIVERS)
PROFESSION = dict(PROFESSIONALS)


class RightsWorld:
    """One space, everybody who might look at it, and a device for each."""

    def __init__(self, home: MemoryHome | None = None) -> None:
        self.home = home or MemoryHome()
        self.rights = ViewerRights(MatrixInForce())
        self.host = Host(collections=ALL, rights=self.rights, refusal=Refusal, checkpoint_key=KEY)
        self.exchange = Exchange(self.home, self.host)
        self.space_id = named("space")
        self.devices = {who: Device(self, who) for who in EVERYBODY}

    @classmethod
    async def make(cls) -> "RightsWorld":
        """Make a space with its holder and a representative."""
        world = cls()
        viewers = [
            Viewer(viewer_id=named(who, "viewer"), party_id=party(who), role=role)
            for who, role in zip(FAMILY, ("holder", "representative"), strict=True)
        ]
        await world.home.create(world.space_id, viewers)
        return world

    @property
    def now(self) -> datetime:
        """What the clock says."""
        return self.home.clock()

    def after(self, hours: float) -> datetime:
        """Return an instant from now."""
        return self.now + timedelta(hours=hours)

    async def write(self, entry: Entry) -> None:
        """Write one record in an edit of its own, as a use case does."""

        async def work(store: SpaceStore, now: datetime) -> frozenset[UUID]:
            edit = await SpaceEdit.begin(store, self.host, now=now)
            await edit.load([i for i in (entry.record_id, entry.family_id) if i is not None])
            edit.put(entry)
            return await edit.save()

        moved = await self.home.write(self.space_id, work)
        if moved:
            await self.home.announce(self.space_id, moved)

    async def act(self, collection: str, act_id: UUID, fields: Fields) -> None:
        """Write an act of rights, as the holder decides it."""
        await self.write(
            Entry(
                record_id=act_id,
                collection=ALL[collection],
                author_id=party("holder"),
                fields=msgspec.to_builtins(dict(fields)),
            )
        )

    async def erase(self, record_id: UUID) -> None:
        """Delete a record in an edit of its own."""

        async def work(store: SpaceStore, now: datetime) -> frozenset[UUID]:
            edit = await SpaceEdit.begin(store, self.host, now=now)
            await edit.load([record_id])
            record = edit.record(record_id)
            assert record is not None
            edit.delete(record, party("holder"))
            return await edit.save()

        moved = await self.home.write(self.space_id, work)
        if moved:
            await self.home.announce(self.space_id, moved)

    def records(self) -> dict[UUID, Record]:
        """Return every record as stored."""
        return self.home.spaces[self.space_id].records

    def eye(self, who: str) -> Eye | None:
        """Compile from every act that stands what somebody may do now; None for the family."""
        standing = [
            record
            for record in self.records().values()
            if record.collection in ACTS and not record.deleted
        ]
        acts = acts_in(standing)
        if who in PROFESSION:
            return professional_eye(acts, party(who), self.now)
        return caregiver_eye(acts, party(who), self.now) if who in CAREGIVERS else None

    def decisions(self, who: str) -> dict[UUID, Decision] | None:
        """Decide anew on every record for somebody; None if they may hold nothing."""
        viewer = (
            next(v for v in self._family() if v.party_id == party(who))
            if who in FAMILY
            else self._guest(who)
        )
        if viewer is None or not self.rights.in_force(viewer, self.now):
            return None
        eye = self.rights.viewer(viewer, self.now)
        # What an emergency opens is read while connected, and is in no copy.
        terms = msgspec.structs.replace(eye.terms, emergency=None)
        eye = msgspec.structs.replace(eye, terms=terms)
        masks = self._masks()
        return {
            record_id: decide(
                eye,
                msgspec.structs.replace(entry_of(record), hidden_from=self._hidden(record, masks)),
                self.now,
            )
            for record_id, record in self.records().items()
        }

    def may_look(self, who: str) -> bool:
        """Say whether somebody's devices may sync now: who keeps no copy has nothing to send."""
        eye = self.eye(who)
        if eye is None:
            return True
        opens, closes = eye.opens_at, eye.closes_at
        is_now = (opens is None or opens <= self.now) and (closes is None or self.now < closes)
        return eye.is_open and is_now and eye.keeps_copy

    def expected(self, who: str) -> set[UUID] | None:
        """Name the records that somebody's device must hold; None for a wipe."""
        decisions = self.decisions(who)
        if decisions is None:
            return None
        return {record_id for record_id, decision in decisions.items() if decision.allow}

    def _family(self) -> list[Viewer]:
        return [*self.home.spaces[self.space_id].viewers.values()]

    def _guest(self, who: str) -> Viewer | None:
        eye = self.eye(who)
        if eye is None or not eye.is_open or not eye.keeps_copy:
            return None
        return Viewer(
            viewer_id=named(who),
            party_id=party(who),
            role="professional" if who in PROFESSION else "caregiver",
            grant=msgspec.json.encode(eye.terms),
            opens_at=eye.opens_at,
            closes_at=eye.closes_at,
        )

    def _masks(self) -> list[Mask]:
        return [
            msgspec.json.decode(record.body or b"{}", type=Mask)
            for record in self.records().values()
            if record.collection == "masks" and not record.deleted
        ]

    def _hidden(self, record: Record, masks: list[Mask]) -> tuple[Scope, ...]:
        """Name from whom masks hide a record: its own, and those on its document."""
        found = []
        for mask in masks:
            target = None if mask.record_id is None else self.records().get(mask.record_id)
            if target is None:
                continue
            of_family = target.collection == "documents" and target.family == record.family
            if target.record_id == record.record_id or of_family:
                found.append(scope_of(mask))
        return tuple(found)


class Device:
    """A device that only reads, and checks what it is told."""

    def __init__(self, world: RightsWorld, who: str, number: int = 0) -> None:
        self.world = world
        self.who = who
        self.caller = Caller(party_id=party(who), device_id=named(who, "device", number))
        self.checkpoint: str | None = None
        self.held: dict[UUID, int] = {}
        self.bodies: dict[UUID, Any] = {}
        self._ops = 0

    async def pull(self, limit: int = 500) -> None:
        """Pull to the end; fail if anything comes that may not, or the proof is wrong."""
        may_see = self.world.expected(self.who)
        while True:
            page = await self._page(limit)
            if page["state"] == "wipe":
                assert may_see is None, f"{self.who} is wiped and may see {len(may_see or ())}"
                self.held, self.bodies, self.checkpoint = {}, {}, None
                return
            assert may_see is not None, f"{self.who} is answered and may see nothing"
            for change in page["changes"]:
                record_id = UUID(change["record_id"])
                if change["kind"] == "gone":
                    self.held.pop(record_id, None)
                    self.bodies.pop(record_id, None)
                    continue
                assert record_id in may_see, f"{self.who} is sent what they may not see"
                self.held[record_id] = change["seq"]
                self.bodies[record_id] = change["body"]
            self.checkpoint = page["checkpoint"]
            if not page["more"]:
                break
        lines = (digest.line(record_id, seq) for record_id, seq in self.held.items())
        assert set(self.held) == may_see, f"{self.who} holds something else than they may"
        assert (page["count"], page["digest"]) == (len(self.held), digest.text(sum(lines)))
        stored = self.world.records()
        assert self.bodies == {i: json.loads(stored[i].body or b"") for i in self.held}

    async def push(self, collection: str, record_id: UUID, fields: Fields | None) -> dict[str, Any]:
        """Push one op, a deletion without fields, and return its outcome."""
        self._ops += 1
        op = Op(
            op_id=named(self.who, "op", self._ops),
            space_id=self.world.space_id,
            collection=collection,
            record_id=record_id,
            kind=OpKind.DELETE if fields is None else OpKind.PUT,
            base=self.held.get(record_id),
            set=msgspec.to_builtins(dict(fields or {})),
        )
        answer = await self.world.exchange.sync(self.caller, SyncRequest(ops=[op]))
        outcome: dict[str, Any] = json.loads(answer)["outcomes"][0]
        return outcome

    async def _page(self, limit: int) -> dict[str, Any]:
        ask = SpaceAsk(space_id=self.world.space_id, checkpoint=self.checkpoint, limit=limit)
        answer = await self.world.exchange.sync(self.caller, SyncRequest(spaces=[ask]))
        page: dict[str, Any] = json.loads(answer)["spaces"][0]
        return page


def party(who: str) -> UUID:
    """Name a party."""
    return named(who, "party")


def document(
    *, codes: tuple[str, ...] = ("N",), announced_at: datetime | None = None, version: int = 1
) -> Fields:
    """Describe a document that doctors and nurses may read."""
    fields = {
        "title": f"Radio {version}",
        "type_code": "11502-2",
        "type_system": "http://loinc.org",
        "created_at": "2026-01-01T00:00:00Z",
        "status": "current",
        "confidentiality": codes,
        "announced_at": announced_at,
        "media_type": "application/pdf",
        "size_bytes": 1,
        "sha256": "0" * 64,
    }
    return {name: value for name, value in msgspec.to_builtins(fields).items() if value is not None}
