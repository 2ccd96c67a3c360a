"""What a mask would change, were it put on now: the same edit, and nothing of it kept."""

from collections.abc import Iterable, Mapping
from uuid import UUID, uuid4

import msgspec

from backend.access.acts import acts_in
from backend.access.collection import check_known_mask, entry_of
from backend.access.model import Entry, Mask, Reason, TeamMember, Viewer
from backend.access.rules.explaining import is_meant_for, told
from backend.access.rules.terms import Acts
from backend.access.rules.visibility import ACTS, decide
from backend.access.sight import words
from backend.access.sight.asking import Desk, Objects, Scene, ask
from backend.access.sight.model import Foresight, Kept, MaskPreview, ProfessionForesight
from backend.access.sight.service import professions_of
from backend.kernel.ids import PartyId
from sync.edit import Entry as ToWrite
from sync.edit import SpaceEdit
from sync.storage.rehearsal import rehearsed

Entries = Mapping[UUID, Entry]

_BY_REASON: Mapping[Reason, Kept] = {
    Reason.HOLDER: "patient",
    Reason.REPRESENTATIVE: "representative",
    Reason.DEPOSITOR: "depositor",
    Reason.EMERGENCY: "emergency",
}


class After(msgspec.Struct, frozen=True, kw_only=True):
    """The space as a mask would leave it: who looks how, and the entries that it is on."""

    viewers: Mapping[UUID | None, Viewer]
    acts: Acts
    entries: Entries


async def preview_mask(desk: Desk, mask: Mask) -> MaskPreview:
    """Say who sees now what a mask would hide, and who would still see it.

    Raises:
        InvalidInput: The mask hides nothing, or does not say from whom.
        SpaceNotFound: No such space, or the asker does not decide there.
        RecordNotFound: No such record, for the asker.
    """
    check_known_mask(mask)

    async def answer(scene: Scene) -> tuple[MaskPreview, Objects]:
        if mask.record_id is not None:
            await scene.record(mask.record_id)
        before = dict(await scene.entries())
        after = await _rehearse(desk, scene, mask, before)
        reader = PartyId(desk.device.party_id)
        first = next(iter(after.entries.values()), None) if mask.record_id is not None else None
        told_of = MaskPreview(
            entries=len(after.entries),
            viewers=tuple(_foresee(scene, v, before, after, reader) for v in scene.viewers),
            professions=_professions(scene, before, after),
            emergency=words.in_an_emergency(first, scene.acts.settings, is_masked=True),
        )
        objects = tuple((entry.collection, i) for i, entry in after.entries.items())
        return told_of, objects

    return await ask(desk, answer)


async def _rehearse(desk: Desk, scene: Scene, mask: Mask, before: Entries) -> After:
    """Put a mask on in an edit that stores nothing."""
    edit = await SpaceEdit.begin(rehearsed(scene.store), desk.host, now=scene.now)
    mask_id = uuid4()  # Of a record that will never be.
    await edit.load([i for i in (mask_id, mask.record_id) if i is not None])
    edit.put(
        ToWrite(
            record_id=mask_id,
            collection=desk.host.collections["masks"],
            author_id=desk.device.party_id,
            fields=msgspec.to_builtins(mask),
        )
    )
    await edit.save()
    if mask.section is not None:
        covered = {i: entry for i, entry in before.items() if entry.is_in(mask.section)}
    else:
        assert mask.record_id is not None
        touched = {mask.record_id} | edit.restricted()
        records = {i: edit.record(i) for i in touched if i in before}
        covered = {i: entry_of(record) for i, record in records.items() if record is not None}
    viewers = {eye.party_id: scene.rights.viewer(eye, scene.now) for eye in edit.viewers.values()}
    return After(viewers=viewers, acts=acts_in(await edit.held(ACTS)), entries=covered)


def _foresee(
    scene: Scene, viewer: Viewer, before: Entries, after: After, reader: PartyId
) -> Foresight:
    will = after.viewers.get(viewer.party_id, viewer)
    now, entries = scene.now, after.entries
    sees_now = sum(decide(viewer, before[i], now).allow for i in entries)
    kept = [entry for entry in entries.values() if decide(will, entry, now).allow]
    because = _because(scene, will, kept)
    key: str = because or "never"
    if sees_now > len(kept):
        key = "loses-some" if kept else "loses"
    who = words.who_is(viewer)
    return Foresight(
        party_id=viewer.party_id,
        role=viewer.role.value,
        who=who,
        sees_now=sees_now,
        sees_after=len(kept),
        because=because,
        text=words.foretold(key, who, is_you=viewer.party_id == reader),
    )


def _because(scene: Scene, viewer: Viewer, kept: Iterable[Entry]) -> Kept | None:
    """Say why somebody will still see something, by the first entry that they will."""
    entry = next(iter(kept), None)
    if entry is None:
        return None
    known = _BY_REASON.get(told(viewer, entry, scene.now).reason)
    if known in ("patient", "representative"):
        return known
    if not is_meant_for(viewer, entry):
        return "not-named"
    return known or _team_role(scene, viewer)


def _team_role(scene: Scene, viewer: Viewer) -> Kept:
    is_administrator = any(
        one.role == "administrator"
        for one in scene.acts.team
        if one.party_id == viewer.party_id and _is_present(one, scene)
    )
    is_attending = any(
        one.role == "attending"
        for one in scene.acts.team
        if one.party_id == viewer.party_id and _is_present(one, scene)
    )
    return "administrator" if is_administrator and not is_attending else "attending"


def _is_present(one: TeamMember, scene: Scene) -> bool:
    return one.starts_at <= scene.now and (one.ends_at is None or scene.now < one.ends_at)


def _professions(scene: Scene, before: Entries, after: After) -> tuple[ProfessionForesight, ...]:
    eyes = professions_of(scene.rights, scene.acts, scene.now)
    will = professions_of(scene.rights, after.acts, scene.now)
    return tuple(
        ProfessionForesight(
            profession=code,
            label=words.professions()[code],
            sees_now=sum(decide(eye, before[i], scene.now).allow for i in after.entries),
            sees_after=sum(
                decide(will[code], entry, scene.now).allow for entry in after.entries.values()
            ),
        )
        for code, eye in eyes.items()
    )
