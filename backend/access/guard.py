"""Rights and journal, as work on any space meets them."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from backend.access import first_reads
from backend.access.actors import full_name
from backend.access.collection import terms_in
from backend.access.journal import service as journal
from backend.access.journal.model import Action, Actor, ActorKind, Object, Trace
from backend.access.matrices.in_force import MatrixInForce
from backend.access.model import Role
from backend.identity.acting import signed_in_as
from backend.kernel.ids import DeviceId, PartyId
from backend.kernel.work import Work
from sync.core.audience import Viewer
from sync.storage.port import Deed, Record

KINDS = {
    Role.HOLDER.value: ActorKind.PATIENT,
    Role.REPRESENTATIVE.value: ActorKind.REPRESENTATIVE,
    Role.CAREGIVER.value: ActorKind.CAREGIVER,
    Role.PROFESSIONAL.value: ActorKind.PROFESSIONAL,
}
_READS = frozenset({Action.READ, Action.READ_CONTENT})
# Deeds that are done to no record, and are lines all the same.
_OF_THE_SPACE = frozenset({Action.ACTIVATION})
# Acts of rights have words of their own in the journal.
_ACTS = {
    "masks:add": Action.MASK,
    "masks:change": Action.MASK,
    "masks:delete": Action.UNMASK,
}


class AccessGuard:
    """Makes the matrix ready, and turns deeds of sync into lines of the journal."""

    def __init__(self, matrix: MatrixInForce) -> None:
        self._matrix = matrix

    async def prepare(self, work: Work) -> None:
        await self._matrix.prepare(work)

    def must_trace(self, work: Work, space_id: UUID, viewer: Viewer, device_id: UUID) -> bool:
        if viewer.role != Role.HOLDER.value:
            return True
        return not journal.is_own_read_known(work, space_id, device_id)

    async def trace(self, work: Work, space_id: UUID, deed: Deed) -> None:
        if viewer_reads_own(deed):
            own = trace_of(work, deed, Action.OPEN, ())
            await journal.write_own_read(work, space_id, own)
            return
        action = action_of(deed)
        objects = tuple(
            Object(collection=name, record_id=i, section=deed.said.get(i))
            for name, i in deed.objects
        )
        if not objects and action not in _OF_THE_SPACE:
            return
        told = trace_of(work, deed, action, objects)
        actor = await actor_at(work, deed.viewer, deed.device_id)
        receipt = await journal.write(work, space_id, msgspec.structs.replace(told, actor=actor))
        # A message of which the journal says nothing would tell that there is something.
        is_read = deed.viewer.role == Role.PROFESSIONAL.value and action in _READS
        if is_read and receipt.is_told:
            await first_reads.tell_first_read(work, space_id, deed.viewer)

    async def written(self, work: Work, space_id: UUID, records: Sequence[Record]) -> None:
        """Do nothing: rights are judged where records are written."""


def action_of(deed: Deed) -> Action:
    """Return the word of the journal for what a viewer did."""
    return _ACTS.get(deed.action) or Action(deed.action.rpartition(":")[2])


def viewer_reads_own(deed: Deed) -> bool:
    """Say whether a deed is a holder looking at the own record."""
    return deed.viewer.role == Role.HOLDER.value and action_of(deed) in _READS


def trace_of(work: Work, deed: Deed, action: Action, objects: tuple[Object, ...]) -> Trace:
    """Say what a viewer did, as the journal tells it."""
    actor = actor_of(deed.viewer, deed.device_id)
    stands_in = actor.kind in (ActorKind.REPRESENTATIVE, ActorKind.CAREGIVER)
    declared = terms_in(deed.viewer.grant).emergency
    is_urgent = declared is not None and work.now < declared.until
    return Trace(
        at=work.now,
        actor=actor,
        on_behalf_of=Actor(kind=ActorKind.PATIENT) if stands_in else None,
        action=action,
        objects=objects,
        emergency=action in _READS and is_urgent,
    )


def kind_of(role: str) -> ActorKind:
    """Say as what somebody acts who looks in a role."""
    return KINDS.get(role, ActorKind.SYSTEM)


async def actor_at(work: Work, viewer: Viewer, device_id: UUID | None) -> Actor:
    """Say who looks through a viewer, a professional in the activity that they chose.

    Rights follow the profession that was let in; the journal says as what, and for which
    organization, they sit there now.
    """
    actor = actor_of(viewer, device_id)
    if actor.kind is not ActorKind.PROFESSIONAL or viewer.party_id is None or device_id is None:
        return actor
    acting = await signed_in_as(work, viewer.party_id, device_id)
    if acting is None:
        return actor
    return msgspec.structs.replace(
        actor,
        name=full_name(acting.names),
        profession=acting.activity.profession_code,
        organization=acting.activity.organization,
    )


def actor_of(viewer: Viewer, device_id: UUID | None) -> Actor:
    """Say who looks through a viewer, as the patient should know them."""
    terms = terms_in(viewer.grant)
    return Actor(
        kind=kind_of(viewer.role),
        party_id=None if viewer.party_id is None else PartyId(viewer.party_id),
        name=terms.name or None,
        profession=terms.profession or None,
        organization=terms.organization or None,
        device_id=None if device_id is None else DeviceId(device_id),
    )
