"""One space on a storage, and what to store in it."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from backend.kernel.sealing import NONCE_BYTES
from sync.core.audience import Line
from sync.core.change import Kind
from sync.storage.port import Record, SpaceStore, Writes

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
PARTY, DEVICE = uuid4(), uuid4()
SEAL_BYTES = NONCE_BYTES + 16
"""What AES-GCM adds: the nonce and the tag."""

Run = Callable[[Callable[[SpaceStore], Awaitable[Any]]], Awaitable[Any]]


class Subject:
    """A storage with one space and one viewer, and a way to run a transaction on it."""

    def __init__(self, space_id: UUID, viewer_id: UUID, run: Run, seal_bytes: int) -> None:
        self.space_id = space_id
        self.viewer_id = viewer_id
        self.run = run
        self.seal_bytes = seal_bytes


def record(
    rev: int, body: bytes | None = b'{"title":"a"}', record_id: UUID | None = None
) -> Record:
    """Make a record, deleted if it has no body."""
    return Record(
        record_id=record_id or uuid4(),
        collection="notes",
        rev=rev,
        category="notes",
        flags=3,
        depositor_id=PARTY,
        author_id=DEVICE,
        deleted=body is None,
        body=body,
    )


def writes(head: int, **given: Any) -> Writes:
    """Make an edit of which only what is given is not empty."""
    empty: dict[str, Any] = {"records": [], "viewers": [], "lines": [], "answered": [], "kept": []}
    return Writes(head=head, **{**empty, **given})


def line(subject: Subject, saved: Record, seq: int, kind: Kind = Kind.PUT) -> Line:
    """Make the line of the subject's viewer for a record."""
    return Line(
        viewer_id=subject.viewer_id,
        record_id=saved.record_id,
        seq=seq,
        collection=saved.collection,
        kind=kind,
    )


async def save(subject: Subject, what: Writes) -> None:
    """Store an edit in a transaction of its own."""

    async def work(store: SpaceStore) -> None:
        await store.lock()
        await store.viewers()
        await store.save(what, device_id=DEVICE, now=NOW)

    await subject.run(work)
