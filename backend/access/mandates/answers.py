"""A caregiver answers an invitation, and leaves when they want.

A code that is wrong, used, withdrawn or too old gets one answer.

Source: docs/decisions/0022-mandates.md.
"""

from uuid import UUID

import msgspec

from backend.access.guard import actor_of
from backend.access.journal.model import Action, Actor, ActorKind
from backend.access.mandates import store
from backend.access.mandates.acts import mandate_of, mandates_of, put_mandate, write_down
from backend.access.mandates.errors import InvitationRefused, MandateNotFound, TooManyPersons
from backend.access.mandates.limits import CODES_PER_ACCOUNT, CODES_PER_ADDRESS, PERSONS_MAX
from backend.access.mandates.model import Accepted, Place
from backend.access.mandates.service import CODES, NOTICE
from backend.access.model import Mandate, Role
from backend.access.notices import tell
from backend.access.rules.mandates import is_active, is_invited, runs_out_at
from backend.identity.counters import charge_or_refuse, refund
from backend.identity.errors import AlreadyMember
from backend.identity.outcomes import settle
from backend.identity.rules.counters import Limit
from backend.identity.rules.directory import is_over
from backend.identity.rules.opening import display_name
from backend.identity.rules.places import network_of
from backend.identity.sessions.model import Caller
from backend.identity.spaces import directory
from backend.identity.spaces import store as spaces
from backend.identity.spaces.model import Membership
from backend.kernel.errors import Refusal
from backend.kernel.ids import DeviceId, PartyId, SpaceId
from backend.kernel.spaces import edit_space, save_space
from backend.kernel.work import Office, Work
from sync.edit import SpaceEdit
from sync.errors import SpaceNotFound
from sync.ports import Host

_CAREGIVER = Role.CAREGIVER.value
Counted = tuple[tuple[str, Limit], ...]


class Found(msgspec.Struct, frozen=True):
    """An invitation that waits for its answer, in the edit of its space."""

    code_hash: bytes
    place: Place
    edit: SpaceEdit
    mandate: Mandate


class Answerer(msgspec.Struct, frozen=True, kw_only=True):
    """Whose account answers an invitation, on which device if any."""

    account_id: UUID
    device_id: UUID | None


async def accept(
    office: Office, host: Host, caller: Caller, code: str, *, address: str
) -> Accepted:
    """Become a caregiver by the code of an invitation.

    Raises:
        InvitationRefused: The code opens nothing.
        AlreadyMember: The account opens this space already.
        TooManyPersons: It helps as many people as one may.
        SpacesFull: It opens as many spaces as one may.
        TooManyTries: Too many wrong codes from this address or account.
    """
    who = Answerer(account_id=caller.account_id, device_id=caller.device_id)

    async def use_case(work: Work) -> Accepted | Refusal:
        counted = await _count(work, caller, address)
        answer = await take_up(work, host, who, CODES.hash_of(work, code))
        if not isinstance(answer, InvitationRefused):
            await _refund(work, counted)
        return answer

    return await settle(office, use_case)


async def refuse(office: Office, host: Host, caller: Caller, code: str, *, address: str) -> None:
    """Decline an invitation; its code opens nothing any more.

    Raises:
        InvitationRefused: The code opens nothing.
        TooManyTries: Too many wrong codes from this address or account.
    """

    async def use_case(work: Work) -> Refusal | None:
        counted = await _count(work, caller, address)
        found = await invitation(work, host, CODES.hash_of(work, code))
        if found is None:
            return InvitationRefused("This code opens nothing.")
        await _refund(work, counted)
        mandate = msgspec.structs.replace(found.mandate, status="refused", ended_at=work.now)
        who = Answerer(account_id=caller.account_id, device_id=caller.device_id)
        await _write(work, host, found, who, mandate)
        await store.drop_code(work, found.code_hash)
        return None

    await settle(office, use_case)


async def leave(work: Work, host: Host, caller: Caller, space_id: UUID) -> None:
    """Help a person no longer; they are told.

    Raises:
        SpaceNotFound: No such space, or the caller helps nobody there.
    """
    edit = await edit_space(work, host, space_id)
    viewer = next((v for v in edit.viewers.values() if v.party_id == caller.party_id), None)
    if viewer is None or viewer.role != _CAREGIVER or viewer.is_over(work.now):
        raise SpaceNotFound
    actor = actor_of(viewer, caller.device_id)
    for record_id, mandate in (await mandates_of(edit)).items():
        if mandate.party_id == caller.party_id and is_active(mandate, work.now):
            ended = msgspec.structs.replace(mandate, status="ended", ended_at=work.now)
            await put_mandate(edit, host, record_id, ended, author_id=caller.party_id)
            await write_down(work, space_id, actor, Action.MANDATE_ENDED, (record_id, ended))
    await save_space(work, space_id, edit)
    await tell(work, edit.viewers.values(), NOTICE)


async def invitation(work: Work, host: Host, code_hash: bytes | None) -> Found | None:
    """Return what a code opens while it waits for an answer, or None."""
    place = None if code_hash is None else await store.place_of(work, code_hash)
    if place is None or code_hash is None:
        return None
    try:
        edit = await edit_space(work, host, place.space_id)
        mandate = await mandate_of(edit, place.record_id)
    except (SpaceNotFound, MandateNotFound):
        return None
    return Found(code_hash, place, edit, mandate) if is_invited(mandate, work.now) else None


async def take_up(
    work: Work, host: Host, who: Answerer, code_hash: bytes | None
) -> Accepted | Refusal:
    """Let an account look as a caregiver by a good code, which is then used up.

    Raises:
        SpacesFull: It opens as many spaces as one may.
    """
    # The account before the space: everybody takes the two in this order.
    helped = await directory.count_helped(work, who.account_id)
    found = await invitation(work, host, code_hash)
    if found is None:
        return InvitationRefused("This code opens nothing.")
    viewers = found.edit.viewers.values()
    if any(v.party_id == who.account_id and not v.is_over(work.now) for v in viewers):
        return AlreadyMember("This account opens this space already.")
    if helped >= PERSONS_MAX:
        return TooManyPersons(f"A caregiver helps {PERSONS_MAX} people.")
    mandate = msgspec.structs.replace(found.mandate, status="active", party_id=who.account_id)
    await _write(work, host, found, who, mandate)
    space_id = found.place.space_id
    mine = next(v for v in found.edit.viewers.values() if v.party_id == who.account_id)
    member = Membership(
        account_id=who.account_id,
        space_id=space_id,
        viewer_id=mine.viewer_id,
        role=_CAREGIVER,
        joined_at=work.now,
    )
    await directory.take_in(work, member)
    await store.drop_code(work, found.code_hash)
    person = (await spaces.patients_of(work, [space_id]))[space_id]
    return Accepted(
        space_id=SpaceId(space_id),
        display_name=display_name(person),
        sections=mandate.sections,
        actions=mandate.actions,
        starts_at=mandate.starts_at,
        until=runs_out_at(mandate),
    )


async def refuse_left(office: Office, caller: Caller, told: bytes) -> None:
    """Tell nothing again of a space that has shut since.

    Raises:
        SpaceNotFound: The caller does not look at it as a caregiver any more.
    """
    space_id = msgspec.json.decode(told, type=Accepted).space_id

    async def use_case(work: Work) -> None:
        eye = (await spaces.eyes_of(work, caller.account_id, [space_id])).get(space_id)
        if eye is None or is_over(eye, work.now):
            raise SpaceNotFound

    await office.read(use_case)


async def _write(work: Work, host: Host, found: Found, who: Answerer, mandate: Mandate) -> None:
    """Store the answer to an invitation, with its line of the journal, and tell the person."""
    place = found.place
    is_yes = mandate.status == "active"
    actor = Actor(
        kind=ActorKind.CAREGIVER,
        party_id=PartyId(who.account_id),
        name=mandate.name,
        device_id=None if who.device_id is None else DeviceId(who.device_id),
    )
    action = Action.MANDATE_ACCEPTED if is_yes else Action.MANDATE_REFUSED
    await put_mandate(found.edit, host, place.record_id, mandate, author_id=who.account_id)
    await write_down(work, place.space_id, actor, action, (place.record_id, mandate))
    await save_space(work, place.space_id, found.edit)
    await tell(work, found.edit.viewers.values(), NOTICE)


async def _count(work: Work, caller: Caller, address: str) -> Counted:
    """Count a try at a code, against its address and account.

    Raises:
        TooManyTries: Too many wrong codes.
    """
    subjects = (
        (f"network|{network_of(address)}", CODES_PER_ADDRESS),
        (f"account|{caller.account_id}", CODES_PER_ACCOUNT),
    )
    for subject, limit in subjects:
        await charge_or_refuse(work, subject, [limit])
    return subjects


async def _refund(work: Work, counted: Counted) -> None:
    for subject, limit in counted:
        await refund(work, subject, [limit])
