"""Dates known to the year, the month or the day."""

from datetime import date

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.kernel.errors import InvalidInput
from backend.kernel.values import (
    YEAR_MAX,
    YEAR_MIN,
    EndBeforeStart,
    PartialDate,
    check_date,
    check_period,
)

POINTERS = ("/start", "/end")
PRECISIONS = [len("YYYY"), len("YYYY-MM"), len("YYYY-MM-DD")]

days = st.dates(date(YEAR_MIN, 1, 1), date(YEAR_MAX, 12, 31)).map(str)
partial_dates = st.builds(lambda day, size: day[:size], days, st.sampled_from(PRECISIONS))


@given(text=partial_dates)
def test_any_day_of_the_calendar_may_be_cut_to_its_month_or_year(text):
    """What is known may be told, and no more."""
    assert msgspec.convert(text, PartialDate) == text
    check_date(text, pointer="/on")


@given(text=st.text(alphabet="0123456789-\n", max_size=11))
def test_what_is_taken_is_a_date(text):
    """The annotation and the check together let nothing else through."""
    try:
        check_date(msgspec.convert(text, PartialDate), pointer="/on")
    except (msgspec.ValidationError, InvalidInput):
        return

    whole = text + "-01-01"[len(text) - 4 :] if len(text) < 10 else text
    year, month, day = map(int, whole.split("-"))
    assert YEAR_MIN <= year <= YEAR_MAX
    assert 1 <= month <= 12
    assert 1 <= day <= 31


@given(start=partial_dates, end=partial_dates)
def test_a_period_is_refused_one_way_at_most(start, end):
    """Of two dates, one order at least is possible; of two alike, both are."""
    refused = 0
    for first, last in ((start, end), (end, start)):
        try:
            check_period(first, last, pointers=POINTERS)
        except EndBeforeStart:
            refused += 1

    shared = min(len(start), len(end))
    assert refused == (0 if start[:shared] == end[:shared] else 1)


@given(one=days, other=days)
def test_whole_days_are_ordered_as_the_calendar_orders_them(one, other):
    """The comparison by letters is the comparison by days."""
    if other < one:
        with pytest.raises(EndBeforeStart):
            check_period(one, other, pointers=POINTERS)
    else:
        check_period(one, other, pointers=POINTERS)
