"""What leaves by the agenda's link, and how an event is told apart from itself changed."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from backend.agenda.feed.limits import AHEAD, BEHIND, EVENTS_MAX, GONE_SHOWN
from backend.agenda.feed.model import Memory, Options, Said, Status, Visit
from backend.agenda.feed.rules import (
    events_of,
    gone,
    in_view,
    renewed,
    said_of,
    told,
    uid_of,
    written,
)
from backend.agenda.feed.words import catalogue
from backend.agenda.model import Appointment

NOW = datetime(2026, 11, 22, 15, 30, 12, 345, tzinfo=UTC)
WORDS = catalogue().calendar["fr"]
SHOWN = Options(titles="shown")


def visit(*, is_sensitive: bool = False, **given: Any) -> Visit:
    """Make an appointment up."""
    body = Appointment(
        **{
            "title": "Coloscopie",
            "status": "booked",
            "starts_at": NOW + timedelta(days=3),
            "time_zone": "Europe/Paris",
            "location": "Hôpital",
            "practitioner": "Dr Roux",
            "specialty": "Gastro-entérologie",
            "instructions": "À jeun",
            "comment": "Peur",
            **given,
        }
    )
    return Visit(record_id=uuid4(), body=body, is_sensitive=is_sensitive)


def remembered(memory: Memory, *visits: Visit, options: Options = SHOWN, at: datetime = NOW) -> Any:
    """Answer once: return what is said, and what is remembered then."""
    said = {one.record_id: said_of(one, options, WORDS) for one in visits}
    return said, renewed(memory, said, set(said), at)


def test_a_link_says_nothing_but_the_time_unless_it_was_asked_to() -> None:
    """Calendars end at other companies: no title, nobody's name, no place."""
    said = said_of(visit(), Options(), WORDS)

    assert (said.summary, said.location, said.description) == ("Rendez-vous", None, None)


def test_titles_that_are_shown_come_with_place_and_practitioner() -> None:
    """What was noted beside them stays at home."""
    said = said_of(visit(), SHOWN, WORDS)

    assert said.summary == "Coloscopie"
    assert said.location == "Hôpital"
    assert said.description == "Dr Roux, Gastro-entérologie"


def test_what_is_sensitive_has_no_title_even_where_titles_are_shown() -> None:
    """The person said so once, of the record."""
    said = said_of(visit(is_sensitive=True), SHOWN, WORDS)

    assert (said.summary, said.location, said.description) == ("Rendez-vous", None, None)


@pytest.mark.parametrize(
    ("status", "said_as", "summary"),
    [
        ("proposed", Status.TENTATIVE, "Rendez-vous"),
        ("booked", Status.CONFIRMED, "Rendez-vous"),
        ("fulfilled", Status.CONFIRMED, "Rendez-vous"),
        ("noshow", Status.CONFIRMED, "Rendez-vous"),
        ("cancelled", Status.CANCELLED, "Annulé : Rendez-vous"),
    ],
)
def test_each_status_has_its_word_in_a_calendar(status: str, said_as: Status, summary: str) -> None:
    """That somebody did not come is for the record alone."""
    said = said_of(visit(status=status), Options(), WORDS)

    assert (said.status, said.summary) == (said_as, summary)


def test_an_event_that_changed_counts_up_and_one_that_did_not_stays() -> None:
    """So that a calendar knows which of two is newer, and asks for nothing again."""
    one = visit()
    _, first = remembered(Memory(), one)
    _, same = remembered(first, one, at=NOW + timedelta(hours=1))
    moved = Visit(record_id=one.record_id, body=visit(title="IRM").body, is_sensitive=False)
    _, second = remembered(same, moved, at=NOW + timedelta(hours=2))

    assert same == first
    assert first.seen[one.record_id].sequence == 0
    assert second.seen[one.record_id].sequence == 1
    assert second.seen[one.record_id].changed_at == (NOW + timedelta(hours=2)).replace(
        microsecond=0
    )


def test_what_a_link_does_not_show_changes_nothing_there() -> None:
    """A new title behind a neutral link: no new tag, no new line, nothing to guess from."""
    one = visit()
    _, first = remembered(Memory(), one, options=Options())
    renamed = Visit(record_id=one.record_id, body=visit(title="IRM").body, is_sensitive=False)

    _, second = remembered(first, renamed, options=Options(), at=NOW + timedelta(hours=2))

    assert second == first


def test_what_is_gone_stays_as_cancelled_for_a_while_without_its_title() -> None:
    """Deleted, masked or withdrawn: a calendar cannot tell which."""
    one = visit()
    _, first = remembered(Memory(), one)

    _, second = remembered(first, at=NOW + timedelta(days=1))
    (event,) = events_of(second, {}, WORDS, b"secret")
    _, third = remembered(second, at=NOW + timedelta(days=1) + GONE_SHOWN - timedelta(days=1))
    _, last = remembered(second, at=NOW + timedelta(days=1) + GONE_SHOWN)

    assert (event.sequence, event.said.status) == (1, Status.CANCELLED)
    assert event.said.summary == "Annulé : Rendez-vous"
    assert (event.said.location, event.said.description) == (None, None)
    assert event.said.span.starts_at == one.body.starts_at.replace(microsecond=0)
    assert third == second
    assert last.seen == {}


def test_what_comes_back_goes_on_counting() -> None:
    """Unmasked the next day, or after everything about it was forgotten."""
    one = visit()
    _, first = remembered(Memory(), one)
    _, off = remembered(first, at=NOW + timedelta(days=1))
    _, back = remembered(off, one, at=NOW + timedelta(days=2))
    _, forgotten = remembered(off, at=NOW + timedelta(days=2) + GONE_SHOWN)
    _, late = remembered(forgotten, one, at=NOW + timedelta(days=100))

    assert back.seen[one.record_id].sequence == 2
    assert back.seen[one.record_id].gone_at is None
    assert late.seen[one.record_id].sequence == 2


def test_what_is_only_too_long_ago_is_dropped_and_not_cancelled() -> None:
    """It took place; a calendar may keep it."""
    one = visit()
    _, first = remembered(Memory(), one)

    after = renewed(first, {}, {one.record_id}, NOW + timedelta(days=200))

    assert after.seen == {}
    assert after.floor == 1


@pytest.mark.parametrize(
    ("starts", "is_shown"),
    [
        (-BEHIND - timedelta(days=1), False),
        (-BEHIND + timedelta(days=1), True),
        (AHEAD - timedelta(days=1), True),
        (AHEAD + timedelta(days=1), False),
    ],
    ids=str,
)
def test_a_calendar_reaches_some_months_back_and_some_years_ahead(
    starts: timedelta, *, is_shown: bool
) -> None:
    """What is longer ago is in the record."""
    one = visit(starts_at=NOW + starts)

    assert bool(in_view([one], NOW)) is is_shown


def test_the_next_appointments_come_before_those_that_are_over() -> None:
    """However many somebody writes down, an answer is bounded."""
    later = [visit(starts_at=NOW + timedelta(minutes=n)) for n in range(1, EVENTS_MAX)]
    over = [visit(starts_at=NOW - timedelta(days=n)) for n in (1, 2, 3)]

    chosen = in_view([*over, *reversed(later)], NOW)

    assert len(chosen) == EVENTS_MAX
    assert [one.record_id for one in chosen] == [
        *(one.record_id for one in later),
        over[0].record_id,
    ]


def test_an_answer_does_not_change_with_the_hour() -> None:
    """A calendar that asks twice a day is told that nothing is new."""
    edge = visit(starts_at=NOW - BEHIND - timedelta(hours=1))
    hours = [NOW.replace(hour=hour) for hour in range(24)]

    assert {len(in_view([edge], at)) for at in hours} == {1}


def test_a_name_tells_nothing_of_its_record_and_is_of_one_link() -> None:
    """Two links cannot be laid side by side, nor beside the record."""
    record_id = UUID("11111111-2222-4333-8444-555555555555")

    uid = uid_of(b"one", record_id)

    assert uid == uid_of(b"one", record_id)
    assert uid != uid_of(b"other", record_id)
    assert uid != str(record_id)
    assert UUID(uid).version == 4


def test_the_journal_is_told_once_a_day_and_whenever_something_else_leaves() -> None:
    """A poll of every quarter of an hour does not bury who else looked."""
    first = told(Memory(), "a", NOW)

    assert told(first, "a", NOW + timedelta(hours=8)) == first
    assert told(first, "b", NOW) != first
    assert told(first, "a", NOW + timedelta(days=1)) != first


def test_a_text_is_one_line_without_what_is_not_meant_to_be_read() -> None:
    """Nothing breaks a line of the calendar, ends it, or turns it around."""
    hostile = "IRM\r\nEND:VEVENT\x00\x1b[31m\u2028\u202egenou\ud800 \t fin"

    assert written(hostile) == "IRM END:VEVENT [31m genou fin"


def test_a_title_of_nothing_to_read_is_neutral() -> None:
    """A calendar shows no empty line."""
    assert said_of(visit(title="\u202e\x00"), SHOWN, WORDS).summary == "Rendez-vous"


def test_what_is_gone_says_only_when() -> None:
    """Nothing of the record is remembered but its hours."""
    _, memory = remembered(Memory(), visit())
    (seen,) = memory.seen.values()

    assert gone(seen, WORDS) == Said(
        span=seen.span, status=Status.CANCELLED, summary="Annulé : Rendez-vous"
    )
