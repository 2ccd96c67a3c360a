"""Due rings to a channel: each once, and every skip with its reason."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
import pytest

from notifications.core.reminder import Reminder, ReminderKind, State, Wanted
from notifications.core.sending import TRIES_PER_CHANNEL
from notifications.core.text import Text
from notifications.dispatch import LEASE_SECONDS
from notifications.ports import ChannelName, Outcome, Receipt, Routing
from notifications.storage.port import DELIVERED, Booked
from tests.unit.notifications.posts import PHONE, Crash, Post

DUE = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
RING = DUE - timedelta(hours=2)
RETRY = Receipt(outcome=Outcome.RETRY, reason="busy")
DEAD = Receipt(outcome=Outcome.DEAD, reason="gone")


def reminder(**given):
    """Make a reminder of an appointment, two hours before."""
    wanted = Wanted(
        kind=ReminderKind.APPOINTMENT,
        subject="a",
        occurrence="x",
        due_at=DUE,
        time_zone="Europe/Paris",
        lead_minutes=(120,),
        title=Text(fr="Kiné", en="Physio"),
        why=Text(fr="Rendez-vous", en="Appointment"),
        text_key="appointment",
    )
    return Reminder(reminder_id=UUID(int=1), wanted=wanted, **given)


@pytest.fixture
async def post():
    """A reminder of tomorrow, planned."""
    made = Post(reminder(), now=DUE - timedelta(days=1))
    await made.plan()
    return made


async def test_nothing_is_sent_before_its_time(post):
    """It is looked at ahead, and waits for its ring."""
    post.now = RING - timedelta(hours=14)
    await post.run()
    post.now = RING - timedelta(seconds=1)
    await post.run()

    assert post.push.asked == []
    assert await post.state() == [("planned", "waits")]


async def test_a_ring_is_sent_once(post):
    """By the way that is preferred, with its line of the journal."""
    post.now = RING
    await post.run()
    await post.run(owner=2)

    assert len(post.push.seen) == 1
    assert post.sms.seen == []
    assert len(post.journal) == 1
    assert await post.state() == [("sent", "push")]


@pytest.mark.parametrize("state", [State.DONE, State.DISMISSED, State.CANCELLED])
async def test_what_is_over_is_skipped_with_its_reason(post, state):
    """Whatever the job still says."""
    post.move(state)
    post.now = RING
    await post.run()

    assert post.push.asked == []
    assert await post.state() == [("skipped", state.value)]
    assert post.counted == [("skipped", state.value)]


async def test_who_may_not_see_it_any_more_is_not_told(post):
    """A mandate that ended this morning."""
    post.visible = False
    post.now = RING
    await post.run()

    assert await post.state() == [("skipped", "not-seen")]


async def test_who_wants_no_such_reminder_is_not_told(post):
    """The reason is the directory's."""
    post.routing_answer = Routing(reason="kind-off")
    post.now = RING
    await post.run()

    assert await post.state() == [("skipped", "kind-off")]


async def test_a_ring_leaves_before_quiet_hours(post):
    """The directory moves it; no phone is waited for."""
    routes = (await post.routing(None, RING)).routes
    at = RING - timedelta(hours=6)
    post.routing_answer = Routing(routes=routes, send_at=at)
    post.heard_at = {PHONE: at}
    post.now = at - timedelta(hours=1)
    await post.run()
    post.now = at
    await post.run()

    assert len(post.push.seen) == 1


async def test_a_phone_that_took_it_rings_by_itself(post):
    """As long as it is heard from."""
    post.reminders = {UUID(int=1): reminder(state=State.TAKEN, taken_by=(PHONE,))}
    post.heard_at = {PHONE: RING - timedelta(days=13)}
    post.now = RING
    await post.run()

    assert await post.state() == [("skipped", "taken-by-phone")]


@pytest.mark.parametrize("heard", [{}, {PHONE: RING - timedelta(days=15)}])
async def test_a_phone_that_is_lost_does_not(post, heard):
    """Signed out, or silent for too long: the server tells, once."""
    post.reminders = {UUID(int=1): reminder(state=State.TAKEN, taken_by=(PHONE,))}
    post.heard_at = heard
    post.now = RING
    await post.run()
    await post.run()

    assert len(post.push.seen) == 1


async def test_a_phone_that_may_still_say_so_is_waited_for(post):
    """Ten minutes, then it is told."""
    post.heard_at = {PHONE: RING}
    post.now = RING
    await post.run()
    assert await post.state() == [("planned", "waits")]

    post.later(minutes=10)
    await post.run()
    assert await post.state() == [("sent", "push")]


async def test_the_grace_is_counted_from_the_ring(post):
    """However late it is looked at, and whatever hour to send at is said then."""
    routes = (await post.routing(None, RING)).routes
    post.heard_at = {PHONE: RING}
    post.now = RING + timedelta(minutes=15)
    post.routing_answer = Routing(routes=routes, send_at=post.now)
    await post.run()

    assert await post.state() == [("sent", "push")]


async def test_an_appointment_that_began_is_not_told_of(post):
    """After an outage of a night."""
    post.now = DUE
    await post.run()

    assert await post.state() == [("skipped", "too-late")]


async def test_of_two_rings_that_are_late_the_last_one_is_sent():
    """One message says it."""
    one = reminder()
    wanted = msgspec.structs.replace(one.wanted, lead_minutes=(120, 180))
    post = Post(msgspec.structs.replace(one, wanted=wanted), now=DUE - timedelta(days=1))
    await post.plan()
    post.now = RING
    await post.run()

    assert await post.state() == [("skipped", "overtaken"), ("sent", "push")]


async def test_a_failure_is_tried_again_later_and_then_elsewhere(post):
    """Four times by push, then by SMS."""
    post.push.answers = [RETRY] * TRIES_PER_CHANNEL
    post.now = RING
    for _ in range(TRIES_PER_CHANNEL + 1):
        await post.run()
        post.later(minutes=8)

    assert len(post.push.asked) == TRIES_PER_CHANNEL
    assert len(set(post.push.asked)) == 1
    assert len(post.sms.seen) == 1
    assert await post.state() == [("sent", "sms")]
    assert len(post.journal) == 2


async def test_a_failure_is_not_tried_again_at_once(post):
    """It waits, longer each time."""
    post.push.answers = [RETRY]
    post.now = RING
    await post.run()
    await post.run()

    assert len(post.push.asked) == 1
    assert await post.state() == [("planned", "busy")]


async def test_a_dead_way_is_dropped_and_the_next_one_taken_at_once(post):
    """A subscription that its browser has given up."""
    post.push.answers = [DEAD]
    post.now = RING
    await post.run()
    await post.run()

    assert post.dropped == [ChannelName.PUSH]
    assert len(post.sms.seen) == 1


async def test_when_every_way_fails_the_job_says_so(post):
    """Nothing is tried for ever."""
    post.ways = [ChannelName.SMS]
    post.sms.answers = [RETRY] * 20
    post.now = RING
    for _ in range(8):
        await post.run()
        post.later(minutes=8)

    assert len(post.sms.asked) == TRIES_PER_CHANNEL
    assert await post.state() == [("failed", "every-way-failed")]


async def test_a_crash_after_sending_shows_nothing_twice(post):
    """The next process sends under the same key; the provider shows it once."""
    post.push.answers = [Crash]
    post.now = RING
    with pytest.raises(Crash):
        await post.run()
    await post.run(owner=2)
    assert len(post.push.asked) == 1  # The claim still holds.

    post.later(seconds=LEASE_SECONDS)
    await post.run(owner=2)

    assert len(post.push.asked) == 2
    assert len(post.push.seen) == 1
    assert await post.state() == [("sent", "push")]


async def test_a_crash_on_a_way_without_keys_is_not_sent_again(post):
    """It may have left: rather once too few than twice."""
    post.ways = [ChannelName.EMAIL]
    post.email.answers = [Crash]
    post.now = RING
    with pytest.raises(Crash):
        await post.run()
    post.later(seconds=LEASE_SECONDS)
    await post.run(owner=2)

    assert len(post.email.seen) == 1
    assert await post.state() == [("sent", "unsure")]


async def test_a_crash_before_sending_is_made_up_for(post, monkeypatch):
    """Claimed, and then nothing: the next process takes it when the claim ends."""

    async def die(*_):
        raise Crash

    post.now = RING
    with monkeypatch.context() as patch:
        patch.setattr(post, "routing", die)
        with pytest.raises(Crash):
            await post.run()
    post.later(seconds=LEASE_SECONDS)
    await post.run(owner=2)

    assert len(post.push.seen) == 1


async def test_a_bug_of_one_channel_is_a_failure_of_that_way(post, caplog):
    """And no other job waits behind it."""
    post.push.answers = [ValueError]
    post.now = RING
    await post.run()

    assert await post.state() == [("planned", "bug")]
    assert "channel failed" in caplog.text


async def test_planning_while_a_ring_is_sent_does_not_undo_the_claim(post):
    """A job that is being looked at is left alone."""
    post.push.answers = [Crash]
    post.now = RING
    with pytest.raises(Crash):
        await post.run()
    post.move(State.CANCELLED)
    await post.plan()

    assert [state for state, _ in await post.state()] == ["leased"]
    post.later(seconds=LEASE_SECONDS)
    await post.run()
    assert await post.state() == [("skipped", "cancelled")]


async def test_what_was_seen_is_not_sent_but_rings_the_next_time():
    """To have seen the first ring silences that one alone."""
    one = reminder()
    wanted = msgspec.structs.replace(one.wanted, lead_minutes=(120, 180))
    post = Post(msgspec.structs.replace(one, wanted=wanted), now=DUE - timedelta(days=1))
    await post.plan()
    post.now = DUE - timedelta(minutes=175)
    post.move(State.SEEN)
    await post.plan()
    post.now = RING
    await post.run()

    assert await post.state() == [("skipped", "seen"), ("sent", "push")]


async def test_what_was_delivered_is_never_handed_over_again(post):
    """Whatever its job says."""
    (job,) = await post.jobs.jobs()
    post.now = RING
    await post.jobs.book(
        [
            Booked(
                space_id=job.space_id,
                delivery_id=UUID(int=5),
                job_id=job.job_id,
                reminder_id=job.reminder_id,
                party_id=job.party_id,
                lead_minutes=job.lead_minutes,
                channel="sms",
                state=DELIVERED,
                tries=1,
                booked_at=RING,
            )
        ]
    )
    await post.run()

    assert post.push.asked == []
    assert await post.state() == [("sent", None)]


async def test_a_ring_that_was_called_off_and_is_past_stays_off(post):
    """Begun again too late, it is not made up for."""
    post.move(State.CANCELLED)
    await post.plan()
    post.now = RING + timedelta(minutes=5)
    post.move(State.PLANNED)
    await post.plan()
    await post.run()

    assert post.push.asked == []
    assert await post.state() == [("cancelled", None)]


def many(count):
    """Make so many reminders that ring together."""
    one = reminder()
    return [
        msgspec.structs.replace(one, reminder_id=UUID(int=number)) for number in range(1, count + 1)
    ]


async def test_nobody_is_flooded_by_what_costs():
    """Twelve text messages in a day; the rest is counted, and tomorrow is another day."""
    post = Post(*many(15), now=DUE - timedelta(days=1))
    post.ways = [ChannelName.SMS]
    await post.plan()
    post.now = RING
    await post.run()
    first = list(post.sms.seen)
    states = await post.state()
    one = reminder(state=State.PLANNED)
    later = msgspec.structs.replace(one.wanted, due_at=DUE + timedelta(days=2), occurrence="y")
    post.reminders = {UUID(int=99): Reminder(reminder_id=UUID(int=99), wanted=later)}
    await post.plan()
    post.now = RING + timedelta(days=2)
    await post.run()

    assert len(first) == 12
    assert sorted(states).count(("skipped", "enough-today")) == 3
    assert len(post.sms.seen) == 13


async def test_who_had_enough_of_one_way_is_told_by_the_next():
    """Which costs nothing, or less."""
    post = Post(*many(14), now=DUE - timedelta(days=1))
    post.ways = [ChannelName.SMS, ChannelName.EMAIL]
    await post.plan()
    post.now = RING
    await post.run()

    assert (len(post.sms.seen), len(post.email.seen)) == (12, 2)
