"""What stands in the address of a route: how the host's directory tells a channel whom to reach.

A route is asked for each time and never stored, since it holds contacts and the
keys of a phone.
"""

from uuid import UUID

import msgspec


class Way(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How to reach one party by one channel.

    `to` is a number, an e-mail address, or a name and a postal address in lines.
    `is_helper` says that they are reminded for somebody else. `stop_url` is where
    they say "no more" without signing in.
    """

    to: str
    is_helper: bool = False
    stop_url: str | None = None


class PushTarget(msgspec.Struct, frozen=True, kw_only=True):
    """One push subscription: its address, and the keys as its browser wrote them.

    `sender` is the public half of the key that the subscription was made for.
    """

    subscription_id: UUID
    endpoint: str
    public: str
    auth: str
    sender: str


class PushWay(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Every phone and browser of one party; `to` names their push services, for people."""

    to: str
    targets: tuple[PushTarget, ...]
    is_helper: bool = False


def address_of(way: Way | PushWay) -> str:
    """Write a way as the address of a route."""
    return msgspec.json.encode(way).decode()


def way_in(address: str) -> Way:
    """Read what `address_of` wrote.

    Raises:
        msgspec.MsgspecError: It was not.
    """
    return msgspec.json.decode(address, type=Way)


def push_way_in(address: str) -> PushWay:
    """Read what `address_of` wrote of a subscription.

    Raises:
        msgspec.MsgspecError: It was not.
    """
    return msgspec.json.decode(address, type=PushWay)
