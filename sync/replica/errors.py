"""Why a replica says no, or could not finish."""


class ReplicaError(Exception):
    """Something the caller can tell a person, with what to do next."""


class ProfileUnknown(ReplicaError):
    """This device holds no such space."""


class ProfileEnded(ReplicaError):
    """Access to this space has ended; nothing of it is here."""


class RecordUnknown(ReplicaError):
    """There is no such record here, or it was deleted."""


class FieldsInvalid(ReplicaError):
    """These fields cannot travel: not JSON, or larger than any record may be."""


class StoreTooNew(ReplicaError):
    """A later version of this program wrote the file."""


class SyncGaveUp(ReplicaError):
    """The server could not be reached, or could not answer, in any attempt.

    Nothing is lost: what waits is sent at the next sync.
    """

    def __init__(self, *, attempts: int, retry_after_seconds: float | None = None) -> None:
        super().__init__(f"No usable answer in {attempts} attempts.")
        self.attempts = attempts
        self.retry_after_seconds = retry_after_seconds


class TransportFailure(Exception):
    """A request that brought no usable answer.

    Whether the server did what it was asked is not known.
    """

    is_passing = True
    retry_after_seconds: float | None = None


class Unreachable(TransportFailure):
    """No connection, or it broke before the whole answer came."""


class AnswerUnusable(TransportFailure):
    """An answer that is cut, or that answers something else."""


class Refused(TransportFailure):
    """The server answered with a problem (RFC 9457) instead of doing what was asked."""

    def __init__(
        self,
        status: int,
        *,
        code: str = "",
        title: str = "",
        next_step: str = "",
        retry_after_seconds: float | None = None,
    ) -> None:
        super().__init__(f"The server refused: {status} {code}".rstrip())
        self.status = status
        self.code = code
        self.title = title
        self.next_step = next_step
        self.retry_after_seconds = retry_after_seconds
        self.is_passing = status >= 500 or status in {408, 425, 429}


class SignInNeeded(TransportFailure):
    """The session has ended and could not be renewed: the person signs in again."""

    is_passing = False


class DeviceRevoked(SignInNeeded):
    """This device was signed out from afar: it forgets what it holds."""
