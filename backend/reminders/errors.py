"""Why this room refuses."""

from backend.kernel.errors import InvalidInput


class RecurrenceRefused(InvalidInput):
    """A recurrence rule that is not understood, never comes, or comes too often."""

    code = "recurrence-refused"


class ReminderSettled(InvalidInput):
    """A reminder that is over, or that only the server moves so."""

    code = "reminder-settled"
