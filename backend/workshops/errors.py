"""Why workshops say no: to an agent, and to a patient who quotes a ticket."""

from backend.kernel.errors import InvalidInput, NotFound, Refusal


class AgentRefused(Refusal):
    """A name, a password and a code that sign no agent in: one answer for all."""

    code = "agent-refused"
    status = 403


class AgentEnrolmentRefused(Refusal):
    """An enrolment code that opens nothing, or a wrong code of the app: one answer for all."""

    code = "agent-enrolment-refused"
    status = 403


class AgentNotFound(NotFound):
    """No such agent. Told to operators only."""


class WindowInvalid(InvalidInput):
    """A workshop that ends before it starts, lasts too long, or is too far away."""

    code = "workshop-window-invalid"


class ColleagueUnknown(InvalidInput):
    """No agent of the same organisation has this name."""

    code = "colleague-unknown"


class WorkshopNotFound(NotFound):
    """No such workshop, or one of others."""


class TicketNotFound(NotFound):
    """No such ticket in this workshop, or one for something else."""


class WorkshopNotOpen(Refusal):
    """Outside its window, before it was started or after it was closed."""

    code = "workshop-not-open"
    status = 409


class WorkshopFull(Refusal):
    """As many people were helped as one workshop may."""

    code = "workshop-full"
    status = 409


class WorkshopTooFast(Refusal):
    """As many people were helped in an hour as one workshop may."""

    code = "workshop-too-fast"
    status = 429

    def __init__(self, wait_seconds: int) -> None:
        """Take the whole seconds after which one more may be helped."""
        super().__init__("Too many in an hour; take the time that each person needs.")
        self.retry_after_seconds = wait_seconds


class PracticeUnavailable(Refusal):
    """This server cannot hold one more fictional record now."""

    code = "practice-unavailable"
    status = 503
    retry_after_seconds = 600
