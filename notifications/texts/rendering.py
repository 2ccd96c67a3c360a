"""From one ring of a reminder to the words that leave: they say nothing of what it is about."""

from datetime import UTC, datetime, tzinfo

import msgspec

from notifications.core.reminder import ReminderKind
from notifications.core.zones import zone_or_none
from notifications.ports import ChannelName, Notice
from notifications.texts.catalogue import Frame, Wording, catalogue, language_served
from notifications.texts.sms import plain


class Reader(msgspec.Struct, frozen=True, kw_only=True):
    """For whom a text is written. `stop_url` is where they say "no more"."""

    language: str = "fr"
    is_helper: bool = False
    stop_url: str | None = None


class Words(msgspec.Struct, frozen=True, kw_only=True):
    """What is sent."""

    subject: str
    text: str


def render(notice: Notice, channel: ChannelName, reader: Reader) -> Words:
    """Write what leaves by one channel.

    Of the notice, nothing but the day and the time of an appointment enters; where
    its zone is unknown, not even they: a wrong time is worse than none.
    """
    language = language_served(reader.language)
    frame = catalogue().frame[language]
    zone = zone_or_none(notice.time_zone)
    kind = notice.kind if zone is not None else ReminderKind.OWN
    wording = wording_of(kind, language, is_helper=reader.is_helper)
    day, time = _day_and_time(notice.due_at, zone or UTC, frame)
    form = {
        ChannelName.SMS: wording.sms,
        ChannelName.LETTER: wording.letter,
        ChannelName.EMAIL: wording.line,
        ChannelName.PUSH: wording.line,
    }[channel]
    text = form.format(day=day, time=time) + _stop(channel, frame, reader.stop_url)
    return Words(subject=wording.subject, text=plain(text) if channel is ChannelName.SMS else text)


def wording_of(kind: ReminderKind, language: str, *, is_helper: bool) -> Wording:
    """Return the texts of a kind of reminder."""
    known = catalogue()
    return known.text[known.kinds[kind]]["helped" if is_helper else "own"][language]


def _stop(channel: ChannelName, frame: Frame, url: str | None) -> str:
    if url is None or channel is ChannelName.PUSH:
        return ""  # A push opens the app, where it is turned off.
    if channel is ChannelName.SMS:
        return frame.stop_sms.format(stop=url)
    form = frame.stop_email if channel is ChannelName.EMAIL else frame.stop_letter
    return "\n\n" + form.format(stop=url)


def _day_and_time(at: datetime, zone: tzinfo, frame: Frame) -> tuple[str, str]:
    local = at.astimezone(zone)
    day = frame.day.format(
        weekday=frame.weekdays[local.weekday()],
        day=frame.first_day if local.day == 1 else local.day,
        month=frame.months[local.month - 1],
    )
    return day, frame.time.format(hour=local.hour, minute=f"{local.minute:02d}")
