"""What the record tells the planner of one person."""

from collections.abc import Callable, Collection, Mapping, Sequence
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
_OWN = frozenset({_AGENDA, REMINDER_RULES, REMINDERS})


class Reads(msgspec.Struct, frozen=True, kw_only=True):
    """From what plans follow: collections, a calendar, and the zone of whoever says none."""

    time_zone: str
    facts: frozenset[str] = frozenset()
    """The collections that the calendar is told."""
    recommend: Recommender | None = None
    tells: Callable[[Record], bool] | None = None
    """Which records of those collections tell it anything; None for all."""

    @property
    def held(self) -> frozenset[str]:
        """The collections that planning reads."""
        return _OWN | self.facts

    def follows_from(self, record: Record) -> bool:
        """Say whether a change of a record makes a plan due: who may see it decides too."""
        if record.collection in _OWN | ACTS:
            return True
        return record.collection in self.facts and (self.tells is None or self.tells(record))


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """What a calendar says of some records, and what it would say without some of them."""

    records: tuple[Record, ...]
    on: date
    recommend: Recommender | None
    plan: Plan | None

    def subjects(self) -> frozenset[str]:
        """Name what is recommended."""
        return frozenset(map(_subject, () if self.plan is None else self.plan.recommendations))

    def only_with(self, hidden: Collection[UUID]) -> frozenset[str]:
        """Name what would not be said, or not in these words, without some of the records."""
        rest = [record for record in self.records if record.record_id not in hidden]
        if self.plan is None or self.recommend is None or len(rest) == len(self.records):
            return frozenset()
        without = self.recommend(_by_collection(rest), self.on)
        said = set() if without is None else set(map(_said, without.recommendations))
        return frozenset(
            _subject(one) for one in self.plan.recommendations if _said(one) not in said
        )


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What is told of a person, and from whom each subject of it is to be kept.

    `families` are the records with which a subject is masked, `flags` the orders
    and sections that it takes over.
    """

    told: Told
    said: Said
    flags: Mapping[str, int]
    families: Mapping[str, UUID]


def known_of(records: Sequence[Record], reads: Reads, now: datetime) -> Known:
    """Say what the planner is told of a person."""
    # What is to be told in person first must not be told by a reminder.
    open_ones = [record for record in records if not _is_pending(record, now)]
    appointments = named(open_ones, _AGENDA)
    rules = named(open_ones, REMINDER_RULES)
    said = _said_of([r for r in open_ones if r.collection in reads.facts], reads, now)
    sources = (*appointments, *rules)
    return Known(
        told=Told(
            time_zone=reads.time_zone,
            appointments=tuple(map(_appointment_in, appointments)),
            rules=tuple(map(rule_in, rules)),
            plan=said.plan,
        ),
        said=said,
        flags=_hidden(said) | {str(record.record_id): record.flags & COPIED for record in sources},
        families={str(record.record_id): record.family for record in sources},
    )


def _said_of(records: Sequence[Record], reads: Reads, now: datetime) -> Said:
    on = day_of(now, zone_of(reads.time_zone))
    plan = None if reads.recommend is None else reads.recommend(_by_collection(records), on)
    return Said(records=tuple(records), on=on, recommend=reads.recommend, plan=plan)


def _hidden(said: Said) -> dict[str, int]:
    """Return the flags of what would not be said without the records that have them.

    A vaccine that is due because of an illness tells of that illness: whoever may
    not know the one is not reminded of the other.
    """
    hidden: dict[str, int] = {}
    for flag in Confidentiality(COPIED):
        flagged = {record.record_id for record in said.records if record.flags & flag}
        for subject in said.only_with(flagged):
            hidden[subject] = hidden.get(subject, 0) | flag.value
    return hidden


def _subject(one: Recommendation) -> str:
    return f"{one.item}#{one.step}"


def _said(one: Recommendation) -> Recommendation:
    """Return what a recommendation says, whatever it counts."""
    return msgspec.structs.replace(one, done_by=())


def _by_collection(records: Sequence[Record]) -> dict[str, list[Record]]:
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
