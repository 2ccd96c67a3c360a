"""What preferences may say, what they mean for a reminder, and what a reader may take back."""

import unicodedata
from collections.abc import Container, Iterable
from datetime import datetime
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec

from backend.kernel.values import check_time_zone
from backend.preferences.errors import AddressUnprintable, ChannelUnreachable
from backend.preferences.limits import ADDRESS_LINE_CHARACTERS_MAX, ADDRESS_LINES_MAX
from backend.preferences.model import KINDS, Preferences
from notifications.core.quiet_hours import when_to_send
from notifications.core.reminder import ReminderKind
from notifications.core.zones import zone_or_none
from notifications.ports import ChannelName, Notice
from notifications.texts.postal import printable

Scope = Literal["kind", "all", "back"]
"""What a reader of a message chooses: none of this kind, none at all, or this kind again."""

_LINES_MIN = 2
# For a zone that was known when it was chosen, and that a later release of IANA dropped.
_UTC = ZoneInfo("UTC")


def checked(preferences: Preferences) -> Preferences:
    """Return preferences in the form that is kept: each kind and channel once.

    Raises:
        UnknownTimeZone: IANA lists no such zone.
        AddressUnprintable: The address has too many or too long lines, or
            characters that a letter cannot bear.
        ChannelUnreachable: A letter is chosen without an address.
    """
    check_time_zone(preferences.time_zone, pointer="/time_zone")
    address = tuple(_line(one) for one in preferences.postal_address)
    if address and not _LINES_MIN <= len(address) <= ADDRESS_LINES_MAX:
        raise AddressUnprintable(
            f"An address has {_LINES_MIN} to {ADDRESS_LINES_MAX} lines, the first is the name.",
            pointer="/postal_address",
        )
    is_letter_chosen = preferences.chose_channels and ChannelName.LETTER in preferences.channels
    if is_letter_chosen and not address:
        raise ChannelUnreachable("A letter needs an address.", pointer="/postal_address")
    return msgspec.structs.replace(
        preferences,
        kinds=tuple(kind for kind in KINDS if kind in preferences.kinds),
        channels=tuple(dict.fromkeys(preferences.channels)),
        postal_address=address,
    )


def channels_in_order(
    preferences: Preferences, reachable: Container[ChannelName]
) -> list[ChannelName]:
    """Return the ways to a person in the order in which they are tried.

    A letter that nobody has chosen is only for who is reached by nothing else.
    """
    found = [one for one in preferences.channels if one in reachable]
    if preferences.chose_channels or found == [ChannelName.LETTER]:
        return found
    return [one for one in found if one is not ChannelName.LETTER]


def send_at(notice: Notice, preferences: Preferences, now: datetime, *, is_own: bool) -> datetime:
    """Say when a reminder leaves, by the quiet hours of whoever gets it.

    Who asked for an hour within their own quiet hours is told at that hour: the
    tablet of ten in the evening is of no use at eight in the morning.
    """
    if is_own and notice.kind is ReminderKind.OWN:
        return notice.ring_at
    return when_to_send(
        notice.ring_at,
        notice.due_at,
        now=now,
        quiet=preferences.quiet_hours,
        zone=zone_or_none(preferences.time_zone) or _UTC,
        is_before=notice.kind is ReminderKind.APPOINTMENT,
    )


def after_choice(preferences: Preferences, kind: ReminderKind, scope: Scope) -> Preferences:
    """Return preferences after a reader has said "no more", or took it back."""
    kinds: Iterable[ReminderKind]
    if scope == "all":
        kinds = ()
    elif scope == "kind":
        kinds = (one for one in preferences.kinds if one is not kind)
    else:
        kinds = (one for one in KINDS if one is kind or one in preferences.kinds)
    return msgspec.structs.replace(preferences, kinds=tuple(kinds))


def _line(text: str) -> str:
    line = " ".join(unicodedata.normalize("NFC", text).split())
    if not line or len(line) > ADDRESS_LINE_CHARACTERS_MAX or not printable(line):
        raise AddressUnprintable(
            f"A line has from 1 to {ADDRESS_LINE_CHARACTERS_MAX} characters that can be printed.",
            pointer="/postal_address",
        )
    return line
