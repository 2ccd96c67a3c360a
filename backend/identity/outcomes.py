"""Use cases that refuse and still have something to remember."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from backend.kernel.errors import Refusal
from backend.kernel.work import Office, Work

T = TypeVar("T")


async def settle(office: Office, use_case: Callable[[Work], Awaitable[T | Refusal]]) -> T:
    """Run a use case that *returns* a refusal when what it wrote must stay.

    A refusal that is raised undoes the transaction, and with it the count of
    the failure; one that is returned is raised here, after the commit.
    """
    outcome = await office.write(use_case)
    if isinstance(outcome, Refusal):
        raise outcome
    return outcome
