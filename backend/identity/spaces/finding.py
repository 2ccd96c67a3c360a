"""Finding the space of a person: by their exact national number and birth date, and no other way.

Source: DESIGN, section 4; reference notes on trust, 3-C: search by name is forbidden.
"""

from datetime import date
from uuid import UUID

import msgspec

from backend.identity.model import Ins
from backend.identity.rules.ins import check_ins
from backend.identity.spaces import store
from backend.kernel.work import Work


class Whom(msgspec.Struct, frozen=True, kw_only=True):
    """A person, as somebody who has them in front of them can name them."""

    ins: Ins
    birth_date: date


async def find_space(work: Work, whom: Whom) -> UUID | None:
    """Return the space of a person; None when there is none, or the birth date is another.

    Raises:
        InvalidIns: Nobody can have been given this number.
    """
    check_ins(whom.ins)
    return await find_quietly(work, whom)


async def find_quietly(work: Work, whom: Whom) -> UUID | None:
    """Do what `find_space` does, where nobody is there to hear that a number cannot be."""
    space_id = await store.space_by_ins(work, ins_hash(work, whom.ins))
    if space_id is None:
        return None
    patient = (await store.patients_of(work, [space_id])).get(space_id)
    if patient is None or patient.identity.traits.birth_date != whom.birth_date:
        return None
    return space_id


def ins_hash(work: Work, ins: Ins) -> bytes:
    """Return the look-up hash of a number."""
    return work.keys.provider.index("ins", f"{ins.oid.value}|{ins.value}")
