"""Putting the address book and the channels of a server together."""

import msgspec

from backend.kernel.carriers import Carriers
from backend.kernel.work import Office
from backend.preferences.directory import Bearings, PreferenceDirectory
from backend.preferences.letters import LetterChannel
from backend.preferences.senders import ServerKeys, contact_of
from backend.settings import Settings
from notifications.channels.written import WrittenChannel
from notifications.ports import Channel, ChannelName, Directory

# The contract of the SMS gateway has an idempotency key; SMTP has none, nor has a file.
_REPEATS_SAFELY = frozenset({ChannelName.SMS})


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """How people are told: where they prefer it, and by what it goes."""

    directory: Directory
    channels: tuple[Channel, ...]


def open_told(settings: Settings, office: Office, carriers: Carriers) -> Told:
    """Open every channel that this server has."""
    written = [
        name for name in (ChannelName.SMS, ChannelName.EMAIL) if name.value in carriers.by_channel
    ]
    served = frozenset({*written, ChannelName.PUSH, ChannelName.LETTER})
    directory = PreferenceDirectory(
        office,
        Bearings(time_zone=settings.time_zone, public_url=settings.public_url, served=served),
    )
    channels: list[Channel] = [
        WrittenChannel(
            name,
            carriers.by_channel[name.value],
            repeats_safely=carriers.leave and name in _REPEATS_SAFELY,
        )
        for name in written
    ]
    channels += [_push(settings, office, carriers, directory), LetterChannel(office, carriers)]
    return Told(directory=directory, channels=tuple(channels))


def _push(
    settings: Settings, office: Office, carriers: Carriers, directory: PreferenceDirectory
) -> Channel:
    if carriers.client is None:
        file = carriers.by_channel[ChannelName.PUSH.value]
        return WrittenChannel(ChannelName.PUSH, file, repeats_safely=False)
    # Loaded where messages leave: its client takes a tenth of a start.
    from notifications.channels.push import PushChannel

    keys = ServerKeys(office.keys.provider, contact_of(settings))
    return PushChannel(carriers.client, keys, directory.forget, clock=office.clock)
