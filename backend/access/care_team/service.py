"""The care team: whom the person names, and whom a professional declares.

Source: docs/decisions/0023-consent.md.
"""

from datetime import datetime
from uuid import UUID

import msgspec

from backend.access.actors import full_name, professional_actor
from backend.access.care_team.ending import COLLECTION, end_place, lasts
from backend.access.care_team.errors import (
    AlreadyInCareTeam,
    CareTeamFull,
    ConsentDoesNotExtend,
    MemberNotFound,
    NotAColleague,
    PlaceInvalid,
)
from backend.access.care_team.limits import DECLARED_LIFE, MEMBERS_MAX
from backend.access.change import RightsChange, Who, granted_eye, held_by_own, look
from backend.access.consents import known
from backend.access.consents.ending import cap
from backend.access.consents.errors import ProfessionalBlocked, ProfessionalUnknown
from backend.access.journal.model import Action
from backend.access.model import TeamMember, TeamRole
from backend.access.notices import CARE_TEAM, tell
from backend.access.rules.care_team import ATTENDING, check_place
from backend.identity.acting import refuse_without
from backend.identity.professionals import store as professionals
from backend.identity.professionals.model import Act, ProfessionalCaller
from backend.kernel.work import Work
from sync.errors import SpaceNotFound
from sync.ports import Host
from sync.push import Caller


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """The place that somebody gets in the care team."""

    party_id: UUID
    role: TeamRole
    starts_at: datetime | None = None
    ends_at: datetime | None = None


class Declared(msgspec.Struct, frozen=True, kw_only=True):
    """A colleague whom a professional declares, by the number of the register."""

    rpps: str
    starts_at: datetime | None = None
    ends_at: datetime


class Member(msgspec.Struct, frozen=True, kw_only=True):
    """A member of the care team, with the record."""

    record_id: UUID
    member: TeamMember


async def list_team(work: Work, host: Host, device: Caller, space_id: UUID) -> list[Member]:
    """Return everybody whose place has not ended, in the order of their start.

    Raises:
        SpaceNotFound: No such space, or the asker does not decide there.
    """
    held = await held_by_own(work, host, space_id, device)
    found = [
        Member(record_id=record_id, member=one)
        for record_id, one in held.team.items()
        if one.ends_at is None or work.now < one.ends_at
    ]
    return sorted(found, key=lambda one: one.member.starts_at)


async def name_member(
    work: Work, host: Host, device: Caller, space_id: UUID, place: Place
) -> Member:
    """Give a professional a place in the care team. It opens nothing without a consent.

    A new attending doctor takes the place of the one before.

    Raises:
        SpaceNotFound: No such space, or the asker does not decide there.
        ProfessionalUnknown: Nobody has met them here.
        ProfessionalBlocked: They are shut out.
        AlreadyInCareTeam: They have a place.
        CareTeamFull: There are as many members as may be.
        AttendingIsDoctor: See `check_place`.
        PlaceInvalid: See `check_place`.
    """
    change = await RightsChange.begin(work, host, space_id)
    _, who = change.person(device)
    met = await known.professional(work, space_id, change.held, place.party_id)
    if change.held.is_blocked(place.party_id):
        raise ProfessionalBlocked("Lift the block first.")
    member = TeamMember(
        party_id=place.party_id,
        name=met.name,
        profession=met.profession,
        role=place.role,
        starts_at=place.starts_at or work.now,
        ends_at=place.ends_at,
    )
    return await _add(change, member, who, device.party_id)


async def change_member(
    work: Work, host: Host, device: Caller, at: tuple[UUID, UUID], place: Place
) -> Member:
    """Change the role or the end of a place; `place.party_id` is not looked at.

    Raises:
        SpaceNotFound: No such space, or the asker does not decide there.
        MemberNotFound: Nobody of the team has this record.
        AttendingIsDoctor: See `check_place`.
        PlaceInvalid: See `check_place`.
    """
    space_id, record_id = at
    change = await RightsChange.begin(work, host, space_id)
    _, who = change.person(device)
    before = _standing(change, record_id)
    after = msgspec.structs.replace(before, role=place.role, ends_at=place.ends_at)
    check_place(after, work.now)
    if after != before:
        await _take_attending(change, after, device.party_id)
        await _write(change, record_id, after, who, device.party_id)
        await cap(change, after.party_id)
        await tell(work, change.edit.viewers.values(), CARE_TEAM)
        await change.save()
    return Member(record_id=record_id, member=after)


async def end_member(work: Work, host: Host, device: Caller, at: tuple[UUID, UUID]) -> None:
    """End a place in the care team now.

    Raises:
        SpaceNotFound: No such space, or the asker does not decide there.
        MemberNotFound: Nobody of the team has this record.
    """
    space_id, record_id = at
    change = await RightsChange.begin(work, host, space_id)
    _, who = change.person(device)
    _standing(change, record_id)
    await end_place(change, record_id, device.party_id)
    change.trace(who, Action.CARE_TEAM_CHANGED, COLLECTION, record_id)
    await tell(work, change.edit.viewers.values(), CARE_TEAM)
    await change.save()


async def declare(
    work: Work, host: Host, professional: ProfessionalCaller, space_id: UUID, declared: Declared
) -> Member:
    """Bring a colleague into the care team, for a time; the patient is told.

    Raises:
        ProfessionalOnly: The caller is an assistant.
        SpaceNotFound: No such space, or none that is open to the caller.
        ConsentDoesNotExtend: No consent of the caller reaches colleagues.
        ProfessionalUnknown: Nobody with this number signs in here, or they are
            shut out, which is nobody's business.
        AlreadyInCareTeam: They have a place.
        NotAColleague: It is the caller's own number.
        CareTeamFull: There are as many members as may be.
        PlaceInvalid: It ends before it starts, in the past, or after a year.
    """
    refuse_without(professional, Act.DECLARE_CARE_TEAM)
    me = professional.professional_id
    change = await _open_to(work, host, space_id, me)
    consent = change.held.consent(me, work.now)
    if consent is None or not consent.extends_to_team:
        raise ConsentDoesNotExtend("No consent of yours reaches colleagues.")
    colleague_id = await professionals.find(work, declared.rpps)
    said = None if colleague_id is None else await professionals.identity(work, colleague_id)
    if colleague_id is None or said is None or change.held.is_blocked(colleague_id):
        raise ProfessionalUnknown("Nobody with this number signs in here.", pointer="/rpps")
    if colleague_id == me:
        raise NotAColleague("Declare colleagues, not yourself.", pointer="/rpps")
    starts_at = max(declared.starts_at or work.now, work.now)
    # Subtracted: what an end of time is added to has no end.
    if declared.ends_at - starts_at > DECLARED_LIFE:
        raise PlaceInvalid("It ends within a year.", pointer="/ends_at")
    member = TeamMember(
        party_id=colleague_id,
        name=full_name(said.names),
        profession=said.activities[0].profession_code,
        role="member",
        starts_at=starts_at,
        ends_at=declared.ends_at,
    )
    return await _add(change, member, professional_actor(professional), me)


async def admit_declarer(
    work: Work, host: Host, professional: ProfessionalCaller, space_id: UUID
) -> None:
    """Say nothing to a professional to whom a space is open; refuse everybody else.

    Raises:
        SpaceNotFound: No such space, or none that is open to the caller.
    """
    _, viewers = await look(work, space_id)
    if granted_eye(viewers, host, professional.professional_id, work.now) is None:
        raise SpaceNotFound


async def take_back(
    work: Work, host: Host, professional: ProfessionalCaller, at: tuple[UUID, UUID]
) -> None:
    """End the place of a colleague whom the caller declared.

    Raises:
        ProfessionalOnly: The caller is an assistant.
        SpaceNotFound: No such space, or none that is open to the caller.
        MemberNotFound: The caller declared nobody by this record.
    """
    refuse_without(professional, Act.DECLARE_CARE_TEAM)
    me = professional.professional_id
    space_id, record_id = at
    change = await _open_to(work, host, space_id, me)
    if change.held.depositors.get(record_id) != me:
        raise MemberNotFound("You declared nobody by this id.")
    _standing(change, record_id)
    await end_place(change, record_id, me)
    who = professional_actor(professional)
    change.trace(who, Action.CARE_TEAM_CHANGED, COLLECTION, record_id)
    await tell(work, change.edit.viewers.values(), CARE_TEAM)
    await change.save()


async def _open_to(work: Work, host: Host, space_id: UUID, party_id: UUID) -> RightsChange:
    """Begin to change a space for a professional to whom it is open by consent."""
    change = await RightsChange.begin(work, host, space_id)
    if change.open_to(party_id) is None:
        raise SpaceNotFound
    return change


async def _add(change: RightsChange, member: TeamMember, who: Who, author_id: UUID) -> Member:
    now = change.work.now
    check_place(member, now)
    if change.held.member(member.party_id, now) is not None:
        raise AlreadyInCareTeam("They have a place in the team.")
    standing = [one for one in change.held.team.values() if lasts(one, now)]
    if len(standing) >= MEMBERS_MAX:
        raise CareTeamFull(f"A care team has {MEMBERS_MAX} members.")
    record_id = change.work.new_id()
    await _take_attending(change, member, author_id)
    await _write(change, record_id, member, who, author_id)
    await tell(change.work, change.edit.viewers.values(), CARE_TEAM)
    await change.save()
    return Member(record_id=record_id, member=member)


async def _write(
    change: RightsChange,
    record_id: UUID,
    member: TeamMember,
    who: Who,
    author_id: UUID,
) -> None:
    await change.put(COLLECTION, record_id, member, author_id)
    change.trace(who, Action.CARE_TEAM_CHANGED, COLLECTION, record_id)


async def _take_attending(change: RightsChange, new: TeamMember, author_id: UUID) -> None:
    """End the place of the attending doctor whom another one follows."""
    if new.role != ATTENDING:
        return
    for record_id, one in [*change.held.team.items()]:
        is_other = one.role == ATTENDING and one.party_id != new.party_id
        if is_other and lasts(one, change.work.now):
            await end_place(change, record_id, author_id)


def _standing(change: RightsChange, record_id: UUID) -> TeamMember:
    member = change.held.team.get(record_id)
    if member is None or not lasts(member, change.work.now):
        raise MemberNotFound("Nobody of the team has this id.")
    return member
