"""The directory of an account: which spaces it opens, and how many of them as a caregiver."""

from uuid import UUID

from backend.identity.errors import SpacesFull
from backend.identity.limits import SPACES_PER_ACCOUNT_MAX
from backend.identity.rules.directory import CAREGIVER, is_over, shown_as
from backend.identity.spaces import store
from backend.identity.spaces.model import Membership
from backend.kernel.work import Work


async def count_helped(work: Work, account_id: UUID) -> int:
    """Count the persons whom a caregiver helps, or will; forget in the list what it shows no more.

    The account is locked to the end of the transaction, so that two who count do
    not both find room for one more.
    """
    await store.lock_account(work, account_id)
    directory = await store.memberships_of(work, account_id)
    eyes = await store.eyes_of(work, account_id, [one.space_id for one in directory])
    for space_id, eye in eyes.items():
        if shown_as(eye, work.now) is None:
            await store.drop_member(work, account_id, space_id)
    return sum(e.role == CAREGIVER and not is_over(e, work.now) for e in eyes.values())


async def take_in(work: Work, member: Membership) -> None:
    """Write a space into the directory of an account, or what it is there as now.

    Raises:
        SpacesFull: The account opens as many spaces as one may.
    """
    if await store.count_memberships(work, member.account_id) >= SPACES_PER_ACCOUNT_MAX:
        raise SpacesFull(f"One account opens {SPACES_PER_ACCOUNT_MAX} spaces.")
    await store.put_member(work, member)
