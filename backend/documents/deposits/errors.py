"""Why a professional's deposit is refused."""

from backend.kernel.errors import InvalidInput, NotFound, Refusal


class DepositNotPossible(Refusal):
    """Nobody with this number here, a record that is closed, or to whom this one is shut."""

    code = "deposit-not-possible"
    status = 404


class DepositNotFound(NotFound):
    """Nothing that the caller brought, or nothing of it that they may still see."""

    code = "deposit-not-found"


class DepositWithdrawn(Refusal):
    """What was withdrawn is not corrected."""

    code = "deposit-withdrawn"
    status = 409


class AnnouncementInvalid(InvalidInput):
    """An announcement delay that cannot be read, is over, or is too long."""

    code = "announcement-invalid"


class NotAMinor(InvalidInput):
    """Hidden from the legal representatives of somebody who is of age."""

    code = "not-a-minor"
