"""The calendars that ship: a folder of data files for each country."""

from functools import cache
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from notifications.core.pack import Pack
from notifications.core.pack_decode import decode_pack


class NoSuchCalendar(LookupError):
    """No calendar of that country ships."""


def countries() -> tuple[str, ...]:
    """Return the codes of the countries whose calendars ship."""
    folder = resources.files(__name__)
    return tuple(sorted(one.name for one in folder.iterdir() if (one / "calendar.toml").is_file()))


@cache
def load(country: str) -> Pack:
    """Return the calendar of a country; it is read once.

    Raises:
        NoSuchCalendar: None of that country ships.
        PackInvalid: It has a fault, which is a bug of ours.
    """
    if country not in countries():
        raise NoSuchCalendar(
            f"There is no calendar {country!r}: there are {', '.join(countries())}."
        )
    return decode_pack(files_of(resources.files(__name__) / country))


def load_folder(folder: Path) -> Pack:
    """Return the calendar that a folder holds.

    Raises:
        PackInvalid: It has a fault.
        OSError: It cannot be read.
    """
    return decode_pack(files_of(folder))


def files_of(folder: Traversable) -> dict[str, bytes]:
    """Return the bytes of the files of a pack, by their names."""
    return {one.name: one.read_bytes() for one in folder.iterdir() if one.name.endswith(".toml")}
