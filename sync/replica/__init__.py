"""A complete client on its own SQLite file: the reference for clients in other languages.

`docs/life-of-a-sync.md` says the same in words.
"""

from sync.replica.errors import (
    AnswerUnusable,
    DeviceRevoked,
    FieldsInvalid,
    ProfileEnded,
    ProfileUnknown,
    RecordUnknown,
    Refused,
    ReplicaError,
    SignInNeeded,
    StoreTooNew,
    SyncGaveUp,
    TransportFailure,
    Unreachable,
)
from sync.replica.model import (
    Conflict,
    Fields,
    Lost,
    Profile,
    ProfileState,
    Shown,
    SpaceSeen,
    Standing,
    SyncReport,
)
from sync.replica.replica import Replica
from sync.replica.store import ReplicaStore
from sync.replica.transport import Clock, Random, StreamingTransport, Transport

__all__ = [
    "AnswerUnusable",
    "Clock",
    "Conflict",
    "DeviceRevoked",
    "Fields",
    "FieldsInvalid",
    "Lost",
    "Profile",
    "ProfileEnded",
    "ProfileState",
    "ProfileUnknown",
    "Random",
    "RecordUnknown",
    "Refused",
    "Replica",
    "ReplicaError",
    "ReplicaStore",
    "Shown",
    "SignInNeeded",
    "SpaceSeen",
    "Standing",
    "StoreTooNew",
    "StreamingTransport",
    "SyncGaveUp",
    "SyncReport",
    "Transport",
    "TransportFailure",
    "Unreachable",
]
