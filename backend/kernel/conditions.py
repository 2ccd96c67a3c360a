"""Changes that say what they were made from.

Source: RFC 9110, 13.1.1; RFC 6585, 3.
"""

from backend.kernel.errors import Refusal


class IfMatchMissing(Refusal):
    """A change that does not say what it was made from."""

    code = "if-match-missing"
    status = 428


class IfMatchFailed(Refusal):
    """It has changed since the caller read it."""

    code = "if-match-failed"
    status = 412


def check_if_match(if_match: str, etag: str) -> None:
    """Refuse a change that was not made from what stands.

    Raises:
        IfMatchMissing: The change does not say what it was made from.
        IfMatchFailed: It was made from something else.
    """
    if not if_match:
        raise IfMatchMissing("Send the ETag of what you read in If-Match.")
    # The edge marks a compressed answer's tag as weak: it names the same content.
    tags = {tag.strip().removeprefix("W/") for tag in if_match.split(",")}
    if etag not in tags:
        raise IfMatchFailed("This has changed since.")
