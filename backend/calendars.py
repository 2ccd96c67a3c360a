"""The calendar that this server plans by, with the campaigns of the year."""

from pathlib import Path

import msgspec

from backend.prevention.facts import COLLECTIONS, recommender
from backend.prevention.knowledge import knowledge_of
from backend.reminders.facts import Reads
from backend.settings import Settings, SettingsInvalid
from notifications import calendars
from notifications.core.pack import Pack
from notifications.core.pack_decode import PackInvalid, with_campaigns


def open_calendar(name: str, campaigns: Path | None) -> Pack:
    """Return a calendar by its country or its folder, with the campaigns of a file.

    Raises:
        SettingsInvalid: There is none, it cannot be read, or it has faults.
    """
    try:
        if name in calendars.countries():
            pack = calendars.load(name)
        elif Path(name).is_dir():
            pack = calendars.load_folder(Path(name))
        else:
            known = ", ".join(calendars.countries())
            raise SettingsInvalid(f"CARNET_CALENDAR is {name!r}: name one of {known}, or a folder.")
    except (PackInvalid, OSError) as fault:
        raise SettingsInvalid(
            f"The calendar of CARNET_CALENDAR may not be used. {_why(fault)} "
            "`carnet calendar check FOLDER` says it whole."
        ) from None
    if campaigns is None:
        return pack
    try:
        return with_campaigns(pack, campaigns.read_bytes())
    except (PackInvalid, OSError) as fault:
        raise SettingsInvalid(
            f"The file of CARNET_CAMPAIGNS may not be used. {_why(fault)}"
        ) from None


def reads_of(settings: Settings) -> Reads:
    """Say from what people's plans follow.

    Raises:
        SettingsInvalid: The calendar of the settings may not be used.
    """
    pack = open_calendar(settings.calendar, settings.campaigns_file)
    knowledge = knowledge_of(pack, products=pack.products.product, items=pack.vaccines.vaccine)
    reads = Reads(time_zone=settings.time_zone)
    return msgspec.structs.replace(reads, facts=COLLECTIONS, recommend=recommender(pack, knowledge))


def _why(fault: Exception) -> str:
    if isinstance(fault, PackInvalid):
        return " ".join(fault.faults[:3])
    return f"It cannot be read: {getattr(fault, 'strerror', fault)}."
