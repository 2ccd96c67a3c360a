"""What must hold at every commit, every answer, and at the end.

The judge reads committed state and what leaves; it shares no code with the
engine beyond the form of its structs.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import msgspec

from sync.core.audience import Viewer
from sync.core.change import Kind, Op, OpKind
from sync.pull import Page
from sync.push import Caller, Pushed
from sync.storage.memory import MemorySpace
from sync.storage.port import Answered, Record, Writes
from tests.simulation.chance import Sometimes
from tests.simulation.standing import after, after_of, fields_of, is_same
from tests.simulation.travels import NAMING, Answer, Fields, Outcome, all_words, named_in, words

if TYPE_CHECKING:
    from tests.simulation.observed import ObservedStore
    from tests.simulation.server import SimulatedServer

OpKey = tuple[UUID, UUID, UUID]
"""Space, device, op."""

KEPT_WHEN_REFUSED = {"record-gone", "not-allowed"}
REFUSALS = {None, "space-not-found", *KEPT_WHEN_REFUSED}
"""What a client that obeys the protocol may be told."""
NOT_SEEN = ("record-not-found", "/set/record_id")
"""What a mask is told whose record went before it arrived."""


class Violation(Exception):
    """An invariant of the design does not hold."""


class Judge:
    """Looks on, and says when an invariant is broken."""

    def __init__(self, server: "SimulatedServer", sometimes: Sometimes) -> None:
        self._server = server
        self._sometimes = sometimes
        self.violations: list[str] = []
        self.ever_visible: set[tuple[UUID, UUID]] = set()
        self.acknowledged: dict[OpKey, None] = {}
        self.wanted_gone: dict[tuple[UUID, UUID], set[str]] = {}
        """What a person saw of a record when they deleted it on a device."""
        self.seen: dict[tuple[UUID, UUID, str], set[str]] = {}
        """What a person saw in a field of a record when they wrote into it on a device."""
        self.words: dict[UUID, set[str]] = {}
        """Every word that anybody ever wrote into a record."""
        self.given: dict[tuple[UUID, UUID, str | None], frozenset[str]] = {}
        """What a device must hold once it has a complete page, by the page's checkpoint."""
        self.trail: dict[UUID, int] = {}
        """How many deeds the trail of a space must have."""

    def break_off(self, what: str) -> None:
        """Remember a violation and stop whoever caused it.

        Raises:
            Violation: Always.
        """
        self.violations.append(what)
        raise Violation(what)

    # At each commit.

    def commits(
        self, space: MemorySpace, writes: Writes, device_id: UUID | None, ops: Sequence[Op]
    ) -> None:
        """Look at writes just before they become visible."""
        self._numbers(space, writes)
        mine = {op.op_id: op for op in ops if op.space_id == space.space_id}
        for answered in writes.answered:
            assert device_id is not None
            if (device_id, answered.op_id) in space.answered:
                self.break_off(f"op {answered.op_id} was applied twice")
            self._saw(device_id, mine[answered.op_id])
            self._outcome(space, writes, mine[answered.op_id], answered)
        for record in writes.records:
            before = space.records.get(record.record_id)
            if before is not None and before.body is not None and device_id is not None:
                self._informed(before, record, writes, device_id)

    def _saw(self, device_id: UUID, op: Op) -> None:
        """Remember what a person saw when they wrote: then, or at an op that came before."""
        for name, value in op.was.items():
            key = (device_id, op.record_id, name)
            self.seen.setdefault(key, set()).update(words(value))

    def _numbers(self, space: MemorySpace, writes: Writes) -> None:
        """Numbers grow, and none is given twice."""
        revs = [record.rev for record in writes.records]
        if len(set(revs)) < len(revs) or any(rev <= space.head for rev in revs):
            self.break_off(f"the space gave a number twice: {sorted(revs)} after {space.head}")
        if writes.head < space.head or (writes.head > space.head and not revs):
            self.break_off(f"the head of the space goes from {space.head} to {writes.head}")
        for record in writes.records:
            if is_same(space.records.get(record.record_id), record):
                self.break_off(f"{record.record_id} took a number and did not change")
        self._feeds(space, writes)

    def _feeds(self, space: MemorySpace, writes: Writes) -> None:
        """A feed has no numbers but those of its lines, and none is given twice."""
        for line in writes.lines:
            viewer = space.viewers.get(line.viewer_id)
            head = 0 if viewer is None else viewer.head
            if line.seq <= head:
                self.break_off(f"a viewer's number {line.seq} was given before {head}")
        for viewer in writes.viewers:
            last = max(ln.seq for ln in writes.lines if ln.viewer_id == viewer.viewer_id)
            if viewer.head != last:
                self.break_off(f"a viewer's head is {viewer.head} and its last line {last}")

    def _outcome(self, space: MemorySpace, writes: Writes, op: Op, answered: Answered) -> None:
        """What the device will be told is true of what is stored."""
        outcome = msgspec.json.decode(answered.outcome, type=Outcome)
        kept = {
            word
            for one in writes.kept
            if one.op_id == op.op_id
            for word in all_words(msgspec.json.decode(one.values))
        }
        if outcome.status == "refused":
            if op.kind is OpKind.PUT and outcome.code in KEPT_WHEN_REFUSED:
                self._all_in(all_words(op.set), kept, f"refused op {op.op_id}")
            return
        record = after_of(space, writes, op.record_id)
        if op.kind is OpKind.DELETE:
            if outcome.status == "applied" and record is not None and not record.deleted:
                self.break_off(f"the deletion {op.op_id} was not done")
            return
        standing = fields_of(record)
        for name, value in op.set.items():
            fresh = words(value) - words(op.was.get(name))
            found = words(standing.get(name))
            self._all_in(fresh, found | kept, f"{outcome.status} op {op.op_id} field {name}")

    def _all_in(self, wanted: set[str], found: set[str], what: str) -> None:
        if not wanted <= found:
            self.break_off(f"{what}: {sorted(wanted - found)} is nowhere")

    def _informed(self, before: Record, after: Record, writes: Writes, device_id: UUID) -> None:
        """A value leaves a record by the hand of who saw it, or it is kept aside."""
        old, new = fields_of(before), fields_of(after)
        if after.deleted:
            unseen = all_words(old) - self.wanted_gone.get((device_id, before.record_id), set())
            if unseen:
                self.break_off(
                    f"{before.record_id} was deleted by who had not seen {sorted(unseen)}"
                )
            return
        kept = {word for one in writes.kept for word in all_words(msgspec.json.decode(one.values))}
        for name, value in old.items():
            lost = words(value) - words(new.get(name)) - kept
            seen = self.seen.get((device_id, before.record_id, name), set())
            if not lost <= seen:
                self.break_off(
                    f"{before.record_id} lost {sorted(lost)} of {name} to who had not seen it"
                )

    def staged(
        self, space: MemorySpace, saved: Sequence[tuple[Writes, UUID | None]], now: datetime
    ) -> None:
        """Look for a record that a feed may not bring, at the instant of the transaction."""
        law = self._server.law
        if not law.sees_feeds or not any(writes.lines for writes, _ in saved):
            return
        viewers = dict(space.viewers)
        for writes, _ in saved:
            viewers.update({viewer.viewer_id: viewer for viewer in writes.granted})
        records = after(space, saved)
        for writes, _ in saved:
            for line in writes.lines:
                if line.kind is not Kind.PUT:
                    continue
                viewer, record = viewers[line.viewer_id], records[line.record_id]
                if not law.may_look(space, records, viewer, now):
                    continue  # Nobody is served from it; `paged` sees to that.
                if not law.may_hold(space, records, viewer, record, now):
                    self.break_off(
                        f"a feed brings {line.record_id}, which is hidden from its reader"
                    )

    def committed(self, space: MemorySpace, store: "ObservedStore") -> None:
        """Remember what each viewer could see, and that the trail has what it must have."""
        for writes, _ in store.saved:
            for record in writes.records:
                if not record.deleted:
                    self.wrote(record.record_id, fields_of(record))
            for line in writes.lines:
                if line.kind is Kind.PUT:
                    self.ever_visible.add((line.viewer_id, line.record_id))
        self.trail[space.space_id] = self.trail.get(space.space_id, 0) + len(store.told)
        if len(space.deeds) != self.trail[space.space_id]:
            self.break_off(f"the trail of {space.space_id} does not have what was committed")

    def wrote(self, record_id: UUID, fields: Fields) -> None:
        """Remember words that are or were somewhere in a record."""
        self.words.setdefault(record_id, set()).update(all_words(fields))

    # At each answer.

    def paged(self, caller: Caller, page: Page, store: "ObservedStore") -> None:
        """Look for a body that may not leave, at the moment that it is read and written down."""
        if page.more:
            self._sometimes.happened("a page was not the last")
        brought = {(c.collection, c.record_id) for c in page.changes if c.kind == "put"}
        for _, record_id in sorted(brought):
            self._may_leave(caller, page.space_id, record_id, "a page")
        for change in page.changes:
            self._may_say(caller, page.space_id, change.body, "a page")
        told = {one for deed in store.told for one in deed.objects}
        if brought != told or len(store.told) > bool(brought):
            self.break_off(f"a page brings {sorted(brought)} and the trail has {sorted(told)}")
        if page.count is not None:
            self._complete(caller, page)

    def _complete(self, caller: Caller, page: Page) -> None:
        """The feed ends with what the law says, no more and no less."""
        key = (caller.device_id, page.space_id, page.checkpoint)
        if key in self.given and not page.changes:
            return
        viewer = self._server.eye(page.space_id, caller.party_id)
        assert viewer is not None
        visible = frozenset(str(record_id) for record_id in self.visible(viewer, page.space_id))
        if page.count != len(visible):
            self.break_off(f"a feed ends with {page.count} records instead of {len(visible)}")
        self.given[key] = visible

    def pushed(
        self, caller: Caller, ops: Sequence[Op], pushed: Pushed, store: "ObservedStore"
    ) -> None:
        """Look for a body that an outcome may not bring, at the moment that it is written."""
        by_id = {op.op_id: op for op in ops}
        read = {one for deed in store.told if deed.action == "read" for one in deed.objects}
        done = {i for deed in store.told if deed.action != "read" for _, i in deed.objects}
        # The line about a mask names what it hides.
        if any(deed.action.startswith("masks:") for deed in store.told):
            done |= {op.record_id for op in ops if op.collection == "masks"}
        for outcome in pushed.outcomes:
            if outcome.current is not msgspec.UNSET:
                op = by_id[outcome.op_id]
                self._may_leave(caller, op.space_id, op.record_id, "an outcome", store.saved)
                self._may_say(caller, op.space_id, outcome.current, "an outcome", store.saved)
                is_told = op.collection == "masks" or (op.collection, op.record_id) in read
                if not is_told:
                    self.break_off(f"an outcome brings {op.record_id} and the trail says nothing")
        asked = {op.record_id for op in ops}
        written = {r.record_id for writes, _ in store.saved for r in writes.records} & asked
        if not written <= done:
            self.break_off(f"{sorted(written - done)} were written and the trail says nothing")

    def answered(self, caller: Caller, answer: bytes) -> None:
        """Look for an identifier that may not leave, at the moment that it leaves."""
        read = msgspec.json.decode(answer, type=Answer)
        self._server.told(caller, read.outcomes, read.spaces)
        for outcome in read.outcomes:
            self._count(outcome)
            is_lost_record = outcome.code == "record-not-found" and self._server.restores
            is_about_lost = (outcome.code, outcome.pointer) == NOT_SEEN
            if is_about_lost:
                self._sometimes.happened("a mask was refused: what it hides had gone")
            if outcome.code not in REFUSALS and not is_lost_record and not is_about_lost:
                self.break_off(f"an honest device was told {outcome.code}")
        for page in read.spaces:
            viewer = self._server.eye(page.space_id, caller.party_id)
            for change in page.changes:
                record_id = UUID(change["record_id"])
                if viewer is None or (viewer.viewer_id, record_id) not in self.ever_visible:
                    self.break_off(f"a page names {record_id}, which its reader never could see")

    def _may_leave(
        self,
        caller: Caller,
        space_id: UUID,
        record_id: UUID,
        what: str,
        saved: Sequence[tuple[Writes, UUID | None]] = (),
    ) -> None:
        viewer = self._server.eye(space_id, caller.party_id)
        space, law, now = self._server.spaces[space_id], self._server.law, self._server.now()
        records = after(space, saved)
        if viewer is None or not law.may_look(space, records, viewer, now):
            self.break_off(f"{what} brings {record_id} to one without a grant")
        elif not law.may_hold(space, records, viewer, records[record_id], now):
            self.break_off(f"{what} brings {record_id}, which is hidden from its reader")

    def _may_say(
        self,
        caller: Caller,
        space_id: UUID,
        body: msgspec.Raw | None,
        what: str,
        saved: Sequence[tuple[Writes, UUID | None]] = (),
    ) -> None:
        """Look for what a body says of a record that its reader may not see."""
        fields: Fields = {} if body is None else msgspec.json.decode(body)
        for named_id in named_in(fields):
            space, law = self._server.spaces[space_id], self._server.law
            records = after(space, saved)
            viewer, named = self._server.eye(space_id, caller.party_id), records.get(named_id)
            assert viewer is not None
            is_there = named is not None and not named.deleted
            if not is_there or not law.may_hold(
                space, records, viewer, records[named_id], self._server.now()
            ):
                self.break_off(f"{what} names {named_id}, which its reader may not see")
            self._sometimes.happened("a body named a record that its reader sees")

    def _count(self, outcome: Outcome) -> None:
        if outcome.status == "merged":
            self._sometimes.happened("an op was merged")
        elif outcome.status == "conflict":
            self._sometimes.happened("an op lost a conflict")
        elif outcome.code == "record-gone":
            self._sometimes.happened("an op was refused for a record that is gone")
        elif outcome.code == "not-allowed":
            self._sometimes.happened("an op was refused for want of rights")

    # At each reply that reaches its device.

    def replied(self, caller: Caller, ops: Sequence[Op], answer: bytes, restores: int) -> None:
        """Remember what a device was told is done, which from then on must be.

        Args:
            caller: Who asked.
            ops: What it asked.
            answer: What arrives.
            restores: How often the server had been restored when the answer left.
        """
        outcomes = msgspec.json.decode(answer, type=Answer).outcomes
        for op, outcome in zip(ops, outcomes, strict=True):
            if outcome.code == "space-not-found":
                continue
            key = (op.space_id, caller.device_id, op.op_id)
            if self._is_durable(key):
                self.acknowledged[key] = None
            elif restores == self._server.restores:
                self.break_off(f"op {op.op_id} is acknowledged and not stored")

    def _is_durable(self, key: OpKey) -> bool:
        space = self._server.spaces.get(key[0])
        return space is not None and key[1:] in space.answered

    def restored(self) -> None:
        """Forget what went with the restore: its loss was the operator's choice."""
        for key in [key for key in self.acknowledged if not self._is_durable(key)]:
            self._sometimes.happened("an acknowledged op went with a restore")
            del self.acknowledged[key]
        there = {i for space in self._server.spaces.values() for i in space.records}
        self.ever_visible = {key for key in self.ever_visible if key[1] in there}

    # At the end.

    def visible(self, viewer: Viewer, space_id: UUID) -> dict[UUID, Fields]:
        """Return what a viewer may see now, by the law alone."""
        space, law, now = self._server.spaces[space_id], self._server.law, self._server.now()
        if not law.may_look(space, space.records, viewer, now):
            return {}
        seen = {
            record_id: fields_of(record)
            for record_id, record in space.records.items()
            if not record.deleted and law.may_hold(space, space.records, viewer, record, now)
        }
        for fields in seen.values():
            for name in NAMING:
                if name in fields and UUID(fields[name]) not in seen:
                    del fields[name]
                    self._sometimes.happened("a body left out a record that its reader may not see")
        return seen

    def nothing_acknowledged_is_lost(self) -> None:
        """Check every acknowledged op once more."""
        for key in self.acknowledged:
            if not self._is_durable(key):
                self.break_off(f"op {key[2]} was acknowledged and is lost")

    def withdrawn_words(self, viewer: Viewer, space_id: UUID) -> set[str]:
        """Return every word of every record that a viewer once could see and now may not."""
        may_see = self.visible(viewer, space_id)
        return {
            word
            for viewer_id, record_id in self.ever_visible
            if viewer_id == viewer.viewer_id and record_id not in may_see
            for word in self.words[record_id]
        }
