"""The sections of a record that a consent may name."""

from backend.access.model import SENSITIVE
from backend.access.reference import codes
from backend.access.rules.visibility import ACTS, PERSONAL
from sync.ports import Host


def known_sections(host: Host) -> frozenset[str]:
    """Return collections, types of document and sensitive sections."""
    return frozenset(host.collections) - ACTS - PERSONAL | SENSITIVE.keys() | codes().types.keys()
