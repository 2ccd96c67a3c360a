"""Mandates as records of their space: found, and written with their line of the journal."""

from uuid import UUID

import msgspec

from backend.access.journal import service as journal
from backend.access.journal.model import Action, Actor, ActorKind, Object, Trace
from backend.access.mandates.errors import MandateNotFound
from backend.access.model import Mandate
from backend.access.rules.mandates import is_invited
from backend.kernel.ids import PartyId
from backend.kernel.work import Work
from sync.edit import Entry, SpaceEdit
from sync.ports import Host
from sync.storage.port import Record

COLLECTION = "mandates"

_PATIENT = Actor(kind=ActorKind.PATIENT)
_FOR_ANOTHER = frozenset({ActorKind.REPRESENTATIVE, ActorKind.CAREGIVER})


def mandate_in(record: Record) -> Mandate:
    """Read a mandate from its record."""
    return msgspec.json.decode(record.body or b"{}", type=Mandate)


async def mandate_of(edit: SpaceEdit, record_id: UUID) -> Mandate:
    """Return a mandate of the space that an edit changes.

    Raises:
        MandateNotFound: There is no such record, or it is no mandate.
    """
    await edit.load([record_id])
    record = edit.record(record_id)
    if record is None or record.deleted or record.collection != COLLECTION:
        raise MandateNotFound("No mandate here has this id.")
    return mandate_in(record)


async def mandates_of(edit: SpaceEdit) -> dict[UUID, Mandate]:
    """Return every mandate of the space that an edit changes."""
    return {r.record_id: mandate_in(r) for r in await edit.held({COLLECTION})}


async def put_mandate(
    edit: SpaceEdit, host: Host, record_id: UUID, mandate: Mandate, *, author_id: UUID
) -> None:
    """Stage a mandate; it takes effect when the edit is saved."""
    await edit.load([record_id])
    edit.put(
        Entry(
            record_id=record_id,
            collection=host.collections[COLLECTION],
            author_id=author_id,
            fields=msgspec.to_builtins(mandate),
        )
    )


async def withdraw_invitations(edit: SpaceEdit, host: Host, *, by: UUID) -> dict[UUID, Mandate]:
    """Stage the end of the invitations that a party wrote and nobody has answered.

    Returns:
        Those that were withdrawn, by their records.
    """
    withdrawn = {}
    for record in await edit.held({COLLECTION}):
        mandate = mandate_in(record)
        if record.depositor_id == by and is_invited(mandate, edit.now):
            ended = msgspec.structs.replace(mandate, status="ended", ended_at=edit.now)
            await put_mandate(edit, host, record.record_id, ended, author_id=by)
            withdrawn[record.record_id] = ended
    return withdrawn


async def write_down(
    work: Work, space_id: UUID, actor: Actor, action: Action, act: tuple[UUID, Mandate]
) -> None:
    """Write what was done to a mandate, and whose it is, into the journal of its space."""
    record_id, mandate = act
    party_id = None if mandate.party_id is None else PartyId(mandate.party_id)
    trace = Trace(
        at=work.now,
        actor=actor,
        action=action,
        objects=[Object(collection=COLLECTION, record_id=record_id)],
        on_behalf_of=_PATIENT if actor.kind in _FOR_ANOTHER else None,
        whom=Actor(kind=ActorKind.CAREGIVER, party_id=party_id, name=mandate.name),
    )
    await journal.write(work, space_id, trace)
