"""Why the care team stays as it is."""

from backend.kernel.errors import InvalidInput, NotFound, Refusal


class MemberNotFound(NotFound):
    """Nobody of the care team has this identifier, for whoever asks."""


class AlreadyInCareTeam(Refusal):
    """This professional is in the care team: change their place instead."""

    code = "already-in-care-team"
    status = 409


class CareTeamFull(Refusal):
    """As many members as a care team has."""

    code = "care-team-full"
    status = 409


class AttendingIsDoctor(InvalidInput):
    """An attending doctor is a doctor."""

    code = "attending-is-doctor"


class PlaceInvalid(InvalidInput):
    """A place in the care team that ends before it starts, or starts where it may not."""

    code = "care-team-place-invalid"


class ConsentDoesNotExtend(Refusal):
    """No consent of this professional extends to colleagues."""

    code = "consent-does-not-extend"
    status = 403


class NotAColleague(InvalidInput):
    """A professional who declares themselves: a place of one's own would outlast the consent."""

    code = "not-a-colleague"
