"""What the record tells the planner of one person."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from uuid import UUID

import msgspec

from backend.access.model import Confidentiality
from backend.access.rules.visibility import ACTS, REMINDER_RULES, REMINDERS
from backend.agenda.model import Appointment as AppointmentBody
from backend.reminders.collection import COPIED
from backend.reminders.records import named, rule_in
from notifications.core.appointments import Appointment
from notifications.core.clock import day_of, zone_of
from notifications.core.recommendation import Plan, Recommendation
from notifications.plan import Told
from sync.storage.port import Record

Recommender = Callable[[Mapping[str, Sequence[Record]], date], Plan | None]
"""What a calendar says of a person whose records these are, on a day; None where it cannot."""

_AGENDA = "appointments"
_PLANNED = frozenset({_AGENDA, REMINDER_RULES})
_OWN = _PLANNED | {REMINDERS}


class Reads(msgspec.Struct, frozen=True, kw_only=True):
    """From what plans follow: collections, a calendar, and the zone of whoever says none."""

    time_zone: str
    facts: frozenset[str] = frozenset()
    """The collections that the calendar is told."""
    recommend: Recommender | None = None
    tells: Callable[[Record], bool] | None = None
    """Which records of those collections tell it anything; None for all."""
    familiar: Callable[[Record], Record | None] | None = None
    """What of a record whoever helps knows, whatever their mandate shows; None for nothing."""

    @property
    def held(self) -> frozenset[str]:
        """The collections that planning reads."""
        return _OWN | self.facts

    def follows_from(self, record: Record) -> bool:
        """Say whether a change of a record makes a plan due: who may see it decides too."""
        if record.collection in _OWN | ACTS:
            return True
        return self._is_fact(record)

    def open_in(self, records: Iterable[Record], now: datetime) -> tuple[Record, ...]:
        """Return the records that plans follow from at an instant.

        What is to be told in person first must not be told by a reminder.
        """
        return tuple(
            record
            for record in records
            if (record.collection in _PLANNED or self._is_fact(record))
            and not _is_pending(record, now)
        )

    def _is_fact(self, record: Record) -> bool:
        return record.collection in self.facts and (self.tells is None or self.tells(record))


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """What a reminder takes over from the one record that it is about.

    `family_id` is the record with which it is masked, `flags` are orders and sections.
    """

    family_id: UUID
    flags: int


def told_of(
    records: Sequence[Record], reads: Reads, now: datetime, *, is_advised: bool = True
) -> Told:
    """Say what the planner is told of a person by some records, with or without a calendar."""
    return Told(
        time_zone=reads.time_zone,
        appointments=tuple(map(_appointment_in, named(records, _AGENDA))),
        rules=tuple(map(rule_in, named(records, REMINDER_RULES))),
        plan=_plan_of(records, reads, now) if is_advised else None,
    )


def sources_of(records: Sequence[Record]) -> dict[str, Source]:
    """Return the records that reminders are about, by their subject."""
    return {
        str(record.record_id): Source(family_id=record.family, flags=record.flags & COPIED)
        for record in (*named(records, _AGENDA), *named(records, REMINDER_RULES))
    }


def told_by(
    secret: Callable[[Record], bool], records: Sequence[Record], told: Told, reads: Reads
) -> frozenset[str]:
    """Name what would not be said, or not in these words, without the records that are secret."""
    rest = [record for record in records if not secret(record)]
    if told.plan is None or reads.recommend is None or len(rest) == len(records):
        return frozenset()
    without = reads.recommend(_by_collection(rest), told.plan.on)
    said = set() if without is None else set(map(_said, without.recommendations))
    return frozenset(
        f"{one.item}#{one.step}" for one in told.plan.recommendations if _said(one) not in said
    )


def _plan_of(records: Sequence[Record], reads: Reads, now: datetime) -> Plan | None:
    if reads.recommend is None:
        return None
    facts = [record for record in records if record.collection in reads.facts]
    return reads.recommend(_by_collection(facts), day_of(now, zone_of(reads.time_zone)))


def _said(one: Recommendation) -> Recommendation:
    """Return what a recommendation says, whatever it counts."""
    return msgspec.structs.replace(one, done_by=())


def _by_collection(records: Iterable[Record]) -> dict[str, list[Record]]:
    found: dict[str, list[Record]] = {}
    for record in records:
        found.setdefault(record.collection, []).append(record)
    return found


def _is_pending(record: Record, now: datetime) -> bool:
    is_ordered = record.flags & Confidentiality.ANNOUNCEMENT_PENDING
    return bool(is_ordered) and (record.due_at is None or now < record.due_at)


def _appointment_in(record: Record) -> Appointment:
    assert record.body is not None, "A record that stands has a body."
    body = msgspec.json.decode(record.body, type=AppointmentBody)
    return Appointment(
        appointment_id=str(record.record_id),
        status=body.status,
        starts_at=body.starts_at,
        time_zone=body.time_zone,
        title=body.title,
        place=body.location,
    )
