"""Between a reminder as a record and a reminder as the planner knows it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec

from backend.reminders import model
from notifications.core.appointments import OwnRule
from notifications.core.reminder import Reminder, ReminderKind, State, Wanted
from notifications.core.text import Text
from sync.storage.port import Record

_OF_WANTED = frozenset(Wanted.__struct_fields__)


def fields_of(reminder: Reminder) -> dict[str, Any]:
    """Return a reminder as the fields of its record."""
    wanted = reminder.wanted
    body = model.Reminder(
        kind=wanted.kind.value,
        title=_words(wanted.title),
        why=_words(wanted.why),
        state=reminder.state.value,
        taken_by=reminder.taken_by,
        snoozed_until=reminder.snoozed_until,
        **{name: getattr(wanted, name) for name in _OF_WANTED - {"kind", "title", "why"}},
    )
    fields: dict[str, Any] = msgspec.to_builtins(body)
    return fields


def reminder_in(record: Record) -> Reminder:
    """Read a reminder from its record."""
    assert record.body is not None, "A record that stands has a body."
    return reminder_of(record.record_id, msgspec.json.decode(record.body, type=model.Reminder))


def reminder_of(record_id: UUID, body: model.Reminder) -> Reminder:
    """Read a reminder from the body of its record."""
    return Reminder(
        reminder_id=record_id,
        wanted=Wanted(
            kind=ReminderKind(body.kind),
            title=_text(body.title),
            why=_text(body.why),
            **{name: getattr(body, name) for name in _OF_WANTED - {"kind", "title", "why"}},
        ),
        state=State(body.state),
        taken_by=body.taken_by,
        snoozed_until=body.snoozed_until,
    )


def place_of(one: Reminder) -> tuple[datetime, str, str, str]:
    """Return by what reminders are put in order.

    Their identifiers are of chance, and what moves first in a feed must not be.
    """
    wanted = one.wanted
    return wanted.due_at, wanted.kind.value, wanted.subject, wanted.occurrence


def rule_in(record: Record) -> OwnRule:
    """Read a person's own rule from its record."""
    assert record.body is not None, "A record that stands has a body."
    body = msgspec.json.decode(record.body, type=model.ReminderRule)
    return OwnRule(
        rule_id=str(record.record_id),
        title=body.title,
        starts_at=body.starts_at,
        time_zone=body.time_zone,
        rrule=body.rrule,
        lead_minutes=body.lead_minutes,
        ends_at=body.ends_at,
        comment=body.comment,
    )


def named(records: Iterable[Record], collection: str) -> list[Record]:
    """Return the records of one collection."""
    return [record for record in records if record.collection == collection]


def _words(text: Text) -> model.Words:
    return model.Words(fr=text.fr, en=text.en)


def _text(words: model.Words) -> Text:
    return Text(fr=words.fr, en=words.en)
