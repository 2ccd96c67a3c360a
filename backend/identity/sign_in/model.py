"""A sign-in as it is asked for."""

import msgspec

from backend.identity.accounts.model import Channel, Proposal


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """A name, a password and a device, before anything is known of them.

    `address` is the other end of the socket, never what a header claims. An
    assistant always has an authenticator app, and a name among assistants' names.
    """

    login: str
    password: str
    device: Proposal
    channel: Channel | None
    address: str
    of_assistant: bool = False
