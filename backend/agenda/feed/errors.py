"""Why a link of the agenda is refused."""

from backend.kernel.errors import NotFound


class AgendaNotFound(NotFound):
    """No link, one that was ended, or one whose maker may not look any more: alike."""
