"""A small host of sync for tests: two collections and rights that a test can turn."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

import msgspec

from sync.core.audience import Viewer
from sync.ports import Action, Collection, Host, Policy, field_rules
from sync.storage.port import Record

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
        check=check,
        category=lambda body: name,
    )


class SwitchedRights:
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
        self, viewer: Viewer, action: Action, collection: str, record: Record | None
    ) -> bool:
        return viewer.viewer_id not in self.read_only

    def in_force(self, viewer: Viewer, now: datetime) -> bool:
        return viewer.is_open and viewer.viewer_id not in self.over


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
