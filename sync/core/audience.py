"""What a change of who may see a record means for each viewer's feed."""

from collections.abc import Collection
from datetime import datetime
from uuid import UUID

import msgspec

from sync.core import digest
from sync.core.change import Kind


class Viewer(msgspec.Struct, kw_only=True):
    """One party's eye on one space, with the head of its own feed.

    `party_id` is None for a holder who has no account yet (a child). `grant` is
    the host's own encoding of what this viewer may do; sync does not read it.
    A viewer that keeps no copy looks while connected, and has no feed. Outside
    `opens_at` (included) to `closes_at` (not included) it may not look at all.
    """

    viewer_id: UUID
    party_id: UUID | None
    role: str
    grant: bytes = b""
    head: int = 0
    count: int = 0
    digest: int = 0
    is_open: bool = True
    keeps_copy: bool = True
    opens_at: datetime | None = None
    closes_at: datetime | None = None

    def is_in_force(self, now: datetime) -> bool:
        """Say whether this viewer may look at all at this instant."""
        return (
            self.is_open
            and (self.opens_at is None or self.opens_at <= now)
            and (self.closes_at is None or now < self.closes_at)
        )

    def is_over(self, now: datetime) -> bool:
        """Say whether this viewer may not look any more; one that begins later is not over."""
        return not self.is_open or (self.closes_at is not None and self.closes_at <= now)


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """The one feed line that a viewer has of a record."""

    viewer_id: UUID
    record_id: UUID
    seq: int
    collection: str
    kind: Kind


def next_line(
    viewer: Viewer, line: Line | None, *, record_id: UUID, collection: str, visible: bool
) -> Line | None:
    """Move a viewer's feed on after a change to a record.

    The viewer's head, count and digest are brought up to date.

    Returns:
        The new line; None for a viewer who could not and may not see it, who
        must hear nothing.
    """
    was_visible = line is not None and line.kind is Kind.PUT
    if not visible and not was_visible:
        return None
    viewer.head += 1
    if was_visible:
        assert line is not None
        viewer.digest = (viewer.digest - digest.line(record_id, line.seq)) % digest.MODULUS
        viewer.count -= 1
    if visible:
        viewer.digest = (viewer.digest + digest.line(record_id, viewer.head)) % digest.MODULUS
        viewer.count += 1
    return Line(
        viewer_id=viewer.viewer_id,
        record_id=record_id,
        seq=viewer.head,
        collection=collection,
        kind=Kind.PUT if visible else Kind.GONE,
    )


def renumbered(viewer: Viewer, lines: Collection[Line], *, after: int) -> list[Line]:
    """Give a viewer's newest lines, in their order, the numbers that follow *after*.

    The viewer's head and digest are brought up to date.
    """
    found = []
    viewer.head = after
    for line in lines:
        viewer.head += 1
        if line.kind is Kind.PUT:
            moved = digest.line(line.record_id, viewer.head) - digest.line(line.record_id, line.seq)
            viewer.digest = (viewer.digest + moved) % digest.MODULUS
        found.append(msgspec.structs.replace(line, seq=viewer.head))
    return found


def balance(lines: Collection[Line]) -> tuple[int, int]:
    """Return the count and digest that a viewer's lines add up to, from nothing."""
    puts = [line for line in lines if line.kind is Kind.PUT]
    total = sum(digest.line(line.record_id, line.seq) for line in puts)
    return len(puts), total % digest.MODULUS
