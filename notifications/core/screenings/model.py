"""The grammar of `screenings.toml`: what is asked at an age, in a pregnancy, or again and again.

Every age and interval is written as in `notifications.core.spans`.
"""

from datetime import date
from typing import Literal

import msgspec

from notifications.core.recommendation import Kind, Level
from notifications.core.text import Text


class Strict(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of a rule file: a word that is not known is a fault, never ignored."""


class Rule(Strict, frozen=True, kw_only=True):
    """What every rule says of itself.

    `id` may stand for several rules, one after the other in time: `since` is the
    first day of one, `until` its last. `verify` says what its sources leave in doubt.
    """

    id: str
    kind: Kind
    name: Text
    reason: Text
    source: tuple[str, ...]
    level: Level = Level.RECOMMENDED
    sex: Literal["female", "male"] | None = None
    since: date | None = None
    until: date | None = None
    verify: str | None = None
    notes: tuple[Text, ...] = ()


class Window(Strict, frozen=True, kw_only=True):
    """A stretch of life in which one visit is asked for.

    `gap_before` says that nothing is asked between the window before and this one:
    without it a gap is a fault.
    """

    id: str
    name: Text
    from_: str = msgspec.field(name="from")
    to: str
    gap_before: bool = False
    verify: str | None = None
    notes: tuple[Text, ...] = ()


class Visits(Rule, frozen=True, kw_only=True):
    """One visit in each window: of a list, or each year of life from one age to another.

    `any_day` marks windows in which no day is better than another.
    """

    exam: str
    window: tuple[Window, ...] = ()
    yearly_from: str | None = None
    yearly_to: str | None = None
    any_day: bool = False


class PregnancyVisit(Rule, frozen=True, kw_only=True):
    """One visit in each pregnancy, or soon after the birth."""

    exam: str
    from_: str = msgspec.field(name="from")
    to_after_birth: str


class Wait(Strict, frozen=True, kw_only=True):
    """Another examination, after which this one waits."""

    exam: str
    wait: str
    reason: Text


class Step(Strict, frozen=True, kw_only=True):
    """One examination of a programme, between two ages.

    The first is at `from`; `gaps` are the times from each to the next, the last of
    them for ever. What `verify` leaves in doubt concerns those of the age `verify_from`
    and over.
    """

    id: str
    name: Text
    exam: str
    from_: str = msgspec.field(name="from")
    to: str
    gaps: tuple[str, ...]
    reason: Text
    not_before: tuple[Wait, ...] = ()
    verify: str | None = None
    verify_from: str | None = None


class Variant(Strict, frozen=True, kw_only=True):
    """Other steps, for whom a situation holds: the first variant whose situation does."""

    situation: str
    step: tuple[Step, ...]
    source: tuple[str, ...]


class Exclusion(Strict, frozen=True, kw_only=True):
    """A situation that takes a person out of a programme, and what to do instead."""

    situation: str
    reason: Text


class Abnormal(Strict, frozen=True, kw_only=True):
    """What an abnormal result does: the programme is left.

    One comes back by a later normal result of an examination in `back_after`, or
    by saying that the situation `back_without`, the follow-up, no longer holds.
    """

    reason: Text
    back_without: str
    back_after: tuple[str, ...] = ()


class Postponed(Strict, frozen=True, kw_only=True):
    """From when in a pregnancy an examination waits for its end."""

    from_: str = msgspec.field(name="from")
    reason: Text


class Programme(Rule, frozen=True, kw_only=True):
    """An examination that comes again and again, until an age or an abnormal result.

    `recalls` are the times after an invitation at which the programme asks again.
    """

    step: tuple[Step, ...]
    abnormal: Abnormal
    variant: tuple[Variant, ...] = ()
    not_for: tuple[Exclusion, ...] = ()
    postponed: Postponed | None = None
    recalls: tuple[str, ...] = ()


class ScreeningRules(Strict, frozen=True, kw_only=True):
    """A whole `screenings.toml`."""

    visits: tuple[Visits, ...] = ()
    pregnancy_visit: tuple[PregnancyVisit, ...] = ()
    programme: tuple[Programme, ...] = ()

    def rules(self) -> tuple[Rule, ...]:
        """Return every rule, of whatever form."""
        return (*self.visits, *self.pregnancy_visit, *self.programme)
