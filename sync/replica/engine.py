"""One sync, from the first request to the last page.

Everything that must outlive a crash is in the store before a request leaves,
and an answer is applied whole in one transaction, so a sync may stop anywhere.
"""

import contextlib
from uuid import UUID

from sync.core.limits import OPS_PER_PUSH_MAX, PAGE_CHANGES_MAX, SPACES_PER_SYNC_MAX
from sync.replica import outbox, rows, settling
from sync.replica.errors import (
    AnswerUnusable,
    Refused,
    SignInNeeded,
    SyncGaveUp,
    TransportFailure,
)
from sync.replica.limits import ROUNDS_MAX
from sync.replica.model import Loss, ProfileState, SyncReport
from sync.replica.pages import Page, take
from sync.replica.retry import Patience, until_answered
from sync.replica.store import ReplicaStore
from sync.replica.transport import StreamingTransport, Transport
from sync.replica.wire import Answer, Change, Outgoing, PageEnd, SpaceAsk, check_changes, read_line

# Statuses that say something about one request, and nothing about asking later.
_WHOLE_REQUEST = frozenset({400, 413, 422})
_REFUSED_ALONE = "request-refused"


class SyncRun:
    """One sync of one store; its caller lets only one run at a time."""

    def __init__(self, store: ReplicaStore, transport: Transport, patience: Patience) -> None:
        self.report = SyncReport()
        self._store = store
        self._transport = transport
        self._patience = patience
        self._ops_most = OPS_PER_PUSH_MAX
        open_profiles = (p for p in rows.profiles(store) if p.state is ProfileState.OPEN)
        self._todo = [profile.space_id for profile in open_profiles]

    async def run(self) -> None:
        """Exchange until nothing waits and every space is complete.

        Raises:
            SyncGaveUp: No attempt at a request brought an answer.
            TransportFailure: The server says no, and would again.
        """
        await self._stream_new_spaces()
        for _ in range(ROUNDS_MAX):
            outgoing = self._compose()
            if outgoing is None:
                return
            await self._round(outgoing)
        raise SyncGaveUp(attempts=ROUNDS_MAX)

    def _compose(self) -> Outgoing | None:
        """Make the next request; its ops count as sent before anything leaves."""
        with self._store.transaction():
            ready = outbox.spaces_with_ready_ops(self._store)
            chosen = list(dict.fromkeys((*self._todo, *ready)))[:SPACES_PER_SYNC_MAX]
            if not chosen:
                return None
            ops = outbox.next_batch(self._store, chosen, self._ops_most)
            asks = [
                SpaceAsk(space_id=i, checkpoint=profile.checkpoint, limit=PAGE_CHANGES_MAX)
                for i in chosen
                if (profile := rows.profile(self._store, i)) is not None
            ]
        return Outgoing(ops=ops, asks=asks)

    async def _round(self, outgoing: Outgoing) -> None:
        try:
            answer = await self._ask(outgoing)
        except Refused as refused:
            if refused.status not in _WHOLE_REQUEST or not outgoing.ops:
                raise
            await self._isolate(outgoing, refused)
            return
        self._ops_most = min(OPS_PER_PUSH_MAX, self._ops_most * 2)
        self._take(outgoing, answer)

    async def _ask(self, outgoing: Outgoing) -> Answer:
        self.report.rounds += 1
        request = outgoing.encode()

        async def attempt() -> Answer:
            return outgoing.read(await self._transport.sync(request))

        return await until_answered(attempt, self._patience)

    def _take(self, outgoing: Outgoing, answer: Answer) -> None:
        """Apply an answer to the request that it answers, whole."""
        asked = {ask.space_id: ask.checkpoint for ask in outgoing.asks}
        now = self._patience.clock.now()
        with self._store.transaction():
            for outcome in answer.outcomes:
                settling.settle(self._store, outcome, now=now, report=self.report)
            unfinished = [
                page.space_id
                for page in answer.spaces
                if self._take_page(page.space_id, asked[page.space_id], (page.changes, page))
            ]
        self._store.scrub()
        self._todo = [i for i in self._todo if i not in asked] + unfinished

    def _take_page(
        self, space_id: UUID, asked: str | None, page: tuple[list[Change], PageEnd]
    ) -> bool:
        changes, end = page
        return take(
            self._store,
            Page(space_id=space_id, asked=asked, changes=changes, end=end),
            now=self._patience.clock.now(),
            report=self.report,
        )

    async def _isolate(self, outgoing: Outgoing, refused: Refused) -> None:
        """Find the op because of which a whole request is refused.

        No such op should exist; one that did would keep everything behind it
        waiting for ever. An op is given up only once the same request without
        it was answered, since a server that refuses everything blames no op.
        """
        if len(outgoing.ops) > 1:
            self._ops_most = len(outgoing.ops) // 2
            return
        without = Outgoing(ops=[], asks=outgoing.asks)
        self._take(without, await self._ask(without))
        with self._store.transaction():
            for op in outgoing.ops:
                if outbox.by_id(self._store, op.op_id) is None:
                    continue
                outbox.remove(self._store, op)
                now = self._patience.clock.now()
                loss = Loss(code=refused.code or _REFUSED_ALONE, at=now)
                settling.refuse(self._store, op, loss, self.report)

    async def _stream_new_spaces(self) -> None:
        """Fetch what was never fetched in one answer each, if this transport can.

        A stream that fails or breaks is no failure of the sync: pages carry on
        from the last checkpoint that arrived.
        """
        if not isinstance(self._transport, StreamingTransport):
            return
        for space_id in self._todo:
            profile = rows.profile(self._store, space_id)
            if profile is None or profile.checkpoint is not None:
                continue
            try:
                await self._stream(self._transport, space_id)
            except SignInNeeded:
                raise
            except TransportFailure:
                continue

    async def _stream(self, transport: StreamingTransport, space_id: UUID) -> None:
        asked: str | None = None
        changes: list[Change] = []
        async with contextlib.aclosing(transport.stream(space_id, asked)) as lines:
            async for line in lines:
                read = read_line(line)
                if isinstance(read, Change):
                    changes.append(read)
                    if len(changes) > PAGE_CHANGES_MAX:
                        raise AnswerUnusable("A page of the stream has no end.")
                    continue
                check_changes(changes)
                with self._store.transaction():
                    self._take_page(space_id, asked, (changes, read))
                self._store.scrub()
                asked, changes = read.checkpoint, []
