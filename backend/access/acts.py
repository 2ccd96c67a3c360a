"""Acts of rights take effect: viewers come, change and go, and feeds follow.

Whoever writes an act stages it in the edit of its space; the edit asks here
before it is stored. What an act changes for whom is thus decided in one place,
in the same transaction, whatever door the act came by.

Source: docs/decisions/0016-rights-are-compiled-from-acts.md.
"""

import hashlib
from collections.abc import Collection
from typing import Any, TypeVar
from uuid import UUID

import msgspec

import sync.core.audience as feeds
from backend.access.model import (
    AccessSettings,
    Block,
    Consent,
    EmergencyAccess,
    Mandate,
    Mask,
    Role,
    Scope,
    TeamMember,
    Terms,
)
from backend.access.rules.terms import Acts, Eye, caregiver_eye, professional_eye, scope_of
from backend.access.rules.visibility import ACTS, REMINDER_RULES
from backend.access.scopes import address_in, written
from sync.edit import SpaceEdit
from sync.storage.port import Record

T = TypeVar("T")

DOCUMENTS = "documents"

BODIES: dict[str, type[msgspec.Struct]] = {
    "masks": Mask,
    "blocks": Block,
    "consents": Consent,
    "care_team": TeamMember,
    "mandates": Mandate,
    "emergencies": EmergencyAccess,
    "settings": AccessSettings,
}


async def settle(edit: SpaceEdit, *, matrix: str) -> None:
    """Make the acts that stand in an edit take effect in it.

    Whoever has a viewer is judged anew too, though no act names them any more.
    """
    acts = acts_in(await edit.held(ACTS))
    parties = {viewer.party_id: viewer for viewer in edit.viewers.values()}
    for party_id in sorted(acts.professionals() | _looking_as(edit, Role.PROFESSIONAL)):
        eye = professional_eye(acts, party_id, edit.now)
        eye = msgspec.structs.replace(eye, terms=msgspec.structs.replace(eye.terms, matrix=matrix))
        await _open(edit, parties.get(party_id), party_id, Role.PROFESSIONAL, eye)
    for party_id in sorted(acts.caregivers() | _looking_as(edit, Role.CAREGIVER)):
        eye = caregiver_eye(acts, party_id, edit.now)
        await _open(edit, parties.get(party_id), party_id, Role.CAREGIVER, eye)
    await _mask(edit, acts)


def _looking_as(edit: SpaceEdit, role: Role) -> frozenset[UUID]:
    return frozenset(
        viewer.party_id
        for viewer in edit.viewers.values()
        if viewer.role == role.value and viewer.party_id is not None
    )


def acts_in(records: Collection[Record]) -> Acts:
    """Read acts from their records."""

    def all_of(collection: str, body: type[T]) -> tuple[T, ...]:
        found = sorted((r for r in records if r.collection == collection), key=lambda r: r.rev)
        return tuple(msgspec.json.decode(r.body or b"{}", type=body) for r in found)

    settings = all_of("settings", AccessSettings)
    return Acts(
        masks=tuple(
            (record.record_id, msgspec.json.decode(record.body or b"{}", type=Mask))
            for record in records
            if record.collection == "masks"
        ),
        blocks=all_of("blocks", Block),
        consents=all_of("consents", Consent),
        team=all_of("care_team", TeamMember),
        mandates=all_of("mandates", Mandate),
        emergencies=all_of("emergencies", EmergencyAccess),
        settings=settings[-1] if settings else AccessSettings(),
    )


async def _open(
    edit: SpaceEdit, viewer: feeds.Viewer | None, party_id: UUID, role: Role, eye: Eye
) -> None:
    """Make a viewer what its acts say; who looks as somebody else already stays that.

    Whose eye is over may look as somebody else: a parent, once the child is of age.
    """
    if viewer is None:
        if not eye.is_open:
            return
        viewer = feeds.Viewer(viewer_id=_viewer_id(party_id, edit), party_id=party_id, role="")
    elif viewer.role != role.value and (not eye.is_open or not viewer.is_over(edit.now)):
        return
    known = msgspec.json.decode(viewer.grant or b"{}", type=Terms).since
    # They say the same as before, unless what follows differs.
    since = known if known is not None and known <= edit.now else edit.now
    terms = msgspec.structs.replace(eye.terms, since=since)
    wanted: dict[str, Any] = {
        "role": role.value,
        "grant": msgspec.json.encode(terms),
        "is_open": eye.is_open,
        "keeps_copy": eye.keeps_copy,
        "opens_at": eye.opens_at,
        "closes_at": eye.closes_at,
    }
    if all(getattr(viewer, name) == value for name, value in wanted.items()):
        return
    wanted["grant"] = msgspec.json.encode(msgspec.structs.replace(terms, since=edit.now))
    for name, value in wanted.items():
        setattr(viewer, name, value)
    await edit.grant(viewer)


def _viewer_id(party_id: UUID, edit: SpaceEdit) -> UUID:
    """Name a new viewer: by nothing that somebody outside the space knows."""
    acts = b"".join(sorted(i.bytes for i in edit.acts_written() or edit.viewers))
    return UUID(bytes=hashlib.sha256(b"viewer" + party_id.bytes + acts).digest()[:16])


# A mask on one of these hides what belongs to it: what was read in it, what reminds of it.
_HEADS = frozenset({DOCUMENTS, "appointments", REMINDER_RULES})


async def _mask(edit: SpaceEdit, acts: Acts) -> None:
    """Keep the records that masks were put on, or taken from, from whom they name now."""
    touched = {mask.record_id for mask in _masks_written(edit) if mask.record_id is not None}
    if not touched:
        return
    members = await _covered(edit, touched)
    targets = {mask.record_id for _, mask in acts.masks if mask.record_id is not None}
    await edit.load([*targets])
    hidden: dict[UUID, set[Scope]] = {record_id: set() for record_id in members}
    for _, mask in acts.masks:
        if mask.record_id is None:
            continue
        for record_id in members:
            if _covers(edit, mask.record_id, record_id):
                hidden[record_id].add(scope_of(mask))
    for record_id, scopes in hidden.items():
        record = edit.record(record_id)
        address = None if record is None else address_in(record.restrictions)
        edit.restrict(record_id, written(scopes, address))


async def _covered(edit: SpaceEdit, targets: Collection[UUID]) -> frozenset[UUID]:
    """Return the records that masks on these hide, loaded."""
    await edit.load(targets)
    families = {
        record.family
        for record_id in targets
        if (record := edit.record(record_id)) is not None and record.collection in _HEADS
    }
    members = frozenset(targets) | (await edit.members(families) if families else frozenset())
    await edit.load(members)
    return members


def _covers(edit: SpaceEdit, target_id: UUID, record_id: UUID) -> bool:
    if target_id == record_id:
        return True
    target, record = edit.record(target_id), edit.record(record_id)
    return (
        target is not None
        and record is not None
        and target.collection in _HEADS
        and target.family == record.family
    )


def _masks_written(edit: SpaceEdit) -> list[Mask]:
    return [
        msgspec.json.decode(record.body, type=Mask)
        for record in edit.acts_before_and_after()
        if record.collection == "masks" and record.body is not None
    ]
