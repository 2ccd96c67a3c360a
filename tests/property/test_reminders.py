"""What holds for every reminder: its states, its rules of recurrence, and planning again."""

import time
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from notifications.core.recurrence import (
    OCCURRENCES_MAX,
    RuleRefused,
    check_density,
    occurrences,
    read_rule,
)
from notifications.core.reminder import Mover, Reminder, State, is_open, may_move, rings
from notifications.customs import customs
from notifications.jobs import Telling, jobs_of
from notifications.plan import settle, wanted_of
from notifications.storage.port import Job
from tests.unit.notifications.planning import NOW, SPACE, advice, own, told, visit

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
STARTS = st.datetimes(
    min_value=datetime.fromisoformat("2020-01-01"), max_value=datetime.fromisoformat("2027-12-31")
).map(lambda at: at.replace(second=0, microsecond=0))
PARTY = UUID(int=3)


@st.composite
def sound_rules(draw: st.DrawFn) -> str:
    """Write a rule that a person may have."""
    frequency = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    parts = [f"FREQ={frequency}"]
    if draw(st.booleans()):
        parts.append(f"INTERVAL={draw(st.integers(1, 5))}")
    if frequency == "WEEKLY" and draw(st.booleans()):
        days = draw(st.lists(st.sampled_from(DAYS), min_size=1, max_size=3, unique=True))
        parts.append("BYDAY=" + ",".join(days))
    if frequency == "MONTHLY" and draw(st.booleans()):
        parts.append(f"BYMONTHDAY={draw(st.sampled_from([1, 15, 28, 31, -1]))}")
    elif frequency == "MONTHLY" and draw(st.booleans()):
        parts.append(f"BYDAY={draw(st.sampled_from(['1MO', '-1FR', '3WE']))}")
    if draw(st.booleans()):
        hours = draw(st.lists(st.integers(0, 23), min_size=1, max_size=3, unique=True))
        parts.append("BYHOUR=" + ",".join(map(str, hours)))
    if draw(st.booleans()):
        parts.append(f"COUNT={draw(st.integers(1, 50))}")
    return ";".join(parts)


@given(text=sound_rules(), start=STARTS, later=st.integers(0, 900))
def test_a_rule_brought_forward_is_the_rule(text: str, start: datetime, later: int) -> None:
    """Expanded from shortly before a window, it is what it is from its first day on."""
    after = start + timedelta(days=later)
    before = after + timedelta(days=90)
    try:
        found = occurrences(read_rule(text), start, after=after, before=before)
    except RuleRefused:
        return  # More than 400 times.

    assert found == rrulestr(text, dtstart=start).between(after, before, inc=True)


@given(
    names=st.lists(
        st.tuples(
            st.sampled_from(
                [
                    "FREQ",
                    "INTERVAL",
                    "COUNT",
                    "UNTIL",
                    "BYDAY",
                    "BYMONTHDAY",
                    "BYMONTH",
                    "BYHOUR",
                    "BYMINUTE",
                    "BYSECOND",
                    "BYSETPOS",
                    "BYWEEKNO",
                    "BYYEARDAY",
                    "WKST",
                ]
            ),
            st.one_of(
                st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY", "SECONDLY", "HOURLY"]),
                st.integers(-400, 10**9).map(str),
                st.lists(st.integers(-31, 59).map(str), min_size=1, max_size=6).map(",".join),
                st.lists(st.sampled_from(DAYS), min_size=1, max_size=7).map(",".join),
                st.sampled_from(["29,30", "20270230", "-1FR,5MO", "", "20261231T000000Z"]),
            ),
        ),
        max_size=7,
    ),
    start=st.datetimes(
        min_value=datetime.fromisoformat("1850-01-01"),
        max_value=datetime.fromisoformat("2199-12-31"),
    ),
)
@settings(max_examples=400, deadline=None)
def test_whatever_is_written_for_a_rule_ends_soon(
    names: list[tuple[str, str]], start: datetime
) -> None:
    """It is refused, or expanded to a bounded number, within two seconds."""
    text = ";".join(f"{name}={value}" for name, value in names)
    began = time.perf_counter()
    try:
        rule = read_rule(text)
        check_density(rule, start)
        now = datetime.fromisoformat("2026-11-22")
        found = occurrences(rule, start, after=now, before=now + timedelta(days=90))
        assert len(found) <= OCCURRENCES_MAX
    except RuleRefused:
        pass

    assert time.perf_counter() - began < 2


@given(
    text=sound_rules(),
    place=st.integers(0, 60),
    slip=st.sampled_from([*"=;,-0179ADMRY", "", ";COUNT=2", ";BYHOUR=7"]) | st.text(max_size=3),
    cut=st.integers(0, 2),
)
@settings(max_examples=300)
def test_a_rule_with_a_slip_is_refused_or_read_as_others_read_it(
    text: str, place: int, slip: str, cut: int
) -> None:
    """A letter too many or too few makes no rule that a calendar would not take."""
    slipped = text[:place] + slip + text[place + cut :]
    start = datetime.fromisoformat("2026-11-22")
    until = start + timedelta(days=90)
    try:
        found = occurrences(read_rule(slipped), start, after=start, before=until)
    except RuleRefused:
        return

    names = [part.partition("=")[0].upper() for part in slipped.split(";")]
    assert len(names) == len({*names})
    assert found == rrulestr(slipped, dtstart=start).between(start, until, inc=True)


MOVERS = st.sampled_from(list(Mover))
STATES = st.sampled_from(list(State))


@given(st.lists(st.tuples(MOVERS, STATES), max_size=12))
def test_a_reminder_never_wakes_by_the_way(moves: list[tuple[Mover, State]]) -> None:
    """From done and dismissed only a person leads out, from cancelled only the plan; to planned."""
    state = State.PLANNED
    for mover, wanted in moves:
        if not may_move(state, wanted, mover):
            continue
        if not is_open(state) and wanted is not state:
            owner = Mover.PLAN if state is State.CANCELLED else Mover.PERSON
            assert mover is owner
            assert wanted is State.PLANNED
        state = wanted


@st.composite
def persons(draw: st.DrawFn):  # type: ignore[no-untyped-def]  # Facts of one person.
    """Tell of somebody, with what changes from one plan to the next."""
    offsets = draw(st.lists(st.integers(-30, 120), max_size=4))
    visits = [
        visit(
            appointment_id=f"a{i}",
            starts_at=NOW + timedelta(days=days),
            status=draw(st.sampled_from(["booked", "cancelled"])),
        )
        for i, days in enumerate(offsets)
    ]
    rules = [own(rrule=draw(sound_rules()))] if draw(st.booleans()) else []
    dues = draw(st.lists(st.integers(-400, 120), max_size=3))
    recommended = [
        advice(item=f"i{i}", due_on=NOW.date() + timedelta(days=days))
        for i, days in enumerate(dues)
    ]
    return told(*recommended, appointments=tuple(visits), rules=tuple(rules))


@given(persons(), persons(), st.data())
@settings(deadline=None)
def test_planning_again_finds_nothing_to_do(first, second, data) -> None:  # type: ignore[no-untyped-def]
    """Whatever stood before, and whatever people made of it; what they ended stays ended."""
    standing: dict[UUID, Reminder] = {}
    jobs: dict[UUID, Job] = {}
    for person in (first, second, first):
        for key, one in list(standing.items()):
            wanted = data.draw(STATES)
            if may_move(one.state, wanted, Mover.PERSON) and wanted is not State.SNOOZED:
                standing[key] = msgspec.structs.replace(one, state=wanted)
        before = dict(standing)
        asked = wanted_of(person, customs(), NOW).wanted
        for again in (False, True):
            changes = settle(SPACE, asked, [*standing.values()], customs=customs(), now=NOW)
            standing.update({one.reminder_id: one for one in changes.put})
            tellings = [
                Telling(space_id=SPACE, reminder=one, parties=(PARTY,)) for one in standing.values()
            ]
            new = jobs_of(tellings, [*jobs.values()], customs=customs(), since=NOW, now=NOW)
            jobs.update({job.job_id: job for job in new})
            assert not again or (changes.put, changes.drop, new) == ((), (), [])
        for key, one in before.items():
            if one.state in (State.DONE, State.DISMISSED):
                assert standing[key].state is one.state
    open_jobs = {job.job_id for job in jobs.values() if job.due_at is not None}
    ringing = sum(ring.ring_at >= NOW for one in standing.values() for ring in rings(one))
    assert len(open_jobs) == ringing
