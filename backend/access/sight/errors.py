"""Why somebody's sight is not explained."""

from backend.kernel.errors import NotFound


class PartyNotFound(NotFound):
    """Nobody of this identifier was ever let into the space."""

    code = "party-not-found"
