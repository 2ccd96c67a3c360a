"""A server whose rights are one value that tests turn: the engine of sync on its own."""

from collections.abc import Callable
from datetime import datetime
from uuid import UUID

import msgspec

from sync.core.audience import Viewer
from sync.edit import Entry, SpaceEdit
from sync.ports import Host
from sync.storage.memory import MemorySpace
from sync.storage.port import Record, SpaceStore
from tests.hosts import make_host
from tests.simulation.chance import Chance, Sometimes, Trace
from tests.simulation.law import Records
from tests.simulation.observed import Sabotage
from tests.simulation.rights import Facts, SimulatedRights
from tests.simulation.server import SimulatedServer

Turn = Callable[[Facts], Facts]

_HOST = make_host()


class FactsLaw:
    """What the facts say."""

    sees_feeds = False

    def __init__(self, facts: Callable[[], Facts]) -> None:
        self._facts = facts

    def may_look(self, space: MemorySpace, records: Records, viewer: Viewer, now: datetime) -> bool:
        return self._facts().may_look(viewer, now)

    def may_hold(
        self, space: MemorySpace, records: Records, viewer: Viewer, record: Record, now: datetime
    ) -> bool:
        return self._facts().may_hold(viewer, record.record_id)


class PlainServer(SimulatedServer):
    """The server of a town where an operator turns rights by hand."""

    def __init__(
        self,
        chance: Chance,
        trace: Trace,
        sometimes: Sometimes,
        *,
        sabotage: Sabotage | None = None,
    ) -> None:
        self.facts = Facts()
        self.law = FactsLaw(lambda: self.facts)
        super().__init__(chance, trace, sometimes, sabotage=sabotage)

    def make_host(self) -> Host:
        return msgspec.structs.replace(_HOST, rights=SimulatedRights(self._checked))

    def _checked(self) -> Facts:
        if self.sabotage is Sabotage.GRANT_UNCHECKED:
            return msgspec.structs.replace(self.facts, over=frozenset(), ends={})
        return self.facts

    def snapshot(self) -> Facts:
        return self.facts

    def roll_back(self, rest: object) -> None:
        assert isinstance(rest, Facts)
        self.facts = rest

    # What people do on the server.

    async def turn(self, space_id: UUID, turn: Turn, *, viewer: Viewer | None = None) -> None:
        """Change who may see what in a space, and move the feeds, in one transaction."""

        async def work(store: SpaceStore, now: datetime) -> None:
            facts = turn(self.facts)
            host = msgspec.structs.replace(_HOST, rights=SimulatedRights(lambda: facts))
            edit = await SpaceEdit.begin(store, host, now=now)
            if viewer is not None:
                fresh = msgspec.structs.replace(viewer, head=0, count=0, digest=0)
                await edit.grant(edit.viewers.get(viewer.viewer_id, fresh))
            record_ids = await store.all_ids()
            await edit.load(record_ids)
            if self.sabotage is not Sabotage.HIDDEN_WITHOUT_WITHDRAWAL:
                for record_id in record_ids:
                    edit.review(record_id)
            await edit.save()

        def at_commit() -> None:
            self.facts = turn(self.facts)

        await self.serve(lambda: self.transact(space_id, work, at_commit))

    async def deposit(self, space_id: UUID, record_id: UUID, fields: dict[str, str]) -> None:
        """Let a professional add a record."""

        async def work(store: SpaceStore, now: datetime) -> None:
            edit = await SpaceEdit.begin(store, self.host, now=now)
            await edit.load([record_id])
            collection = self.host.collections["places"]
            author_id = UUID(int=1)
            edit.put(
                Entry(
                    record_id=record_id, collection=collection, author_id=author_id, fields=fields
                )
            )
            await edit.save()

        await self.serve(lambda: self.transact(space_id, work))

    async def grant(self, space_id: UUID, viewer: Viewer) -> None:
        """Give a party an eye on a space, with everything in it."""
        await self.turn(space_id, lambda facts: facts, viewer=viewer)
