"""A small host of sync for tests: two collections and rights that a test can turn."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID

import msgspec

from backend.kernel.work import Work
from sync.core.audience import Viewer
from sync.edit import SpaceEdit
from sync.ports import Action, Collection, Host, Policy, field_rules, relation_in
from sync.storage.port import Deed, Record

KEY = b"k" * 32


class TooLong(Exception):
    """The refusal of this host."""

    code: ClassVar[str] = "too-long"

    def __init__(self, pointer: str | None = None) -> None:
        super().__init__(self.code)
        self.pointer = pointer


class Note(
    msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True
):
    """A body with one field of each rule."""

    title: str
    place: str | None = None
    color: Annotated[str, msgspec.Meta(extra={"merge": "client"})] | None = None
    text: Annotated[str, msgspec.Meta(extra={"merge": "both"})] | None = None
    stamp: Annotated[str, msgspec.Meta(extra={"merge": "read-only"})] | None = None
    about: Annotated[UUID | None, msgspec.Meta(extra={"merge": "read-only", "names": "notes"})] = (
        None
    )
    at: datetime | None = None


def check(body: msgspec.Struct) -> None:
    """Refuse one title."""
    assert isinstance(body, Note)
    if body.title == "too long":
        raise TooLong("/title")


def _collection(name: str, policy: Policy) -> Collection:
    return Collection(
        name=name,
        body=Note,
        policy=policy,
        rules=field_rules(Note),
        relation=relation_in(Note),
        check=check,
        category=lambda body: name,
    )


class PlainRights:
    """What a host answers when nothing turns by itself and nobody writes for others."""

    def audience(self, record: Record, viewers: Sequence[Viewer], now: datetime) -> frozenset[UUID]:
        raise AssertionError("The host under test says who may see what.")

    def visible_to(
        self, viewer: Viewer, records: Iterable[Record], now: datetime
    ) -> frozenset[UUID]:
        return frozenset(r.record_id for r in records if self.audience(r, [viewer], now))

    def readable_to(
        self, viewer: Viewer, records: Iterable[Record], now: datetime
    ) -> frozenset[UUID]:
        return self.visible_to(viewer, records, now)

    def is_guest(self, viewer: Viewer) -> bool:
        return False

    def due_at(self, viewer: Viewer, now: datetime) -> datetime | None:
        return None

    def refreshed(self, viewer: Viewer, now: datetime) -> bytes | None:
        return None

    def signature(self, viewer: Viewer) -> dict[str, Any] | None:
        return None

    def kept(
        self, viewer: Viewer, standing: dict[str, Any], fields: dict[str, Any]
    ) -> dict[str, Any]:
        return fields

    async def settle(self, edit: SpaceEdit) -> None:
        raise AssertionError("This host has no acts of rights.")


class SwitchedRights(PlainRights):
    """Rights that a test turns: who is hidden from what, and whose grant is over."""

    def __init__(self) -> None:
        self.hidden: set[tuple[UUID, UUID]] = set()
        self.over: set[UUID] = set()
        self.read_only: set[UUID] = set()

    def audience(self, record: Record, viewers: Sequence[Viewer], now: datetime) -> frozenset[UUID]:
        return frozenset(
            viewer.viewer_id
            for viewer in viewers
            if (viewer.viewer_id, record.record_id) not in self.hidden
            and viewer.viewer_id not in self.over
        )

    def may_write(
        self,
        viewer: Viewer,
        action: Action,
        collection: str,
        record: Record | None,
        now: datetime,
        *,
        depositor: Viewer | None = None,
    ) -> bool:
        return viewer.viewer_id not in self.read_only

    def in_force(self, viewer: Viewer, now: datetime) -> bool:
        return viewer.is_in_force(now) and viewer.viewer_id not in self.over


def make_host(rights: SwitchedRights | None = None) -> Host:
    """Make a host with the collections `notes`, `places` and `consents`."""
    return Host(
        collections={
            "notes": _collection("notes", Policy.MERGE),
            "places": _collection("places", Policy.MERGE),
            "consents": _collection("consents", Policy.ONLINE),
        },
        rights=rights or SwitchedRights(),
        refusal=TooLong,
        checkpoint_key=KEY,
    )


class SilentGuard:
    """Rights that are ready, and a journal that keeps nothing: for tests of something else."""

    async def prepare(self, work: Work) -> None:
        """Have everything ready."""

    def must_trace(self, work: Work, space_id: UUID, viewer: Viewer, device_id: UUID) -> bool:
        return False

    async def trace(self, work: Work, space_id: UUID, deed: Deed) -> None:
        """Write nothing down."""

    async def written(self, work: Work, space_id: UUID, records: Sequence[Record]) -> None:
        """Take note of nothing."""


class SpaceSilence:
    """The same, as the storage of one space meets them."""

    async def prepare(self) -> None:
        """Have everything ready."""

    def must_trace(self, viewer: Viewer, device_id: UUID) -> bool:
        return False

    async def trace(self, deed: Deed) -> None:
        """Write nothing down."""

    async def written(self, records: Sequence[Record]) -> None:
        """Take note of nothing."""
