"""What is read here of the bodies of records, those of other rooms included.

Rooms do not import each other: what they publish in `openapi/collections` is
read by its names, and nothing else of it.
"""

from datetime import date, datetime, timedelta
from typing import Any, TypeVar

import msgspec

from backend.prevention.knowledge import Code
from notifications.core.spans import add_months
from sync.storage.port import Record

B = TypeVar("B", bound=msgspec.Struct)

_UNSETTLED = frozenset({"draft", "rejected"})
_MONTH, _DAY = len("YYYY-MM"), len("YYYY-MM-DD")


class Coded(msgspec.Struct, frozen=True, kw_only=True):
    """A body about one coded thing."""

    label: str = ""
    code: str | None = None
    code_system: str | None = None
    codings: tuple[dict[str, Any], ...] = ()
    draft_state: str | None = None

    def codes(self) -> list[Code]:
        """Return its codes, each with its system, the main one first."""
        main = [] if self.code is None else [(self.code_system or "", self.code)]
        return main + [(one["system"], one["code"]) for one in self.codings]


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """Of a profile."""

    birth_date: date | None = None
    sex: str | None = None
    birth_place_code: str | None = None
    address_text: str | None = None


class Condition(Coded, frozen=True, kw_only=True):
    """Of a condition."""

    clinical_status: str | None = None
    onset_on: str | None = None
    abated_on: str | None = None


class History(Coded, frozen=True, kw_only=True):
    """Of an item of history."""

    kind: str
    started_on: str | None = None
    ended_on: str | None = None


class Treatment(Coded, frozen=True, kw_only=True):
    """Of a treatment: antibodies are recorded as such."""

    status: str | None = None
    started_on: str | None = None


class Measure(Coded, frozen=True, kw_only=True):
    """Of a measure: a laboratory's result."""

    kind: str
    measured_at: datetime
    value_text: str | None = None
    interpretation: str | None = None


class Document(msgspec.Struct, frozen=True, kw_only=True):
    """Of a document."""

    type_code: str
    type_system: str
    status: str
    created_at: datetime
    format_code: str | None = None
    service_start_at: datetime | None = None


def read(record: Record, body: type[B]) -> B | None:
    """Read a record that stands; None for one that nobody has confirmed, or that was rejected."""
    if record.body is None:
        return None
    found = msgspec.json.decode(record.body, type=body)
    return None if getattr(found, "draft_state", None) in _UNSETTLED else found


def first_day(partial: str) -> date:
    """Return the first day that a PartialDate may mean."""
    return date.fromisoformat(partial + "-01-01"[len(partial) - len("YYYY") :])


def last_day(partial: str) -> date:
    """Return the last day that a PartialDate may mean."""
    first = first_day(partial)
    if len(partial) >= _DAY:
        return first
    return add_months(first, 1 if len(partial) == _MONTH else 12) - timedelta(days=1)


def day_done(partial: str, on: date) -> date:
    """Return the day on which something counts as done: the last that is possible by *on*.

    What is known to the month alone counts from its end, so that nothing comes
    too early after it. What lies wholly in the future keeps its first day.
    """
    return max(first_day(partial), min(last_day(partial), on))
