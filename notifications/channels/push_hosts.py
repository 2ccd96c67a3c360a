"""Which addresses a push subscription may lead to: those of known push services, and no other.

Source: docs/decisions/0032-one-way-to-send.md.
"""

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files
from urllib.parse import urlsplit

import msgspec

ENDPOINT_CHARACTERS_MAX = 2_000
HTTPS_PORT = 443

_PRINTABLE = re.compile(r"[!-~]+")
_HOST = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")


class EndpointRefused(ValueError):
    """An address that no known push service has."""


class PushHost(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One push service: its host name, or with a leading dot all under it; whose; and who says."""

    name: str
    whose: str
    source: str


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    host: list[PushHost]


@cache
def known_hosts() -> tuple[PushHost, ...]:
    """Read the push services that are known."""
    text = files("notifications.channels").joinpath("data", "push_hosts.toml").read_text("utf-8")
    return tuple(msgspec.convert(tomllib.loads(text), _File).host)


def origin_of(endpoint: str, hosts: Iterable[PushHost] | None = None) -> str:
    """Check the address of a subscription, and return its scheme and host.

    Raises:
        EndpointRefused: It is no `https` address of a known push service: another
            scheme, another host, a number for a host, another port, a user name.
    """
    if len(endpoint) > ENDPOINT_CHARACTERS_MAX or not _PRINTABLE.fullmatch(endpoint):
        raise EndpointRefused("A subscription's address is plain characters, and not that long.")
    # A browser reads a backslash as a slash; others do not. No push service has one.
    if not endpoint.startswith("https://") or "\\" in endpoint:
        raise EndpointRefused("A subscription's address begins with https://.")
    try:
        parts = urlsplit(endpoint)
        port = parts.port
    except ValueError:
        raise EndpointRefused("This cannot be read as an address.") from None
    if "@" in parts.netloc or port not in (None, HTTPS_PORT) or parts.fragment:
        raise EndpointRefused("A subscription's address has no user, no port and no fragment.")
    host = parts.hostname or ""
    if not _HOST.fullmatch(host):
        raise EndpointRefused("A subscription leads to a host by its name, never to a number.")
    if not any(_is_of(host, one.name) for one in (known_hosts() if hosts is None else hosts)):
        raise EndpointRefused("No push service that is known here has this host.")
    return f"https://{host}"


def _is_of(host: str, name: str) -> bool:
    return host.endswith(name) if name.startswith(".") else host == name
