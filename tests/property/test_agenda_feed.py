"""The agenda's link for any text and any history."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from backend.agenda.feed.model import Memory, Options, Plan, Visit
from backend.agenda.feed.rendering import render
from backend.agenda.feed.rules import events_of, in_view, renewed, said_of, written
from backend.agenda.feed.words import catalogue
from backend.agenda.model import Appointment
from tests.calendars import read

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
SECRET = b"secret"
WORDS = catalogue().calendar["en"]
RECORDS = [UUID(int=n) for n in range(1, 5)]

# What breaks lines, ends components, and escapes in other formats, among any text.
_HOSTILE = st.sampled_from(
    ["\r\nEND:VEVENT\r\n", "\\", "\\n", ";", ",", '"', ":", "\x00", "\u2028", "\u202e", "é", "🩺"]
)
texts = st.lists(_HOSTILE | st.text(max_size=40), min_size=1, max_size=20).map("".join)
instants = st.integers(-200, 4_000).map(lambda days: NOW + timedelta(days=days, minutes=7 * days))
statuses = st.sampled_from(["proposed", "booked", "fulfilled", "cancelled", "noshow"])
options = st.builds(Options, titles=st.sampled_from(["neutral", "shown"]), language=st.just("en"))


@st.composite
def agendas(draw: st.DrawFn) -> dict[UUID, Visit]:
    """Draw what an eye sees at one moment: some of four records."""
    found = {}
    for record_id in draw(st.sets(st.sampled_from(RECORDS))):
        body = Appointment(
            title=draw(texts),
            status=draw(statuses),
            starts_at=draw(instants),
            time_zone=draw(st.sampled_from(["Europe/Paris", "Asia/Tokyo", "America/Caracas"])),
            location=draw(st.none() | texts),
        )
        found[record_id] = Visit(record_id=record_id, body=body, is_sensitive=draw(st.booleans()))
    return found


def answered(
    memory: Memory, seen: dict[UUID, Visit], shown: Options, now: datetime
) -> tuple[Plan, Memory]:
    """Answer once."""
    said = {v.record_id: said_of(v, shown, WORDS) for v in in_view(seen.values(), now)}
    after = renewed(memory, said, set(seen), now)
    return Plan(name="x", language="en", events=events_of(after, said, WORDS, SECRET)), after


@given(title=texts, place=texts)
def test_whatever_a_title_holds_is_one_text_of_one_event(title: str, place: str) -> None:
    """Nobody writes a second event, or a line of it, by what they call an appointment."""
    body = Appointment(
        title=title, status="booked", starts_at=NOW, time_zone="Europe/Paris", location=place
    )
    visit = Visit(record_id=RECORDS[0], body=body, is_sensitive=False)

    plan, _ = answered(Memory(), {RECORDS[0]: visit}, Options(titles="shown"), NOW)
    (event,) = read(render(plan)).events

    assert event.one("SUMMARY").text == (written(title) or "Appointment")
    assert not event.has("LOCATION") or event.one("LOCATION").text == written(place)
    assert len(event.inside) == 0


@given(history=st.lists(st.tuples(agendas(), options, st.integers(0, 40)), max_size=12))
def test_names_stay_and_sequences_only_grow(
    history: list[tuple[dict[UUID, Visit], Options, int]],
) -> None:
    """By any history of changes, deletions, masks and returns, with months in between."""
    memory, now = Memory(), NOW
    newest: dict[str, tuple[int, bytes]] = {}
    for seen, shown, days in history:
        now += timedelta(days=days)
        plan, memory = answered(memory, seen, shown, now)
        for event in plan.events:
            said = msgspec.msgpack.encode(event.said)
            before = newest.get(event.uid)
            if before is not None and before[1] != said:
                assert event.sequence > before[0]
            elif before is not None:
                assert event.sequence >= before[0]
            newest[event.uid] = event.sequence, said


@given(seen=agendas(), shown=options)
def test_an_answer_follows_from_what_is_to_be_seen_alone(
    seen: dict[UUID, Visit], shown: Options
) -> None:
    """Asked again nothing changes: neither what is remembered, nor a byte."""
    plan, memory = answered(Memory(), seen, shown, NOW)

    again, after = answered(memory, seen, shown, NOW + timedelta(hours=3))

    assert after == memory
    assert render(again) == render(plan)


@given(seen=agendas())
def test_a_neutral_link_never_says_a_word_of_the_record(seen: dict[UUID, Visit]) -> None:
    """Whatever is written there."""
    plan, _ = answered(Memory(), seen, Options(), NOW)

    assert {e.one("SUMMARY").text for e in read(render(plan)).events} <= {
        "Appointment",
        "Cancelled: Appointment",
    }
    assert all(e.said.location is e.said.description is None for e in plan.events)
