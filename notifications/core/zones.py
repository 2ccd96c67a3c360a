"""Time zones by their IANA names; any other text is none, and looks for no file."""

from functools import cache
from zoneinfo import ZoneInfo, available_timezones

# "localtime" means the zone of this machine, which says nothing to a person.
_NOT_PLACES = frozenset({"localtime", "Factory"})


def zone_or_none(name: str) -> ZoneInfo | None:
    """Return a zone, or None where IANA lists no such name."""
    return ZoneInfo(name) if name in _names() else None


@cache
def _names() -> frozenset[str]:
    return frozenset(available_timezones() - _NOT_PLACES)
