"""All of it at once: a machine that does whatever can be done, in any order.

What it checks after each step and at the end are invariants 1 to 8 of the design.
"""

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from sync.core.change import Op
from tests.property.histories import fields, limits
from tests.property.homes import at_once
from tests.property.worlds import Fields, Outcome, Phone, World, read_answer

VIEWERS_MAX = 4
SENT_KEPT = 12
YEAR_DAYS = 366

some = st.integers(0, 30)


class Sent:
    """A request that left a phone, and the first answer that the server gave to it."""

    def __init__(self, phone: Phone, ops: list[Op], outcomes: list[Outcome]) -> None:
        self.phone = phone
        self.ops = ops
        self.outcomes = outcomes


class SpaceMachine(RuleBasedStateMachine):
    """One space, several viewers, two devices each, and a network that loses and repeats."""

    def __init__(self) -> None:
        super().__init__()
        self.world = at_once(World.make(viewers=2))
        self.phones: list[Phone] = []
        self.sent: list[Sent] = []
        self.head = 0

    @initialize(records=st.integers(0, 6))
    def begin(self, records: int) -> None:
        """Give each viewer two devices, and the space some records."""
        for viewer in range(2):
            self._add_phones(viewer)
        for _ in range(records):
            self.phones[0].add({"title": "old"})
        at_once(self.phones[0].finish())

    def _add_phones(self, viewer: int) -> None:
        self.phones += [Phone(self.world, viewer, device) for device in range(2)]

    def _phone(self, who: int) -> Phone:
        return self.phones[who % len(self.phones)]

    def _send(self, phone: Phone, limit: int) -> bytes:
        ops = list(phone.queue)
        answer = at_once(phone.send(limit))
        self.sent.append(Sent(phone, ops, read_answer(answer).outcomes))
        del self.sent[:-SENT_KEPT]
        return answer

    @rule(who=some, wanted=fields)
    def add(self, who: int, wanted: Fields) -> None:
        """Somebody makes a record, offline or not."""
        self._phone(who).add({"title": "new", **wanted})

    @rule(who=some, what=some, wanted=fields)
    def edit(self, who: int, what: int, wanted: Fields) -> None:
        """Somebody edits a record as it is on the device."""
        phone = self._phone(who)
        if phone.records:
            phone.edit(sorted(phone.records)[what % len(phone.records)], wanted)

    @rule(who=some, what=some)
    def delete(self, who: int, what: int) -> None:
        """Somebody deletes a record as it is on the device."""
        phone = self._phone(who)
        if phone.records:
            phone.delete(sorted(phone.records)[what % len(phone.records)])

    @rule(who=some, limit=limits)
    def sync(self, who: int, limit: int) -> None:
        """A request and its answer."""
        phone = self._phone(who)
        phone.take(self._send(phone, limit))

    @rule(who=some, limit=limits)
    def lose_the_reply(self, who: int, limit: int) -> None:
        """The server did it, and the device does not know."""
        self._send(self._phone(who), limit)

    @precondition(lambda self: self.sent)
    @rule(which=some)
    def repeat(self, which: int) -> None:
        """The network delivers an old request again, after newer ones."""
        sent = self.sent[which % len(self.sent)]
        head = at_once(self.world.head())
        answer = at_once(self.world.answer(sent.phone.caller, sent.ops, None))
        refused_whole = any(o.code == "space-not-found" for o in sent.outcomes)
        if not refused_whole:
            # What a viewer who is out was refused as a whole, it may send when it is back.
            assert at_once(self.world.head()) == head
            self._same_answers(sent, read_answer(answer).outcomes)

    def _same_answers(self, sent: Sent, again: list[Outcome]) -> None:
        is_out = self.world.viewers[sent.phone.viewer].viewer_id in self.world.rights.over
        for first, second in zip(sent.outcomes, again, strict=True):
            if is_out:
                assert second.code == "space-not-found"
            else:
                assert (first.status, first.seq, first.code) == (
                    second.status,
                    second.seq,
                    second.code,
                )

    @rule(viewer=some, what=some, every=st.integers(1, 3))
    def hide(self, viewer: int, what: int, every: int) -> None:
        """Some records are withdrawn from one viewer."""
        at_once(self.world.hide(viewer % len(self.world.viewers), self.world.made[what::every]))

    @rule(viewer=some, what=some)
    def show(self, viewer: int, what: int) -> None:
        """Some records are given back to one viewer."""
        at_once(self.world.show(viewer % len(self.world.viewers), self.world.made[what:]))

    @rule(viewer=some)
    def end(self, viewer: int) -> None:
        """A whole grant ends."""
        at_once(self.world.end(viewer % len(self.world.viewers)))

    @rule(viewer=some)
    def resume(self, viewer: int) -> None:
        """A grant begins again."""
        at_once(self.world.resume(viewer % len(self.world.viewers)))

    @precondition(lambda self: len(self.world.viewers) < VIEWERS_MAX)
    @rule()
    def grant(self) -> None:
        """One more party may look."""
        self._add_phones(at_once(self.world.grant_new()))

    @rule(years=st.sampled_from([-1, 1]))
    def move_the_clock(self, years: int) -> None:
        """The server's clock jumps."""
        self.world.home.clock.move(years * YEAR_DAYS)

    @rule(who=some, device=some)
    def reset(self, who: int, device: int) -> None:
        """A device is replaced by a new one of the same viewer."""
        place = who % len(self.phones)
        old = self.phones[place]
        self.phones[place] = Phone(self.world, old.viewer, (device, len(self.sent), place))

    @rule(who=some, limit=limits)
    def catch_up(self, who: int, limit: int) -> None:
        """A device pulls to the end: it holds exactly what it should, and a pull more is empty."""
        phone = self._phone(who)
        at_once(phone.finish(limit))
        at_once(phone.finish(limit))  # The first may have ended before its own edits came back.
        at_once(phone.holds_what_it_should())
        if phone.is_complete:
            (page,) = read_answer(at_once(phone.send(limit))).spaces
            assert (page.changes, page.checkpoint) == ([], phone.checkpoint)

    @invariant()
    def numbers_only_grow(self) -> None:
        """The head of the space never goes back."""
        head = at_once(self.world.head())
        assert head >= self.head
        self.head = head

    def teardown(self) -> None:
        """Let everybody come back, and everything converge."""
        for _ in range(2):
            for phone in self.phones:
                at_once(phone.finish())
        for phone in self.phones:
            assert phone.queue == []
            at_once(phone.holds_what_it_should())


TestSpaceMachine = SpaceMachine.TestCase
TestSpaceMachine.settings = settings(
    max_examples=150,
    stateful_step_count=40,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
)
