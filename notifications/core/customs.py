"""When each kind of reminder rings: reviewed data, read and checked.

Source: docs/decisions/0031-rings-and-clocks.md.
"""

import re
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

from notifications.core.clock import instant_on
from notifications.core.quiet_hours import LATE_AFTER
from notifications.core.reminder import ReminderKind
from notifications.core.spans import SpanInvalid, Unit, after, parse_span

_MINUTE = timedelta(minutes=1)
_HOURS = re.compile(r"(\d{1,3})h")


class CustomsInvalid(ValueError):
    """The file of rings does not say what it must."""


class Custom(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How one kind of reminder rings. Spans are written `2h`, `1d`, `1m`."""

    before: tuple[str, ...]
    after: tuple[str, ...]
    useful: str
    looked_at: str
    source: str
    in_time: bool = False


class Settings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What holds for every kind."""

    hour: time
    phone_heard_days: int
    grace_minutes: int
    horizon_days: int
    kept_days: int
    source: str
    most_a_day: dict[str, int] = {}
    """By channel: those that cost, and that nobody is to be flooded by."""


class Customs(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The whole file."""

    settings: Settings
    kinds: dict[ReminderKind, Custom]

    def useful(self, kind: ReminderKind) -> timedelta:
        """Return how long after a ring it still helps to send it."""
        return _length(self.kinds[kind].useful)

    def looked_at(self, kind: ReminderKind) -> timedelta:
        """Return how long before a ring the server first asks how to tell somebody."""
        return _length(self.kinds[kind].looked_at)

    def leads_before(self, kind: ReminderKind) -> tuple[int, ...]:
        """Return the leads of what has an hour of its own, in minutes."""
        return tuple(_length(span) // _MINUTE for span in self.kinds[kind].before)

    def leads_on(
        self, kind: ReminderKind, on: date, zone: ZoneInfo
    ) -> tuple[datetime, tuple[int, ...]]:
        """Return when what is for a day rings first, and every ring as minutes before that.

        Each rings at the hour of the settings by the clock of its own day.
        """
        due_at = instant_on(on, self.settings.hour, zone)
        leads = []
        for span in self.kinds[kind].after:
            ring_at = instant_on(after(on, parse_span(span)), self.settings.hour, zone)
            leads.append((due_at - ring_at) // _MINUTE)
        return due_at, tuple(leads)


def read_customs(content: bytes) -> Customs:
    """Read and check the file of rings.

    Raises:
        CustomsInvalid: A kind is missing, a span is none, or a phone is waited for
            until its reminder is late.
    """
    try:
        found: Customs = msgspec.toml.decode(content, type=Customs)
        _check_grace(found.settings)
        missing = set(ReminderKind) - found.kinds.keys()
        if missing:
            raise CustomsInvalid(
                "A kind has no rings: " + ", ".join(sorted(k.value for k in missing))
            )
        for kind, custom in found.kinds.items():
            _check(kind, custom)
    except (msgspec.ValidationError, msgspec.DecodeError, SpanInvalid) as error:
        raise CustomsInvalid(str(error)) from None
    return found


def _check_grace(settings: Settings) -> None:
    """Refuse a wait for phones that makes each reminder a late one.

    What is late is kept from quiet hours as if the server had been off: a ring just
    before the night would be put off to the morning, every night.
    """
    late = LATE_AFTER // _MINUTE
    if not 0 <= settings.grace_minutes < late:
        raise CustomsInvalid(
            f"A reminder is late after {late} minutes, and phones are waited for during "
            f"{settings.grace_minutes}: set grace_minutes from 0 to {late - 1} in rings.toml."
        )


def _check(kind: ReminderKind, custom: Custom) -> None:
    for span in (*custom.before, custom.useful, custom.looked_at):
        _length(span)
    for span in custom.after:
        parse_span(span)
    if not custom.source.strip():
        raise CustomsInvalid(f"{kind.value}: a line without a source.")


def _length(text: str) -> timedelta:
    """Return how long a span is that needs no calendar: hours, days or weeks.

    Raises:
        CustomsInvalid: It has months or years, or is no span.
    """
    hours = _HOURS.fullmatch(text)
    if hours is not None:
        return timedelta(hours=int(hours[1]))
    span = parse_span(text)
    if span.unit not in (Unit.DAY, Unit.WEEK):
        raise CustomsInvalid(f"{text!r} is as long as its month: write hours, days or weeks.")
    return timedelta(days=span.count * (7 if span.unit is Unit.WEEK else 1))
