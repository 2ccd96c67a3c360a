"""The messages as a client reads and writes them.

Unknown fields in an answer are ignored, so that an old client lives with a
newer server.
"""

from enum import Enum
from uuid import UUID

import msgspec

from sync.core.change import OpKind, SpaceState, Status
from sync.core.limits import PAGE_CHANGES_MAX
from sync.replica.errors import AnswerUnusable
from sync.replica.model import Fields, QueuedOp


class ChangeKind(Enum):
    """What a change says of a record."""

    PUT = "put"
    GONE = "gone"


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a feed."""

    seq: int
    collection: str
    record_id: UUID
    kind: ChangeKind
    body: Fields | None = None


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to one op.

    `current` is the record as it stands, where that differs from what the op
    made of it here and is still the same as when the op was first answered.
    """

    op_id: UUID
    status: Status
    seq: int | None = None
    code: str | None = None
    pointer: str | None = None
    current: Fields | None = None


class PageEnd(msgspec.Struct, frozen=True, kw_only=True):
    """What follows the changes of a page: where it leads, and the proof with the last one."""

    checkpoint: str
    more: bool
    state: SpaceState
    count: int | None = None
    digest: str | None = None


class SpacePage(PageEnd, frozen=True, kw_only=True):
    """The answer for one space."""

    space_id: UUID
    changes: list[Change] = []


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to one sync request."""

    outcomes: list[Outcome]
    spaces: list[SpacePage]


class SpaceAsk(msgspec.Struct, frozen=True, kw_only=True):
    """What is wanted of one space."""

    space_id: UUID
    checkpoint: str | None
    limit: int = PAGE_CHANGES_MAX


class OpMessage(msgspec.Struct, frozen=True, kw_only=True):
    """An op as it travels."""

    op_id: UUID
    space_id: UUID
    collection: str
    record_id: UUID
    kind: OpKind
    base: int | None
    set: Fields
    was: Fields


class Outgoing(msgspec.Struct, frozen=True, kw_only=True):
    """One request, kept until its answer comes: an answer is read against it."""

    ops: list[QueuedOp]
    asks: list[SpaceAsk]

    def encode(self) -> bytes:
        """Write the body of `POST /v1/sync`."""
        ops = [message_of(op) for op in self.ops]
        return msgspec.json.encode({"ops": ops, "spaces": self.asks})

    def read(self, answer: bytes) -> Answer:
        """Read an answer to this request.

        Raises:
            AnswerUnusable: It is cut, or answers another request.
        """
        try:
            read = msgspec.json.decode(answer, type=Answer)
        except (msgspec.DecodeError, RecursionError) as error:
            raise AnswerUnusable("The answer is not what the protocol says.") from error
        if sorted(out.op_id for out in read.outcomes) != sorted(op.op_id for op in self.ops):
            raise AnswerUnusable("The answer is about other ops.")
        if sorted(page.space_id for page in read.spaces) != sorted(a.space_id for a in self.asks):
            raise AnswerUnusable("The answer is about other spaces.")
        for page in read.spaces:
            check_changes(page.changes)
        return read


def message_of(op: QueuedOp) -> OpMessage:
    """Write an op: the same message each time it is sent."""
    return OpMessage(
        op_id=op.op_id,
        space_id=op.space_id,
        collection=op.collection,
        record_id=op.record_id,
        kind=op.kind,
        base=op.base,
        set=op.set,
        was=op.was,
    )


def check_changes(changes: list[Change]) -> None:
    """Check what the types cannot say of a page.

    Raises:
        AnswerUnusable: Numbers that do not grow, or a record without its body.
    """
    last = 0
    for change in changes:
        if change.seq <= last:
            raise AnswerUnusable("The changes are not in order.")
        if change.kind is ChangeKind.PUT and change.body is None:
            raise AnswerUnusable("A change has no body.")
        last = change.seq


def read_line(line: bytes) -> Change | PageEnd:
    """Read one line of a streamed answer.

    Raises:
        AnswerUnusable: It is neither a change nor the end of a page.
    """
    try:
        if "checkpoint" in msgspec.json.decode(line, type=dict[str, msgspec.Raw]):
            return msgspec.json.decode(line, type=PageEnd)
        return msgspec.json.decode(line, type=Change)
    except (msgspec.DecodeError, RecursionError) as error:
        raise AnswerUnusable("A line of the stream is not what the protocol says.") from error
