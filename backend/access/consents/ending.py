"""Ending consents, wherever a decision takes them with it."""

from uuid import UUID

import msgspec

from backend.access.change import RightsChange
from backend.access.consents import store
from backend.access.consents.model import State
from backend.access.rules.consents import ended, is_standing, latest_end


async def end_consent(change: RightsChange, record_id: UUID) -> None:
    """Write that a consent is over, here and where the professional sees it."""
    consent = change.held.consents[record_id]
    now = change.work.now
    await change.put("consents", record_id, ended(consent, now), consent.party_id)
    await store.change(change.work, consent.party_id, record_id, State.ENDED)


async def shut_out(change: RightsChange, party_id: UUID) -> None:
    """End or refuse all that a professional was given, or waits for."""
    for record_id, consent in [*change.held.consents.items()]:
        if consent.party_id != party_id:
            continue
        if consent.status == "given":
            await end_consent(change, record_id)
        elif consent.status == "asked":
            over = msgspec.structs.replace(ended(consent, change.work.now), status="refused")
            await change.put("consents", record_id, over, party_id)
            await store.settle(change.work, party_id, record_id, State.REFUSED)


async def cap(change: RightsChange, party_id: UUID) -> None:
    """Let no consent outlive what its professional's place in the care team allows."""
    now = change.work.now
    member = change.held.member(party_id, now)
    for record_id, consent in [*change.held.consents.items()]:
        if consent.party_id != party_id or not is_standing(consent, now):
            continue
        until = latest_end(
            msgspec.structs.replace(consent, purpose=None, days=None),
            None if member is None else member[1],
            now,
        )
        if until is not None and (consent.ends_at is None or until < consent.ends_at):
            shorter = msgspec.structs.replace(consent, ends_at=until)
            await change.put("consents", record_id, shorter, party_id)
            await store.change(change.work, party_id, record_id, State.GIVEN, until)
