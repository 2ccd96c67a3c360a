"""Who may see an entry, who was ever let in, and what one of them sees."""

from collections import Counter
from datetime import datetime
from uuid import UUID

import msgspec

from backend.access.collection import ViewerRights, terms_in
from backend.access.model import Decision, Entry, Role, Viewer
from backend.access.rules.explaining import explain, told
from backend.access.rules.terms import Acts, consented
from backend.access.rules.visibility import ACTS, decide
from backend.access.sight import words
from backend.access.sight.asking import Desk, Objects, Scene, ask
from backend.access.sight.errors import PartyNotFound
from backend.access.sight.model import (
    EntryAudience,
    Party,
    PartyEntries,
    PartyState,
    SeenEntry,
)
from backend.kernel.ids import PartyId
from sync.core.audience import Viewer as FeedViewer


async def entry_audience(desk: Desk, record_id: UUID) -> EntryAudience:
    """Say who may see an entry, who may not, and why.

    Raises:
        SpaceNotFound: No such space, or the asker does not decide there.
        RecordNotFound: No such record, for the asker.
    """

    async def answer(scene: Scene) -> tuple[EntryAudience, Objects]:
        record, entry = await scene.record(record_id)
        reader = PartyId(desk.device.party_id)
        audience = EntryAudience(
            record_id=record_id,
            collection=record.collection,
            category=record.category,
            viewers=tuple(
                words.sight(one, reader) for one in explain(scene.viewers, entry, scene.now)
            ),
            professions=tuple(
                words.profession_sight(code, decide(eye, entry, scene.now))
                for code, eye in professions_of(scene.rights, scene.acts, scene.now).items()
            ),
            emergency=words.in_an_emergency(
                entry, scene.acts.settings, is_masked=words.is_masked_for_somebody(entry)
            ),
        )
        return audience, ((record.collection, record_id),)

    return await ask(desk, answer)


async def list_parties(desk: Desk) -> list[Party]:
    """Return everybody who is or was let into the space, or was shut out of it.

    Raises:
        SpaceNotFound: No such space, or the asker does not decide there.
    """

    async def answer(scene: Scene) -> tuple[list[Party], Objects]:
        found = [_party(scene, eye) for eye in scene.eyes if _is_somebody(eye)]
        held = await scene.store.held(ACTS)
        return (
            sorted(found, key=lambda one: (one.role, one.name or "", one.party_id)),
            tuple((record.collection, record.record_id) for record in held),
        )

    return await ask(desk, answer)


async def party_entries(
    desk: Desk, party_id: UUID, *, after: UUID | None, limit: int
) -> PartyEntries:
    """Say what somebody sees of the record and what not, with a page of the entries.

    Raises:
        SpaceNotFound: No such space, or the asker does not decide there.
        PartyNotFound: Nobody of this identifier was ever let in.
    """

    async def answer(scene: Scene) -> tuple[PartyEntries, Objects]:
        eye = next((e for e in scene.eyes if e.party_id == party_id and _is_somebody(e)), None)
        if eye is None:
            raise PartyNotFound("Nobody of this identifier was let in.")
        viewer = scene.rights.viewer(eye, scene.now)
        judged = sorted(
            (
                (record_id, entry, told(viewer, entry, scene.now))
                for record_id, entry in await scene.entries()
            ),
            key=lambda one: one[0],
        )
        rest = [one for one in judged if after is None or one[0] > after]
        page = tuple(_seen(*one) for one in rest[:limit])
        counts = Counter(decision for _, _, decision in judged)
        sees = sum(count for decision, count in counts.items() if decision.allow)
        who = words.who_is(viewer)
        listed = PartyEntries(
            party=_party(scene, eye),
            sees=sees,
            does_not_see=len(judged) - sees,
            reasons=tuple(
                words.reason_count(decision, count, who) for decision, count in _ordered(counts)
            ),
            entries=page,
            more=len(rest) > limit,
        )
        return listed, tuple((one.collection, one.record_id) for one in page)

    return await ask(desk, answer)


def professions_of(rights: ViewerRights, acts: Acts, now: datetime) -> dict[str, Viewer]:
    """Return how anybody of each profession would look with the person's agreement."""
    return {
        code: rights.viewer(
            FeedViewer(
                viewer_id=_NOBODY,
                party_id=None,
                role=Role.PROFESSIONAL.value,
                grant=msgspec.json.encode(consented(acts, code)),
            ),
            now,
        )
        for code in words.professions()
    }


def _is_somebody(eye: FeedViewer) -> bool:
    """Say whether a viewer is somebody else's than the person's own."""
    return eye.party_id is not None and eye.role != Role.HOLDER.value


def _party(scene: Scene, eye: FeedViewer) -> Party:
    assert eye.party_id is not None
    terms, viewer = terms_in(eye.grant), scene.rights.viewer(eye, scene.now)
    state = _state(scene, eye)
    is_granted = terms.is_granted(scene.now)
    emergency = terms.emergency
    is_urgent = emergency is not None and scene.now < emergency.until
    until = terms.granted_until if is_granted or state == "to-come" else None
    if state in ("ended", "blocked"):
        until = _ended_at(scene.acts, eye.party_id, scene.now)
    return Party(
        party_id=eye.party_id,
        role=eye.role,
        who=words.who_is(viewer),
        name=terms.name or None,
        profession=terms.profession or None,
        organization=terms.organization or None,
        state=state,
        since=terms.granted_from,
        until=until,
        emergency_until=emergency.until if emergency is not None and is_urgent else None,
        sees_masked=is_granted and terms.sees_masked,
    )


def _state(scene: Scene, eye: FeedViewer) -> PartyState:
    if scene.rights.in_force(eye, scene.now):
        return "in-force"
    if terms_in(eye.grant).is_blocked:
        return "blocked"
    if eye.is_open and eye.opens_at is not None and scene.now < eye.opens_at:
        return "to-come"
    return "ended"


def _ended_at(acts: Acts, party_id: UUID, now: datetime) -> datetime | None:
    """Say when the last grant of somebody ended, or when they were shut out."""
    ends: list[datetime | None] = [b.blocked_at for b in acts.blocks if b.party_id == party_id]
    ends += [c.ended_at or c.ends_at for c in acts.consents if c.party_id == party_id]
    ends += [m.ended_at or m.ends_at for m in acts.mandates if m.party_id == party_id]
    ends += [t.ends_at for t in acts.team if t.party_id == party_id]
    ends += [e.until for e in acts.emergencies if e.party_id == party_id]
    return max((at for at in ends if at is not None and at <= now), default=None)


def _seen(record_id: UUID, entry: Entry, decision: Decision) -> SeenEntry:
    return SeenEntry(
        record_id=record_id,
        collection=entry.collection,
        category=entry.category,
        allow=decision.allow,
        reason=decision.reason.value,
    )


def _ordered(counts: Counter[Decision]) -> list[tuple[Decision, int]]:
    """Put what is seen first, and what is most often."""
    return sorted(counts.items(), key=lambda one: (not one[0].allow, -one[1], one[0].reason.value))


_NOBODY = UUID(int=0)
