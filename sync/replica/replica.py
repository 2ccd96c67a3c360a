"""The face of the client: reads and writes that need no network, and one sync at a time."""

import asyncio
from collections.abc import Callable, Iterable
from uuid import UUID

from sync.replica import outbox, rows
from sync.replica.engine import SyncRun
from sync.replica.errors import DeviceRevoked, ProfileEnded, ProfileUnknown
from sync.replica.fields import checked, still_lost
from sync.replica.limits import ATTEMPTS_MAX
from sync.replica.model import (
    Conflict,
    Fields,
    Held,
    Lost,
    Profile,
    ProfileState,
    QueuedOp,
    Shown,
    SpaceSeen,
    Standing,
    SyncReport,
)
from sync.replica.retry import Patience
from sync.replica.store import ReplicaStore
from sync.replica.transport import Clock, Random, Transport


class Replica:
    """A person's spaces on one device.

    It keeps nothing but what is in its store: a replica made anew over the same
    store goes on where the last one stopped, wherever that was.
    """

    def __init__(
        self,
        store: ReplicaStore,
        transport: Transport,
        *,
        clock: Clock,
        random: Random,
        new_id: Callable[[], UUID],
    ) -> None:
        self._store = store
        self._transport = transport
        self._clock = clock
        self._random = random
        self._new_id = new_id
        self._syncing = asyncio.Lock()

    # Spaces.

    def learn_spaces(self, seen: Iterable[SpaceSeen]) -> None:
        """Take in the answer of `GET /v1/spaces`.

        A space that is no longer listed is left alone: the next sync asks for
        it, and the answer to that says whether to wipe it.
        """
        with self._store.transaction():
            for space in seen:
                rows.save_profile(self._store, space)

    def profiles(self) -> list[Profile]:
        """Return every space of this device, those that ended too."""
        return rows.profiles(self._store)

    def standing(self, space_id: UUID) -> Standing:
        """Compute how far a space is in step, from its rows.

        Raises:
            ProfileUnknown: There is no such space here.
        """
        profile = self._profile(space_id)
        count, digest = rows.balance(self._store, space_id)
        is_equal = (
            None
            if profile.is_equal is None
            else (count, digest)
            == (
                profile.count,
                profile.digest,
            )
        )
        return Standing(
            profile=profile,
            count=count,
            digest=digest,
            waiting=outbox.waiting(self._store, space_id),
            lost=sum(lost.space_id == space_id for lost in rows.lost(self._store)),
            is_equal=is_equal,
        )

    # Records.

    def put(self, space_id: UUID, collection: str, record_id: UUID | None, fields: Fields) -> UUID:
        """Add a record, or change some fields of one; null removes a field.

        It is on disk when this returns, and is sent by a later `sync`.

        Returns:
            The record's identifier.

        Raises:
            ProfileUnknown: There is no such space here.
            ProfileEnded: Access to it has ended.
            RecordUnknown: No such record is shown in this collection.
            FieldsInvalid: The fields cannot travel.
        """
        draft = self._draft(space_id, collection, record_id or self._new_id(), checked(fields))
        with self._store.transaction():
            self._open_profile(space_id)
            if record_id is None:
                outbox.create(self._store, draft)
            else:
                outbox.edit(self._store, draft)
        return draft.record_id

    def delete(self, space_id: UUID, collection: str, record_id: UUID) -> None:
        """Delete a record: at once here, and everywhere once the server has applied it.

        Raises:
            ProfileUnknown: There is no such space here.
            ProfileEnded: Access to it has ended.
            RecordUnknown: No such record is shown in this collection.
        """
        with self._store.transaction():
            self._open_profile(space_id)
            outbox.delete(self._store, self._draft(space_id, collection, record_id, {}))

    def get(self, space_id: UUID, record_id: UUID) -> Shown | None:
        """Return a record as the person sees it, or None."""
        record = rows.held(self._store, space_id, record_id)
        return _shown(record, outbox.of_record(self._store, space_id, record_id))

    def records(self, space_id: UUID, collection: str) -> list[Shown]:
        """Return a collection as the person sees it: confirmed first, then what waits."""
        ops: dict[UUID, list[QueuedOp]] = {}
        for op in outbox.of_collection(self._store, space_id, collection):
            ops.setdefault(op.record_id, []).append(op)
        records = rows.held_in(self._store, space_id, collection)
        seen = [_shown(record, ops.pop(record.record_id, [])) for record in records]
        seen += [_shown(None, waiting) for waiting in ops.values()]
        return [shown for shown in seen if shown is not None]

    def find(self, start: str) -> list[Shown]:
        """Return the records, of any space, whose identifier starts so."""
        found = (self.get(*key) for key in rows.keys_starting(self._store, start))
        return [shown for shown in found if shown is not None]

    def waiting(self, space_id: UUID | None = None) -> int:
        """Count the changes that the server has not answered yet."""
        return outbox.waiting(self._store, space_id)

    def waiting_for(self, space_id: UUID, record_id: UUID) -> int:
        """Count the unanswered changes of one record, a deletion too."""
        return len(outbox.of_record(self._store, space_id, record_id))

    # What was lost.

    def conflicts(self, space_id: UUID | None = None) -> list[Conflict]:
        """Return what was lost, record by record, with what stands now.

        A value that stands by now, because the person wrote it again or someone
        else did, is no longer lost.
        """
        by_record: dict[tuple[UUID, UUID], list[Lost]] = {}
        for lost in rows.lost(self._store):
            if space_id in {None, lost.space_id}:
                by_record.setdefault((lost.space_id, lost.record_id), []).append(lost)
        found = [self._conflict(space, record, lost) for (space, record), lost in by_record.items()]
        return [conflict for conflict in found if conflict.lost]

    def dismiss(self, space_id: UUID, record_id: UUID) -> None:
        """Forget what was lost in a record: the person has seen it."""
        with self._store.transaction():
            rows.forget_lost(self._store, space_id, record_id)

    # The world.

    async def sync(self, *, attempts: int = ATTEMPTS_MAX) -> SyncReport:
        """Send what waits and fetch what is new, for every space.

        One at a time: a second call waits for the first, then does its own.
        Each request is attempted *attempts* times at most.

        Raises:
            SyncGaveUp: The server did not answer; everything waits for another sync.
            SignInNeeded: The session has ended.
            DeviceRevoked: It was ended from afar; this device is empty now.
            Refused: The server answered no to the request as a whole.
        """
        async with self._syncing:
            patience = Patience(attempts=attempts, clock=self._clock, random=self._random)
            run = SyncRun(self._store, self._transport, patience)
            try:
                await run.run()
            except DeviceRevoked:
                self.erase()
                raise
            return run.report

    def erase(self) -> None:
        """Wipe this device: nothing stays, what waits included."""
        self._store.erase()

    def _profile(self, space_id: UUID) -> Profile:
        profile = rows.profile(self._store, space_id)
        if profile is None:
            raise ProfileUnknown("There is no such space on this device.")
        return profile

    def _open_profile(self, space_id: UUID) -> None:
        if self._profile(space_id).state is ProfileState.ENDED:
            raise ProfileEnded("Access to this space has ended.")

    def _draft(
        self, space_id: UUID, collection: str, record_id: UUID, fields: Fields
    ) -> outbox.Draft:
        return outbox.Draft(
            op_id=self._new_id(),
            space_id=space_id,
            collection=collection,
            record_id=record_id,
            fields=fields,
            at=self._clock.now(),
        )

    def _conflict(self, space_id: UUID, record_id: UUID, lost: list[Lost]) -> Conflict:
        record = rows.held(self._store, space_id, record_id)
        standing = None if record is None else record.fields
        return Conflict(
            space_id=space_id,
            record_id=record_id,
            collection=lost[0].collection,
            lost=[left for one in lost if (left := still_lost(one, standing)) is not None],
            standing=standing,
        )


def _shown(record: Held | None, ops: list[QueuedOp]) -> Shown | None:
    fields = outbox.shown(record, ops)
    if fields is None:
        return None
    known = record if record is not None else ops[0]
    return Shown(
        space_id=known.space_id,
        record_id=known.record_id,
        collection=known.collection,
        fields=fields,
        seq=None if record is None else record.seq,
        is_waiting=bool(ops),
    )
