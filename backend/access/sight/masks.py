"""Masks put on and taken off in the server's presence: the same edit as by an op."""

from uuid import UUID

import msgspec

from backend.access.collection import DECIDING
from backend.access.model import Mask
from backend.access.sight.asking import Desk
from backend.kernel.spaces import edit_space, save_space
from backend.kernel.work import Work
from sync.core.audience import Viewer
from sync.edit import Entry, SpaceEdit
from sync.errors import NotAllowed, RecordNotFound, SpaceNotFound
from sync.ports import Action
from sync.storage.port import Deed, Record

MASKS = "masks"


class StandingMask(msgspec.Struct, frozen=True, kw_only=True):
    """A mask that is on, under the identifier by which it is taken off."""

    record_id: UUID
    mask: Mask


async def put_mask(work: Work, desk: Desk, mask: Mask) -> StandingMask:
    """Hide an entry, or a section of the record; feeds move in this transaction.

    Raises:
        SpaceNotFound: No such space, or the asker does not decide there.
        RecordNotFound: No such record, for the asker.
        InvalidInput: The mask hides nothing, or does not say from whom.
    """
    edit, viewer = await _open(work, desk, Action.ADD)
    record_id = work.new_id()
    await edit.load([i for i in (record_id, mask.record_id) if i is not None])
    if mask.record_id is not None and edit.seq(viewer, mask.record_id) is None:
        raise RecordNotFound("/record_id")
    edit.put(
        Entry(
            record_id=record_id,
            collection=desk.host.collections[MASKS],
            author_id=desk.device.party_id,
            fields=msgspec.to_builtins(mask),
        )
    )
    about = None if mask.record_id is None else edit.record(mask.record_id)
    await _save(work, desk, edit, _deed(desk, viewer, Action.ADD, (record_id, mask), about))
    return StandingMask(record_id=record_id, mask=mask)


async def drop_mask(work: Work, desk: Desk, record_id: UUID) -> None:
    """Take a mask off; who was kept out by nothing else sees the entry again.

    Raises:
        SpaceNotFound: No such space, or the asker does not decide there.
        RecordNotFound: No such mask is on.
    """
    edit, viewer = await _open(work, desk, Action.DELETE)
    await edit.load([record_id])
    record = edit.record(record_id)
    is_there = record is not None and edit.seq(viewer, record_id) is not None
    if record is None or not is_there or record.collection != MASKS:
        raise RecordNotFound("/record_id")
    mask = msgspec.json.decode(record.body or b"{}", type=Mask)
    if mask.record_id is not None:
        await edit.load([mask.record_id])
    about = None if mask.record_id is None else edit.record(mask.record_id)
    edit.delete(record, desk.device.party_id)
    await _save(work, desk, edit, _deed(desk, viewer, Action.DELETE, (record_id, mask), about))


async def _open(work: Work, desk: Desk, action: Action) -> tuple[SpaceEdit, Viewer]:
    party_id, rights = desk.device.party_id, desk.host.rights
    edit = await edit_space(work, desk.host, desk.space_id)
    viewer = next((v for v in edit.viewers.values() if v.party_id == party_id), None)
    if viewer is None or viewer.role not in DECIDING or not rights.in_force(viewer, work.now):
        raise SpaceNotFound
    if not rights.may_write(viewer, action, MASKS, None, work.now):
        raise NotAllowed
    return edit, viewer


async def _save(work: Work, desk: Desk, edit: SpaceEdit, deed: Deed) -> None:
    await work.guard.trace(work, desk.space_id, deed)
    await save_space(work, desk.space_id, edit)


def _deed(
    desk: Desk, viewer: Viewer, action: Action, act: tuple[UUID, Mask], about: Record | None
) -> Deed:
    """Say what a mask was put on, as an op of a phone says it."""
    record_id, mask = act
    place = (MASKS, record_id) if about is None else (about.collection, about.record_id)
    return Deed(
        viewer=viewer,
        device_id=desk.device.device_id,
        action=f"{MASKS}:{action.value}",
        objects=(place,),
        said={} if mask.section is None else {record_id: mask.section},
    )
