"""The calendar that this server plans by, with the campaigns of the year."""

from datetime import date
from functools import cache
from pathlib import Path

from backend.prevention.facts import COLLECTIONS, Records, recommender, tells
from backend.prevention.familiar import familiar
from backend.reminders.facts import Reads
from backend.settings import NO_CALENDAR, Settings, SettingsInvalid
from notifications import calendars
from notifications.core.pack import Pack
from notifications.core.pack_decode import (
    Campaigns,
    PackInvalid,
    decode_campaigns,
    with_campaigns,
)
from notifications.core.recommendation import Plan


def open_calendar(name: str) -> Pack:
    """Return a calendar by its country or its folder.

    Raises:
        SettingsInvalid: There is none, it cannot be read, or it has faults.
    """
    try:
        if name in calendars.countries():
            return calendars.load(name)
        if Path(name).is_dir():
            return calendars.load_folder(Path(name))
    except (PackInvalid, OSError) as fault:
        raise SettingsInvalid(
            f"The calendar of CARNET_CALENDAR may not be used. {_why(fault)} "
            "`carnet calendar check FOLDER` says it whole."
        ) from None
    known = ", ".join(calendars.countries())
    raise SettingsInvalid(
        f"CARNET_CALENDAR is {name!r}: name one of {known}, a folder, or none to advise nothing."
    )


def open_campaigns(file: Path) -> Campaigns:
    """Return the campaigns of a file.

    Raises:
        SettingsInvalid: It cannot be read.
    """
    try:
        return decode_campaigns(file.read_bytes())
    except (PackInvalid, OSError) as fault:
        raise SettingsInvalid(
            f"The file of CARNET_CAMPAIGNS may not be used. {_why(fault)}"
        ) from None


def reads_of(settings: Settings, campaigns: Campaigns | None = None) -> Reads:
    """Say from what people's plans follow; *campaigns* where the settings name none.

    Raises:
        SettingsInvalid: The calendar or the campaigns of the settings may not be used.
    """
    if settings.calendar == NO_CALENDAR:
        return Reads(time_zone=settings.time_zone)
    if settings.campaigns_file is not None:
        campaigns = open_campaigns(settings.campaigns_file)
    opened = cache(lambda: recommender(_pack_of(settings, campaigns)))
    if settings.calendar not in calendars.countries() or campaigns is not None:
        opened()  # What somebody here has written is checked before anybody is served.

    def recommend(records: Records, on: date) -> Plan | None:
        return opened()(records, on)

    return Reads(
        time_zone=settings.time_zone,
        facts=COLLECTIONS,
        recommend=recommend,
        tells=tells,
        familiar=familiar,
    )


def _pack_of(settings: Settings, campaigns: Campaigns | None) -> Pack:
    pack = open_calendar(settings.calendar)
    if campaigns is None:
        return pack
    try:
        return with_campaigns(pack, campaigns)
    except PackInvalid as fault:
        raise SettingsInvalid(
            f"The campaigns do not fit the calendar of CARNET_CALENDAR. {_why(fault)}"
        ) from None


def _why(fault: Exception) -> str:
    if isinstance(fault, PackInvalid):
        return " ".join(fault.faults[:3])
    return f"It cannot be read: {getattr(fault, 'strerror', fault)}."
