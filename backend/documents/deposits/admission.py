"""For whom a deposit is, and whether it may be brought: before anything of it is written."""

from uuid import UUID

import msgspec

from backend.access.acts import acts_in
from backend.documents.deposits import store
from backend.documents.deposits.errors import DepositNotFound, DepositNotPossible, NotAMinor
from backend.documents.deposits.limits import TRIES
from backend.documents.deposits.model import Orders
from backend.documents.witnesses import Held
from backend.identity.acting import refuse_without
from backend.identity.counters import charge, refund
from backend.identity.errors import TooManyTries
from backend.identity.outcomes import settle
from backend.identity.professionals.model import Act, ProfessionalCaller
from backend.identity.spaces.finding import Whom, find_space
from backend.identity.spaces.service import is_of_a_minor
from backend.kernel.errors import Refusal
from backend.kernel.spaces import open_store
from backend.kernel.work import Office, Work
from sync.errors import SpaceNotFound

BLOCKS = frozenset({"blocks"})


class Destination(msgspec.Struct, frozen=True):
    """Where a deposit goes."""

    space_id: UUID


async def find_destination(
    office: Office, professional: ProfessionalCaller, whom: Whom, orders: Orders
) -> UUID:
    """Return the space that takes a deposit.

    It is counted until something is filed, so that nobody learns by trying who has a
    record: what finds nobody stays counted, and so does what somebody's record refuses.

    Raises:
        ProfessionalOnly: An assistant to whom deposits were not left.
        DepositNotPossible: Nobody with this number, a closed record, or one that
            shut this professional out: one answer for all.
        InvalidIns: Nobody can have been given this number.
        NotAMinor: Hidden from representatives, and of age.
        TooManyTries: Too many deposits for nobody.
    """
    refuse_without(professional, Act.DEPOSIT)

    async def find(work: Work) -> Destination | Refusal:
        wait = await charge(work, _who(professional), [TRIES])
        if wait:
            return TooManyTries(wait)
        space_id = await find_space(work, whom)
        if space_id is None or not await _takes(work, space_id, professional):
            return DepositNotPossible("No record takes this deposit.")
        if orders.is_hidden_from_representatives and not await is_of_a_minor(work, space_id):
            return NotAMinor("Only a minor has such secrets.")
        return Destination(space_id)

    return (await settle(office, find)).space_id


async def admit_author(work: Work, professional: ProfessionalCaller, record_id: UUID) -> UUID:
    """Return the space in which a professional deposited something, unless it is shut to them.

    What stands of the deposit is looked at afterwards, by whoever changes it.

    Raises:
        ProfessionalOnly: The caller is an assistant.
        DepositNotFound: Nothing of the caller's own, or in a record that is shut to them.
    """
    refuse_without(professional, Act.CORRECT_DEPOSIT)
    space_id = await store.space_of(work, professional.professional_id, record_id)
    if space_id is None or not await _takes(work, space_id, professional):
        raise DepositNotFound("Nothing that you deposited has this identifier.")
    return space_id


async def forgive(work: Work, professional: ProfessionalCaller) -> None:
    """Take the count of `find_destination` back: something was filed, and the person knows."""
    await refund(work, _who(professional), [TRIES])


async def is_blocked(held: Held, professional_id: UUID) -> bool:
    """Say whether the person has shut a professional out."""
    return any(one.party_id == professional_id for one in acts_in(await held(BLOCKS)).blocks)


def _who(professional: ProfessionalCaller) -> str:
    return f"professional|{professional.professional_id}"


async def _takes(work: Work, space_id: UUID, professional: ProfessionalCaller) -> bool:
    try:
        store = await open_store(work, space_id)
    except SpaceNotFound:
        return False
    space = await store.look()
    if space is None or not space.is_open:
        return False
    return not await is_blocked(store.held, professional.professional_id)
