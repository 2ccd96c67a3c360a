"""Why a change of settings is refused."""

from backend.kernel.errors import Refusal


class IfMatchMissing(Refusal):
    """A change that does not say what it was made from."""

    code = "if-match-missing"
    status = 428


class IfMatchFailed(Refusal):
    """It has changed since the caller read it."""

    code = "if-match-failed"
    status = 412
