"""What is advised to one person, from when, by which rule, and why."""

from collections.abc import Callable, Sequence
from datetime import date
from enum import Enum
from typing import overload

import msgspec

from notifications.core.text import Text


class Kind(Enum):
    """What a recommendation asks for."""

    VACCINE = "vaccine"
    SCREENING = "screening"
    EXAMINATION = "examination"
    """One of a child's."""
    CHECK = "check"
    """A visit to prevent: a dentist's, a prevention appointment."""


class Level(Enum):
    """How strongly a text asks for it."""

    MANDATORY = "mandatory"
    RECOMMENDED = "recommended"
    RISK = "risk"
    """Recommended because of a risk that this person has."""
    OPTIONAL = "optional"
    """It may be offered: shown, and never chased."""
    PENDING = "pending"
    """A law passed and is not in force: shown, and never chased."""


class Status(Enum):
    """Where a person stands with one recommendation on one day."""

    NOT_YET = "not-yet"
    DUE = "due"
    OVERDUE = "overdue"
    """Its latest date has passed, and it is still worth doing."""
    DONE = "done"
    REFUSED = "refused"
    CONTRAINDICATED = "contraindicated"
    UNKNOWN = "unknown"
    """A fact is missing, and the person is to be asked."""

    # There is one of each: tables by status are asked for every line of every plan.
    __hash__ = object.__hash__


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """Where a rule comes from: its key in the pack's `sources.toml`, with its title and address."""

    key: str
    title: str
    url: str | None = None


class Recommendation(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to do, or done.

    `item` is the id of the rule, `step` which of its doses, exams or windows.
    `earliest_on` is the first day on which it would count, `due_on` the one from
    which it is asked for (the ideal one), `latest_on` the last day of its time.
    Where `due_on` is None it may be done on any day. `must_confirm` marks a value
    that our sources do not settle: "to confirm with a professional". `asks` are
    the codes of the situations that the rule needs and nobody has told.
    `done_by` are the `fact_id`s that count for it. `recalls_on` are the days on
    which whoever runs the programme asks again, while nothing was done.
    """

    item: str
    step: str
    kind: Kind
    level: Level
    status: Status
    name: Text
    reason: Text
    sources: tuple[Source, ...]
    earliest_on: date | None = None
    due_on: date | None = None
    latest_on: date | None = None
    products: tuple[str, ...] = ()
    notes: tuple[Text, ...] = ()
    must_confirm: bool = False
    asks: tuple[str, ...] = ()
    done_by: tuple[str, ...] = ()
    recalls_on: tuple[date, ...] = ()

    @property
    def is_chased(self) -> bool:
        """Whether anybody is reminded of it: what is only offered is shown, no more."""
        is_open = self.status in (Status.NOT_YET, Status.DUE, Status.OVERDUE)
        return is_open and self.level not in (Level.OPTIONAL, Level.PENDING)


class Silence(msgspec.Struct, frozen=True, kw_only=True):
    """A rule that asks nothing of this person on this day, and why not."""

    item: str
    reason: Text


class Silences(Sequence[Silence]):
    """Silences that are put in words when somebody first asks for them: few ever do."""

    __slots__ = ("_said", "_say")

    def __init__(self, say: Callable[[], tuple[Silence, ...]]) -> None:
        self._say: Callable[[], tuple[Silence, ...]] | None = say
        self._said: tuple[Silence, ...] = ()

    @overload
    def __getitem__(self, index: int) -> Silence: ...

    @overload
    def __getitem__(self, index: slice) -> tuple[Silence, ...]: ...

    def __getitem__(self, index: int | slice) -> Silence | tuple[Silence, ...]:
        return self._all()[index]

    def __len__(self) -> int:
        return len(self._all())

    def __eq__(self, other: object) -> bool:
        if isinstance(other, Silences):
            return self._all() == other._all()
        return self._all() == other

    def __hash__(self) -> int:
        return hash(self._all())

    def __repr__(self) -> str:
        return repr(self._all())

    def _all(self) -> tuple[Silence, ...]:
        if self._say is not None:
            self._said, self._say = self._say(), None
        return self._said


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a calendar says of one person on one day, soonest first."""

    calendar: str
    """The pack and its version, such as `fr 2026.1`."""
    on: date
    recommendations: tuple[Recommendation, ...]
    silences: Sequence[Silence]
    problems: tuple[Text, ...] = ()
    """Facts that count for nothing, each with what is wrong: a dose before birth, say."""

    def worded(self) -> "Plan":
        """Return the same plan with every silence in words, to be encoded."""
        return msgspec.structs.replace(self, silences=tuple(self.silences))


class Parts(msgspec.Struct, frozen=True, kw_only=True):
    """What one family of rules adds to a plan."""

    recommendations: tuple[Recommendation, ...] = ()
    silences: tuple[Silence, ...] = ()
    problems: tuple[Text, ...] = ()
