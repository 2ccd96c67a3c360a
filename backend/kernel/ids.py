"""Identifiers: one type for each thing that has one."""

import secrets
from collections.abc import Callable
from typing import NewType
from uuid import UUID

SpaceId = NewType("SpaceId", UUID)
ViewerId = NewType("ViewerId", UUID)
PartyId = NewType("PartyId", UUID)
AccountId = NewType("AccountId", UUID)
DeviceId = NewType("DeviceId", UUID)

NewId = Callable[[], UUID]


def new_id() -> UUID:
    """Make a random identifier.

    Version 4, never 7: a time-ordered identifier would tell a viewer when a
    record that they may not see was made.
    """
    return UUID(bytes=secrets.token_bytes(16), version=4)
