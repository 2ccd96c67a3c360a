"""Shutting one professional out of everything, and no longer.

A block ends what its professional was given, their place in the care team and an
emergency of theirs that runs, so that lifting it restores nothing: a new consent
does. It bars no emergency to come: the switches do.

Source: DMP blocage; docs/decisions/0023-consent.md, 0035-rights-by-hand.md.
"""

from collections.abc import Collection
from uuid import UUID

import msgspec

from backend.access.blocks.errors import BlockNotFound, BlockRefused
from backend.access.care_team.ending import end_places
from backend.access.change import Held, RightsChange, Who, granted_eye, look, own_eye
from backend.access.consents import known
from backend.access.consents.ending import shut_out
from backend.access.emergency.ending import COLLECTION as EMERGENCIES
from backend.access.emergency.ending import end_running
from backend.access.guard import actor_at
from backend.access.journal.model import Action
from backend.access.model import Block, Role
from backend.access.notices import BLOCK_LIFTED, tell
from backend.kernel.work import Work
from sync.core.audience import Viewer
from sync.errors import SpaceNotFound
from sync.ports import Host
from sync.push import Caller

COLLECTION = "blocks"
ADMINISTRATOR = "administrator"


class Blocked(msgspec.Struct, frozen=True, kw_only=True):
    """A block, with its record."""

    record_id: UUID
    block: Block


class _Blocker(msgspec.Struct, frozen=True, kw_only=True):
    """Who blocks: the person, or a professional whom they made administrator."""

    who: Who
    is_person: bool
    others: frozenset[UUID]
    """Whose blocks are not theirs: for the person, those of professionals."""

    def decided(self, party_id: UUID) -> bool:
        """Say whether a block of this party is one of their own."""
        if self.is_person:
            return party_id not in self.others
        return party_id == self.who[0].party_id


async def block(work: Work, host: Host, device: Caller, space_id: UUID, party_id: UUID) -> Blocked:
    """Shut a professional out, from their next request on. Idempotent.

    The person and each administrator decide for themselves: who has shut somebody out
    already is not told to an administrator, and their lifting lifts nobody else's.

    Raises:
        SpaceNotFound: No such space, or the asker does not decide there.
        ProfessionalUnknown: Nobody has met them here.
        BlockRefused: An administrator blocks neither themselves nor whoever else
            the person put above the others.
    """
    change = await RightsChange.begin(work, host, space_id)
    blocker = await _blocker(work, change.held, change.edit.viewers.values(), host, device)
    for record_id, one in change.held.blocks.items():
        if one.party_id == party_id and blocker.decided(change.held.depositors[record_id]):
            return Blocked(record_id=record_id, block=one)
    met = await known.professional(work, space_id, change.held, party_id)
    member = change.held.member(party_id, work.now)
    is_above = member is not None and member[1].role != "member"
    if not blocker.is_person and (is_above or party_id == device.party_id):
        raise BlockRefused("This is for the patient to decide.")
    made = Block(party_id=party_id, name=met.name, profession=met.profession, blocked_at=work.now)
    record_id = work.new_id()
    await shut_out(change, party_id)
    author_id = device.party_id
    running = await end_running(change.edit, host, author_id, lambda one: one.party_id == party_id)
    for ended_id in running:
        change.trace(blocker.who, Action.EMERGENCY_ENDED, EMERGENCIES, ended_id)
    if member is not None:
        await end_places(change, party_id, author_id)
    await change.put(COLLECTION, record_id, made, author_id)
    change.trace(blocker.who, Action.BLOCK, COLLECTION, record_id)
    await change.save()
    return Blocked(record_id=record_id, block=made)


async def unblock(work: Work, host: Host, device: Caller, space_id: UUID, record_id: UUID) -> None:
    """Lift a block. What it ended stays ended.

    Raises:
        SpaceNotFound: No such space, or the asker does not decide there.
        BlockNotFound: No such block here; for an administrator, none that they decided,
            as they see no other.
    """
    change = await RightsChange.begin(work, host, space_id)
    blocker = await _blocker(work, change.held, change.edit.viewers.values(), host, device)
    held = change.held
    is_there = record_id in held.blocks
    if not is_there or not (blocker.is_person or blocker.decided(held.depositors[record_id])):
        raise BlockNotFound("No block here has this id.")
    change.trace(blocker.who, Action.UNBLOCK, COLLECTION, record_id)
    await change.delete(record_id, device.party_id)
    await tell(work, change.edit.viewers.values(), BLOCK_LIFTED)
    await change.save()


async def admit(work: Work, host: Host, device: Caller, space_id: UUID) -> None:
    """Say nothing to whoever may block here; refuse everybody else.

    Raises:
        SpaceNotFound: No such space, or the asker does not decide there.
    """
    held, viewers = await look(work, space_id)
    await _blocker(work, held, viewers, host, device)


async def _blocker(
    work: Work, held: Held, viewers: Collection[Viewer], host: Host, device: Caller
) -> _Blocker:
    """Say as what somebody blocks.

    Raises:
        SpaceNotFound: Neither the person, nor who stands in their place, nor an
            administrator to whom the space is open.
    """
    member = held.member(device.party_id, work.now)
    if member is None or member[1].role != ADMINISTRATOR:
        _, who = own_eye(viewers, host, device, work.now)
        professionals = (one for one in viewers if one.role == Role.PROFESSIONAL.value)
        others = frozenset(one.party_id for one in professionals if one.party_id is not None)
        return _Blocker(who=who, is_person=True, others=others)
    viewer = granted_eye(viewers, host, device.party_id, work.now)
    if viewer is None:
        raise SpaceNotFound
    who = await actor_at(work, viewer, device.device_id), None
    return _Blocker(who=who, is_person=False, others=frozenset())
