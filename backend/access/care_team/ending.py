"""Ending places in the care team, wherever a decision takes them with it."""

from datetime import datetime
from uuid import UUID

import msgspec

from backend.access.change import RightsChange, Who
from backend.access.consents.ending import cap
from backend.access.journal.model import Action
from backend.access.model import TeamMember
from backend.access.rules.consents import is_standing

COLLECTION = "care_team"


async def end_place(change: RightsChange, record_id: UUID, author_id: UUID) -> None:
    """Write that a place is over, and shorten the consents that rested on it."""
    member = change.held.team[record_id]
    over = msgspec.structs.replace(member, ends_at=change.work.now)
    await change.put(COLLECTION, record_id, over, author_id)
    await cap(change, member.party_id)


async def end_places(change: RightsChange, party_id: UUID, author_id: UUID) -> None:
    """Write that somebody has no place any more, now or later."""
    for record_id, member in [*change.held.team.items()]:
        if member.party_id == party_id and lasts(member, change.work.now):
            await end_place(change, record_id, author_id)


async def leave_team(change: RightsChange, party_id: UUID, who: Who, author_id: UUID) -> None:
    """Take from a professional whose consent was ended the places that would open it again.

    A consent that reaches the care team would let them in by their place: as before,
    or further than their own did. Where none does, a place opens nothing, and stays.
    """
    now, held = change.work.now, change.held
    if not any(one.extends_to_team and is_standing(one, now) for one in held.consents.values()):
        return
    places = [i for i, one in held.team.items() if one.party_id == party_id]
    for record_id in (i for i in places if lasts(held.team[i], now)):
        await end_place(change, record_id, author_id)
        change.trace(who, Action.CARE_TEAM_CHANGED, COLLECTION, record_id)


def lasts(member: TeamMember, now: datetime) -> bool:
    """Say whether a place has not ended: it is there, or to come."""
    return member.ends_at is None or now < member.ends_at
