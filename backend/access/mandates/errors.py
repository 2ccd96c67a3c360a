"""Why mandates are refused."""

from backend.kernel.errors import InvalidInput, NotFound, Refusal


class MandateUnsuitable(InvalidInput):
    """Sections, actions or dates that no mandate can have."""

    code = "mandate-unsuitable"


class TooManyCaregivers(Refusal):
    """As many caregivers, invited ones included, as one person may have."""

    code = "too-many-caregivers"
    status = 409


class TooManyPersons(Refusal):
    """A caregiver who helps as many people as one may. Told to whoever holds a good code."""

    code = "too-many-persons"
    status = 409


class InvitationRefused(Refusal):
    """A code that is wrong, used, withdrawn or too old: one answer for all."""

    code = "invitation-refused"
    status = 403


class MandateNotFound(NotFound):
    """No such mandate in this space, or none that lasts."""
