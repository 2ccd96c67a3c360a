"""What leaves by a link, and what each event is called there from one answer to the next.

Source: RFC 5545, 3.8.7.4 (SEQUENCE), 3.8.4.7 (UID); docs/decisions/0034-agenda-feed.md.
"""

import hashlib
import hmac
import unicodedata
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from uuid import UUID

import msgspec

from backend.agenda.feed.limits import AHEAD, BEHIND, EVENTS_MAX, GONE_SHOWN
from backend.agenda.feed.model import (
    Event,
    Memory,
    Options,
    Plan,
    Said,
    Seen,
    Span,
    Status,
    Visit,
    Words,
)

_FINGERPRINT_BYTES = 16
_STATUS = {"proposed": Status.TENTATIVE, "cancelled": Status.CANCELLED}
# Controls, halves of characters, and what turns the direction of a line around.
_UNWRITTEN = frozenset({"Cc", "Cs"})
_TURNING = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def in_view(visits: Collection[Visit], now: datetime) -> list[Visit]:
    """Choose what a calendar shows: the next appointments first, then those just over.

    It depends on the day and not on the hour, so that an answer stands for a day.
    """
    today = _day_of(now)
    near = [
        visit
        for visit in visits
        if today - BEHIND <= _span_of(visit).over_at and visit.body.starts_at < today + AHEAD
    ]
    next_ones = [visit for visit in near if _span_of(visit).over_at >= today]
    last_ones = [visit for visit in near if _span_of(visit).over_at < today]
    next_ones.sort(key=_order)
    last_ones.sort(key=_order, reverse=True)
    return [*next_ones, *last_ones][:EVENTS_MAX]


def said_of(visit: Visit, options: Options, words: Words) -> Said:
    """Say of an appointment what may leave.

    Neither what it is for, nor with whom, nor where, unless its titles are shown; of
    what belongs to a sensitive section never; what was noted beside it never.
    """
    body = visit.body
    status = _STATUS.get(body.status, Status.CONFIRMED)
    is_neutral = options.titles == "neutral" or visit.is_sensitive
    title = words.appointment if is_neutral else written(body.title) or words.appointment
    summary = words.cancelled.format(title=title) if status is Status.CANCELLED else title
    if is_neutral:
        return Said(span=_span_of(visit), status=status, summary=summary)
    who = (written(one) for one in (body.practitioner, body.specialty) if one is not None)
    return Said(
        span=_span_of(visit),
        status=status,
        summary=summary,
        location=written(body.location or "") or None,
        description=", ".join(one for one in who if one) or None,
    )


def gone(seen: Seen, words: Words) -> Said:
    """Say of what is no longer to be seen that it is off, and nothing else of it."""
    summary = words.cancelled.format(title=words.appointment)
    return Said(span=seen.span, status=Status.CANCELLED, summary=summary)


def renewed(
    memory: Memory, said: Mapping[UUID, Said], visible: Collection[UUID], now: datetime
) -> Memory:
    """Bring what is remembered up to date with what is to be said now.

    Args:
        memory: What was shown so far.
        said: What is shown now.
        visible: Every appointment that is still to be seen, shown or not: one that is
            only too far away is dropped without a word, any other is gone.
        now: The instant of this answer.

    Returns:
        An equal memory when nothing is new. A sequence never goes back.
    """
    at = now.replace(microsecond=0)
    after = {
        record_id: _next(memory.seen.get(record_id), one, memory.floor, at)
        for record_id, one in said.items()
    }
    floor, ended = memory.floor, list[tuple[UUID, Seen]]()
    for record_id, before in memory.seen.items():
        if record_id in after:
            continue
        left = None if record_id in visible else _gone(before, at)
        if left is None:
            floor = max(floor, before.sequence + 1)
        else:
            ended.append((record_id, left))
    ended.sort(key=lambda pair: (pair[1].gone_at or at, pair[0]), reverse=True)
    after.update(ended[:EVENTS_MAX])
    floor = max([floor, *(one.sequence + 1 for _, one in ended[EVENTS_MAX:])])
    return msgspec.structs.replace(memory, seen=after, floor=floor)


def events_of(
    memory: Memory, said: Mapping[UUID, Said], words: Words, secret: bytes
) -> tuple[Event, ...]:
    """Put together the events of a calendar, by their time.

    Args:
        memory: What is remembered, up to date.
        said: What is shown of those that are not gone.
        words: For those that are gone.
        secret: Of this link alone; from it and a record follows the name of an event.
    """
    events = [
        Event(
            uid=uid_of(secret, record_id),
            sequence=seen.sequence,
            changed_at=seen.changed_at,
            said=said.get(record_id) or gone(seen, words),
        )
        for record_id, seen in memory.seen.items()
    ]
    return tuple(sorted(events, key=lambda one: (one.said.span.starts_at, one.uid)))


def uid_of(secret: bytes, record_id: UUID) -> str:
    """Name an event: always alike behind one link, and telling nothing of the record.

    Source: RFC 7986, 5.3: a UID is a UUID, and carries nothing about anybody.
    """
    digest = hmac.digest(secret, record_id.bytes, hashlib.sha256)
    return str(UUID(bytes=digest[:16], version=4))


def tag_of(plan: Plan, form: bytes) -> str:
    """Return the tag of an answer: it follows from what the answer says, and from nothing else."""
    return hashlib.sha256(form + msgspec.msgpack.encode(plan)).hexdigest()[:32]


def told(memory: Memory, tag: str, now: datetime) -> Memory:
    """Note that the journal says who was shown this today.

    Returns:
        An equal memory when the journal says it already: it does once a day, and
        whenever something else leaves. Whoever reads by a link may be anybody.
    """
    day = now.toordinal()
    if (memory.told_on, memory.told_tag) == (day, tag):
        return memory
    return msgspec.structs.replace(memory, told_on=day, told_tag=tag)


def written(text: str) -> str:
    """Write a text on one line, without what is not meant to be read."""
    kept = (
        " " if unicodedata.category(one) in _UNWRITTEN else one
        for one in text
        if one not in _TURNING
    )
    return " ".join("".join(kept).split())


def _next(before: Seen | None, said: Said, floor: int, at: datetime) -> Seen:
    fingerprint = hashlib.sha256(msgspec.msgpack.encode(said)).digest()[:_FINGERPRINT_BYTES]
    if before is None:
        return Seen(floor, at, fingerprint, said.span)
    if before.gone_at is None and before.fingerprint == fingerprint:
        return before
    return Seen(before.sequence + 1, at, fingerprint, said.span)


def _gone(before: Seen, at: datetime) -> Seen | None:
    """Return what is remembered of an event that is gone; None once that is long ago."""
    if before.gone_at is None:
        return msgspec.structs.replace(
            before, sequence=before.sequence + 1, changed_at=at, gone_at=at
        )
    return before if _day_of(at) - _day_of(before.gone_at) < GONE_SHOWN else None


def _span_of(visit: Visit) -> Span:
    body = visit.body
    starts_at = body.starts_at.astimezone(UTC).replace(microsecond=0)
    ends_at = None if body.ends_at is None else body.ends_at.astimezone(UTC).replace(microsecond=0)
    return Span(starts_at, ends_at, body.time_zone)


def _order(visit: Visit) -> tuple[datetime, UUID]:
    return visit.body.starts_at, visit.record_id


def _day_of(instant: datetime) -> datetime:
    return instant - timedelta(
        hours=instant.hour,
        minutes=instant.minute,
        seconds=instant.second,
        microseconds=instant.microsecond,
    )
