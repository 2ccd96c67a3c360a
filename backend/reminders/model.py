"""What a person is reminded of, and what they asked to be reminded of."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta

from backend.kernel.values import (
    CLIENT,
    READ_ONLY,
    Body,
    EntryBody,
    FreeText,
    Instant,
    Label,
    Sensitive,
    TimeZone,
)

LEADS_MAX = 5
# Four weeks before.
LEAD_MINUTES_MAX = 40_320
PHONES_MAX = 50

UNION = Meta(extra={"merge": "union"})

Kind = Literal["appointment", "vaccine", "screening", "examination", "check", "own"]
ReminderState = Literal[
    "planned", "taken", "sent", "seen", "done", "snoozed", "dismissed", "cancelled"
]
RecurrenceRule = Annotated[
    str,
    Meta(
        max_length=300,
        description="RFC 5545, such as FREQ=DAILY;BYHOUR=8,20. FREQ is DAILY, WEEKLY, MONTHLY or "
        "YEARLY; seconds, weeks and days of the year are not taken.",
    ),
]
Word = Annotated[str, Meta(max_length=200)]
Sentence = Annotated[str, Meta(max_length=4000)]


class Words(Body, frozen=True, kw_only=True):
    """One text in French and in English."""

    fr: Sentence
    en: Sentence


class Reminder(Body, frozen=True, kw_only=True):
    """One planned notification: the server plans it, a phone rings it and answers.

    `subject` and `occurrence` say what it is for; the record's identifier follows
    from them. Each of `lead_minutes` is a ring so long before `due_at`, a negative
    one after it; without any it is shown and does not ring. A phone that rings by
    itself adds its device to `taken_by`.

    Source: FHIR CommunicationRequest; docs/decisions/0030-reminders-are-records.md.
    """

    kind: Annotated[Kind, READ_ONLY]
    subject: Annotated[Word, READ_ONLY]
    occurrence: Annotated[Word, READ_ONLY]
    due_at: Annotated[Instant, READ_ONLY]
    time_zone: Annotated[TimeZone, READ_ONLY]
    lead_minutes: Annotated[tuple[int, ...], READ_ONLY] = ()
    title: Annotated[Words, READ_ONLY]
    why: Annotated[Words, READ_ONLY]
    text_key: Annotated[Word, READ_ONLY]
    source: Annotated[Sentence | None, READ_ONLY] = None
    status: Annotated[
        Word | None, READ_ONLY, Meta(description="not-yet, due, overdue or unknown.")
    ] = None
    level: Annotated[
        Word | None,
        READ_ONLY,
        Meta(description="mandatory, recommended, risk, optional or pending."),
    ] = None
    earliest_on: Annotated[date | None, READ_ONLY] = None
    due_on: Annotated[date | None, READ_ONLY] = None
    latest_on: Annotated[date | None, READ_ONLY] = None
    must_confirm: Annotated[
        bool, READ_ONLY, Meta(description="To be confirmed with a professional.")
    ] = False
    state: Annotated[ReminderState, CLIENT]
    taken_by: Annotated[tuple[UUID, ...], Meta(max_length=PHONES_MAX), UNION] = ()
    snoozed_until: Annotated[Instant | None, CLIENT] = None


class ReminderRule(EntryBody, frozen=True, kw_only=True):
    """Something that a person wants to be reminded of, once or again and again.

    It rings at the hours of `time_zone`: a daily eight o'clock stays at eight when
    the clocks change. `starts_at` gives the first day and the hour.

    Source: RFC 5545, 3.3.10.
    """

    title: Label
    starts_at: Instant
    time_zone: TimeZone
    rrule: RecurrenceRule | None = None
    lead_minutes: Annotated[
        tuple[Annotated[int, Meta(ge=0, le=LEAD_MINUTES_MAX)], ...], Meta(max_length=LEADS_MAX)
    ] = (0,)
    ends_at: Instant | None = None
    comment: FreeText | None = None
    sensitive: Sensitive = ()
