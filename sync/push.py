"""One batch of ops in, one outcome for each out."""

import hashlib
import hmac
from collections.abc import Sequence
from uuid import UUID

import msgspec

from sync.bodies import canonical, encode_body, told, with_own_device
from sync.core.change import Kind, Op, OpKind, Outcome, Status
from sync.core.limits import BODY_BYTES_MAX, CURRENT_BYTES_MAX, RECORDS_PER_SPACE_MAX
from sync.core.merge import Fields, Merged, merge, overwrite
from sync.edit import Entry, SpaceEdit
from sync.errors import (
    BodyInvalid,
    BodyTooLarge,
    CollectionMismatch,
    CollectionUnknown,
    FieldReadOnly,
    NotAllowed,
    OnlineOnly,
    OpIdReused,
    RecordGone,
    RecordNotFound,
    SpaceFull,
    SpaceNotFound,
    SyncRefused,
)
from sync.ports import Action, Collection, Host, Policy
from sync.references import named, referred, said_in, uuid_in
from sync.storage.port import EVERYBODY, Answered, Deed, Kept, Record, SpaceStore


class Caller(msgspec.Struct, frozen=True, kw_only=True):
    """Who pushes or pulls: a party, on one of its devices."""

    party_id: UUID
    device_id: UUID


class Pushed(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a batch, and the parties whose feed moved."""

    outcomes: list[Outcome]
    moved: frozenset[UUID]


async def push(
    edit: SpaceEdit, host: Host, store: SpaceStore, caller: Caller, ops: Sequence[Op]
) -> Pushed:
    """Apply a batch of ops of one space, in order.

    A refused op never sinks its neighbours. An op that was answered before gets
    the same answer and is not applied again.

    Raises:
        SpaceNotFound: The caller has no eye on this space, now, or no copy of it:
            without a feed nothing here says what they see.
    """
    viewer = next((v for v in edit.viewers.values() if v.party_id == caller.party_id), None)
    if viewer is None or not host.rights.in_force(viewer, edit.now) or not viewer.keeps_copy:
        raise SpaceNotFound
    answered = await store.answered(caller.device_id, {op.op_id for op in ops})
    await edit.load([op.record_id for op in ops])
    await edit.load(referred(host, edit, ops))
    await edit.surround(op.collection for op in ops)
    batch = _Batch(edit, host, caller)
    outcomes = []
    for op in ops:
        request_hash = hash_of(op, host.checkpoint_key)
        before = answered.get(op.op_id)
        if before is None:
            outcome = batch.answer(op)
            # Without the body: it may be withdrawn or erased before the op is sent again.
            encoded = msgspec.json.encode(msgspec.structs.replace(outcome, current=msgspec.UNSET))
            before = Answered(op_id=op.op_id, request_hash=request_hash, outcome=encoded)
            answered[op.op_id] = before
            edit.answer(before)
        elif before.request_hash == request_hash:
            outcome = batch.again(op, msgspec.json.decode(before.outcome, type=Outcome))
        else:
            outcome = _refused(op, OpIdReused())
        outcomes.append(outcome)
    outcomes = _bounded(outcomes)
    must_trace_reads = store.must_trace(batch.viewer, caller.device_id)
    for deed in batch.deeds():
        if deed.action != READ or must_trace_reads:
            await store.trace(deed)
    moved = await edit.save(device_id=caller.device_id, writer=batch.viewer)
    return Pushed(outcomes=outcomes, moved=moved)


def _bounded(outcomes: list[Outcome]) -> list[Outcome]:
    """Leave out bodies once an answer is long: the device gets them by its feed.

    A push of many conflicts on one large record would else be answered by
    hundreds of copies of it.
    """
    size = 0
    bounded = []
    for outcome in outcomes:
        if outcome.current is not msgspec.UNSET:
            size += len(memoryview(outcome.current))
            if size > CURRENT_BYTES_MAX:
                outcome = msgspec.structs.replace(outcome, current=msgspec.UNSET)  # noqa: PLW2901
        bounded.append(outcome)
    return bounded


def hash_of(op: Op, key: bytes) -> bytes:
    """Return a hash of what an op asks, whatever the order of its keys.

    Keyed, because it lies in clear beside the record: without a key, a short op
    could be found by trying.
    """
    return hmac.digest(key, msgspec.json.encode(op, order="deterministic"), hashlib.sha256)


class _Batch:
    """Decides one op after the other for one caller."""

    def __init__(self, edit: SpaceEdit, host: Host, caller: Caller) -> None:
        self._edit = edit
        self._host = host
        self._caller = caller
        self._read_only: dict[str, frozenset[str]] = {}
        self._said: dict[UUID, str] = {}
        self._done: dict[str, list[tuple[str, UUID]]] = {}
        self.viewer = next(v for v in edit.viewers.values() if v.party_id == caller.party_id)

    def deeds(self) -> list[Deed]:
        """Return what was done, for the trail."""
        return [
            Deed(
                viewer=self.viewer,
                device_id=self._caller.device_id,
                action=action,
                objects=tuple(dict.fromkeys(objects)),
                said=self._said,
            )
            for action, objects in self._done.items()
        ]

    def _note(self, action: str, op: Op, before: Record | None = None) -> None:
        """Remember for the trail what was done: to a record, or about the one that it names."""
        collection = self._host.collections[op.collection]
        if collection.refers is None:
            self._done.setdefault(action, []).append((op.collection, op.record_id))
            return
        about_id = named(collection.refers, before, op)
        about = None if about_id is None else self._edit.loaded(about_id)
        place = (op.collection, op.record_id)
        if about is not None:
            place = (about.collection, about.record_id)
        elif (said := said_in(collection.instead, before, op)) is not None:
            self._said[op.record_id] = said
        self._done.setdefault(f"{op.collection}:{action}", []).append(place)

    def answer(self, op: Op) -> Outcome:
        try:
            collection = self._collection(op)
            record = self._visible(op)
            if op.kind is OpKind.DELETE:
                return self._delete(op, collection, record)
            return self._put(op, collection, record)
        except (BodyInvalid, self._host.refusal) as refused:
            # About the record that the op's fields would make; both carry these two.
            code, pointer = refused.code, refused.pointer  # type: ignore[attr-defined]
            return self._refuse(op, code, f"/set{pointer or ''}")
        except SyncRefused as refused:
            return self._refuse(op, refused.code, refused.pointer)

    def again(self, op: Op, outcome: Outcome) -> Outcome:
        """Repeat an outcome, with the body only while what came with it still stands."""
        record = self._edit.record(op.record_id)
        seq = self._edit.seq(self.viewer, op.record_id)
        if outcome.status not in _WITH_BODY or record is None or seq is None:
            return outcome
        return self._outcome(op, outcome.status, record) if seq == outcome.seq else outcome

    def _collection(self, op: Op) -> Collection:
        collection = self._host.collections.get(op.collection)
        if collection is None:
            raise CollectionUnknown("/collection")
        if collection.policy is Policy.ONLINE:
            raise OnlineOnly("/collection")
        return collection

    def _visible(self, op: Op) -> Record | None:
        """Return the record if the viewer has it, None if there is none for it.

        Raises:
            RecordGone: The viewer had it and no longer may.
            RecordNotFound: There is none to go on from.
            CollectionMismatch: It stands elsewhere.
        """
        record = self._edit.record(op.record_id)
        line = self._edit.line(self.viewer, op.record_id)
        if line is not None and line.kind is Kind.GONE:
            raise RecordGone("/record_id")
        if record is None or line is None:
            if op.base is not None:
                raise RecordNotFound("/record_id")
            return None
        if record.collection != op.collection:
            raise CollectionMismatch("/collection")
        return record

    def _may(self, action: Action, op: Op, record: Record | None) -> None:
        edit, depositor = self._edit, None
        if record is not None:
            eyes = edit.viewers.values()
            depositor = next((v for v in eyes if v.party_id == record.depositor_id), None)
        if not self._host.rights.may_write(
            self.viewer, action, op.collection, record, edit.now, depositor=depositor
        ):
            raise NotAllowed

    def _delete(self, op: Op, collection: Collection, record: Record | None) -> Outcome:
        if record is None:
            raise RecordNotFound("/record_id")
        self._may(Action.DELETE, op, record)
        seq = self._edit.seq(self.viewer, op.record_id)
        if op.base != seq:
            # Somebody changed it meanwhile: deleting would lose an edit unseen.
            return self._outcome(op, Status.CONFLICT, record)
        self._edit.delete(record, self._caller.party_id)
        self._note(Action.DELETE.value, op, record)
        return Outcome(op_id=op.op_id, status=Status.APPLIED, seq=self._line_seq(op))

    def _put(self, op: Op, collection: Collection, record: Record | None) -> Outcome:
        self._refuse_read_only(op, collection)
        self._refuse_unseen(op, collection)
        if record is None:
            self._may(Action.ADD, op, None)
            self._refuse_full()
            merged = overwrite({}, op.set)
            self._refuse_taken(op, collection, merged.fields)
        else:
            self._may(Action.CHANGE, op, record)
            merged = self._merge(op, collection, record)
        try:
            written = self._write(op, collection, merged)
        except BodyInvalid:
            if record is None or not merged.joined:
                raise
            # Two texts that fit alone and not together: the first one stands.
            merged = self._merge(op, collection, record, joins=False)
            written = self._write(op, collection, merged)
        if record is None or written.rev != record.rev:
            self._note((Action.ADD if record is None else Action.CHANGE).value, op, record)
        self._keep(op, merged.lost, self._caller.party_id)
        self._keep(op, merged.displaced, EVERYBODY)
        if merged.lost:
            return self._outcome(op, Status.CONFLICT, written)
        if merged.is_merge:
            return self._outcome(op, Status.MERGED, written)
        return Outcome(op_id=op.op_id, status=Status.APPLIED, seq=self._line_seq(op))

    def _refuse_taken(self, op: Op, collection: Collection, fields: Fields) -> None:
        """Refuse a new record under the identifier of one that exists for others only.

        What would be refused if there were none is refused for that: only who may
        make the record, and guesses its identifier, is told something else.
        """
        if self._edit.record(op.record_id) is not None:
            self._edit.refuse_unfit(collection, fields)
            raise RecordNotFound("/record_id")

    def _write(self, op: Op, collection: Collection, merged: Merged) -> Record:
        fields = self._signed(op, collection, merged.fields)
        standing = self._edit.record(op.record_id)
        if collection.check_change and standing is not None and standing.body is not None:
            # Before anything is staged: a refused op leaves nothing.
            before = msgspec.json.decode(standing.body, type=collection.body)
            after = encode_body(collection, fields, standing.body)[1]
            collection.check_change(before, after)
        return self._edit.put(
            Entry(
                record_id=op.record_id,
                collection=collection,
                author_id=self._caller.party_id,
                fields=fields,
            )
        )

    def _signed(self, op: Op, collection: Collection, fields: Fields) -> Fields:
        """Say in an entry who wrote it, unless it is the holder or nothing is new.

        What keeps a record from others stays in it, whoever leaves it out.
        """
        record = self._edit.record(op.record_id)
        standing: Fields | None = None
        if record is not None and record.body is not None:
            standing = msgspec.json.decode(record.body)
            fields = self._host.rights.kept(self.viewer, standing, fields)
        device_id = str(self._caller.device_id)
        fields = with_own_device(collection, fields, standing or {}, device_id)
        if SIGNATURE not in collection.rules:
            return fields
        if standing is not None and canonical(collection, standing, fields) == standing:
            return fields
        signature = self._host.rights.signature(self.viewer)
        unsigned = {name: value for name, value in fields.items() if name != SIGNATURE}
        return unsigned if signature is None else {**unsigned, SIGNATURE: signature}

    def _refuse_full(self) -> None:
        # By what the viewer has: a count of all would tell of what is hidden from them.
        if self._edit.viewers[self.viewer.viewer_id].count >= RECORDS_PER_SPACE_MAX:
            raise SpaceFull("/space_id")

    def _refuse_unseen(self, op: Op, collection: Collection) -> None:
        """Refuse an entry about a record that the viewer does not have."""
        if collection.refers is None:
            return
        about_id = uuid_in(op.set.get(collection.refers))
        if about_id is not None and self._edit.seq(self.viewer, about_id) is None:
            raise RecordNotFound(f"/set/{collection.refers}")

    def _merge(
        self, op: Op, collection: Collection, record: Record, *, joins: bool = True
    ) -> Merged:
        standing: Fields = msgspec.json.decode(record.body or b"{}")
        if op.base == self._edit.seq(self.viewer, op.record_id):
            return overwrite(standing, op.set)
        if not _may_be_kept(op):
            raise BodyTooLarge("/set")
        rules = {name: rule.value for name, rule in collection.rules.items()}
        if not joins:
            rules = {name: "server" if rule == "both" else rule for name, rule in rules.items()}
        return merge(
            standing,
            was=canonical(collection, standing, op.was),
            wanted=canonical(collection, standing, op.set),
            rules=rules,
        )

    def _refuse_read_only(self, op: Op, collection: Collection) -> None:
        forbidden = self._read_only.get(collection.name)
        if forbidden is None:
            rules = collection.rules.items()
            forbidden = frozenset(name for name, rule in rules if not rule.is_of_devices)
            self._read_only[collection.name] = forbidden
        for name in forbidden.intersection(op.set):
            raise FieldReadOnly(f"/set/{name}")

    def _keep(self, op: Op, values: Fields, author_id: UUID) -> None:
        if values:
            self._edit.keep(
                Kept(
                    record_id=op.record_id,
                    op_id=op.op_id,
                    author_id=author_id,
                    kept_at=self._edit.now,
                    values=msgspec.json.encode(values),
                )
            )

    def _refuse(self, op: Op, code: str, pointer: str | None) -> Outcome:
        """Refuse an op, keeping what it wanted to write for its author."""
        if code in _KEPT_WHEN_REFUSED and op.kind is OpKind.PUT and _may_be_kept(op):
            self._keep(op, op.set, self._caller.party_id)
        return Outcome(op_id=op.op_id, status=Status.REFUSED, code=code, pointer=pointer)

    def _outcome(self, op: Op, status: Status, record: Record) -> Outcome:
        # Who wrote it out of their own sight is answered like who never had it.
        is_seen = self._edit.seq(self.viewer, op.record_id) is not None
        if record.body is None or not is_seen:
            return Outcome(op_id=op.op_id, status=status, seq=self._line_seq(op))
        named_id = record.named_id
        is_named_seen = named_id is not None and self._edit.seq(self.viewer, named_id) is not None
        collection = self._host.collections[record.collection]
        current = msgspec.Raw(told(collection, record, is_named_seen=is_named_seen))
        self._note(READ, op)
        return Outcome(op_id=op.op_id, status=status, seq=self._line_seq(op), current=current)

    def _line_seq(self, op: Op) -> int | None:
        line = self._edit.line(self.viewer, op.record_id)
        return None if line is None else line.seq


# What a deed is called that lets an entry leave.
READ = "read"
# The field in which an entry says who wrote it in the holder's stead.
SIGNATURE = "written_by"

_WITH_BODY = frozenset({Status.MERGED, Status.CONFLICT})

# Refusals that the device could not have foreseen: the person's words must not be lost.
_KEPT_WHEN_REFUSED = frozenset({RecordGone.code, NotAllowed.code})


def _may_be_kept(op: Op) -> bool:
    """Say whether the fields of an op are of the size of a record: no others are kept aside."""
    return len(msgspec.json.encode(op.set)) <= BODY_BYTES_MAX


def _refused(op: Op, refused: SyncRefused) -> Outcome:
    return Outcome(op_id=op.op_id, status=Status.REFUSED, code=refused.code)
