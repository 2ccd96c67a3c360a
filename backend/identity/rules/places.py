"""Where a request comes from, as counters see it."""

from ipaddress import IPv6Address, IPv6Network, ip_address

_SIXTY_FOUR = 64


def network_of(address: str) -> str:
    """Return what counters call an address: itself, or the /64 of an IPv6 address.

    One household holds a whole /64, and could draw a new address for each try.
    Whatever is no address (a Unix socket, a test) counts as one place.
    """
    try:
        parsed = ip_address(address)
    except ValueError:
        return "unknown"
    if not isinstance(parsed, IPv6Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(IPv6Network((int(parsed) >> _SIXTY_FOUR << _SIXTY_FOUR, _SIXTY_FOUR)))
