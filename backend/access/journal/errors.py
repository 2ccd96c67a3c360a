"""Why the journal refuses."""

from backend.kernel.errors import NotFound, Refusal


class LogSizeUnknown(Refusal):
    """The log was never of the sizes that a proof is asked for."""

    code = "log-size-unknown"
    status = 422


class JournalEntryNotFound(NotFound):
    """The journal of this space has no such number."""

    code = "journal-entry-not-found"
