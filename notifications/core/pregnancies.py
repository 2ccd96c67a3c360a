"""Which pregnancy a day falls in, and when it ends or ended."""

from collections.abc import Iterable
from datetime import date

import msgspec

from notifications.core.facts import Pregnancy
from notifications.core.spans import Span, Unit, after

TERM = Span(41, Unit.WEEK_OF_AMENORRHOEA)
"""The day of birth that is expected. Source: CNGOF, 41 weeks of amenorrhoea."""
LONGEST = Span(44, Unit.WEEK_OF_AMENORRHOEA)
"""No pregnancy lasts longer: one whose end nobody told has ended."""
VIABLE = Span(22, Unit.WEEK_OF_AMENORRHOEA)
"""From here on its end is a birth. Source: WHO, definition of birth."""


class Term(msgspec.Struct, frozen=True):
    """A pregnancy with the day on which it ended, or is expected to; *is_over* tells which."""

    pregnancy: Pregnancy
    ends_on: date
    is_over: bool

    @property
    def started_on(self) -> date:
        """The first day of the last period."""
        return self.pregnancy.last_period_on

    @property
    def led_to_birth(self) -> bool:
        """Whether it lasted long enough for a birth, or may still."""
        return self.ends_on >= after(self.started_on, VIABLE)


def terms(pregnancies: Iterable[Pregnancy], on: date) -> tuple[Term, ...]:
    """Return every pregnancy with its end, as it looks on a day, oldest first."""
    ordered = sorted(pregnancies, key=lambda one: (one.last_period_on, one.fact_id))
    return tuple(_term(one, on) for one in ordered if one.last_period_on <= on)


def current(pregnancies: Iterable[Pregnancy], on: date) -> Term | None:
    """Return the pregnancy that a day falls in, or None."""
    return next((term for term in reversed(terms(pregnancies, on)) if not term.is_over), None)


def _term(one: Pregnancy, on: date) -> Term:
    if one.ended_on is not None:
        return Term(one, one.ended_on, one.ended_on <= on)
    expected = after(one.last_period_on, TERM)
    too_long = on >= after(one.last_period_on, LONGEST)
    return Term(one, expected if too_long else max(expected, on), too_long)
