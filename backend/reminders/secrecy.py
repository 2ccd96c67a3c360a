"""From whom the reminder of a recommendation is kept: whoever is kept from what it follows from.

A second dose tells of the first, and a vaccine that an illness calls for of the
illness. Whoever helps is told what the calendar says without the records that a
mask, or a section that is sensitive, keeps from them; where it then says another
thing, the reminder is kept from them as if it were masked.

Source: docs/decisions/0030-reminders-are-records.md.
"""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

import msgspec

from backend.access.collection import entry_of, terms_in
from backend.access.model import SENSITIVE, From, Mask, Role, Scope, Viewer
from backend.access.rules.terms import scope_of
from backend.access.rules.visibility import is_hidden_from
from backend.kernel.ids import PartyId
from backend.reminders.facts import Said
from sync.core.audience import Viewer as SyncViewer
from sync.edit import SpaceEdit
from sync.storage.port import Record

_MASKS = frozenset({"masks"})


def kept_from(said: Said, viewers: Collection[SyncViewer]) -> Mapping[str, frozenset[Scope]]:
    """Name from whom each recommendation is kept, by its subject; from nobody is said too."""
    kept: dict[str, set[Scope]] = {subject: set() for subject in said.subjects()}
    # Most helpers are kept from the same, which is nothing: a calendar is asked once for each.
    known: dict[frozenset[UUID], frozenset[str]] = {}
    for viewer in viewers:
        if viewer.role != Role.CAREGIVER.value or viewer.party_id is None:
            continue
        eye = _eye_of(viewer, viewer.party_id)
        hidden = frozenset(one.record_id for one in said.records if _is_kept(eye, one))
        if hidden not in known:
            known[hidden] = said.only_with(hidden)
        for subject in known[hidden]:
            kept[subject].add(Scope(From.PERSON.value, str(viewer.party_id)))
    return {subject: frozenset(scopes) for subject, scopes in kept.items()}


async def keep(
    edit: SpaceEdit, held: dict[UUID, Record], wanted: Mapping[UUID, frozenset[Scope]]
) -> None:
    """Keep reminders from whom they are to be kept, beside whom masks of their own name.

    Args:
        edit: Of the space.
        held: The reminders that stand, brought up to date here.
        wanted: From whom, by reminder.
    """
    concerned = [one for one, scopes in wanted.items() if scopes or held[one].restrictions]
    if not concerned:
        return
    masks = [_mask_in(record) for record in await edit.held(_MASKS)]
    await edit.load(concerned)
    for record_id in concerned:
        own = {scope_of(mask) for mask in masks if mask.record_id == record_id}
        scopes = sorted(own | wanted[record_id])
        edit.restrict(record_id, msgspec.json.encode(scopes) if scopes else b"")
        record = edit.record(record_id)
        assert record is not None, "It stands."
        held[record_id] = record


def _eye_of(viewer: SyncViewer, party_id: UUID) -> Viewer:
    return Viewer(
        party_id=PartyId(party_id),
        role=Role.CAREGIVER,
        is_open=True,
        terms=terms_in(viewer.grant),
        readable=frozenset(),
    )


def _is_kept(eye: Viewer, record: Record) -> bool:
    entry = entry_of(record)
    sections: Sequence[str] = eye.terms.sections or ()
    is_sensitive = any(entry.is_in(name) and name not in sections for name in SENSITIVE)
    return is_sensitive or is_hidden_from(eye, entry)


def _mask_in(record: Record) -> Mask:
    assert record.body is not None, "A record that stands has a body."
    return msgspec.json.decode(record.body, type=Mask)
