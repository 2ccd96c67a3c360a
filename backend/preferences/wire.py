"""What is sent and answered about how one is reminded."""

from datetime import time
from typing import Annotated, Literal
from uuid import UUID

from msgspec import Meta, Struct

from backend.identity.wire import Wire
from backend.preferences.limits import ADDRESS_LINE_CHARACTERS_MAX, ADDRESS_LINES_MAX
from backend.preferences.model import CHANNELS, Choice, Preferences
from notifications.channels.push_hosts import ENDPOINT_CHARACTERS_MAX
from notifications.core.quiet_hours import QuietHours
from notifications.core.reminder import ReminderKind
from notifications.ports import ChannelName

_KEY_CHARACTERS_MAX = 200

TimeOfDay = Annotated[
    str, Meta(pattern=r"^(?:[01][0-9]|2[0-3]):[0-5][0-9]$(?!\n)", examples=["21:00"])
]
PushKey = Annotated[str, Meta(max_length=_KEY_CHARACTERS_MAX)]


class QuietTimes(Wire, frozen=True, kw_only=True):
    """From when to when nothing rings, by the clock of the person's zone."""

    starts: TimeOfDay
    ends: TimeOfDay


class PreferenceFields(Wire, frozen=True, kw_only=True):
    """What is reminded of, by what, and when not.

    `channels` are tried in their order. `quiet_hours` null is for who may be
    disturbed at any hour. `postal_address` is who and where, line by line.
    """

    kinds: Annotated[list[ReminderKind], Meta(max_length=len(ReminderKind))]
    channels: Annotated[list[ChannelName], Meta(max_length=len(ChannelName))]
    quiet_hours: QuietTimes | None
    time_zone: Annotated[str, Meta(max_length=64, examples=["Europe/Paris"])]
    language: Literal["fr", "en"]
    postal_address: Annotated[
        list[Annotated[str, Meta(max_length=2 * ADDRESS_LINE_CHARACTERS_MAX)]],
        Meta(max_length=2 * ADDRESS_LINES_MAX),
    ] = []


class PreferenceView(Struct, frozen=True, kw_only=True):
    """How one is reminded about a space. `reached_by`: the ways that lead to one today."""

    space_id: UUID
    kinds: list[ReminderKind]
    channels: list[ChannelName]
    quiet_hours: QuietTimes | None
    time_zone: str
    language: str
    postal_address: list[str]
    reached_by: list[ChannelName]


class SubscriptionKeys(Wire, frozen=True, kw_only=True):
    """The keys of a subscription, as a browser writes them."""

    p256dh: PushKey
    auth: PushKey


class SubscriptionRequest(
    Wire, frozen=True, kw_only=True, rename={"expiration_time": "expirationTime"}
):
    """A `PushSubscription` of a browser, as its `toJSON` gives it.

    `application_server_key` is the key that it was made for; left out, it is the
    one that this server has now.
    """

    endpoint: Annotated[str, Meta(max_length=ENDPOINT_CHARACTERS_MAX)]
    keys: SubscriptionKeys
    expiration_time: float | None = None
    application_server_key: PushKey | None = None


class SubscriptionView(Struct, frozen=True, kw_only=True):
    """A subscription that is kept."""

    subscription_id: UUID


class PushKeyView(Struct, frozen=True, kw_only=True):
    """The key to subscribe for: `applicationServerKey`, base64url."""

    application_server_key: str


def preferences_of(data: PreferenceFields) -> Preferences:
    """Read what somebody chooses."""
    quiet, channels = data.quiet_hours, tuple(data.channels)
    return Preferences(
        time_zone=data.time_zone,
        language=data.language,
        kinds=tuple(data.kinds),
        channels=channels,
        quiet_hours=None
        if quiet is None
        else QuietHours(
            starts=time.fromisoformat(quiet.starts), ends=time.fromisoformat(quiet.ends)
        ),
        postal_address=tuple(data.postal_address),
        chose_channels=channels != CHANNELS,
    )


def view_of(choice: Choice) -> PreferenceView:
    """Show what somebody has chosen."""
    chosen = choice.preferences
    quiet = chosen.quiet_hours
    return PreferenceView(
        space_id=choice.space_id,
        kinds=list(chosen.kinds),
        channels=list(chosen.channels),
        quiet_hours=None
        if quiet is None
        else QuietTimes(starts=f"{quiet.starts:%H:%M}", ends=f"{quiet.ends:%H:%M}"),
        time_zone=chosen.time_zone,
        language=chosen.language,
        postal_address=list(chosen.postal_address),
        reached_by=list(choice.reached_by),
    )
