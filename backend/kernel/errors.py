"""What every refusal is made of."""

from typing import ClassVar


class Refusal(Exception):
    """An expected "no": shown to people by its code, never a bug.

    A subclass names one reason. `code` is kebab-case and stands in
    `openapi/problems.json` with its title and next step in French and English;
    it is never renamed or reused, because phones upgrade late.

    The detail names no person, no title and no health matter: it may be logged.
    """

    code: ClassVar[str]
    status: ClassVar[int]
    retry_after_seconds: int | None = None

    def __init__(self, detail: str, *, pointer: str | None = None) -> None:
        """Take one sentence for developers and, for bad input, a JSON pointer to it."""
        super().__init__(detail)
        self.detail = detail
        self.pointer = pointer


class NotFound(Refusal):
    """Absent and forbidden alike."""

    code = "not-found"
    status = 404


class InvalidInput(Refusal):
    """The request has the right form but a value that cannot be taken."""

    code = "invalid-input"
    status = 422
