"""What sync asks of its host."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from enum import Enum
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Protocol
from uuid import UUID

import msgspec
from msgspec import inspect

from sync.core.audience import Viewer
from sync.core.merge import Fields
from sync.storage.port import Record

if TYPE_CHECKING:
    from sync.edit import SpaceEdit


class Policy(Enum):
    """How a collection takes changes."""

    APPEND = "append"
    """Records are added and corrected, each as a whole."""
    MERGE = "merge"
    """Records are merged field by field."""
    ONLINE = "online"
    """Records change in the server's presence only."""


class FieldRule(Enum):
    """Which value a field keeps when two devices changed it."""

    SERVER = "server"
    """What was acknowledged first stands."""
    CLIENT = "client"
    """The last device to push wins."""
    BOTH = "both"
    """Both versions stay in the field, marked."""
    UNION = "union"
    """A list to which each device adds its own, and from which it takes its own."""
    READ_ONLY = "read-only"
    """The host alone writes it."""
    RETIRED = "retired"
    """Bodies of before may hold it: it is told to nobody, and goes with the next write."""

    @property
    def is_of_devices(self) -> bool:
        """Whether a device may write it."""
        return self not in (FieldRule.READ_ONLY, FieldRule.RETIRED)


class Relation(msgspec.Struct, frozen=True, kw_only=True):
    """That a body names another record, which the host writes and not every viewer may see.

    Source: docs/decisions/0037-what-a-body-names.md.
    """

    field: str
    """Read-only, and left out of a body that leaves to who does not have that record."""
    collection: str
    """Of the record that is named."""


class Around(msgspec.Struct, frozen=True, kw_only=True):
    """What a record is judged by beside itself."""

    now: datetime
    beside: tuple[bytes, ...] = ()
    """Bodies of the standing records of `Collection.beside`."""


def _no_flags(_: msgspec.Struct) -> int:
    return 0


def _never(_: msgspec.Struct) -> datetime | None:
    return None


class Collection(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of record, as its host declares it."""

    name: str
    body: type[msgspec.Struct]
    policy: Policy
    rules: Mapping[str, FieldRule]
    """One for each field of `body`."""
    check: Callable[[msgspec.Struct], None]
    """Rules across fields; raises the host's refusal."""
    category: Callable[[msgspec.Struct], str]
    """The word by which the host's rights know a record."""
    fits: Callable[[msgspec.Struct, Around], None] | None = None
    """Rules between a body and what is around it; raises the host's refusal."""
    beside: str | None = None
    """The collection of which `fits` asks for the records of the same space."""
    complete: Callable[[Fields, bytes | None], Fields] | None = None
    """Fields with what follows from them, given the body that stands, before they are checked.

    It never replaces what somebody wrote; raises the host's refusal."""
    check_change: Callable[[msgspec.Struct, msgspec.Struct], None] | None = None
    """Rules on what a viewer may make of a body that stands; raises the host's refusal."""
    devices: str | None = None
    """A field that lists devices: each adds itself to it, and no other one."""
    flags: Callable[[msgspec.Struct], int] = _no_flags
    """What else the host's rights read of a record, as bits."""
    lasting_flags: int = 0
    """Bits that a record keeps whatever is written into its body."""
    due_at: Callable[[msgspec.Struct], datetime | None] = _never
    """When time alone changes who may see a record."""
    is_act: bool = False
    """Whether its records are acts of rights, which change who may see others."""
    refers: str | None = None
    """The field that names another record, which whoever writes this one must see."""
    instead: str | None = None
    """The field that says what a record is about where it names no other, for the trail."""
    relation: Relation | None = None
    """The record that a body names, which whoever reads it may not see."""
    retired: frozenset[str] = frozenset()
    """Fields that only bodies of before may hold."""


class Action(Enum):
    """What a viewer wants to do to a record."""

    ADD = "add"
    CHANGE = "change"
    DELETE = "delete"
    UPLOAD = "upload"
    """To add one whose bytes come by a door of the host's own."""


class Rights(Protocol):
    """The host's one answer to who may see and do what."""

    def audience(self, record: Record, viewers: Sequence[Viewer], now: datetime) -> frozenset[UUID]:
        """Name the viewers who may have a record in their copy at this instant."""

    def visible_to(
        self, viewer: Viewer, records: Iterable[Record], now: datetime
    ) -> frozenset[UUID]:
        """Name the records that a viewer may have in its copy at this instant."""

    def readable_to(
        self, viewer: Viewer, records: Iterable[Record], now: datetime
    ) -> frozenset[UUID]:
        """Name the records that a viewer may read while connected: never fewer."""

    def may_write(  # noqa: PLR0913  # Who does what to which record, whose it is, and when.
        self,
        viewer: Viewer,
        action: Action,
        collection: str,
        record: Record | None,
        now: datetime,
        *,
        depositor: Viewer | None = None,
    ) -> bool:
        """Say whether a viewer may do this to a record that it sees, or to a new one.

        *depositor* is the viewer of whoever brought it, if there is or was one.
        """

    def in_force(self, viewer: Viewer, now: datetime) -> bool:
        """Say whether a viewer may look at all at this instant."""

    def is_guest(self, viewer: Viewer) -> bool:
        """Say whether a viewer's rights rest on more than its space: `prepare` comes first."""

    def due_at(self, viewer: Viewer, now: datetime) -> datetime | None:
        """Say when time alone next changes what a viewer may see."""

    def refreshed(self, viewer: Viewer, now: datetime) -> bytes | None:
        """Return a viewer's grant as it is to be, if what it was judged by has changed.

        Or if it was judged at an instant that is still to come.
        """

    def signature(self, viewer: Viewer) -> dict[str, Any] | None:
        """Return what an entry says of a viewer who writes it in the holder's stead."""

    def kept(
        self, viewer: Viewer, standing: dict[str, Any], fields: dict[str, Any]
    ) -> dict[str, Any]:
        """Return fields as a viewer may write them over those that stand.

        What keeps a record from others stays in it, unless the viewer decides on that.
        """

    async def settle(self, edit: "SpaceEdit") -> None:
        """Make the acts of rights that stand in an edit take effect in it."""


class HostRefusal(Protocol):
    """What `Collection.check` raises: an exception with a stable code."""

    code: ClassVar[str]
    pointer: str | None


class Host(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that sync knows of whoever it works for."""

    collections: Mapping[str, Collection]
    rights: Rights
    refusal: type[Exception]
    """The class of `HostRefusal`s."""
    checkpoint_key: bytes


def field_rules(body: type[msgspec.Struct]) -> Mapping[str, FieldRule]:
    """Read the rule of each field from its annotation.

    A field declares its rule by `Meta(extra={"merge": ...})`, on itself or on
    one member of its union; the outermost declaration counts. A field that
    declares nothing follows `FieldRule.SERVER`.

    Raises:
        ValueError: A declaration is no `FieldRule`.
    """
    return MappingProxyType(
        {
            field.encode_name: FieldRule(_declared(field.type, "merge") or "server")
            for field in _fields(body)
        }
    )


def relation_in(body: type[msgspec.Struct]) -> Relation | None:
    """Read which field names another record from its annotation.

    It declares the collection of that record by `Meta(extra={"names": ...})`.

    Raises:
        ValueError: Several fields do, or one that devices may write.
    """
    found = [
        Relation(field=field.encode_name, collection=named)
        for field in _fields(body)
        if (named := _declared(field.type, "names")) is not None
    ]
    rules = field_rules(body)
    if len(found) > 1 or any(rules[one.field] is not FieldRule.READ_ONLY for one in found):
        raise ValueError("One field, which the host alone writes, may name another record.")
    return found[0] if found else None


def _fields(body: type[msgspec.Struct]) -> Sequence[inspect.Field]:
    found = inspect.type_info(body)
    assert isinstance(found, inspect.StructType)
    return found.fields


def _declared(annotation: inspect.Type, what: str) -> str | None:
    if isinstance(annotation, inspect.Metadata):
        word = (annotation.extra or {}).get(what)
        return word if word is not None else _declared(annotation.type, what)
    if isinstance(annotation, inspect.UnionType):
        words = (_declared(member, what) for member in annotation.types)
        return next((word for word in words if word is not None), None)
    return None
