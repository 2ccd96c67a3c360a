"""What else must be so, and must be written, in the transaction that files a document."""

from collections.abc import Awaitable, Callable, Collection
from typing import Protocol
from uuid import UUID

import msgspec

from backend.access.guard import trace_of
from backend.access.journal import service as journal
from backend.access.journal.model import Action, Actor, ActorKind, Object, Trace
from backend.documents.model import Deposited, Document
from backend.documents.reading import Upload
from backend.kernel.work import Work
from sync.edit import SpaceEdit
from sync.storage.port import Deed, Record

COLLECTION = "documents"

Held = Callable[[Collection[str]], Awaitable[list[Record]]]
"""How to read the standing records of some collections."""


class Witness(Protocol):
    """Looks on while a document is filed. What is there already, it does not hear of."""

    async def admit(self, held: Held) -> None:
        """Refuse whoever may not bring this, by the acts that stand in the space."""

    async def note(self, work: Work, edit: SpaceEdit, deposited: Deposited) -> None:
        """Write what goes with a deposit that is stored, in its transaction."""


class ViewerWitness:
    """Writes into the journal what somebody who looks at the space has brought."""

    def __init__(self, upload: Upload, device_id: UUID) -> None:
        self._upload = upload
        self._device_id = device_id

    async def admit(self, held: Held) -> None:
        """Refuse nobody: the rules have spoken."""

    async def note(self, work: Work, edit: SpaceEdit, deposited: Deposited) -> None:
        party_id = self._upload.depositor_id
        viewer = next(one for one in edit.viewers.values() if one.party_id == party_id)
        action = action_of(edit, deposited)
        deed = Deed(viewer=viewer, device_id=self._device_id, action=action.value, objects=())
        told = trace_of(work, deed, action, objects_of(deposited))
        await journal.write(work, self._upload.space_id, told)


class ImportWitness:
    """Writes into the journal what the operator has brought."""

    def __init__(self, upload: Upload) -> None:
        self._space_id = upload.space_id

    async def admit(self, held: Held) -> None:
        """Refuse nobody: the operator has brought it for the person."""

    async def note(self, work: Work, edit: SpaceEdit, deposited: Deposited) -> None:
        told = Trace(
            at=work.now,
            actor=Actor(kind=ActorKind.OPERATOR),
            action=Action.IMPORTED,
            objects=objects_of(deposited),
        )
        await journal.write(work, self._space_id, told)


def action_of(edit: SpaceEdit, deposited: Deposited) -> Action:
    """Say what the journal calls a deposit: does it take the place of a former version?"""
    record = edit.record(deposited.record_id)
    assert record is not None
    assert record.body is not None
    document = msgspec.json.decode(record.body, type=Document)
    is_new = document.replaces is None or document.status != "current"
    return Action.DEPOSIT if is_new else Action.REPLACE


def objects_of(deposited: Deposited) -> tuple[Object, ...]:
    """Name the document, for the journal; its drafts say themselves where they were read."""
    return (Object(collection=COLLECTION, record_id=deposited.record_id),)
