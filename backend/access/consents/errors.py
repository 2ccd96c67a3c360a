"""Why a consent is not asked, given or ended."""

from backend.kernel.errors import InvalidInput, NotFound, Refusal


class ConsentNotFound(NotFound):
    """No such request or consent, for whoever asks."""


class ConsentOver(Refusal):
    """A request that was answered, taken back or is too old; a consent that has ended."""

    code = "consent-over"
    status = 409


class ConsentTooWide(InvalidInput):
    """An answer that gives more than was asked, or for longer."""

    code = "consent-too-wide"


class ConsentInvalid(InvalidInput):
    """A consent for a consultation that lasts, or one to sections that nobody knows."""

    code = "consent-invalid"


class ProfessionalUnknown(InvalidInput):
    """A professional whom nobody has met here."""

    code = "professional-unknown"


class ProfessionalBlocked(Refusal):
    """A professional whom the person has shut out: lift that first."""

    code = "professional-blocked"
    status = 409
