"""Why changes of who represents somebody are refused."""

from backend.kernel.errors import NotFound, Refusal


class TooManyRepresentatives(Refusal):
    """As many representatives, letters on their way included, as one person may have."""

    code = "too-many-representatives"
    status = 409


class RepresentativeNotFound(NotFound):
    """Nobody represents the person of this space through this viewer. Told to operators only."""
