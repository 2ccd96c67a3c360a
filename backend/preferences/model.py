"""How one account wants to be reminded about one space, and where its phones are reached."""

from uuid import UUID

import msgspec

from notifications.core.quiet_hours import QuietHours
from notifications.core.reminder import ReminderKind
from notifications.ports import ChannelName

KINDS = tuple(ReminderKind)
CHANNELS = (ChannelName.PUSH, ChannelName.SMS, ChannelName.EMAIL, ChannelName.LETTER)
"""The order of who has said nothing: an SMS where there is no push, a letter where nothing else."""


class Preferences(msgspec.Struct, frozen=True, kw_only=True):
    """What a person has chosen, or the defaults.

    `kinds` are those that are reminded of, `channels` the ways in their order.
    `quiet_hours` None is for who may be disturbed at any hour. `postal_address`
    is who and where, line by line, as on an envelope. `chose_channels` is False
    while nobody has: a letter is then only for who has no other way.
    """

    time_zone: str
    language: str
    kinds: tuple[ReminderKind, ...] = KINDS
    channels: tuple[ChannelName, ...] = CHANNELS
    quiet_hours: QuietHours | None = QuietHours()
    postal_address: tuple[str, ...] = ()
    chose_channels: bool = False


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """Preferences as stored; None while nobody has chosen. `link_version` numbers the links."""

    preferences: Preferences | None = None
    link_version: int = 0


class Change(msgspec.Struct, frozen=True, kw_only=True):
    """What is wanted, and the tag of what it was made from."""

    wanted: Preferences
    if_match: str


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """Preferences as they stand, and by what the person is reached today."""

    space_id: UUID
    preferences: Preferences
    reached_by: tuple[ChannelName, ...]


class Subscription(msgspec.Struct, frozen=True, kw_only=True):
    """A phone's address at its push service, with its keys. Kept sealed.

    `sender` is the public half of the key of this server that it was made for.
    """

    endpoint: str
    public: str
    auth: str
    sender: str


class Subscribed(msgspec.Struct, frozen=True, kw_only=True):
    """A subscription as stored, opened."""

    subscription_id: UUID
    device_id: UUID
    subscription: Subscription


class Link(msgspec.Struct, frozen=True, kw_only=True):
    """What the address in a message leads to: one party's reminders of one kind, in one space."""

    space_id: UUID
    party_id: UUID
    kind: str
    link_version: int


class Reached(msgspec.Struct, frozen=True, kw_only=True):
    """Everything by which one party is reached about one space."""

    role: str
    preferences: Preferences
    phone: str | None
    email: str | None
    subscriptions: tuple[Subscribed, ...] = ()


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What the reader of a message is shown: whether such reminders are on, and any at all."""

    language: str
    is_kind_on: bool
    is_any_on: bool
