"""Why sync refuses: codes that phones in the field know, never renamed."""

from typing import ClassVar


class SyncRefused(Exception):
    """An op or a request that cannot be taken; the host renders it."""

    code: ClassVar[str]
    status: ClassVar[int]

    def __init__(self, pointer: str | None = None) -> None:
        super().__init__(self.code)
        self.pointer = pointer


class SpaceNotFound(SyncRefused):
    """No such space, or none that the caller may open."""

    code = "space-not-found"
    status = 404


class RecordNotFound(SyncRefused):
    """No such record for this viewer."""

    code = "record-not-found"
    status = 404


class RecordGone(SyncRefused):
    """The record was here and is no longer; its identifier is not taken again."""

    code = "record-gone"
    status = 410


class OpIdReused(SyncRefused):
    """The identifier of this op was used for another change."""

    code = "op-id-reused"
    status = 422


class CollectionUnknown(SyncRefused):
    """There is no such collection."""

    code = "collection-unknown"
    status = 422


class CollectionMismatch(SyncRefused):
    """The record is in another collection."""

    code = "collection-mismatch"
    status = 422


class OnlineOnly(SyncRefused):
    """This changes in the server's presence only."""

    code = "online-only"
    status = 422


class BodyInvalid(SyncRefused):
    """The fields do not make a record of this collection."""

    code = "body-invalid"
    status = 422


class BodyTooLarge(SyncRefused):
    """One record is larger than the protocol allows."""

    code = "body-too-large"
    status = 413


class FieldReadOnly(SyncRefused):
    """The server alone writes this field."""

    code = "field-read-only"
    status = 422


class NotAllowed(SyncRefused):
    """The caller sees this but may not change it."""

    code = "not-allowed"
    status = 403


class CheckpointRefused(SyncRefused):
    """The checkpoint was not given to this device."""

    code = "checkpoint-invalid"
    status = 400


class RequestInvalid(SyncRefused):
    """The request does not have the form of the protocol."""

    code = "request-invalid"
    status = 400


class TooManyOps(SyncRefused):
    """More ops or spaces in one request than the protocol allows."""

    code = "too-many-ops"
    status = 413


class SpaceBusy(SyncRefused):
    """Rights change with the time faster than they can be brought up to date."""

    code = "space-busy"
    status = 503
    retry_after_seconds: ClassVar[int] = 2


class SpaceFull(SyncRefused):
    """The viewer has as many records of this space as one may."""

    code = "space-full"
    status = 409
