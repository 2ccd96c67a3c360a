"""Mandates of the fictional family: somebody who decides for themselves lets another help."""

from datetime import timedelta
from typing import get_args

import msgspec

from backend.access.mandates.reference import sections
from backend.access.model import Mandate, MandateAction, Role
from backend.identity.spaces import directory
from backend.identity.spaces.model import Membership
from backend.kernel.ids import AccountId, SpaceId, ViewerId
from backend.kernel.spaces import edit_space, save_space
from backend.kernel.work import Work
from sync.edit import Entry
from sync.ports import Host

_LASTS = timedelta(days=365)


async def entrust(
    work: Work, host: Host, space_id: SpaceId, *, account_id: AccountId, name: str
) -> None:
    """Write a mandate as the holder would have given it, and the caregiver taken it up.

    It is over every section that a person starts from, and lets do all there is to do.
    """
    edit = await edit_space(work, host, space_id)
    holder = next(v for v in edit.viewers.values() if v.role == Role.HOLDER.value)
    assert holder.party_id is not None
    mandate = Mandate(
        party_id=account_id,
        name=name,
        status="active",
        sections=tuple(one.section for one in sections().values() if one.is_default),
        actions=get_args(MandateAction),
        invited_at=work.now,
        starts_at=work.now,
        ends_at=work.now + _LASTS,
    )
    record_id = work.new_id()
    await edit.load([record_id])
    edit.put(
        Entry(
            record_id=record_id,
            collection=host.collections["mandates"],
            author_id=holder.party_id,
            fields=msgspec.to_builtins(mandate),
        )
    )
    await save_space(work, space_id, edit)
    viewer = next(v for v in edit.viewers.values() if v.party_id == account_id)
    member = Membership(
        account_id=account_id,
        space_id=space_id,
        viewer_id=ViewerId(viewer.viewer_id),
        role=Role.CAREGIVER.value,
        joined_at=work.now,
    )
    await directory.take_in(work, member)
