"""Why somebody is not shut out, or not let in again."""

from backend.kernel.errors import NotFound, Refusal


class BlockNotFound(NotFound):
    """No such block, for whoever asks."""


class BlockRefused(Refusal):
    """A professional may not block this colleague."""

    code = "block-refused"
    status = 403
