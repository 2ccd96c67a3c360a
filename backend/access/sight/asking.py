"""Questions about who sees what: for whoever decides for the person of a space.

Whoever else asks is told what they would be told of a space that does not
exist. What the asker may not see is in no answer, and in no count.

Source: docs/decisions/0026-explaining-rights.md, 0035-rights-by-hand.md.
"""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar
from uuid import UUID

import msgspec

from backend.access.acts import acts_in
from backend.access.collection import DECIDING, ViewerRights, entry_of
from backend.access.model import Entry, Viewer
from backend.access.rules.terms import Acts, professional_eye
from backend.access.rules.visibility import ACTS, decide
from backend.kernel.spaces import SpaceTransactions
from backend.kernel.work import Office
from sync.core.audience import Viewer as FeedViewer
from sync.errors import RecordNotFound, SpaceNotFound
from sync.exchange import read_traced
from sync.ports import Host
from sync.pull import open_reading
from sync.push import Caller
from sync.storage.port import Deed, Record, SpaceStore

T = TypeVar("T")


class Desk(msgspec.Struct, frozen=True):
    """Who asks about which space, and what answers."""

    office: Office
    host: Host
    device: Caller
    space_id: UUID

    @property
    def rights(self) -> ViewerRights:
        """The rights of this host."""
        assert isinstance(self.host.rights, ViewerRights)
        return self.host.rights


class Scene(msgspec.Struct, frozen=True, kw_only=True):
    """A space at one instant: who looks, what was decided, and what the asker sees of it."""

    store: SpaceStore
    rights: ViewerRights
    now: datetime
    asker: Viewer
    eyes: tuple[FeedViewer, ...]
    viewers: tuple[Viewer, ...]
    """Everybody who was ever let in, and who was shut out."""
    acts: Acts

    async def record(self, record_id: UUID) -> tuple[Record, Entry]:
        """Return a record that the asker sees.

        Raises:
            RecordNotFound: None such, for the asker.
        """
        record = (await self.store.records([record_id])).get(record_id)
        if record is None or not decide(self.asker, entry_of(record), self.now).allow:
            raise RecordNotFound("/record_id")
        return record, entry_of(record)

    async def entries(self) -> list[tuple[UUID, Entry]]:
        """Return what the asker sees of the record, acts of rights left out."""
        every = ((head.record_id, entry_of(head)) for head in await self.store.heads())
        return [
            (record_id, entry)
            for record_id, entry in every
            if entry.collection not in ACTS and decide(self.asker, entry, self.now).allow
        ]


Objects = tuple[tuple[str, UUID], ...]
Question = Callable[[Scene], Awaitable[tuple[T, Objects]]]
"""Answers, and says which records the answer tells of."""


async def ask(desk: Desk, question: Question[T]) -> T:
    """Answer a question about a space, and write into its journal that it was asked.

    Raises:
        SpaceNotFound: No such space, or the asker does not decide there.
    """

    async def look(store: SpaceStore, now: datetime, *, traced: bool) -> tuple[T] | None:
        reading = await open_reading(store, desk.host, desk.device, now)
        if reading.viewer.role not in DECIDING:
            raise SpaceNotFound
        must_trace = store.must_trace(reading.viewer, desk.device.device_id)
        if must_trace and not traced:
            return None
        answer, objects = await question(await _scene(desk, store, reading.viewer, now))
        if must_trace:
            device_id = desk.device.device_id
            await store.trace(
                Deed(viewer=reading.viewer, device_id=device_id, action="read", objects=objects)
            )
        return (answer,)

    (answer,) = await read_traced(SpaceTransactions(desk.office), desk.host, desk.space_id, look)
    return answer


async def _scene(desk: Desk, store: SpaceStore, viewer: FeedViewer, now: datetime) -> Scene:
    await store.prepare()
    rights = desk.rights
    eyes = tuple(await store.viewers())
    acts = acts_in(await store.held(ACTS))
    known = {eye.party_id for eye in eyes}
    # Who was blocked and never let in has no viewer.
    shut_out = {one.party_id for one in acts.blocks} - known
    others = (
        FeedViewer(
            viewer_id=party_id,
            party_id=party_id,
            role="professional",
            grant=msgspec.json.encode(professional_eye(acts, party_id, now).terms),
            is_open=False,
        )
        for party_id in sorted(shut_out)
    )
    everybody = (*eyes, *others)
    return Scene(
        store=store,
        rights=rights,
        now=now,
        asker=rights.viewer(viewer, now),
        eyes=everybody,
        viewers=tuple(rights.viewer(eye, now) for eye in everybody),
        acts=acts,
    )
