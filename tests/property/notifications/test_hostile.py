"""Whatever is written, the answer is a plan or a sentence."""

import contextlib
import random
from datetime import date
from importlib import resources

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from notifications import calendars
from notifications.core.pack_decode import PackInvalid, decode_campaigns, decode_pack
from notifications.core.recommend import recommend
from notifications.core.written import Person, WrittenInvalid, facts_of, read_persons

FRENCH = calendars.load("fr")
FILES = calendars.files_of(resources.files(calendars) / "fr")
WORDS = st.sampled_from(
    [
        "HEXYON",
        "2025-01-01",
        "0000-00-00",
        "9999-12-31",
        "fit",
        "normal",
        "no",
        "diabetes",
        ",",
        "é",
    ]
)
lines = st.text(max_size=40) | st.lists(WORDS, max_size=5).map(" ".join)
days = st.dates()


@given(st.tuples(lines, lines, lines, lines), days, days)
@settings(max_examples=150)
def test_a_person_is_planned_or_refused_in_words(written, born, on):
    """Never a crash, whatever the lines and the days."""
    dose, exam, situation, refused = written
    person = Person(
        id=1,
        born=born,
        on=on,
        doses=(dose,),
        exams=(exam,),
        situations=(situation,),
        refused=(refused,),
    )

    try:
        plan = recommend(FRENCH, facts_of(FRENCH, person), on)
        said = [*plan.problems, *(one.reason for one in plan.silences)]
    except WrittenInvalid as refusal:
        said = [refusal.text]

    assert said
    assert all(text.fr and text.en for text in said)


@given(
    born=st.dates(date(1850, 1, 1), date(2199, 12, 31)),
    on=st.dates(date(1850, 1, 1), date(2199, 12, 31)),
)
@settings(max_examples=100)
def test_any_two_days_have_a_plan(born, on):
    """Of the centuries that a record may hold."""
    plan = recommend(FRENCH, facts_of(FRENCH, Person(id=1, born=born, on=on)), on)

    assert bool(plan.problems) == (born > on)


@pytest.mark.parametrize("read", [read_persons, decode_campaigns])
def test_a_file_that_is_nested_too_deep_is_refused(read):
    """As any other that is none, and not by the depth of this interpreter."""
    with pytest.raises((WrittenInvalid, PackInvalid)):
        read(b"x = " + b"[" * 5_000 + b"]" * 5_000)


@given(st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_a_file_of_persons_is_read_or_refused(content):
    """Bytes of any kind."""
    with contextlib.suppress(WrittenInvalid):
        read_persons(content)


@given(
    st.sampled_from(sorted(FILES)),
    st.integers(),
    st.sampled_from(['"', "[", "]", "=", "\n", "\0", "9"]),
)
@settings(max_examples=80)
def test_a_damaged_calendar_is_used_whole_or_not_at_all(file, seed, sign):
    """One sign more somewhere: the same pack, another sound one, or a list of faults."""
    content = FILES[file].decode()
    at = random.Random(seed).randrange(len(content))
    damaged = (content[:at] + sign + content[at:]).encode()

    try:
        told = list(decode_pack({**FILES, file: damaged}).items)
    except PackInvalid as refused:
        told = refused.faults

    assert told
    assert all(told)
