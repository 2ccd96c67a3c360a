"""One page of one viewer's feed out."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from sync.bodies import without_retired
from sync.core import checkpoint as checkpoints
from sync.core import digest
from sync.core.audience import Line, Viewer
from sync.core.change import Change, SpaceState
from sync.core.checkpoint import CheckpointInvalid, Place
from sync.edit import is_due
from sync.errors import CheckpointRefused, SpaceNotFound
from sync.ports import Collection, Host
from sync.push import Caller
from sync.storage.port import FeedPlace, Space, SpaceStore

_encoder = msgspec.json.Encoder()


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Some changes of a space, and the place after them.

    `count` and `digest` come with the last page: the device then holds exactly
    what its viewer may see.
    """

    space_id: UUID
    changes: Sequence[Change]
    checkpoint: str
    more: bool
    state: SpaceState
    place: Place
    count: int | None = None
    digest: str | None = None

    def encode(self) -> bytes:
        """Encode the page as one JSON object."""
        return _encoder.encode(self._wire(changes=self.changes))

    def encode_lines(self) -> bytes:
        """Encode the page as JSON lines: a change a line, then the checkpoint after them."""
        return _encoder.encode_lines([*self.changes, self._wire()])

    def _wire(self, **first: object) -> dict[str, object]:
        proof = {} if self.count is None else {"count": self.count, "digest": self.digest}
        return {
            "space_id": self.space_id,
            **first,
            "checkpoint": self.checkpoint,
            "more": self.more,
            **proof,
            "state": self.state,
        }


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """One device's view of a space, as one instant of the database shows it."""

    space: Space
    viewer: Viewer
    device_id: UUID
    host: Host

    def place(self, checkpoint: str | None) -> Place | None:
        """Read a checkpoint: None is the beginning. Returns None for "start again".

        Raises:
            CheckpointRefused: It was not given to this device for this viewer.
        """
        if checkpoint is None:
            return Place(self.space.epoch, 0)
        try:
            place = checkpoints.read(
                checkpoint,
                key=self.host.checkpoint_key,
                viewer_id=self.viewer.viewer_id,
                device_id=self.device_id,
            )
        except CheckpointInvalid:
            raise CheckpointRefused("/checkpoint") from None
        if place.epoch != self.space.epoch or place.seq > self.viewer.head:
            return None
        return place

    def page(
        self,
        changes: Sequence[Change],
        seq: int,
        *,
        more: bool = False,
        state: SpaceState = SpaceState.OPEN,
        began_at: int = 0,
    ) -> Page:
        """Make a page that ends at a number of this viewer's feed."""
        place = Place(self.space.epoch, seq, began_at if more else 0)
        complete = not more and state is SpaceState.OPEN
        return Page(
            space_id=self.space.space_id,
            changes=changes,
            checkpoint=checkpoints.write(
                place,
                key=self.host.checkpoint_key,
                viewer_id=self.viewer.viewer_id,
                device_id=self.device_id,
            ),
            more=more,
            state=state,
            place=place,
            count=self.viewer.count if complete else None,
            digest=digest.text(self.viewer.digest) if complete else None,
        )


def wiped(space_id: UUID) -> bytes:
    """Encode the answer for a space that the caller may not hold, or that does not exist."""
    page = Page(
        space_id=space_id,
        changes=[],
        checkpoint="",
        more=False,
        state=SpaceState.WIPE,
        place=Place(0, 0),
    )
    return page.encode()


class SweepDue(Exception):
    """Time has changed who may see what, and nobody has written it down yet."""


async def open_reading(
    store: SpaceStore, host: Host, caller: Caller, now: datetime, *, online: bool = False
) -> Reading:
    """Look at a space through the caller's viewer.

    Without *online*, only viewers that keep a copy are served: others have no feed.

    Raises:
        SpaceNotFound: No such space, or none that the caller may open now.
        SweepDue: A write must bring the space up to date first.
    """
    space = await store.look()
    viewer = None if space is None else await store.viewer_of(caller.party_id)
    if space is None or not space.is_open or viewer is None:
        raise SpaceNotFound
    if host.rights.is_guest(viewer):
        await store.prepare()
    # First, because what ended may have left another grant in force.
    if is_due(space, [viewer], host, now):
        raise SweepDue
    if not host.rights.in_force(viewer, now) or not (online or viewer.keeps_copy):
        raise SpaceNotFound
    return Reading(
        space=space,
        viewer=viewer,
        device_id=caller.device_id,
        host=host,
    )


async def line_of(store: SpaceStore, viewer: Viewer, record_id: UUID) -> Line | None:
    """Return a viewer's line for a record, if it ever had it."""
    lines = await store.lines([record_id])
    return next((line for line in lines if line.viewer_id == viewer.viewer_id), None)


async def beginning(store: SpaceStore, reading: Reading) -> Place:
    """Return the place of a device that has no checkpoint.

    It holds nothing, and is not told of what is gone by now: unless it has written
    here, since what it was answered it may hold without a page.
    """
    has_written = await store.has_written(reading.device_id)
    return Place(reading.space.epoch, 0, began_at=0 if has_written else reading.viewer.head)


async def pull(store: SpaceStore, reading: Reading, place: Place | None, *, limit: int) -> Page:
    """Return the page after a place; it is full unless it is the last.

    The work is that of the lines sent, whatever the size of the space.
    """
    viewer = reading.viewer
    if place is None:
        return reading.page([], 0, state=SpaceState.RESYNC)
    if place.seq == viewer.head:
        return reading.page([], viewer.head)
    changes, more = await store.page(
        viewer.viewer_id,
        FeedPlace(place.seq, place.began_at),
        limit,
        naming=_naming(reading.host.collections),
    )
    changes = _without_retired(changes, reading.host.collections)
    # A superseded line left a hole: after the last line, the place is the head.
    reached = changes[-1].seq if more else viewer.head
    return reading.page(changes, reached, more=more, began_at=place.began_at)


def _without_retired(
    changes: Sequence[Change], collections: Mapping[str, Collection]
) -> Sequence[Change]:
    """Leave out of bodies of before what they hold no more."""
    holding = {name: one for name, one in collections.items() if one.retired}
    if not any(change.collection in holding for change in changes):
        return changes
    return [_told(change, holding.get(change.collection)) for change in changes]


def _told(change: Change, holding: Collection | None) -> Change:
    if holding is None or change.body is None:
        return change
    body = without_retired(holding, bytes(change.body))
    return msgspec.structs.replace(change, body=msgspec.Raw(body))


def _naming(collections: Mapping[str, Collection]) -> dict[str, str]:
    """Return the field that names another record, by collection."""
    found = ((name, collection.relation) for name, collection in collections.items())
    return {name: relation.field for name, relation in found if relation is not None}
